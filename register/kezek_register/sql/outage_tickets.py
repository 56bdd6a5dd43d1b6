"""What an outage does to tickets: the only file of the outages that moves any, by the verbs of the tickets' own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from kezek_register.moves import CITIZEN, Mover
from kezek_register.names import street_title
from kezek_register.outage_types import Outage, Tie
from kezek_register.sql import values
from kezek_register.sql.outage_tables import TieRow
from kezek_register.sql.restoration_tables import RestorationRow
from kezek_register.sql.tables import BuildingRow, StreetRow, TicketRow
from kezek_register.sql.ticket_moves import Order
from kezek_register.sql.ticket_notices import drop_pending
from kezek_register.sql.tickets import Tickets
from kezek_register.sql.work_tables import TicketMoveRow
from kezek_register.types import Ticket

_DONE = ("reported", "closed", "refused")


@dataclass(frozen=True, slots=True)
class Where:
    """The address of a tie, as a ticket holds it; empty when nobody knows."""

    street_id: int | None = None
    street: str = ""
    house: str = ""


class TicketsOfOutages:
    def __init__(self, tickets: Tickets) -> None:
        self._tickets = tickets

    async def report(
        self, session: AsyncSession, outage_id: int, who: str, only: Callable[[TicketRow], bool] | None = None
    ) -> int:
        """Every ticket of the outage that is at work (of them `only` these) is reported; how many. Whoever closes an
        outage may do this with any of them. No notice of theirs goes out: who is tied is told by the outage's own."""
        mine = select(TicketRow).where(TicketRow.outage_id == outage_id, TicketRow.state.not_in(_DONE))
        found = await session.scalars(mine.order_by(TicketRow.id).with_for_update())
        rows = [row for row in found if only is None or only(row)]
        return await self._tickets.moving.many(session, rows, Order("report", Mover(who, "manager")))

    async def untie(self, session: AsyncSession, outage_id: int) -> int:
        """The outage was none: its tickets go their own way; how many."""
        mine = select(TicketRow).where(TicketRow.outage_id == outage_id).order_by(TicketRow.id)
        rows = list(await session.scalars(mine.with_for_update()))
        for row in rows:
            row.outage_id = None
        await session.flush()
        return len(rows)

    async def take_back(self, session: AsyncSession, outage_id: int, who: str, limit: int, now: datetime) -> int:
        """The outage was not over: tickets that its end reported are at work again, some of them; how many. What an
        executor reported by himself stays, and he is told of the outage, not of each ticket."""
        last = select(func.max(TicketMoveRow.at)).where(
            TicketMoveRow.ticket_id == TicketRow.id, TicketMoveRow.move == "report"
        )
        at = last.scalar_subquery()
        mistake = select(RestorationRow.id).where(RestorationRow.outage_id == outage_id)
        mistake = mistake.where(RestorationRow.at <= at, RestorationRow.taken_back_at >= at)
        over = select(TieRow.id).where(TieRow.ticket_id == TicketRow.id, TieRow.step > 0)
        mine = select(TicketRow).where(TicketRow.outage_id == outage_id, TicketRow.state == "reported")
        mine = mine.where(mistake.exists(), ~over.exists()).order_by(TicketRow.id).limit(limit)
        rows = list(await session.scalars(mine.with_for_update()))
        for row in rows:
            order = Order("reopen", Mover(who, "manager"), why="the outage was not over")
            await self._tickets.moving.take(session, row, order)
        if rows:
            await drop_pending(session, [row.number for row in rows], now)
        return len(rows)

    async def verify(self, session: AsyncSession, outage_id: int, ties: Sequence[Tie]) -> None:
        """Its households say that it is over: their reported tickets are closed."""
        rows = [row for row in await self._of(session, outage_id, ties) if row.state == "reported"]
        await self._tickets.moving.many(session, rows, Order("verify", CITIZEN, verified="yes"))

    async def reopen(self, session: AsyncSession, outage_id: int, ties: Sequence[Tie], why: str) -> str:
        """Its households say that it is not over: their tickets are opened again. The first one's number, '' when they
        have none."""
        rows = await self._of(session, outage_id, ties)
        for row in rows:
            if row.state in ("reported", "closed"):
                await self._tickets.moving.take(session, row, Order("reopen", CITIZEN, why=why, verified="no"))
        return rows[0].number if rows else ""

    async def register(self, outage: Outage, tie: Tie, where: Where, tie_id: int) -> Ticket:
        """A ticket of its own for a household that has none, once for each tie; a transaction of its own. Its executor
        is whom the rules name for the place. `tie_id` is its row's: a party may be a number, which no key may keep."""
        draft = Ticket(
            number="", state="registered", call="", caller=tie.phone, household_id=tie.household_id,
            street_id=where.street_id, street=where.street, house=where.house, flat=tie.flat, topic=outage.topic,
            words="", note="", language=tie.language, operator="", confirmed=True, kind="incident", channel="manual",
            building_id=tie.building_id, asset_kind=outage.asset_kind, outage_id=outage.id,
        )  # fmt: skip
        return await self._tickets.register(draft, CITIZEN, key=f"outage:{outage.id}:still_out:{tie_id}")

    async def where(self, session: AsyncSession, tie: Tie) -> Where:
        building = select(BuildingRow).where(BuildingRow.id == tie.building_id)
        building = building.options(joinedload(BuildingRow.street).selectinload(StreetRow.names))
        row = await session.scalar(building)
        if row is None:
            return Where()
        return Where(row.street_id, street_title(values.street(row.street), tie.language), row.house)

    async def _of(self, session: AsyncSession, outage_id: int, ties: Sequence[Tie]) -> list[TicketRow]:
        """The households' own tickets among those of the outage, locked."""
        numbers = {tie.ticket for tie in ties if tie.ticket}
        homes = {tie.household_id for tie in ties if tie.household_id}
        phones = {tie.phone for tie in ties if tie.phone}
        mine = TicketRow.number.in_(numbers) | TicketRow.household_id.in_(homes) | TicketRow.caller.in_(phones)
        wanted = select(TicketRow).where(TicketRow.outage_id == outage_id, mine).order_by(TicketRow.id)
        return list(await session.scalars(wanted.with_for_update()))
