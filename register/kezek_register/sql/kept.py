"""What outlives the waiting line's server: each operator's standing and each promised callback, as the line tells them.

Both are JSON objects to this room: the line alone knows what is in them. Several nodes write the same, at times late:
what was seen earlier never replaces what was seen later.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from kezek_register.sql.database import Database
from kezek_register.sql.kept_tables import PromiseRow, StandingRow

Told = Mapping[str, Mapping[str, Any]]


class KeptOfTheLine:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def write(
        self,
        seen: datetime,
        *,
        standing: Told,
        promises: Told,
        gone: Collection[str] = (),
        kept: Collection[str] = (),
    ) -> None:
        """What has changed by that moment: logins and calls with what is told of them; `gone`: logins that are signed
        in no more; `kept`: promises that were kept, or taken back. One transaction."""
        if not (standing or promises or gone or kept):
            return
        async with self._database.writing() as session:
            await self._put(session, StandingRow, "operator", seen, standing)
            await self._put(session, PromiseRow, "call", seen, promises)
            if gone:
                no_more = StandingRow.operator.in_(sorted(gone))
                await session.execute(delete(StandingRow).where(no_more, StandingRow.seen <= seen))
            if kept:
                no_more = PromiseRow.call.in_(sorted(kept))
                await session.execute(delete(PromiseRow).where(no_more, PromiseRow.seen <= seen))

    async def read(self) -> tuple[dict[str, dict[str, Any]], dict[str, dict[str, Any]]]:
        """Standing by login, promises by call."""
        async with self._database.reading() as session:
            standing = await session.execute(select(StandingRow.operator, StandingRow.told))
            promises = await session.execute(select(PromiseRow.call, PromiseRow.told))
            return {login: told for login, told in standing}, {call: told for call, told in promises}  # noqa: C416

    async def _put(
        self, session: AsyncSession, table: type[StandingRow | PromiseRow], key: str, seen: datetime, told: Told
    ) -> None:
        for name in sorted(told):  # two nodes that write at once never wait for each other in a circle
            statement = self._database.insert(table).values({key: name, "seen": seen, "told": dict(told[name])})
            new = statement.excluded
            await session.execute(
                statement.on_conflict_do_update(
                    index_elements=[key], set_={"seen": new.seen, "told": new.told}, where=new.seen >= table.seen
                )
            )
