"""The callers who left: told by events, and read from Asterisk's database for the time when nobody listened (P6)."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from .ami_protocol import AmiEvent
from .ring import number, seconds
from .types import CallGone

# Rows written by the dialplan's hang-up handler, <unix seconds>:<cause>:<1 when by the fallback>:<who>:<1 when talked>,
# and at the arrival, <who>, deleted at the end. <who> is <since>:<number>:<dialled>.
FAMILY, HERE = "kezek-gone", "kezek-here"
KEPT_S = 3600.0
LOST_CAUSE = 127  # Q.850: interworking, unspecified

_CALLER = re.compile(r"\+?[0-9]{1,20}")


class GoneBook:
    """Each call is told once; what is older than an hour, and is owed no more, is forgotten here and deleted there."""

    def __init__(self) -> None:
        self._gone: dict[str, tuple[float, CallGone]] = {}  # oldest first
        self._owed: set[str] = set()

    def add(
        self, call: str, cause: int, by_fallback: bool, at: float, who: str = "", *, cut_at: float | None = None
    ) -> CallGone | None:
        """None when it is known already. `who`: as it stands in a row, whether they talked behind it. Of one who was
        cut `at` is the arrival, and `cut_at` when Asterisk began again."""
        if not call or call in self._gone:
            return None
        came, caller, dialled, talked = read_who(who)
        left = at if cut_at is None else max(at, cut_at)
        gone = CallGone(
            call, cause, by_fallback, cut_at is not None, caller, dialled, came, left, talked=number(talked) == 1
        )
        self._gone[call] = (at, gone)
        return gone

    def take(self, event: AmiEvent, at: float) -> CallGone | None:
        """The hang-up handler's word."""
        return self.add(event["call"], number(event["cause"]), event["fallback"] == "1", at, event["who"])

    def read(self, rows: Iterable[AmiEvent]) -> list[CallGone]:
        """What the database tells that was not known, in the order in which they left."""
        read: list[tuple[float, str, int, bool, str]] = []
        for row in rows:
            at, cause, by_fallback, who, *_ = [*row["val"].split(":", 3), "", "", ""]
            read.append((float(number(at)), _call_of(row), number(cause), by_fallback == "1", who))
        new = (self.add(call, cause, by_fallback, at, who) for at, call, cause, by_fallback, who in sorted(read))
        return [gone for gone in new if gone is not None]

    def read_here(self, rows: Iterable[AmiEvent], live: Collection[str], started: float) -> list[CallGone]:
        """Whom Asterisk has cut, in the order of their arrival. To be asked for in this order: who is here, the live
        channels, who has left, which must have been read."""
        left = [(_since(row["val"].partition(":")[0]), _call_of(row), row["val"]) for row in rows]
        cut = (
            self.add(call, LOST_CAUSE, by_fallback=False, at=since, who=who, cut_at=started)
            for since, call, who in sorted(left)
            if call not in live
        )
        return [gone for gone in cut if gone is not None]

    def recent(self) -> list[CallGone]:
        return [gone for _, gone in self._gone.values()]

    def get(self, call: str) -> CallGone | None:
        known = self._gone.get(call)
        return known[1] if known else None

    def cause_of(self, call: str) -> int | None:
        known = self.get(call)
        return known.cause if known else None

    def owe(self, call: str) -> None:
        """Its end has not been told to the line: its row is kept."""
        self._owed.add(call)

    def settle(self, call: str) -> None:
        self._owed.discard(call)

    def forget(self, now: float) -> list[str]:
        """Calls that left more than an hour ago: their rows can go."""
        old = [call for call, (at, _) in self._gone.items() if at < now - KEPT_S and call not in self._owed]
        for call in old:
            del self._gone[call]
        return old


def read_who(who: str) -> tuple[float, str, str, str]:
    """Since, number, what was dialled, and what stands behind it."""
    since, caller, dialled, rest, *_ = [*who.split(":", 3), "", "", "", ""]
    return _since(since), caller if _CALLER.fullmatch(caller) else "", dialled, rest


def _call_of(row: AmiEvent) -> str:
    return row["key"].rpartition("/")[2]


def _since(text: str) -> float:
    """Unix seconds; 0 for what is no time of an arrival."""
    since = seconds(text)
    return since if 0 < since < 1e11 else 0.0
