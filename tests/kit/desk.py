"""A person at a desk: signs in as the page does, acknowledges everything, and sees the pops."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
from websockets.asyncio.client import ClientConnection, connect


async def sign_in(client: httpx.AsyncClient, login: str, password: str) -> None:
    answer = await client.post("/api/session", json={"login": login, "password": password})
    assert answer.status_code == 200, answer.text


class Desk:
    """A page's part: acknowledges everything, and remembers the pops it was shown."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._pops: list[dict[str, Any]] = []
        self._news = asyncio.Condition()

    async def read(self) -> None:
        async for raw in self._socket:
            message = json.loads(raw)
            await self._socket.send(json.dumps({"type": "ack", "seq": message["seq"]}))
            if message["type"] == "pop":
                async with self._news:
                    self._pops.append(message["data"])
                    self._news.notify_all()

    async def phase(self, phase: str, limit_s: float = 90) -> dict[str, Any]:
        """The latest pop, once it is in that phase."""
        async with asyncio.timeout(limit_s), self._news:
            await self._news.wait_for(lambda: bool(self._pops) and self._pops[-1]["phase"] == phase)
            return self._pops[-1]


@contextlib.asynccontextmanager
async def open_desk(client: httpx.AsyncClient, page: str) -> AsyncIterator[Desk]:
    cookie = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
    headers = {"Cookie": cookie, "Origin": page}
    async with connect(page.replace("http", "ws", 1) + "/api/desk", additional_headers=headers) as socket:
        desk = Desk(socket)
        reading = asyncio.create_task(desk.read())  # ends with this block
        try:
            yield desk
        finally:
            reading.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await reading
