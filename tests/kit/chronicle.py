"""What happened, line by line with the town's clock before it; a story may be asserted by its chronicle's text."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from textwrap import dedent


class Chronicle:
    """`clock`: the moment, with the town's zone."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self.lines: list[str] = []

    def tells(self, what: str) -> None:
        self.lines.append(f"{self._clock():%H:%M} {what}")

    def reads(self, text: str) -> None:
        """All of it. Lines that are indented more than the first go on in the one before. Raises AssertionError."""
        wanted: list[str] = []
        for line in dedent(text).strip().splitlines():
            if line.startswith(" "):
                wanted[-1] += f" {line.strip()}"
            else:
                wanted.append(line.rstrip())
        assert self.lines == wanted
