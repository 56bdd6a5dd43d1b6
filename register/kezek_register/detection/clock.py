"""What time it is by the reports themselves. Pure."""

from __future__ import annotations

from datetime import datetime

_AGREE = 3  # reports that say it is earlier than the clock, against one that put it ahead
_REMEMBERED = 8


class Clock:
    """`now`: s of the epoch, of the latest report or tick. A report from beyond the window ahead moves it only when a
    second one agrees: one machine's date is not the town's. It goes back when it had begun with such a date, and never
    behind a tick."""

    def __init__(self, window_s: float) -> None:
        self.now: float | None = None
        self._window_s = window_s
        self._ticked: float | None = None
        self._ahead: list[float] = []
        self._behind: list[float] = []

    def tick(self, now: datetime) -> None:
        at = now.timestamp()
        self._ticked = at if self._ticked is None else max(self._ticked, at)
        self.now = at if self.now is None else max(self.now, at)

    def take(self, at: datetime) -> float | None:
        """The time that it counts as; None: too old to count."""
        try:
            stated = at.timestamp()
        except (OverflowError, ValueError, OSError):
            return None
        if self.now is None:
            self.now = stated
            return stated
        if stated > self.now + self._window_s:
            if not self._agreed(self._ahead, stated, 2):
                return self.now
        elif stated < self.now - self._window_s:
            if (self._ticked or stated) > stated or not self._agreed(self._behind, stated, _AGREE):
                return None
            self.now = stated
        self._ahead, self._behind = [], []
        self.now = max(self.now, stated)
        return stated

    def _agreed(self, others: list[float], stated: float, wanted: int) -> bool:
        others.append(stated)
        del others[:-_REMEMBERED]
        return sum(abs(one - stated) <= self._window_s for one in others) >= wanted
