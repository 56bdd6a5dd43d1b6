"""The audit: who looked at whose data, and who ordered what. Rows are added, never changed and never deleted."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from kezek_register.moves import CITIZEN, KEZEK, Mover
from kezek_register.paging import Page, key_of, page_of
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

    async def write_once(self, entries: Iterable[AuditEntry]) -> None:
        """What was noted elsewhere while SQL was not asked, with its own moments; an entry that stands already is
        left."""
        async with self._database.writing() as session:
            for one in entries:
                same = (AuditRow.login == one.login, AuditRow.what == one.what, AuditRow.subject == one.subject)
                if await session.scalar(select(AuditRow.id).where(*same, AuditRow.at == one.at).limit(1)) is None:
                    session.add(AuditRow(login=one.login, what=one.what, subject=one.subject, at=one.at))

    async def list(self, since: datetime, until: datetime, limit: int = 1000) -> list[AuditEntry]:
        """Entries of [since, until), newest first."""
        return list((await self.page(since, until, limit=limit)).items)

    async def page(
        self, since: datetime, until: datetime, after: str = "", limit: int = 200, *, login: str = "", what: str = ""
    ) -> Page[AuditEntry]:
        """Entries of [since, until), of one person and of one kind where these are named; newest first. Raises
        BadCursor."""
        wanted: list[ColumnElement[bool]] = [AuditRow.at >= since, AuditRow.at < until]
        if login:
            wanted.append(AuditRow.login == login)
        if what:
            wanted.append(AuditRow.what == what)
        if after:
            at, id = key_of(after, datetime, int)
            wanted.append(or_(AuditRow.at < at, and_(AuditRow.at == at, AuditRow.id < id)))
        asked = select(AuditRow).where(*wanted).order_by(AuditRow.at.desc(), AuditRow.id.desc()).limit(limit + 1)
        async with self._database.reading() as session:
            rows = (await session.scalars(asked)).all()
        return page_of(rows, limit, _entry, lambda row: (row.at, row.id))


def changed(session: AsyncSession, who: Mover, what: str, subject: str, at: datetime) -> None:
    """Inside the transaction of the change itself. What the citizen says of his own, and what Kezek does by rule, is
    nobody's look at a stranger's data."""
    if who not in (CITIZEN, KEZEK):
        session.add(AuditRow(login=who.who, what=what, subject=subject, at=at))


def _entry(row: AuditRow) -> AuditEntry:
    return AuditEntry(row.login, row.what, row.subject, row.at)
