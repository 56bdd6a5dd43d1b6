"""The audit: who looked at whose data, and who ordered what. Rows are added, never changed and never deleted."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select

from kezek_register.sql.database import Database
from kezek_register.sql.history_tables import AuditRow
from kezek_register.types import AuditEntry


class Audit:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def write(self, login: str, what: str, subject: str, at: datetime, *, once_in_s: float = 0.0) -> None:
        """`what`: a verb's name ('recording', 'abandoned'); `subject`: a call or a period, never a number.

        The same again within `once_in_s` seconds is one look: a page that renews itself, a player that reads a file in
        parts.
        """
        async with self._database.writing() as session:
            if once_in_s > 0:
                same = select(AuditRow.id).where(
                    AuditRow.login == login,
                    AuditRow.what == what,
                    AuditRow.subject == subject,
                    AuditRow.at > at - timedelta(seconds=once_in_s),
                )
                if await session.scalar(same.limit(1)) is not None:
                    return
            session.add(AuditRow(login=login, what=what, subject=subject, at=at))

    async def list(self, since: datetime, until: datetime, limit: int = 1000) -> list[AuditEntry]:
        """Entries of [since, until), newest first."""
        wanted = select(AuditRow).where(AuditRow.at >= since, AuditRow.at < until)
        async with self._database.reading() as session:
            found = await session.scalars(wanted.order_by(AuditRow.at.desc(), AuditRow.id.desc()).limit(limit))
            return [AuditEntry(row.login, row.what, row.subject, row.at) for row in found]
