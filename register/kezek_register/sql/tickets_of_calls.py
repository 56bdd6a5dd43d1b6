"""The tickets of many calls at once: what `Tickets.ensure` does for one, inside somebody's transaction."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from kezek_register.deadlines import due_of
from kezek_register.numbers import check
from kezek_register.sql import events, values
from kezek_register.sql.database import Database
from kezek_register.sql.filling import FOLLOWS, Filling
from kezek_register.sql.tables import TicketRow, table_of
from kezek_register.sql.ticket_base import mover_of_draft
from kezek_register.sql.ticket_moves import event_of
from kezek_register.sql.work_tables import TicketMoveRow
from kezek_register.types import Ticket
from kezek_register.work_rules import WorkRules

_TABLE = table_of(TicketRow)
_FIELDS = (*(name for name in values.TICKET_FIELDS if name != "confirmed"), "provenance", "confidence")
_FOLLOWS = (
    "kind", "asset_kind", "accident", "allowed_hours", "allowed_days", "building_id", "territory_id", "due_at",
)  # fmt: skip


class TicketsOfCalls:
    """Its statements are made once: making their keys anew takes longer than the database does."""

    def __init__(self, database: Database, filling: Filling | None = None, rules: WorkRules | None = None) -> None:
        self._filling = filling or Filling()
        self._calendar = (rules or WorkRules()).calendar
        column = _TABLE.c
        self._found = select(_TABLE).where(column.call.in_(bindparam("calls", expanding=True))).order_by(column.call)
        self._found = self._found.with_for_update()
        made = database.insert(_TABLE).on_conflict_do_nothing(index_elements=["call"])
        self._insert = made.returning(column.call, column.id)
        changed: dict[str, Any] = {name: bindparam(name) for name in (*_FIELDS, *_FOLLOWS, "updated_at")}
        self._update = update(_TABLE).where(column.call == bindparam("of_call"), column.confirmed.is_(False))
        self._update = self._update.values(changed | {"version": column.version + 1})
        self._moves = insert(table_of(TicketMoveRow))

    async def fill(self, drafts: Sequence[Ticket], now: datetime) -> list[Ticket]:
        """The drafts with what follows from their topics and addresses: before the transaction, for it asks other
        repositories. Nobody is assigned: no operator has confirmed them. Raises Unavailable."""
        filled = []
        for draft in drafts:
            made_at = draft.created_at or now
            fields = await self._filling.fill(draft, made_at) | {"organisation_id": None}
            whole = replace(draft, **fields)
            filled.append(replace(whole, due_at=due_of(whole, (), self._calendar)))
        return filled

    async def ensure(self, session: AsyncSession, drafts: Sequence[Ticket], now: datetime) -> dict[str, Ticket]:
        """call -> its ticket as it stands: made, brought up to date while unconfirmed, left alone when confirmed.

        Each draft has its call, no two the same one, and the number that a new ticket gets; `now` is when it is made.
        Raises BadNumber, and at its end or at the transaction's NotFound, Conflict, Unavailable."""
        wanted = {draft.call: draft for draft in sorted(drafts, key=lambda each: each.call)}
        tickets = await self._read(session, wanted)
        if new := [_made(draft, now) for call, draft in wanted.items() if call not in tickets]:
            made: dict[str, int] = dict((await session.execute(self._insert, [_row(draft) for draft in new])).all())
            await self._begin(session, [draft for draft in new if draft.call in made], made, now)
            others = [draft.call for draft in new if draft.call not in made]  # another writer was first
            tickets |= {draft.call: draft for draft in new if draft.call in made}
            tickets |= await self._read(session, others)
        stale = [(tickets[call], draft) for call, draft in wanted.items() if call in tickets]
        stale = [(standing, draft) for standing, draft in stale if _stale(standing, draft)]
        if stale:
            await session.execute(self._update, [_changes(standing, draft, now) for standing, draft in stale])
            tickets |= await self._read(session, [draft.call for _, draft in stale])
        return tickets

    async def _begin(
        self, session: AsyncSession, made: Sequence[Ticket], ids: Mapping[str, int], now: datetime
    ) -> None:
        """The first move of each."""
        if not made:
            return
        await session.execute(self._moves, [_first_move(ticket, ids[ticket.call]) for ticket in made])
        told = [event_of(ticket, "register", "registered", mover_of_draft(ticket).role, now) for ticket in made]
        await events.write_all(session, told, now)

    async def _read(self, session: AsyncSession, calls: Collection[str]) -> dict[str, Ticket]:
        if not calls:
            return {}
        return {row.call: values.ticket(row) for row in await session.execute(self._found, {"calls": list(calls)})}


def _made(draft: Ticket, now: datetime) -> Ticket:
    made_at = draft.created_at or now
    return replace(draft, number=check(draft.number), confirmed=False, created_at=made_at, version=1)


def _row(ticket: Ticket) -> dict[str, Any]:
    told = {name: getattr(ticket, name) for name in ("number", "state", "call", "confirmed", "created_at", "version")}
    return {**told, **_fields(ticket), **{name: getattr(ticket, name) for name in values.WORK_FIELDS}}


def _fields(ticket: Ticket) -> dict[str, Any]:
    fields = {name: getattr(ticket, name) for name in _FIELDS}
    return {**fields, "provenance": dict(ticket.provenance), "confidence": dict(ticket.confidence)}


def _first_move(ticket: Ticket, ticket_id: int) -> dict[str, Any]:
    return {
        "ticket_id": ticket_id,
        "at": ticket.created_at,
        "who": mover_of_draft(ticket).who,
        "move": "register",
        "before": "registered",
        "after": "registered",
        "organisation_id": None,
        "why": "",
        "key": None,
    }


def _changes(standing: Ticket, draft: Ticket, now: datetime) -> dict[str, Any]:
    """What follows from topic and address stands where these do, or where somebody works on it already."""
    decided = Filling.follows(name for name in FOLLOWS if getattr(standing, name) != getattr(draft, name))
    if standing.state != "registered":
        decided = frozenset()
    changed = {name: getattr(draft if name in decided else standing, name) for name in _FOLLOWS}
    changed["due_at"] = draft.due_at if "allowed_days" in decided else standing.due_at
    return {**_fields(draft), **changed, "updated_at": now, "of_call": draft.call}


def _stale(standing: Ticket, draft: Ticket) -> bool:
    return not standing.confirmed and _fields(standing) != _fields(draft)
