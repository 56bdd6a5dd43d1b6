"""Areas of a town as data, and whether a place lies in one. Pure.

The same words say where a rule of responsibility holds and where an outage is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from kezek_register.houses import house_key

TerritoryKind = Literal["oblast", "community", "city", "district", "microdistrict"]
NetworkKind = Literal["substation", "feeder", "heat_main", "boiler_house", "water_zone", "gas_zone", "other"]
Scope = Literal["all", "territory", "part", "street", "houses", "building"]
Parity = Literal["", "odd", "even"]

_RANK = {"all": 0, "territory": 1, "part": 2, "street": 3, "houses": 4, "building": 5}


@dataclass(frozen=True, slots=True)
class Area:
    """`houses`: of `street_id`, from `house_from` to `house_to` in the order of `house_key`, '' is open-ended."""

    scope: Scope
    territory_id: int | None = None
    street_id: int | None = None
    building_id: int | None = None
    part_id: int | None = None
    house_from: str = ""
    house_to: str = ""
    parity: Parity = ""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a building is, in all respects that an area may name. Trees from the root down; `building_id` 0 when the
    register does not know the house, and `house` '' when only the street is known."""

    street_id: int = 0
    house: str = ""
    building_id: int = 0
    territories: tuple[int, ...] = ()
    parts: tuple[int, ...] = ()


def covers(area: Area, place: Place) -> bool:
    """Whether the place lies in the area. A house that is not known lies in no area that names houses."""
    match area.scope:
        case "all":
            return True
        case "territory":
            return area.territory_id in place.territories
        case "part":
            return area.part_id in place.parts
        case "street":
            return area.street_id == place.street_id
        case "houses":
            return area.street_id == place.street_id and _in_range(area, place.house)
        case "building":
            return area.building_id == place.building_id != 0


def swallows(great: Area, small: Area) -> bool:
    """Whether all of the one surely lies in the other, by their own words alone: what only the register knows is
    False here."""
    if great.scope == "all" or great == small:
        return True
    if small.scope != "houses" or great.street_id != small.street_id:
        return False
    if great.scope == "street":
        return True
    if great.scope != "houses" or (great.parity and great.parity != small.parity):
        return False
    if great.house_from and not (small.house_from and house_key(great.house_from) <= house_key(small.house_from)):
        return False
    # an end without a fraction takes the fractions along: only an earlier plot is surely inside
    earlier = bool(small.house_to) and _number(small.house_to) < _number(great.house_to)
    return great.house_to in ("", small.house_to) or earlier


def rank(area: Area, place: Place) -> tuple[int, int]:
    """How special an area is that covers the place: the greater one wins. Of territories and parts the deeper one."""
    depth = 0
    if area.scope == "territory" and area.territory_id in place.territories:
        depth = place.territories.index(area.territory_id)
    elif area.scope == "part" and area.part_id in place.parts:
        depth = place.parts.index(area.part_id)
    return _RANK[area.scope], depth


def hook(area: Area) -> tuple[str, int]:
    """The one id that its scope names: what an index of areas hangs it on."""
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


def hooks(place: Place) -> Iterator[tuple[str, int]]:
    """All on which an area that covers the place may hang: a dozen or so."""
    yield "all", 0
    for territory in place.territories:
        yield "territory", territory
    for part in place.parts:
        yield "part", part
    if place.street_id:
        yield "street", place.street_id
    if place.building_id:
        yield "building", place.building_id


def _in_range(area: Area, house: str) -> bool:
    if not house:
        return False
    if area.parity and (_number(house) % 2 == 1) != (area.parity == "odd"):
        return False
    key = house_key(house)
    if area.house_from and key < house_key(area.house_from):
        return False
    # '9' as the end takes 9/2 and 9a along: they stand on that plot
    return not area.house_to or key <= house_key(area.house_to) or area.house_to == str(_number(house))


def _number(house: str) -> int:
    found = re.match(r"\d+", house)
    return int(found.group()) if found else 0
