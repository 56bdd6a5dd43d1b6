"""A node freezes and thaws: its caller is moved on, and what it does late harms nobody. Two nodes, two Asterisks."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator, Mapping

import pytest

from kezek_api.settings import Settings
from kezek_queue import Kind, OperatorState, RedisQueues
from kit.api import until
from kit.asterisk import RunningAsterisk
from kit.queue_twins import whole_feed
from kit.rtp import loudness
from kit.sip_agent import SipAgent
from kit.sip_call import SipCall
from kit.tones import hears
from kit.two_nodes import node_settings_of, serving, two_asterisks

pytestmark = [pytest.mark.timeout(240), pytest.mark.long]

MOVED_S = 45.0  # the watchdog's 30 s, the dialplan's 5 s for a node that does not answer, and a busy machine
THAWED_S = 12.0  # heartbeats, looks and leases of the thawed node have come round
Two = Mapping[str, RunningAsterisk]
Nodes = Mapping[str, asyncio.subprocess.Process]


@pytest.fixture
async def two() -> AsyncIterator[Two]:
    async with two_asterisks(nodes=2, node_retries=1) as running:
        yield running


@pytest.fixture
async def nodes(node_settings: Settings, queues: RedisQueues, two: Two) -> AsyncIterator[Nodes]:
    await queues.phones(())
    settings = node_settings.model_copy(update={"ring_s": 10})
    first, second = (node_settings_of(settings, number, two) for number in (0, 1))
    async with serving(first) as one, serving(second) as other:
        yield {first.node: one, second.node: other}


async def at_work(queues: RedisQueues, operator: str, phone: str) -> None:
    """At a phone alone; ready."""
    await queues.sign_in(operator, phone=phone, queues=["hotline"], desk=False)

    async def reachable() -> bool:
        return (await queues.operator(operator)).reachable

    await until(reachable, 20)
    await queues.ready(operator)


async def waits(citizen: SipAgent, queues: RedisQueues) -> tuple[SipCall, str]:
    call = await citizen.call("109")
    await call.answered()
    call.press("0")

    async def placed() -> str:
        return next((each.call for each in (await queues.snapshot()).waiting), "")

    return call, str(await until(placed, 20))


async def conductor(queues: RedisQueues, name: str, nodes: Nodes) -> asyncio.subprocess.Process:
    return nodes[(await queues.call(name)).node]


async def moved(queues: RedisQueues, name: str, before: str) -> None:
    async def elsewhere() -> bool:
        return (await queues.call(name)).node != before

    await until(elsewhere, MOVED_S)


async def music(call: SipCall) -> None:
    call.sound.heard.clear()
    await until(lambda: len(call.sound.heard) > 25 and loudness(b"".join(call.sound.heard)) > 20)


async def hear_each_other(one: SipCall, other: SipCall) -> None:
    await hears(other, one)
    await hears(one, other)


@contextlib.asynccontextmanager
async def people(two: Two) -> AsyncIterator[tuple[SipAgent, SipAgent, SipAgent]]:
    async with (
        SipAgent.line(two["a"]) as citizen,
        SipAgent.phone(two["a"], "201") as phone,
        SipAgent.phone(two["a"], "202") as other,
    ):
        yield citizen, phone, other


async def test_a_waiting_caller_is_moved_on_and_keeps_his_place_and_music(
    nodes: Nodes, queues: RedisQueues, two: Two
) -> None:
    """P20: within the watchdog's limit; nobody hears silence."""
    async with SipAgent.line(two["a"]) as citizen:
        call, name = await waits(citizen, queues)
        before = await queues.call(name)
        frozen = nodes[before.node]
        frozen.send_signal(signal.SIGSTOP)
        await music(call)
        await moved(queues, name, before.node)
        await music(call)
        frozen.send_signal(signal.SIGCONT)
        await asyncio.sleep(THAWED_S)
        after = await queues.call(name)
        assert (after.place_since, after.state, after.end) == (before.place_since, before.state, "")
        assert after.node != before.node
        await music(call)
        assert call.talking


@pytest.mark.parametrize("rang", [False, True])
async def test_what_a_thawed_node_says_late_tears_nobody_out_of_a_talk(
    nodes: Nodes, queues: RedisQueues, two: Two, rang: bool
) -> None:
    """P2: it froze between the offer and the ring, or while it rang; the caller talks with another operator by then."""
    async with people(two) as (citizen, phone, other):
        call, name = await waits(citizen, queues)
        before = (await queues.call(name)).node
        if rang:
            await at_work(queues, "aigul", "201")
            await phone.rings(20)
            nodes[before].send_signal(signal.SIGSTOP)
        else:
            nodes[before].send_signal(signal.SIGSTOP)
            await at_work(queues, "aigul", "201")
            assert (await queues.call(name)).offer
        await moved(queues, name, before)
        await at_work(queues, "bolat", "202")
        ring = await other.rings(30)
        ring.answer()
        await hear_each_other(call, ring)
        while not phone.quiet:  # by the other node, meanwhile
            await phone.rings()
        nodes[before].send_signal(signal.SIGCONT)
        for _ in range(3):
            await asyncio.sleep(THAWED_S / 3)
            await hear_each_other(call, ring)
        assert phone.quiet
        assert (await queues.operator("bolat")).call == name
        await ring.hang_up()
        await ended_once(queues, name, "bolat")


async def test_a_talk_that_began_while_its_node_was_frozen_goes_on_when_it_thaws(
    nodes: Nodes, queues: RedisQueues, two: Two
) -> None:
    """P1, P2: the operator is with this caller alone, before and after."""
    async with people(two) as (citizen, phone, _):
        call, name = await waits(citizen, queues)
        before = (await queues.call(name)).node
        await at_work(queues, "aigul", "201")
        ring = await phone.rings(20)
        nodes[before].send_signal(signal.SIGSTOP)
        ring.answer()
        await hear_each_other(call, ring)

        async def told() -> bool:
            one = await queues.operator("aigul")
            return (one.state, one.call) == (OperatorState.TALKING, name)

        await until(told, 30)
        nodes[before].send_signal(signal.SIGCONT)
        for _ in range(3):
            await asyncio.sleep(THAWED_S / 3)
            await hear_each_other(call, ring)
        assert await told()
        await ring.hang_up()
        await ended_once(queues, name, "aigul")


async def ended_once(queues: RedisQueues, name: str, operator: str) -> None:
    async def over() -> bool:
        free = (await queues.operator(operator)).state not in (OperatorState.TALKING, OperatorState.OFFERED)
        return free and (await queues.call(name)).end == "answered"

    await until(over, 30)
    told = [event for event in await whole_feed(queues) if event.call == name]
    assert [event.operator for event in told if event.kind is Kind.CONNECTED] == [operator]
    assert [event.kind for event in told].count(Kind.ENDED) == 1
