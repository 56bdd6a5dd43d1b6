"""What is read whole and kept in memory: its revision in SQL says when every process must read it again."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from sqlalchemy.ext.asyncio import AsyncSession

from kezek_register.sql.database import Database
from kezek_register.sql.revisions import revision, revision_seen

Read = TypeVar("Read")
Kept = TypeVar("Kept")


class InMemory(Generic[Read, Kept]):
    """`read` asks SQL, `build` makes of it what is asked all day; in a thread, for a city's worth takes a while."""

    def __init__(
        self,
        database: Database,
        name: str,
        read: Callable[[AsyncSession], Awaitable[Read]],
        build: Callable[[Read], Kept],
    ) -> None:
        self._database = database
        self._name = name
        self._read = read
        self._build = build
        self._loading = asyncio.Lock()
        self._kept: tuple[int, Kept] | None = None

    @property
    def last(self) -> tuple[int, Kept] | None:
        """Its revision, and what it was when it was read last; None before that. No I/O."""
        return self._kept

    async def fresh(self) -> Kept:
        """As the newest committed change left it. Whoever waits no longer leaves the reading to go on: the next
        one finds it done, however slow the database is. Raises Unavailable."""
        now = await self._database.look(lambda connection: revision_seen(connection, self._name))
        if self._kept is not None and self._kept[0] == now:
            return self._kept[1]
        return await self._database.goes_on(self._load(now))

    async def _load(self, seen: int) -> Kept:
        """Unless somebody else has meanwhile; `seen`: the revision that is wanted."""
        async with self._loading:
            if self._kept is None or self._kept[0] != seen:
                async with self._database.reading() as session:
                    # before the rows: what is newer than its revision is read once more, never kept too long
                    now = await revision(session, self._name)
                    found = await self._read(session)
                self._kept = (now, await asyncio.to_thread(self._build, found))
            return self._kept[1]
