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

    def score(self, region: Region) -> float:
        """The log posterior of it, up to a constant."""
        parts = {street: region.of_street(street) for street in self._streets}
        inside = [self._inside(voice, region, parts) for voice in self.voices]
        real = self._real
        each = 1.0 / region.homes
        total = -region.cost
        for voice, share in zip(self.voices, inside, strict=True):
            wrong = max(MISPLACED, 1.0 - voice.sure)
            # a wrong house is mostly another one of a street that is out, as likely as that street is
            slip = 0.65 * parts.get(voice.where.street, 0.0) * each
            off = slip + 0.35 * self._anywhere
            total += math.log(real * ((1.0 - wrong) * share * each + wrong * off) + (1.0 - real) * self._anywhere)
        return total

    def _inside(self, voice: Voice, region: Region, parts: dict[int, float]) -> float:
        if voice.where.spot >= 0:
            return 1.0 if voice.where.spot in region else 0.0
        if voice.where.street:
            return parts[voice.where.street]
        return 1.0 if region.holds(voice) else 0.0
