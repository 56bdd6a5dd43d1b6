"""An operator's page in a drill: signs in, answers each message, presses what a person would press, and comes back at
another node when his is gone, as a balancer would lead him."""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
from collections.abc import Sequence
from typing import Any

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

LIMIT_S = 3.0
AGAIN_S = (0.2, 1.0)  # before the next node
SIGNED_IN_S = 0.2
LOOK_S = 0.25
PRESSES_S = (0.2, 1.0)  # after he sees that he is paused, or wraps up
BUTTONS = {"paused": "/api/operator/ready", "wrap_up": "/api/operator/wrap-up/done"}


class Page:
    """`run` until cancelled."""

    def __init__(self, login: str, password: str, nodes: Sequence[str], *, seed: int) -> None:
        self.login = login
        self.shown: dict[str, Any] = {}  # the operator as the page shows him
        self._password, self._nodes = password, list(nodes)
        self._mind = random.Random(f"{seed}:{login}:page")  # noqa: S311 - no secret
        self._alive = asyncio.Event()
        self._alive.set()
        self._away = False  # what the page was told last
        self._cookies = httpx.Cookies()  # of the last sign-in: any node knows them

    def die(self) -> None:
        """The socket stays open, and nothing is read or answered any more."""
        self._alive.clear()

    def mend(self) -> None:
        self._alive.set()

    async def run(self) -> None:
        while True:
            for node in self._nodes:
                await self._alive.wait()
                try:
                    await self._sit(node)
                except* (httpx.HTTPError, ConnectionClosed, InvalidHandshake, OSError, ValueError):
                    pass  # gone, or not there: the next one
                self.shown = {}
                await asyncio.sleep(self._mind.uniform(*AGAIN_S))

    async def _sit(self, node: str) -> None:
        async with httpx.AsyncClient(
            base_url=node, headers={"Origin": node}, timeout=LIMIT_S, cookies=self._cookies
        ) as client:
            await self._sign_in(client)
            cookies = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
            address = node.replace("http", "ws", 1) + "/api/desk"
            async with (
                connect(
                    address, additional_headers={"Cookie": cookies, "Origin": node}, proxy=None,
                    open_timeout=LIMIT_S, close_timeout=0.5, ping_interval=None,
                ) as socket,
                asyncio.TaskGroup() as group,
            ):  # fmt: skip
                pressing = group.create_task(self._press(client))
                await self._read(socket)
                pressing.cancel()

    async def _sign_in(self, client: httpx.AsyncClient) -> None:
        """Only where he is not signed in any more, or the line has him for somebody who left."""
        if self._cookies and (await client.get("/api/session")).is_success and not self._away:
            return
        account = {"login": self.login, "password": self._password}
        (await client.post("/api/session", json=account)).raise_for_status()
        self._cookies, self._away = httpx.Cookies(client.cookies), False

    async def _read(self, socket: ClientConnection) -> None:
        """Until the node closes, or does not know him any more."""
        async for raw in socket:
            await self._alive.wait()
            message = json.loads(raw)
            await socket.send(json.dumps({"type": "ack", "seq": message["seq"]}))
            match message["type"]:
                case "snapshot":
                    self.shown = message["data"]["operator"]
                case "operator":
                    self.shown = message["data"]
            if self.shown.get("state") == "away":
                self._away = True
                return

    async def _press(self, client: httpx.AsyncClient) -> None:
        """A pause that is not his own ends, and a wrap-up. Pressed again when nothing came of it."""
        while True:
            await asyncio.sleep(LOOK_S)
            await self._alive.wait()
            if button := BUTTONS.get(self.shown.get("state", "")):
                await asyncio.sleep(self._mind.uniform(*PRESSES_S))
                await self._alive.wait()
                with contextlib.suppress(httpx.HTTPError):
                    await client.post(button)
