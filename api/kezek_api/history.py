"""The durable reader of the feed: each call's row in the history, and a ticket for each talk. Beside it the clerk, who
writes what operators confirmed while SQL was away.

An event is acknowledged when SQL has taken it; until then it stays pending in Redis, through restarts too. Rows are
written at least once and stand once: by the call's name.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import aclosing, suppress
from datetime import UTC, datetime
from typing import Any

import structlog

from kezek_api.callfile import CallFiles
from kezek_api.filing import Clerk, Filing
from kezek_api.keeping import unbroken
from kezek_api.pop import ticket_of
from kezek_api.story import tell_ticket
from kezek_ivr.types import Storyteller
from kezek_queue.types import Call, End, FeedEvent, Gap, Kind, QueueError, Queues, Unknown
from kezek_register import Register
from kezek_register.types import CallRecord, RegisterError, Ticket, Unavailable

log = structlog.get_logger(__name__)

GROUP = "history"
TOLD = {Kind.ARRIVED, Kind.CONNECTED, Kind.FINISHED, Kind.ENDED}
AGAIN_S = (0.2, 0.5, 1.0, 2.0, 5.0)  # pauses while SQL is away; the last one goes on
TRIES = 3  # of an event that SQL refuses for another reason


class History:
    """`run` for ever; `filed` is called with the operator whose pop has got a ticket's number."""

    def __init__(
        self,
        queues: Queues,
        register: Register,
        files: CallFiles,
        stories: Storyteller,
        *,
        node: str,
        filed: Callable[[str], None] = lambda login: None,
        again_s: tuple[float, ...] = AGAIN_S,
    ) -> None:
        self._queues = queues
        self._register = register
        self._files = files
        self._filing = Filing(files, register)
        self._clerk = Clerk(files, register, self._made_good)
        self._stories = stories
        self._node = node
        self._filed = filed
        self._again = again_s

    async def run(self) -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(self._read())
            group.create_task(self._clerk.run())

    async def _read(self) -> None:
        while True:
            try:
                # the protocol promises an iterator; both engines give a generator, which wants closing
                async with aclosing(self._queues.consume(GROUP, self._node)) as events:  # type: ignore[type-var]
                    async for event in events:
                        await self._write(event)
                        await self._queues.acknowledge(GROUP, event)
            except Gap:
                log.error("history_gap")  # the calls between are in no feed any more; go on behind the hole

    async def _write(self, event: FeedEvent) -> None:
        if event.kind not in TOLD or not event.call:
            return
        tries = 0
        while True:
            try:
                await unbroken(self._keep(event))
                return
            except Unknown:
                return  # the call is older than a day
            except Unavailable:
                await asyncio.sleep(self._again[min(tries, len(self._again) - 1)])
            except RegisterError as refused:
                if tries >= TRIES:
                    log.error("history_refused", kind=event.kind.value, error=refused.code)
                    return
                await asyncio.sleep(self._again[0])
            tries += 1

    async def _keep(self, event: FeedEvent) -> None:
        call = await self._queues.call(event.call)
        notes = await self._queues.notes(event.call)
        number = ""
        if event.kind in (Kind.FINISHED, Kind.ENDED) and (call.connected_at or call.end == End.ANSWERED):
            number = await self._ticket(call, notes)
        ended = event.at if event.kind is Kind.ENDED else 0.0
        await self._register.history.save(record_of(call, notes, ticket=number, ended_at=ended))

    async def _ticket(self, call: Call, notes: dict[str, Any]) -> str:
        """No talk without a ticket, also one that was had by way of the fallback, without a screen: unconfirmed, unless
        the operator has confirmed it."""
        filed = await self._files.read(call.call)
        if filed.confirmed:
            return filed.number  # the door has written it, or the clerk will
        ticket = await self._filing.ensure(ticket_of(call, notes, filed), filed)
        if filed.number != ticket.number:
            await self._files.write(call.call, {"number": ticket.number})
            self._filed(ticket.operator)
            tell_ticket(self._stories, notes, ticket)
        return ticket.number

    async def _made_good(self, ticket: Ticket) -> None:
        self._filed(ticket.operator)
        with suppress(QueueError):
            tell_ticket(self._stories, await self._queues.notes(ticket.call), ticket)


def record_of(call: Call, notes: dict[str, Any], *, ticket: str, ended_at: float) -> CallRecord:
    """`ended_at`: unix seconds, 0 while it lives."""
    return CallRecord(
        call=call.call,
        caller=call.caller,
        dialled=call.dialled,
        language=str(notes.get("language", "")),
        queue=call.queue,
        operator=call.operator if call.connected_at else "",
        end=call.end if ended_at else "",
        since=_moment(call.since) or datetime.fromtimestamp(time.time(), UTC),
        placed_at=_moment(call.placed_at),
        connected_at=_moment(call.connected_at),
        ended_at=_moment(ended_at),
        ticket=ticket,
    )


def _moment(seconds: float) -> datetime | None:
    return datetime.fromtimestamp(seconds, UTC) if seconds else None
