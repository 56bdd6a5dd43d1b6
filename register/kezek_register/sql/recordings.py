"""Which calls are recorded, where, and until when: every recording has an end to its keeping."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from kezek_register.sql.database import Database
from kezek_register.sql.history_tables import CallRow, RecordingRow
from kezek_register.sql.tables import table_of
from kezek_register.types import Recording


class Recordings:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._puts = RecordedCalls(database)

    async def begin(self, call: str, file: str, began: datetime, expires: datetime) -> None:
        """The call is recorded to `file` (below the recordings' folder); again for the same call changes nothing."""
        async with self._database.writing() as session:
            await self._puts.put(session, [Recording(call, file, began, expires)])

    async def of(self, call: str) -> Recording | None:
        async with self._database.reading() as session:
            row = await session.get(RecordingRow, call)
            return _recording(row) if row else None

    async def expired(self, now: datetime) -> list[Recording]:
        """Those whose time is over, the oldest first."""
        wanted = select(RecordingRow).where(RecordingRow.expires <= now).order_by(RecordingRow.expires)
        async with self._database.reading() as session:
            return [_recording(row) for row in await session.scalars(wanted)]

    async def forget(self, call: str) -> None:
        """Nothing says any more that there was one. The file is the caller's business."""
        async with self._database.writing() as session:
            await session.execute(delete(RecordingRow).where(RecordingRow.call == call))
            await session.execute(update(CallRow).where(CallRow.call == call).values(recording=""))


class RecordedCalls:
    """Inside somebody's transaction; again for the same call changes nothing."""

    def __init__(self, database: Database) -> None:
        self._insert = database.insert(table_of(RecordingRow)).on_conflict_do_nothing(index_elements=["call"])
        calls = table_of(CallRow)
        known = update(calls).where(calls.c.call == bindparam("of_call"), calls.c.recording == "")
        self._update = known.values(recording=bindparam("kept"))

    async def put(self, session: AsyncSession, recordings: Sequence[Recording]) -> None:
        if not recordings:
            return
        told = sorted(recordings, key=lambda each: each.call)
        rows = [{"call": one.call, "file": one.file, "began": one.began, "expires": one.expires} for one in told]
        await session.execute(self._insert, rows)
        await session.execute(self._update, [{"of_call": one.call, "kept": one.file} for one in told])


def _recording(row: RecordingRow) -> Recording:
    return Recording(row.call, row.file, row.began, row.expires)
