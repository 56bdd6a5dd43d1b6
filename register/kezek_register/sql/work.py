"""What happens to tickets that are late: each step of the chain claimed once, whichever node takes it and after any
restart; the step, its notice and its event are one transaction."""

from __future__ import annotations

import asyncio
import builtins
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import and_, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from kezek_register.deadlines import DONE, due_of
from kezek_register.duty_types import Organisation
from kezek_register.escalation import NOBODY, contact_when_late, owed
from kezek_register.moves import KEZEK
from kezek_register.notice_types import Notice
from kezek_register.numbers import check
from kezek_register.sql import events, notices, values
from kezek_register.sql.database import Database
from kezek_register.sql.duties import Duties
from kezek_register.sql.duty_tables import OrganisationRow
from kezek_register.sql.tables import TicketRow
from kezek_register.sql.ticket_moves import Moving, Order, moves_of
from kezek_register.sql.ticket_notices import ticket_told
from kezek_register.sql.ticket_pages import late_at
from kezek_register.sql.work_tables import EscalationRow
from kezek_register.ticket_types import OPEN, Escalation, EscalationStep, TicketMove
from kezek_register.types import NotFound, Ticket
from kezek_register.work_rules import WorkRules

_BATCH = 200


class Work:
    """Raises Unavailable, and what each verb says."""

    def __init__(self, database: Database, duties: Duties, rules: WorkRules, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._duties = duties
        self.rules = rules
        self._clock = clock

    async def late(self, now: datetime | None = None) -> builtins.list[Escalation]:
        """The steps that are to be taken now, of all late tickets; the longest late first."""
        now = now or self._clock()
        found: list[Escalation] = []
        heads: dict[int | None, tuple[Organisation, ...]] = {}
        last: tuple[datetime, int] | None = None
        while True:
            wanted = select(TicketRow).where(late_at(now)).order_by(TicketRow.due_at, TicketRow.id).limit(_BATCH)
            if last is not None:
                same = and_(TicketRow.due_at == last[0], TicketRow.id > last[1])
                wanted = wanted.where(or_(TicketRow.due_at > last[0], same))
            async with self._database.reading() as session:
                rows = list(await session.scalars(wanted))
                ids = [row.id for row in rows]
                moves, taken = await moves_of(session, ids), await _taken(session, ids)
            for row in rows:
                executor = row.organisation_id
                if executor not in heads:
                    heads[executor] = await self._heads(executor)
                await asyncio.sleep(0)  # calls are conducted in the same loop
                told = moves.get(row.id, []), taken.get(row.id, []), heads[executor]
                found += self._owed(values.ticket(row), *told, now)
            if len(rows) < _BATCH:
                return sorted(found, key=lambda one: -one.late_s)
            last = cast("datetime", rows[-1].due_at), rows[-1].id

    async def escalate(self, escalation: Escalation, notice: Notice | None = None) -> bool:
        """Takes the step, and tells: True for exactly one of any number of takers. False too when the ticket is not
        late any more, or another's meanwhile. Raises NotFound."""
        now = self._clock()
        number = check(escalation.number)
        executor, heads = await self._heads_of(number)
        async with self._database.writing() as session:
            row = await session.scalar(select(TicketRow).where(TicketRow.number == number).with_for_update())
            if row is None:
                raise NotFound(f"no ticket {number}")
            moves, taken = await moves_of(session, [row.id]), await _taken(session, [row.id])
            if row.organisation_id != executor:
                return False  # it has just gone to another: the next round finds what is owed then
            still = self._owed(values.ticket(row), moves.get(row.id, []), taken.get(row.id, []), heads, now)
            mine = (escalation.step, escalation.round, escalation.organisation)
            if mine not in [(one.step, one.round, one.organisation) for one in still]:
                return False
            code = escalation.organisation
            told = await session.scalar(select(OrganisationRow.id).where(OrganisationRow.code == code))
            step = {
                "ticket_id": row.id,
                "round": escalation.round,
                "step": escalation.step,
                "organisation_id": told,
                "at": now,
                "notice_key": notice.key if notice else "",
            }
            claimed = (
                self._database.insert(EscalationRow)
                .values(step)
                .on_conflict_do_nothing(index_elements=["ticket_id", "round", "step"])
            )
            if await session.scalar(claimed.returning(EscalationRow.id)) is None:
                return False
            if notice is not None:
                await notices.write(self._database, session, [notice], now)
            body = {"number": number, "step": escalation.step, "organisation": code, "late_s": round(escalation.late_s)}
            await events.write(session, "ticket.late", body, now)
            return True

    async def notice(self, escalation: Escalation) -> Notice | None:
        """What the one who is to be told is told; None when there is no way to tell him."""
        channel, address = NOBODY
        if escalation.organisation:
            found = await self._duties.chain(escalation.organisation)
            channel, address = contact_when_late(found[0]) if found else NOBODY
        elif escalation.step == "coordinator":
            channel, address = self.rules.chain.coordinator
        elif escalation.step == "city":
            channel, address = self.rules.chain.city
        if channel == "none" or not address:
            return None
        async with self._database.reading() as session:
            row = await session.scalar(select(TicketRow).where(TicketRow.number == escalation.number))
            if row is None:
                return None
            told = ticket_told(row)
        told |= {"step": escalation.step, "organisation": escalation.organisation, "late_s": round(escalation.late_s)}
        return Notice(
            key=f"ticket:{escalation.number}:late:{escalation.step}:{escalation.round}",
            about=f"ticket:{escalation.number}",
            what="late",
            channel=channel,
            address=address,
            language=self.rules.language,
            told=told,
        )

    async def chase(self, now: datetime | None = None) -> builtins.list[Escalation]:
        """Takes every step that is to be taken now; those that this node took. For a loop of every node."""
        taken = []
        for escalation in await self.late(now):
            notice = await self.notice(escalation)
            if await self.escalate(escalation, notice):
                taken.append(replace(escalation, at=self._clock(), notice_key=notice.key if notice else ""))
        return taken

    async def close_unheard(self, now: datetime | None = None) -> int:
        """Closes what was reported long ago and of which the citizen has said nothing; how many."""
        if not self.rules.unheard_days:
            return 0
        before = (now or self._clock()) - timedelta(days=self.rules.unheard_days)
        old = select(TicketRow).where(TicketRow.state == "reported", TicketRow.updated_at < before)
        async with self._database.writing() as session:
            rows = list(await session.scalars(old.order_by(TicketRow.id).limit(_BATCH).with_for_update()))
            order = Order("close", KEZEK, verified="unreached")
            return await Moving(self._database, self.rules, self._clock).many(session, rows, order)

    async def escalations(self, number: str) -> builtins.list[Escalation]:
        """The steps that were taken for this ticket, in their order. `late_s` is not kept: 0."""
        wanted = (
            select(EscalationRow, OrganisationRow.code)
            .join(TicketRow, TicketRow.id == EscalationRow.ticket_id)
            .outerjoin(OrganisationRow, OrganisationRow.id == EscalationRow.organisation_id)
            .where(TicketRow.number == check(number))
            .order_by(EscalationRow.id)
        )
        async with self._database.reading() as session:
            return [
                Escalation(
                    check(number), row.round, cast("EscalationStep", row.step), code or "", 0.0, row.at, row.notice_key
                )
                for row, code in await session.execute(wanted)
            ]

    async def recount(self) -> int:
        """Works out every open ticket's deadline again, for a calendar that may have changed; how many moved. At start
        and once a day."""
        changed, last = 0, 0
        while True:
            wanted = select(TicketRow).where(
                TicketRow.id > last, TicketRow.state.in_(OPEN), TicketRow.clock_from.is_not(None)
            )
            async with self._database.writing() as session:
                rows = list(await session.scalars(wanted.order_by(TicketRow.id).limit(_BATCH).with_for_update()))
                moves = await moves_of(session, [row.id for row in rows])
                for row in rows:
                    ticket = values.ticket(row)
                    done = ticket.state in DONE
                    due_at = None if done else due_of(ticket, moves.get(row.id, []), self.rules.calendar)
                    if due_at != row.due_at:
                        changed += 1
                        # not a change that anybody made: versions stay, nobody's page becomes stale
                        moved = update(TicketRow).where(TicketRow.id == row.id).values(due_at=due_at)
                        await session.execute(moved, execution_options={"synchronize_session": False})
            if len(rows) < _BATCH:
                return changed
            last = rows[-1].id

    def _owed(
        self,
        ticket: Ticket,
        moves: Sequence[TicketMove],
        taken: Sequence[tuple[EscalationStep, int]],
        heads: Sequence[Organisation],
        now: datetime,
    ) -> builtins.list[Escalation]:
        return owed(ticket, moves, taken, heads, now, self.rules.calendar, self.rules.chain)

    async def _heads_of(self, number: str) -> tuple[int | None, tuple[Organisation, ...]]:
        """Asked before a transaction: the rules are another repository's."""
        async with self._database.reading() as session:
            executor = await session.scalar(select(TicketRow.organisation_id).where(TicketRow.number == number))
        return executor, await self._heads(executor)

    async def _heads(self, executor: int | None) -> tuple[Organisation, ...]:
        return await self._duties.chain(executor) if executor is not None else ()


async def _taken(session: AsyncSession, ids: Sequence[int]) -> dict[int, list[tuple[EscalationStep, int]]]:
    found: dict[int, list[tuple[EscalationStep, int]]] = {}
    for row in await session.scalars(select(EscalationRow).where(EscalationRow.ticket_id.in_(ids))):
        found.setdefault(row.ticket_id, []).append((cast("EscalationStep", row.step), row.round))
    return found
