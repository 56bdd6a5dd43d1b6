"""Who is signed in, by the hash of his cookie's token: asked when the server that knows it has forgotten."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select

from kezek_register.sql.database import Database
from kezek_register.sql.kept_tables import SessionRow
from kezek_register.types import NotFound


class Sessions:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def keep(self, id: str, login: str, until: datetime, *, alone: bool = False) -> None:
        """This session lasts until then. `alone`: every other one of the login is over."""
        row = {"id": id, "login": login, "until": until}
        statement = self._database.insert(SessionRow).values(row)
        async with self._database.writing() as session:
            if alone:
                await session.execute(delete(SessionRow).where(SessionRow.login == login, SessionRow.id != id))
            await session.execute(
                statement.on_conflict_do_update(index_elements=["id"], set_={"until": statement.excluded.until})
            )

    async def login_of(self, id: str, now: datetime) -> str:
        """Raises NotFound: there is none, or it is over."""
        wanted = select(SessionRow.login).where(SessionRow.id == id, SessionRow.until > now)
        async with self._database.reading() as session:
            login = await session.scalar(wanted)
        if login is None:
            raise NotFound("no such session")
        return login

    async def end(self, id: str) -> None:
        async with self._database.writing() as session:
            await session.execute(delete(SessionRow).where(SessionRow.id == id))

    async def clear(self, now: datetime) -> None:
        """Those that are over."""
        async with self._database.writing() as session:
            await session.execute(delete(SessionRow).where(SessionRow.until <= now))
