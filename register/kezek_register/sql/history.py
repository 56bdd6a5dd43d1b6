"""What became of the calls and how the operators spent their time, written from the feed: at least once, in pieces, one
row for each call, each leg and each change of an operator's state."""

from __future__ import annotations

import builtins
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from kezek_register.sql import abandoned, legs, merging, operator_times, recordings
from kezek_register.sql.database import Database
from kezek_register.sql.history_tables import CallRow
from kezek_register.sql.tickets_of_calls import TicketsOfCalls
from kezek_register.types import Abandoned, CallRecord, Leg, LegPiece, NotFound, OperatorTime, Recording, Ticket

CALL_FIELDS: tuple[str, ...] = tuple(CallRecord.__dataclass_fields__)


@dataclass(frozen=True, slots=True)
class Pieces:
    """What one transaction of the history's writer brings. `times`: each with what sorts those of one moment (text);
    their `ended` is not asked for, it is the next one's beginning. `tickets`: drafts of calls, each with its number;
    their calls bear the numbers of the tickets that stand."""

    calls: Sequence[CallRecord] = ()
    legs: Sequence[LegPiece | Leg] = ()
    times: Sequence[tuple[OperatorTime, str]] = ()
    recordings: Sequence[Recording] = ()
    tickets: Sequence[Ticket] = ()


class History:
    def __init__(
        self, database: Database, clock: Callable[[], datetime], tickets: TicketsOfCalls | None = None
    ) -> None:
        self._database = database
        self._clock = clock
        self._tickets = tickets or TicketsOfCalls(database)
        # made once: their keys take longer to make than the database needs
        self._upsert_call = merging.of_call(database.inserting)
        self._upsert_leg = merging.of_leg(database.inserting)
        self._upsert_time = merging.of_operator_time(database.inserting)
        self._recordings = recordings.RecordedCalls(database)

    # writing

    async def write(self, pieces: Pieces) -> dict[str, Ticket]:
        """All of it or nothing, in one transaction; call -> its ticket as it stands, of those given.

        Raises Unavailable, and for the tickets BadNumber, NotFound, Conflict."""
        # in the order of their keys: two nodes that write at once never wait for each other in a circle
        calls = [_call_values(one) for one in sorted(pieces.calls, key=lambda each: each.call)]
        parts = [legs.values_of(one) for one in sorted(pieces.legs, key=lambda each: (each.call, each.offer))]
        times = [operator_times.values_of(one, told) for one, told in pieces.times]
        times.sort(key=lambda each: (each["operator"], each["began"], each["told"]))
        if not (calls or parts or times or pieces.recordings or pieces.tickets):
            return {}
        now = self._clock()
        drafts = await self._tickets.fill(pieces.tickets, now)
        async with self._database.writing() as session:
            tickets = await self._tickets.ensure(session, drafts, now)
            for call in calls:
                if (ticket := tickets.get(call["call"])) is not None:
                    call["ticket"] = ticket.number
            await _put(session, self._upsert_call, calls)
            await _put(session, self._upsert_leg, parts)
            await _put(session, self._upsert_time, times)
            await self._recordings.put(session, pieces.recordings)
        return tickets

    async def save(self, record: CallRecord) -> None:
        """Upsert by call: what is empty in the record leaves what is known, what is not replaces it."""
        await self.write(Pieces(calls=[record]))

    async def save_leg(self, leg: LegPiece | Leg) -> None:
        """Upsert by call and offer. `wrap_up_s` is not kept: it follows from the operator's times."""
        await self.write(Pieces(legs=[leg]))

    async def save_operator_time(self, time: OperatorTime, told: str = "") -> None:
        """Upsert by operator and `began`. `ended` is not kept: it is the beginning of the next one."""
        await self.write(Pieces(times=[(time, told)]))

    # calls

    async def get(self, call: str) -> CallRecord:
        """Raises NotFound."""
        async with self._database.reading() as session:
            row = await session.get(CallRow, call)
            if row is None:
                raise NotFound("no such call in the history")
            return _record(row)

    async def list(self, since: datetime, until: datetime, limit: int = 100) -> builtins.list[CallRecord]:
        """Calls that arrived in [since, until), newest first."""
        wanted = select(CallRow).where(CallRow.since >= since, CallRow.since < until)
        async with self._database.reading() as session:
            found = await session.scalars(wanted.order_by(CallRow.since.desc(), CallRow.call).limit(limit))
            return [_record(row) for row in found]

    async def cohort(self, since: datetime, until: datetime) -> builtins.list[CallRecord]:
        """All calls that arrived in [since, until), whenever they end; oldest first."""
        columns = [getattr(CallRow, name) for name in CALL_FIELDS]
        wanted = select(*columns).where(CallRow.since >= since, CallRow.since < until)
        async with self._database.reading() as session:
            found = await session.execute(wanted.order_by(CallRow.since, CallRow.call))
            return [CallRecord(*row) for row in found]

    async def counts(self, since: datetime) -> dict[str, int]:
        """Calls that arrived since then, by their end; '' is still in progress. The sum is what was offered."""
        wanted = select(CallRow.end, func.count()).where(CallRow.since >= since).group_by(CallRow.end)
        async with self._database.reading() as session:
            return dict((await session.execute(wanted)).all())

    async def ends(self, since: datetime) -> dict[tuple[str, str], int]:
        """Calls that arrived since then and are over: (queue, end) -> how many."""
        wanted = select(CallRow.queue, CallRow.end, func.count()).where(CallRow.since >= since, CallRow.end != "")
        async with self._database.reading() as session:
            counted = await session.execute(wanted.group_by(CallRow.queue, CallRow.end))
            return {(queue, end): number for queue, end, number in counted}

    async def arrivals(self, queue: str, since: datetime, until: datetime) -> dict[datetime, int]:
        """How many citizens called in each hour (its beginning, UTC) of [since, until); hours without any are left out.

        `queue`: those who came into that line; '' is all, also those who hung up before. Callbacks are no arrivals.
        """
        hour: Any
        if self._database.is_sqlite:
            hour = func.strftime("%Y-%m-%dT%H:00:00+00:00", CallRow.since)
        else:
            hour = func.date_trunc("hour", CallRow.since, "UTC")
        wanted = select(hour, func.count()).where(CallRow.since >= since, CallRow.since < until, CallRow.kind == "call")
        if queue:
            wanted = wanted.where(CallRow.queue == queue)
        async with self._database.reading() as session:
            counted = await session.execute(wanted.group_by(hour).order_by(hour))
            return {_hour(told): number for told, number in counted}

    async def open_calls(self, since: datetime, before: datetime, limit: int = 500) -> builtins.list[CallRecord]:
        """Calls that arrived in [since, before) and have no end yet; oldest first."""
        wanted = select(CallRow).where(CallRow.end == "", CallRow.since >= since, CallRow.since < before)
        async with self._database.reading() as session:
            found = await session.scalars(wanted.order_by(CallRow.since, CallRow.call).limit(limit))
            return [_record(row) for row in found]

    async def open_callbacks(self) -> builtins.list[CallRecord]:
        """Callbacks without an end, those to be tried again later too; oldest first."""
        wanted = select(CallRow).where(CallRow.end == "", CallRow.kind == "callback")
        async with self._database.reading() as session:
            return [_record(row) for row in await session.scalars(wanted.order_by(CallRow.since, CallRow.call))]

    async def abandoned(self, since: datetime, until: datetime, limit: int = 500) -> builtins.list[Abandoned]:
        """Callers who arrived in [since, until) and left without an answer, or were cut (P13); those cut first, in the
        order in which they came, then the others, newest first."""
        async with self._database.reading() as session:
            return await abandoned.read(session, since, until, limit, _record)

    async def cut(self, since: datetime, until: datetime, limit: int = 200) -> builtins.list[CallRecord]:
        """Who arrived since then and was cut until then and should be called back: nobody spoke with him, he has a
        number, has not dialled again, and no callback was ordered. Emergencies first, then in the order in which they
        came."""
        async with self._database.reading() as session:
            return await abandoned.unheard(session, since, until, limit, _record)

    # legs and times

    async def legs(self, since: datetime, until: datetime) -> builtins.list[Leg]:
        """The legs of the calls that arrived in [since, until), by call and fence."""
        async with self._database.reading() as session:
            return await legs.of_cohort(session, since, until)

    async def legs_of(self, calls: Sequence[str]) -> builtins.list[Leg]:
        """The legs of these calls, by call and fence."""
        async with self._database.reading() as session:
            return await legs.of_calls(session, calls)

    async def operator_times(self, since: datetime, until: datetime) -> builtins.list[OperatorTime]:
        """What overlaps [since, until), by operator and beginning. Not cut to it; `ended` None while it lasts.

        `began` may be later than in truth for a state that had begun before `since`."""
        async with self._database.reading() as session:
            return await operator_times.read(session, since, until)


async def _put(session: AsyncSession, statement: merging.Upsert, rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        await session.execute(statement, rows)


def _record(row: CallRow) -> CallRecord:
    return CallRecord(**{name: getattr(row, name) for name in CALL_FIELDS})


def _call_values(record: CallRecord) -> dict[str, Any]:
    return {name: getattr(record, name) for name in CALL_FIELDS}


def _hour(told: str | datetime) -> datetime:
    return datetime.fromisoformat(told) if isinstance(told, str) else told.astimezone(UTC)
