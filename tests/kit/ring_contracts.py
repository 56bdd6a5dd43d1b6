"""What every Switchboard does with a caller: told once, held against the scripted one and against a real Asterisk."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

import pytest

from kezek_telephony import (
    Connected,
    HungUp,
    Line,
    NotTaken,
    Phone,
    Refused,
    Ringing,
    RingStep,
    Switchboard,
    TalkEnded,
)
from kit.line_contracts import Contract, loudness
from kit.line_worlds import LANGUAGE, LIMIT, Caller, World


async def _steps(
    board: Switchboard,
    line: Line,
    phone: str,
    *,
    offer: int = 1,
    seconds: int = 20,
    still_ours: Callable[[], bool] = lambda: True,
    react: Mapping[RingStep, Callable[[], None]] | None = None,
) -> list[RingStep]:
    steps = []
    async for step in board.ring(line, phones=[Phone(phone)], offer=offer, seconds=seconds, still_ours=still_ours):
        steps.append(step)
        if react and step in react:
            react[step]()
    return steps


async def _is_back(line: Line, caller: Caller) -> None:
    """The caller is in our hands: he hears music, his digits count, prompts can be played."""
    await caller.hears()
    caller.press("3")
    assert await line.digit(5) == "3"
    assert not await line.play("number/7", language=LANGUAGE)


async def a_phone_that_is_not_there_is_not_taken_and_the_caller_is_back(world: World) -> None:
    async with world.call() as (line, caller):
        await line.music()
        assert await _steps(world.board, line, "1003") == [NotTaken("unreachable")]
        await _is_back(line, caller)


async def an_offer_that_is_ours_no_more_is_not_rung(world: World) -> None:
    async with world.call() as (line, _):
        assert await _steps(world.board, line, "1002", still_ours=lambda: False) == [NotTaken("stale")]
        assert not await line.play("number/7", language=LANGUAGE)


async def an_operator_talks_and_the_caller_stays(world: World) -> None:
    async with world.phone(answers=True, talks=0.5) as phone, world.call() as (line, _):
        await line.music()
        ringing, connected, ended = await _steps(world.board, line, phone)
        assert (ringing, connected) == (Ringing(), Connected())
        assert isinstance(ended, TalkEnded)
        assert ended.caller_stays
        assert 0.2 < ended.talk_seconds < 5
        assert not await line.play("number/7", language=LANGUAGE)


async def digits_pressed_in_a_talk_are_not_for_us(world: World) -> None:
    async with world.phone(answers=True, talks=1.0) as phone, world.call() as (line, caller):
        await _steps(world.board, line, phone, react={Connected(): lambda: caller.press("5")})
        assert await line.digit(0.3) is None


async def the_caller_is_heard_through_ringing_and_talk(world: World) -> None:
    async with world.phone(answers=True, talks=2.0) as phone, world.call() as (line, caller):
        await line.music()
        async with line.listen() as frames, asyncio.TaskGroup() as tasks:
            ringing = tasks.create_task(_steps(world.board, line, phone, react={Connected(): caller.speak}))
            async with asyncio.timeout(LIMIT):
                async for frame in frames:
                    if loudness(frame) > 1000:
                        break
            assert len(await ringing) == 3


async def a_phone_that_nobody_answers_gives_the_caller_back(world: World) -> None:
    async with world.phone(answers=False) as phone, world.call() as (line, caller):
        await line.music()
        assert await _steps(world.board, line, phone, seconds=1) == [Ringing(), NotTaken("no_answer")]
        await _is_back(line, caller)


async def a_ringing_declined_on_the_screen_gives_the_caller_back(world: World) -> None:
    async with world.phone(answers=False) as phone, world.call() as (line, caller):
        steps = []
        async for step in world.board.ring(line, phones=[Phone(phone)], offer=1, seconds=20, still_ours=lambda: True):
            steps.append(step)
            if step == Ringing():
                await world.board.stop_ringing(line)
        assert steps == [Ringing(), NotTaken("declined")]
        await _is_back(line, caller)


async def a_caller_who_leaves_while_it_rings_is_gone(world: World) -> None:
    async with world.phone(answers=False) as phone, world.call() as (line, caller):
        ringing = world.board.ring(line, phones=[Phone(phone)], offer=1, seconds=20, still_ours=lambda: True)
        assert await anext(ringing) == Ringing()
        await caller.hang_up()
        with pytest.raises(HungUp):
            await anext(ringing)
        with pytest.raises(HungUp):
            await line.music()


async def a_caller_who_ends_the_talk_has_had_it(world: World) -> None:
    async with world.phone(answers=True) as phone, world.call() as (line, caller):
        steps = []
        async for step in world.board.ring(line, phones=[Phone(phone)], offer=1, seconds=20, still_ours=lambda: True):
            steps.append(step)
            if step == Connected():
                await caller.hang_up()
        assert steps[:2] == [Ringing(), Connected()]
        assert isinstance(steps[2], TalkEnded)
        assert not steps[2].caller_stays
        with pytest.raises(HungUp):
            await line.digit(60)


async def a_caller_can_be_rung_again_and_an_older_offer_is_stale(world: World) -> None:
    async with world.phone(answers=False) as phone, world.call() as (line, caller):
        for offer in (5, 6):
            steps = await _steps(world.board, line, phone, offer=offer, seconds=1)
            assert steps == [Ringing(), NotTaken("no_answer")]
        assert await _steps(world.board, line, phone, offer=5) == [NotTaken("stale")]
        await _is_back(line, caller)


async def a_call_is_rung_once_at_a_time(world: World) -> None:
    async with world.phone(answers=False) as phone, world.call() as (line, _):
        first = world.board.ring(line, phones=[Phone(phone)], offer=1, seconds=1, still_ours=lambda: True)
        assert await anext(first) == Ringing()
        with pytest.raises(Refused):
            await _steps(world.board, line, phone, offer=2)
        assert [step async for step in first] == [NotTaken("no_answer")]


CONTRACTS: list[Contract] = [
    a_phone_that_is_not_there_is_not_taken_and_the_caller_is_back,
    an_offer_that_is_ours_no_more_is_not_rung,
    an_operator_talks_and_the_caller_stays,
    digits_pressed_in_a_talk_are_not_for_us,
    the_caller_is_heard_through_ringing_and_talk,
    a_phone_that_nobody_answers_gives_the_caller_back,
    a_ringing_declined_on_the_screen_gives_the_caller_back,
    a_caller_who_leaves_while_it_rings_is_gone,
    a_caller_who_ends_the_talk_has_had_it,
    a_caller_can_be_rung_again_and_an_older_offer_is_stale,
    a_call_is_rung_once_at_a_time,
]
