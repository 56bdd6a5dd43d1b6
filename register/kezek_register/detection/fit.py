"""How well a region explains where reports come from. Pure.

A report of the outage comes from each household of it alike; some are placed wrongly, mostly on the same street; the
others are the town's usual ones. A larger region makes each place in it less likely: silent households are evidence
against it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from kezek_register.detection.evidence import Voice
from kezek_register.detection.gazetteer import Gazetteer
from kezek_register.detection.regions import Region

MISPLACED = 0.08  # of the outage's own reports, when the place is said to be sure


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
        for n, voice in enumerate(self.voices):
            wrong = max(MISPLACED, 1.0 - voice.sure)
            density = wrong * 0.35 * self._anywhere
            for weight, region, parts, inside in zip(weights, regions, streets, shares, strict=True):
                # a wrong house is mostly another one of a street that is out, as likely as that street is
                slip = 0.65 * parts.get(voice.where.street, 0.0)
                density += weight * ((1.0 - wrong) * inside[n] + wrong * slip) / region.homes
            total += math.log(self._real * density + (1.0 - self._real) * self._anywhere)
        return total

    def _inside(self, voice: Voice, region: Region, parts: dict[int, float]) -> float:
        if voice.where.spot >= 0:
            return 1.0 if voice.where.spot in region else 0.0
        if voice.where.street:
            return parts[voice.where.street]
        return 1.0 if region.holds(voice) else 0.0
