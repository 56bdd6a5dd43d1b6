"""Pages hear within a second that a suspicion, an addition, an outage or a bulletin is another than before, or that the
ladder has moved, at whichever node, and read it then.

One reader for all who look on at this node; while nobody looks nothing is read.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable

from kezek_register import Register, RegisterError

LOOK_S = 0.5
SILENCE_S = 15.0  # after so long a stream says that it is there: some proxies end one that says nothing


class News:
    """`run` is a part of the house. `rung`: the number of the ladder's last move, as this node knows it."""

    def __init__(self, register: Register, rung: Callable[[], int], *, look_s: float = LOOK_S) -> None:
        self._register, self._rung, self._look_s = register, rung, look_s
        self._looking = 0
        self._wanted = asyncio.Event()
        self._turned = asyncio.Event()
        self._now: dict[str, int] = {}
        self._closed = False

    async def run(self) -> None:
        """For ever. SQL away is no news."""
        while True:
            await self._wanted.wait()
            try:
                now = await self._read()
            except RegisterError:
                now = self._now
            now = {**now, "rung": self._rung()}
            if now != self._now:
                self._now = now
                turned, self._turned = self._turned, asyncio.Event()
                turned.set()
            await asyncio.sleep(self._look_s)

    async def events(self) -> AsyncIterator[bytes]:
        """Server-sent events, each `suspicion`, `addition`, `outage`, `bulletin` or `rung` with its revision; all of
        them at first."""
        self._looking += 1
        self._wanted.set()
        seen: dict[str, int] = {}
        try:
            while not self._closed:
                for kind, revision in self._now.items():
                    if seen.get(kind) != revision:
                        seen[kind] = revision
                        yield f"event: {kind}\ndata: {json.dumps({'revision': revision})}\n\n".encode()
                turned = self._turned
                if seen == self._now:
                    try:
                        async with asyncio.timeout(SILENCE_S):
                            await turned.wait()
                    except TimeoutError:
                        yield b": ping\n\n"
        finally:
            self._looking -= 1
            if not self._looking:
                self._wanted.clear()

    def close(self) -> None:
        """Ends every `events`."""
        self._closed = True
        self._turned.set()

    async def _read(self) -> dict[str, int]:
        register = self._register
        return {
            "suspicion": await register.suspicions.revision(),
            "addition": await register.additions.revision(),
            "outage": await register.outages.revision(),
            "bulletin": await register.bulletins.revision(),
        }
