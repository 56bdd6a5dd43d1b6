"""What people call about, and what a ticket of it begins with."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from kezek_register import topic_tree
from kezek_register.sql import topic_imports, values
from kezek_register.sql.database import Database
from kezek_register.sql.in_memory import InMemory
from kezek_register.sql.tables import TopicRow
from kezek_register.types import ImportReport, Topic


class Topics:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: InMemory[list[Topic], dict[str, Topic]] = InMemory(
            database, topic_imports.REVISION, _all, lambda found: {topic.code: topic for topic in found}
        )

    async def all(self) -> list[Topic]:
        """In the order of the file they came from."""
        return list((await self._known.fresh()).values())

    async def begins_with(self, code: str) -> Topic:
        """The topic as a ticket of it begins, with what its parents say filled in (`topic_tree.begins_with`)."""
        return topic_tree.begins_with(code, await self._known.fresh())

    async def import_topics(self, csv_path: Path) -> ImportReport:
        """Columns: code, parent (a code of this file or of the register), kk, ru, uk, en, ko; what its tickets begin
        with: kind, asset_kind, accident, allowed_hours, allowed_days, emergency. Columns that the file has not stay as
        they are. Raises BadFile."""
        return await topic_imports.load(self._database, csv_path)


async def _all(session: AsyncSession) -> list[Topic]:
    found = await session.scalars(select(TopicRow).order_by(TopicRow.position, TopicRow.code))
    return [values.topic(row) for row in found]
