"""What an outage may cover: nodes of the trees, whole streets, a set of buildings, or a piece of the ground. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property

from kezek_register.detection.evidence import Voice
from kezek_register.detection.gazetteer import EVERYWHERE, Gazetteer, Key
from kezek_register.detection.hull import Point, inside

_SAMPLED = 16  # houses of a street, where a ring cuts it


class Region:
    """`keys`: nodes and streets; `spots`: buildings beside them; `ring`: what stands inside of it, if there are no keys
    and spots; `about`: its households, by whoever has counted them roughly; `cost`: nats, how unusual a region of this
    kind is before any report. What is asked of the reports' own places is cheap; `spots` of a ring and `all_spots` go
    through the buildings."""

    def __init__(
        self,
        gazetteer: Gazetteer,
        keys: Iterable[Key] = (),
        spots: Iterable[int] = (),
        ring: Sequence[Point] = (),
        cost: float = 0.0,
        about: float = 0.0,
    ) -> None:
        self._gazetteer = gazetteer
        self.keys = frozenset(keys)
        self._given = frozenset(spots)
        self.ring = tuple(ring)
        self.cost = cost
        self._about = about
        self.whole = EVERYWHERE in self.keys

    def __contains__(self, spot: int) -> bool:
        if self.whole or spot in self._given:
            return True
        if self.ring:
            at = self._gazetteer.xy[spot]
            return at is not None and inside(at, self.ring)
        if not self.keys:
            return False
        place = self._gazetteer.spots[spot].place
        return (
            ("s", place.street_id) in self.keys
            or any(("p", one) in self.keys for one in place.parts)
            or any(("t", one) in self.keys for one in place.territories)
        )

    def holds(self, voice: Voice) -> bool:
        """Whether the voice may be from inside; of a street alone, whether any of that street is."""
        where = voice.where
        if where.spot >= 0:
            return where.spot in self
        if where.street:
            return self.of_street(where.street) > 0.0
        keys = (*(("p", one) for one in where.parts), *(("t", one) for one in where.territories))
        return self.whole or any(key in self.keys for key in keys)

    @cached_property
    def spots(self) -> frozenset[int]:
        """Those that no key names."""
        return self._given or frozenset(self._gazetteer.standing_in(self.ring) if self.ring else ())

    @cached_property
    def homes(self) -> int:
        if self._about:
            return max(1, round(self._about))
        town = self._gazetteer
        named = sum(town.households(key) for key in self.keys)
        return max(1, named + sum(town.homes[n] for n in self.spots if not self.keys or not self._named(n)))

    @cached_property
    def all_spots(self) -> frozenset[int]:
        town = self._gazetteer
        if self.whole:
            return frozenset(range(len(town.spots)))
        found = set(self.spots)
        for key in self.keys:
            found.update(town.streets[int(key[1])] if key[0] == "s" else town.below.get(key, ()))
        return frozenset(found)

    def of_street(self, street: int) -> float:
        """The share of its households that is inside."""
        if self.whole or ("s", street) in self.keys:
            return 1.0
        town = self._gazetteer
        if self.keys and not self._given:
            shares = town.shares(street)
            return min(1.0, sum(shares.get(key, 0.0) for key in self.keys))
        houses = town.streets.get(street, ())
        some = houses[:: 1 + len(houses) // _SAMPLED] if self.ring else houses
        return sum(town.homes[n] for n in some if n in self) / max(1, sum(town.homes[n] for n in some))

    def exactly(self) -> Region:
        """With its households counted, where `about` was enough to compare it."""
        return Region(self._gazetteer, self.keys, self._given, self.ring, self.cost) if self._about else self

    def joined(self, other: Region) -> Region:
        """What is in either."""
        if self.whole or other.whole:
            return Region(self._gazetteer, [EVERYWHERE], cost=self.cost + other.cost)
        spots = self.spots | other.spots
        return Region(self._gazetteer, self.keys | other.keys, spots, cost=self.cost + other.cost)

    def overlap(self, other: Region) -> float:
        """Households in both, of those of the smaller one."""
        small, large = (self, other) if self.homes <= other.homes else (other, self)
        both = sum(self._gazetteer.homes[n] for n in small.all_spots if n in large)
        return both / small.homes

    def _named(self, spot: int) -> bool:
        return spot in Region(self._gazetteer, self.keys)
