"""What the detector has to know of outages and of what people decided, kept up with SQL."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from kezek_register.areas import Area
from kezek_register.detection.types import Detector
from kezek_register.outage_types import Outage
from kezek_register.trouble_types import KeptSuspicion

_OUTAGE = "outage:"  # before the id of one that no suspicion of the detector's became


@dataclass(frozen=True, slots=True)
class _Explains:
    keys: tuple[str, ...]
    areas: tuple[Area, ...]
    over: tuple[Area, ...]


class Decisions:
    """`ids`: the detector's suspicions -> SQL's, grown by whoever writes them; `counts_as`: topic -> topic."""

    def __init__(self, detector: Detector, ids: Mapping[str, int], counts_as: Mapping[str, str]) -> None:
        self._detector, self._ids, self._counts_as = detector, ids, counts_as
        self._explaining: dict[int, _Explains] = {}  # outage -> as the detector knows it
        self._dismissed: set[str] = set()

    def goes_on(self, outage: Outage, kept: Mapping[int, KeptSuspicion], now: datetime) -> None:
        """It explains what is reported there; said again, nothing but other areas of it, or another suspicion that is a
        part of it. `kept`: suspicions by id."""
        known = self._explaining.get(outage.id)
        # where it is restored it explains nothing any more: what is reported there is a fault of its own
        areas = tuple(area for area in outage.areas if area not in outage.restored) or outage.areas
        before = known.keys if known is not None else ()
        keys = tuple(dict.fromkeys((*before, *self._became(outage, kept)))) or (f"{_OUTAGE}{outage.id}",)
        explains = _Explains(keys, areas, outage.restored)
        if known == explains:
            return
        topic = self._counts_as.get(outage.topic, outage.topic)
        for key in keys:
            self._detector.decided(key, "confirmed", areas, now, topic, outage.restored)
        self._explaining[outage.id] = explains

    def over(self, outage_id: int, now: datetime) -> None:
        known = self._explaining.pop(outage_id, None)
        for key in known.keys if known is not None else ():
            self._detector.over(key, now)

    def dismissed(self, kept: Mapping[int, KeptSuspicion], now: datetime) -> None:
        for own, id in list(self._ids.items()):
            if own not in self._dismissed and id in kept and kept[id].state == "dismissed":
                self._dismissed.add(own)
                self._detector.decided(own, "dismissed", (), now)

    def all_of(self, outages: Iterable[Outage], kept: Mapping[int, KeptSuspicion], now: datetime) -> None:
        """Those that go on now; any other is over."""
        here = {one.id: one for one in outages}
        for id in self._explaining.keys() - here.keys():
            self.over(id, now)
        for one in here.values():
            self.goes_on(one, kept, now)
        self.dismissed(kept, now)

    def _became(self, outage: Outage, kept: Mapping[int, KeptSuspicion]) -> list[str]:
        """The detector's suspicions that are this outage, or a part of it."""
        return [own for own, id in self._ids.items() if id in kept and kept[id].outage_id == outage.id]


def as_of(outage: Outage, at: datetime) -> Outage:
    """With what was restored of it at that moment."""
    steps = [step for step in outage.restorations if step.at <= at]
    taken_back = (step.taken_back_at for step in steps)
    return replace(
        outage,
        restorations=tuple(
            replace(step, taken_back_at=back if back is not None and back <= at else None)
            for step, back in zip(steps, taken_back, strict=True)
        ),
    )
