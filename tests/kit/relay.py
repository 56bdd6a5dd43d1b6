"""A TCP relay before a real server, to be cut and mended, or made to swallow what goes out."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Self


class Relay:
    def __init__(self, port: int) -> None:
        self._target = port
        self._writers: list[asyncio.StreamWriter] = []
        self._cut = False
        self._swallow = False

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = int(self._server.sockets[0].getsockname()[1])
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        self._abort()
        await self._server.wait_closed()

    def cut(self) -> None:
        """Every connection ends, and no new one lasts."""
        self._cut = True
        self._abort()

    def mend(self) -> None:
        self._cut = False

    def swallow(self) -> None:
        """The next words to the server are lost, and the connections with them. New connections are whole."""
        self._swallow = True

    def _abort(self) -> None:
        for writer in self._writers:
            writer.transport.abort()
        self._writers.clear()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._cut:
            writer.transport.abort()
            return
        try:
            there, here = await asyncio.open_connection("127.0.0.1", self._target)
        except OSError:
            writer.transport.abort()
            return
        self._writers += [writer, here]
        with contextlib.suppress(OSError):
            await asyncio.gather(self._pass(reader, here, outward=True), self._pass(there, writer, outward=False))

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, outward: bool) -> None:
        try:
            while data := await reader.read(65536):
                if outward and self._swallow:
                    self._swallow = False
                    self._abort()
                    return
                writer.write(data)
        finally:
            writer.transport.abort()
