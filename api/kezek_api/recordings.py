"""Recordings: which file is a call's, where it lies, and the end of its keeping."""

from __future__ import annotations

import asyncio
import glob
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import structlog

from kezek_api.keeping import unbroken
from kezek_queue.types import Call, FeedEvent, Kind
from kezek_register import Register
from kezek_register.types import Unavailable

log = structlog.get_logger(__name__)

KEEP_S = 30 * 86_400.0
LOOK_S = 3600.0
ENDING = ".wav"


def recorded(event: FeedEvent, call: Call, notes: Mapping[str, Any]) -> bool:
    """Whether this event says that the call is, or was, recorded: its talk began or ended with the recording on, or its
    operator switched it. What the notes promise to a caller who still waits is nothing yet."""
    now = notes.get("recording")
    if event.kind is Kind.COMMAND:
        return now in ("on", "off") and event.data.get("name") in ("record", "stop_recording")
    return now == "on" and call.connected_at > 0


def path_of(folder: Path, file: str, *, search: bool = False) -> Path | None:
    """The file, if it is there and nowhere outside of the folder. `search`: by its own name too, in any other day's
    folder: the exchange's clock and the line's may differ around midnight."""
    where = (folder / f"{file}{ENDING}").resolve()
    if not file or not where.is_relative_to(folder.resolve()):
        return None
    if where.is_file():
        return where
    if not search:
        return None
    return next((found for found in folder.rglob(glob.escape(where.name)) if found.is_file()), None)


class Recordings:
    """The purge of one node: `run` for ever. What expired is deleted, its file and its row; files that no row knows of
    (their node died before it told) are deleted when they are as old."""

    def __init__(
        self,
        register: Register,
        folder: Path,
        *,
        keep_s: float = KEEP_S,
        look_s: float = LOOK_S,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._recordings = register.recordings
        self._folder = folder
        self._keep_s = keep_s
        self._look_s = look_s
        self._clock = clock

    async def run(self) -> None:
        while True:
            try:
                await unbroken(self.purge())
            except Unavailable:
                log.warning("recordings_not_purged")
            await asyncio.sleep(self._look_s)

    async def purge(self) -> int:
        """How many were deleted. Raises Unavailable."""
        now, gone = self._clock(), 0
        for recording in await self._recordings.expired(datetime.fromtimestamp(now, UTC)):
            if await asyncio.to_thread(self._unlink, path_of(self._folder, recording.file)):
                await self._recordings.forget(recording.call)
                gone += 1
        gone += await asyncio.to_thread(self._sweep, now - self._keep_s)
        if gone:
            log.info("recordings_purged", count=gone)
        return gone

    def _sweep(self, before: float) -> int:
        old = [file for file in self._folder.rglob(f"*{ENDING}") if file.is_file() and _changed(file) < before]
        return sum(self._unlink(file) for file in old)

    def _unlink(self, file: Path | None) -> bool:
        try:
            if file is not None:
                file.unlink(missing_ok=True)
        except OSError as error:
            log.error("recording_not_deleted", error=type(error).__name__)
            return False
        return True


def _changed(file: Path) -> float:
    try:
        return file.stat().st_mtime
    except OSError:
        return float("inf")  # gone meanwhile
