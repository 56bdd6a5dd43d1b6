"""The citizens' own phones in a drill: what our exchanges dial by the trunk rings, answers, stays for a while."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from kezek_api.drill.sipp import Traced, sipp
from kezek_api.drill.types import OutsideDial

RINGS_MS = 700
THINKS_MS = 1000  # before he presses 1: yes, he still wants to talk
STAYS_MS = 12_000  # then he hangs up, if nobody has


@dataclass(slots=True)
class _Dial:
    number: str
    at: float
    answered: float = 0.0
    ended: float = 0.0


class Outside:
    """`async with Outside.at(home, trunk_port, started) as outside: ... outside.dials()`."""

    def __init__(self, started: float) -> None:
        self._started = started
        self._dials: dict[str, _Dial] = {}  # by Call-ID

    @classmethod
    @asynccontextmanager
    async def at(cls, home: Path, trunk_port: int, started: float = 0.0) -> AsyncIterator[Outside]:
        """`started`: the load's beginning, monotonic seconds. Raises SippError."""
        outside = cls(started or time.monotonic())
        values = {"RINGS_MS": str(RINGS_MS), "THINKS_MS": str(THINKS_MS), "STAYS_MS": str(STAYS_MS)}
        async with sipp(home, "citizens", outside._told, port=trunk_port, values=values):
            yield outside

    def dials(self) -> list[OutsideDial]:
        """Each INVITE that came, in order; one that still goes on ends now."""
        now = time.monotonic()
        return [
            OutsideDial(
                one.number,
                one.at - self._started,
                one.answered - self._started if one.answered else 0.0,
                (one.ended or now) - self._started,
            )
            for one in self._dials.values()
        ]

    def _told(self, message: Traced) -> None:
        now = time.monotonic()
        dial = self._dials.get(message.call)
        if dial is None:
            if message.method == "INVITE" and not message.status and not message.sent:
                self._dials[message.call] = _Dial(message.target, now)
        elif message.method in ("BYE", "CANCEL") and not message.status:
            dial.ended = dial.ended or now
        elif message.method == "ACK" and not dial.ended:
            dial.answered = dial.answered or now
