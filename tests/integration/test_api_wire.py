"""A WebSocket of our server that is written to and heard at once, beside ASGI."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from fastapi import FastAPI, WebSocket, WebSocketDisconnect
from websockets.asyncio.client import connect

from kezek_api.server import HttpServer
from kezek_api.wire import Wire

PIECE = b"a" * 4096


class Echo:
    """Says again what it hears, and what comes by ASGI after 'asgi:'."""

    def __init__(self) -> None:
        self.app = FastAPI()
        self.app.websocket("/")(self.serve)
        self.wires: asyncio.Queue[Wire] = asyncio.Queue()  # each once it is heard by

    async def serve(self, socket: WebSocket) -> None:
        await socket.accept()
        wire = Wire.of(socket.scope)
        assert wire is not None
        wire.hear = wire.say
        self.wires.put_nowait(wire)
        with suppress(WebSocketDisconnect):
            while True:
                await socket.send_text("asgi:" + await socket.receive_text())


@asynccontextmanager
async def served(echo: Echo) -> AsyncIterator[int]:
    server = HttpServer(echo.app, "127.0.0.1:0")
    running = asyncio.create_task(server.run())
    try:
        yield server.port
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        server.close()


async def test_what_is_whole_is_heard_at_once_and_pieces_come_the_usual_way() -> None:
    echo = Echo()
    async with served(echo) as port, connect(f"ws://127.0.0.1:{port}/") as page:
        async with asyncio.timeout(10):
            wire = await echo.wires.get()
            assert wire.has_room
            for text in ("қоңырау", "b" * 300, "c" * 60_000):
                await page.send(text)
                assert await page.recv() == text
            await page.send(["in ", "pieces"])
            assert await page.recv() == "asgi:in pieces"
            await page.send("whole")
            assert await page.recv() == "whole"
        await page.close()
        async with asyncio.timeout(10):
            while wire.has_room:  # noqa: ASYNC110 - uvicorn says it to nobody else
                await asyncio.sleep(0.01)


async def test_a_page_that_reads_nothing_has_no_room_soon_and_another_one_is_not_kept() -> None:
    echo = Echo()
    async with served(echo) as port:
        slow = socket.socket()
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        slow.connect(("127.0.0.1", port))
        lines = (
            "GET / HTTP/1.1", f"Host: 127.0.0.1:{port}", "Upgrade: websocket", "Connection: Upgrade",
            "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "", "",
        )  # fmt: skip
        with slow:
            slow.sendall("\r\n".join(lines).encode())
            async with asyncio.timeout(10):
                stuck = await echo.wires.get()
            said = 0
            while stuck.has_room:
                stuck.say(PIECE)
                said += len(PIECE)
                assert said < 1 << 26, "what a page does not take is kept for it without an end"
            async with asyncio.timeout(10), connect(f"ws://127.0.0.1:{port}/") as page:
                await echo.wires.get()
                await page.send("here")
                assert await page.recv() == "here"
            assert not stuck.has_room
