"""How often something was changed as a whole: what a process keeps in memory is read again when this has moved."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from kezek_register.sql.database import Database
from kezek_register.sql.tables import Revision

STREETS = "streets"  # also territories, of which streets' are told apart


async def revision(session: AsyncSession, name: str) -> int:
    """0 when it was never changed."""
    return await session.scalar(select(Revision.revision).where(Revision.name == name)) or 0


async def bump(database: Database, session: AsyncSession, name: str) -> None:
    """Part of the change's own transaction."""
    statement = database.insert(Revision).values(name=name, revision=1)
    await session.execute(
        statement.on_conflict_do_update(index_elements=["name"], set_={"revision": Revision.revision + 1})
    )
