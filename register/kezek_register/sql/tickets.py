"""Tickets: one for a call, whoever writes it and how often."""

from __future__ import annotations

import builtins
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from kezek_register.numbers import check
from kezek_register.sql import values
from kezek_register.sql.database import Database
from kezek_register.sql.numbering import Numbering
from kezek_register.sql.tables import TicketRow
from kezek_register.ticket_types import OPEN
from kezek_register.types import NotFound, RegisterError, Ticket


class Tickets:
    def __init__(self, database: Database, numbering: Numbering, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._numbering = numbering
        self._clock = clock

    async def number(self) -> str:
        """A registration number for a draft, from this node's stock: it works while SQL is away.

        Raises Unavailable when the stock is empty then.
        """
        return await self._numbering.next()

    async def stock(self) -> int:
        """Fill the stock of numbers now and say how many there are; never raises for a database that is away."""
        with suppress(RegisterError):
            await self._numbering.top_up(self._database.settings.block_size // 2)
        return len(self._numbering)

    async def ensure(self, draft: Ticket) -> Ticket:
        """The call's ticket, with a registration number: made when there is none, brought up to date while no operator
        has confirmed it, left alone afterwards. Idempotent by `draft.call`.

        Raises ValueError for a draft with neither call nor number, BadNumber, NotFound (a household or street that is
        not there), Conflict (the draft's own number is another call's) and Unavailable.
        """
        if not draft.call and not draft.number:
            raise ValueError("a ticket is ensured by its call or its number")
        return await self._put(draft, confirm=False)

    async def confirm(self, draft: Ticket) -> Ticket:
        """The ticket as the operator confirmed it: made or updated, by call, else by number; again it keeps its number.

        A draft with neither is a new ticket each time. Raises as `ensure`; Conflict too when somebody changed the row
        in between.
        """
        return await self._put(draft, confirm=True)

    async def get(self, number: str) -> Ticket:
        """By its registration number, however it was typed. Raises BadNumber and NotFound."""
        written = check(number)
        async with self._database.reading() as session:
            row = await session.scalar(select(TicketRow).where(TicketRow.number == written))
        if row is None:
            raise NotFound(f"no ticket {written}")
        return values.ticket(row)

    async def open_for(self, household_id: int) -> builtins.list[Ticket]:
        """The household's tickets that are not done, newest first."""
        return await self._newest(
            select(TicketRow).where(TicketRow.household_id == household_id, TicketRow.state.in_(OPEN))
        )

    async def list(self, state: str | None = None, limit: int = 50) -> builtins.list[Ticket]:
        """Newest first; `state`: one of them, or `open` for all that are not ended."""
        wanted = select(TicketRow)
        if state is not None:
            wanted = wanted.where(TicketRow.state.in_(OPEN) if state == "open" else TicketRow.state == state)
        return await self._newest(wanted.limit(limit))

    async def _newest(self, wanted: Select[TicketRow]) -> builtins.list[Ticket]:
        async with self._database.reading() as session:
            found = await session.scalars(wanted.order_by(TicketRow.created_at.desc(), TicketRow.id.desc()))
            return [values.ticket(row) for row in found]

    async def _put(self, draft: Ticket, *, confirm: bool) -> Ticket:
        given = check(draft.number) if draft.number else ""
        # taken before the transaction: reserving a block is a transaction of its own
        number = given or await self._numbering.next()
        async with self._database.writing() as session:
            row = await self._find(session, draft.call, given)
            made = row is None and await self._insert(session, draft, number, confirm=confirm)
            if row is None:
                row = await self._find(session, draft.call, number)
            if row is None:
                raise NotFound("the ticket went away while it was written")
            if not made and (confirm or not row.confirmed):
                for name, value in _fields(draft).items():
                    setattr(row, name, value)
                row.confirmed = confirm
                await session.flush()
        if not made and not given:
            self._numbering.give_back(number)
        return values.ticket(row)

    async def _find(self, session: AsyncSession, call: str, number: str) -> TicketRow | None:
        same = TicketRow.call == call if call else TicketRow.number == number
        return await session.scalar(select(TicketRow).where(same).with_for_update())

    async def _insert(self, session: AsyncSession, draft: Ticket, number: str, *, confirm: bool) -> bool:
        """False when another writer made the call's ticket first."""
        row = {
            **_fields(draft),
            "number": number,
            "state": draft.state,
            "call": draft.call or None,
            "confirmed": confirm,
            "created_at": draft.created_at or self._clock(),
            "version": 1,
        }
        made = self._database.insert(TicketRow).values(row).on_conflict_do_nothing(index_elements=["call"])
        return await session.scalar(made.returning(TicketRow.id)) is not None


def _fields(draft: Ticket) -> dict[str, Any]:
    fields = {name: getattr(draft, name) for name in values.TICKET_FIELDS if name != "confirmed"}
    return {**fields, "provenance": dict(draft.provenance), "confidence": dict(draft.confidence)}
