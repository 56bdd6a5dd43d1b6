"""Rows of the history that nobody would ever end: of calls that the line has forgotten, and that came to an end while
nobody could tell it. A part of the books.

Whoever still conducts such a call tells the line of it within seconds. One that is unknown for longer is over: answered
where a talk was told, else cut, so that its caller is on the list of those to be called back (P13). Should its true end
be told later all the same, that one stands.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import structlog

from kezek_api.keeping import unbroken
from kezek_queue import End, QueueError, Queues
from kezek_register import Pieces, Register, RegisterError
from kezek_register.types import CallRecord

log = structlog.get_logger(__name__)

LOOK_S = 60.0
AGE_S = 180.0  # younger ones may not be known yet
DAY = timedelta(days=1)


class Orphans:
    """`run` for ever."""

    def __init__(self, queues: Queues, register: Register, *, look_s: float = LOOK_S, age_s: float = AGE_S) -> None:
        self._queues, self._history = queues, register.history
        self._look_s, self._age = look_s, timedelta(seconds=age_s)
        self._unknown: set[str] = set()  # at the last look

    async def run(self) -> None:
        while True:
            await asyncio.sleep(self._look_s)
            try:
                await self._look()
            except (QueueError, RegisterError) as away:
                log.debug("orphans_not_seen", code=away.code)

    async def _look(self) -> None:
        now = datetime.now(UTC)
        rows = {row.call: row for row in await unbroken(self._history.open_calls(now - DAY, now - self._age))}
        if not await self._queues.mark():
            return  # it still waits for what was kept of it
        unknown = rows.keys() - (await self._queues.calls(rows)).keys()
        lost = [_over(rows[call], now) for call in sorted(unknown & self._unknown)]
        self._unknown = unknown
        if lost:
            await unbroken(self._history.write(Pieces(calls=lost)))
            log.warning("calls_without_an_end", number=len(lost))


def _over(row: CallRecord, now: datetime) -> CallRecord:
    end = End.ANSWERED if row.connected_at else End.CUT
    return CallRecord(
        call=row.call,
        caller="",
        dialled="",
        language="",
        queue="",
        operator="",
        end=end,
        since=row.since,
        placed_at=None,
        connected_at=None,
        ended_at=now,
        ticket="",
        kind=row.kind,
    )
