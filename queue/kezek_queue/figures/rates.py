"""Rates measured while they happen: events over the time at risk, the old ones fading, with a guess to begin with."""

from __future__ import annotations

import math


class Rate:
    """How often something happens to one who is at risk: censored maximum likelihood, events / time at risk.

    Those whom it has not (yet) happened to have lent their time too, so a surge does not bend it. With each event the
    past counts a little less: about the last `memory` events matter. `guess_s`, the mean time to begin with, weighs as
    much as `weight` events.
    """

    def __init__(self, guess_s: float, *, weight: float, memory: float) -> None:
        self._keep = 1 - 1 / memory
        self._events = weight
        self._time_s = weight * guess_s
        self._at_risk = 0
        self._until = 0.0

    def at_risk(self, change: int, now: float) -> None:
        """So many more (or fewer) from now on."""
        self.pass_time(now)
        self._at_risk = max(0, self._at_risk + change)

    def happened(self, now: float) -> None:
        self.pass_time(now)
        self._events = (self._events + 1) * self._keep
        self._time_s *= self._keep

    def pass_time(self, now: float) -> None:
        if now > self._until:
            if self._until:
                self._time_s += self._at_risk * (now - self._until)
            self._until = now

    @property
    def mean_s(self) -> float:
        """The mean time until it happens."""
        return self._time_s / self._events


def time_to_serve(ahead: float, served_s: float, left_s: float) -> float:
    """Mean time until `ahead` callers and one more, who does not leave, are gone from the line.

    The fluid step by step: with k ahead they go at the rate served_s + k * left_s, served or out of patience, so it is
    the sum of 1 / (served_s + k * left_s) for k = 0..ahead. A part of a caller counts in proportion.
    """
    if left_s <= 0:
        return (ahead + 1) / served_s
    whole = math.floor(ahead)
    first = min(whole, FEW)
    total = sum(1 / (served_s + k * left_s) for k in range(first + 1))
    if whole > first:
        low = served_s / left_s + first + 1
        total += _harmonic(low, whole - first) / left_s
    return total + (ahead - whole) / (served_s + (whole + 1) * left_s)


FEW = 30  # terms summed one by one, which makes the rest's expansion exact enough


def _harmonic(low: float, terms: int) -> float:
    """1 / low + 1 / (low + 1) + ... : the difference of two digammas, by their expansion, without cancellation."""
    high = low + terms
    return math.log1p(terms / low) + (1 / low - 1 / high) / 2 + (low**-2 - high**-2) / 12
