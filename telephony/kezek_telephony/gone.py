"""The callers who left: told by events, and read from Asterisk's database for the time when nobody listened (P6)."""

from __future__ import annotations

from collections.abc import Iterable

from .ami_protocol import AmiEvent
from .ring import number
from .types import CallGone

FAMILY = "kezek-gone"  # rows written by the dialplan's hang-up handler: <unix seconds>:<cause>:<1 when by the fallback>
KEPT_S = 3600.0


class GoneBook:
    """Each call is told once; what is older than an hour is forgotten here and deleted there."""

    def __init__(self) -> None:
        self._gone: dict[str, tuple[float, CallGone]] = {}  # oldest first

    def add(self, call: str, cause: int, by_fallback: bool, at: float) -> CallGone | None:
        """None when it is known already."""
        if not call or call in self._gone:
            return None
        gone = CallGone(call, cause, by_fallback)
        self._gone[call] = (at, gone)
        return gone

    def read(self, rows: Iterable[AmiEvent]) -> list[CallGone]:
        """What the database tells that was not known, in the order in which they left."""
        read: list[tuple[float, str, int, bool]] = []
        for row in rows:
            at, cause, by_fallback, *_ = [*row["val"].split(":"), "", ""]
            read.append((float(number(at)), row["key"].rpartition("/")[2], number(cause), by_fallback == "1"))
        new = (self.add(call, cause, by_fallback, at) for at, call, cause, by_fallback in sorted(read))
        return [gone for gone in new if gone is not None]

    def recent(self) -> list[CallGone]:
        return [gone for _, gone in self._gone.values()]

    def cause_of(self, call: str) -> int | None:
        known = self._gone.get(call)
        return known[1].cause if known else None

    def forget(self, now: float) -> list[str]:
        """Calls that left more than an hour ago: their rows can go."""
        old = [call for call, (at, _) in self._gone.items() if at < now - KEPT_S]
        for call in old:
            del self._gone[call]
        return old
