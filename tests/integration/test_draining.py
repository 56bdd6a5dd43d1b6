"""A node is taken down in order beside another one: what an update of one machine after the other does to callers."""

from __future__ import annotations

import asyncio
import signal
from collections import deque
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import pytest

from kezek_api.settings import Settings
from kezek_queue import CallState, Kind, OperatorState, RedisQueues
from kit.api import living_in, until
from kit.asterisk import RunningAsterisk
from kit.queue_twins import whole_feed
from kit.rtp import loudness
from kit.sip_agent import SipAgent
from kit.sip_call import SipCall
from kit.tones import hears, music
from kit.two_nodes import node_settings_of, serving, two_asterisks

Two = Mapping[str, RunningAsterisk]
LIMIT_S = 20.0
QUIET_S = 1.0  # of sound: the music itself has no longer pause


@pytest.fixture
async def two() -> AsyncIterator[Two]:
    async with two_asterisks(nodes=2) as running:
        yield running


@pytest.fixture(autouse=True)
async def no_phones(queues: RedisQueues) -> None:
    await queues.phones(())


class Ear(deque[bytes]):
    """Counts the longest silence in what it hears, in seconds of sound."""

    def __init__(self) -> None:
        super().__init__(maxlen=250)
        self.longest_s = self._now_s = 0.0

    def append(self, coded: bytes) -> None:
        super().append(coded)
        self._now_s = self._now_s + 0.02 if loudness(coded) < 20 else 0.0
        self.longest_s = max(self.longest_s, self._now_s)


async def waits(citizen: SipAgent, queues: RedisQueues, number: int) -> tuple[SipCall, str, Ear]:
    """In the line as the last of so many, with music; the call's name, and what he hears from now on."""
    call = await citizen.call("109")
    await call.answered()
    call.press("0")

    async def placed() -> str:
        calls = [each.call for each in (await queues.snapshot()).waiting]
        return calls[-1] if len(calls) == number else ""

    name = str(await until(placed, LIMIT_S))
    await music(call)
    ear = Ear()
    call.sound.heard = ear
    return call, name, ear


async def test_callers_are_handed_to_the_other_node_and_a_talk_goes_on(
    node_settings: Settings, queues: RedisQueues, two: Two
) -> None:
    """P20: nobody is abandoned, nobody hears silence, nobody's place changes; who dials meanwhile is greeted at once by
    the other node."""
    leaving = node_settings_of(node_settings, 0, two).model_copy(update={"drain_s": 90.0})
    staying = node_settings_of(node_settings, 1, two)
    async with (
        SipAgent.line(two["a"]) as street_a,
        SipAgent.line(two["b"]) as street_b,
        SipAgent.phone(two["a"], "201") as phone,
        SipAgent.phone(two["b"], "202") as other_phone,
        serving(leaving) as process,
    ):
        await queues.sign_in("aigul", phone="201", queues=["hotline"], desk=False)

        async def reachable() -> bool:
            return (await queues.operator("aigul")).reachable

        await until(reachable, LIMIT_S)
        await queues.ready("aigul")
        talk = await street_a.call("109")
        await talk.answered()
        talk.press("0")
        ring = await phone.rings(LIMIT_S)
        ring.answer()
        await hears(ring, talk)
        await queues.pause("aigul", "lunch")  # after this talk
        (talking,) = [each.call for each in (await queues.snapshot()).operators if each.call]
        second, second_name, second_ear = await waits(street_a, queues, 1)
        third, third_name, third_ear = await waits(street_b, queues, 2)
        before = [(await queues.call(name)).place_since for name in (second_name, third_name)]
        async with living_in(staying) as house:
            await until(lambda: house.health.parts["asterisk"].ok)
            process.send_signal(signal.SIGTERM)

            async def taken_over() -> bool:
                return {(await queues.call(name)).node for name in (second_name, third_name)} == {"node1"}

            await until(taken_over, LIMIT_S)
            late = await street_a.call("109", caller="+77009990199")
            await late.answered()

            async def arrived() -> str:
                return next((e.call for e in reversed(await whole_feed(queues)) if e.kind is Kind.ARRIVED), "")

            newest = await arrived()
            while newest in (talking, second_name, third_name):
                newest = await arrived()
            assert (await queues.call(newest)).node == "node1"
            await music(second)
            await music(third)
            assert (await queues.call(newest)).state is CallState.ARRIVED, "he is greeted, not thrown into the line"
            assert [each.call for each in (await queues.snapshot()).waiting] == [second_name, third_name]
            assert [(await queues.call(name)).place_since for name in (second_name, third_name)] == before

            await hears(ring, talk)
            await hears(talk, ring)
            assert process.returncode is None, "it waits for the talk"
            await ring.hang_up()  # the operator ends it: the caller comes back to the node that had him
            await talk.ended(LIMIT_S)
            async with asyncio.timeout(LIMIT_S):
                assert await process.wait() == 0

            await queues.sign_in("bolat", phone="202", queues=["hotline"], desk=False)
            await queues.ready("bolat")
            served = await other_phone.rings(LIMIT_S)
            served.answer()
            await hears(served, second)
            await served.hang_up()
            await second.ended(LIMIT_S)
        ends = {each.call: str(each.data["end"]) for each in await whole_feed(queues) if each.kind is Kind.ENDED}
    assert ends[talking] == ends[second_name] == "answered"
    assert "abandoned" not in ends.values()
    assert max(second_ear.longest_s, third_ear.longest_s) < QUIET_S
    assert "Traceback" not in read(leaving.home / "serve.txt")


@pytest.mark.long
async def test_a_phone_that_rings_is_waited_for_and_the_caller_handed_on_when_nobody_picks_up(
    node_settings: Settings, queues: RedisQueues, two: Two
) -> None:
    """P20: at his old place, with the pause and its reason for the operator, as if nothing else had happened."""
    leaving = node_settings_of(node_settings, 0, two).model_copy(update={"drain_s": 90.0, "ring_s": 6})
    async with (
        SipAgent.line(two["a"]) as street,
        SipAgent.phone(two["a"], "201") as phone,
        serving(leaving) as process,
    ):
        citizen, name, ear = await waits(street, queues, 1)
        await queues.sign_in("aigul", phone="201", queues=["hotline"], desk=False)
        async with living_in(node_settings_of(node_settings, 1, two)) as house:
            await until(lambda: house.health.parts["asterisk"].ok)

            async def reachable() -> bool:
                return (await queues.operator("aigul")).reachable

            await until(reachable, LIMIT_S)
            await queues.ready("aigul")
            await phone.rings(LIMIT_S)
            process.send_signal(signal.SIGTERM)

            async def handed_on() -> bool:
                return (await queues.call(name)).node == "node1"

            await until(handed_on, LIMIT_S)
            assert await process.wait() == 0
            await music(citizen)
            assert [each.call for each in (await queues.snapshot()).waiting] == [name]
        aigul = await queues.operator("aigul")
        assert (aigul.state, aigul.reason) == (OperatorState.PAUSED, "no_answer")
        assert ear.longest_s < QUIET_S


def read(path: Path) -> str:
    return path.read_text()
