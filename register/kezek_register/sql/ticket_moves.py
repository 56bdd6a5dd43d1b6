"""A ticket's move in SQL: the row, the move, the deadline that follows, the event, the executor's notice; together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, cast

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from kezek_register import moves
from kezek_register.deadlines import DONE, due_of
from kezek_register.sql import events, values
from kezek_register.sql.database import Database
from kezek_register.sql.duty_tables import OrganisationRow
from kezek_register.sql.tables import TicketRow
from kezek_register.sql.ticket_notices import ask_citizen, drop_pending, tell_executor
from kezek_register.sql.work_tables import TicketMoveRow
from kezek_register.ticket_types import Move, State, TicketMove, Verified
from kezek_register.types import NotFound, Ticket
from kezek_register.work_rules import WorkRules

_BATCH = 500  # rows of one UPDATE


@dataclass(frozen=True, slots=True)
class Order:
    """A move that somebody wants. `organisation`: to whom it goes; `verified`: what the citizen says, where he was
    asked; `key`: the same order told twice is one move."""

    move: Move
    who: moves.Mover
    organisation: int | None = None
    why: str = ""
    key: str = ""
    verified: Verified = ""


class Moving:
    """For use inside a transaction of a repository."""

    def __init__(self, database: Database, rules: WorkRules, clock: Callable[[], datetime]) -> None:
        self._database = database
        self.calendar = rules.calendar
        self._language = rules.language
        self._ask_by = rules.ask_by
        self._clock = clock

    async def begin(self, session: AsyncSession, row: TicketRow, who: moves.Mover, key: str = "") -> None:
        """A ticket that was just made. Conflict at the flush when the key is taken."""
        order = Order("register", who, key=key)
        move = TicketMove(row.created_at, who.who, "register", "registered", "registered")
        session.add(_row(row.id, move, order))
        await session.flush()
        at = self._clock()
        await events.write(session, *event_of(values.ticket(row), "register", move.before, who.role, at), at)

    async def refresh(self, session: AsyncSession, row: TicketRow) -> None:
        """The deadline again, after what decides on it was changed."""
        done = row.state in DONE
        row.due_at = None if done else due_of(values.ticket(row), await self.moves_of(session, row.id), self.calendar)

    async def take(self, session: AsyncSession, row: TicketRow, order: Order) -> None:
        """One move of a row that is locked, with all that follows from it. Raises MoveRefused."""
        with session.no_autoflush:  # one UPDATE, one new version
            before = await self.moves_of(session, row.id) if row.id else []
            move = self._made(row, order)
            for name, value in self._changes(row, order, move).items():
                setattr(row, name, value)
            ticket = values.ticket(row)
            row.due_at = None if row.state in DONE else due_of(ticket, [*before, move], self.calendar)
            added = _row(row.id, move, order)
            session.add(added)
            await session.flush()
            organisation = await session.get(OrganisationRow, row.organisation_id) if row.organisation_id else None
            code = organisation.code if organisation else ""
            told = event_of(values.ticket(row), order.move, move.before, order.who.role, move.at, code)
            await events.write(session, *told, move.at)
            await drop_pending(session, [row.number], move.at)
            if row.state == "reported":
                await ask_citizen(self._database, session, row, added.id, self._ask_by, move.at)
            if row.state == "assigned" and organisation is not None:
                await tell_executor(self._database, session, row, organisation, added.id, self._language, move.at)

    async def many(self, session: AsyncSession, rows: Sequence[TicketRow], order: Order) -> int:
        """The same move of many locked rows; those that do not take it are left out. How many did. An order's key is
        each ticket's own with its number and version behind it.

        For moves that end the executor's work (report, verify, close): no deadline follows and nobody is told here.
        """
        told: list[tuple[str, dict[str, Any]]] = []
        added: list[dict[str, Any]] = []
        by_state: dict[State, list[int]] = {}
        at = self._clock()
        for row in rows:
            try:
                move = self._made(row, order)
            except moves.MoveRefused:
                continue
            by_state.setdefault(move.after, []).append(row.id)
            key = f"{order.key}:{row.number}:{row.version}" if order.key else ""
            added.append(_columns(row.id, move, replace(order, key=key)))
            ticket = replace(values.ticket(row), state=move.after, due_at=None)
            told.append(event_of(ticket, order.move, move.before, order.who.role, at))
        for state, ids in by_state.items():
            changes: dict[str, Any] = {"state": state, "due_at": None, "updated_at": at}
            changes |= {"closed_at": at} if state in moves.ENDED else {}
            changes |= {"answer": order.why} if order.why and order.move in ("report", "close") else {}
            changes |= {"verified": order.verified} if order.verified else {}
            for begin in range(0, len(ids), _BATCH):
                some = TicketRow.id.in_(ids[begin : begin + _BATCH])
                changed = update(TicketRow).where(some).values(**changes, version=TicketRow.version + 1)
                await session.execute(changed, execution_options={"synchronize_session": False})
        if added:
            await session.execute(insert(TicketMoveRow), added)
            await events.write_all(session, told, at)
            numbers = [body["number"] for _, body in told]
            for begin in range(0, len(numbers), _BATCH):
                await drop_pending(session, numbers[begin : begin + _BATCH], at)
        for row in rows:
            session.expire(row)
        return len(added)

    async def moves_of(self, session: AsyncSession, ticket_id: int) -> list[TicketMove]:
        return (await moves_of(session, [ticket_id])).get(ticket_id, [])

    def _made(self, row: TicketRow, order: Order) -> TicketMove:
        state = values.ticket(row).state
        after = moves.after(
            state,
            order.move,
            order.who,
            executor=row.organisation_id,
            organisation=order.organisation,
            why=order.why,
        )
        return TicketMove(self._clock(), order.who.who, order.move, state, after, why=order.why)

    def _changes(self, row: TicketRow, order: Order, move: TicketMove) -> dict[str, Any]:
        changes: dict[str, Any] = {"state": move.after, "updated_at": move.at}
        match order.move:
            case "assign" | "hand_on":
                changes["organisation_id"] = order.organisation
            case "route":
                changes["organisation_id"] = None
            case "report" | "close" if order.why:
                changes["answer"] = order.why
            case "reopen":
                changes |= {"clock_from": move.at, "closed_at": None, "verified": order.verified}
                if order.who.role == "citizen":
                    changes["verified"] = "no"
        if move.after in moves.ENDED:
            changes["closed_at"] = move.at
        if order.move == "verify":
            changes["verified"] = order.verified or "yes"
        elif order.move == "close" and order.verified:
            changes["verified"] = order.verified
        return changes


async def moves_of(session: AsyncSession, ticket_ids: Sequence[int]) -> dict[int, list[TicketMove]]:
    """The moves of these tickets, each ticket's in their order."""
    wanted = select(TicketMoveRow, OrganisationRow.code).outerjoin(
        OrganisationRow, OrganisationRow.id == TicketMoveRow.organisation_id
    )
    wanted = wanted.where(TicketMoveRow.ticket_id.in_(ticket_ids)).order_by(TicketMoveRow.id)
    found: dict[int, list[TicketMove]] = {}
    for row, code in await session.execute(wanted):
        states = cast("State", row.before), cast("State", row.after)
        move = TicketMove(row.at, row.who, cast("Move", row.move), *states, code or "", row.why)
        found.setdefault(row.ticket_id, []).append(move)
    return found


async def organisation_id(session: AsyncSession, code: str) -> int | None:
    """Of an organisation by its code, None for ''. Raises NotFound."""
    if not code:
        return None
    found = await session.scalar(select(OrganisationRow.id).where(OrganisationRow.code == code))
    if found is None:
        raise NotFound(f"no organisation {code}")
    return found


def event_of(
    ticket: Ticket, move: Move, before: State, by: moves.MoverRole, at: datetime, organisation: str = ""
) -> tuple[str, dict[str, Any]]:
    """What programs outside are told: nothing of a person. `ticket`: as it is after the move."""
    body = {
        "number": ticket.number,
        "move": move,
        "before": before,
        "state": ticket.state,
        "by": by,
        "at": at.isoformat(),
        "kind": ticket.kind,
        "topic": ticket.topic,
        "channel": ticket.channel,
        "accident": ticket.accident,
        "organisation": organisation,
        "due_at": ticket.due_at.isoformat() if ticket.due_at else None,
    }
    return f"ticket.{move}", body


def _row(ticket_id: int, move: TicketMove, order: Order) -> TicketMoveRow:
    return TicketMoveRow(**_columns(ticket_id, move, order))


def _columns(ticket_id: int, move: TicketMove, order: Order) -> dict[str, Any]:
    return {
        "ticket_id": ticket_id,
        "at": move.at,
        "who": move.who,
        "move": move.move,
        "before": move.before,
        "after": move.after,
        "organisation_id": order.organisation,
        "why": move.why,
        "key": order.key or None,
    }
