"""The open question decoded twice: the address by the town's own words, without the caller waiting for it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from kezek_speech.types import Full, Word
from kit.ivr_voice import TownVoice
from kit.ivr_world import World
from kit.scripted_line import Phone, after, in_virtual_time, pause, press, say

MUMBLED = "uh bay fourty fife heating"


@in_virtual_time
async def test_an_address_that_only_the_grammar_has_heard_is_read_back() -> None:
    async with World.open(aigul_201=Phone()) as world:
        world.voice = voice = TownVoice()
        world.ears.second[MUMBLED] = "Abay house 45"
        line = world.call(after("open", say(MUMBLED)), after("press/2", say("да")), language="ru", caller=None)
        await world.serve(line)
        assert voice.said == [("Abay street, 45", "ru")]
        fields = (await world.notes(line))["fields"]
        assert [(fields[name]["value"], fields[name]["confidence"]) for name in ("street", "house")] == [
            ("Abay", 0.9), ("45", 0.9),
        ]  # fmt: skip
        assert (await world.notes(line))["words"][0]["text"] == MUMBLED, "what was heard is shown as it was heard"
        world.nothing_is_left()


@in_virtual_time
async def test_both_passes_agree_and_nothing_is_asked_back() -> None:
    async with World.open(aigul_201=Phone()) as world:
        line = world.call(after("open", say("Abay? house 45? heating")), language="ru", caller=None)
        world.ears.second["Abay? house 45? heating"] = "Abay house 45"
        await world.serve(line)
        assert line.heard == ["greeting", "keys", "open", "goodbye"]
        assert world.ears.asked_again != []
        assert (await world.notes(line))["fields"]["street"]["confidence"] > 0.9
        world.nothing_is_left()


@in_virtual_time
async def test_a_certain_address_or_a_known_one_is_not_decoded_again() -> None:
    async with World.open(aigul_201=Phone()) as world:
        world.directory.know("+77010000001")
        certain = world.call(after("open", say("Abay house 45 heating")), language="ru", caller=None)
        await world.serve(certain)
        known = world.call(after("open", say("heating")), language="ru", call="script-2")
        await world.serve(known)
        assert world.ears.asked_again == []


@pytest.mark.parametrize("trouble", ["full", "slow", "dead"])
@in_virtual_time
async def test_a_second_pass_that_fails_costs_the_caller_nothing(trouble: str) -> None:
    """P11: no room for it, too slow or broken: the first pass stands, and the next question comes in time."""
    asked: list[float] = []

    async def again(self: Any, phrases: Sequence[str]) -> tuple[Word, ...]:
        asked.append(asyncio.get_running_loop().time())
        if trouble == "slow":
            await asyncio.sleep(60)
        raise Full if trouble == "full" else RuntimeError("an engine of any kind fails in any way")

    async with World.open(aigul_201=Phone()) as world:
        opened = world.ears.open

        def broken(*args: Any, **kwargs: Any) -> Any:
            recogniser = opened(*args, **kwargs)
            enter = recogniser.__aenter__

            async def entered() -> Any:
                made = await enter()
                made.again = again.__get__(made)
                return made

            recogniser.__aenter__ = entered  # type: ignore[method-assign]
            return recogniser

        world.ears.open = broken  # type: ignore[method-assign]
        line = world.call(
            after("open", say("Pushkin heating")), after("house", press("7#")), language="ru", caller=None
        )
        house_at: list[float] = []
        cue = line.cue
        line.cue = lambda when: (
            house_at.append(asyncio.get_running_loop().time()) if when == "during house" else None,
            cue(when),
        )[1]  # type: ignore[func-returns-value, method-assign]
        await world.serve(line)
        assert asked, "it was tried"
        assert house_at[0] - asked[0] < 1.6, "the silence after the last word, and no more"
        notes = await world.notes(line)
        assert (notes["fields"]["house"]["ref"], notes["unheard"]) == ("207", "")
        world.nothing_is_left()


@in_virtual_time
async def test_each_utterance_of_a_long_answer_may_be_decoded_again() -> None:
    async with World.open(aigul_201=Phone()) as world:
        world.ears.second |= {"hello": "", "uh bay": "Abay", "house 45": "house 45"}
        line = world.call(
            after("open", say("hello"), pause(0.6), say("uh bay"), pause(1), say("house 45")),
            after("press/2", press("1")),
            language="ru",
            caller=None,
        )
        world.voice = TownVoice()
        await world.serve(line)
        fields = (await world.notes(line))["fields"]
        assert (fields["street"]["value"], fields["house"]["value"]) == ("Abay", "45")
        assert len(world.ears.asked_again) >= 2
        world.nothing_is_left()
