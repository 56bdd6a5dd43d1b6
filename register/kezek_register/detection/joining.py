"""Whether two suspicions are one outage, and whether one is two. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence

from kezek_register.detection.evidence import Voice
from kezek_register.detection.extent import Extents
from kezek_register.detection.fit import Fit
from kezek_register.detection.regions import Region

COMPARED = 60  # reports at most
APART_M = 500.0  # reports nearer than that are of one place
CLEARLY = 3.0  # nats: what stands is kept unless another reading is clearly better


class Joining:
    def __init__(self, extents: Extents) -> None:
        self._gazetteer = extents.gazetteer
        self._extents = extents

    def one(self, first: Region, other: Region, voices: Sequence[Voice], usual: float) -> Region | None:
        """The region that explains the reports of both better than the two beside each other; None: they are two."""
        some = _some(voices)
        usual *= len(some) / max(1, len(voices))
        fit = Fit(self._gazetteer, some, usual)
        best, score = self._extents.found(some, usual)
        if score > fit.score(first, other):
            return best
        return best if first.overlap(other) > 0.5 else None

    def two(self, region: Region, voices: Sequence[Voice], least: int, usual: float) -> list[Voice]:
        """The reports that are another outage's, [] when it is one."""
        if len(voices) < 2 * least:
            return []
        some = _some(voices)
        usual *= len(some) / len(voices)
        groups = sorted(self._groups(some), key=len, reverse=True)
        if len(groups) < 2 or len(groups[1]) < least:
            return []
        fit = Fit(self._gazetteer, some, usual)
        parts = [self._extents.best(group, 0.0) for group in groups[:2]]
        if fit.score(*parts) < fit.score(region) + CLEARLY or parts[0].overlap(parts[1]) > 0.1:
            return []
        return [one for one in voices if parts[1].holds(one) and not parts[0].holds(one)]

    def _groups(self, voices: Sequence[Voice]) -> list[list[Voice]]:
        """Those that hang together on the ground; where nobody knows the ground, by street."""
        left = [one for one in voices if one.where.spot >= 0]
        groups: list[list[Voice]] = []
        while left:
            group = [left.pop()]
            for one in group:
                near = [other for other in left if self._near(one, other)]
                group.extend(near)
                left = [other for other in left if other not in near]
            groups.append(group)
        return groups

    def _near(self, one: Voice, other: Voice) -> bool:
        if one.where.spot == other.where.spot:
            return True
        here, there = self._gazetteer.xy[one.where.spot], self._gazetteer.xy[other.where.spot]
        if here is None or there is None:
            return one.where.street == other.where.street or not self._gazetteer.grounded
        return math.dist(here, there) <= APART_M


def _some(voices: Sequence[Voice]) -> Sequence[Voice]:
    return voices[:: 1 + len(voices) // COMPARED]
