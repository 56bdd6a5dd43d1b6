"""A caller and operators' phones on a real Asterisk: each way in which an attempt to connect them can go."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from kezek_telephony.types import (
    CallGone,
    Connected,
    HungUp,
    LinkChanged,
    NotTaken,
    PhoneChanged,
    Refused,
    Ringing,
    TalkEnded,
)
from kit.asterisk import RunningAsterisk, running_asterisk, until
from kit.rtp import loudness
from kit.sip_agent import SipAgent, SipCall
from kit.telephony_office import office, rest, staffed, until_registered


@pytest.fixture(scope="module")
async def asterisk() -> AsyncIterator[RunningAsterisk]:
    async with running_asterisk() as running:
        yield running


def hears_music(call: SipCall) -> Callable[[], bool]:
    call.sound.heard.clear()
    return lambda: len(call.sound.heard) > 25 and loudness(b"".join(call.sound.heard)) > 20


async def test_a_phone_is_reachable_while_it_is_registered_and_not_a_moment_longer(asterisk: RunningAsterisk) -> None:
    """P16: the state follows the registration."""
    async with office(asterisk) as desk:
        assert "1001" not in desk.telephony.switchboard.registered()
        async with SipAgent.phone(asterisk, "1001"):
            await until_registered(desk, "1001")
        await until(lambda: "1001" not in desk.telephony.switchboard.registered(), what="unregistered")
        await until(lambda: PhoneChanged("1001", False) in desk.events, what="told")
        changes = [event for event in desk.events if isinstance(event, PhoneChanged)]
        assert changes == [PhoneChanged("1001", True), PhoneChanged("1001", False)]


async def test_a_phone_with_a_wrong_password_is_not_reachable(asterisk: RunningAsterisk) -> None:
    async with office(asterisk) as desk, SipAgent.phone(asterisk, "1002") as phone:
        await until_registered(desk, "1002")
        assert await phone.register(expires=0) == 200
        await until(lambda: "1002" not in desk.telephony.switchboard.registered())
        assert await phone.register(password="guessed") == 401
        assert "1002" not in desk.telephony.switchboard.registered()
        assert await phone.register() == 200


async def test_the_operator_answers_talks_and_hangs_up_and_the_caller_is_back(asterisk: RunningAsterisk) -> None:
    async with staffed(asterisk) as (desk, phone, citizen):
        call, line = await desk.caller(citizen)
        steps = desk.ring(line, "1001", 1)
        ringing = asyncio.ensure_future(anext(steps))
        ring = await phone.rings()
        assert await ringing == Ringing()
        ring.answer()
        assert await anext(steps) == Connected()
        await until(lambda: ring.sound.packets > 30, what="sound from the caller")
        await ring.hang_up()
        (ended,) = await rest(steps)
        assert isinstance(ended, TalkEnded)
        assert ended.caller_stays
        assert 0.3 < ended.talk_seconds < 10
        assert call.talking
        await line.hang_up()
        await call.ended()


async def test_the_caller_ends_the_talk(asterisk: RunningAsterisk) -> None:
    async with staffed(asterisk) as (desk, phone, citizen):
        call, line = await desk.caller(citizen)
        steps = desk.ring(line, "1001", 1)
        following = asyncio.ensure_future(rest(steps))
        ring = await phone.rings()
        ring.answer()
        await until(lambda: ring.sound.packets > 10)
        await call.hang_up()
        rang, connected, ended = await following
        assert (rang, connected) == (Ringing(), Connected())
        assert isinstance(ended, TalkEnded)
        assert not ended.caller_stays
        await ring.ended()
        with pytest.raises(HungUp):
            await line.music()
        await until(lambda: CallGone(line.arrival.call, 16, False) in desk.events, what="CallGone")


@pytest.mark.parametrize(
    ("what", "reason"),
    [("no_answer", "no_answer"), ("busy", "busy"), ("declined", "declined"), ("stopped", "declined")],
)
async def test_who_is_not_taken_is_back_with_music_and_can_be_rung_again(
    asterisk: RunningAsterisk, what: str, reason: str
) -> None:
    async with staffed(asterisk) as (desk, phone, citizen):
        call, line = await desk.caller(citizen)
        following = asyncio.ensure_future(rest(desk.ring(line, "1001", 1, seconds=2)))
        ring = await phone.rings()
        if what == "busy":
            ring.decline(486, "Busy Here")
        elif what == "declined":
            ring.decline()
        elif what == "stopped":
            await desk.telephony.switchboard.stop_ringing(line)
        assert (await following)[-1] == NotTaken(reason)
        await ring.ended()
        await until(hears_music(call), what="music")
        again = asyncio.ensure_future(rest(desk.ring(line, "1001", 2)))
        second = await phone.rings()
        second.answer()
        await second.answered()
        await second.hang_up()
        assert isinstance((await again)[-1], TalkEnded)


async def test_an_unregistered_phone_is_not_rung(asterisk: RunningAsterisk) -> None:
    """P16: whatever the queue believes, the dialplan looks at the phone."""
    async with office(asterisk) as desk, SipAgent.calling(asterisk) as citizen:
        call, line = await desk.caller(citizen)
        assert await rest(desk.ring(line, "1003", 1)) == [NotTaken("unreachable")]
        assert await rest(desk.ring(line, "1999", 2)) == [NotTaken("unreachable")]
        await until(hears_music(call), what="music")


async def test_a_caller_who_hangs_up_while_it_rings_stops_the_ringing(asterisk: RunningAsterisk) -> None:
    async with staffed(asterisk) as (desk, phone, citizen):
        call, line = await desk.caller(citizen)
        following = asyncio.ensure_future(rest(desk.ring(line, "1001", 1)))
        ring = await phone.rings()
        await call.hang_up()
        with pytest.raises(HungUp):
            await following
        await ring.ended()


async def test_two_callers_cannot_ring_one_operator(asterisk: RunningAsterisk) -> None:
    """P2: Asterisk is the arbiter, whoever asks and however closely."""
    async with staffed(asterisk) as (desk, phone, citizen):
        (_, first), (_, second) = await desk.caller(citizen), await desk.caller(citizen)
        attempts = [asyncio.ensure_future(rest(desk.ring(line, "1001", 1, seconds=2))) for line in (first, second)]
        await phone.rings()
        ends = sorted(steps[-1].reason for steps in await asyncio.gather(*attempts))  # type: ignore[union-attr]
        assert ends == ["busy", "no_answer"]
        assert phone.quiet


async def test_an_offer_that_is_ours_no_more_is_not_sent(asterisk: RunningAsterisk) -> None:
    async with staffed(asterisk) as (desk, phone, citizen):
        call, line = await desk.caller(citizen)
        assert await rest(desk.ring(line, "1001", 1, still_ours=lambda: False)) == [NotTaken("stale")]
        await until(hears_music(call), what="music")
        assert phone.quiet


async def test_a_stale_offer_is_turned_back_by_the_dialplan(asterisk: RunningAsterisk) -> None:
    """P2: a thawed process that still sends its Redirect rings nobody, and the caller keeps waiting."""
    async with staffed(asterisk) as (desk, phone, citizen):
        call, line = await desk.caller(citizen)
        following = asyncio.ensure_future(rest(desk.ring(line, "1001", 8)))
        (await phone.rings()).decline()
        assert (await following)[-1] == NotTaken("declined")
        assert await rest(desk.ring(line, "1001", 7)) == [NotTaken("stale")]
        assert await rest(desk.ring(line, "1001", 8)) == [NotTaken("stale")]
        assert phone.quiet
        await until(hears_music(call), what="music")


async def test_a_call_is_rung_once_at_a_time(asterisk: RunningAsterisk) -> None:
    async with staffed(asterisk) as (desk, phone, citizen):
        _, line = await desk.caller(citizen)
        following = asyncio.ensure_future(rest(desk.ring(line, "1001", 1)))
        ring = await phone.rings()
        with pytest.raises(Refused):
            await rest(desk.ring(line, "1001", 2))
        ring.decline()
        assert (await following)[-1] == NotTaken("declined")


async def test_digits_pressed_while_waiting_reach_the_line_once(asterisk: RunningAsterisk) -> None:
    async with office(asterisk) as desk, SipAgent.calling(asterisk) as citizen:
        call, line = await desk.caller(citizen)
        call.press("1#")
        assert [await line.digit(10), await line.digit(10), await line.digit(0.2)] == ["1", "#", None]


@pytest.mark.parametrize(
    "name", ['"\r\nAction: Originate', "a,b;c|d", "${SHELL(id)}", "Айгүл Қанат", "x" * 300, "\x01\x1b[31m", "%0d%0a"]
)
async def test_a_hostile_name_harms_nothing(asterisk: RunningAsterisk, name: str) -> None:
    async with staffed(asterisk) as (desk, phone, citizen):
        shown = name.replace("\r\n", " ")  # SIP has no line break inside a header
        call, line = await desk.caller(citizen, name=shown)
        assert line.arrival.caller_name.isprintable()
        assert line.arrival.caller == "77015550101"
        following = asyncio.ensure_future(rest(desk.ring(line, "1001", 1)))
        (await phone.rings()).decline()
        assert (await following)[-1] == NotTaken("declined")
        assert call.talking
        assert desk.telephony.switchboard.up


async def test_live_calls_are_read_from_asterisk(asterisk: RunningAsterisk) -> None:
    async with staffed(asterisk) as (desk, phone, citizen):
        _, waiting = await desk.caller(citizen)
        _, talking = await desk.caller(citizen)
        steps = desk.ring(talking, "1001", 5)
        following = asyncio.ensure_future(rest(steps))
        ring = await phone.rings()
        live = {call.call: call for call in await desk.telephony.switchboard.live_calls()}
        assert live[waiting.arrival.call].where == "ours"
        assert live[talking.arrival.call].where == "ringing"
        ring.answer()
        await until(lambda: ring.sound.packets > 5)
        live = {call.call: call for call in await desk.telephony.switchboard.live_calls()}
        assert (live[talking.arrival.call].where, live[talking.arrival.call].offer) == ("talking", 5)
        assert abs(live[waiting.arrival.call].since - waiting.arrival.since) < 0.001
        assert len(live) == 2
        await ring.hang_up()
        await following


async def test_the_members_of_the_fallback_are_kept_in_step(asterisk: RunningAsterisk) -> None:
    async with office(asterisk) as desk:
        keep: Callable[[dict[str, bool]], Awaitable[None]] = desk.telephony.switchboard.keep_fallback
        await keep({"1001": False, "1002": True})
        shown = await asterisk.cli("queue show kezek")
        assert "1001" in shown
        assert shown.count("(paused") == 1
        await keep({"1002": False})
        shown = await asterisk.cli("queue show kezek")
        assert "1001" not in shown
        assert "(paused" not in shown
        await keep({})
        assert "No Members" in await asterisk.cli("queue show kezek")


async def test_events_begin_with_the_state_as_it_is(asterisk: RunningAsterisk) -> None:
    async with office(asterisk) as desk, SipAgent.phone(asterisk, "1001"):
        await until_registered(desk, "1001")
        events = desk.telephony.switchboard.events()
        assert await anext(events) == LinkChanged(up=True, resynced=True)
        assert await anext(events) == PhoneChanged("1001", True)
