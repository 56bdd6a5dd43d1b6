"""How a topic goes lately against what history has of it. Pure.

History tells the hours of the week; it does not know this winter. What was heard in the last days over what was usual
in them, drawn to 1 where both are few, is the factor (the mean of a gamma's posterior, its counts forgotten with a time
constant: West & Harrison's discounting). No hour counts for much more than is expected of it, so a storm, or an outage
that nobody has found, does not become the usual thing.
"""

from __future__ import annotations

import math
from collections.abc import Callable

FORGOTTEN_S = 5 * 86_400.0
PRIOR = 8.0  # reports that speak for history as it is
LEAST, MOST = 0.5, 30.0
_HOUR_S = 3600.0
_CAUGHT_UP = 400  # hours of a silence; of a longer one the rest is not looked at


class Pace:
    """`rate`: reports an hour that are usual at that second of the epoch."""

    def __init__(self, rate: Callable[[float], float]) -> None:
        self._rate = rate
        self._heard = self._expected = 0.0
        self._hour: int | None = None
        self._lately = 0  # reports of this hour

    def heard(self, at: float) -> None:
        """One report. Of those before the latest hour none counts: they are few."""
        self.until(at)
        if self._hour == math.floor(at / _HOUR_S):
            self._lately += 1

    def until(self, at: float) -> None:
        hour = math.floor(at / _HOUR_S)
        if self._hour is None:
            self._hour = hour
        for each in range(self._hour, min(hour, self._hour + _CAUGHT_UP)):
            self._close(each)
        self._hour = max(self._hour, hour)

    def factor(self) -> float:
        """Of the usual rate."""
        return min(MOST, max(LEAST, (self._heard + PRIOR) / (self._expected + PRIOR)))

    def _close(self, hour: int) -> None:
        """That hour is over."""
        expected = self._rate(hour * _HOUR_S)
        kept = math.exp(-_HOUR_S / FORGOTTEN_S)
        most = 1.0 + 2.0 * expected * self.factor()
        self._heard = kept * self._heard + min(float(self._lately), most)
        self._expected = kept * self._expected + expected
        self._lately = 0
