"""How often something was changed as a whole: what a process keeps in memory is read again when this has moved."""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession

from kezek_register.sql.database import Database
from kezek_register.sql.tables import Revision, table_of

STREETS = "streets"  # also territories, of which streets' are told apart
_REVISIONS = table_of(Revision)
# made once: a call waits, and making its key takes longer than the database does
_ASKED = select(_REVISIONS.c.revision).where(_REVISIONS.c.name == bindparam("name"))


async def revision(session: AsyncSession, name: str) -> int:
    """0 when it was never changed."""
    return await session.scalar(_ASKED, {"name": name}) or 0


def revision_seen(connection: Connection, name: str) -> int:
    """As `revision`, for Database.look."""
    return connection.scalar(_ASKED, {"name": name}) or 0


async def bump(database: Database, session: AsyncSession, name: str) -> None:
    """Part of the change's own transaction."""
    statement = database.insert(Revision).values(name=name, revision=1)
    await session.execute(
        statement.on_conflict_do_update(index_elements=["name"], set_={"revision": Revision.revision + 1})
    )
