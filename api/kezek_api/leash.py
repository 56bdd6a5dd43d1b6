"""A child of the house on a leash: a socket pair that tells it the settings, brings its state each second, and whose
end, however it comes, ends it. So it never outlives its house, which may be killed at any moment.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import socket
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import structlog

from kezek_api.settings import Settings
from kezek_api.shapes import PartState

log = structlog.get_logger(__name__)

TELL_S = 1.0
SILENT_S = 20.0  # a child silent for so long is frozen: it is killed and begun again
FIRST_WORD_S = 90.0  # on a machine that is busy beyond measure: killed and begun again, it would be busier still
END_S = 5.0  # it gets so long to finish what it writes
LIMIT = 1 << 20  # bytes of a line
SECRETS = {"ami_secret", "secret_key", "ears_secret"}  # not the books' business


class Ended(Exception):
    """The child has ended by itself."""


class Child:
    """The house's end. `run` one child until it ends (raises Ended); cancelled, it ends the child in order."""

    def __init__(self, verb: str, settings: Settings, mark: Callable[[bool, str], None]) -> None:
        """`verb`: of the `kezek` command. `mark` is told the child's state."""
        self._command = (sys.executable, "-m", "kezek_api.command", verb, "--leash")
        self._settings = settings
        self._mark = mark
        self.pid = 0  # 0 when there is none

    async def run(self) -> None:
        ours, its = socket.socketpair()
        with its:
            try:
                process = await asyncio.create_subprocess_exec(
                    *self._command,
                    stdin=its.fileno(),
                    start_new_session=True,  # Ctrl-C reaches the house alone
                )
            except BaseException:
                ours.close()
                raise
        self.pid = process.pid
        log.info("child_started", pid=process.pid)
        try:
            reader, writer = await asyncio.open_connection(sock=ours)
            try:
                writer.write(_line(self._settings.model_dump(mode="json", exclude=SECRETS)))
                await self._listen(reader)
            finally:
                writer.close()  # the end of the leash
        finally:
            self.pid = 0
            self._mark(False, "ended")
            await _ended(process)

    async def _listen(self, reader: asyncio.StreamReader) -> None:
        limit_s = FIRST_WORD_S
        while True:
            async with asyncio.timeout(limit_s):
                line = await reader.readline()
            if not line:
                raise Ended
            limit_s = SILENT_S
            told = PartState.model_validate_json(line)
            self._mark(told.ok, told.detail)


async def _ended(process: asyncio.subprocess.Process) -> None:
    try:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
            async with asyncio.timeout(END_S):
                await process.wait()
    except TimeoutError:
        log.warning("child_killed", pid=process.pid)
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()


class Leash:
    """The child's end: its standard input."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    @classmethod
    @asynccontextmanager
    async def taken(cls) -> AsyncIterator[Leash]:
        reader, writer = await asyncio.open_connection(sock=socket.socket(fileno=os.dup(0)), limit=LIMIT)
        try:
            yield cls(reader, writer)
        finally:
            writer.close()

    async def settings(self) -> Settings:
        """The house's own. Raises SettingsError, and EOFError when the house has gone already."""
        line = await self._reader.readline()
        if not line:
            raise EOFError("the house has gone")
        return Settings.load(**json.loads(line))

    async def tell(self, state: Callable[[], PartState]) -> None:
        """For ever, or until nobody listens."""
        with contextlib.suppress(OSError):
            while True:
                self._writer.write(state().model_dump_json().encode() + b"\n")
                await self._writer.drain()
                await asyncio.sleep(TELL_S)

    async def hold(self, stop: asyncio.Event) -> None:
        """Sets `stop` when the leash has ended."""
        with contextlib.suppress(OSError):
            await self._reader.read()
        stop.set()


def _line(told: object) -> bytes:
    return json.dumps(told).encode() + b"\n"
