"""Reading on in a table whose ids grow, without losing what a slower transaction writes under a smaller id. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Protocol, TypeVar

SLOW_S = 30.0  # no transaction that writes one row takes so long (RegisterSettings.verb_timeout_s)


class Numbered(Protocol):
    @property
    def id(self) -> int: ...


R = TypeVar("R", bound=Numbered)


class Follow:
    """`after`: from where to read; what was seen and comes again is left out. `clock`: seconds that never go back."""

    def __init__(self, clock: Callable[[], float], after: int = 0, slow_s: float = SLOW_S) -> None:
        self.after = after
        self._clock, self._slow_s = clock, slow_s
        self._seen: dict[int, float] = {}

    def new(self, rows: Iterable[R]) -> Iterator[R]:
        """Those not seen yet, in their order."""
        now = self._clock()
        for row in rows:
            if row.id > self.after and row.id not in self._seen:
                self._seen[row.id] = now
                yield row
        for id in sorted(self._seen):
            if self._seen[id] > now - self._slow_s:
                break
            self.after = id
            del self._seen[id]
