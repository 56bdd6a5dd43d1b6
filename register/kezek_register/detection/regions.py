"""What an outage may cover: nodes of the trees, whole streets, a set of buildings, or a piece of the ground. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property

from kezek_register.detection.evidence import Voice
from kezek_register.detection.gazetteer import EVERYWHERE, Gazetteer, Key
from kezek_register.detection.hull import Point, inside

_COMPARED = 200  # buildings of the smaller one, to see how much two regions share


class Region:
    """`keys`: nodes and streets; `spots`: buildings beside them; `ring`: what stands inside of it, with `about` so many
    households, and without keys and spots; `cost`: nats, how unusual a region of this kind is before any report."""

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
        self.spots = frozenset(spots)
        self.ring = tuple(ring)
        self.cost = cost
        self._about = about
        self.whole = EVERYWHERE in self.keys

    def __contains__(self, spot: int) -> bool:
        if self.whole or spot in self.spots:
            return True
        if self.ring:
            at = self._gazetteer.xy[spot]
            return at is not None and inside(at, self.ring)
        return bool(self.keys) and self._named(spot)

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
    def homes(self) -> int:
        if self._about:
            return max(1, round(self._about))
        town = self._gazetteer
        named = sum(town.households(key) for key in self.keys)
        return max(1, named + sum(town.homes[n] for n in self.spots if not self.keys or not self._named(n)))

    def of_street(self, street: int) -> float:
        """The share of its households that is inside."""
        if self.whole or ("s", street) in self.keys:
            return 1.0
        town = self._gazetteer
        if self.ring:
            probes = town.probes(street)
            return sum(n in self for n in probes) / max(1, len(probes))
        found = 0.0
        if self.keys:
            found = sum(share for key, share in town.shares(street).items() if key in self.keys)
        if self.spots:
            found += self._by_street[street] / max(1, town.sums["s", street])
        return min(1.0, found)

    def joined(self, other: Region) -> Region:
        """What is in either; neither is a ring."""
        if self.whole or other.whole:
            return Region(self._gazetteer, [EVERYWHERE], cost=self.cost + other.cost)
        spots = self.spots | other.spots
        return Region(self._gazetteer, self.keys | other.keys, spots, cost=self.cost + other.cost)

    def overlap(self, other: Region) -> float:
        """Households in both, of those of the smaller one; of large ones by some of their buildings."""
        small, large = (self, other) if self.homes <= other.homes else (other, self)
        homes = self._gazetteer.homes
        some = list(small._some())
        return sum(homes[n] for n in some if n in large) / max(1, sum(homes[n] for n in some))

    def _some(self) -> Iterator[int]:
        town = self._gazetteer
        groups: list[Sequence[int]] = [sorted(self.spots)]
        for key in sorted(self.keys):
            if key == EVERYWHERE:
                groups.append(range(len(town.spots)))
            else:
                groups.append(town.streets.get(int(key[1]), ()) if key[0] == "s" else town.below.get(key, ()))
        step = 1 + sum(map(len, groups)) // _COMPARED
        for group in groups:
            yield from group[::step]

    @cached_property
    def _by_street(self) -> Counter[int]:
        """Households of the single buildings."""
        town = self._gazetteer
        found: Counter[int] = Counter()
        for n in self.spots:
            found[town.spots[n].place.street_id] += town.homes[n]
        return found

    @cached_property
    def _ids(self) -> tuple[frozenset[int], frozenset[int], frozenset[int]]:
        """Of the keys: streets, territories, parts."""
        streets, territories, parts = (
            frozenset(int(key[1]) for key in self.keys if key[0] == kind) for kind in ("s", "t", "p")
        )
        return streets, territories, parts

    def _named(self, spot: int) -> bool:
        place = self._gazetteer.spots[spot].place
        streets, territories, parts = self._ids
        return (
            place.street_id in streets
            or not territories.isdisjoint(place.territories)
            or not parts.isdisjoint(place.parts)
        )
