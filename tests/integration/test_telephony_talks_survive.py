"""A talk outlives the service: it dies or loses its link while a caller is held, asks, or waits for a new node."""

from __future__ import annotations

import array
import asyncio
import dataclasses
from collections.abc import AsyncIterator

import pytest

from kezek_api.drill.relay import Relay
from kezek_telephony.live import Where
from kezek_telephony.types import AsideEnded, Held, HungUp, Phone, TalkEnded
from kit.asterisk import RunningAsterisk, running_asterisk, until
from kit.rtp import loudness
from kit.sip_agent import SipAgent, SipCall
from kit.telephony_node import node
from kit.telephony_office import office, staffed, until_registered
from kit.telephony_steps import Steps

TONE = array.array("h", [8000, 8000, -8000, -8000]).tobytes() * 1000
LOUD = 6000.0  # no music is so loud


@pytest.fixture(scope="module")
async def asterisk() -> AsyncIterator[RunningAsterisk]:
    async with running_asterisk() as running:
        yield running


def hears(call: SipCall, least: float, most: float) -> bool:
    frames = list(call.sound.heard)
    return len(frames) > 40 and least < loudness(b"".join(frames)) < most


async def hears_music(call: SipCall) -> None:
    call.sound.heard.clear()
    await until(lambda: hears(call, 20, LOUD), what="music")


async def is_heard(speaker: SipCall, listener: SipCall) -> None:
    def heard() -> bool:
        if speaker.sound.silent:
            speaker.say(TONE)
        return sum(loudness(frame) > LOUD for frame in list(listener.sound.heard)) >= 8

    listener.sound.heard.clear()
    await until(heard, what="heard")


async def test_a_held_caller_whose_service_is_killed_stays_with_the_operator(asterisk: RunningAsterisk) -> None:
    """P2, P20: the talk goes on, and the next node gets him when the operator has left."""
    async with SipAgent.phone(asterisk, "1001") as phone, SipAgent.calling(asterisk) as citizen:
        async with node(asterisk.settings, ring="1001", hold=True) as service:
            await until(lambda: "ready" in service.said)
            call = await citizen.call("109")
            ring = await phone.rings()
            ring.answer()
            await until(lambda: "done" in service.said, what="held")
            service.kill()
        await hears_music(call)
        async with office(asterisk) as desk:
            (live,) = await desk.telephony.switchboard.live_calls()
            assert (live.where, live.offer) == (Where.TALKING, 1)
            await ring.hang_up()
            line = await asyncio.wait_for(desk.lines.get(), 10)
            assert (line.arrival.call, line.arrival.talked) == (live.call, True)
            assert call.talking
            await line.hang_up()


async def test_a_held_caller_whom_service_and_operator_have_left_is_for_the_fallback(asterisk: RunningAsterisk) -> None:
    async with (
        SipAgent.phone(asterisk, "1001") as phone,
        SipAgent.phone(asterisk, "1002") as other,
        SipAgent.calling(asterisk) as citizen,
    ):
        assert "Added" in await asterisk.cli("queue add member PJSIP/1002 to kezek")
        async with node(asterisk.settings, ring="1001", hold=True) as service:
            await until(lambda: "ready" in service.said)
            call = await citizen.call("109")
            ring = await phone.rings()
            ring.answer()
            await until(lambda: "done" in service.said, what="held")
            service.kill()
        await ring.hang_up()
        await other.rings()
        await call.hang_up()
        await asterisk.cli("queue remove member PJSIP/1002 from kezek")


async def test_a_hold_that_nobody_vouches_for_ends(asterisk: RunningAsterisk) -> None:
    async with SipAgent.phone(asterisk, "1001") as phone, SipAgent.calling(asterisk) as citizen:
        async with node(asterisk.settings, ring="1001", hold=True) as service:
            await until(lambda: "ready" in service.said)
            call = await citizen.call("109")
            ring = await phone.rings()
            ring.answer()
            await until(lambda: "done" in service.said, what="held")
            service.kill()
        async with office(asterisk) as desk:
            (live,) = await desk.telephony.switchboard.live_calls()
            await hears_music(call)
            await asterisk.cli(f"dialplan set chanvar {live.channel} KEZEK_HELD_UNTIL 1")
            await is_heard(ring, call)
            await is_heard(call, ring)
            await call.hang_up()
            await ring.ended()


async def test_a_consultation_outlives_the_service_and_the_caller_is_not_lost(asterisk: RunningAsterisk) -> None:
    async with (
        SipAgent.phone(asterisk, "1001") as phone,
        SipAgent.phone(asterisk, "1002") as other,
        SipAgent.calling(asterisk) as citizen,
    ):
        async with node(asterisk.settings, ring="1001", consult="1002") as service:
            await until(lambda: "ready" in service.said)
            call = await citizen.call("109")
            ring = await phone.rings()
            ring.answer()
            asked = await other.rings()
            asked.answer()
            await until(lambda: "done" in service.said, what="a consultation")
            service.kill()
        await hears_music(call)
        assert ring.talking
        assert asked.talking
        async with office(asterisk) as desk:
            await ring.hang_up()
            await asked.ended()
            line = await asyncio.wait_for(desk.lines.get(), 10)
            assert line.arrival.talked
            await line.hang_up()


async def test_what_happened_while_the_link_was_down_is_found_out(asterisk: RunningAsterisk) -> None:
    """P7."""
    async with Relay(f"127.0.0.1:{asterisk.settings.ami_port}") as relay:
        settings = dataclasses.replace(asterisk.settings, ami_port=relay.port, reconnect_min_s=0.1, reconnect_max_s=0.3)
        async with staffed(asterisk, settings) as (desk, phone, citizen), SipAgent.phone(asterisk, "1002") as other:
            await until_registered(desk, "1001", "1002")
            board = desk.telephony.switchboard
            _, line = await desk.caller(citizen)
            steps = Steps(desk.ring(line, "1001", 1))
            ring = await phone.rings()
            ring.answer()
            await steps.until(2)
            aside = Steps(board.consult(line, Phone("1002"), seconds=20))
            asked = await other.rings()
            asked.answer()
            await aside.until(2)
            await relay.cut()
            await until(lambda: not board.up, what="down")
            await asked.hang_up()
            await relay.mend()
            assert (await aside.all())[-1] == AsideEnded("left")
            await board.hold(line)
            assert await steps.until(3) == Held()
            await relay.cut()
            await until(lambda: not board.up, what="down again")
            await ring.hang_up()
            await relay.mend()
            ended = (await steps.all())[-1]
            assert isinstance(ended, TalkEnded)
            assert ended.caller_stays
            await line.hang_up()


async def test_a_talk_that_began_while_the_link_was_down_can_be_handled(asterisk: RunningAsterisk) -> None:
    async with Relay(f"127.0.0.1:{asterisk.settings.ami_port}") as relay:
        settings = dataclasses.replace(asterisk.settings, ami_port=relay.port, reconnect_min_s=0.1, reconnect_max_s=0.3)
        async with staffed(asterisk, settings) as (desk, phone, citizen):
            board = desk.telephony.switchboard
            call, line = await desk.caller(citizen)
            steps = Steps(desk.ring(line, "1001", 1))
            ring = await phone.rings()
            await relay.cut()
            await until(lambda: not board.up, what="down")
            ring.answer()
            await until(lambda: ring.sound.packets > 10)
            await relay.mend()
            await steps.until(2)
            await board.hold(line)
            await hears_music(call)
            await call.hang_up()
            assert isinstance((await steps.all())[-1], TalkEnded)
            await ring.ended()
            with pytest.raises(HungUp):
                await line.music()


async def test_a_node_that_is_soon_back_finds_its_callers_before_the_fallback_does(asterisk: RunningAsterisk) -> None:
    """P20: they hear music for a second or two, and no phone of the fallback rings."""
    assert "Added" in await asterisk.cli("queue add member PJSIP/1001 to kezek")
    async with SipAgent.phone(asterisk, "1001") as phone, SipAgent.calling(asterisk) as citizen:
        async with node(asterisk.settings) as service:
            await until(lambda: "ready" in service.said)
            call = await citizen.call("109")
            await until(lambda: len(service.said) == 2, what="the service has the call")
            service.kill()
        await hears_music(call)
        async with node(asterisk.settings) as service:
            await until(lambda: len(service.said) == 2, what="the service has the call again")
            assert phone.quiet
            await call.hang_up()
    await asterisk.cli("queue remove member PJSIP/1001 from kezek")
