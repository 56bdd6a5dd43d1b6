"""The wait as it is told: minutes rounded up to what there are prompts for, and no ups and downs. Pure."""

from __future__ import annotations

from kezek_ivr.prompts import WAITS

MORE = len(WAITS)  # beyond the last prompt with a number


def step(seconds: float) -> int:
    """The place in WAITS of the first that is not less; MORE past the last one."""
    return next((at for at, minutes in enumerate(WAITS) if seconds <= minutes * 60), MORE)


def prompt(at: int) -> str:
    return f"wait/{WAITS[at]}" if at < MORE else "wait/more"


class ToldWait:
    """What one caller is told about his wait.

    A wait told may shrink at any time. It grows by one step of the rounding at most from one telling to the next, so
    that a sudden change (operators who go to lunch) is told little by little, never as a leap; only after a higher
    priority has entered the line (the caller's own place has grown) is it told as it is at once.
    """

    def __init__(self) -> None:
        self._step: int | None = None
        self._position = 0

    def tell(self, seconds: float | None, position: int) -> str | None:
        """The prompt; None where nothing honest can be said."""
        if seconds is None:
            return None
        now = step(max(seconds, 0.0))
        overtaken = position > self._position
        if self._step is not None and not overtaken:
            now = min(now, self._step + 1)
        self._step, self._position = now, position
        return prompt(now)

    def forget(self) -> None:
        """Another line now: what was told of the old one counts no more."""
        self._step, self._position = None, 0
