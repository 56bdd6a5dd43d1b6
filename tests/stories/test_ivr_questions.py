"""The questions: one at a time where the open one did not do, by words or digits; silence and nonsense have an end."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from kezek_queue.types import Kind
from kit.ivr_world import World
from kit.scripted_line import Cue, Phone, after, during, in_virtual_time, pause, press, say

PRESSES = {f"press/{digit}": 0.9 for digit in range(1, 6)}


@in_virtual_time
async def test_what_the_open_question_missed_is_asked_one_at_a_time_by_words_and_digits() -> None:
    async with World.open(aigul_201=Phone()) as world:
        line = world.call(
            after("open", say("hello no heating here")),
            after("street", say("Pushkin")),
            after("house", press("12*2#")),
            language="ru",
            caller=None,
        )
        await world.serve(line)
        assert line.heard == ["greeting", "keys", "open", "street", "house", "goodbye"]
        fields = (await world.notes(line))["fields"]
        assert (fields["house"]["value"], fields["house"]["source"], fields["house"]["ref"]) == ("12/2", "keyed", "212")
        assert fields["street"]["value"] == "Pushkin"


@in_virtual_time
async def test_a_house_that_is_not_in_the_street_is_asked_for_once_more_and_then_shown_as_uncertain() -> None:
    async with World.open(aigul_201=Phone()) as world:
        line = world.call(
            after("open", say("Abay house 99 heating")),
            after("house", say("99")),
            language="ru",
            caller=None,
        )
        await world.serve(line)
        assert line.heard == ["greeting", "keys", "open", "house", "goodbye"]
        house = (await world.notes(line))["fields"]["house"]
        assert (house["value"], house["ref"], house["confidence"]) == ("99", "", 0.5)


@in_virtual_time
async def test_a_topic_not_understood_is_chosen_from_the_menu_of_digits() -> None:
    async with World.open(aigul_201=Phone()) as world:
        line = world.call(
            after("open", say("Abay house 45")),
            after("topic", say("it is broken")),
            after("press/2", press("1")),
            language="ru",
            caller=None,
        )
        await world.serve(line)
        assert line.heard[3:8] == ["topic", "topic_again", "topic/heating", "press/1", "topic/hot_water"]
        assert "topic/sewerage" not in line.heard  # this town has none
        topic = (await world.notes(line))["fields"]["topic"]
        assert (topic["value"], topic["source"]) == ("heating", "keyed")


@in_virtual_time
async def test_a_caller_who_speaks_before_the_prompt_has_ended_is_heard() -> None:
    async with World.open(aigul_201=Phone()) as world:
        line = world.call(
            during("open", pause(0.5), say("Abay house 45 heating")),
            language="ru",
            durations={"open": 4.0},
        )
        await world.serve(line)
        assert line.heard == ["greeting", "keys", "open", "goodbye"]
        assert (await world.notes(line))["fields"]["topic"]["value"] == "heating"


@in_virtual_time
async def test_a_known_caller_who_names_another_house_is_asked_nothing_more_and_the_old_flat_is_dropped() -> None:
    async with World.open(aigul_201=Phone()) as world:
        world.directory.know("+77010000001")
        line = world.call(after("open", say("house 46 no heating")))
        await world.serve(line)
        fields = (await world.notes(line))["fields"]
        assert {name: note["value"] for name, note in fields.items()} == {
            "street": "Abay", "house": "46", "topic": "heating",
        }  # fmt: skip
        assert fields["house"]["ref"] == "146"


@in_virtual_time
async def test_where_there_is_no_open_question_a_known_address_is_asked_for_and_stands_when_nothing_is_said() -> None:
    async with World.open(aigul_201=Phone()) as world:
        world.directory.know("+77010000001", language="ko")
        line = world.call(after("topic", say("heating")))
        await world.serve(line)
        assert line.heard == ["greeting", "keys", "street", "topic", "goodbye"]
        assert {grammar for _, grammar in world.ears.opened} == {True}
        fields = (await world.notes(line))["fields"]
        assert (fields["house"]["value"], fields["house"]["source"]) == ("45", "household")
        assert (await world.notes(line))["unheard"] == ""


@in_virtual_time
async def test_each_question_is_heard_with_its_own_grammar_in_the_packaged_language() -> None:
    async with World.open(aigul_201=Phone()) as world:
        line = world.call(
            after("street", say("Garden")),
            after("house", say("9")),
            after("topic", say("lift")),
            language="ko",
            caller=None,
        )
        await world.serve(line)
        assert line.heard == ["greeting", "keys", "street", "house", "topic", "goodbye"]
        fields = (await world.notes(line))["fields"]
        assert [fields[name]["value"] for name in ("street", "house", "topic")] == ["Garden", "9", "lift"]  # type: ignore[index]


@in_virtual_time
async def test_a_caller_who_says_nothing_is_with_an_operator_within_a_minute() -> None:
    async with World.open(aigul_201=Phone()) as world:
        line = world.call(language="ru", caller=None)
        await world.serve(line)
        assert line.heard == ["greeting", "keys", "open", "street", "silent", "silent_usual", "goodbye"]
        assert (await world.notes(line))["unheard"] == "silence"
        call = await world.state(line)
        assert call.connected_at - call.since < 60
        assert (call.priority, (await world.notes(line))["emergency"]) == (9, {"how": "silent"})
        world.nothing_is_left()


@pytest.mark.parametrize(("key", "priority"), [("0", 0), ("4", 9), ("*", 9)])
@in_virtual_time
async def test_who_cannot_speak_presses_any_key_and_who_only_waits_presses_0(key: str, priority: int) -> None:
    async with World.open(aigul_201=Phone()) as world:
        line = world.call(after("silent_usual", pause(1), press(key)), language="ru", caller=None)
        await world.serve(line)
        assert (await world.state(line)).priority == priority
        world.nothing_is_left()


@in_virtual_time
async def test_a_caller_who_talks_nonsense_is_with_an_operator_within_a_minute() -> None:
    async with World.open(aigul_201=Phone()) as world:
        line = world.call(
            after("open", say("bla bla")),
            after("street", say("tra la la")),
            after("street_again", say("pom pom")),
            language="ru",
            caller=None,
        )
        await world.serve(line)
        assert line.heard == ["greeting", "keys", "open", "street", "street_again", "goodbye"]
        notes = await world.notes(line)
        assert [entry["text"] for entry in notes["words"]] == ["bla bla", "tra la la", "pom pom"]
        assert (notes["unheard"], notes["fields"]) == ("", {})
        call = await world.state(line)
        assert call.connected_at - call.since < 60


@in_virtual_time
async def test_a_caller_who_never_stops_talking_is_with_an_operator_within_two_minutes() -> None:
    async with World.open(aigul_201=Phone()) as world:
        line = world.call(
            after("open", *[say("and then he said"), pause(1)] * 300),
            language="ru",
            caller=None,
        )
        await world.serve(line)
        call = await world.state(line)
        assert call.connected_at - call.since < 120
        world.nothing_is_left()


@in_virtual_time
async def test_wrong_keys_everywhere_change_nothing_and_end_with_an_operator() -> None:
    async with World.open(aigul_201=Phone()) as world:
        line = world.call(
            *[during(prompt, press("7*#")) for prompt in ("language", "open", "street", "street_again")],
            *[after(prompt, press("#*8")) for prompt in ("greeting", "keys", "house", "topic_again")],
            caller=None,
        )
        await world.serve(line)
        assert world.ends() == ["answered"]
        assert (await world.notes(line))["fields"] == {}
        world.nothing_is_left()


@in_virtual_time
async def test_a_telephone_number_keyed_for_a_house_is_no_answer_to_the_next_questions_too() -> None:
    """Its last digits are neither another house, nor an emergency, nor a wish for an operator."""
    async with World.open(aigul_201=Phone()) as world:
        line = world.call(
            after("open", say("Abay")),
            after("house", press("87019875099#")),
            after("house_again", press("45#")),
            after("topic", say("heating")),
            language="ru",
            caller=None,
        )
        await world.serve(line)
        assert line.heard == ["greeting", "keys", "open", "house", "house_again", "topic", "goodbye"]
        fields = (await world.notes(line))["fields"]
        assert [fields[name]["value"] for name in ("house", "topic")] == ["45", "heating"]  # type: ignore[index]
        assert (await world.state(line)).priority == 0


@in_virtual_time
async def test_a_key_pressed_twice_or_a_wrong_one_does_not_cut_the_caller_short() -> None:
    async with World.open(aigul_201=Phone()) as world:
        line = world.call(
            after("press/2", press("22")),
            after("open", press("5#"), pause(1), say("Abay house 45 heating")),
            caller=None,
        )
        await world.serve(line)
        assert line.heard[-3:] == ["keys", "open", "goodbye"]
        assert (await world.notes(line))["fields"]["house"]["value"] == "45"


@in_virtual_time
async def test_a_silent_caller_hears_the_menu_once_and_has_the_towns_own_language_within_20_seconds() -> None:
    async with World.open(aigul_201=Phone()) as world:
        began = asyncio.get_running_loop().time()
        chosen: list[float] = []
        cue = during("keys", pause(0))
        line = world.call(cue, caller=None, durations={"greeting": 3.5, "language": 1.4, **PRESSES})
        line.cue = lambda when: chosen.append(asyncio.get_running_loop().time()) if when == cue.when else None  # type: ignore[method-assign]
        await world.serve(line)
        assert line.heard.count("language") == 5
        assert chosen[0] - began < 20
        assert (await world.notes(line))["language"] == "kk"
        assert world.told.facts("language")["how"] == "default"


@in_virtual_time
async def test_a_wrong_digit_in_the_menu_is_answered_by_the_menu_once_more() -> None:
    async with World.open(aigul_201=Phone()) as world:
        line = world.call(after("press/5", press("8"), pause(9), press("2")), caller=None)
        await world.serve(line)
        assert line.heard.count("language") == 10
        assert (await world.notes(line))["language"] == "ru"


@in_virtual_time
async def test_a_household_that_chooses_another_language_is_greeted_in_it_next_time() -> None:
    async with World.open(aigul_201=Phone()) as world:
        world.directory.know("+77010000001", language="")
        line = world.call(after("press/4", press("4")), after("open", say("heating")))
        await world.serve(line)
        assert world.directory.remembered == [(7, "en")]


@pytest.mark.parametrize(
    ("dialled", "household", "spoken"),
    [("1091", "ru", "uk"), ("109", "ru", "ru"), ("109", "", "kk"), ("1092", "ru", "ru")],
)
@in_virtual_time
async def test_the_number_dialled_chooses_the_language_before_the_households_last_choice(
    dialled: str, household: str, spoken: str
) -> None:
    async with World.open(aigul_201=Phone()) as world:
        world.settings = replace(world.settings, number_languages={"1091": "uk", "1092": "xx"})
        world.directory.know("+77010000001", language=household)
        line = world.call(after("open", say("heating")), dialled=dialled)
        await world.serve(line)
        assert (await world.notes(line))["language"] == spoken
        assert ("language" in line.heard) is (not household and dialled == "109")


@pytest.mark.parametrize("prompt", ["greeting", "keys", "open", "street", "house", "topic"])
@in_virtual_time
async def test_zero_at_any_question_goes_straight_to_the_operator(prompt: str) -> None:
    said = {"open": "well", "street": "Abay", "house": "45"}
    cues = [after(name, say(text)) for name, text in said.items() if name != prompt]
    async with World.open(aigul_201=Phone()) as world:
        line = world.call(*cues, during(prompt, press("0")), language="ru", caller=None)
        await world.serve(line)
        assert line.heard[-2:] == [prompt, "goodbye"]
        assert (await world.state(line)).priority == 0
        world.nothing_is_left()


@pytest.mark.parametrize(
    ("cue", "language"),
    [
        (during("greeting", press("9")), None),
        (during("language", press("9")), None),
        (during("keys", press("9")), "ru"),
        (after("street", press("9")), "ru"),
        (after("topic", press("9")), "ru"),
        (during("open", say("help there is a fire")), "ru"),
        (after("house", say("fire")), "ru"),
    ],
)
@in_virtual_time
async def test_an_emergency_by_word_or_key_goes_to_the_emergency_class_at_once(cue: Cue, language: str | None) -> None:
    said = {"open": "well", "street": "Abay", "house": "45"}
    cues = [after(name, say(text)) for name, text in said.items() if cue.when != f"after {name}"]
    async with World.open(aigul_201=Phone()) as world:
        line = world.call(cue, *cues, language=language, caller=None)
        await world.serve(line)
        assert (await world.state(line)).priority == 9
        assert line.heard[-2] == cue.when.split()[1]
        world.nothing_is_left()


@in_virtual_time
async def test_nine_while_waiting_moves_the_caller_to_the_emergency_class_too() -> None:
    async with World.open(aigul_201=Phone(answers_after=1, talks=100)) as world:
        first, usual = (world.call(during("greeting", press("0")), language="ru") for _ in range(2))
        late = world.call(during("greeting", press("0")), after("operator", pause(10), press("9")), language="ru")
        await world.serve(first, usual, late)
        order = [call for call, _ in world.events(Kind.CONNECTED)]
        assert order == [first.arrival.call, late.arrival.call, usual.arrival.call]


@in_virtual_time
async def test_words_that_never_became_final_are_kept_and_marked_unsure() -> None:
    """P11: partial words are kept when the final ones never come, and marked unsure."""
    async with World.open(aigul_201=Phone()) as world:
        world.ears.never_final = True
        world.directory.know("+77010000001")
        line = world.call(after("open", say("no heating")), after("topic", press("0")))
        await world.serve(line)
        notes = await world.notes(line)
        assert notes["words"][0].pop("at") > 0  # type: ignore[misc]
        assert notes["words"][0] == {"question": "open", "text": "no heating", "final": False}
        assert notes["fields"]["topic"]["value"] == "heating"
        assert notes["fields"]["topic"]["confidence"] < 0.55
