"""Nobody who dials is lost: the service dies, freezes, loses its link; Asterisk freezes or dies."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import AsyncIterator, Callable
from random import Random

import pytest

from kezek_api.drill.ami_noise import AmiNoise, is_news
from kezek_api.drill.relay import Relay
from kezek_telephony.settings import TelephonySettings
from kezek_telephony.telephony import Telephony
from kezek_telephony.types import CallGone, Connected, HungUp, Line, LinkChanged, LinkDown, NotTaken, Ringing, TalkEnded
from kit.asterisk import RunningAsterisk, free_port, running_asterisk, until
from kit.rtp import loudness
from kit.sip_agent import SipAgent, SipCall
from kit.telephony_node import node
from kit.telephony_office import office, rest, staffed, until_registered


@pytest.fixture
async def asterisk() -> AsyncIterator[RunningAsterisk]:
    async with running_asterisk(patience_s=2, fallback_turn_s=3, node_retries=0) as running:
        yield running


def hears_something(call: SipCall) -> bool:
    return len(call.sound.heard) > 25 and loudness(b"".join(call.sound.heard)) > 20


async def member(asterisk: RunningAsterisk, phone: str) -> None:
    assert "Added" in await asterisk.cli(f"queue add member PJSIP/{phone} to kezek")


async def test_when_the_service_is_killed_the_fallback_rings_the_same_operator(asterisk: RunningAsterisk) -> None:
    await member(asterisk, "1001")
    async with SipAgent.phone(asterisk, "1001") as phone, SipAgent.calling(asterisk) as citizen:
        async with node(asterisk.settings) as service:
            await until(lambda: "ready" in service.said)
            call = await citizen.call("109")
            await until(lambda: len(service.said) > 1, what="the service has the call")
            assert phone.quiet
            service.kill()
            ring = await phone.rings()
            assert call.talking
        ring.answer()
        await until(lambda: ring.sound.packets > 10, what="a talk")
        await ring.hang_up()
        await call.ended()


async def test_a_service_that_fails_at_every_call_does_not_keep_the_caller() -> None:
    """It is tried again, but not for ever."""
    taken: list[str] = []

    async def on_call(line: Line) -> None:
        taken.append(line.arrival.call)
        raise RuntimeError("as a broken service would")

    async with (
        running_asterisk(node_retries=2) as asterisk,
        SipAgent.phone(asterisk, "1001") as phone,
        SipAgent.calling(asterisk) as citizen,
        Telephony(asterisk.settings, on_call),
    ):
        await member(asterisk, "1001")
        call = await citizen.call("109")
        await phone.rings()
        assert len(taken) == 3
        assert len(set(taken)) == 1
        await call.hang_up()


async def test_a_frozen_service_is_left_behind_by_the_watchdog(asterisk: RunningAsterisk) -> None:
    await member(asterisk, "1001")
    settings = dataclasses.replace(asterisk.settings, watchdog_s=3)
    async with (
        SipAgent.phone(asterisk, "1001") as phone,
        SipAgent.calling(asterisk) as citizen,
        node(settings) as service,
    ):
        await until(lambda: "ready" in service.said)
        call = await citizen.call("109")
        await until(lambda: len(service.said) > 1, what="the service has the call")
        service.freeze()
        ring = await phone.rings()
        ring.answer()
        await until(lambda: ring.sound.packets > 10, what="a talk")
        assert call.talking
        await ring.hang_up()
        await call.ended()


async def test_a_caller_outlives_a_living_service_and_its_watchdog(asterisk: RunningAsterisk) -> None:
    """The watchdog is pushed forward while the service lives: a long wait is no frozen service."""
    settings = dataclasses.replace(asterisk.settings, watchdog_s=3)
    async with SipAgent.calling(asterisk) as citizen, node(settings) as service:
        await until(lambda: "ready" in service.said)
        call = await citizen.call("109")
        await call.answered()
        await until(lambda: call.sound.packets > 400, limit=30, what="eight seconds of waiting")
        assert len(service.said) == 2


async def test_callers_of_the_fallback_come_back_to_a_new_service_in_their_order(asterisk: RunningAsterisk) -> None:
    """A restart loses nobody: the call is the same, since the same moment."""
    async with SipAgent.calling(asterisk) as citizen:
        calls = [await citizen.call("109") for _ in range(3)]
        for call in calls:
            await call.answered()
        async with node(asterisk.settings) as service:
            await until(lambda: len(service.said) == 4, what="all are taken")
        async with node(asterisk.settings) as second:
            await until(lambda: len(second.said) == 4, what="all are taken again")
            known = {line.split()[1] for line in service.said if " " in line}
            assert {line for line in second.said if " " in line} == {f"resumed {call}" for call in known}
        assert all(call.talking for call in calls)


async def test_an_emergency_stays_one_in_the_fallback_and_for_the_next_service(asterisk: RunningAsterisk) -> None:
    """P20: the channel remembers the priority."""
    taken: list[Line] = []

    async def on_call(line: Line) -> None:
        taken.append(line)
        await line.digit(3600)

    async with SipAgent.calling(asterisk) as citizen:
        async with Telephony(asterisk.settings, on_call):
            for number in (1, 2):
                call = await citizen.call("109")
                await call.answered()
                await until(lambda wanted=number: len(taken) == wanted, what="taken")
            await taken[1].remember(PRIORITY="9")
        queue = ""
        async with asyncio.timeout(10):
            while queue.count("wait:") < 2:
                queue = await asterisk.cli("queue show kezek")
        usual, urgent = (line.arrival for line in taken)
        assert queue.index(urgent.channel) < queue.index(usual.channel)
        taken.clear()
        async with Telephony(asterisk.settings, on_call):
            await until(lambda: len(taken) == 2, what="taken again")
            assert {line.arrival.call: line.arrival.priority for line in taken} == {usual.call: 0, urgent.call: 9}


async def test_another_node_takes_over_when_one_dies() -> None:
    ports = [free_port(), free_port()]
    async with running_asterisk(nodes=[f"127.0.0.1:{port}" for port in ports]) as asterisk:
        settings = [dataclasses.replace(asterisk.settings, fastagi_port=port) for port in ports]
        async with node(settings[0]) as one, node(settings[1]) as two, SipAgent.calling(asterisk) as citizen:
            await until(lambda: "ready" in one.said and "ready" in two.said)
            call = await citizen.call("109")
            await until(lambda: len(one.said) + len(two.said) == 3, what="one has it")
            first, second = (one, two) if len(one.said) == 2 else (two, one)
            first.kill()
            await until(lambda: len(second.said) == 2, what="the other has it")
            assert second.said[1] == first.said[1].replace("arrived", "resumed")
            call.sound.heard.clear()
            await until(lambda: hears_something(call), what="music")


async def test_who_left_while_the_service_was_away_is_told_when_it_is_back(asterisk: RunningAsterisk) -> None:
    """P6: every one of them, and none twice."""
    known: list[str] = []

    async def on_call(line: Line) -> None:
        known.append(line.arrival.call)
        await line.music()
        await line.digit(3600)

    async with SipAgent.calling(asterisk) as citizen:
        async with Telephony(asterisk.settings, on_call):
            calls = [await citizen.call("109") for _ in range(5)]
            await until(lambda: len(known) == 5)
        for call in calls[:4]:
            await call.hang_up()
        async with office(asterisk) as desk:
            await until(lambda: any(isinstance(event, CallGone) for event in desk.events))
            assert len(await desk.telephony.switchboard.live_calls()) == 1
            await calls[4].hang_up()
            await until(lambda: len([event for event in desk.events if isinstance(event, CallGone)]) == 5)
            gone = [event.call for event in desk.events if isinstance(event, CallGone)]
            assert sorted(gone) == sorted(known)


def quick(settings: TelephonySettings, port: int) -> TelephonySettings:
    return dataclasses.replace(settings, ami_port=port, reconnect_min_s=0.1, reconnect_max_s=0.3)


async def test_a_broken_link_is_mended_and_everything_is_read_again(asterisk: RunningAsterisk) -> None:
    """P7: what happened meanwhile is found out: a phone that came, a talk that began, one that ended."""
    async with (
        Relay(f"127.0.0.1:{asterisk.settings.ami_port}") as relay,
        staffed(asterisk, quick(asterisk.settings, relay.port)) as (desk, phone, citizen),
    ):
        board = desk.telephony.switchboard
        _, line = await desk.caller(citizen)
        following = asyncio.ensure_future(rest(desk.ring(line, "1001", 1)))
        ring = await phone.rings()
        await relay.cut()
        await until(lambda: not board.up, what="down")
        assert board.registered() == frozenset()
        with pytest.raises(LinkDown):
            await board.live_calls()
        ring.answer()
        async with SipAgent.phone(asterisk, "1002"):
            await until(lambda: ring.sound.packets > 10)
            await relay.mend()
            await until_registered(desk, "1001", "1002")
            await until(lambda: desk.events[-1] == LinkChanged(up=True, resynced=True))
        await relay.cut()
        await until(lambda: not board.up, what="down again")
        await ring.hang_up()
        await relay.mend()
        rang, talking, ended = await following
        assert (rang, talking) == (Ringing(), Connected())
        assert isinstance(ended, TalkEnded)
        assert ended.caller_stays


@pytest.mark.parametrize("how", ["the link is cut", "words are lost"])
async def test_a_caller_whose_talk_nobody_saw_has_had_it(how: str, asterisk: RunningAsterisk) -> None:
    """P6: it began and ended while the link was away, or its events were lost: Asterisk's own row says that he was
    talked with. He has not given up."""
    lost = _Lost()
    async with (
        Relay(f"127.0.0.1:{asterisk.settings.ami_port}", said=lost.said) as relay,
        staffed(asterisk, quick(asterisk.settings, relay.port)) as (desk, phone, citizen),
    ):
        call, line = await desk.caller(citizen)
        following = asyncio.ensure_future(rest(desk.ring(line, "1001", 1)))
        ring = await phone.rings()
        if how == "the link is cut":
            await relay.cut()
            await until(lambda: not desk.telephony.switchboard.up, what="down")
        lost.words = (b"event: bridgeenter", b"event: dialend", b"userevent: kezek", b"event: newstate")
        ring.answer()
        await until(lambda: ring.sound.packets > 10, what="a talk")
        await call.hang_up()
        await phone_is_free(asterisk)
        await relay.mend()
        with pytest.raises(HungUp) as left:
            await following
        assert (left.value.talked, left.value.cut) == (True, False)


class _Noise(AmiNoise):
    def __init__(self, lost: _Lost) -> None:
        super().__init__(Random(1))  # noqa: S311 - a simulation
        self.times = lost.times  # type: ignore[method-assign]


class _Lost:
    """Events of AMI with one of these words in them get lost."""

    words: tuple[bytes, ...] = ()

    def said(self) -> Callable[[bytes], bytes]:
        return _Noise(self).said()

    def times(self, packet: bytes) -> int:
        return 0 if is_news(packet) and any(word in packet.lower() for word in self.words) else 1


async def phone_is_free(asterisk: RunningAsterisk) -> None:
    async def free() -> bool:
        return "0 active channels" in await asterisk.cli("core show channels count")

    ends = asyncio.get_running_loop().time() + 15
    while not await free():
        assert asyncio.get_running_loop().time() < ends, "channels are left"
        await asyncio.sleep(0.05)


async def test_an_order_to_ring_that_was_lost_on_the_way_raises_and_may_be_given_again(
    asterisk: RunningAsterisk,
) -> None:
    """P7: never a blind retry: Asterisk says that nothing rang, and only then the caller can be rung anew."""
    async with (
        Relay(f"127.0.0.1:{asterisk.settings.ami_port}") as relay,
        staffed(asterisk, quick(asterisk.settings, relay.port)) as (desk, phone, citizen),
    ):
        call, line = await desk.caller(citizen)
        await relay.half_open()
        ringing = asyncio.ensure_future(rest(desk.ring(line, "1001", 1)))
        await until(lambda: relay.held, what="on the way")
        await relay.end()
        await relay.mend()
        with pytest.raises(LinkDown):
            await ringing
        await until(lambda: desk.telephony.switchboard.up, what="in step")
        assert phone.quiet
        following = asyncio.ensure_future(rest(desk.ring(line, "1001", 2)))
        (await phone.rings()).decline()
        assert (await following)[-1] == NotTaken("declined")
        assert call.talking


async def test_a_half_open_link_is_found_within_ten_seconds(asterisk: RunningAsterisk) -> None:
    """P7: a frozen Asterisk keeps its sockets open; only an awaited Ping notices."""
    async with office(asterisk) as desk:
        await asterisk.freeze()
        await until(lambda: not desk.telephony.switchboard.up, limit=10, what="noticed")
        asterisk.thaw()
        await until(lambda: desk.telephony.switchboard.up, limit=30, what="back")


async def test_a_restarted_asterisk_is_found_again_with_its_phones_and_its_queue(asterisk: RunningAsterisk) -> None:
    """Registrations and members are in Asterisk's database: the fallback works before we have said a word."""
    async with staffed(asterisk, quick(asterisk.settings, asterisk.settings.ami_port)) as (desk, _, citizen):
        await desk.telephony.switchboard.keep_fallback({"1001": False})
        await desk.caller(citizen)
        await until(lambda: all(word in asterisk.database() for word in ("PJSIP/1001", "contact/1001")))
        await asterisk.kill()
        await until(lambda: not desk.telephony.switchboard.up, what="down")
        await asterisk.start()
        await until_registered(desk, "1001")
        assert "PJSIP/1001" in await asterisk.cli("queue show kezek")


async def test_a_wrong_password_stops_the_link_and_raises_the_alarm(asterisk: RunningAsterisk) -> None:
    wrong = dataclasses.replace(asterisk.settings, ami_secret="guessed")

    async def on_call(line: Line) -> None:
        await line.hang_up()

    async with Telephony(wrong, on_call) as telephony, SipAgent.calling(asterisk) as citizen:
        with pytest.raises(LinkDown, match="wrong_password"):
            await telephony.link.wait_up(10)
        assert telephony.alarm == "wrong_password"
        call = await citizen.call("109")
        await call.ended()


async def test_leaving_while_it_waits_to_reconnect_ends_at_once() -> None:
    async def on_call(line: Line) -> None: ...

    settings = TelephonySettings(ami_port=free_port(), fastagi_port=0, reconnect_min_s=60, reconnect_max_s=60)
    async with asyncio.timeout(10), Telephony(settings, on_call) as telephony:
        with pytest.raises(LinkDown):
            await telephony.link.wait_up(0.2)
