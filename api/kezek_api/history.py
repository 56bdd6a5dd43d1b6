"""The durable reader of the feed: calls, legs and operators' times in the history, and a ticket for each talk. Beside
it the clerk, who writes what operators confirmed while SQL was away.

Events are written in batches of what is there, one transaction for each, and acknowledged when SQL has taken it; until
then they stay pending in Redis, through restarts too. Rows are written at least once and stand once: by their keys.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog

from kezek_api import legs
from kezek_api.callfile import CallFiles
from kezek_api.filing import Clerk, Filing
from kezek_api.keeping import unbroken
from kezek_api.pop import ticket_of
from kezek_api.recordings import KEEP_S, recorded
from kezek_api.story import tell_ticket
from kezek_ivr.recording import recording_file
from kezek_ivr.types import Storyteller
from kezek_queue.types import Call, CallState, End, FeedEvent, Gap, Kind, QueueError, Queues, Unknown
from kezek_register import Pieces, Register
from kezek_register.types import CallRecord, LegPiece, OperatorTime, Recording, RegisterError, Ticket, Unavailable

log = structlog.get_logger(__name__)

GROUP = "history"
AGAIN_S = (0.2, 0.5, 1.0, 2.0, 5.0)  # pauses while SQL is away; the last one goes on
TRIES = 3  # of an event that SQL refuses for another reason
BATCH = 200  # events in one transaction
GATHER_S = 0.1  # how long the first of a batch waits for others


@dataclass(slots=True)
class _Known:
    """A call as Redis has it at the moment; None when it is older than a day."""

    call: Call | None
    notes: dict[str, Any] = field(default_factory=dict)
    ticket: str = ""
    told: bool = False  # its recording


class History:
    """`run` for ever; `filed` is called with the operator whose pop has got a ticket's number. `keep_recordings_s`: how
    long a recording is kept."""

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
        gather_s: float = GATHER_S,
        keep_recordings_s: float = KEEP_S,
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
        self._gather_s = gather_s
        self._kept_for = timedelta(seconds=keep_recordings_s)

    async def run(self) -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(self._follow())
            group.create_task(self._clerk.run())

    async def _follow(self) -> None:
        events: asyncio.Queue[FeedEvent] = asyncio.Queue(BATCH)
        taken: set[str] = set()  # read and not acknowledged: given again, they are not taken again
        async with asyncio.TaskGroup() as group:
            group.create_task(self._read(events, taken))
            group.create_task(self._drain(events, taken))

    async def _read(self, events: asyncio.Queue[FeedEvent], taken: set[str]) -> None:
        while True:
            try:
                # the protocol promises an iterator; both engines give a generator, which wants closing
                async with aclosing(self._queues.consume(GROUP, self._node)) as feed:  # type: ignore[type-var]
                    async for event in feed:
                        if event.id not in taken:
                            taken.add(event.id)
                            await events.put(event)
            except Gap:
                log.error("history_gap")  # the calls between are in no feed any more; go on behind the hole

    async def _drain(self, events: asyncio.Queue[FeedEvent], taken: set[str]) -> None:
        while True:
            batch = [await events.get()]
            with suppress(TimeoutError):
                async with asyncio.timeout(self._gather_s):
                    while len(batch) < BATCH:
                        batch.append(await events.get())
            await self._write(batch)
            for event in batch:
                await self._queues.acknowledge(GROUP, event)
                taken.discard(event.id)

    async def _write(self, batch: Sequence[FeedEvent]) -> None:
        """All of it; what SQL refuses for good is told and left out, alone."""
        told = [event for event in batch if event.kind in legs.TOLD]
        tries = 0
        while told:
            try:
                await unbroken(self._keep(told))
                return
            except Unavailable:
                await asyncio.sleep(self._again[min(tries, len(self._again) - 1)])
            except RegisterError as refused:
                if len(told) > 1:
                    for event in told:
                        await self._write([event])
                    return
                if tries >= TRIES:
                    log.error("history_refused", kind=told[0].kind.value, error=refused.code)
                    return
                await asyncio.sleep(self._again[0])
            tries += 1

    async def _keep(self, events: Sequence[FeedEvent]) -> None:
        """One transaction; each call is read once from Redis, for all of its events."""
        calls: list[CallRecord] = []
        pieces: list[LegPiece] = []
        times: list[tuple[OperatorTime, str]] = []
        recordings: list[Recording] = []
        known: dict[str, _Known] = {}
        for event in events:
            if event.kind is Kind.OPERATOR:
                if (time := legs.time_of(event)) is not None:
                    times.append(time)
                continue
            if event.call not in known:
                known[event.call] = await self._read_call(event.call)
            now = known[event.call]
            if event.kind in (Kind.FINISHED, Kind.ENDED) and not now.ticket:
                now.ticket = await self._ticket_or_none(now)
            if not now.told and (recording := self._recording(event, now)) is not None:
                now.told = True
                recordings.append(recording)
            if event.kind in legs.OF_A_CALL:
                calls.append(replace(legs.record_of(event, now.call, now.notes), ticket=now.ticket))
            if (piece := legs.leg_of(event)) is not None:
                pieces.append(piece)
        await self._register.history.write(Pieces(calls=calls, legs=pieces, times=times, recordings=recordings))

    async def _read_call(self, call: str) -> _Known:
        try:
            return _Known(await self._queues.call(call), await self._queues.notes(call))
        except Unknown:
            return _Known(None)

    def _recording(self, event: FeedEvent, known: _Known) -> Recording | None:
        if known.call is None or not recorded(event, known.call, known.notes):
            return None
        began = legs.moment(known.call.connected_at or event.at) or datetime.now(UTC)
        file = recording_file(known.call.call, known.call.since)
        return Recording(known.call.call, file, began, began + self._kept_for)

    async def _ticket_or_none(self, known: _Known) -> str:
        """A ticket that SQL refuses takes no call out of the history. Raises Unavailable."""
        try:
            return await self._ticket(known)
        except Unavailable:
            raise
        except RegisterError as refused:
            log.error("ticket_refused", error=refused.code)
            return ""

    async def _ticket(self, known: _Known) -> str:
        """No talk without a ticket, also one that was had by way of the fallback, without a screen: unconfirmed, unless
        the operator has confirmed it. A talk that goes on with somebody else has none yet."""
        call = known.call
        over = call is not None and call.state in (CallState.ARRIVED, CallState.ENDED)
        if call is None or not over or not (call.connected_at or call.end == End.ANSWERED):
            return ""
        filed = await self._files.read(call.call)
        if filed.confirmed:
            return filed.number  # the door has written it, or the clerk will
        ticket = await self._filing.ensure(ticket_of(call, known.notes, filed), filed)
        if filed.number != ticket.number:
            await self._files.write(call.call, {"number": ticket.number})
            self._filed(ticket.operator)
            tell_ticket(self._stories, known.notes, ticket)
        return ticket.number

    async def _made_good(self, ticket: Ticket) -> None:
        self._filed(ticket.operator)
        with suppress(QueueError):
            tell_ticket(self._stories, await self._queues.notes(ticket.call), ticket)
