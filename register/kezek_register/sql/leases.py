"""Work that one node at a time does, though every node could: whoever holds the lease does it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from kezek_register.sql.database import Database
from kezek_register.sql.storm_tables import LeaseRow


class Leases:
    """Time is the database's own on PostgreSQL, where nodes' clocks may differ; on SQLite they all are on one machine,
    and `clock` is its."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    async def hold(self, name: str, node: str, for_s: float) -> bool:
        """Whether this node has it for so long from now: nobody else has it, or its time is over. Raises Unavailable:
        then this node has it no longer than it was told before."""
        async with self._database.writing() as session:
            now = await self._now(session)
            row = {"name": name, "node": node, "until": now + timedelta(seconds=for_s), "told": {}}
            asked = self._database.insert(LeaseRow).values(row)
            free = or_(LeaseRow.node == node, LeaseRow.until <= now)
            mine = asked.on_conflict_do_update(
                index_elements=["name"], set_={"node": node, "until": row["until"]}, where=free
            )
            return await session.scalar(mine.returning(LeaseRow.node)) == node

    async def let_go(self, name: str, node: str) -> None:
        """A node that goes: the next one need not wait."""
        async with self._database.writing() as session:
            now = await self._now(session)
            await session.execute(
                update(LeaseRow).where(LeaseRow.name == name, LeaseRow.node == node).values(until=now)
            )

    async def holder(self, name: str) -> str:
        """The node that has it; '' for none."""
        async with self._database.reading() as session:
            now = await self._now(session)
            asked = select(LeaseRow.node).where(LeaseRow.name == name, LeaseRow.until > now)
            return await session.scalar(asked) or ""

    async def told(self, name: str) -> dict[str, Any]:
        """What the last holder left."""
        async with self._database.reading() as session:
            return dict(await session.scalar(select(LeaseRow.told).where(LeaseRow.name == name)) or {})

    async def tell(self, name: str, node: str, told: Mapping[str, Any]) -> bool:
        """To the next holder, in place of what was told; False for a node that has it no more."""
        async with self._database.writing() as session:
            mine = update(LeaseRow).where(LeaseRow.name == name, LeaseRow.node == node).values(told=dict(told))
            return await session.scalar(mine.returning(LeaseRow.name)) is not None

    async def _now(self, session: AsyncSession) -> datetime:
        if self._database.is_sqlite:
            return self._clock()
        now: datetime = (await session.execute(select(func.clock_timestamp()))).scalar_one()
        return now
