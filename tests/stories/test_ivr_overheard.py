"""Beside a talk: what both say becomes words and fields of the notes, and nothing of it hurts the talk."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any, Literal

import pytest

from kezek_ivr.overheard import AGAIN_S
from kit.ivr_talk import Desk, talking, world_of
from kit.ivr_world import World
from kit.scripted_line import NEVER, Phone, ScriptedLine, in_virtual_time


@asynccontextmanager
async def overhearing(
    how: Literal["off", "caller", "both"] = "both",
    *,
    talks: float = 60,
    full: bool = False,
    dies: str = "",
    partial: bool = False,
) -> AsyncIterator[tuple[World, ScriptedLine, Desk]]:
    async with world_of(aigul_201=Phone(talks=talks)) as world:
        world.settings = replace(world.settings, in_talk=how)
        world.ears.full, world.ears.dies, world.ears.never_final = full, dies, partial
        async with talking(world) as (line, desk):
            yield world, line, desk


async def _says(world: World, line: ScriptedLine, caller: str = "", operator: str = "") -> None:
    if caller:
        line.say(caller)
    if operator:
        world.board.say("201", operator)
    await asyncio.sleep(6)


async def _words(world: World, line: ScriptedLine) -> list[tuple[str, str, bool]]:
    notes = await world.notes(line)
    return [(each["who"], each["text"], each["final"]) for each in notes["words"] if each["question"] == "talk"]


async def _fields(world: World, line: ScriptedLine) -> dict[str, str]:
    return {name: note["value"] for name, note in (await world.notes(line))["fields"].items()}


@in_virtual_time
async def test_the_callers_words_fill_the_fields_while_he_talks_with_the_operator() -> None:
    async with overhearing() as (world, line, _):
        await _says(world, line, operator="what has happened")
        await _says(world, line, caller="abay house 45")
        await _says(world, line, caller="no heating")
        assert await _words(world, line) == [
            ("operator", "what has happened", True),
            ("caller", "abay house 45 no heating", True),
        ]
        notes = await world.notes(line)
        assert (notes["fields"]["house"]["value"], notes["fields"]["house"]["source"]) == ("45", "spoken")
        assert notes["fields"]["house"]["ref"]
        assert notes["fields"]["house"]["at"] == pytest.approx(notes["words"][-1]["at"], abs=10)
        assert await _fields(world, line) == {"street": "Abay", "house": "45", "topic": "heating"}
        assert notes["unheard"] == ""


@in_virtual_time
async def test_words_appear_before_the_utterance_is_over() -> None:
    """And fill the fields, as guesses."""
    async with overhearing(partial=True) as (world, line, _):
        await _says(world, line, caller="abay house 45")
        assert await _words(world, line) == [("caller", "abay house 45", False)]
        street = (await world.notes(line))["fields"]["street"]
        assert (street["value"], street["confidence"]) == ("Abay", pytest.approx(0.9 * 0.6))


@in_virtual_time
async def test_an_operator_who_reads_the_address_back_fills_what_is_empty_and_undoes_nothing_certain() -> None:
    async with overhearing() as (world, line, _):
        await _says(world, line, operator="abay house 45")
        notes = await world.notes(line)
        assert notes["fields"]["street"]["confidence"] == pytest.approx(0.9 * 0.7)
        await _says(world, line, caller="abay house 46")
        await _says(world, line, operator="house 45 fire")
        notes = await world.notes(line)
        assert notes["fields"]["house"]["value"] == "46"
        assert "emergency" not in notes


@in_virtual_time
async def test_an_address_in_doubt_is_heard_once_more_by_a_grammar_of_the_town() -> None:
    """What both passes heard is surer; a sentence without an address is not worth a second pass."""
    async with overhearing() as (world, line, _):
        await _says(world, line, caller="it is cold")
        assert world.ears.asked_again == []
        await _says(world, line, caller="abay? house 45?")
        assert len(world.ears.asked_again) == 1
        fields = (await world.notes(line))["fields"]
        assert 0.4 < fields["street"]["confidence"] < 0.8
        world.ears.second["abay? house 46?"] = "abay house 46"
        await _says(world, line, caller="abay? house 46?")
        assert (await _fields(world, line))["house"] == "46"


@in_virtual_time
async def test_what_is_said_on_hold_is_nobody_elses_business() -> None:
    async with overhearing() as (world, line, desk):
        await desk.command("hold")
        await _says(world, line, caller="abay house 45", operator="lunch soon")
        assert await _words(world, line) == []
        await desk.command("resume")
        await _says(world, line, caller="house 12")
        assert await _words(world, line) == [("caller", "house 12", True)]


@in_virtual_time
@pytest.mark.parametrize("how", ["off", "caller"])
async def test_a_town_says_whose_words_are_heard(how: Literal["off", "caller"]) -> None:
    async with overhearing(how) as (world, line, _):
        await _says(world, line, caller="abay", operator="good day")
        assert await _words(world, line) == ([("caller", "abay", True)] if how == "caller" else [])


@in_virtual_time
async def test_a_full_recogniser_costs_the_talk_nothing_and_is_asked_again() -> None:
    """P11: the operator sees why nothing is heard, and words as soon as there is room."""
    async with overhearing(full=True) as (world, line, _):
        await asyncio.sleep(3)
        assert (await world.notes(line))["unheard"] == "recogniser_full"
        assert line.with_operator
        world.ears.full = False
        await asyncio.sleep(AGAIN_S)
        await _says(world, line, caller="abay")
        assert (await world.notes(line))["unheard"] == ""
        assert await _words(world, line) == [("caller", "abay", True)]


@in_virtual_time
@pytest.mark.parametrize("dies", ["opening", "at_once", "mid_word"])
async def test_a_dead_recogniser_costs_the_talk_nothing(dies: str) -> None:
    """P10, P11: what was heard until then stands."""
    async with overhearing(dies=dies) as (world, line, _):
        await _says(world, line, caller="abay house 45")
        assert (await world.notes(line))["unheard"] == "recogniser_dead"
        assert line.with_operator
        heard = [text for _, text, _ in await _words(world, line)]
        assert heard == (["abay house"] if dies == "mid_word" else [])


@in_virtual_time
async def test_without_a_model_or_without_sound_the_talk_goes_on() -> None:
    async with overhearing() as (world, line, _):
        assert line.with_operator
    async with world_of(aigul_201=Phone(talks=30)) as world:
        world.settings = replace(world.settings, in_talk="both")
        async with talking(world, no_sound=True) as (line, _):
            await asyncio.sleep(3)
            assert (await world.notes(line))["unheard"] == "recogniser_dead"
            assert line.with_operator


@in_virtual_time
async def test_the_last_words_before_a_caller_hangs_up_are_kept() -> None:
    async with overhearing(talks=NEVER) as (world, line, _):
        line.say("house 12")
        await asyncio.sleep(0.75)  # his last word is on its way to the recogniser
        line.say("flat 3")
        await asyncio.sleep(0.85)
        line.leave()
        await asyncio.sleep(2)
        assert (await _fields(world, line))["flat"] == "3"


@in_virtual_time
async def test_a_transfer_goes_on_with_the_words_of_before() -> None:
    """A colleague's talk is another one with the same notes."""
    async with overhearing() as (world, line, desk):
        await _says(world, line, caller="abay house 45")
        await desk.transfer(wanted="berik")
        await asyncio.sleep(5)
        assert (await desk.call()).operator == "berik"
        await _says(world, line, caller="flat 7")
        assert [text for _, text, _ in await _words(world, line)] == ["abay house 45", "flat 7"]
        assert (await _fields(world, line))["house"] == "45"


@in_virtual_time
async def test_writes_are_few_however_fast_the_words_come() -> None:
    async with overhearing() as (world, line, _):
        written: list[Any] = []
        note = world.queues.note

        async def counted(call: str, notes: Any, **over: Any) -> None:
            written.append(notes)
            await note(call, notes, **over)

        world.queues.note = counted  # type: ignore[method-assign]
        for word in ["one", "two", "three", "four", "five", "six", "seven", "eight"]:
            line.say(word)
            await asyncio.sleep(0.5)
        await asyncio.sleep(1)
        assert len(written) <= 15
        assert len((await _words(world, line))[0][1].split()) == 8
