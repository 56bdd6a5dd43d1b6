"""Who hears whom: consultation, conference, hold, supervision and recording on a real Asterisk, by the sound."""

from __future__ import annotations

import array
import asyncio
import contextlib
import wave
from collections.abc import AsyncIterator

import pytest

from kezek_telephony.types import AsideEnded, Connected, Held, NotTaken, Phone, Refused, Resumed, Ringing, TalkEnded
from kit.asterisk import RunningAsterisk, running_asterisk, until
from kit.rtp import loudness
from kit.sip_agent import SipAgent, SipCall
from kit.telephony_office import Office, rest, staffed, until_registered
from kit.telephony_steps import Steps, Talk

TONE = array.array("h", [8000, 8000, -8000, -8000]).tobytes() * 2000 * 2  # 2 s
LOUD = 6000.0  # no music and no voice is so loud


@pytest.fixture(scope="module")
async def asterisk() -> AsyncIterator[RunningAsterisk]:
    async with running_asterisk() as running:
        yield running


def hears_tone(call: SipCall) -> bool:
    return sum(loudness(frame) > LOUD for frame in list(call.sound.heard)) >= 8


def hears_music(call: SipCall) -> bool:
    return sum(20 < loudness(frame) < LOUD for frame in list(call.sound.heard)) >= 8


def rings(call: SipCall) -> bool:
    return sum(loudness(frame) > 300 for frame in list(call.sound.heard)) >= 8


async def until_no_tone(asterisk: RunningAsterisk) -> None:
    async with asyncio.timeout(15):
        while "ringing@kezek-aside" in await asterisk.cli("core show channels concise"):  # noqa: ASYNC110 - of any process
            await asyncio.sleep(0.05)


async def hear(speaker: SipCall, *listeners: SipCall, deaf: tuple[SipCall, ...] = ()) -> None:
    """`speaker` is heard by these, and not by the deaf ones."""
    for call in (*listeners, *deaf):
        call.sound.heard.clear()
    speaker.say(TONE[:12_800])
    await until(lambda: speaker.sound.silent, what="said")
    if listeners:
        await until(lambda: all(map(hears_tone, listeners)), what="heard")
    else:
        await until(lambda: all(len(call.sound.heard) > 30 for call in deaf), what="sound of any kind")
    assert not any(map(hears_tone, deaf))


@contextlib.asynccontextmanager
async def connected(asterisk: RunningAsterisk) -> AsyncIterator[tuple[Office, Talk, SipCall, SipCall]]:
    """The office, and a citizen's talk with 1001: both ends of it."""
    async with staffed(asterisk) as (desk, phone, citizen):
        call, line = await desk.caller(citizen)
        steps = Steps(desk.ring(line, "1001", 1))
        ring = await phone.rings()
        ring.answer()
        await steps.until(2)
        yield desk, Talk(desk.telephony.switchboard, line, call, steps), call, ring  # type: ignore[arg-type]
        await call.hang_up()
        steps.close()


async def test_a_consultation_becomes_a_conference_and_then_the_other_ones_talk(asterisk: RunningAsterisk) -> None:
    async with connected(asterisk) as (desk, talk, citizen, operator), SipAgent.phone(asterisk, "1002") as phone:
        await until_registered(desk, "1002")
        aside = talk.consult("1002")
        expert = await phone.rings()
        assert "1001" in expert.invite.get("From")  # type: ignore[union-attr]
        expert.answer()
        await aside.until(2)
        await hear(operator, expert, deaf=(citizen,))
        await hear(expert, operator, deaf=(citizen,))
        await hear(citizen, deaf=(operator, expert))
        citizen.sound.heard.clear()
        await until(lambda: hears_music(citizen), what="music")
        await talk.board.join(talk.line)
        await hear(citizen, operator, expert)
        await hear(operator, citizen, expert)
        await hear(expert, citizen, operator)
        await talk.board.hand_over(talk.line)
        await operator.ended()
        assert (await aside.all())[-1] == AsideEnded("handed_over")
        await hear(expert, citizen)
        expert.hold()
        assert await talk.steps.until(3) == Held()
        citizen.sound.heard.clear()
        await until(lambda: hears_music(citizen), what="music")
        expert.hold(False)
        assert await talk.steps.until(4) == Resumed()
        async with SipAgent.phone(asterisk, "1003") as supervisor:
            await until_registered(desk, "1003")
            await talk.board.supervise(talk.line.arrival.call, "1002", phone=Phone("1003"), mode="barge")
            ear = await supervisor.rings()
            ear.answer()
            await hear(citizen, expert, ear)
            await hear(ear, expert, citizen)
            await expert.hang_up()
            await ear.ended()
        assert await talk.steps.until(5)
        assert isinstance(talk.steps.seen[-1], TalkEnded)


@pytest.mark.parametrize("how", ["answers", "declines", "retrieved", "answers_at_once"])
async def test_the_operator_hears_it_ring_at_whom_he_asks_and_nothing_of_it_after(
    asterisk: RunningAsterisk, how: str
) -> None:
    async with connected(asterisk) as (desk, talk, citizen, operator), SipAgent.phone(asterisk, "1002") as phone:
        await until_registered(desk, "1002")
        aside = talk.consult("1002")
        ring = await phone.rings()
        if how != "answers_at_once":
            operator.sound.heard.clear()
            await until(lambda: rings(operator), what="a ringing tone")
        if how == "declines":
            ring.decline()
        elif how == "retrieved":
            await talk.board.retrieve(talk.line)
        else:
            ring.answer()
            await aside.until(2)
        await until_no_tone(asterisk)
        for call in (operator, citizen):
            call.sound.heard.clear()
        await until(lambda: len(operator.sound.heard) > 50, what="sound of any kind")
        assert not rings(operator)
        if how in ("declines", "retrieved"):
            await hear(operator, citizen)
            await hear(citizen, operator)
        else:
            await hear(operator, ring, deaf=(citizen,))


async def test_a_room_says_nothing_and_has_no_menu(asterisk: RunningAsterisk) -> None:
    async with connected(asterisk) as (_, talk, citizen, operator):
        await talk.board.hold(talk.line)
        operator.sound.heard.clear()
        await until(lambda: len(operator.sound.heard) > 60, what="sound of any kind")
        assert loudness(b"".join(operator.sound.heard)) < 20
        await talk.board.resume(talk.line)
        citizen.sound.heard.clear()
        operator.press("*1")
        await until(lambda: len(citizen.sound.heard) > 60, what="sound of any kind")
        assert loudness(b"".join(list(citizen.sound.heard)[10:])) < 200
        await hear(operator, citizen)


async def test_an_operator_may_hold_by_the_key_of_the_phone(asterisk: RunningAsterisk) -> None:
    async with connected(asterisk) as (_, talk, citizen, operator):
        for shared, before in ((False, 2), (True, 6)):
            operator.hold()
            assert await talk.steps.until(before + 1) == Held()
            citizen.sound.heard.clear()
            await until(lambda: hears_music(citizen), what="music")
            operator.hold(False)
            assert await talk.steps.until(before + 2) == Resumed()
            await hear(operator, citizen)
            await hear(citizen, operator)
            if not shared:
                await talk.board.hold(talk.line)
                await hear(operator, deaf=(citizen,))
                await hear(citizen, deaf=(operator,))
                await talk.board.resume(talk.line)
                await talk.steps.until(6)


async def test_a_supervisor_listens_whispers_and_barges_in(asterisk: RunningAsterisk) -> None:
    async with connected(asterisk) as (desk, talk, citizen, operator), SipAgent.phone(asterisk, "1003") as phone:
        await until_registered(desk, "1003")
        board, call = talk.board, talk.line.arrival.call
        leg = await board.supervise(call, "1001", phone=Phone("1003"), mode="listen")
        ear = await phone.rings()
        assert await board.supervise(call, "1001", phone=Phone("1003"), mode="whisper") == leg  # it still rings
        ear.answer()
        await hear(ear, operator, deaf=(citizen,))
        await board.supervise(call, "1001", phone=Phone("1003"), mode="listen")
        await hear(citizen, operator, ear)
        await hear(operator, citizen, ear)
        await hear(ear, deaf=(citizen, operator))
        await talk.board.hold(talk.line)
        await talk.board.resume(talk.line)
        await hear(citizen, operator, ear)
        await board.supervise(call, "1001", phone=Phone("1003"), mode="barge")
        await hear(ear, operator, citizen)
        assert phone.quiet
        with pytest.raises(Refused):
            await board.supervise(call, "1002", phone=Phone("1003"), mode="listen")
        await board.release(talk.line)
        await ear.ended()


async def test_a_supervisor_may_stop_and_the_talk_goes_on(asterisk: RunningAsterisk) -> None:
    async with connected(asterisk) as (desk, talk, citizen, operator), SipAgent.phone(asterisk, "1003") as phone:
        await until_registered(desk, "1003")
        leg = await talk.board.supervise(talk.line.arrival.call, "1001", phone=Phone("1003"), mode="barge")
        ear = await phone.rings()
        ear.answer()
        await hear(ear, operator, citizen)
        await talk.board.stop_supervising(leg)
        await ear.ended()
        await hear(citizen, operator)


def loudest(path: str) -> float:
    """Of all tenths of a second in a recording: the loudest mean magnitude."""
    with wave.open(path) as sound:
        assert (sound.getframerate(), sound.getsampwidth(), sound.getnchannels()) == (8000, 2, 1)
        samples = array.array("h", sound.readframes(sound.getnframes()))
    return max(sum(map(abs, samples[at : at + 800])) / 800 for at in range(0, len(samples), 800))


async def test_a_recording_has_both_sides_and_outlasts_a_hold(asterisk: RunningAsterisk) -> None:
    async with connected(asterisk) as (_, talk, citizen, operator):
        files = [asterisk.instance.recordings / f"{name}.wav" for name in ("2026/first", "second")]
        await talk.board.record(talk.line, "2026/first")
        await talk.board.record(talk.line, "2026/first")
        await hear(operator, citizen)
        await talk.board.record(talk.line, "second")
        await talk.board.hold(talk.line)
        await talk.board.resume(talk.line)
        await hear(citizen, operator)
        await talk.board.stop_recording(talk.line)
        await until(lambda: all(file.exists() for file in files))
        assert "MixMonitor" not in await asterisk.cli(f"core show channel {talk.line.arrival.channel}")
        assert all(loudest(str(file)) > LOUD for file in files)
        await talk.board.stop_recording(talk.line)
        for evil in ("../x", "/etc/x", "a b", "", "x/../../y", "-r", "a,b", "x${SHELL(id)}"):
            with pytest.raises(ValueError, match="no name"):
                await talk.board.record(talk.line, evil)


async def test_who_loses_the_race_for_a_caller_can_be_rung_for_another(asterisk: RunningAsterisk) -> None:
    """P2: the lock of a phone lasts as long as its leg, not as long as the talk that another one got."""
    async with staffed(asterisk) as (desk, phone, citizen), SipAgent.phone(asterisk, "1002") as other:
        await until_registered(desk, "1002")
        (_, first), (_, second) = await desk.caller(citizen), await desk.caller(citizen)
        talk = Steps(desk.ring(first, "1001 1002", 1))
        lost, won = await phone.rings(), await other.rings()
        won.answer()
        assert await talk.until(2) == Connected("1002")
        await lost.ended()
        assert await rest(desk.ring(second, "1002", 1)) == [NotTaken("busy")]
        again = Steps(desk.ring(second, "1001 1002", 2))
        (await phone.rings()).decline()
        assert (await again.all())[-1] == NotTaken("declined")
        assert other.quiet
        await won.hang_up()
        assert isinstance((await talk.all())[-1], TalkEnded)


async def test_callers_who_ring_the_same_phones_share_them(asterisk: RunningAsterisk) -> None:
    """P2."""
    async with staffed(asterisk) as (desk, phone, citizen), SipAgent.phone(asterisk, "1002") as other:
        await until_registered(desk, "1002")
        lines = [(await desk.caller(citizen))[1] for _ in range(3)]
        attempts = [asyncio.ensure_future(rest(desk.ring(line, "1001 1002", 1, seconds=1))) for line in lines]
        await phone.rings()
        await other.rings()
        ends = [steps[-1] for steps in await asyncio.gather(*attempts)]
        assert phone.quiet
        assert other.quiet
        assert NotTaken("busy") in ends
        assert NotTaken("no_answer") in ends


async def test_a_phone_that_rings_or_talks_is_not_asked_too(asterisk: RunningAsterisk) -> None:
    """P2."""
    async with connected(asterisk) as (desk, talk, _, _), SipAgent.phone(asterisk, "1002") as phone:
        await until_registered(desk, "1002")
        async with SipAgent.calling(asterisk) as citizen:
            _, waiting = await desk.caller(citizen)
            ringing = Steps(desk.ring(waiting, "1002", 1))
            assert await ringing.until(1) == Ringing()
            ring = await phone.rings()
            assert await talk.consult("1002").all() == [NotTaken("busy")]
            ring.answer()
            await ringing.until(2)
            assert await talk.consult("1002").all() == [NotTaken("busy")]
            assert phone.quiet


@pytest.mark.parametrize(("status", "reason"), [(486, "busy"), (603, "declined"), (480, "no_answer")])
async def test_who_is_asked_may_refuse(asterisk: RunningAsterisk, status: int, reason: str) -> None:
    async with connected(asterisk) as (desk, talk, citizen, operator), SipAgent.phone(asterisk, "1002") as phone:
        await until_registered(desk, "1002")
        aside = talk.consult("1002")
        (await phone.rings()).decline(status, "No")
        assert (await aside.all())[-1] == NotTaken(reason)
        await hear(citizen, operator)
