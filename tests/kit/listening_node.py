"""The telephony of a node in a process of its own, that listens to whoever it can: `python -m kit.listening_node`.

The settings come as one line of JSON on standard input. Each caller gets music and is listened to, again as soon as his
sound has ended. `expect 0 100` on standard input listens for the sounds of these numbers (as UUIDs) besides; `status`
asks what there is now. It answers on standard output: 'ready <port>', 'expecting <until>', and JSON.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
from collections.abc import AsyncIterator, Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any
from uuid import UUID

from kezek_telephony.settings import TelephonySettings
from kezek_telephony.telephony import Telephony
from kezek_telephony.types import Line
from kit.footprint import Footprint, footprint

TESTS = Path(__file__).resolve().parents[1]


class ListeningNode:
    """The process, as a test sees it."""

    def __init__(self, process: asyncio.subprocess.Process, port: int = 0) -> None:
        self._process, self.port = process, port

    async def read(self) -> str:
        assert self._process.stdout
        async with asyncio.timeout(20):
            while True:
                line = (await self._process.stdout.readline()).decode()
                assert line, "the node is gone"
                if line.startswith(("ready", "expecting", "{")):  # the rest is its log
                    return line.strip()

    async def ask(self, command: str) -> str:
        assert self._process.stdin
        self._process.stdin.write(f"{command}\n".encode())
        return await self.read()

    async def status(self) -> dict[str, Any]:
        """`heard`: frames of each caller; `expected`, `connections`, `lines`, `tasks`: how many there are now."""
        found: dict[str, Any] = json.loads(await self.ask("status"))
        return found

    @property
    def footprint(self) -> Footprint:
        return footprint(self._process.pid)


@contextlib.asynccontextmanager
async def listening_node(settings: TelephonySettings) -> AsyncIterator[ListeningNode]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "kit.listening_node",
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(TESTS), os.environ.get("PYTHONPATH", "")])},
    )  # fmt: skip
    assert process.stdin
    try:
        process.stdin.write(json.dumps(asdict(settings), default=list).encode() + b"\n")
        node = ListeningNode(process)
        node.port = int((await node.read()).split()[1])
        yield node
    finally:
        process.kill()
        process.stdin.close()
        await process.wait()


class Ears:
    """What the process does."""

    def __init__(self, settings: TelephonySettings) -> None:
        self.telephony = Telephony(settings, self.on_call)
        self.heard: dict[str, int] = {}
        self.expected: set[asyncio.Task[None]] = set()

    async def on_call(self, line: Line) -> None:
        await line.music()
        async with asyncio.TaskGroup() as group:
            listening = group.create_task(self.listen(line))
            await line.digit(3600)
            listening.cancel()

    async def listen(self, line: Line) -> None:
        while True:
            async with line.listen() as frames:
                async for _ in frames:
                    self.heard[line.arrival.caller] = self.heard.get(line.arrival.caller, 0) + 1
            await asyncio.sleep(0.1)

    async def expect(self, number: int) -> None:
        async with self.telephony._sound.expect(UUID(int=number)) as frames:
            async for _ in frames:
                pass

    def status(self) -> dict[str, Any]:
        sound = self.telephony._sound
        return {
            "heard": self.heard, "expected": len(sound._expected), "connections": len(sound.connections),
            "lines": len(self.telephony.lines), "tasks": len(asyncio.all_tasks()),
        }  # fmt: skip

    def expect_all(self, numbers: Iterable[int]) -> None:
        for number in numbers:
            task = asyncio.get_running_loop().create_task(self.expect(number))
            self.expected.add(task)
            task.add_done_callback(self.expected.discard)

    async def obey(self, commands: asyncio.StreamReader) -> None:
        async for command in commands:
            match command.decode().split():
                case ["expect", first, last]:
                    self.expect_all(range(int(first), int(last)))
                    await asyncio.sleep(0)  # each has begun
                    print("expecting", last, flush=True)
                case _:
                    print(json.dumps(self.status()), flush=True)


async def main() -> None:
    loop = asyncio.get_running_loop()
    commands = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(commands), sys.stdin)
    given = json.loads(await commands.readline())
    ears = Ears(TelephonySettings(**{**given, "other_endpoints": frozenset(given["other_endpoints"])}))
    async with ears.telephony as telephony:
        await telephony.link.wait_up(20)
        print("ready", telephony.sound_port, flush=True)
        await ears.obey(commands)


if __name__ == "__main__":
    asyncio.run(main())
