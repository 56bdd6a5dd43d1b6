"""How much of a thing one person may have at a time, and how fast messages may come (docs/operations.md, 'Limits')."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kezek_api.errors import TooMany

STREAMS = 8  # wallboards at one time of one person, at this node
PHONES = 3  # SIP connections at one time of one operator, at this node: an old page's may still be closing
MESSAGES, WINDOW_S = 1_000, 10.0  # of one desk or phone: a page answers what it is sent, some ten a second
DESK_MESSAGE = 4 * 1024  # bytes; an answer has thirty
FILE = 1 << 20  # bytes of a file that a person writes: rules, addresses, phones


class Places:
    """So many at one time for each name."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._taken: Counter[str] = Counter()

    def need(self, name: str) -> None:
        """Raises TooMany when none is free."""
        if self._taken[name] >= self._most:
            raise TooMany("Too many at one time", 5)

    @contextmanager
    def taken(self, name: str) -> Iterator[None]:
        """Raises TooMany when none is free."""
        self.need(name)
        self._taken[name] += 1
        try:
            yield
        finally:
            self._taken[name] -= 1
            if not self._taken[name]:
                del self._taken[name]


class Pace:
    """Counts messages in windows of WINDOW_S seconds."""

    def __init__(self, most: int = MESSAGES) -> None:
        self._most = most
        self._count = 0
        self._until = 0.0

    def too_fast(self) -> bool:
        """One more has come."""
        now = time.monotonic()
        if now >= self._until:
            self._count, self._until = 0, now + WINDOW_S
        self._count += 1
        return self._count > self._most


class Paces:
    """A pace for each name; there are as many as a site's rules name."""

    def __init__(self) -> None:
        self._paces: dict[str, Pace] = {}

    def too_fast(self, name: str, most: int) -> bool:
        return self._paces.setdefault(name, Pace(most)).too_fast()


def read_small(path: Path, most: int = FILE) -> str:
    """A file in UTF-8. Raises OSError, and ValueError for one that is larger or no UTF-8."""
    with path.open("rb") as file:
        content = file.read(most + 1)
    if len(content) > most:
        raise ValueError(f"larger than {most // 1024} KiB")
    return content.decode("utf-8")
