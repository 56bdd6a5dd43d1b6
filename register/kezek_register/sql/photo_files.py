"""Photos whose time is over, and files of which nobody knows whether they are a ticket's.

A row whose photo is to go keeps the file's name and no kind (`OVER`): it is shown to nobody, and goes itself when the
file has gone. So whoever dies between the two leaves the next one something to find.
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import delete, select

from kezek_register.sql.database import Database
from kezek_register.sql.work_tables import TicketPhotoRow

OVER = ""  # the media type of a photo whose file is to be deleted
BATCH = 500


class PhotoFiles:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def over(self, limit: int = BATCH) -> list[tuple[int, str]]:
        """(id, file) of photos that are to go, the oldest first."""
        wanted = select(TicketPhotoRow.id, TicketPhotoRow.file).where(TicketPhotoRow.media_type == OVER)
        async with self._database.reading() as session:
            found = await session.execute(wanted.order_by(TicketPhotoRow.id).limit(limit))
            return [(row.id, row.file) for row in found]

    async def forget(self, ids: Collection[int]) -> None:
        """Their files are gone, and so are they."""
        if ids:
            gone = delete(TicketPhotoRow).where(TicketPhotoRow.id.in_(tuple(ids)), TicketPhotoRow.media_type == OVER)
            async with self._database.writing() as session:
                await session.execute(gone)

    async def known(self, files: Collection[str]) -> set[str]:
        """Those of them that some ticket has. At most BATCH of them."""
        wanted = select(TicketPhotoRow.file).where(TicketPhotoRow.file.in_(tuple(files)))
        async with self._database.reading() as session:
            return set(await session.scalars(wanted))
