"""Asking back: only what is missing or doubtful, twice at most, never a loop. A word ending in '?' was heard badly."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from kit.ivr_voice import TownVoice
from kit.ivr_world import World
from kit.scripted_line import Cue, Phone, ScriptedLine, after, during, in_virtual_time, pause, press, say

CONFIRM = ["address_heard", "said/1", "address_right", "press/1", "address_wrong", "press/2"]


class NothingNew(dict[str, str]):
    """Second passes that hear nothing at all."""

    def get(self, text: str, otherwise: object = None) -> str:  # type: ignore[override]
        return ""


DOUBTFUL = after("open", say("Abay? house 45? heating"))


@asynccontextmanager
async def town() -> AsyncIterator[tuple[World, TownVoice]]:
    async with World.open(aigul_201=Phone()) as world:
        world.voice = voice = TownVoice()
        world.ears.second = NothingNew()
        yield world, voice
        await asyncio.sleep(1)
        assert voice.kept == set(), "no address lies about"
        world.nothing_is_left()


async def served(world: World, *cues: Cue, language: str = "ru") -> ScriptedLine:
    line = world.call(*cues, language=language, caller=None)
    await world.serve(line)
    assert world.ends() == ["answered"]
    return line


async def address(world: World, line: ScriptedLine) -> list[tuple[str, str, float]]:
    fields = (await world.notes(line))["fields"]
    return [(note["value"], note["ref"], note["confidence"]) for name, note in fields.items() if name != "topic"]


@in_virtual_time
async def test_the_missing_house_is_asked_for_with_the_street_read_back() -> None:
    async with town() as (world, voice):
        line = await served(world, after("open", say("Abay heating")), after("house", say("45")))
        assert line.heard == ["greeting", "keys", "open", "said/1", "house", "goodbye"]
        assert voice.said == [("Abay street", "ru")]
        assert await address(world, line) == [("Abay", "1", 0.9), ("45", "145", 0.9)]


@in_virtual_time
async def test_a_doubtful_street_without_a_house_is_asked_for_with_it_and_not_read_back() -> None:
    async with town() as (world, voice):
        line = await served(world, after("open", say("Abay? heating")), after("address_anew", say("Pushkin 7")))
        assert line.heard == ["greeting", "keys", "open", "address_anew", "goodbye"]
        assert voice.said == []
        assert await address(world, line) == [("Pushkin", "2", 0.9), ("7", "207", 0.9)]


@in_virtual_time
async def test_a_certain_address_is_not_asked_back() -> None:
    async with town() as (world, voice):
        line = await served(world, after("open", say("Abay house 45 heating")))
        assert line.heard == ["greeting", "keys", "open", "goodbye"]
        assert voice.said == []


@pytest.mark.parametrize("answer", [say("да"), press("1"), say("да верно"), say("Abay"), say("45")])
@in_virtual_time
async def test_a_doubtful_address_is_read_back_and_a_yes_makes_it_certain(answer: object) -> None:
    async with town() as (world, voice):
        line = await served(world, DOUBTFUL, after("press/2", answer))  # type: ignore[arg-type]
        assert line.heard == ["greeting", "keys", "open", *CONFIRM, "goodbye"]
        assert voice.said == [("Abay street, 45", "ru")]
        assert await address(world, line) == [("Abay", "1", 0.9), ("45", "145", 0.9)]


@in_virtual_time
async def test_a_key_pressed_while_it_is_read_back_is_taken() -> None:
    async with town() as (world, _):
        line = await served(world, DOUBTFUL, during("said/1", press("1")))
        assert line.heard[-2:] == ["said/1", "goodbye"]
        assert (await address(world, line))[0] == ("Abay", "1", 0.9)


@pytest.mark.parametrize("no", [say("нет"), press("2")])
@in_virtual_time
async def test_after_a_no_the_address_is_asked_for_once_more(no: object) -> None:
    async with town() as (world, _):
        line = await served(
            world,
            DOUBTFUL,
            after("press/2", no),  # type: ignore[arg-type]
            after("address_anew", say("Pushkin 7")),
        )
        assert line.heard == ["greeting", "keys", "open", *CONFIRM, "address_anew", "goodbye"]
        assert await address(world, line) == [("Pushkin", "2", 0.9), ("7", "207", 0.9)]


@in_virtual_time
async def test_a_no_with_the_right_one_is_taken_at_once() -> None:
    async with town() as (world, _):
        line = await served(world, DOUBTFUL, after("press/2", say("нет Pushkin 7")))
        assert line.heard == ["greeting", "keys", "open", *CONFIRM, "goodbye"]
        assert await address(world, line) == [("Pushkin", "2", 0.9), ("7", "207", 0.9)]


@in_virtual_time
async def test_a_no_with_another_house_corrects_the_house_alone() -> None:
    async with town() as (world, _):
        line = await served(world, after("open", say("Abay house 45? heating")), after("press/2", say("нет 46")))
        assert line.heard[-2:] == ["press/2", "goodbye"]
        assert await address(world, line) == [("Abay", "1", 0.9), ("46", "146", 0.9)]


@in_virtual_time
async def test_a_house_corrected_in_the_answer_to_another_question_stands_corrected() -> None:
    async with town() as (world, _):
        line = await served(world, after("open", say("Abay house 45")), after("topic", say("no house 46 heating")))
        assert await address(world, line) == [("Abay", "1", 0.9), ("46", "146", 0.9)]


@in_virtual_time
async def test_two_questions_at_most_however_doubtful_the_answers_are() -> None:
    async with town() as (world, _):
        line = await served(
            world,
            DOUBTFUL,
            *[after("press/2", say(f"нет {house}?")) for house in ("46", "45", "46", "45")],
        )
        assert line.heard.count("address_heard") == 2
        assert line.heard[-1] == "goodbye"


@in_virtual_time
async def test_a_no_to_everything_ends_with_the_operator_and_an_empty_address() -> None:
    async with town() as (world, _):
        line = await served(world, DOUBTFUL, *[after(each, say("нет")) for each in ("press/2", "address_anew")])
        assert line.heard == ["greeting", "keys", "open", *CONFIRM, "address_anew", "goodbye"]
        assert await address(world, line) == []


@pytest.mark.parametrize("answer", [pause(0.0), say("tra la la")])
@in_virtual_time
async def test_silence_and_nonsense_end_the_asking_back_and_what_was_heard_stands(answer: object) -> None:
    async with town() as (world, _):
        line = await served(world, DOUBTFUL, after("press/2", answer))  # type: ignore[arg-type]
        assert line.heard == ["greeting", "keys", "open", *CONFIRM, "goodbye"]
        assert await address(world, line) == [("Abay", "1", 0.4), ("45", "145", 0.4)]


@in_virtual_time
async def test_a_doubtful_address_that_cannot_be_said_is_asked_for_by_its_doubtful_part() -> None:
    for voice in (None, TownVoice()):
        async with World.open(aigul_201=Phone()) as world:
            if voice is not None:
                voice.dumb = True
            world.voice, world.ears.second = voice, NothingNew()
            line = await served(world, after("open", say("Abay? house 45 heating")), after("street", say("Abay")))
            assert line.heard == ["greeting", "keys", "open", "street", "goodbye"]
            assert await address(world, line) == [("Abay", "1", 0.9), ("45", "145", 0.9)]


@pytest.mark.parametrize(("slow", "dead"), [(30.0, False), (0.0, True)])
@in_virtual_time
async def test_a_voice_that_is_slow_or_breaks_delays_nobody_and_leaves_nothing(slow: float, dead: bool) -> None:
    async with town() as (world, voice):
        voice.slow, voice.dead = slow, dead
        line = await served(world, after("open", say("Abay heating")), after("house", say("45")))
        assert line.heard == ["greeting", "keys", "open", "house", "goodbye"]
        assert (await world.state(line)).placed_at - line.arrival.since < 15
        await asyncio.sleep(60)


@pytest.mark.parametrize(("key", "priority"), [("0", 0), ("9", 9)])
@pytest.mark.parametrize("prompt", [*CONFIRM, "address_anew"])
@in_virtual_time
async def test_zero_and_nine_help_at_every_moment(prompt: str, key: str, priority: int) -> None:
    async with town() as (world, _):
        cues = [] if prompt == "press/2" else [after("press/2", say("нет"))]
        line = await served(world, DOUBTFUL, *cues, during(prompt, press(key)))
        assert line.heard[-2:] == [prompt, "goodbye"]
        assert (await world.state(line)).priority == priority


@pytest.mark.parametrize("prompt", ["press/2", "address_anew"])
@in_virtual_time
async def test_an_emergency_in_the_midst_is_asked_nothing_more(prompt: str) -> None:
    async with town() as (world, _):
        cues = [] if prompt == "press/2" else [after("press/2", say("нет"))]
        line = await served(world, DOUBTFUL, *cues, after(prompt, say("help fire")))
        assert line.heard[-2:] == [prompt, "goodbye"]
        assert (await world.state(line)).priority == 9


@pytest.mark.parametrize("trouble", ["opening", "at_once", "mid_word", "full"])
@in_virtual_time
async def test_a_recogniser_that_dies_in_the_midst_costs_the_caller_nothing(trouble: str) -> None:
    """P10, P11: what was heard until then stands, the operator sees why there is no more."""
    async with town() as (world, _):

        def dies() -> None:
            world.ears.full, world.ears.dies = trouble == "full", "" if trouble == "full" else trouble

        line = world.call(DOUBTFUL, after("press/2", say("нет Pushkin 7")), language="ru", caller=None)
        cue = line.cue
        line.cue = lambda when: (dies() if when == "after open" else None, cue(when))[1]  # type: ignore[func-returns-value, method-assign]
        await world.serve(line)
        notes = await world.notes(line)
        assert notes["unheard"] == ("recogniser_full" if trouble == "full" else "recogniser_dead")
        assert notes["words"][0]["text"] == "Abay house 45 heating"
        assert notes["fields"]["topic"]["value"] == "heating"
        assert (await world.state(line)).placed_at - line.arrival.since < 25


@in_virtual_time
async def test_where_each_part_is_asked_once_anyway_a_doubtful_one_is_read_back_all_the_same() -> None:
    async with town() as (world, voice):
        line = await served(
            world,
            after("street", say("Abay?")),
            after("house", say("45")),
            after("press/2", say("네")),
            after("topic", say("heating")),
            language="ko",
        )
        assert line.heard == ["greeting", "keys", "street", "house", *CONFIRM, "topic", "goodbye"]
        assert voice.said == [("Abay street, 45", "ko")]
        assert await address(world, line) == [("Abay", "1", 0.9), ("45", "145", 0.9)]


@in_virtual_time
async def test_a_known_address_is_not_read_back() -> None:
    async with town() as (world, voice):
        world.directory.know("+77010000001")
        line = world.call(after("open", say("heating")))
        await world.serve(line)
        assert line.heard == ["greeting", "keys", "open", "goodbye"]
        assert voice.said == []
