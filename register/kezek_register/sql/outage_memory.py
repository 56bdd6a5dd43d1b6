"""The open outages of a town, kept in memory until one of them changes: every call asks for them."""

from __future__ import annotations

import asyncio

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from kezek_register.outage_index import OutageIndex
from kezek_register.sql import outage_rows
from kezek_register.sql.database import Database
from kezek_register.sql.outage_tables import OutageRow
from kezek_register.sql.tables import Revision, table_of

NAME = "outages"


async def bump(database: Database, session: AsyncSession) -> None:
    """In the transaction of the change itself: every process reads them again."""
    statement = database.insert(Revision).values(name=NAME, revision=1)
    await session.execute(
        statement.on_conflict_do_update(index_elements=["name"], set_={"revision": Revision.revision + 1})
    )


class OpenOutages:
    """Its statement is made once: a call waits."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._loading = asyncio.Lock()
        self._index = OutageIndex(())
        self._revision = -1
        revisions = table_of(Revision)
        self._asked = select(revisions.c.revision).where(revisions.c.name == NAME)

    async def fresh(self) -> OutageIndex:
        """As the newest committed change left them. Raises Unavailable."""
        async with self._database.reading() as session:
            now = await session.scalar(self._asked) or 0
        if now == self._revision:
            return self._index
        async with self._loading:
            if now != self._revision:
                async with self._database.reading() as session:
                    # before the rows: what is newer than its revision is read once more, never kept too long
                    now = await session.scalar(self._asked) or 0
                    announced = select(OutageRow).where(OutageRow.state == "announced").order_by(OutageRow.id)
                    rows = list(await session.scalars(announced))
                    self._index = OutageIndex(await outage_rows.read(session, rows, counted=False))
                self._revision = now
            return self._index
