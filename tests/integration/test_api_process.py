"""`kezek serve` as a process of its own: it ends in order when it is told to, and lets talks end before it does."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from websockets.exceptions import ConnectionClosed

from kezek_api.settings import Settings
from kezek_queue import CallState, OperatorState, RedisQueues
from kezek_register import Register
from kit.api import DeskClient, Line, Page, notes, until
from kit.asterisk import RunningAsterisk, free_port, running_asterisk
from kit.sip_agent import SipAgent
from kit.tones import hears

KEZEK = (sys.executable, "-m", "kezek_api.command", "serve")
UP_S = 30.0
END_S = 15.0  # more than drain_s, the end of open requests, and the slowest part together
NAMES = ("site", "node", "redis_url", "sql_url", "mqtt_url", "ami_port", "fastagi_listen", "sound_listen", "timezone")


class Node:
    """A running `kezek serve`."""

    def __init__(self, process: asyncio.subprocess.Process, base: str) -> None:
        self.process = process
        self.base = base

    async def ends(self) -> int:
        async with asyncio.timeout(END_S):
            return await self.process.wait()


@asynccontextmanager
async def serving(settings: Settings, **more: object) -> AsyncIterator[Node]:
    """With these settings as environment; killed at the end when it is still there."""
    listen = f"127.0.0.1:{free_port()}"
    told = {name: getattr(settings, name) for name in NAMES}
    told |= {"home": settings.home, "ami_secret": "none", "secret_key": "for tests alone", "http_listen": listen}
    told |= {"speech_streams": 0, "drain_s": 1, "languages": ",".join(settings.languages), **more}
    mine = {name: value for name, value in os.environ.items() if not name.startswith("KEZEK_")}
    log = (settings.home / "serve.txt").open("wb")
    process = await asyncio.create_subprocess_exec(
        *KEZEK,
        env={**mine, **{f"KEZEK_{name.upper()}": str(value) for name, value in told.items()}},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=log,
        stderr=log,
    )
    try:
        async with httpx.AsyncClient(base_url=f"http://{listen}", timeout=5) as client:

            async def up() -> bool:
                assert process.returncode is None, (settings.home / "serve.txt").read_text()[-2000:]
                try:
                    parts = (await client.get("/health")).json()["parts"]
                except httpx.TransportError:
                    return False
                return bool(parts["redis"]["ok"] and parts["sql"]["ok"] and parts["asterisk"]["detail"] != "starting")

            await until(up, UP_S)
        yield Node(process, f"http://{listen}")
    finally:
        log.close()
        if process.returncode is None:
            process.kill()
            await process.wait()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_told_to_end_with_pages_open_it_says_good_bye_and_ends_with_0(
    node_settings: Settings, queues: RedisQueues, number: signal.Signals
) -> None:
    async with (
        serving(node_settings) as node,
        Page(node.base) as operator,
        Page(node.base) as manager,
    ):
        await operator.sign_in("aigul")
        await manager.sign_in("dana")
        async with operator.desk() as socket, manager.http.stream("GET", "/api/wallboard/events") as events:
            desk = DeskClient(socket)
            await desk.next("snapshot")
            lines = events.aiter_lines()
            while not (await anext(lines)).startswith("data:"):
                pass
            await operator.http.post("/api/operator/ready")
            await Line(queues, "x1").waits(notes())
            await desk.next("pop")

            node.process.send_signal(number)
            with pytest.raises(ConnectionClosed):
                await desk.next("never")
            assert socket.close_code == 1012, "by the desk, or by the server that closes its door"
            async for _ in lines:
                pass  # to its end: closed in order, not broken off
        assert await node.ends() == 0
    said = (node_settings.home / "serve.txt").read_text()
    assert "house_down" in said
    assert "Traceback" not in said
    assert (await queues.call("x1")).state is CallState.OFFERED, "whatever ends, the line keeps its places"


async def test_told_to_end_twice_it_still_ends_in_order(node_settings: Settings) -> None:
    async with serving(node_settings) as node:
        node.process.send_signal(signal.SIGTERM)
        node.process.send_signal(signal.SIGTERM)
        assert await node.ends() == 0


@pytest.fixture
async def exchange() -> AsyncIterator[RunningAsterisk]:
    async with running_asterisk(phones={"201": "phone-201"}) as running:
        yield running


async def test_a_node_that_drains_lets_the_talk_end_and_takes_no_new_call(
    node_settings: Settings, queues: RedisQueues, exchange: RunningAsterisk
) -> None:
    """P19: who dials meanwhile is in Asterisk's own queue at once; the talk ends as talks do, with its ticket."""
    await queues.phones(())
    own = exchange.settings
    settings = node_settings.model_copy(
        update={"ami_port": own.ami_port, "fastagi_listen": f"127.0.0.1:{own.fastagi_port}"}
    )
    async with (
        SipAgent.phone(exchange, "201") as phone,
        SipAgent.line(exchange) as citizens,
        serving(settings, ami_user=own.ami_user, ami_secret=own.ami_secret, drain_s=60, wrap_up_s=0) as node,
        Page(node.base) as page,
        Page(node.base) as idle,
    ):
        await page.sign_in("aigul")
        await idle.sign_in("bolat")
        async with page.desk() as socket, idle.desk() as other_socket:
            desk = DeskClient(socket)
            await DeskClient(other_socket).next("snapshot")
            await page.http.post("/api/operator/ready")
            talk = await citizens.call("109", caller="+77009990111")
            await talk.answered()
            talk.press("0")
            ring = await phone.rings()
            ring.answer()
            pop = (await desk.next("pop", limit_s=30))["data"]
            while pop["phase"] != "talking":
                pop = (await desk.next("pop"))["data"]

            node.process.send_signal(signal.SIGTERM)
            with pytest.raises(ConnectionClosed):
                await DeskClient(other_socket).next("never")
            assert (other_socket.close_code, other_socket.close_reason) == (1012, "restarting")
            health = await page.http.get("/health")
            assert (health.status_code, health.json()["status"]) == (503, "draining"), "for a balancer"
            late = await citizens.call("109", caller="+77009990112")
            await late.answered()

            async def in_the_fallback() -> bool:
                return "kezek-fallback" in await exchange.cli("core show channels concise")

            await until(in_the_fallback)
            assert talk.talking
            assert node.process.returncode is None

            ticket = await page.http.post(f"/api/calls/{pop['call']}/ticket", json={"topic": "heating"})
            assert ticket.json()["filed"] is True, "the desk works until the talk is over"
            await talk.hang_up()
        assert await node.ends() == 0
        await late.hang_up()
    call = await queues.call(pop["call"])
    assert (call.state, call.end) == (CallState.ENDED, "answered")
    assert (await queues.operator("aigul")).state in (OperatorState.READY, OperatorState.WRAP_UP)
    async with Register.open(settings.sql) as register:
        assert (await register.tickets.get(ticket.json()["number"])).operator == "aigul"


async def test_told_to_end_again_it_waits_for_no_talk_and_the_talk_goes_on(
    node_settings: Settings, queues: RedisQueues, exchange: RunningAsterisk
) -> None:
    await queues.phones(())
    own = exchange.settings
    settings = node_settings.model_copy(
        update={"ami_port": own.ami_port, "fastagi_listen": f"127.0.0.1:{own.fastagi_port}"}
    )
    async with (
        SipAgent.phone(exchange, "201") as phone,
        SipAgent.line(exchange) as citizens,
        serving(settings, ami_user=own.ami_user, ami_secret=own.ami_secret, drain_s=600) as node,
    ):
        await queues.sign_in("aigul", phone="201", queues=["hotline"], desk=False)
        await queues.ready("aigul")
        talk = await citizens.call("109", caller="+77009990111")
        await talk.answered()
        talk.press("0")
        ring = await phone.rings()
        ring.answer()
        await hears(ring, talk)
        node.process.send_signal(signal.SIGTERM)

        async def drains() -> bool:
            return "house_drains" in await asyncio.to_thread((node_settings.home / "serve.txt").read_text)

        await until(drains)
        node.process.send_signal(signal.SIGTERM)
        assert await node.ends() == 0
        await hears(talk, ring)
        await talk.hang_up()
