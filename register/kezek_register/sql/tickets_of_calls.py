"""The tickets of many calls at once: what `Tickets.ensure` does for one, inside somebody's transaction."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from kezek_register.numbers import check
from kezek_register.sql import values
from kezek_register.sql.database import Database
from kezek_register.sql.tables import TicketRow, table_of
from kezek_register.types import Ticket

_TABLE = table_of(TicketRow)
_FIELDS = (*(name for name in values.TICKET_FIELDS if name != "confirmed"), "provenance", "confidence")


class TicketsOfCalls:
    """Its statements are made once: making their keys anew takes longer than the database does."""

    def __init__(self, database: Database) -> None:
        column = _TABLE.c
        self._found = select(_TABLE).where(column.call.in_(bindparam("calls", expanding=True))).order_by(column.call)
        self._found = self._found.with_for_update()
        insert = database.insert(_TABLE).on_conflict_do_nothing(index_elements=["call"])
        self._insert = insert.returning(column.call)
        changed: dict[str, Any] = {name: bindparam(name) for name in _FIELDS}
        self._update = update(_TABLE).where(column.call == bindparam("of_call"), column.confirmed.is_(False))
        self._update = self._update.values(changed | {"version": column.version + 1})

    async def ensure(self, session: AsyncSession, drafts: Sequence[Ticket], now: datetime) -> dict[str, Ticket]:
        """call -> its ticket as it stands: made, brought up to date while unconfirmed, left alone when confirmed.

        Each draft has its call, no two the same one, and the number that a new ticket gets; `now` is when it is made.
        Raises BadNumber, and at its end or at the transaction's NotFound, Conflict, Unavailable."""
        wanted = {draft.call: draft for draft in sorted(drafts, key=lambda each: each.call)}
        tickets = await self._read(session, wanted)
        if new := [_made(draft, now) for call, draft in wanted.items() if call not in tickets]:
            made = set(await session.scalars(self._insert, [_row(draft) for draft in new]))
            others = [draft.call for draft in new if draft.call not in made]  # another writer was first
            tickets |= {draft.call: draft for draft in new if draft.call in made}
            tickets |= await self._read(session, others)
        stale = [draft for call, draft in wanted.items() if call in tickets and _stale(tickets[call], draft)]
        if stale:
            await session.execute(self._update, [{**_fields(draft), "of_call": draft.call} for draft in stale])
            tickets |= await self._read(session, [draft.call for draft in stale])
        return tickets

    async def _read(self, session: AsyncSession, calls: Collection[str]) -> dict[str, Ticket]:
        if not calls:
            return {}
        return {row.call: values.ticket(row) for row in await session.execute(self._found, {"calls": list(calls)})}


def _made(draft: Ticket, now: datetime) -> Ticket:
    made_at = draft.created_at or now
    return replace(draft, number=check(draft.number), confirmed=False, created_at=made_at, version=1)


def _row(ticket: Ticket) -> dict[str, Any]:
    told = {name: getattr(ticket, name) for name in ("number", "state", "call", "confirmed", "created_at", "version")}
    return {**told, **_fields(ticket)}


def _fields(ticket: Ticket) -> dict[str, Any]:
    fields = {name: getattr(ticket, name) for name in _FIELDS}
    return {**fields, "provenance": dict(ticket.provenance), "confidence": dict(ticket.confidence)}


def _stale(standing: Ticket, draft: Ticket) -> bool:
    return not standing.confirmed and _fields(standing) != _fields(draft)
