"""Notices of an outage's call-out chain that nobody needs any more. Inside somebody's transaction."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from kezek_register.sql.notice_tables import NoticeRow


async def drop(session: AsyncSession, outage_id: int, now: datetime, why: str = "not needed any more") -> None:
    """Those that are not under way."""
    mine = (NoticeRow.about == f"outage:{outage_id}", NoticeRow.what == "call_out", NoticeRow.state == "pending")
    said = update(NoticeRow).where(*mine).values(state="dropped", result=why, settled_at=now)
    await session.execute(said, execution_options={"synchronize_session": False})
