"""What an executor is told of his tickets: a notice by the way that the organisation wants, once for each cause."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

from sqlalchemy.ext.asyncio import AsyncSession

from kezek_register.escalation import contact
from kezek_register.notice_types import Notice, NoticeChannel
from kezek_register.sql import notices
from kezek_register.sql.database import Database
from kezek_register.sql.duty_tables import OrganisationRow
from kezek_register.sql.tables import TicketRow


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
