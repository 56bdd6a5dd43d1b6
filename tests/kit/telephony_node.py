"""A node of the service in a process of its own, to be killed and frozen: `python -m kit.telephony_node`.

Settings come as JSON on standard input, and what to do with a caller: phones to `ring`, and whether to `hold` him then
or to `consult` another phone. It answers callers with music, and writes 'ready', 'arrived <call>', 'resumed <call>',
'talked <call>' (he comes from a talk), and 'done' after what was to be done to standard output.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from dataclasses import asdict
from pathlib import Path

from kezek_telephony.settings import TelephonySettings
from kezek_telephony.telephony import Telephony
from kezek_telephony.types import Connected, Line, Phone, Switchboard

TESTS = Path(__file__).resolve().parents[1]


class Node:
    """The process, as a test sees it."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.said: list[str] = []

    def kill(self) -> None:
        self._process.kill()

    def freeze(self) -> None:
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._process.send_signal(signal.SIGCONT)

    async def read(self) -> None:
        assert self._process.stdout
        async for line in self._process.stdout:
            if line.startswith((b"ready", b"arrived", b"resumed", b"talked", b"done")):  # the rest is its log
                self.said.append(line.decode().strip())


@contextlib.asynccontextmanager
async def node(
    settings: TelephonySettings, *, ring: str = "", hold: bool = False, consult: str = ""
) -> AsyncIterator[Node]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "kit.telephony_node",
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": str(TESTS)},
    )  # fmt: skip
    assert process.stdin
    process.stdin.write(json.dumps([asdict(settings), [ring, hold, consult]], default=list).encode())
    process.stdin.close()
    running = Node(process)
    reading = asyncio.ensure_future(running.read())
    try:
        yield running
    finally:
        with contextlib.suppress(ProcessLookupError):
            running.thaw()
            running.kill()
        await process.wait()
        await reading


async def talk(board: Switchboard, line: Line, ring: str, hold: bool, consult: str) -> None:
    async for step in board.ring(line, phones=[Phone(ring)], offer=1, seconds=20, still_ours=lambda: True):
        if not isinstance(step, Connected):
            continue
        if hold:
            await board.hold(line)
        elif consult:
            steps = board.consult(line, Phone(consult), seconds=20)
            while await anext(steps) != Connected():
                pass
        print("done", flush=True)


async def main() -> None:
    given, (ring, hold, consult) = json.load(sys.stdin)
    settings = TelephonySettings(**{**given, "other_endpoints": frozenset(given["other_endpoints"])})

    async def on_call(line: Line) -> None:
        arrival = line.arrival
        print("talked" if arrival.talked else "resumed" if arrival.resumed else "arrived", arrival.call, flush=True)
        await line.music()
        if ring:
            await talk(telephony.switchboard, line, ring, hold, consult)
        await line.digit(3600)

    async with Telephony(settings, on_call) as telephony:
        await telephony.link.wait_up(20)
        print("ready", flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
