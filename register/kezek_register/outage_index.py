"""Open outages in memory, found by a place without expanding any area. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from kezek_register.areas import Area, Place, covers, hook, hooks, rank
from kezek_register.outage_rules import is_now
from kezek_register.outage_types import Outage


class OutageIndex:
    """Each area hangs on the one id that its scope names; a place asks for its own ids, a dozen or so. In a part that
    is restored an outage is not any more."""

    def __init__(self, outages: Sequence[Outage]) -> None:
        self._hanging: dict[tuple[str, int], list[tuple[Outage, Area]]] = {}
        self._restored = {outage.id: outage.restored for outage in outages}
        for outage in outages:
            for area in outage.areas:
                self._hanging.setdefault(hook(area), []).append((outage, area))

    def affecting(self, place: Place, at: datetime, within: timedelta = timedelta(0)) -> list[Outage]:
        """Those of now before those that come; of each the one whose area is most special first, then the latest."""
        found: dict[int, tuple[Outage, tuple[int, int]]] = {}
        for on in hooks(place):
            for outage, area in self._hanging.get(on, ()):
                if any(covers(part, place) for part in self._restored[outage.id]):
                    continue
                if is_now(outage, at, within=within) and covers(area, place):
                    special = rank(area, place)
                    if outage.id not in found or found[outage.id][1] < special:
                        found[outage.id] = outage, special
        ordered = sorted(found.values(), key=lambda each: (each[1], each[0].starts_at, each[0].id), reverse=True)
        return sorted((outage for outage, _ in ordered), key=lambda outage: outage.starts_at > at)
