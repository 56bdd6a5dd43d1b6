"""Hand-offs to 102, 103, 104, 112 or a region's own number, and what became of each."""

from __future__ import annotations

import builtins
from collections.abc import Callable
from datetime import datetime
from typing import cast, get_args

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from kezek_register.duty_types import BadEmergency, Emergency, HandedOver
from kezek_register.notice_types import Notice
from kezek_register.numbers import check
from kezek_register.paging import Page, key_of, page_of, size_of
from kezek_register.sql import events, notices
from kezek_register.sql.database import Database
from kezek_register.sql.duty_tables import EmergencyRow
from kezek_register.sql.tables import TicketRow
from kezek_register.sql.work_tables import TicketNoteRow
from kezek_register.types import NotFound


class Emergencies:
    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    async def hand_off(self, emergency: Emergency, notice: Notice | None = None) -> Emergency:
        """Written down with its context, in the ticket's notes too; its `id` is given here. A call (without one: a
        ticket) that was handed to this service in this way, without an outcome yet, is not handed over again. `notice`:
        what the service is sent, in the same transaction. Raises BadEmergency, BadNumber and NotFound (the ticket)."""
        if not emergency.service or emergency.how not in get_args(HandedOver):
            raise BadEmergency("a hand-off needs a service and a way")
        number = check(emergency.ticket) if emergency.ticket else ""
        async with self._database.writing() as session:
            ticket_id = await _ticket(session, number)
            if ticket_id is None and number:
                raise NotFound(f"no ticket {number}")
            if (known := await _open(session, emergency, ticket_id)) is not None:
                return _value(known, number)
            row = EmergencyRow(
                call=emergency.call,
                ticket_id=ticket_id,
                service=emergency.service,
                how=emergency.how,
                context=emergency.context,
                answers=dict(emergency.answers),
                handed_at=emergency.handed_at,
                handed_by=emergency.handed_by,
                outcome="",
                outcome_at=None,
                outcome_by="",
            )
            session.add(row)
            await session.flush()
            words = f"→ {row.service}: {row.context}" if row.context else f"→ {row.service}"
            _note(session, row, row.handed_at, row.handed_by, words)
            if notice is not None:
                await notices.write(self._database, session, [notice], self._clock())
            await events.write(session, "emergency.handed", _body(row, number), self._clock())
        return _value(row, number)

    async def outcome(self, emergency_id: int, text: str, who: str) -> Emergency:
        """What came of it; a later word replaces an earlier one, and both stay in the ticket's notes. Raises NotFound,
        and BadEmergency for no words."""
        text = text.strip()
        if not text:
            raise BadEmergency("an outcome needs words")
        async with self._database.writing() as session:
            row = await session.get(EmergencyRow, emergency_id, with_for_update=True)
            if row is None:
                raise NotFound(f"no emergency {emergency_id}")
            number = await _number(session, row)
            if row.outcome != text:
                row.outcome, row.outcome_at, row.outcome_by = text, self._clock(), who
                _note(session, row, row.outcome_at, who, f"{row.service} → {text}")
                await events.write(session, "emergency.outcome", _body(row, number), self._clock())
        return _value(row, number)

    async def get(self, emergency_id: int) -> Emergency:
        """Raises NotFound."""
        found = await self._found(_whole().where(EmergencyRow.id == emergency_id))
        if not found:
            raise NotFound(f"no emergency {emergency_id}")
        return found[0]

    async def of_call(self, call: str) -> builtins.list[Emergency]:
        """The oldest first."""
        return await self._found(_whole().where(EmergencyRow.call == call)) if call else []

    async def of_ticket(self, number: str) -> builtins.list[Emergency]:
        """The oldest first. Raises BadNumber."""
        return await self._found(_whole().where(TicketRow.number == check(number)))

    async def page(self, open: bool = True, after: str = "", limit: int = 100) -> Page[Emergency]:
        """`open`: only those without an outcome, the one that waits longest first; else all, the newest first. Raises
        BadCursor."""
        limit = size_of(limit)
        at, id = EmergencyRow.handed_at, EmergencyRow.id
        wanted = _whole().where(EmergencyRow.outcome == "") if open else _whole().order_by(None)
        wanted = wanted if open else wanted.order_by(at.desc(), id.desc())
        if after:
            last_at, last_id = key_of(after, datetime, int)
            beyond = (at > last_at, id > last_id) if open else (at < last_at, id < last_id)
            wanted = wanted.where(or_(beyond[0], and_(at == last_at, beyond[1])))
        found = await self._found(wanted.limit(limit + 1))
        return page_of(found, limit, lambda each: each, lambda each: (each.handed_at, each.id))

    async def _found(self, wanted: Select[EmergencyRow, str]) -> builtins.list[Emergency]:
        async with self._database.reading() as session:
            return [_value(row, number or "") for row, number in await session.execute(wanted)]


def _whole() -> Select[EmergencyRow, str]:
    return (
        select(EmergencyRow, TicketRow.number)
        .join(TicketRow, TicketRow.id == EmergencyRow.ticket_id, isouter=True)
        .order_by(EmergencyRow.handed_at, EmergencyRow.id)
    )


async def _ticket(session: AsyncSession, number: str) -> int | None:
    return await session.scalar(select(TicketRow.id).where(TicketRow.number == number)) if number else None


async def _number(session: AsyncSession, row: EmergencyRow) -> str:
    if row.ticket_id is None:
        return ""
    return await session.scalar(select(TicketRow.number).where(TicketRow.id == row.ticket_id)) or ""


async def _open(session: AsyncSession, emergency: Emergency, ticket_id: int | None) -> EmergencyRow | None:
    """The same hand-off told again, by a client or a node that did not hear our answer."""
    if not emergency.call and ticket_id is None:
        return None
    same = EmergencyRow.call == emergency.call if emergency.call else EmergencyRow.ticket_id == ticket_id
    wanted = select(EmergencyRow).where(
        same, EmergencyRow.service == emergency.service, EmergencyRow.how == emergency.how, EmergencyRow.outcome == ""
    )
    return await session.scalar(wanted.order_by(EmergencyRow.id).limit(1))


def _note(session: AsyncSession, row: EmergencyRow, at: datetime, who: str, text: str) -> None:
    if row.ticket_id is not None:
        session.add(TicketNoteRow(ticket_id=row.ticket_id, at=at, who=who, text=text, public=False))


def _body(row: EmergencyRow, number: str) -> dict[str, object]:
    # no words: what was said of a person is not for whoever listens to events
    return {"id": row.id, "ticket": number, "service": row.service, "how": row.how, "closed": bool(row.outcome)}


def _value(row: EmergencyRow, number: str) -> Emergency:
    return Emergency(
        row.id, row.call, number, row.service, cast("HandedOver", row.how), row.context, row.handed_at, row.handed_by,
        dict(row.answers), row.outcome, row.outcome_at, row.outcome_by,
    )  # fmt: skip
