"""How well a region explains where reports come from. Pure.

A report of the outage comes from each household of it alike; some are placed wrongly, mostly on the same street; the
others are the town's usual ones. A larger region makes each place in it less likely: silent households are evidence
against it.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

from kezek_register.detection.boxes import Explains
from kezek_register.detection.canvas import Canvas
from kezek_register.detection.evidence import Voice
from kezek_register.detection.gazetteer import Gazetteer
from kezek_register.detection.regions import Region

MISPLACED = 0.08  # of the outage's own reports, when the place is said to be sure
ELSEWHERE = 0.35  # of those that are placed wrongly: anywhere; the others are on a street that is out
NEARBY = 0.02  # of a street on which a report stands beside a region: what of it is inside, at a first look


class Fit:
    """`usual`: how many of the voices are the town's usual ones."""

    def __init__(self, gazetteer: Gazetteer, voices: Sequence[Voice], usual: float) -> None:
        self.voices = voices
        self._real = 1.0 - min(0.9, (usual + 0.5) / (len(voices) + 1.0))
        self._anywhere = 1.0 / gazetteer.total
        self._streets = {one.where.street for one in voices if one.where.street}

    def score(self, *regions: Region) -> float:
        """The log posterior, up to a constant, of one outage or of several beside each other, each with its own share
        of the reports."""
        streets = [{street: region.of_street(street) for street in self._streets} for region in regions]
        shares = [
            [self._inside(voice, region, parts) for voice in self.voices]
            for region, parts in zip(regions, streets, strict=True)
        ]
        counts = [sum(inside) + 0.5 for inside in shares]
        weights = [count / sum(counts) for count in counts]
        total = -sum(region.cost for region in regions) - (len(regions) - 1) * math.log(len(self.voices) + 1)
        each = [
            (weight / region.homes, parts, inside)
            for weight, region, parts, inside in zip(weights, regions, streets, shares, strict=True)
        ]
        usual = (1.0 - self._real) * self._anywhere
        for n, voice in enumerate(self.voices):
            wrong = max(MISPLACED, 1.0 - voice.sure)
            density = wrong * ELSEWHERE * self._anywhere
            for weight, parts, inside in each:
                # a wrong house is mostly another one of a street that is out, as likely as that street is
                slip = (1.0 - ELSEWHERE) * parts.get(voice.where.street, 0.0)
                density += weight * ((1.0 - wrong) * inside[n] + wrong * slip)
            total += math.log(self._real * density + usual)
        return total

    def at_a_glance(self, inside: float, homes: float) -> float:
        """About what a region of so many households scores that holds so many of the reports, before its cost."""
        there, beside = self._densities(MISPLACED, homes)
        return inside * math.log(there) + (len(self.voices) - inside) * math.log(beside)

    def of_boxes(self, canvas: Canvas, grounded: Sequence[Voice]) -> Explains:
        """The same for boxes on a canvas, by the bits of those of the reports whose ground is known."""
        bits = {True: 0, False: 0}
        for i, one in enumerate(grounded):
            bits[one.sure >= 0.7] |= 1 << i
        doubts = {True: 0.12, False: 0.5}
        classes = [(some, some.bit_count(), doubts[sure]) for sure, some in bits.items() if some]
        # of a street alone: as much inside as the street is
        alone = Counter(one.where.street for one in self.voices if one.where.spot < 0)
        streets = [
            (on, on.bit_count(), count) for street, count in alone.items() if (on := canvas.of_key(("s", street)))
        ]

        def explains(points: int, reports: int) -> float:
            homes = max(0.5, points.bit_count()) * canvas.each
            there, beside = self._densities(MISPLACED, homes)
            total = math.log(homes)  # a town has room for fewer large ones
            for on, whole, count in streets:
                total += count * math.log(beside + (there - beside) * (points & on).bit_count() / whole)
            for some, count, wrong in classes:
                there, beside = self._densities(wrong, homes)
                inside = (reports & some).bit_count()
                total += inside * math.log(there) + (count - inside) * math.log(beside)
            return total

        return explains

    def _densities(self, wrong: float, homes: float) -> tuple[float, float]:
        """Of a report inside, and of one beside."""
        beyond = self._real * wrong * ELSEWHERE * self._anywhere + (1.0 - self._real) * self._anywhere
        slip = wrong * (1.0 - ELSEWHERE)
        return self._real * (1.0 - wrong + slip) / homes + beyond, self._real * slip * NEARBY / homes + beyond

    def _inside(self, voice: Voice, region: Region, parts: dict[int, float]) -> float:
        if voice.where.spot >= 0:
            return 1.0 if voice.where.spot in region else 0.0
        if voice.where.street:
            return parts[voice.where.street]
        return 1.0 if region.holds(voice) else 0.0
