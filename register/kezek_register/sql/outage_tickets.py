"""What an outage does to the tickets tied to it: the only file of the outages that moves tickets.

Set by set and within the outage's own transaction: two thousand tickets are reported in one.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from kezek_register.sql import events
from kezek_register.sql.tables import TicketRow
from kezek_register.sql.work_tables import TicketMoveRow

_AT_WORK = ("registered", "assigned", "accepted", "paused")


async def report(session: AsyncSession, outage_id: int, who: str, at: datetime, why: str) -> int:
    """Every ticket of the outage that is at work is reported, with its move and its event; how many. No notice of
    theirs: who is tied is told by the outage's own."""
    tied = select(TicketRow.id, TicketRow.number, TicketRow.state, TicketRow.version)
    wanted = tied.where(TicketRow.outage_id == outage_id, TicketRow.state.in_(_AT_WORK))
    found = (await session.execute(wanted.order_by(TicketRow.id).with_for_update())).all()
    if not found:
        return 0
    moved = update(TicketRow).where(TicketRow.outage_id == outage_id, TicketRow.state.in_(_AT_WORK))
    reported = {"state": "reported", "due_at": None, "updated_at": at, "version": TicketRow.version + 1}
    await session.execute(moved.values(reported).execution_options(synchronize_session=False))
    moves = [
        {
            "ticket_id": ticket_id,
            "at": at,
            "who": who,
            "move": "report",
            "before": state,
            "after": "reported",
            "organisation_id": None,
            "why": why,
            "key": f"outage:{outage_id}:report:{number}:{version}",
        }
        for ticket_id, number, state, version in found
    ]
    await session.execute(insert(TicketMoveRow), moves)
    for _, number, state, _ in found:
        told = {"number": number, "before": state, "state": "reported", "who": who, "outage_id": outage_id}
        await events.write(session, "ticket.report", told, at)
    return len(found)
