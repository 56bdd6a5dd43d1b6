"""Which households are out, from where the reports of a suspicion come. Pure.

Candidates are nodes of the trees, unions of sibling nodes, streets, runs of houses and, where coordinates are known,
the hull of the reports grown by what a hull of so few points misses; the best by posterior is taken.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence

from kezek_register.detection.evidence import Voice
from kezek_register.detection.fit import Fit
from kezek_register.detection.gazetteer import EVERYWHERE, Gazetteer, Key
from kezek_register.detection.regions import Region
from kezek_register.detection.shapes import rings

RING = 2.0  # nats, of a shape that nobody has drawn, beside those of where it is
KNOWN = 7.0  # nats more of it where the network is known: faults follow that


class Extents:
    def __init__(self, gazetteer: Gazetteer) -> None:
        self._gazetteer = gazetteer
        self._count = Counter(str(key[0]) for key in gazetteer.sums)
        self._cost = {kind: math.log(max(2, n)) for kind, n in self._count.items()}
        self._cost["b"] = math.log(max(2, len(gazetteer.spots)))

    def best(self, voices: Sequence[Voice], usual: float) -> Region:
        """Of these reports, `usual` of which belong to no outage."""
        fit = Fit(self._gazetteer, voices, usual)
        return max(self._candidates(voices), key=fit.score).exactly()

    def _candidates(self, voices: Sequence[Voice]) -> Iterator[Region]:
        town = self._gazetteer
        yield Region(town, [EVERYWHERE], cost=4.0)
        counts: Counter[Key] = Counter(key for one in voices for key in self._tree(one))
        for key, n in counts.items():
            if n >= 2 and town.households(key) > 0:
                yield Region(town, [key], cost=self._cost[str(key[0])] + (0.5 if key[0] == "p" else 1.5))
        yield from self._siblings(counts)
        spots = Counter(one.where.spot for one in voices if one.where.spot >= 0)
        for spot, _ in spots.most_common(3):
            yield Region(town, spots=[spot], cost=self._cost["b"])
        runs: list[frozenset[int]] = []
        for street in {town.spots[n].place.street_id for n in spots}:
            if run := self._run(street, [n for n in spots.elements() if town.spots[n].place.street_id == street]):
                runs.append(run)
                yield Region(town, spots=run, cost=self._cost.get("s", 1.0) + 4.0)
        if len(runs) > 1:
            yield Region(town, spots=frozenset().union(*runs), cost=self._cost.get("s", 1.0) + 4.0 * len(runs))
        yield from self._hulls(spots)

    def _tree(self, voice: Voice) -> Iterator[Key]:
        where = voice.where
        yield from (("p", one) for one in where.parts)
        yield from (("t", one) for one in where.territories)
        if where.street:
            yield ("s", where.street)

    def _siblings(self, counts: Counter[Key]) -> Iterator[Region]:
        """Parts beside each other that are out together."""
        parts = [(key, n) for key, n in counts.most_common() if key[0] == "p" and n >= 2]
        town = self._gazetteer
        groups: dict[int | None, list[Key]] = {}
        for key, _ in parts:
            groups.setdefault(town.above.get(key), []).append(key)
        for keys in groups.values():
            for n in range(2, min(5, len(keys)) + 1):
                yield Region(town, keys[:n], cost=n * (self._cost["p"] + 0.5))

    def _run(self, street: int, spots: list[int]) -> frozenset[int]:
        """From the first to the last of the houses that report, one side of the street when all stand on it."""
        if not street or len(set(spots)) < 2:
            return frozenset()
        town = self._gazetteer
        places = sorted(town.at_street[n] for n in spots)
        houses = town.streets[street]
        sides = {town.number[n] % 2 for n in spots}
        run = houses[places[0] : places[-1] + 1]
        if len(sides) == 1 and len(spots) >= 4:
            run = [n for n in run if town.number[n] % 2 in sides]
        return frozenset(run)

    def _hulls(self, spots: Counter[int]) -> Iterator[Region]:
        town = self._gazetteer
        points = [at for n in spots.elements() if (at := town.xy[n]) is not None]
        cost = self._cost["b"] + RING + (KNOWN if town.above else 0.0)
        for ring, homes in rings(points, town.standing_near):
            yield Region(town, ring=ring, cost=cost, about=homes)
