"""The relay of a drill, before a real TCP server: what lies between two parts is cut, half-open, slow, and mended."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest

from kezek_api.drill.ports import free_port, listened_at
from kezek_api.drill.relay import MOST, Relay

LIMIT_S = 10.0
ALL = 64 * 1024 * 1024  # more than the kernel's own buffers on the way


class Echo:
    """Says back what it hears; counts its connections and what it has read."""

    def __init__(self) -> None:
        self.port = free_port()
        self.open = 0
        self.came = 0
        self.deaf = asyncio.Event()
        self.deaf.set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.open += 1
        self.came += 1
        try:
            while data := await reader.read(65536):
                await self.deaf.wait()
                writer.write(data)
                await writer.drain()
        except OSError:
            pass
        finally:
            self.open -= 1
            writer.close()


@asynccontextmanager
async def relayed(**more: object) -> AsyncIterator[tuple[Echo, Relay]]:
    echo = Echo()
    server = await asyncio.start_server(echo.serve, "127.0.0.1", echo.port)
    async with server, Relay(f"127.0.0.1:{echo.port}", **more) as relay:  # type: ignore[arg-type]
        yield echo, relay


class Client:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    def says(self, words: bytes) -> None:
        self.writer.write(words)

    async def hears(self, words: bytes) -> None:
        async with asyncio.timeout(LIMIT_S):
            assert await self.reader.readexactly(len(words)) == words

    async def hears_nothing(self) -> None:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await self.reader.read(1)

    async def is_ended(self) -> None:
        async with asyncio.timeout(LIMIT_S):
            with suppress(ConnectionResetError):
                assert await self.reader.read() == b""


@asynccontextmanager
async def client(relay: Relay) -> AsyncIterator[Client]:
    reader, writer = await asyncio.open_connection("127.0.0.1", relay.port)
    try:
        yield Client(reader, writer)
    finally:
        writer.transport.abort()


async def until(condition: object) -> None:
    assert callable(condition)
    async with asyncio.timeout(LIMIT_S):
        while not condition():  # noqa: ASYNC110 - counts of another task
            await asyncio.sleep(0.01)


async def test_words_pass_both_ways_and_an_end_is_handed_on() -> None:
    async with relayed() as (echo, relay), client(relay) as one:
        one.says(b"first")
        await one.hears(b"first")
        one.says(b"last")
        one.writer.write_eof()
        await one.hears(b"last")
        await one.is_ended()
        await until(lambda: echo.open == 0)


async def test_a_cut_link_ends_all_connections_and_takes_none() -> None:
    async with relayed() as (echo, relay), client(relay) as one:
        one.says(b"words")
        await one.hears(b"words")
        await relay.cut()
        await one.is_ended()
        await until(lambda: echo.open == 0)
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection("127.0.0.1", relay.port)
        await relay.mend()
        async with client(relay) as other:
            other.says(b"again")
            await other.hears(b"again")


async def test_a_half_open_link_lets_nothing_through_either_way_and_no_end() -> None:
    async with relayed() as (echo, relay), client(relay) as one, client(relay) as leaving:
        for each in (one, leaving):
            each.says(b"before")
            await each.hears(b"before")
        await relay.half_open()
        one.says(b"lost in between")
        leaving.writer.transport.abort()
        async with client(relay) as new:
            new.says(b"new")
            await new.hears_nothing()
            await one.hears_nothing()
            assert (echo.came, echo.open) == (2, 2)
            await relay.mend()
            await one.hears(b"lost in between")
            await new.hears(b"new")
            await until(lambda: echo.open == 2)


async def test_a_slow_link_keeps_the_order() -> None:
    async with relayed() as (_, relay), client(relay) as one:
        await relay.delay(0.2)
        began = time.monotonic()
        for number in range(50):
            one.says(b"%d," % number)
            await asyncio.sleep(0)
        await one.hears(b"".join(b"%d," % number for number in range(50)))
        assert time.monotonic() - began >= 0.4  # there and back: a link cannot be quicker than it is told
        await relay.mend()
        one.says(b"quick")
        await one.hears(b"quick")


@pytest.mark.parametrize("slow_s", [0.0, 0.05])
async def test_who_does_not_read_holds_up_who_writes(slow_s: float) -> None:
    async with relayed() as (echo, relay), client(relay) as one:
        await relay.delay(slow_s)
        echo.deaf.clear()
        one.says(b"x" * ALL)

        async def stands() -> int:
            """What the client could not get rid of, once that grows less no more."""
            left, before = one.writer.transport.get_write_buffer_size(), -1
            while left != before:
                before = left
                await asyncio.sleep(0.2)
                left = one.writer.transport.get_write_buffer_size()
            return left

        async with asyncio.timeout(LIMIT_S):
            assert await stands() > ALL // 4
        assert relay.held <= 2 * MOST  # and a piece of what asyncio reads at one time
        echo.deaf.set()
        await relay.mend()
        async with asyncio.timeout(LIMIT_S):
            assert len(await one.reader.readexactly(ALL)) == ALL


async def test_what_the_server_says_goes_through_the_filter() -> None:
    async with relayed(said=lambda: bytes.upper) as (_, relay), client(relay) as one:
        one.says(b"words")
        await one.hears(b"WORDS")


async def test_where_the_server_is_gone_a_connection_is_refused() -> None:
    async with relayed() as (_, relay):
        await relay.close()
        assert not listened_at(relay.port)
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection("127.0.0.1", relay.port)
        await relay.open()
        assert listened_at(relay.port)
        async with client(relay) as one:
            one.says(b"here again")
            await one.hears(b"here again")


async def test_a_server_that_is_not_there_ends_the_connection() -> None:
    async with Relay(f"127.0.0.1:{free_port()}") as relay, client(relay) as one:
        await one.is_ended()
