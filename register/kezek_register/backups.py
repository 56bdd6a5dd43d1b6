"""The door to backups: the whole register into a file and back, on any engine (the format: docs/operations.md).

manifest = await back_up("sqlite+aiosqlite:///kezek.db", Path("monday.kezek"))
await restore("postgresql+psycopg://kezek@host/kezek", Path("monday.kezek"), year=2027)
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path

from kezek_register.progress import Progress, Told, untold
from kezek_register.sql import backup as sql_backup
from kezek_register.sql import restore as sql_restore
from kezek_register.sql.archive import PHOTOS, RECORDINGS, BadBackup, CannotWrite, Manifest, reading
from kezek_register.sql.backup import Find
from kezek_register.sql.database import parsed
from kezek_register.sql.restore import NotEmpty, Restored

APART = 10_000  # registration numbers: more than any town gives between two nightly backups
TIMEOUT_S = 30.0  # waiting for others to let go of the tables

__all__ = [
    "APART",
    "PHOTOS",
    "RECORDINGS",
    "BadBackup",
    "CannotWrite",
    "Find",
    "Manifest",
    "NotEmpty",
    "Progress",
    "Restored",
    "back_up",
    "restore",
]


async def back_up(url: str, path: Path, *, find: Mapping[str, Find] | None = None, told: Told = untold) -> Manifest:
    """As it stands at one moment, while nodes write. `find`: by RECORDINGS and PHOTOS, a file's path by its name; what
    is not named there stays where it is. `told` is called from another thread.

    Raises CannotWrite, Unavailable, and RegisterError when there is no register of a revision that is known.
    """
    return await asyncio.to_thread(sql_backup.back_up, parsed(url), path, find=find, told=told)


async def restore(
    url: str,
    path: Path,
    *,
    year: int,
    replace: bool = False,
    apart: int = APART,
    folders: Mapping[str, Path] | None = None,
    told: Told = untold,
) -> Restored:
    """All or nothing, into an empty database, or with `replace` instead of what it holds; no node may be at work on it.

    `year` (the register's own) and `apart`: so many of this year's registration numbers are left out, for those that
    were given after the backup. `folders`: by RECORDINGS and PHOTOS, where the files go that the backup has.

    Raises BadBackup, NotEmpty, Unavailable, OSError, and RegisterError for a backup or a database of a later program.
    """

    def work() -> Restored:
        with reading(path) as archive:
            return sql_restore.restore(
                parsed(url),
                archive,
                replace=replace,
                apart=apart,
                year=year,
                timeout_s=TIMEOUT_S,
                folders=folders,
                told=told,
            )

    return await asyncio.to_thread(work)
