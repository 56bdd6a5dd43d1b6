"""Two nodes and two Asterisks are one line: whoever waits at one reaches an operator at the other, and what dies takes
only its own with it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping

import pytest

from kezek_api.settings import Settings
from kezek_queue import CallState, Kind, RedisQueues
from kit.api import living_in, until
from kit.asterisk import RunningAsterisk
from kit.queue_twins import whole_feed
from kit.sip_agent import SipAgent
from kit.sip_call import SipCall
from kit.tones import hears
from kit.two_nodes import node_settings_of, serving, two_asterisks

Two = Mapping[str, RunningAsterisk]


@pytest.fixture
async def two() -> AsyncIterator[Two]:
    async with two_asterisks(nodes=2, node_retries=1) as running:
        yield running


@pytest.fixture(autouse=True)
async def no_phones(queues: RedisQueues) -> None:
    await queues.phones(())


async def at_work(queues: RedisQueues, operator: str, phone: str) -> None:
    """At a phone alone; ready."""
    await queues.sign_in(operator, phone=phone, queues=["hotline"], desk=False)

    async def reachable() -> bool:
        return (await queues.operator(operator)).reachable

    await until(reachable)
    await queues.ready(operator)


async def placed(queues: RedisQueues, number: int) -> list[str]:
    """The callers in the line, once there are so many; first the next."""

    async def waiting() -> list[str]:
        calls = [each.call for each in (await queues.snapshot()).waiting]
        return calls if len(calls) == number else []

    return list(await until(waiting, 20))


async def waits(citizen: SipAgent) -> SipCall:
    call = await citizen.call("109")
    await call.answered()
    call.press("0")
    return call


async def hear_each_other(one: SipCall, other: SipCall) -> None:
    await hears(other, one)
    await hears(one, other)


async def ended(queues: RedisQueues, call: str) -> str:
    async def end() -> str:
        return (await queues.call(call)).end

    return str(await until(end, 20))


async def test_a_caller_at_one_asterisk_reaches_an_operator_at_the_other(
    node_settings: Settings, queues: RedisQueues, two: Two
) -> None:
    first, second = (node_settings_of(node_settings, number, two) for number in (0, 1))
    async with (
        living_in(first) as house,
        living_in(second),
        SipAgent.line(two["a"]) as citizen,
        SipAgent.line(two["b"]) as other_citizen,
        SipAgent.phone(two["b"], "201") as phone,
        SipAgent.phone(two["a"], "202") as other_phone,
    ):
        await until(lambda: house.health.view().parts["asterisk"].ok)
        await at_work(queues, "aigul", "201")
        assert (await queues.operator("aigul")).exchange == "b"
        call = await waits(citizen)
        (name,) = await placed(queues, 1)
        assert (await queues.call(name)).exchange == "a"
        ring = await phone.rings(20)
        ring.answer()
        await hear_each_other(call, ring)

        await at_work(queues, "bolat", "202")
        other = await waits(other_citizen)
        other_ring = await other_phone.rings(20)
        other_ring.answer()
        await hear_each_other(other, other_ring)
        await ring.hang_up()
        await call.ended(20)
        await other.hang_up()
        assert await ended(queues, name) == "answered"
        talks = [event for event in await whole_feed(queues) if event.kind is Kind.CONNECTED]
        assert [event.operator for event in talks] == ["aigul", "bolat"]
        assert [event for event in await whole_feed(queues) if event.kind in (Kind.LAPSED, Kind.DECLINED)] == []


async def test_a_node_that_is_killed_loses_no_place_at_either(
    node_settings: Settings, queues: RedisQueues, two: Two
) -> None:
    """P1, P20."""
    async with (
        SipAgent.line(two["a"]) as citizen,
        SipAgent.line(two["b"]) as other_citizen,
        SipAgent.phone(two["b"], "201") as phone,
        SipAgent.phone(two["a"], "202") as other_phone,
        serving(node_settings_of(node_settings, 0, two)) as killed,
    ):
        at_a = await waits(citizen)
        await placed(queues, 1)
        at_b = await waits(other_citizen)
        names = await placed(queues, 2)
        before = [await queues.call(name) for name in names]
        assert [(call.exchange, call.node) for call in before] == [("a", "node0"), ("b", "node0")]
        async with living_in(node_settings_of(node_settings, 1, two)) as house:
            await until(lambda: house.health.view().parts["asterisk"].ok)
            killed.kill()

            async def taken_over() -> bool:
                return {(await queues.call(name)).node for name in names} == {"node1"}

            await until(taken_over)
            after = [await queues.call(name) for name in names]
            assert [call.place_since for call in after] == [call.place_since for call in before]
            assert await placed(queues, 2) == names
            await at_work(queues, "aigul", "201")
            ring = await phone.rings(20)
            ring.answer()
            await hear_each_other(at_a, ring)
            await at_work(queues, "bolat", "202")
            other_ring = await other_phone.rings(20)
            other_ring.answer()
            await hear_each_other(at_b, other_ring)


async def test_an_asterisk_that_dies_cuts_its_own_calls_alone(
    node_settings: Settings, queues: RedisQueues, two: Two
) -> None:
    """P1, P16: its phones are unreachable, and nobody is offered to them; whoever talks with one is in our hands."""
    async with (
        living_in(node_settings_of(node_settings, 0, two)) as house,
        SipAgent.line(two["a"]) as citizen,
        SipAgent.line(two["b"]) as other_citizen,
        SipAgent.phone(two["b"], "201") as phone,
        SipAgent.phone(two["a"], "202") as other_phone,
    ):
        await until(lambda: house.health.view().parts["asterisk"].ok)
        await at_work(queues, "aigul", "201")
        talk = await waits(citizen)
        ring = await phone.rings(20)
        ring.answer()
        await hear_each_other(talk, ring)
        (talking,) = [operator.call for operator in (await queues.snapshot()).operators if operator.call]
        await waits(other_citizen)
        (at_b,) = await placed(queues, 1)
        stays = await waits(citizen)
        names = await placed(queues, 2)

        await two["b"].kill()
        assert await ended(queues, at_b) == "cut"
        assert await ended(queues, talking) == "answered"
        await talk.ended(20)
        assert house.health.view().status == "degraded"
        assert "b: not connected" in house.health.view().parts["asterisk"].detail
        assert not (await queues.operator("aigul")).reachable
        assert [each for each in names if (await queues.call(each)).state is CallState.WAITING] == names[1:]
        await at_work(queues, "bolat", "202")
        other_ring = await other_phone.rings(20)
        other_ring.answer()
        await hear_each_other(stays, other_ring)

        await two["b"].start()
        await until(lambda: house.health.view().parts["asterisk"].ok, 20)
        await hear_each_other(stays, other_ring)


async def test_without_any_node_the_fallback_of_one_rings_the_phones_at_the_other(
    node_settings: Settings, queues: RedisQueues, two: Two
) -> None:
    """P20."""
    async with SipAgent.line(two["a"]) as citizen, SipAgent.phone(two["b"], "201") as phone:
        async with living_in(node_settings_of(node_settings, 0, two)) as house:
            await until(lambda: house.health.view().parts["asterisk"].ok)
            await queues.sign_in("aigul", phone="201", queues=["hotline"], desk=False)

            async def members() -> bool:
                told = [await asterisk.cli("queue show kezek") for asterisk in two.values()]
                return "PJSIP/201@kezek-peer-b" in told[0] and "PJSIP/201 " in told[1].replace(")", " ")

            await until(members, 15)
            call = await waits(citizen)
            await placed(queues, 1)
        for name, member in (("a", "PJSIP/201@kezek-peer-b"), ("b", "PJSIP/201")):
            await two[name].cli(f"queue unpause member {member} queue kezek")
        ring = await phone.rings(30)
        ring.answer()
        await hear_each_other(call, ring)
