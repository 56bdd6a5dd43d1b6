"""A piece of the ground in the town's own pieces: the territories that lie in it, and the buildings of the rest. Pure.

"Microdistricts 3, 4 and 5, and Abay 40-62" is what people say and check; a thousand houses one by one is not.
"""

from __future__ import annotations

from collections.abc import Sequence

from kezek_register.detection.gazetteer import Gazetteer, Key
from kezek_register.detection.hull import Point, inside
from kezek_register.detection.regions import Region

_LOOKED_AT = 40  # buildings of a territory, to see whether it lies inside
_MANY = 6  # territories
_WHOLE = 0.85


class Covering:
    def __init__(self, gazetteer: Gazetteer) -> None:
        self._gazetteer = gazetteer
        self._boxes: dict[Key, tuple[Point, ...]] = {}
        self._unplaced: dict[int, list[int]] = {}  # of a street: the buildings whose ground nobody knows
        xy = gazetteer.xy
        for key, spots in gazetteer.below.items():
            if key[0] == "t" and (known := [at for n in spots if (at := xy[n]) is not None]):
                xs, ys = [one[0] for one in known], [one[1] for one in known]
                low, high = (min(xs), min(ys)), (max(xs), max(ys))
                self._boxes[key] = (low, (high[0], low[1]), high, (low[0], high[1]))
        self._leaves = {("t", spot.place.territories[-1]) for spot in gazetteer.spots if spot.place.territories}
        self._by_size = sorted(self._boxes, key=lambda key: (-gazetteer.households(key), key))
        if gazetteer.grounded:
            for n, at in enumerate(xy):
                if at is None:
                    self._unplaced.setdefault(gazetteer.spots[n].place.street_id, []).append(n)

    def of(self, ring: Sequence[Point], cost: float) -> Region:
        """`ring`: convex, counter-clockwise. Where it holds many territories, those on its edge are in or out as
        wholes."""
        town = self._gazetteer
        keys: list[Key] = []
        halves: list[Key] = []
        taken: set[int] = set()
        for key in self._by_size:
            spots = town.below[key]
            if self._apart(key, ring) or not taken.isdisjoint(town.spots[spots[0]].place.territories):
                continue
            share = self._share(key, spots, ring)
            if share >= _WHOLE:
                keys.append(key)
                taken.add(int(key[1]))
            elif share >= 0.5 and key in self._leaves:
                halves.append(key)
        if len(keys) >= _MANY:
            return Region(town, [*keys, *halves], cost=cost)
        found: set[int] = set()
        for at in town.patches(ring):
            some = town.ground[at]
            if taken:
                some = [n for n in some if taken.isdisjoint(town.spots[n].place.territories)]
            found.update(n for n in some if (where := town.xy[n]) is not None and inside(where, ring))
        return Region(town, keys, found | self._between(found), cost=cost)

    def _apart(self, key: Key, ring: Sequence[Point]) -> bool:
        (left, low), _, (right, high), _ = self._boxes[key]
        return (
            right < min(one[0] for one in ring)
            or left > max(one[0] for one in ring)
            or high < min(one[1] for one in ring)
            or low > max(one[1] for one in ring)
        )

    def _share(self, key: Key, spots: Sequence[int], ring: Sequence[Point]) -> float:
        """About how much of it is inside."""
        if all(inside(corner, ring) for corner in self._boxes[key]):
            return 1.0
        some = [at for n in spots[:: 1 + len(spots) // _LOOKED_AT] if (at := self._gazetteer.xy[n]) is not None]
        return sum(inside(at, ring) for at in some) / max(1, len(some))

    def _between(self, found: set[int]) -> set[int]:
        """Buildings whose ground nobody knows, between two neighbours that are inside."""
        town = self._gazetteer
        more: set[int] = set()
        for street in {town.spots[n].place.street_id for n in found}:
            houses = town.streets.get(street, ())
            for n in self._unplaced.get(street, ()):
                i = town.at_street.get(n, 0)
                if 0 < i < len(houses) - 1 and houses[i - 1] in found and houses[i + 1] in found:
                    more.add(n)
        return more
