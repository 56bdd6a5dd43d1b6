"""What the detector has to know of outages and of what people decided, kept up with SQL."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from kezek_register.areas import Area
from kezek_register.detection.types import Detector
from kezek_register.outage_types import Outage
from kezek_register.trouble_types import KeptSuspicion

_OUTAGE = "outage:"  # before the id of one that no suspicion of the detector's became


class Decisions:
    """`ids`: the detector's suspicions -> SQL's, grown by whoever writes them; `counts_as`: topic -> topic."""

    def __init__(self, detector: Detector, ids: Mapping[str, int], counts_as: Mapping[str, str]) -> None:
        self._detector, self._ids, self._counts_as = detector, ids, counts_as
        self._explaining: dict[int, tuple[str, tuple[Area, ...]]] = {}  # outage -> as the detector knows it
        self._dismissed: set[str] = set()

    def goes_on(self, outage: Outage, kept: Mapping[int, KeptSuspicion], now: datetime) -> None:
        """It explains what is reported there; said again, nothing but other areas of it. `kept`: suspicions by id."""
        known = self._explaining.get(outage.id)
        # a part that is restored as a whole explains nothing any more: what is reported there is a fault of its own
        areas = tuple(area for area in outage.areas if area not in outage.restored) or outage.areas
        if known is not None and known[1] == areas:
            return
        topic = self._counts_as.get(outage.topic, outage.topic)
        key = known[0] if known else self._became(outage, kept) or f"{_OUTAGE}{outage.id}"
        self._detector.decided(key, "confirmed", areas, now, topic)
        self._explaining[outage.id] = key, areas

    def over(self, outage_id: int, now: datetime) -> None:
        known = self._explaining.pop(outage_id, None)
        if known is not None:
            self._detector.over(known[0], now)

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

    def _became(self, outage: Outage, kept: Mapping[int, KeptSuspicion]) -> str:
        found = (own for own, id in self._ids.items() if id in kept and kept[id].outage_id == outage.id)
        return next(found, "")
