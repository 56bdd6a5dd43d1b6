"""A piece of the town drawn by households: the same few hundred points, each for as many of them, stand for all. Pure.

A region is the set of points that it holds, kept as the bits of one integer: how many households two regions share is
one `&` and a count of bits, so that hundreds of regions can be compared for one report.
"""

from __future__ import annotations

import random
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import accumulate

from kezek_register.detection.gazetteer import Gazetteer, Key
from kezek_register.detection.hull import Point

POINTS = 400
_DRAWN = 16_384  # of the whole town, for pieces that are large
_LARGE = 300  # patches of ground


class Canvas:
    """`points`: spots, one as often as its households ask for; `each`: households that a point stands for."""

    def __init__(self, gazetteer: Gazetteer, points: Sequence[int], each: float) -> None:
        self.points = points
        self.each = each
        self._gazetteer = gazetteer
        self._keys: dict[Key, int] | None = None

    def of_spots(self, spots: frozenset[int]) -> int:
        return sum(1 << i for i, n in enumerate(self.points) if n in spots)

    def of_key(self, key: Key) -> int:
        """Of a node of the trees or of a street."""
        return self.keys().get(key, 0)

    def keys(self) -> dict[Key, int]:
        """All nodes and streets that are on it."""
        if self._keys is None:
            self._keys = {}
            for i, n in enumerate(self.points):
                place = self._gazetteer.spots[n].place
                own = [("s", place.street_id), *(("t", one) for one in place.territories)]
                for each in (*own, *(("p", one) for one in place.parts)):
                    self._keys[each] = self._keys.get(each, 0) | 1 << i
        return self._keys

    def everything(self) -> int:
        return (1 << len(self.points)) - 1


class Canvases:
    """Made once for a town."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._gazetteer = gazetteer
        chance = random.Random(0)  # noqa: S311 - any even choice will do, the same on every node
        spots = range(len(gazetteer.spots))
        self._drawn = chance.choices(spots, gazetteer.homes, k=_DRAWN) if any(gazetteer.homes) else []

    def of(self, spots: Sequence[int]) -> Canvas:
        up_to = list(accumulate(self._gazetteer.homes[n] for n in spots))
        each = max(0.5, (up_to[-1] if up_to else 0) / POINTS)
        points: list[int] = []
        wanted = each / 2
        for n, reached in zip(spots, up_to, strict=True):
            while wanted < reached:
                points.append(n)
                wanted += each
        return Canvas(self._gazetteer, points, each)

    def within(self, west: float, south: float, east: float, north: float) -> Canvas:
        town = self._gazetteer
        patches = town.patches([(west, south), (east, north)])
        if len(patches) <= _LARGE:
            return self.of([n for at in patches for n in town.ground[at]])
        points: list[int] = []
        looked = 0
        for n in self._drawn:
            looked += 1
            if (at := town.xy[n]) is not None and west <= at[0] <= east and south <= at[1] <= north:
                points.append(n)
                if len(points) == POINTS:
                    break
        return Canvas(town, points, town.total / max(1, looked))


class Axis:
    """Items in the order of a number each: those between two numbers, as bits."""

    def __init__(self, values: Sequence[float]) -> None:
        order = sorted(range(len(values)), key=values.__getitem__)
        self.values = [values[i] for i in order]
        self._up_to = [0]
        for i in order:
            self._up_to.append(self._up_to[-1] | 1 << i)

    def between(self, low: float, high: float) -> int:
        return self._up_to[bisect_right(self.values, high)] ^ self._up_to[bisect_left(self.values, low)]


def about(points: Sequence[Point], spare: float, least_m: float) -> tuple[float, float, float, float]:
    """West, south, east, north of what most of the points are about: their middle three quarters each way, wider by
    `spare` of that on each side, by `least_m` at least."""
    found: list[tuple[float, float]] = []
    for values in (sorted(one[0] for one in points), sorted(one[1] for one in points)):
        off = len(values) // 8
        low, high = values[off], values[-1 - off]
        by = max(least_m, spare * (high - low))
        found.append((low - by, high + by))
    (west, east), (south, north) = found
    return west, south, east, north
