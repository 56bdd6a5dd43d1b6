"""The end of an outage: one notice for each household, and its tickets reported, in the transaction that ends it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from kezek_register.notice_types import Notice, NoticeChannel, NoticeKind
from kezek_register.outage_types import Closing, Outage, Tie
from kezek_register.sql import notices, outage_homes, outage_ties
from kezek_register.sql.database import Database
from kezek_register.sql.outage_tables import TieRow
from kezek_register.sql.outage_tickets import TicketsOfOutages
from kezek_register.sql.tables import TicketRow, table_of
from kezek_register.tellings import Group, groups


async def close(
    database: Database,
    tickets: TicketsOfOutages,
    session: AsyncSession,
    outage: Outage,
    who: str,
    now: datetime,
    tell_by: NoticeChannel,
) -> Closing:
    await _tie_tickets(database, session, outage.id, now)
    told = await _tell(database, session, outage, now, tell_by)
    return Closing(outage, told, await tickets.report(session, outage.id, who))


async def cancel(
    database: Database,
    tickets: TicketsOfOutages,
    session: AsyncSession,
    outage: Outage,
    now: datetime,
    tell_by: NoticeChannel,
) -> Closing:
    await _tie_tickets(database, session, outage.id, now)
    told = await _tell(database, session, outage, now, tell_by)
    return Closing(outage, told, await tickets.untie(session, outage.id))


async def moved(
    database: Database, session: AsyncSession, outage: Outage, entry: int, now: datetime, tell_by: NoticeChannel
) -> tuple[Notice, ...]:
    """Each household is told once of this entry in the history of the expected end."""
    return await _tell(database, session, outage, now, tell_by, f"expected:{entry}", "expected_moved")


async def _tell(
    database: Database,
    session: AsyncSession,
    outage: Outage,
    now: datetime,
    tell_by: NoticeChannel,
    name: str = "restored",
    what: NoticeKind = "restored",
) -> tuple[Notice, ...]:
    found = groups(await outage_ties.every(session, outage.id))
    all_of_them = [notice(outage, group, name, what, tell_by, now) for group in found]
    told = tuple(one for one in all_of_them if one is not None)
    await notices.write(database, session, told, now)
    return told


def notice(
    outage: Outage, group: Group, name: str, what: NoticeKind, tell_by: NoticeChannel, now: datetime
) -> Notice | None:
    """What the group is told, once under this name. None when nobody of it is to be told."""
    teller = group.teller
    if teller is None:
        return None
    return Notice(
        key=f"outage:{outage.id}:{name}:{teller.party}",
        about=f"outage:{outage.id}",
        what=what,
        channel=tell_by,
        address=teller.phone,
        language=teller.language,
        told={
            "outage": outage.id,
            "cancelled": outage.state == "cancelled",
            "topic": outage.topic,
            "cause": outage.cause,
            "starts_at": outage.starts_at.isoformat(),
            "expected_at": outage.expected_at.isoformat() if outage.expected_at else None,
            "ended_at": outage.ended_at.isoformat() if outage.ended_at else None,
            "party": teller.party,
            "parties": [tie.party for tie in group.ties],
            "building_id": teller.building_id,
            "ticket": next((tie.ticket for tie in group.ties if tie.ticket), ""),
        },
        next_at=now,
        created_at=now,
    )


async def _tie_tickets(database: Database, session: AsyncSession, outage_id: int, now: datetime) -> None:
    """Tickets that were tied without their household: whoever asked by one is told too."""
    tied = select(TieRow.ticket_id).where(TieRow.outage_id == outage_id, TieRow.ticket_id.is_not(None))
    alone = select(TicketRow).where(TicketRow.outage_id == outage_id, TicketRow.id.not_in(tied))
    tickets = list(await session.scalars(alone.order_by(TicketRow.id)))
    asked = [
        Tie(
            outage_id,
            "",
            ticket.caller,
            ticket.language,
            household_id=ticket.household_id,
            building_id=ticket.building_id,
            flat=ticket.flat,
            call=ticket.call or "",
        )
        for ticket in tickets
    ]
    known = await outage_homes.known(session, asked)
    rows: list[dict[str, Any]] = [
        {
            "outage_id": outage_id,
            "party": tie.party,
            "household_id": tie.household_id,
            "building_id": tie.building_id,
            "flat": tie.flat,
            "phone": tie.phone,
            "language": tie.language,
            "call": tie.call,
            "calls": 1,
            "ticket_id": ticket.id,
            "tell": True,
            "at": now,
            "restored": "",
        }
        for ticket, tie in zip(tickets, known, strict=True)
        if tie.party
    ]
    if rows:
        made = database.insert(table_of(TieRow)).on_conflict_do_nothing(index_elements=["outage_id", "party"])
        await session.execute(made, rows)
