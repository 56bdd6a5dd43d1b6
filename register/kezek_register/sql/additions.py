"""What callers and tickets add to an outage that is known: lifted out to whoever can help, each once."""

from __future__ import annotations

import builtins
from collections.abc import Callable
from dataclasses import fields
from datetime import datetime

from sqlalchemy import select

from kezek_register.sql import lifting
from kezek_register.sql.database import Database
from kezek_register.sql.lifting import REVISION
from kezek_register.sql.revisions import bump, revision_seen
from kezek_register.sql.storm_tables import AdditionRow
from kezek_register.trouble_types import Addition
from kezek_register.types import NotFound


class Additions:
    """Told to programs in its own transaction: 'outage.addition', without a word of the caller's."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database, self._clock = database, clock

    async def add(self, *additions: Addition, street: str = "") -> builtins.list[Addition]:
        """Those that are new: the same code of the same call, or ticket, is the same addition. The outage's owner is
        told of each; `street`: its name, for him. Raises NotFound for an outage that is none."""
        made = []
        async with self._database.writing() as session:
            for one in additions:
                new = await lifting.lift(self._database, session, one, self._clock(), street=street)
                if new is not None:
                    made.append(new)
        return made

    async def of(self, outage_id: int, limit: int = 500) -> builtins.list[Addition]:
        """The newest first."""
        wanted = select(AdditionRow).where(AdditionRow.outage_id == outage_id).order_by(AdditionRow.id.desc())
        async with self._database.reading() as session:
            return [value(row) for row in await session.scalars(wanted.limit(limit))]

    async def unhandled(self, limit: int = 200) -> builtins.list[Addition]:
        """Of all outages, the oldest first."""
        wanted = select(AdditionRow).where(AdditionRow.handled_at.is_(None)).order_by(AdditionRow.id)
        async with self._database.reading() as session:
            return [value(row) for row in await session.scalars(wanted.limit(limit))]

    async def handled(self, outage_id: int, id: int, who: str, note: str = "") -> Addition:
        """Somebody sees to it; the first word stands. Raises NotFound."""
        async with self._database.writing() as session:
            wanted = select(AdditionRow).where(AdditionRow.id == id, AdditionRow.outage_id == outage_id)
            row = await session.scalar(wanted.with_for_update())
            if row is None:
                raise NotFound(f"outage {outage_id} has no addition {id}")
            if row.handled_at is None:
                row.handled_at, row.handled_by, row.note = self._clock(), who, note
                await bump(self._database, session, REVISION)
            return value(row)

    async def revision(self) -> int:
        """Moves whenever any of them changes."""
        return await self._database.look(lambda connection: revision_seen(connection, REVISION))


def value(row: AdditionRow) -> Addition:
    return Addition(**{each.name: getattr(row, each.name) for each in fields(Addition)})
