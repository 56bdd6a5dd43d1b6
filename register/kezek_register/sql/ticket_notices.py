"""What an executor is told of his tickets: a notice by the way that the organisation wants, once for each cause."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from kezek_register.notice_types import Notice
from kezek_register.sql.duty_tables import OrganisationRow
from kezek_register.sql.notice_tables import NoticeRow
from kezek_register.sql.tables import TicketRow


async def tell_executor(
    session: AsyncSession, row: TicketRow, organisation: OrganisationRow, move_id: int, at: datetime
) -> None:
    """That it has a new ticket; nothing for one that only looks at its page."""
    if organisation.channel == "none" or not organisation.address:
        return
    notice = Notice(
        key=f"ticket:{row.number}:assigned:{move_id}",
        about=f"ticket:{row.number}",
        what="assigned",
        channel=organisation.channel,  # type: ignore[arg-type]
        address=organisation.address,
        language=row.language,
        told=ticket_told(row) | {"organisation": organisation.code},
    )
    await put(session, notice, at)


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


async def put(session: AsyncSession, notice: Notice, at: datetime) -> bool:
    """Written once for ever by its key, in the caller's transaction; False when it was there."""
    bind = session.get_bind()
    insert = sqlite.insert if bind.dialect.name == "sqlite" else postgresql.insert
    row = {
        "key": notice.key,
        "about": notice.about,
        "what": notice.what,
        "channel": notice.channel,
        "address": notice.address,
        "language": notice.language,
        "told": dict(notice.told),
        "state": "pending",
        "attempts": 0,
        "next_at": notice.next_at or at,
        "claimed_by": "",
        "claimed_at": None,
        "settled_at": None,
        "result": "",
        "created_at": at,
    }
    made = insert(NoticeRow).values(row).on_conflict_do_nothing(index_elements=["key"])
    return await session.scalar(made.returning(NoticeRow.id)) is not None


async def known(session: AsyncSession, key: str) -> bool:
    return await session.scalar(select(NoticeRow.id).where(NoticeRow.key == key)) is not None
