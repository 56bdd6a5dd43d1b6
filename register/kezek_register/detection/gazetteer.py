"""The town as detection reads it: which candidate areas a place hangs on, and how many households live in each. Pure.

An area is a key: ('b', spot), ('s', street), ('t', territory), ('p', part), ('a',) for the whole town, and
('c', level, i, j) for a square of the ground. Squares overlap by half, so that any small circle is inside one.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kezek_register.areas import Place
from kezek_register.detection.hull import Point
from kezek_register.detection.types import Spot, Town
from kezek_register.houses import house_key, same_number

Key = tuple[str | int, ...]
EVERYWHERE: Key = ("a",)
LEVELS = 6  # of squares: 2 * CELL_M wide, then twice that, and so on
CELL_M = 60.0
_PATCH_M = 200.0
_PROBES = 8  # buildings that a street is known by
_METRES_A_DEGREE = 111_320.0


@dataclass(frozen=True, slots=True)
class Where:
    """A place found in the town: `spot` -1 when only the street is known, `street` 0 when not even that."""

    spot: int = -1
    street: int = 0
    territories: tuple[int, ...] = ()
    parts: tuple[int, ...] = ()


class Gazetteer:
    """Built once for a town; O(spots) of memory."""

    def __init__(self, town: Town) -> None:
        self.spots = tuple(town.spots)
        self.homes = [max(0, spot.households) for spot in self.spots]
        self.total = max(1, sum(self.homes))
        self.sums: Counter[Key] = Counter()
        self.sums[EVERYWHERE] = self.total
        self.streets: dict[int, list[int]] = {}
        self._of_streets: dict[int, dict[Key, float]] = {}
        self._probes: dict[int, list[int]] = {}
        self.below: dict[Key, list[int]] = {}
        self._by_building: dict[int, int] = {}
        self._by_house: dict[tuple[int, str], int] = {}
        self.above: dict[Key, int | None] = {("p", branch.id): branch.parent for branch in town.parts}
        self.ground: dict[tuple[int, int], list[int]] = {}
        self.kinds = {branch.id: branch.kind for branch in town.parts}
        self.xy = _ground(self.spots)
        self.grounded = any(at is not None for at in self.xy)
        for n, spot in enumerate(self.spots):
            self._add(n, spot.place)
        for houses in self.streets.values():
            houses.sort(key=lambda n: house_key(self.spots[n].place.house))
        self.at_street = {n: i for houses in self.streets.values() for i, n in enumerate(houses)}
        self.number = [_number(spot.place.house) for spot in self.spots]

    def _add(self, n: int, place: Place) -> None:
        homes = self.homes[n]
        if place.building_id:
            self._by_building.setdefault(place.building_id, n)
        if place.street_id:
            self.streets.setdefault(place.street_id, []).append(n)
            if place.house:
                self._by_house.setdefault((place.street_id, place.house), n)
            self.sums["s", place.street_id] += homes
        for key in (*(("t", one) for one in place.territories), *(("p", one) for one in place.parts)):
            self.sums[key] += homes
            self.below.setdefault(key, []).append(n)
        if (at := self.xy[n]) is not None:
            for level in range(LEVELS):
                side = CELL_M * 2**level
                self.sums["q", level, math.floor(at[0] / side), math.floor(at[1] / side)] += homes
            self.ground.setdefault((math.floor(at[0] / _PATCH_M), math.floor(at[1] / _PATCH_M)), []).append(n)

    def where(self, place: Place) -> Where:
        """The nearest that is known of it: the house, one of that number, the street, else the trees."""
        n = self._by_building.get(place.building_id, -1) if place.building_id else -1
        if n < 0 and place.house and place.street_id in self.streets:
            n = self._by_house.get((place.street_id, place.house), -1)
            if n < 0:
                alike = (m for m in self.streets[place.street_id] if same_number(self.house(m), place.house))
                n = next(alike, -1)
        if n >= 0:
            found = self.spots[n].place
            return Where(n, found.street_id, found.territories, found.parts)
        if place.street_id in self.streets:
            return Where(-1, place.street_id)
        territories = tuple(one for one in place.territories if ("t", one) in self.sums)
        return Where(-1, 0, territories, tuple(one for one in place.parts if ("p", one) in self.sums))

    def house(self, n: int) -> str:
        return self.spots[n].place.house

    def households(self, key: Key) -> int:
        """Of that area; 0 for what is not in the town."""
        if key[0] == "b":
            return self.homes[int(key[1])]
        if key[0] == "c":
            _, level, i, j = key
            i, j = int(i), int(j)
            four = ((i, j), (i + 1, j), (i, j + 1), (i + 1, j + 1))
            return sum(self.sums.get(("q", level, *one), 0) for one in four)
        if key[0] == "r":
            return sum(self.homes[n] for n in self.run(key))
        return self.sums.get(key, 0)

    def patches(self, ring: Sequence[Point]) -> list[tuple[int, int]]:
        """Keys of `ground` that the ring may reach into."""
        xs, ys = [one[0] for one in ring], [one[1] for one in ring]
        left, right = math.floor(min(xs) / _PATCH_M), math.floor(max(xs) / _PATCH_M)
        low, high = math.floor(min(ys) / _PATCH_M), math.floor(max(ys) / _PATCH_M)
        if (right - left + 1) * (high - low + 1) > len(self.ground):
            return [(i, j) for i, j in self.ground if left <= i <= right and low <= j <= high]
        return [(i, j) for i in range(left, right + 1) for j in range(low, high + 1) if (i, j) in self.ground]

    def chain(self, where: Where, sure: float) -> Iterator[tuple[Key, float]]:
        """Each candidate area that the place hangs on, with the chance that it really lies there. A house that is
        in doubt is more often another house of its street than anywhere else."""
        near = 1.0 - (1.0 - sure) * 0.4
        yield EVERYWHERE, 1.0
        if where.spot >= 0:
            yield ("b", where.spot), sure
            yield from ((("t", one), near) for one in where.territories)
            yield from ((("p", one), near if self.sums["p", one] > 50 else sure) for one in where.parts)
            if where.street:
                yield ("s", where.street), near
            yield from self._squares(where.spot, sure, near)
        elif where.street:
            yield ("s", where.street), near
            yield from ((key, near * some) for key, some in self.shares(where.street).items() if some > 0.3)
        else:
            yield from ((("t", one), near) for one in where.territories)
            yield from ((("p", one), near) for one in where.parts)

    def _squares(self, n: int, sure: float, near: float) -> Iterator[tuple[Key, float]]:
        at = self.xy[n]
        if at is None:
            yield from self._ranges(n, sure)
            return
        for level in range(LEVELS):
            side = CELL_M * 2**level
            i, j = math.floor(at[0] / side), math.floor(at[1] / side)
            chance = sure if level < 3 else near
            for di in (0, 1):
                for dj in (0, 1):
                    yield ("c", level, i - di, j - dj), chance

    def _ranges(self, n: int, sure: float) -> Iterator[tuple[Key, float]]:
        """Without the ground: runs of 8 and 32 houses of its street, overlapping by half."""
        street = self.spots[n].place.street_id
        if not street:
            return
        for half in (4, 16):
            if len(self.streets[street]) > 2 * half:
                slot = self.at_street[n] // half
                yield ("r", street, half, slot), sure
                yield ("r", street, half, slot - 1), sure

    def run(self, key: Key) -> list[int]:
        """The spots of a run of houses."""
        _, street, half, slot = key
        first = int(half) * int(slot)
        return self.streets[int(street)][max(0, first) : first + 2 * int(half)]

    def probes(self, street: int) -> Sequence[int]:
        """A few of its buildings that stand for all of it, evenly by households."""
        if (known := self._probes.get(street)) is None:
            known = self._probes[street] = []
            each = self.sums["s", street] / _PROBES
            wanted, reached = each / 2, 0.0
            for n in self.streets.get(street, ()):
                reached += self.homes[n]
                while wanted < reached:
                    known.append(n)
                    wanted += each
        return known

    def shares(self, street: int) -> dict[Key, float]:
        """Of each node of the trees: the share of the street's households that hang on it."""
        if (known := self._of_streets.get(street)) is None:
            homes: Counter[Key] = Counter()
            for n in self.streets.get(street, ()):
                place = self.spots[n].place
                for key in (*(("t", one) for one in place.territories), *(("p", one) for one in place.parts)):
                    homes[key] += self.homes[n]
            whole = max(1, self.sums["s", street])
            known = self._of_streets[street] = {key: some / whole for key, some in homes.items()}
        return known


def _ground(spots: Sequence[Spot]) -> list[tuple[float, float] | None]:
    """Metres east and north of nowhere in particular."""
    known = [one.lat for one in spots if one.lat is not None and math.isfinite(one.lat)]
    shrink = math.cos(math.radians(sum(known) / len(known))) if known else 1.0
    found: list[tuple[float, float] | None] = []
    for one in spots:
        if one.lat is None or one.lon is None or not (math.isfinite(one.lat) and math.isfinite(one.lon)):
            found.append(None)
        else:
            found.append((one.lon * shrink * _METRES_A_DEGREE, one.lat * _METRES_A_DEGREE))
    return found


def _number(house: str) -> int:
    found = re.match(r"\d+", house)
    return int(found.group()) if found else 0
