"""A region in the words of outages: nodes, whole streets, runs of houses, single buildings. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kezek_register.areas import Area, Parity
from kezek_register.detection.gazetteer import Gazetteer
from kezek_register.detection.regions import Region

MOST = 80  # areas of one suspicion; the smallest are left out


def areas_of(gazetteer: Gazetteer, region: Region) -> tuple[Area, ...]:
    """The greatest first."""
    if region.whole:
        return (Area("all"),)
    found: list[tuple[int, Area]] = []
    for key in sorted(region.keys):
        found.append((gazetteer.households(key), _named(str(key[0]), int(key[1]))))
    of_street: dict[int, list[int]] = {}
    for n in region.spots:
        of_street.setdefault(gazetteer.spots[n].place.street_id, []).append(n)
    for street, spots in of_street.items():
        if ("s", street) not in region.keys:
            found.extend(_of_street(gazetteer, street, spots))
    found.sort(key=lambda each: -each[0])
    return tuple(area for _, area in found[:MOST])


def _of_street(gazetteer: Gazetteer, street: int, spots: Sequence[int]) -> Iterator[tuple[int, Area]]:
    homes = gazetteer.homes
    houses = gazetteer.streets.get(street, [])
    if not street:
        yield from ((homes[n], _building(gazetteer, n)) for n in spots if gazetteer.spots[n].place.building_id)
        return
    wanted = set(spots)
    if len(wanted) == len(houses) and len(houses) > 1:
        yield sum(homes[n] for n in houses), Area("street", street_id=street)
        return
    both = list(_runs(houses, wanted))
    sides = {side: [n for n in houses if gazetteer.number[n] % 2 == (side == "odd")] for side in ("odd", "even")}
    split = [(side, run) for side, row in sides.items() for run in _runs(row, wanted)]
    chosen: list[tuple[str, list[int]]] = [("", run) for run in both] if len(both) <= len(split) else split
    for side, run in chosen:
        parity: Parity = "odd" if side == "odd" else "even" if side == "even" else ""
        size = sum(homes[n] for n in run)
        if len(run) == 1 and gazetteer.spots[run[0]].place.building_id:
            yield size, _building(gazetteer, run[0])
        else:
            first, last = gazetteer.house(run[0]), gazetteer.house(run[-1])
            yield size, Area("houses", street_id=street, house_from=first, house_to=last, parity=parity)


def _runs(houses: Sequence[int], wanted: set[int]) -> Iterator[list[int]]:
    run: list[int] = []
    for n in houses:
        if n in wanted:
            run.append(n)
        elif run:
            yield run
            run = []
    if run:
        yield run


def _named(kind: str, id: int) -> Area:
    match kind:
        case "s":
            return Area("street", street_id=id)
        case "p":
            return Area("part", part_id=id)
        case _:
            return Area("territory", territory_id=id)


def _building(gazetteer: Gazetteer, n: int) -> Area:
    return Area("building", building_id=gazetteer.spots[n].place.building_id)
