"""Where a report is, in all respects that an area may name: from memory, for thousands of reports."""

from __future__ import annotations

from collections.abc import Mapping

from kezek_register.areas import Place
from kezek_register.detection.types import Town
from kezek_register.trouble_types import KeptReport


class Places:
    """`streets` and `parts`: WholeTown's."""

    def __init__(
        self, town: Town, streets: Mapping[int, tuple[int, ...]], parts: Mapping[int, tuple[int, ...]]
    ) -> None:
        self._by_id = {spot.place.building_id: spot.place for spot in town.spots}
        self._by_house = {(spot.place.street_id, spot.place.house): spot.place for spot in town.spots}
        self._streets, self._parts = streets, parts

    def of(self, report: KeptReport) -> Place | None:
        """None for what has left the register."""
        if report.building_id and (known := self._by_id.get(report.building_id)):
            return known
        street = report.street_id or 0
        if street and (known := self._by_house.get((street, report.house))):
            return known
        if street in self._streets:
            return Place(street, report.house, 0, self._streets[street])
        if (part := report.part_id or 0) in self._parts:
            return Place(parts=self._parts[part])
        return None
