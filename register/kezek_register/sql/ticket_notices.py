"""What executors and citizens are told of a ticket: notices, each once for its cause, dropped when it moves on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from kezek_register.escalation import contact
from kezek_register.notice_types import Notice, NoticeChannel, NoticeKind
from kezek_register.sql import notices
from kezek_register.sql.database import Database
from kezek_register.sql.duty_tables import OrganisationRow
from kezek_register.sql.notice_tables import NoticeRow
from kezek_register.sql.tables import TicketRow

_STALE: tuple[NoticeKind, ...] = ("assigned", "late", "verify")


async def tell_executor(
    database: Database,
    session: AsyncSession,
    row: TicketRow,
    organisation: OrganisationRow,
    move_id: int,
    language: str,
    at: datetime,
) -> None:
    """That it has a new ticket; nothing for one that only looks at its page."""
    channel, address = contact(cast("NoticeChannel", organisation.channel), organisation.address, organisation.phone)
    if not address:
        return
    notice = Notice(
        key=f"ticket:{row.number}:assigned:{move_id}",
        about=f"ticket:{row.number}",
        what="assigned",
        channel=channel,
        address=address,
        language=language,
        told=ticket_told(row) | {"organisation": organisation.code},
    )
    await notices.write(database, session, [notice], at)


async def ask_citizen(
    database: Database, session: AsyncSession, row: TicketRow, move_id: int, channel: NoticeChannel, at: datetime
) -> None:
    """Whether it is done; nothing without a number of his."""
    if channel == "none" or not row.caller:
        return
    notice = Notice(
        key=f"ticket:{row.number}:verify:{move_id}",
        about=f"ticket:{row.number}",
        what="verify",
        channel=channel,
        address=row.caller,
        language=row.language,
        told={"number": row.number, "topic": row.topic, "street": row.street, "house": row.house},
    )
    await notices.write(database, session, [notice], at)


async def drop_pending(session: AsyncSession, numbers: Sequence[str], at: datetime) -> None:
    """What was to be told of the tickets as they stood: they have moved on."""
    pending = (
        NoticeRow.about.in_([f"ticket:{number}" for number in numbers]),
        NoticeRow.state == "pending",
        NoticeRow.what.in_(_STALE),
    )
    said = {"state": "dropped", "result": "the ticket has moved on", "settled_at": at}
    await session.execute(update(NoticeRow).where(*pending).values(said))


def ticket_told(row: TicketRow) -> dict[str, Any]:
    """Where and what, as an executor needs it; no name and no number of a citizen."""
    return {
        "number": row.number,
        "topic": row.topic,
        "street": row.street,
        "house": row.house,
        "flat": row.flat,
        "accident": row.accident,
        "due_at": row.due_at.isoformat() if row.due_at else None,
    }
