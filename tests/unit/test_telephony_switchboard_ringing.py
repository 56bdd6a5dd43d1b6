"""The order to ring: asked and written in one breath, and what is done when Asterisk's word is missing."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest

from kezek_telephony.ami_protocol import AmiEvent
from kezek_telephony.attempt import Aside
from kezek_telephony.live import LiveCall, Where
from kezek_telephony.ringing import Ringer
from kezek_telephony.types import (
    Connected,
    Declined,
    HungUp,
    LinkDown,
    NotTaken,
    Phone,
    Refused,
    Ringing,
    RingStep,
    TalkEnded,
)

CALL = "kezek-1.0"


class Link:
    """Keeps what is written; `answers` are the failures of what is asked, in turn."""

    def __init__(self, *answers: BaseException) -> None:
        self.up = True
        self.written: list[tuple[str, dict[str, str]]] = []
        self._answers = list(answers)

    def begin(self, name: str, headers: dict[str, str]) -> object:
        self.written.append((name, headers))
        return self._answers.pop(0) if self._answers else object()

    async def reply(self, asked: object) -> list[AmiEvent]:
        await asyncio.sleep(0)
        if isinstance(asked, BaseException):
            raise asked
        return [AmiEvent("", {"response": "Success"})]


class Caller:
    """A line that is back whenever it is asked to be."""

    def __init__(self) -> None:
        self.arrival = SimpleNamespace(call=CALL, channel="PJSIP/trunk-1")
        self.cause: int | None = None
        self.told: list[str] = []

    def mark_redirected(self) -> None:
        self.told.append("redirected")

    def redirect_failed(self) -> None:
        self.told.append("failed")

    def returns(self, within: float) -> None:
        self.told.append("returns")

    async def wait_back(self, timeout: float) -> None:
        if self.cause is not None:
            raise HungUp


def ringer(link: Link) -> Ringer:
    return Ringer(link, 1.0, lambda: None)  # type: ignore[arg-type]


def yes() -> bool:
    return True


async def ring(ringer: Ringer, caller: Any, still_ours: Any = yes) -> list[RingStep]:
    async with asyncio.timeout(5):
        return [step async for step in ringer.ring(caller, [Phone("1001")], 7, 20, still_ours)]


def live(where: Where, offer: int, result: str = "") -> LiveCall:
    return LiveCall(CALL, "PJSIP/trunk-1", 0.0, where, offer, result)


async def begun(link: Link) -> None:
    async with asyncio.timeout(5):
        while not link.written:  # noqa: ASYNC110 - the next turns of the loop, no time
            await asyncio.sleep(0)
    await asyncio.sleep(0.01)


async def test_nothing_happens_between_the_question_and_the_write() -> None:
    """P2: a process that lost its lease while it waited for anything must not write."""
    link, caller, happened = Link(), Caller(), []

    def still_ours() -> bool:
        assert not link.written
        asyncio.get_running_loop().call_soon(lambda: happened.append(list(link.written)))
        return True

    following = asyncio.ensure_future(ring(board := ringer(link), caller, still_ours))
    await begun(link)
    assert happened[0] == link.written
    assert link.written == [
        ("Redirect", {"Channel": "PJSIP/trunk-1", "Context": "kezek-ring", "Exten": "7*1001*20", "Priority": "1"})
    ]
    board.recheck(board.attempts(), [live(Where.OURS, 7, "7:NOANSWER:19:0")])
    assert await following == [NotTaken("no_answer")]


async def test_what_is_ours_no_more_is_not_written() -> None:
    link, caller = Link(), Caller()
    assert await ring(ringer(link), caller, lambda: False) == [NotTaken("stale")]
    assert (link.written, caller.told) == ([], [])


async def test_a_channel_that_does_not_exist_is_a_caller_who_hung_up() -> None:
    caller = Caller()
    with pytest.raises(HungUp):
        await ring(ringer(Link(Refused("Channel does not exist: x"))), caller)
    assert caller.told == ["redirected", "failed"]


async def test_a_link_that_is_down_leaves_the_caller_alone() -> None:
    link, caller = Link(), Caller()
    link.up = False
    with pytest.raises(LinkDown):
        await ring(ringer(link), caller)
    assert (link.written, caller.told) == ([], [])


@pytest.mark.parametrize("evil", ["10 01", "1001\r\n", "1001*9", "", "a,b"])
async def test_a_phone_is_a_name_and_nothing_else(evil: str) -> None:
    caller: Any = Caller()
    with pytest.raises(ValueError, match="no phone"):
        await anext(ringer(Link()).ring(caller, [Phone(evil)], 1, 20, yes))


async def test_an_unclear_order_is_asked_of_asterisk_not_given_again() -> None:
    """P7, P8."""
    link, caller = Link(LinkDown()), Caller()
    following = asyncio.ensure_future(ring(board := ringer(link), caller))
    await begun(link)
    board.recheck(board.attempts(), [live(Where.OURS, 6)])
    with pytest.raises(LinkDown):
        await following
    assert len(link.written) == 1
    assert caller.told == ["redirected", "failed"]


async def test_an_order_that_was_taken_is_not_thought_lost_because_it_is_not_yet_seen() -> None:
    link, caller = Link(), Caller()
    following = asyncio.ensure_future(ring(board := ringer(link), caller))
    await begun(link)
    board.recheck(board.attempts(), [live(Where.OURS, 6)])
    board.recheck(board.attempts(), [live(Where.TALKING, 7)])
    board.recheck(board.attempts(), [])
    rang, talking, ended = await following
    assert (rang, talking) == (Ringing(), Connected())
    assert isinstance(ended, TalkEnded)
    assert not ended.caller_stays


async def test_a_ringing_stopped_before_it_is_seen_is_stopped_when_it_is() -> None:
    """P17: the operator's own command is not lost."""
    link, caller = Link(), Caller()
    following = asyncio.ensure_future(ring(board := ringer(link), caller))
    await begun(link)
    await board.stop(CALL)
    board.take(AmiEvent("DialBegin", {"uniqueid": CALL, "destchannel": "PJSIP/1001-2", "destuniqueid": "kezek-1.1"}))
    assert link.written[1] == ("Hangup", {"Channel": "PJSIP/1001-2", "Cause": "16"})
    board.take(AmiEvent("UserEvent", {"call": CALL, "userevent": "KezekRing", "result": "7:CHANUNAVAIL:16:0"}))
    assert await following == [NotTaken("declined")]


async def test_an_operator_who_answered_as_the_ringing_was_stopped_has_talked() -> None:
    link, caller = Link(), Caller()
    following = asyncio.ensure_future(ring(board := ringer(link), caller))
    await begun(link)
    await board.stop(CALL)
    board.take(AmiEvent("UserEvent", {"call": CALL, "userevent": "KezekRing", "result": "7:ANSWER:16:1200"}))
    assert await following == [Connected(), TalkEnded(1.2, caller_stays=True)]


async def test_a_phone_that_gives_no_sign_is_given_up_early() -> None:
    """P16: its registration is still good, and SIP itself would wait for 32 s; the caller is not the one who waits."""
    link = Link()
    rings = Ringer(link, 1.0, lambda: None, silent_s=0.05)  # type: ignore[arg-type]
    ringing = asyncio.create_task(ring(rings, Caller()))
    await begun(link)
    leg = {"destchannel": "PJSIP/1001-1", "destuniqueid": "kezek-2.0"}
    rings.take(AmiEvent("DialBegin", {"uniqueid": CALL, **leg}))
    async with asyncio.timeout(5):
        while len(link.written) < 2:  # noqa: ASYNC110 - a list has nothing to wait for
            await asyncio.sleep(0.01)
    assert link.written[1] == ("Hangup", {"Channel": "PJSIP/1001-1", "Cause": "16"})
    rings.take(AmiEvent("UserEvent", {"userevent": "KezekRing", "call": CALL, "result": "7:CANCEL:16:0"}))
    assert await ringing == [NotTaken("unreachable")]


async def test_a_phone_that_rings_is_left_to_ring() -> None:
    link = Link()
    rings = Ringer(link, 1.0, lambda: None, silent_s=0.05)  # type: ignore[arg-type]
    ringing = asyncio.create_task(ring(rings, Caller()))
    await begun(link)
    leg = {"destchannel": "PJSIP/1001-1", "destuniqueid": "kezek-2.0"}
    rings.take(AmiEvent("DialBegin", {"uniqueid": CALL, **leg}))
    rings.take(AmiEvent("DialState", {"uniqueid": CALL, "dialstatus": "RINGING"}))
    await asyncio.wait({ringing}, timeout=0.2)
    rings.take(AmiEvent("UserEvent", {"userevent": "KezekRing", "call": CALL, "result": "7:NOANSWER:19:0"}))
    assert await ringing == [Ringing(), NotTaken("no_answer")]
    assert len(link.written) == 1


async def test_several_phones_go_ahead_in_a_variable_of_their_own_offer() -> None:
    """P2: a thawed process that still sends its phones cannot change those of a later offer."""
    link = Link()
    phones = [Phone("1001"), Phone("1002", "b")]
    ringing = asyncio.ensure_future(anext(ringer(link).ring(Caller(), phones, 7, 20, yes)))  # type: ignore[arg-type]
    await begun(link)
    variable = {"Channel": "PJSIP/trunk-1", "Variable": "KEZEK_PHONES_7", "Value": "1001&1002@kezek-peer-b"}
    assert link.written[0] == ("Setvar", variable)
    assert link.written[1][1]["Exten"] == "7**20"
    ringing.cancel()


async def test_one_of_several_phones_is_stopped_and_the_others_ring_on() -> None:
    link = Link()
    board = ringer(link)
    ringing = asyncio.ensure_future(
        anext(board.ring(Caller(), [Phone("1001"), Phone("1002")], 7, 20, yes))  # type: ignore[arg-type]
    )
    await begun(link)
    await board.stop(CALL, "1002")
    for phone in ("1001", "1002"):
        leg = {"destchannel": f"PJSIP/{phone}-1", "destuniqueid": f"leg-{phone}", "dialstring": phone}
        board.take(AmiEvent("DialBegin", {"uniqueid": CALL, **leg}))
    assert [headers["Channel"] for name, headers in link.written if name == "Hangup"] == ["PJSIP/1002-1"]
    ringing.cancel()


async def test_who_was_stopped_has_not_declined_and_who_was_not_is_not_blamed_for_it() -> None:
    link = Link()
    board = ringer(link)
    phones = [Phone("1001"), Phone("1002"), Phone("1003")]
    steps = board.ring(Caller(), phones, 7, 20, yes)  # type: ignore[arg-type]

    async def follow() -> list[RingStep]:
        async with asyncio.timeout(5):
            return [step async for step in steps]

    following = asyncio.ensure_future(follow())
    await begun(link)
    for phone in ("1001", "1002", "1003"):
        leg = {"destchannel": f"PJSIP/{phone}-1", "destuniqueid": f"leg-{phone}", "dialstring": phone}
        board.take(AmiEvent("DialBegin", {"uniqueid": CALL, **leg}))
    await board.stop(CALL, "1001")
    for phone, cause in (("1001", "16"), ("1002", "21")):
        end = {"uniqueid": CALL, "destuniqueid": f"leg-{phone}", "dialstatus": "NOANSWER"}
        board.take(AmiEvent("DialEnd", end))
        over = {"uniqueid": f"leg-{phone}", "cause": cause, "channelstatedesc": "Ringing"}
        board.take(AmiEvent("Hangup", over))
    board.take(AmiEvent("UserEvent", {"call": CALL, "userevent": "KezekRing", "result": "7:NOANSWER:21:0"}))
    assert await following == [Declined("1002", "declined"), NotTaken("no_answer")]


async def test_a_hold_is_vouched_for_again_and_again() -> None:
    """A caller on hold goes back to the operator when his service is silent for long (kezek-held)."""
    link = Link()
    board = Ringer(link, 1.0, lambda: None, hold_check_s=0.02)  # type: ignore[arg-type]
    following = asyncio.ensure_future(ring(board, Caller()))
    await begun(link)
    leg = {"destchannel": "PJSIP/1001-1", "destuniqueid": "leg", "dialstring": "1001"}
    board.take(AmiEvent("DialBegin", {"uniqueid": CALL, **leg}))
    board.take(AmiEvent("BridgeEnter", {"uniqueid": CALL, "bridgenumchannels": "2"}))
    talk = board.talk(CALL).talk
    talk.waits, talk.holder = True, "leg"

    def vouched() -> int:
        return [headers.get("Variable") for _, headers in link.written].count("KEZEK_HELD_UNTIL")

    async with asyncio.timeout(5):
        while vouched() < 3:  # noqa: ASYNC110 - a list has nothing to wait for
            await asyncio.sleep(0.01)
    board.take(AmiEvent("UserEvent", {"call": CALL, "userevent": "KezekRing", "result": "7:ANSWER:16:5000"}))
    assert await following == [Ringing(), Connected(), TalkEnded(5.0, caller_stays=True)]


async def test_an_operator_who_goes_after_the_caller_hands_nobody_over() -> None:
    """A conference that the caller ends: both news lie in the mailbox before anybody reads them."""
    link = Link()
    following = asyncio.ensure_future(ring(board := ringer(link), Caller()))
    await begun(link)
    leg = {"destchannel": "PJSIP/1001-1", "destuniqueid": "leg", "dialstring": "1001"}
    board.take(AmiEvent("DialBegin", {"uniqueid": CALL, **leg}))
    board.take(AmiEvent("BridgeEnter", {"uniqueid": CALL, "bridgenumchannels": "2"}))
    attempt = board.talk(CALL)
    aside = attempt.talk.aside = Aside("aside")
    aside.trace.connected(1.0)
    aside.joined = True
    board.handling.moves.hold_for(attempt, "leg")
    board.take(AmiEvent("UserEvent", {"userevent": "KezekGone", "call": CALL}))
    board.take(AmiEvent("Hangup", {"uniqueid": "leg"}))
    assert aside.how is None
    ended = (await following)[-1]
    assert isinstance(ended, TalkEnded)
    assert not ended.caller_stays
    assert aside.how is not None
