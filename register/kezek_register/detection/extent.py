"""Which households are out, from where the reports of a suspicion come. Pure.

Candidates are nodes of the trees, unions of nodes beside each other, streets, runs of houses and, where coordinates are
known, boxes on the ground (`boxes`). Each is as likely as it explains the reports (`fit`) and as its kind is unusual.
What is told is not the likeliest one but the one that shares most households, over those in either, with all of them as
likely as they are (the least Bayes risk, Kumar & Byrne 2004): of many borders that explain twenty reports alike
the likeliest is the tightest, and it is nearly always too tight.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kezek_register.detection.boxes import Box, boxes
from kezek_register.detection.canvas import Canvas, Canvases, about
from kezek_register.detection.covering import Covering
from kezek_register.detection.evidence import Voice
from kezek_register.detection.fit import Fit
from kezek_register.detection.gazetteer import EVERYWHERE, Gazetteer, Key
from kezek_register.detection.regions import Region

DRAWN = 2.0  # nats, of a shape that nobody has drawn, beside those of where it is
KNOWN = 7.0  # nats more of it where the network is known: faults follow that
TOGETHER = 2.5  # nats, of neighbouring parts that are out at once, beside those of one
LOOKED_AT = 16  # of the candidates, those that may be best at a glance
LIKELY = 7.0  # nats below the best one: less likely ones are not weighed
BOXES = 60  # of the boxes that are weighed
LEAST_REPORTS = 3  # for a box


@dataclass(slots=True)
class _Reading:
    """A region that may be it. `bits`: of the canvas."""

    score: float
    homes: float
    bits: int
    region: Region | None = None
    box: Box | None = None


class Extents:
    def __init__(self, gazetteer: Gazetteer) -> None:
        self.gazetteer = gazetteer
        self._canvases = Canvases(gazetteer)
        self._covering = Covering(gazetteer)
        count = Counter(str(key[0]) for key in gazetteer.sums)
        self._cost = {kind: math.log(max(2, n)) for kind, n in count.items()}
        self._cost["b"] = math.log(max(2, len(gazetteer.spots)))

    def best(self, voices: Sequence[Voice], usual: float) -> Region:
        """Of these reports, `usual` of which belong to no outage."""
        return self.found(voices, usual)[0]

    def found(self, voices: Sequence[Voice], usual: float) -> tuple[Region, float]:
        """The same, with the score of the likeliest region."""
        town, fit = self.gazetteer, Fit(self.gazetteer, voices, usual)
        grounded = [one for one in voices if one.where.spot >= 0 and town.xy[one.where.spot] is not None]
        points = [at for one in grounded if (at := town.xy[one.where.spot]) is not None]
        canvas = self._canvas(points, voices)
        plain = self._read(fit, [*self._candidates(voices)], voices)
        first = max(plain, key=lambda one: one.score)
        drawn: list[_Reading] = []
        if len(set(points)) >= LEAST_REPORTS and not self._of_network(first, voices):
            drawn = self._boxes(fit, canvas, grounded)
            plain += self._read(fit, [*self._between(canvas, drawn)], voices)
        best = max(one.score for one in (*plain, *drawn))
        readings = [one for one in (*plain, *drawn) if one.score > best - LIKELY]
        for one in readings:
            if one.region is not None:
                one.bits = self._bits(canvas, one.region)
        return self._told(_least_risk(readings, canvas, plain if town.above else readings)), best

    def _read(self, fit: Fit, regions: list[Region], voices: Sequence[Voice]) -> list[_Reading]:
        if len(regions) > LOOKED_AT:
            regions = self._likely(fit, regions, voices)
        return [_Reading(fit.score(one), one.homes, 0, one) for one in regions]

    def _of_network(self, reading: _Reading, voices: Sequence[Voice]) -> bool:
        """Whether a part of the network explains nearly all: no piece of ground that somebody draws is likelier."""
        region = reading.region
        if region is None or not region.keys or any(key[0] != "p" for key in region.keys):
            return False
        return sum(1 for one in voices if region.holds(one)) >= 0.75 * len(voices)

    def _canvas(self, points: Sequence[tuple[float, float]], voices: Sequence[Voice]) -> Canvas:
        if points:
            return self._canvases.within(*about(points, 1.0, 250.0))
        streets = {one.where.street for one in voices if one.where.street}
        return self._canvases.of([n for street in sorted(streets) for n in self.gazetteer.streets[street]])

    def _boxes(self, fit: Fit, canvas: Canvas, grounded: Sequence[Voice]) -> list[_Reading]:
        """As likely together as the best of them is by itself: the others are readings of the same border."""
        town = self.gazetteer
        reports = [at for one in grounded if (at := town.xy[one.where.spot]) is not None]
        points = [at for n in canvas.points if (at := town.xy[n]) is not None]
        found = sorted(boxes(reports, points, fit.of_boxes(canvas, grounded)), key=lambda one: -one.score)[:BOXES]
        found = [one for one in found if one.bits]
        if not found:
            return []
        first = found[0]
        homes = first.bits.bit_count() * canvas.each
        cost = self._drawn(homes) + (KNOWN if town.above else 0.0)
        exact = fit.score(Region(town, ring=first.ring(), cost=cost, about=homes))
        spread = math.log(sum(math.exp(one.score - first.score) for one in found))
        return [
            _Reading(exact + one.score - first.score - spread, one.bits.bit_count() * canvas.each, one.bits, None, one)
            for one in found
        ]

    def _drawn(self, homes: float) -> float:
        """Nats, of a piece of ground: as many of its size as the town has room for."""
        return DRAWN + math.log(max(1.0, self.gazetteer.total / max(1.0, homes)))

    def _bits(self, canvas: Canvas, region: Region) -> int:
        if region.whole:
            return canvas.everything()
        bits = canvas.of_spots(region.spots) if region.spots else 0
        for key in region.keys:
            bits |= canvas.of_key(key)
        return bits

    def _told(self, reading: _Reading) -> Region:
        if reading.box is not None:
            return self._covering.of(reading.box.ring(), self._drawn(reading.homes))
        return reading.region or Region(self.gazetteer, [EVERYWHERE])

    def _likely(self, fit: Fit, candidates: list[Region], voices: Sequence[Voice]) -> list[Region]:
        step = 1 + len(voices) // 40

        def glance(region: Region) -> float:
            inside = step * sum(1.0 for one in voices[::step] if region.holds(one))
            return fit.at_a_glance(inside, region.homes) - region.cost

        return sorted(candidates, key=glance, reverse=True)[:LOOKED_AT]

    def _candidates(self, voices: Sequence[Voice]) -> Iterator[Region]:
        town = self.gazetteer
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

    def _tree(self, voice: Voice) -> Iterator[Key]:
        where = voice.where
        yield from (("p", one) for one in where.parts)
        yield from (("t", one) for one in where.territories)
        if where.street:
            yield ("s", where.street)

    def _siblings(self, counts: Counter[Key]) -> Iterator[Region]:
        """Parts beside each other that are out together."""
        parts = [(key, n) for key, n in counts.most_common() if key[0] == "p" and n >= 2]
        town = self.gazetteer
        groups: dict[int | None, list[Key]] = {}
        for key, _ in parts:
            groups.setdefault(town.above.get(key), []).append(key)
        for keys in groups.values():
            for n in range(2, min(5, len(keys)) + 1):
                yield Region(town, keys[:n], cost=n * (self._cost["p"] + 0.5))

    def _between(self, canvas: Canvas, drawn: Sequence[_Reading]) -> Iterator[Region]:
        """Parts of one kind of which most lies in a box: many of them, side by side, are one thing to say."""
        town = self.gazetteer
        of_kinds: dict[str, list[tuple[Key, int]]] = {}
        if drawn:
            for key, bits in canvas.keys().items():
                if key[0] == "p":
                    of_kinds.setdefault(town.kinds.get(int(key[1]), ""), []).append((key, bits))
        seen: set[frozenset[Key]] = set()
        for reading in drawn[:12]:
            for parts in of_kinds.values():
                keys = frozenset(key for key, bits in parts if 2 * (bits & reading.bits).bit_count() > bits.bit_count())
                if len(keys) > 1 and keys not in seen:
                    seen.add(keys)
                    yield Region(town, keys, cost=self._cost["p"] + TOGETHER + math.log(len(keys)))

    def _run(self, street: int, spots: list[int]) -> frozenset[int]:
        """From the first to the last of the houses that report, one side of the street when all stand on it."""
        if not street or len(set(spots)) < 2:
            return frozenset()
        town = self.gazetteer
        places = sorted(town.at_street[n] for n in spots)
        houses = town.streets[street]
        sides = {town.number[n] % 2 for n in spots}
        run = houses[places[0] : places[-1] + 1]
        if len(sides) == 1 and len(spots) >= 4:
            run = [n for n in run if town.number[n] % 2 in sides]
        return frozenset(run)


def _least_risk(readings: Sequence[_Reading], canvas: Canvas, may: Sequence[_Reading]) -> _Reading:
    """Of those that may be told, the one that is expected to share most households, over those in either, with what
    is true. Where the network is known, what somebody draws is none of them."""
    first = max(readings, key=lambda one: one.score)
    weights = [math.exp(one.score - first.score) for one in readings]

    def shared(one: _Reading, other: _Reading) -> float:
        if one is other:
            return 1.0
        both = min((one.bits & other.bits).bit_count() * canvas.each, one.homes, other.homes)
        return both / (one.homes + other.homes - both)

    def expected(one: _Reading) -> float:
        return sum(weight * shared(one, other) for weight, other in zip(weights, readings, strict=True))

    likely = [one for one in may if one.score > first.score - LIKELY] or readings
    return max(likely, key=lambda one: (expected(one), one.score))
