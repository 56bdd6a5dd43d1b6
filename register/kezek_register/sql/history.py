"""What became of the calls, written from the feed: at least once, in pieces, one row for each call."""

from __future__ import annotations

import builtins
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, case, func, select

from kezek_register.sql import values
from kezek_register.sql.database import Database
from kezek_register.sql.tables import CallRow, UtcDateTime
from kezek_register.types import CallRecord


class History:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def save(self, record: CallRecord) -> None:
        """Upsert by call: what is empty in the record leaves what is known, what is not replaces it."""
        statement = self._database.insert(CallRow).values(values.call_values(record))
        new = statement.excluded
        merged: dict[str, ColumnElement[Any]] = {}
        for column in CallRow.__table__.columns:
            if column.name == "call":
                continue
            if isinstance(column.type, UtcDateTime):
                merged[column.name] = func.coalesce(new[column.name], column)
            else:
                merged[column.name] = case((new[column.name] != "", new[column.name]), else_=column)
        async with self._database.writing() as session:
            await session.execute(statement.on_conflict_do_update(index_elements=["call"], set_=merged))

    async def list(self, since: datetime, until: datetime, limit: int = 100) -> builtins.list[CallRecord]:
        """Calls that arrived in [since, until), newest first."""
        wanted = select(CallRow).where(CallRow.since >= since, CallRow.since < until)
        async with self._database.reading() as session:
            found = await session.scalars(wanted.order_by(CallRow.since.desc(), CallRow.call).limit(limit))
            return [values.call(row) for row in found]

    async def counts(self, since: datetime) -> dict[str, int]:
        """Calls that arrived since then, by their end; '' is still in progress. The sum is what was offered."""
        wanted = select(CallRow.end, func.count()).where(CallRow.since >= since).group_by(CallRow.end)
        async with self._database.reading() as session:
            return dict((await session.execute(wanted)).all())
