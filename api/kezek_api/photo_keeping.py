"""Photos' files that have no business on the disk any more: of persons who are erased, of tickets whose time is over,
and those of which a node that died told nobody."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

import structlog

from kezek_api import photos
from kezek_api.keeping import unbroken
from kezek_register import Register
from kezek_register.sql.photo_files import BATCH
from kezek_register.types import Unavailable

log = structlog.get_logger(__name__)

LOOK_S = 3600.0
UNTOLD_S = 3600.0  # an upload and its row take a minute at most


class PhotoKeeping:
    """A part of the books: `run` for ever. Files that are called by their own name are never judged by what SQL knows:
    a node that was led to another database deletes nobody's photos."""

    def __init__(
        self,
        register: Register,
        folder: Path,
        *,
        look_s: float = LOOK_S,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._register = register
        self._folder = folder
        self._look_s = look_s
        self._clock = clock

    async def run(self) -> None:
        while True:
            try:
                await unbroken(self.purge())
            except Unavailable:
                log.warning("photos_not_purged")
            await asyncio.sleep(self._look_s)

    async def purge(self) -> int:
        """How many files were deleted. Raises Unavailable."""
        gone = 0
        while over := await self._register.photo_files.over():
            deleted = await delete(self._register, self._folder, over)
            gone += deleted
            if deleted < len(over):
                break  # the disk says no: another time
        gone += await self._settle(await asyncio.to_thread(self._untold))
        if gone:
            log.info("photos_purged", count=gone)
        return gone

    def _untold(self) -> list[str]:
        """Names of files whose row should have come long ago."""
        before = self._clock() - UNTOLD_S
        found = [path for path in self._folder.rglob(f"*{photos.NEW}") if path.is_file() and _changed(path) < before]
        return [str(path.relative_to(self._folder)).removesuffix(photos.NEW) for path in found]

    async def _settle(self, files: list[str]) -> int:
        gone = 0
        for begin in range(0, len(files), BATCH):
            some = files[begin : begin + BATCH]
            known = await self._register.photo_files.known(some)
            for file in some:
                await asyncio.to_thread(photos.keep if file in known else photos.discard, self._folder, file)
            gone += len(set(some) - known)
        return gone


async def delete(register: Register, folder: Path, over: list[tuple[int, str]]) -> int:
    """The files, and after them the rows; how many. Raises Unavailable."""
    done = [id for id, file in over if await asyncio.to_thread(photos.delete, folder, file)]
    await register.photo_files.forget(done)
    return len(done)


def _changed(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return float("inf")  # gone meanwhile
