"""The doors of the phone in the browser: whose it is, and what goes through to Asterisk and back."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Subprotocol

from kezek_api import sip_relay
from kezek_api.settings import Settings
from kit.api import House, Page, base_of, living_in, until
from kit.asterisk import free_port

OK = "SIP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n"
SIP = [Subprotocol("sip")]


def register(phone: str = "201", more: str = "") -> str:
    return (
        f"REGISTER sip:kezek SIP/2.0\r\nFrom: <sip:{phone}@kezek>;tag=1\r\nTo: <sip:{phone}@kezek>\r\n{more}"
        "Content-Length: 0\r\n\r\n"
    )


@dataclass
class FakeAsterisk:
    """Its WebSocket: remembers what it is told, and says 200 to each."""

    server: Server
    told: list[str] = field(default_factory=list)
    phones: set[ServerConnection] = field(default_factory=set)
    subprotocols: list[str | None] = field(default_factory=list)


@pytest.fixture
def ws_port() -> int:
    return free_port()


@contextlib.asynccontextmanager
async def fake_asterisk(port: int) -> AsyncIterator[FakeAsterisk]:
    async def phone(socket: ServerConnection) -> None:
        fake.phones.add(socket)
        fake.subprotocols.append(socket.subprotocol)
        with contextlib.suppress(ConnectionClosed):
            async for frame in socket:
                fake.told.append(str(frame))
                await socket.send(OK)
        fake.phones.discard(socket)

    async with serve(phone, "127.0.0.1", port, subprotocols=SIP, compression=None, close_timeout=1) as server:
        fake = FakeAsterisk(server)
        yield fake


@pytest.fixture
async def asterisk(ws_port: int) -> AsyncIterator[FakeAsterisk]:
    async with fake_asterisk(ws_port) as fake:
        yield fake


@pytest.fixture
async def house(node_settings: Settings, ws_port: int) -> AsyncIterator[House]:
    node_settings.browser_phones.write_text(json.dumps({"201": "secret-201"}))
    ice = ("stun:192.0.2.1:3478", "turn:user:word@192.0.2.1:3478")
    given = node_settings.model_copy(update={"sip_websocket": f"ws://127.0.0.1:{ws_port}/ws", "ice": ice})
    async with living_in(given) as house:
        yield house


def phone(visitor: Page, *, subprotocols: list[Subprotocol] | None = SIP, **headers: str) -> connect:
    cookies = "; ".join(f"{name}={value}" for name, value in visitor.http.cookies.items())
    address = visitor.base.replace("http", "ws", 1) + "/api/phone/sip"
    told = {"Origin": visitor.base, "Cookie": cookies, **headers}
    return connect(address, additional_headers=told, subprotocols=subprotocols, proxy=None)


async def ending(socket: ClientConnection) -> tuple[int, str]:
    """How the server closes."""
    with contextlib.suppress(ConnectionClosed):
        async with asyncio.timeout(10):
            while True:
                await socket.recv()
    return socket.close_code or 0, socket.close_reason or ""


async def test_the_operators_own_phone_and_nobody_elses(visitor: Page, house: House) -> None:
    assert (await visitor.http.get("/api/phone")).status_code == 401
    await visitor.sign_in("aigul")
    answer = await visitor.http.get("/api/phone")
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json() == {
        "phone": "201", "password": "secret-201", "uri": "sip:201@kezek", "websocket": "/api/phone/sip",
        "ice": ["stun:192.0.2.1:3478", "turn:user:word@192.0.2.1:3478"], "queues": ["hotline"],
    }  # fmt: skip
    async with Page(base_of(house)) as other:
        await other.sign_in("bolat")  # has a telephone on the desk
        none = await other.http.get("/api/phone")
        assert (none.status_code, none.json()["code"]) == (404, "not_found")
        await other.sign_in("dana")
        assert (await other.http.get("/api/phone")).status_code == 403


async def test_a_change_of_the_file_counts_at_once_and_a_damaged_one_is_no_phone(visitor: Page, house: House) -> None:
    await visitor.sign_in("aigul")
    path = house.settings.browser_phones
    for written, status in (('{"201": "new"}', 200), ("{}", 404), ("[1]", 404), ("{", 404), ('{"201": 5}', 404)):
        path.write_text(written)
        assert (await visitor.http.get("/api/phone")).status_code == status, written
    path.unlink()
    assert (await visitor.http.get("/api/phone")).status_code == 404


async def test_messages_go_both_ways(visitor: Page, asterisk: FakeAsterisk) -> None:
    await visitor.sign_in("aigul")
    async with phone(visitor) as socket:
        assert socket.subprotocol == "sip"
        await socket.send("\r\n\r\n")  # a keep-alive is not passed on
        await socket.send(register())
        assert await socket.recv() == OK
        assert asterisk.told == [register()]
        assert asterisk.subprotocols == ["sip"]
        (upstream,) = asterisk.phones
        await upstream.send("INVITE sip:201@x SIP/2.0\r\n\r\n")
        assert str(await socket.recv()).startswith("INVITE")
    await until(lambda: not asterisk.phones)  # the page is gone, and so is its line


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        (register("202"), 1008),
        (register(more="From: <sip:202@kezek>\r\n"), 1008),
        (register() + register("202"), 1008),
        ("INVITE sip:109@kezek SIP/2.0\r\nFrom: <sip:x@kezek>\r\nContent-Length: 0\r\n\r\n", 1008),
        ("nonsense", 1008),
        (register(more="X: " + "x" * 40_000 + "\r\n"), 1009),
        ("x" * 70_000, 1009),
        (register().encode(), 1003),
        (b"\xff\x00", 1003),
    ],
)
async def test_a_hostile_page_is_sent_away_and_asterisk_hears_nothing_of_it(
    visitor: Page, asterisk: FakeAsterisk, frame: str | bytes, code: int
) -> None:
    await visitor.sign_in("aigul")
    async with phone(visitor) as socket:
        await socket.send(frame)
        assert (await ending(socket))[0] == code
    await until(lambda: not asterisk.phones)
    assert asterisk.told == []


async def test_who_may_not_enter(visitor: Page, asterisk: FakeAsterisk, house: House) -> None:
    async with phone(visitor) as socket:
        assert await ending(socket) == (4003, "not signed in")
    await visitor.sign_in("aigul")
    with pytest.raises(InvalidStatus):
        await phone(visitor, Origin="https://elsewhere.example").__aenter__()
    async with phone(visitor, subprotocols=None) as socket:
        assert (await ending(socket))[0] == 1002
    for login, reason in (("bolat", "no phone in the browser"), ("dana", "for operators only")):
        async with Page(base_of(house)) as other:
            await other.sign_in(login)
            async with phone(other) as socket:
                assert await ending(socket) == (4003, reason)
    assert asterisk.subprotocols == []


async def test_without_asterisk_the_page_is_told_to_come_again(visitor: Page, ws_port: int) -> None:
    await visitor.sign_in("aigul")
    async with phone(visitor) as socket:
        assert (await ending(socket))[0] == 1013
    async with fake_asterisk(ws_port) as asterisk, phone(visitor) as socket:
        await socket.send(register())
        assert await socket.recv() == OK
        asterisk.server.close()
        assert (await ending(socket))[0] == 1013


async def test_a_frozen_asterisk_is_a_dead_one(
    visitor: Page, asterisk: FakeAsterisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sip_relay, "PING_S", 0.2)
    await visitor.sign_in("aigul")
    async with phone(visitor) as socket:
        await socket.send(register())
        assert await socket.recv() == OK
        (upstream,) = asterisk.phones
        upstream.transport.pause_reading()
        assert (await ending(socket))[0] == 1013
        upstream.transport.resume_reading()


async def test_the_phone_ends_with_the_session(
    visitor: Page, asterisk: FakeAsterisk, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sip_relay, "LOOK_S", 0.1)
    await visitor.sign_in("aigul")
    async with phone(visitor) as socket, Page(base_of(house)) as other:
        await other.sign_in("aigul")
        assert (await ending(socket))[0] == 4001
    await visitor.sign_in("aigul")
    async with phone(visitor) as socket:
        await socket.send(register())
        await socket.recv()
        await visitor.http.delete("/api/session")
        assert (await ending(socket))[0] == 4003
    await until(lambda: not asterisk.phones)


async def test_a_page_that_says_nothing_for_long_is_gone(
    visitor: Page, asterisk: FakeAsterisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sip_relay, "SILENT_S", 0.1)
    await visitor.sign_in("aigul")
    async with phone(visitor) as socket:
        assert await ending(socket) == (1001, "no answer")
    await until(lambda: not asterisk.phones)
