"""What was dismissed a while ago, and how strong it was: its like must be clearly stronger. Bounded. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from kezek_register.detection.evidence import Voice
from kezek_register.detection.regions import Region

MOST = 200
HIGHER = 10.0  # nats


class Dismissals:
    def __init__(self, remember_s: float) -> None:
        self._remember_s = remember_s
        self._said: list[tuple[float, str, Region, float]] = []

    def add(self, topic: str, region: Region, score: float, now: float) -> None:
        self._said = [*self._said, (now, topic, region, score)][-MOST:]

    def expire(self, now: float) -> None:
        if self._said and self._said[0][0] < now - self._remember_s:
            self._said = [one for one in self._said if one[0] >= now - self._remember_s]

    def bar(self, topic: str, voices: Sequence[Voice]) -> float:
        """What a score there must reach; 0 where nothing was dismissed."""
        found = 0.0
        for _, of, region, score in self._said:
            if of == topic and score + HIGHER > found and any(region.holds(one) for one in voices):
                found = score + HIGHER
        return found
