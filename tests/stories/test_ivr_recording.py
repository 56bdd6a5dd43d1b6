"""Recording: asked for before the place is told, refused by a key, begun with the talk, stopped by a command."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Literal

import pytest

from kezek_ivr.recording import recording_file
from kezek_telephony.types import Refused
from kit.ivr_world import World
from kit.scripted_line import (
    NEVER,
    Cue,
    Phone,
    ScriptedLine,
    after,
    during,
    hang_up,
    in_virtual_time,
    press,
    while_waiting,
)

STRAIGHT = during("greeting", press("0"))


@asynccontextmanager
async def recording_world(recording: Literal["off", "consent", "always"], **phones: Phone) -> AsyncIterator[World]:
    async with World.open(**(phones or {"aigul_201": Phone(answers_after=2, talks=30)})) as world:
        world.settings = replace(world.settings, recording=recording)
        yield world


async def talk(world: World, *cues: Cue) -> ScriptedLine:
    """A call into its talk; the talk is going on."""
    line = world.call(*cues, language="ru", caller=None)
    asyncio.get_running_loop().create_task(world.reception.serve(line))  # over with the story
    await asyncio.sleep(15)
    assert line.with_operator
    return line


@in_virtual_time
async def test_a_caller_is_told_of_the_recording_before_his_place_and_silence_agrees() -> None:
    async with recording_world("consent") as world:
        line = await talk(world, STRAIGHT)
        assert line.heard == ["greeting", "recording", "press/3"]
        assert world.board.recorded == [(line.arrival.call, recording_file(line.arrival.call, line.arrival.since))]
        assert world.board.recorded[0][1] == f"2027/01/15/{line.arrival.call}"
        assert (await world.notes(line))["recording"] == "on"


@pytest.mark.parametrize("cue", [during("recording", press("3")), after("press/3", press("3"))])
@in_virtual_time
async def test_three_refuses_and_nothing_is_recorded_nor_can_the_operator_begin_it(cue: Cue) -> None:
    async with recording_world("consent") as world:
        line = await talk(world, STRAIGHT, cue)
        assert "recording_refused" in line.heard
        call = await world.state(line)
        await world.queues.command(call.call, call.offer, "record")
        await asyncio.sleep(1)
        assert world.board.recorded == []
        assert (await world.notes(line))["recording"] == "refused"


@in_virtual_time
async def test_three_refuses_while_the_caller_waits_too() -> None:
    async with recording_world("consent") as world:
        await world.queues.pause("aigul", "lunch")
        line = world.call(STRAIGHT, while_waiting(press("3")), language="ru", caller=None)
        serving = asyncio.create_task(world.reception.serve(line))
        await asyncio.sleep(30)
        assert line.heard[-1] == "recording_refused"
        assert line.with_music
        await world.queues.ready("aigul")
        await serving
        assert world.board.recorded == []
        assert world.ends() == ["answered"]


@in_virtual_time
async def test_always_is_told_and_cannot_be_refused_and_off_says_and_records_nothing() -> None:
    async with recording_world("always") as world:
        line = await talk(world, STRAIGHT, during("recording_always", press("3")))
        assert line.heard == ["greeting", "recording_always"]
        assert len(world.board.recorded) == 1
    async with recording_world("off") as world:
        line = await talk(world, STRAIGHT)
        call = await world.state(line)
        await world.queues.command(call.call, call.offer, "record")
        await asyncio.sleep(1)
        assert world.board.recorded == []
        assert (await world.notes(line))["recording"] == "forbidden"


@in_virtual_time
async def test_an_emergency_is_not_held_up_by_the_question_and_not_recorded_without_it() -> None:
    async with recording_world("consent") as world:
        line = await talk(world, during("greeting", press("9")))
        assert line.heard == ["greeting"]
        assert world.board.recorded == []


@in_virtual_time
async def test_the_operator_stops_the_recording_and_begins_it_again() -> None:
    async with recording_world("consent") as world:
        line = await talk(world, STRAIGHT)
        call = await world.state(line)
        for name, running, told in (("stop_recording", False, "off"), ("record", True, "on")):
            await world.queues.command(call.call, call.offer, name)
            await asyncio.sleep(1)
            assert bool(world.board.recording) is running
            assert (await world.notes(line))["recording"] == told


@in_virtual_time
async def test_after_a_transfer_the_same_file_goes_on_and_a_restart_in_the_line_remembers_the_consent() -> None:
    phones = {"aigul_201": Phone(talks=NEVER), "berik_202": Phone(talks=20)}
    async with recording_world("consent", **phones) as world:
        await world.queues.pause("berik", "break")
        line = world.call(STRAIGHT, language="ru", caller=None)
        serving = asyncio.create_task(world.reception.serve(line))
        await asyncio.sleep(15)
        call = await world.state(line)
        await world.queues.transfer(call.call, call.offer, wanted="", wrap_up=60.0)
        await asyncio.sleep(5)
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)
        again = world.call(call=call.call, since=call.since, language="ru", resumed=True, caller=None)
        resumed = asyncio.create_task(world.reception.serve(again))
        await asyncio.sleep(5)
        await world.queues.ready("berik")
        await resumed
        assert len({file for _, file in world.board.recorded}) == 1
        assert "recording" not in again.heard


@in_virtual_time
async def test_a_recording_that_cannot_be_begun_leaves_the_talk_alone() -> None:
    async with recording_world("always") as world:

        async def fails(*_: object) -> None:
            raise Refused("no room on the disk")

        world.board.record = fails  # type: ignore[method-assign]
        line = await talk(world, STRAIGHT)
        assert line.with_operator


@pytest.mark.parametrize("cue", [during("recording", hang_up()), after("press/3", hang_up())])
@in_virtual_time
async def test_who_hangs_up_while_he_is_asked_has_abandoned(cue: Cue) -> None:
    async with recording_world("consent") as world:
        await world.serve(world.call(STRAIGHT, cue, language="ru", caller=None))
        assert world.ends() == ["abandoned"]
        world.nothing_is_left()
