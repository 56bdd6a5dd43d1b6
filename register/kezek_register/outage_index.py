"""Open outages in memory, found by a place without expanding any area. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from kezek_register.areas import Area, Place, covers, rank
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
                self._hanging.setdefault(_hook(area), []).append((outage, area))

    def affecting(self, place: Place, at: datetime, within: timedelta = timedelta(0)) -> list[Outage]:
        """Those of now before those that come; of each the one whose area is most special first, then the latest."""
        found: dict[int, tuple[Outage, tuple[int, int]]] = {}
        for hook in _hooks(place):
            for outage, area in self._hanging.get(hook, ()):
                if any(covers(part, place) for part in self._restored[outage.id]):
                    continue
                if is_now(outage, at, within=within) and covers(area, place):
                    special = rank(area, place)
                    if outage.id not in found or found[outage.id][1] < special:
                        found[outage.id] = outage, special
        ordered = sorted(found.values(), key=lambda each: (each[1], each[0].starts_at, each[0].id), reverse=True)
        return sorted((outage for outage, _ in ordered), key=lambda outage: outage.starts_at > at)


def _hook(area: Area) -> tuple[str, int]:
    match area.scope:
        case "territory":
            return "territory", area.territory_id or 0
        case "part":
            return "part", area.part_id or 0
        case "street" | "houses":
            return "street", area.street_id or 0
        case "building":
            return "building", area.building_id or 0
        case _:
            return "all", 0


def _hooks(place: Place) -> Iterator[tuple[str, int]]:
    yield "all", 0
    for territory in place.territories:
        yield "territory", territory
    for part in place.parts:
        yield "part", part
    if place.street_id:
        yield "street", place.street_id
    if place.building_id:
        yield "building", place.building_id
