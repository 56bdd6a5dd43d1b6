"""What a visitor can send has limits: how slowly, how much, how often, and how many at one time."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator

import pytest
from starlette.types import Receive, Scope, Send
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from kezek_api import app, http_protocol
from kezek_api.house import House
from kezek_api.limits import STREAMS
from kezek_api.server import HttpServer
from kit.api import DeskClient, Page, until

LIMIT_S = 15.0


@contextlib.asynccontextmanager
async def raw(house: House, *sends: bytes) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection("127.0.0.1", house.port)
    for part in sends:
        writer.write(part)
    try:
        yield reader, writer
    finally:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()


async def trickles(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, byte: bytes = b"x") -> bytes:
    """Sends a byte now and then until the other side has had enough; what it said."""
    said = b""
    with contextlib.suppress(OSError):
        async with asyncio.timeout(LIMIT_S):
            while True:
                writer.write(byte)
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(0.05):
                        got = await reader.read(65_536)
                        if not got:
                            return said
                        said += got
    return said


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_protocol, "HEAD_S", 0.4)
    monkeypatch.setattr(http_protocol, "TAKE_S", 0.4)
    monkeypatch.setattr(app, "BODY_S", 0.4)


@pytest.mark.parametrize(
    "begins",
    [
        b"",
        b"GET /hea",
        b"GET /health HTTP/1.1\r\nHost: x\r\nX-Slow: ",
        b"GET /health HTTP/1.1\r\nHost: x\r\n\r\nGET /health HTTP/1.1\r\nX-Slow: ",  # the second one of a connection
    ],
)
async def test_a_head_that_does_not_come_to_its_end_closes_the_connection(
    hurried: None, house: House, begins: bytes
) -> None:
    """Slowloris: thousands of such connections would else be held for ever."""
    async with raw(house, begins) as (reader, writer):
        said = await trickles(reader, writer)
    assert said.count(b"HTTP/1.1 ") == begins.count(b"\r\n\r\n")


async def test_a_body_that_does_not_come_to_its_end_is_answered_and_closed(hurried: None, house: House) -> None:
    head = b"POST /api/session HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"
    async with raw(house, head) as (reader, writer):
        said = await trickles(reader, writer, b" ")
    assert said.startswith(b"HTTP/1.1 408")
    assert b'"code":"too_slow"' in said


async def test_a_body_that_does_not_say_its_length_has_the_same_limit(house: House) -> None:
    chunk = b"2000\r\n" + b" " * 0x2000 + b"\r\n"
    head = (
        b"POST /api/session HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
    async with raw(house, head, *[chunk] * 9) as (reader, _):
        async with asyncio.timeout(LIMIT_S):
            said = await reader.read(4096)
    assert said.startswith(b"HTTP/1.1 413")
    assert b'"code":"too_large"' in said


async def test_a_head_has_a_size(house: House) -> None:
    head = b"GET /health HTTP/1.1\r\nHost: x\r\nX-Long: " + b"y" * 40_000
    async with raw(house, head) as (reader, _):
        with contextlib.suppress(ConnectionError):
            async with asyncio.timeout(LIMIT_S):
                assert (await reader.read(4096)).startswith(b"HTTP/1.1 400")


@pytest.mark.parametrize("body", [b"[" * 60_000, b"9" * 60_000, b'{"login": ' + b'{"a":' * 9_000, b"\xff\xfe\x00", b""])
async def test_a_body_of_nonsense_is_the_visitors_fault(visitor: Page, body: bytes) -> None:
    answer = await visitor.http.post("/api/session", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code in (400, 422)


async def test_who_takes_nothing_is_left(hurried: None) -> None:
    """A page that asks and does not read: its answer, and its connection, are let go."""
    ended = asyncio.Event()

    async def endless(scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for _ in range(1_000):  # 64 MB: more than the sockets between hold
            await send({"type": "http.response.body", "body": b"x" * 65_536, "more_body": True})
        ended.set()  # uvicorn throws away what is sent to somebody who has gone

    server = HttpServer(endless, "127.0.0.1:0")  # type: ignore[arg-type]
    running = asyncio.create_task(server.run())
    _, writer = await asyncio.open_connection("127.0.0.1", server.port, limit=1024)
    writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    try:
        async with asyncio.timeout(LIMIT_S):
            await ended.wait()
    finally:
        writer.transport.abort()
        running.cancel()
        await asyncio.wait({running})


async def test_a_manager_has_so_many_streams_at_one_time(house: House, visitor: Page) -> None:
    await visitor.sign_in("dana")
    async with contextlib.AsyncExitStack() as stack:
        for _ in range(STREAMS):
            stream = await stack.enter_async_context(visitor.http.stream("GET", "/api/wallboard/events"))
            assert stream.status_code == 200
        refused = await visitor.http.get("/api/wallboard/events")
        assert (refused.status_code, refused.json()["code"], refused.headers["Retry-After"]) == (429, "too_many", "5")

    async def again() -> bool:
        async with visitor.http.stream("GET", "/api/wallboard/events") as stream:
            return stream.status_code == 200

    await until(again)


@contextlib.asynccontextmanager
async def desk_of(visitor: Page) -> AsyncIterator[ClientConnection]:
    await visitor.sign_in("aigul")
    async with visitor.desk() as socket:
        await DeskClient(socket).next("snapshot")
        yield socket


async def closed(socket: ClientConnection) -> tuple[int | None, str | None]:
    with contextlib.suppress(ConnectionClosed):
        async with asyncio.timeout(LIMIT_S):
            async for _ in socket:
                pass
    return socket.close_code, socket.close_reason


async def test_a_desk_says_no_more_than_a_page_says(visitor: Page) -> None:
    async with desk_of(visitor) as socket:
        with contextlib.suppress(ConnectionClosed):
            for _ in range(3_000):
                await socket.send(json.dumps({"type": "ack", "seq": 1}))
        assert await closed(socket) == (1008, "too many messages")


async def test_a_desk_s_message_is_short(visitor: Page) -> None:
    async with desk_of(visitor) as socket:
        await socket.send(json.dumps({"type": "ack", "seq": 1, "more": "x" * 5_000}))
        assert await closed(socket) == (1009, "too large")


async def test_a_message_has_so_many_pieces(visitor: Page) -> None:
    """Empty ones weigh nothing on the way, and something here."""
    async with desk_of(visitor) as socket:

        async def pieces() -> AsyncIterator[str]:
            for _ in range(5_000):
                yield ""

        with contextlib.suppress(ConnectionClosed):
            await socket.send(pieces())
        assert (await closed(socket))[0] == 1006


async def test_the_newest_desk_of_an_operator_is_the_only_one(house: House, visitor: Page) -> None:
    async with desk_of(visitor) as first:
        for _ in range(5):
            async with visitor.desk() as socket:
                await DeskClient(socket).next("snapshot")
        assert await closed(first) == (4001, "signed in elsewhere")
