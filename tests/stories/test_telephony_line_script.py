"""The script of a scripted caller, and the clock it is played by."""

import asyncio
import time

import pytest

from kezek_telephony import CallGone, HungUp, LineLost, LinkChanged, LinkDown, PhoneChanged, types
from kit.scripted_line import (
    EPOCH,
    Phone,
    ScriptedLine,
    ScriptedSwitchboard,
    WouldHang,
    after,
    at,
    during,
    hang_up,
    in_virtual_time,
    is_voice,
    pause,
    press,
    run_virtual,
    said,
    say,
    spoken,
    virtual_now,
    while_listening,
    while_waiting,
)


def test_half_an_hour_passes_in_no_time():
    async def story():
        await asyncio.sleep(1800)
        return virtual_now() - EPOCH

    began = time.monotonic()
    assert run_virtual(story()) == pytest.approx(1800)
    assert time.monotonic() - began < 1800


def test_a_story_that_would_wait_for_ever_says_so():
    with pytest.raises(WouldHang):
        run_virtual(asyncio.Event().wait())


def test_a_story_that_takes_too_long_ends_too():
    async def story():
        await asyncio.sleep(3601)

    with pytest.raises(WouldHang):
        run_virtual(story(), limit=3600)


def test_what_goes_wrong_in_a_story_comes_out_of_it():
    async def story():
        raise KeyError("x")

    with pytest.raises(KeyError):
        run_virtual(story())


@in_virtual_time
async def test_a_caller_acts_on_cue_and_each_cue_is_played_once():
    line = ScriptedLine(
        during("greeting", press("1")),
        after("question", pause(2), press("22")),
        after("question", press("3")),
        while_waiting(pause(600), hang_up()),
    )
    assert await line.play("greeting", language="kk")
    assert await line.digit(0) == "1"
    assert not await line.play("greeting", "question", language="kk")
    assert await line.digit(1) is None
    assert [await line.digit(5), await line.digit(5)] == ["2", "2"]
    assert await line.play("question", "cut short", "never begun", language="kk")
    assert line.heard == ["greeting", "greeting", "question", "question", "cut short"]
    assert await line.digit(5) == "3"
    await line.music()
    began = virtual_now()
    with pytest.raises(HungUp):
        await line.digit(3600)
    assert virtual_now() - began == pytest.approx(600)


@in_virtual_time
async def test_what_a_caller_says_is_heard_by_those_who_listen():
    line = ScriptedLine(while_listening(pause(1), say("Abay 45")), at(60, hang_up()))
    async with line.listen() as frames:
        heard = [frame async for frame in frames]
    assert said(b"".join(heard)) == ["Abay 45"]
    assert 2990 <= len(heard) <= 3000
    assert sum(map(is_voice, heard)) == len(spoken("Abay 45")) == 40
    assert line.ended_by == "caller"


@in_virtual_time
async def test_a_dead_spy_leg_gives_no_sound():
    line = ScriptedLine(no_sound=True)
    async with line.listen() as frames:
        assert [frame async for frame in frames] == []


@in_virtual_time
async def test_a_lost_line_is_no_hang_up():
    line = ScriptedLine()
    line.leave("lost")
    with pytest.raises(LineLost):
        await line.music()


@in_virtual_time
async def test_the_switchboard_tells_what_happens():
    board = ScriptedSwitchboard({"201": Phone(), "202": Phone(registered=False)})
    events = board.events()
    line = board.call(at(5, hang_up()))
    board.register("202")
    board.set_link(False)
    with pytest.raises(LinkDown):
        await anext(board.ring(line, phones=[types.Phone("201")], offer=1, seconds=5, still_ours=lambda: True))
    assert [await anext(events) for _ in range(5)] == [
        LinkChanged(True, True),
        PhoneChanged("201", True),
        PhoneChanged("202", True),
        LinkChanged(False, False),
        CallGone(line.arrival.call, 16, False),
    ]
    assert board.registered() == {"201", "202"}


def test_speech_too_long_for_a_frame_is_refused():
    with pytest.raises(ValueError, match="breath"):
        spoken("word " * 100)
