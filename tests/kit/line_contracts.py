"""What every Line does: told once, held against the scripted line and against a real Asterisk."""

from __future__ import annotations

import array
import asyncio
from collections.abc import Awaitable, Callable

import pytest

from kezek_telephony import HungUp, Line
from kit.line_worlds import LANGUAGE, World

Contract = Callable[[World], Awaitable[None]]


def loudness(frame: bytes) -> float:
    """Mean magnitude of 16-bit sound: silence is below 20, a voice above 1000."""
    samples = array.array("h", frame)
    return sum(map(abs, samples)) / len(samples)


async def a_prompt_is_heard_to_its_end(world: World) -> None:
    async with world.call() as (line, caller), asyncio.TaskGroup() as tasks:
        playing = tasks.create_task(line.play("greeting", "number/7", language=LANGUAGE))
        await caller.hears()
        assert not await playing


async def a_digit_cuts_a_prompt_short_and_comes_exactly_once(world: World) -> None:
    async with world.call() as (line, caller), asyncio.TaskGroup() as tasks:
        playing = tasks.create_task(line.play("greeting", "question", language=LANGUAGE))
        await caller.hears()
        caller.press("5")
        assert await playing
        assert await line.digit(5) == "5"
        assert await line.digit(0.3) is None


async def the_late_end_of_a_brief_digit_leaves_the_next_prompt_alone(world: World) -> None:
    """A digit shorter than Asterisk's least one (80 ms) is told at once, and its end comes when those are over."""
    async with world.call() as (line, caller):
        await line.music()
        await caller.hears()
        for digit in "12345678":
            caller.press(digit, brief=True)
            assert await line.digit(5) == digit
            assert not await line.play("number/7", language=LANGUAGE)


async def a_digit_leaves_a_prompt_alone_when_asked_to(world: World) -> None:
    async with world.call() as (line, caller), asyncio.TaskGroup() as tasks:
        playing = tasks.create_task(line.play("greeting", language=LANGUAGE, stop_on_digit=False))
        await caller.hears()
        caller.press("5")
        assert not await playing
        assert await line.digit(5) == "5"


async def a_missing_prompt_is_skipped(world: World) -> None:
    async with world.call() as (line, caller), asyncio.TaskGroup() as tasks:
        playing = tasks.create_task(line.play("missing", "greeting", "missing", language=LANGUAGE))
        await caller.hears()
        assert not await playing
        assert not await line.play("missing", language=LANGUAGE)


async def digits_come_in_order(world: World) -> None:
    async with world.call() as (line, caller):
        caller.press("1*0#")
        assert [await line.digit(5) for _ in range(4)] == ["1", "*", "0", "#"]
        assert await line.digit(0.2) is None


async def waiting_for_a_digit_can_be_cancelled(world: World) -> None:
    async with world.call() as (line, caller):
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await line.digit(60)
        caller.press("7")
        assert await line.digit(5) == "7"


async def digits_are_heard_while_music_plays(world: World) -> None:
    async with world.call() as (line, caller):
        await line.music()
        await caller.hears()
        caller.press("2")
        assert await line.digit(5) == "2"
        await line.music()
        assert not await line.play("number/7", language=LANGUAGE)


async def what_is_remembered_stands_on_the_channel(world: World) -> None:
    async with world.call() as (line, caller):
        await line.remember(language="kk", note='a "b" \\ ${c}')
        assert await caller.variable("KEZEK_LANGUAGE") == "kk"
        assert await caller.variable("KEZEK_NOTE") == 'a "b" \\ ${c}'


async def _every_verb_raises(line: Line) -> None:
    for verb in (
        line.play("greeting", language=LANGUAGE),
        line.digit(60),
        line.music(),
        line.remember(x="1"),
        line.hang_up(),
    ):
        with pytest.raises(HungUp):
            await verb
    async with line.listen() as frames:
        assert [frame async for frame in frames] == []


async def a_caller_who_leaves_in_a_prompt_is_gone(world: World) -> None:
    async with world.call() as (line, caller), asyncio.TaskGroup() as tasks:
        playing = tasks.create_task(raises_hung_up(line.play("greeting", "question", language=LANGUAGE)))
        await caller.hears()
        await caller.hang_up()
        await playing
        await _every_verb_raises(line)


async def a_caller_who_leaves_while_a_digit_is_awaited_is_gone(world: World) -> None:
    async with world.call() as (line, caller), asyncio.TaskGroup() as tasks:
        waiting = tasks.create_task(raises_hung_up(line.digit(60)))
        await caller.hang_up()
        await waiting


async def a_caller_who_leaves_while_music_plays_is_gone(world: World) -> None:
    async with world.call() as (line, caller):
        await line.music()
        await caller.hears()
        await caller.hang_up()
        await raises_hung_up(line.digit(60))
        await _every_verb_raises(line)


async def hanging_up_ends_the_call(world: World) -> None:
    async with world.call() as (line, caller):
        await line.hang_up()
        await caller.ended()
        await _every_verb_raises(line)


async def the_callers_sound_comes_in_frames_of_20_ms(world: World) -> None:
    async with world.call() as (line, caller):
        await line.music()  # not heard by the listener: only what the caller says is
        async with line.listen() as frames:
            first = await anext(frames)
            assert (len(first), loudness(first) < 1000) == (320, True)
            caller.speak()
            async with asyncio.timeout(10):
                async for frame in frames:
                    assert len(frame) == 320
                    if loudness(frame) > 1000:
                        break


async def one_can_listen_again_and_the_sound_ends_with_the_call(world: World) -> None:
    async with world.call() as (line, caller):
        async with line.listen() as frames:
            assert len(await anext(frames)) == 320
        async with line.listen() as frames:
            assert len(await anext(frames)) == 320
            await caller.hang_up()
            async with asyncio.timeout(10):
                assert all([len(frame) == 320 async for frame in frames])


async def raises_hung_up(verb: Awaitable[object]) -> None:
    with pytest.raises(HungUp):
        await verb


CONTRACTS: list[Contract] = [
    a_prompt_is_heard_to_its_end,
    a_digit_cuts_a_prompt_short_and_comes_exactly_once,
    the_late_end_of_a_brief_digit_leaves_the_next_prompt_alone,
    a_digit_leaves_a_prompt_alone_when_asked_to,
    a_missing_prompt_is_skipped,
    digits_come_in_order,
    waiting_for_a_digit_can_be_cancelled,
    digits_are_heard_while_music_plays,
    what_is_remembered_stands_on_the_channel,
    a_caller_who_leaves_in_a_prompt_is_gone,
    a_caller_who_leaves_while_a_digit_is_awaited_is_gone,
    a_caller_who_leaves_while_music_plays_is_gone,
    hanging_up_ends_the_call,
    the_callers_sound_comes_in_frames_of_20_ms,
    one_can_listen_again_and_the_sound_ends_with_the_call,
]
