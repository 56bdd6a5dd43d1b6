"""The last hour by minutes: arrived, answered, abandoned, and the most that waited at one time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from kezek_api.shapes_figures import ChartMinute

MINUTES = 60


@dataclass(slots=True)
class Minute:
    offered: int = 0
    answered: int = 0
    abandoned: int = 0
    waiting_max: int = 0
    waiting_last: int = 0


class Chart:
    """Minutes without an event carry on how many waited."""

    def __init__(self) -> None:
        self._minutes: dict[int, Minute] = {}
        self._waiting: set[str] = set()
        self._drawn: dict[int, ChartMinute] = {}

    def minute(self, at: float) -> Minute:
        number = int(at // 60)
        if number not in self._minutes:
            waiting = len(self._waiting)
            self._minutes[number] = Minute(waiting_max=waiting, waiting_last=waiting)
        return self._minutes[number]

    def wait(self, call: str, at: float, *, waiting: bool) -> None:
        minute = self.minute(at)  # begins with how many waited before
        (self._waiting.add if waiting else self._waiting.discard)(call)
        minute.waiting_last = len(self._waiting)
        minute.waiting_max = max(minute.waiting_max, minute.waiting_last)

    def drawn(self, now: float) -> tuple[ChartMinute, ...]:
        """The last 60 minutes, the present one last; older ones are forgotten."""
        present = int(now // 60)
        first = present - MINUTES + 1
        before = [number for number in self._minutes if number < first]
        carried = self._minutes[max(before)].waiting_last if before else 0
        for old in sorted(before)[:-1]:
            del self._minutes[old]
        drawn_before, self._drawn = self._drawn, {}
        for number in range(first, present + 1):
            minute = self._minutes.get(number)
            if minute is None:
                minute = Minute(waiting_max=carried, waiting_last=carried)
            carried = minute.waiting_last
            self._drawn[number] = _draw(number, minute, drawn_before.get(number))
        return tuple(self._drawn.values())


def _draw(number: int, minute: Minute, before: ChartMinute | None) -> ChartMinute:
    """The same as `before` where nothing has changed: of most minutes."""
    if (
        before is not None
        and before.waiting_max == minute.waiting_max
        and before.offered == minute.offered
        and before.answered == minute.answered
        and before.abandoned == minute.abandoned
    ):
        return before
    return ChartMinute(
        minute=datetime.fromtimestamp(number * 60, UTC),
        offered=minute.offered,
        answered=minute.answered,
        abandoned=minute.abandoned,
        waiting_max=minute.waiting_max,
    )
