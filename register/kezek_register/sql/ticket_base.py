"""What all verbs on tickets need: finding, inserting, beginning. See tickets.py for the door."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from kezek_register.deadlines import due_of
from kezek_register.moves import KEZEK, Mover
from kezek_register.numbers import check
from kezek_register.outage_types import Outage
from kezek_register.sql import lifting, ticket_troubles, values
from kezek_register.sql.database import Database
from kezek_register.sql.filling import Filling
from kezek_register.sql.numbering import Numbering
from kezek_register.sql.tables import TicketRow
from kezek_register.sql.ticket_moves import Moving, Order
from kezek_register.sql.usual_counts import KINDS
from kezek_register.types import NotFound, Ticket
from kezek_register.work_rules import WorkRules


class TicketBase:
    def __init__(
        self,
        database: Database,
        numbering: Numbering,
        clock: Callable[[], datetime],
        filling: Filling | None = None,
        rules: WorkRules | None = None,
    ) -> None:
        self._database = database
        self._numbering = numbering
        self._clock = clock
        self._filling = filling or Filling()
        self.moving = Moving(
            database, rules or WorkRules(), clock
        )  # for repositories that move tickets of their own accord

    async def _joins(self, draft: Ticket, filled: dict[str, Any]) -> Sequence[Outage]:
        """Outages that go on at its place and of its matter, of which it is one more voice. Before the transaction."""
        if draft.outage_id is not None or filled["kind"] not in KINDS or not draft.topic:
            return ()
        return await self._filling.outages(draft)

    async def _begun(
        self, session: AsyncSession, row: TicketRow, executor: int | None, joins: Sequence[Outage]
    ) -> None:
        """What follows from a ticket's making: it is a voice, and one that joins an outage is nobody's own work."""
        now = self._clock()
        await ticket_troubles.report(self._database, session, row, now)
        if not joins or not await ticket_troubles.join(session, row, joins, now):
            await self._assign(session, row, executor)
        await lifting.of_ticket(self._database, session, row, now)

    async def _told(self, session: AsyncSession, row: TicketRow) -> None:
        """It says something else than before."""
        await ticket_troubles.report(self._database, session, row, self._clock())
        await lifting.of_ticket(self._database, session, row, self._clock())

    async def _locked(self, session: AsyncSession, number: str) -> TicketRow:
        """Raises BadNumber and NotFound."""
        row = await session.scalar(select(TicketRow).where(TicketRow.number == check(number)).with_for_update())
        if row is None:
            raise NotFound(f"no ticket {check(number)}")
        return row

    async def _id(self, session: AsyncSession, number: str) -> int:
        """Raises BadNumber and NotFound."""
        found = await session.scalar(select(TicketRow.id).where(TicketRow.number == check(number)))
        if found is None:
            raise NotFound(f"no ticket {check(number)}")
        return found

    async def _insert(
        self, session: AsyncSession, draft: Ticket, number: str, filled: dict[str, Any], *, confirmed: bool
    ) -> bool:
        """False when another writer made the call's ticket first. An executor is assigned by a move, after it."""
        made_at = draft.created_at or self._clock()
        whole = replace(draft, **{**filled, "organisation_id": None, "created_at": made_at})
        row = {
            **fields_of_draft(whole),
            **{name: getattr(whole, name) for name in values.WORK_FIELDS},
            "due_at": due_of(whole, (), self.moving.calendar),
            "number": number,
            "state": draft.state,
            "call": draft.call or None,
            "confirmed": confirmed,
            "created_at": made_at,
            "version": 1,
        }
        made = self._database.insert(TicketRow).values(row).on_conflict_do_nothing(index_elements=["call"])
        return await session.scalar(made.returning(TicketRow.id)) is not None

    async def _assign(self, session: AsyncSession, row: TicketRow, executor: int | None) -> None:
        """By the rules, as long as nobody has taken it up and nobody decided otherwise."""
        if executor is None or executor == row.organisation_id:
            return
        if row.state == "assigned":
            moves = await self.moving.moves_of(session, row.id)
            if moves and moves[-1].who != KEZEK.who:
                return
        elif row.state != "registered":
            return
        await self.moving.take(session, row, Order("assign", KEZEK, executor))


def fields_of_draft(draft: Ticket) -> dict[str, Any]:
    fields = {name: getattr(draft, name) for name in values.TICKET_FIELDS if name != "confirmed"}
    return {**fields, "provenance": dict(draft.provenance), "confidence": dict(draft.confidence)}


def mover_of_draft(draft: Ticket) -> Mover:
    """Who registers the ticket of a call: its operator, else the program itself."""
    return Mover(draft.operator, "operator") if draft.operator else KEZEK
