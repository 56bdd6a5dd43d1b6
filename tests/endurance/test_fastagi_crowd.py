"""P19 against a whole node and a real Asterisk: nobody is refused or slowed down by those who are no callers."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import statistics
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path

import pytest

from kit.agi_crowd import KINDS, Crowd
from kit.api import until
from kit.asterisk import free_port, running_asterisk
from kit.asterisk import until as happens
from kit.footprint import footprint
from kit.sip_agent import SipAgent
from kit.size import size
from kit.valkey import Valkey
from kit.whole import City, hotline
from kit.whole_process import serving

CONNECTS = size(200, 500)
CHANNELS = size(60, 150)  # of them
CITIZENS = size(3, 10)  # real ones, beside them
LIMIT_S = 60.0


@pytest.mark.timeout(300)
async def test_all_the_callers_in_a_crowd_of_probes_and_slow_clients_are_served_and_nothing_is_left(
    tmp_path: Path, town: Path, valkey: Valkey, site: str
) -> None:
    """P19: with 350 of 500 connects standing there silent, slow or talking nonsense, every channel of a real Asterisk
    and every scripted one has its first command before the node sheds the first slow one; nothing is refused."""
    async with (
        hotline(tmp_path, town, valkey, site, house=False) as city,
        serving(city.settings) as node,
        city.citizens() as street,
    ):
        before = footprint(node.process.pid)
        alone = Crowd(city.asterisk.settings.fastagi_port)
        for number in range(10):
            await alone.good(900_000 + number)
        crowd = Crowd(alone.port)
        async with asyncio.timeout(120), crowd.standing(CONNECTS - CHANNELS):
            async with asyncio.TaskGroup() as channels:
                for number in range(CHANNELS):
                    channels.create_task(crowd.good(number))
                numbers = [f"+7703{n:07}" for n in range(CITIZENS)]
                dialling = [channels.create_task(street.dials(caller=number)) for number in numbers]
                await happens(lambda: len(crowd.served_s) == CHANNELS, LIMIT_S, "every channel has its first command")
            still, shed = crowd.open_now, len(crowd.ended)
            await until(partial(all_wait, city, numbers), LIMIT_S)
        assert crowd.refused == []
        assert len(crowd.served_s) == CHANNELS
        slow = (CONNECTS - CHANNELS) * sum(kind in ("silent", "slow", "half") for kind in KINDS) // len(KINDS)
        assert still >= slow // 2, "the callers had to wait until the slow ones were shed"
        assert len(crowd.ended) + len(crowd.left) == CONNECTS - CHANNELS
        for citizen in dialling:
            await citizen.result().hang_up()
        await until(partial(nobody_waits, city), LIMIT_S)
        await happens(lambda: footprint(node.process.pid).sockets <= before.sockets, LIMIT_S, "no socket is left")
        after = footprint(node.process.pid)
        assert after.threads <= before.threads + 4  # the loop's own helpers, made when first needed
        print(
            f"\n{CONNECTS} connects, {CHANNELS} of them channels: first command after {ms(crowd.served_s)}; alone "
            f"{ms(alone.served_s)}; {still} bad ones stood there then, {shed} had been shed"
        )


def ms(seconds: list[float]) -> str:
    return f"{1000 * statistics.median(seconds):.0f} ms in the median, {1000 * max(seconds):.0f} at most"


async def all_wait(city: City, numbers: list[str]) -> bool:
    waiting = [each.call for each in (await city.queues.snapshot()).waiting]
    return set(numbers) <= {call.caller for call, _ in (await city.queues.calls(waiting)).values()}


async def nobody_waits(city: City) -> bool:
    return not (await city.queues.snapshot()).waiting


@asynccontextmanager
async def standing(how: str, port: int) -> AsyncIterator[None]:
    """A FastAGI address at which no service is."""
    async with AsyncExitStack() as stack:
        if how == "listens, never accepts":
            deaf = stack.enter_context(socket.socket())
            deaf.bind(("127.0.0.1", port))
            deaf.listen(0)
        elif how != "nobody listens":
            server = await asyncio.start_server(partial(meets, how), "127.0.0.1", port)
            stack.callback(server.close)
        yield


async def meets(how: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
        if how != "accepts and dies":
            await reader.readuntil(b"\n\n")
        if how == "dies in its first command":
            writer.write(b'SET VARIABLE "TIMEOUT(absolute)" "30"\nEXEC "StartMus')
            await writer.drain()
        if how == "hears and is silent":
            await reader.read()  # until Asterisk has had enough
    writer.transport.abort()  # RST, as a killed process leaves it


WAYS = ("nobody listens", "listens, never accepts", "accepts and dies", "dies in its first command",
        "hears the environment and dies", "hears and is silent")  # fmt: skip


@pytest.mark.timeout(180)
async def test_whatever_stands_at_the_service_s_door_the_dialplan_still_queues_the_callers() -> None:
    """P19: not listening; listening but not accepting; accepting and dying: every caller is in Asterisk's own queue."""
    async with asyncio.TaskGroup() as ways:  # an Asterisk for each, beside the others
        for how in WAYS:
            ways.create_task(queues_them(how))


async def queues_them(how: str) -> None:
    port = free_port()
    async with (
        standing(how, port),
        running_asterisk(nodes=[f"127.0.0.1:{port}"], patience_s=1, node_retries=1) as asterisk,
        SipAgent.calling(asterisk) as street,
    ):
        calls = [await street.call("109", caller=f"+7704{n:07}") for n in range(size(3, 20))]
        for call in calls:
            await call.answered()

        async def queued() -> bool:
            channels = (await asterisk.cli("core show channels concise")).splitlines()
            return sum("!kezek-fallback!" in line and "!Queue!" in line for line in channels) == len(calls)

        try:
            await until(queued, LIMIT_S)
        except AssertionError:
            raise AssertionError(f"{how}: not in the fallback's queue") from None
        assert all(call.talking for call in calls), how
        for call in calls:
            await call.hang_up()
