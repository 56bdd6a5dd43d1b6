"""Tickets: registered by calls, by hand and from other channels; read, moved and mended.

What a call's ticket is, whoever writes it, is in call_tickets.py; notes, photos and links in ticket_papers.py; what
happens when one is late in work.py.
"""

from __future__ import annotations

import builtins
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Select, select

from kezek_register.deadlines import deadline
from kezek_register.moves import Mover, MoveRefused
from kezek_register.numbers import check
from kezek_register.paging import Page
from kezek_register.phones import e164
from kezek_register.sql import events, lifting, outage_rows, ticket_pages, values
from kezek_register.sql.audit import changed as audited
from kezek_register.sql.call_tickets import CallTickets
from kezek_register.sql.filling import FOLLOWS
from kezek_register.sql.tables import TicketRow
from kezek_register.sql.ticket_moves import Order, moves_of, organisation_id
from kezek_register.sql.ticket_papers import TicketPapers
from kezek_register.sql.work_tables import TicketMoveRow
from kezek_register.ticket_types import OPEN, Deadline, Move, TicketFilter, TicketMove, Verified
from kezek_register.types import Conflict, NotFound, StaleVersion, Ticket

EDITABLE = frozenset({
    "kind", "topic", "household_id", "street_id", "street", "house", "flat", "words", "note", "language", "requester",
    "caller", "answer", "asset_kind", "allowed_hours", "allowed_days", "accident", "lon", "lat", "details",
})  # fmt: skip
_DECIDES = frozenset({*FOLLOWS, "kind", "asset_kind"})  # on the executor


class Tickets(CallTickets, TicketPapers):
    """Each verb raises BadNumber, NotFound and Unavailable, and what it says."""

    async def register(self, draft: Ticket, who: Mover, key: str = "", *, kind_said: bool = False) -> Ticket:
        """A new ticket, by hand or from another channel: what its topic, its address and the rules say is filled in,
        and it goes to the one who answers. With a `key`, or with a call, again it is the same ticket. `kind_said`:
        its kind is somebody's word, whatever the topic says.

        Raises NotFound for a household, street or organisation that is not there.
        """
        if key and (known := await self._by_key(key)):
            return known
        if draft.channel == "call" and not draft.call:
            draft = replace(draft, channel="manual")
        staff = who.role not in ("citizen", "kezek")
        draft = replace(draft, operator=draft.operator or (who.who if staff else ""), state="registered")
        filled = await self._filling.fill(draft, self._clock(), kind_said=kind_said)
        joins = await self._joins(draft, filled)
        number = check(draft.number) if draft.number else await self._numbering.next()
        try:
            async with self._database.writing() as session:
                made = await self._insert(session, draft, number, filled, confirmed=staff)
                same = TicketRow.number == number if made else TicketRow.call == draft.call
                row = (await session.scalars(select(TicketRow).where(same))).one()
                if made:
                    await self.moving.begin(session, row, who, key)
                    await self._begun(session, row, filled["organisation_id"], joins)
                    audited(session, who, "ticket_made", row.number, self._clock())
        except Conflict:
            if key and (known := await self._by_key(key)):
                return known  # the same order was told twice at once
            raise
        if not made and not draft.number:
            self._numbering.give_back(number)
        return values.ticket(row)

    async def move(
        self,
        number: str,
        move: Move,
        who: Mover,
        version: int | None = None,
        organisation: str = "",
        why: str = "",
        key: str = "",
        verified: Verified = "",
    ) -> Ticket:
        """One move. `organisation`: the code of whom it goes to; `verified`: what the citizen says, where he was asked;
        with a `key` the same order told twice is one move.

        Raises MoveRefused, and StaleVersion when `version` is given and no longer true.
        """
        async with self._database.writing() as session:
            row = await self._locked(session, number)
            if key:
                done = await session.scalar(select(TicketMoveRow.ticket_id).where(TicketMoveRow.key == key))
                if done is not None and done != row.id:
                    raise Conflict("this key was another ticket's move")
                if done is not None:
                    return values.ticket(row)
            _same_version(row, version)
            to = await organisation_id(session, organisation)
            await self.moving.take(session, row, Order(move, who, to, why, key, verified))
            audited(session, who, "ticket_move", row.number, self._clock())
            return values.ticket(row)

    async def moves(self, number: str) -> builtins.list[TicketMove]:
        """All of them, in their order."""
        async with self._database.reading() as session:
            ticket_id = await self._id(session, number)
            return (await moves_of(session, [ticket_id])).get(ticket_id, [])

    async def edit(self, number: str, fields: Mapping[str, Any], version: int, who: Mover) -> Ticket:
        """Mends fields (EDITABLE). A mended topic or address also changes what follows from it; the executor only as
        long as nobody has taken it up. It goes into the audit. Raises StaleVersion, MoveRefused, ValueError."""
        if strange := fields.keys() - EDITABLE:
            raise ValueError(f"not to be edited: {', '.join(sorted(strange))}")
        if who.role in ("executor", "citizen"):
            raise MoveRefused(f"mending a ticket is not for the {who.role}")
        mended = self._mended(await self.get(number), fields)
        filled = await self._filling.fill(mended, self._clock(), kind_said="kind" in fields)
        async with self._database.writing() as session:
            row = await self._locked(session, number)
            _same_version(row, version)
            changed = {name for name, value in fields.items() if getattr(row, name) != value}
            with session.no_autoflush:  # one UPDATE, one new version
                for name in changed:
                    setattr(row, name, fields[name])
                for name in self._filling.follows(changed) - fields.keys():
                    setattr(row, name, filled[name])
                row.updated_at = at = self._clock()
                await self.moving.refresh(session, row)
                if changed & _DECIDES:
                    await self._assign(session, row, filled["organisation_id"])
                await session.flush()
            await self._told(session, row)
            audited(session, who, "ticket_edit", row.number, at)
            await events.write(session, "ticket.edit", {"number": row.number, "fields": sorted(fields)}, at)
            return values.ticket(row)

    async def tie(self, number: str, outage_id: int | None, who: Mover) -> Ticket:
        """To an outage that goes on or comes, or to none. Raises NotFound for an outage that is not there, OutageOver
        for one of which nobody will be told any more that it is over."""
        async with self._database.writing() as session:
            row = await self._locked(session, number)
            if row.outage_id != outage_id:
                if outage_id is not None:
                    await outage_rows.announced(session, outage_id)
                row.outage_id, row.updated_at = outage_id, self._clock()
                await session.flush()
                audited(session, who, "ticket_tie", row.number, row.updated_at)
                await events.write(session, "ticket.tie", {"number": row.number, "outage": outage_id}, row.updated_at)
                await lifting.of_ticket(self._database, session, row, row.updated_at)
            return values.ticket(row)

    # reading

    async def get(self, number: str) -> Ticket:
        """By its registration number, however it was typed."""
        written = check(number)
        async with self._database.reading() as session:
            row = await session.scalar(select(TicketRow).where(TicketRow.number == written))
        if row is None:
            raise NotFound(f"no ticket {written}")
        return values.ticket(row)

    async def page(self, wanted: TicketFilter | None = None, after: str = "", limit: int = 50) -> Page[Ticket]:
        """Newest first. Raises BadCursor."""
        async with self._database.reading() as session:
            return await ticket_pages.page(session, wanted or TicketFilter(), after, limit, self._clock())

    async def count(self, wanted: TicketFilter) -> int:
        """How many there are."""
        async with self._database.reading() as session:
            return await ticket_pages.count(session, wanted, self._clock())

    async def deadlines(self, tickets: Sequence[Ticket]) -> dict[str, Deadline]:
        """number -> what its clock is doing now."""
        now = self._clock()
        numbers = [ticket.number for ticket in tickets]
        async with self._database.reading() as session:
            ids = select(TicketRow.number, TicketRow.id).where(TicketRow.number.in_(numbers))
            of_number = dict((await session.execute(ids)).all())
            moves = await moves_of(session, list(of_number.values()))
        calendar = self.moving.calendar
        return {
            ticket.number: deadline(ticket, moves.get(of_number[ticket.number], []), now, calendar)
            for ticket in tickets
            if ticket.number in of_number
        }

    async def of_caller(self, phone: str, limit: int = 20) -> builtins.list[Ticket]:
        """Registered from this telephone, newest first; () for what is no number."""
        known = {phone, e164(phone)} - {None, ""}
        return await self._newest(select(TicketRow).where(TicketRow.caller.in_(known)).limit(limit)) if known else []

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

    async def _by_key(self, key: str) -> Ticket | None:
        of_key = select(TicketMoveRow.ticket_id).where(TicketMoveRow.key == key).scalar_subquery()
        async with self._database.reading() as session:
            row = await session.scalar(select(TicketRow).where(TicketRow.id == of_key))
            return values.ticket(row) if row else None

    def _mended(self, ticket: Ticket, fields: Mapping[str, Any]) -> Ticket:
        """What the rest is filled in for: as if it were new, save what still stands and what somebody says now."""
        empty = {"kind": "incident", "accident": False, "asset_kind": ""}
        anew = {name: empty.get(name) for name in self._filling.follows(fields)}
        return replace(ticket, **{**anew, "organisation_id": None, **fields})


def _same_version(row: TicketRow, version: int | None) -> None:
    if version is not None and row.version != version:
        raise StaleVersion(f"the ticket is at version {row.version}")
