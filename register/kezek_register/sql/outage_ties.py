"""Households tied to an outage: one row for each, whichever way and however often they ask."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import and_, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from kezek_register.outage_rules import area_of
from kezek_register.outage_types import BadOutage, OutageOver, Tie
from kezek_register.sql import outage_homes, outage_parts, outage_rows
from kezek_register.sql.database import Database
from kezek_register.sql.outage_tables import TieCallRow, TieRow
from kezek_register.sql.restoration_tables import RestorationRow
from kezek_register.sql.tables import TicketRow
from kezek_register.types import NotFound


async def tie(database: Database, session: AsyncSession, outage_id: int, asked: Tie, now: datetime) -> Tie:
    await outage_rows.announced(session, outage_id)
    (who,) = await outage_homes.known(session, [asked])
    if who.household_id and not who.party:
        raise NotFound(f"no household {who.household_id}")
    if not who.party:
        raise BadOutage("a tie names a household, a flat or a number")
    if who.building_id and await _restored(session, outage_id, who.building_id):
        raise OutageOver("it is over in that part of the outage")
    known = await _same(session, outage_id, who)
    ticket_id = await _ticket(session, outage_id, asked.ticket)
    row = {
        "outage_id": outage_id,
        "party": known or who.party,
        "household_id": who.household_id,
        "building_id": who.building_id,
        "flat": who.flat,
        "phone": who.phone,
        "language": who.language,
        "call": who.call,
        "calls": 1,
        "ticket_id": ticket_id,
        "tell": who.tell,
        "at": now,
        "restored": "",
    }
    made = database.insert(TieRow).values(row).on_conflict_do_nothing(index_elements=["outage_id", "party"])
    new = await session.scalar(made.returning(TieRow.id)) is not None
    counted = await _count(database, session, outage_id, who.call)
    if not new:
        await _again(session, row, counted=counted)
    return await _one(session, outage_id, str(row["party"]))


async def of_outage(session: AsyncSession, outage_id: int, after: int, limit: int) -> list[Tie]:
    found = await session.execute(outage_rows.of_ties(TieRow.outage_id == outage_id).offset(after).limit(limit))
    return [outage_rows.tie(row, ticket) for row, ticket in found]


async def every(session: AsyncSession, outage_id: int) -> list[Tie]:
    found = await session.execute(outage_rows.of_ties(TieRow.outage_id == outage_id))
    return [outage_rows.tie(row, ticket) for row, ticket in found]


async def _restored(session: AsyncSession, outage_id: int, building_id: int) -> bool:
    steps = select(RestorationRow.areas).where(RestorationRow.outage_id == outage_id, RestorationRow.closes.is_(False))
    parts = [
        area_of(area) for areas in await session.scalars(steps.where(RestorationRow.taken_back_at.is_(None)))
        for area in areas
    ]  # fmt: skip
    return bool(parts) and await outage_parts.lies_in(session, building_id, parts)


async def _same(session: AsyncSession, outage_id: int, who: Tie) -> str | None:
    """The party under which this household is tied already: it may have been a flat or a number then."""
    same = [TieRow.party == who.party]
    if who.household_id:
        same.append(TieRow.household_id == who.household_id)
    if who.building_id and who.flat:
        same.append(and_(TieRow.building_id == who.building_id, TieRow.flat == who.flat))
    wanted = select(TieRow.party).where(TieRow.outage_id == outage_id, or_(*same)).order_by(TieRow.id)
    return await session.scalar(wanted.limit(1))


async def _count(database: Database, session: AsyncSession, outage_id: int, call: str) -> bool:
    """Whether this call is new to the outage."""
    if not call:
        return False
    row = {"outage_id": outage_id, "call": call}
    made = database.insert(TieCallRow).values(row).on_conflict_do_nothing(index_elements=["outage_id", "call"])
    return await session.scalar(made.returning(TieCallRow.call)) is not None


async def _again(session: AsyncSession, row: dict[str, object], *, counted: bool) -> None:
    """Whoever of the household first wishes to be told is told; a later call brings what was not known."""
    here = and_(TieRow.outage_id == row["outage_id"], TieRow.party == row["party"])
    if counted:
        await session.execute(update(TieRow).where(here).values(calls=TieRow.calls + 1))
    for name in ("ticket_id", "household_id", "building_id"):
        if row[name] is not None:
            column = getattr(TieRow, name)
            await session.execute(update(TieRow).where(here, column.is_(None)).values({name: row[name]}))
    unheard = or_(TieRow.tell.is_(False), TieRow.phone == "")
    if row["tell"] and row["phone"]:
        told = {"tell": True, "phone": row["phone"], "language": row["language"]}
        await session.execute(update(TieRow).where(here, unheard).values(told))


async def _ticket(session: AsyncSession, outage_id: int, number: str) -> int | None:
    """The ticket's id; it is tied with its household. Raises NotFound."""
    if not number:
        return None
    tied = update(TicketRow).where(TicketRow.number == number, TicketRow.outage_id.is_(None))
    await session.execute(
        tied.values(outage_id=outage_id, version=TicketRow.version + 1).execution_options(synchronize_session=False)
    )
    found = await session.scalar(select(TicketRow.id).where(TicketRow.number == number))
    if found is None:
        raise NotFound(f"no ticket {number}")
    return found


async def _one(session: AsyncSession, outage_id: int, party: str) -> Tie:
    wanted = outage_rows.of_ties(TieRow.outage_id == outage_id, TieRow.party == party)
    found = await session.execute(wanted.execution_options(populate_existing=True))
    row, ticket = found.one()
    return outage_rows.tie(row, ticket)
