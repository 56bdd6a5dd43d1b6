"""The durable reader of the feed: calls, legs and operators' times in the history, and a ticket for each talk.

Events are written in batches of what is there, one transaction for each, and acknowledged when SQL has taken it; until
then they stay pending in Redis, through restarts too. Rows are written at least once and stand once: by their keys.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog

from kezek_api import legs
from kezek_api.callfile import CallFiles, Filed
from kezek_api.filing import Filing
from kezek_api.keeping import unbroken
from kezek_api.ladder.changes import change_of
from kezek_api.pop import ticket_of
from kezek_api.recordings import KEEP_S, recorded
from kezek_api.story import tell_ticket
from kezek_ivr.recording import recording_file
from kezek_ivr.types import Storyteller
from kezek_queue.types import Call, CallState, End, FeedEvent, Gap, Kind, Queues
from kezek_register import Pieces, Register
from kezek_register.types import CallRecord, LegPiece, OperatorTime, Recording, RegisterError, Ticket, Unavailable

log = structlog.get_logger(__name__)

GROUP = "history"
AGAIN_S = (0.2, 0.5, 1.0, 2.0, 5.0)  # pauses while SQL is away; the last one goes on
TRIES = 3  # of an event that SQL refuses for another reason
BATCH = 200  # events in one transaction
GATHER_S = 0.2  # between two looks at the feed: what came meanwhile is one batch


@dataclass(slots=True)
class _Known:
    """A call as Redis has it at the moment; None when it is older than a day."""

    call: Call | None = None
    notes: dict[str, Any] = field(default_factory=dict)
    filed: Filed | None = None  # read for a talk that is over
    told: bool = False  # its recording

    @property
    def over(self) -> bool:
        """No talk without a ticket, also one that was had by way of the fallback, without a screen; nor a caller who
        was told the number of one. A talk that goes on with somebody else has none yet."""
        call = self.call
        ended = call is not None and call.state in (CallState.ARRIVED, CallState.ENDED)
        served = call is not None and (call.connected_at > 0 or call.end == End.ANSWERED)
        return ended and (served or bool(self.notes.get("recorded")))


class History:
    """`run` for ever. `mark` is told whether SQL takes what is written, and why not. `keep_recordings_s`: how long a
    recording is kept."""

    def __init__(
        self,
        queues: Queues,
        register: Register,
        files: CallFiles,
        stories: Storyteller,
        *,
        node: str,
        mark: Callable[[bool, str], None] = lambda ok, detail: None,
        again_s: tuple[float, ...] = AGAIN_S,
        gather_s: float = GATHER_S,
        keep_recordings_s: float = KEEP_S,
    ) -> None:
        self._queues = queues
        self._history, self._ladder = register.history, register.ladder
        self._files = files
        self._filing = Filing(files, register)
        self._stories = stories
        self._node = node
        self._mark = mark
        self._again = again_s
        self._gather_s = gather_s
        self._kept_for = timedelta(seconds=keep_recordings_s)

    async def run(self) -> None:
        events: asyncio.Queue[FeedEvent] = asyncio.Queue(BATCH)
        taken: set[str] = set()  # read and not acknowledged: given again, they are not taken again
        async with asyncio.TaskGroup() as group:
            group.create_task(self._read(events, taken))
            group.create_task(self._drain(events, taken))

    async def _read(self, events: asyncio.Queue[FeedEvent], taken: set[str]) -> None:
        while True:
            try:
                # the protocol promises an iterator; both engines give a generator, which wants closing
                feed: Any = self._queues.consume(GROUP, self._node, gather_s=self._gather_s)
                async with aclosing(feed):
                    async for event in feed:
                        if event.id not in taken:
                            taken.add(event.id)
                            await events.put(event)
            except Gap:
                log.error("history_gap")  # the calls between are in no feed any more; go on behind the hole

    async def _drain(self, events: asyncio.Queue[FeedEvent], taken: set[str]) -> None:
        while True:
            batch = [await events.get()]
            while len(batch) < BATCH and not events.empty():
                batch.append(events.get_nowait())
            await self._write([event for event in batch if event.kind in legs.TOLD])
            for event in batch:
                await self._queues.acknowledge(GROUP, event)
                taken.discard(event.id)

    async def _write(self, told: Sequence[FeedEvent]) -> None:
        """All of it; what SQL refuses for good is told and left out, alone."""
        tries = 0
        while told:
            try:
                await unbroken(self._keep(told))
                self._mark(True, "")
                return
            except Unavailable:
                self._mark(False, "SQL does not answer")
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
        """One transaction, and one for the ladder's rung; each call is read once from Redis, for all of its events."""
        await self._ladder.write([change_of(event) for event in events if event.kind is Kind.RUNG])
        events = [event for event in events if event.kind is not Kind.RUNG]
        known = await self._read_calls(events)
        over = {event.call for event in events if event.kind in (Kind.FINISHED, Kind.ENDED) and known[event.call].over}
        drafts = await self._drafts(over, known)
        pieces = self._pieces(events, known)
        try:
            tickets = await self._history.write(replace(pieces, tickets=drafts))
        except Unavailable:
            raise
        except RegisterError:
            if not drafts:
                raise
            tickets = await self._one_by_one(drafts)
            await self._history.write(replace(pieces, calls=[_with(tickets, record) for record in pieces.calls]))
        await self._show(tickets, known)

    async def _read_calls(self, events: Iterable[FeedEvent]) -> Mapping[str, _Known]:
        names = {event.call for event in events if event.kind is not Kind.OPERATOR}
        found = await self._queues.calls(names)
        return {name: _Known(*found[name]) if name in found else _Known() for name in names}

    def _pieces(self, events: Sequence[FeedEvent], known: Mapping[str, _Known]) -> Pieces:
        calls: list[CallRecord] = []
        pieces: list[LegPiece] = []
        times: list[tuple[OperatorTime, str]] = []
        recordings: list[Recording] = []
        for event in events:
            if event.kind is Kind.OPERATOR:
                if (time := legs.time_of(event)) is not None:
                    times.append(time)
                continue
            now = known[event.call]
            if not now.told and (recording := self._recording(event, now)) is not None:
                now.told = True
                recordings.append(recording)
            if event.kind in legs.OF_A_CALL:
                filed = now.filed.number if now.filed is not None and now.filed.confirmed else ""
                calls.append(replace(legs.record_of(event, now.call, now.notes), ticket=filed))
            if (piece := legs.leg_of(event)) is not None:
                pieces.append(piece)
        return Pieces(calls=calls, legs=pieces, times=times, recordings=recordings)

    def _recording(self, event: FeedEvent, known: _Known) -> Recording | None:
        if known.call is None or not recorded(event, known.call, known.notes):
            return None
        began = legs.moment(known.call.connected_at or event.at) or datetime.now(UTC)
        file = recording_file(known.call.call, known.call.since)
        return Recording(known.call.call, file, began, began + self._kept_for)

    async def _drafts(self, over: Iterable[str], known: Mapping[str, _Known]) -> list[Ticket]:
        """Of talks that no operator has confirmed; the other ones' tickets a door has written, or the clerk will."""
        files = await self._files.read_all(sorted(over))
        for call, filed in files.items():
            known[call].filed = filed
        wanted = {call: filed for call, filed in files.items() if not filed.confirmed}
        numbers = await self._filing.numbers(wanted)
        return [replace(_draft(known[call]), number=numbers[call]) for call in wanted]

    async def _one_by_one(self, drafts: Sequence[Ticket]) -> dict[str, Ticket]:
        """A ticket that SQL refuses takes no other one, and no call, out of the history. Raises Unavailable."""
        tickets: dict[str, Ticket] = {}
        for draft in drafts:
            try:
                tickets[draft.call] = await self._filing.ensure(draft, Filed(reserved=draft.number))
            except Unavailable:
                raise
            except RegisterError as refused:
                log.error("ticket_refused", error=refused.code)
        return tickets

    async def _show(self, tickets: Mapping[str, Ticket], known: Mapping[str, _Known]) -> None:
        """The numbers that nobody has seen yet."""
        filed = {call: one.filed.number for call, one in known.items() if one.filed is not None}
        new = [ticket for call, ticket in tickets.items() if filed.get(call) != ticket.number]
        await self._files.numbered(new)
        for ticket in new:
            tell_ticket(self._stories, known[ticket.call].notes, ticket)


def _draft(known: _Known) -> Ticket:
    assert known.call is not None  # noqa: S101 - a talk that is over
    assert known.filed is not None  # noqa: S101 - read before
    return ticket_of(known.call, known.notes, known.filed)


def _with(tickets: Mapping[str, Ticket], record: CallRecord) -> CallRecord:
    return replace(record, ticket=tickets[record.call].number) if record.call in tickets else record
