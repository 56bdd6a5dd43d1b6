"""A crowd before a FastAGI door: channels that speak it well, and all sorts of peers that do not."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from kit.agi_peer import AgiPeer, opening


@dataclass
class Crowd:
    """`refused`: connects that failed; `served_s`: from the connect to the first command, of the good ones;
    `ended`: bad ones that the server has closed; `left`: those who went by themselves."""

    port: int
    refused: list[str] = field(default_factory=list)
    served_s: list[float] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)

    async def _connect(self, who: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
        try:
            return await asyncio.open_connection("127.0.0.1", self.port)
        except OSError as error:
            self.refused.append(f"{who}: {error}")
            return None

    async def good(self, number: int) -> None:
        """A channel: it answers what it is told, and leaves when it has been told to play something."""
        began = time.monotonic()
        made = await self._connect("a channel")
        if made is None:
            return
        reader, writer = made
        peer = AgiPeer(reader, writer)

        def told(command: str) -> None:
            if len(peer.commands) == 1:
                self.served_s.append(time.monotonic() - began)
            if command.startswith(("STREAM FILE", "EXEC")):
                peer.leave()

        peer.on_command = told
        writer.write(opening(number, caller=f"7702{number:07}"))
        await peer.serve()
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()

    async def bad(self, kind: str) -> None:
        made = await self._connect(kind)
        if made is None:
            return
        reader, writer = made
        try:
            await self._misbehaves(kind, writer)
            if kind in LEAVING:
                self.left.append(kind)
            else:
                await reader.read()  # until the server has had enough
                self.ended.append(kind)
        except ConnectionError:
            self.ended.append(kind)
        finally:
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()

    async def _misbehaves(self, kind: str, writer: asyncio.StreamWriter) -> None:
        match kind:
            case "slow":
                for byte in opening():
                    writer.write(bytes([byte]))
                    await writer.drain()
                    await asyncio.sleep(1)
            case "half" | "half and gone":
                writer.write(opening()[:211])
            case "http":
                writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            case "garbage":
                writer.write(bytes(range(256)) * 400)
            case "endless":
                writer.write(b"agi_x: y\n" * 3000)
            case "half closed":
                writer.write(opening()[:211])
                writer.write_eof()
            case _:
                pass  # a bare probe: silent, or gone at once
        await writer.drain()

    @contextlib.asynccontextmanager
    async def standing(self, many: int) -> AsyncIterator[None]:
        """So many bad ones, of every kind in turn, for as long as the block lasts."""
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(self.bad(KINDS[number % len(KINDS)])) for number in range(many)]
            self._tasks += tasks
            yield

    @property
    def open_now(self) -> int:
        """Bad ones that still stand there."""
        return sum(not task.done() for task in self._tasks)


LEAVING = ("probe", "half and gone")
KINDS = ("silent", "probe", "slow", "half", "http", "garbage", "half and gone", "endless", "half closed", "slow")
