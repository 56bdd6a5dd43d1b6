"""In a line that is long: the honest wait, a callback that keeps the place, a full queue, a redial, a closed door."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from kezek_ivr.hours import from_table
from kezek_queue.rules import QueueRules
from kezek_queue.types import Call, CallKind, Kind, OperatorState
from kit.ivr_outbound import dialling
from kit.ivr_trouble import LosingQueues
from kit.ivr_world import World
from kit.scripted_line import (
    Cue,
    Phone,
    ScriptedLine,
    after,
    during,
    hang_up,
    in_virtual_time,
    pause,
    press,
    say,
    while_waiting,
)

STRAIGHT = during("greeting", press("0"))
OFFERED = ("callback_offer", "press/2")


class Minutes:
    """Meets `kezek_ivr.types.Waits`: so many minutes for each place."""

    def __init__(self, minutes: float | None) -> None:
        self.minutes = minutes

    def wait_s(self, queue: str, position: int) -> float | None:
        return None if self.minutes is None else self.minutes * 60 * position


@asynccontextmanager
async def busy_world(minutes: float | None = 5) -> AsyncIterator[World]:
    """One operator, at lunch."""
    async with World.open(aigul_201=Phone(answers_after=2, talks=20)) as world:
        await world.queues.pause("aigul", "lunch")
        world.waits = Minutes(minutes)
        world.settings = replace(world.settings, callbacks=True)
        yield world


@asynccontextmanager
async def waiting(world: World, *cues: Cue, language: str = "ru", **caller: object) -> AsyncIterator[ScriptedLine]:
    line = world.call(*cues, language=language, **caller)
    serving = asyncio.create_task(world.reception.serve(line))
    try:
        yield line
    finally:
        line.leave()
        await serving


async def callback_of(world: World, line: ScriptedLine) -> Call:
    return await world.queues.call(f"cb-{line.arrival.call}")


# --- the wait ---------------------------------------------------------------------------------------------------------


@in_virtual_time
async def test_the_place_and_the_honest_wait_are_told_at_once_and_with_every_announcement() -> None:
    """P15."""
    async with busy_world(2) as world, waiting(world, STRAIGHT) as first, waiting(world, STRAIGHT) as line:
        await asyncio.sleep(10)
        assert first.heard[1:] == ["place/1", "wait/2", "operator"]
        assert line.heard[1:4] == ["place/2", "wait/5", "operator"]
        first.leave()
        await asyncio.sleep(50)
        assert line.heard[-3:] == ["place/1", "wait/2", "number_told"]


@pytest.mark.parametrize("minutes", [None, 2])
@in_virtual_time
async def test_without_an_estimate_or_with_a_short_wait_no_callback_is_offered(minutes: float | None) -> None:
    async with busy_world(minutes) as world, waiting(world, STRAIGHT) as line:
        await asyncio.sleep(60)
        assert not {"callback_offer", "wait/5"} & {*line.heard}
        assert ("wait/2" in line.heard) is (minutes is not None)


@in_virtual_time
async def test_an_estimator_that_fails_disturbs_nobody() -> None:
    async with busy_world() as world:
        world.waits = object()  # type: ignore[assignment]
        async with waiting(world, STRAIGHT) as line:
            await asyncio.sleep(60)
            assert line.heard[1:3] == ["place/1", "operator"]


# --- a callback instead -----------------------------------------------------------------------------------------------


@in_virtual_time
async def test_a_caller_who_would_wait_long_is_called_back_at_his_place_on_the_number_he_calls_from() -> None:
    """P12: he keeps the place without staying on the line."""
    async with busy_world() as world:
        line = world.call(
            after("open", say("Abay house 45 heating")),
            after("press/2", press("2"), pause(3), press("1")),
            language="ru",
        )
        await world.serve(line)
        assert line.heard[-7:-2] == [*OFFERED, "callback_this_number", "press/1", "callback_other_number"]
        assert line.heard[-2:] == ["callback_told", "goodbye"]
        assert line.ended_by == "us"
        assert world.ends() == ["callback"]
        callback = await callback_of(world, line)
        assert (callback.kind, callback.caller) == (CallKind.CALLBACK, "+77010000001")
        assert callback.place_since == line.arrival.since
        notes = await world.queues.notes(callback.call)
        assert notes["fields"]["topic"]["value"] == "heating"
        assert notes["callback"] == {"of": line.arrival.call, "joined": False}
        later = world.call(STRAIGHT, language="ru", caller=None)
        serving = asyncio.create_task(world.reception.serve(later))
        await asyncio.sleep(20)
        places = {each.call: each.position for each in (await world.queues.snapshot()).waiting}
        assert places == {callback.call: 1, later.arrival.call: 2}
        later.leave()
        await serving


@pytest.mark.parametrize(
    "keyed",
    [
        [("callback_other_number", "87019990109#")],
        [("callback_other_number", "12345#"), ("callback_wrong", "87019990109#")],
        [("callback_other_number", "87019990108#"), ("callback_other_number", "87019990109#")],
    ],
)
@in_virtual_time
async def test_another_number_may_be_keyed_and_is_read_back_before_it_counts(keyed: list[tuple[str, str]]) -> None:
    async with busy_world() as world:
        answers = [after(prompt, press(keys)) for prompt, keys in keyed]
        agrees = after("callback_other_number", press("1"))
        line = world.call(STRAIGHT, after("press/2", press("2")), *answers, agrees, language="ru")
        await world.serve(line)
        assert world.ends() == ["callback"]
        assert (await callback_of(world, line)).caller == "+77019990109"
        at = len(line.heard) - 1 - line.heard[::-1].index("callback_keyed")
        assert line.heard[at + 1 : at + 12] == [f"number/{digit}" for digit in "77019990109"]


@pytest.mark.parametrize("keys", ["", "0", "2", "*", "#", "5"])
@in_virtual_time
async def test_who_does_not_agree_goes_on_waiting_with_music_at_his_place(keys: str) -> None:
    async with busy_world() as world:
        cue = after("callback_other_number", *([press(keys)] if keys else []))
        async with waiting(world, STRAIGHT, after("press/2", press("2")), cue) as line:
            await asyncio.sleep(40)
            assert line.heard[-1] == "callback_other_number"
            assert line.with_music
            assert (await world.state(line)).state == "waiting"


@in_virtual_time
async def test_an_operator_who_becomes_free_while_he_chooses_is_rung_and_no_callback_is_made() -> None:
    async with busy_world() as world:
        line = world.call(
            STRAIGHT, after("press/2", press("2")), language="ru", durations={"callback_this_number": 9.0}
        )
        serving = asyncio.create_task(world.reception.serve(line))
        await asyncio.sleep(10)
        assert line.heard[-1] == "callback_this_number"
        await world.queues.ready("aigul")
        await asyncio.sleep(0.5)
        assert len(world.board.rung) == 1
        await serving
        assert world.ends() == ["answered"]
        world.nothing_is_left()


@in_virtual_time
async def test_with_every_event_lost_an_operator_who_is_free_is_still_found_while_he_chooses() -> None:
    """P1: events may be dropped; the state decides, and no operator is paused for it."""
    async with busy_world() as world:
        world.redis = LosingQueues(world.queues)  # type: ignore[assignment]
        asked = {"callback_this_number": 30.0}
        line = world.call(STRAIGHT, after("press/2", press("2")), language="ru", durations=asked)
        serving = asyncio.create_task(world.reception.serve(line))
        await asyncio.sleep(12)
        assert line.heard[-1] == "callback_this_number"
        await world.queues.ready("aigul")
        await serving
        assert world.ends() == ["answered"]
        assert not world.told_of(Kind.LAPSED)


@in_virtual_time
async def test_who_asks_a_second_time_has_one_callback_at_his_first_place() -> None:
    """P8, P12."""
    async with busy_world() as world:
        for _ in range(2):
            asks = after("press/2", press("2"), pause(3), press("1"))
            await world.serve(world.call(STRAIGHT, asks, language="ru"))
        assert world.ends() == ["callback", "informed", "callback"]
        (callback,) = (await world.queues.snapshot()).waiting
        assert callback.since == (await world.queues.call("script-1")).since
        assert (await world.queues.notes(callback.call))["callback"]["of"] == "script-2"


@pytest.mark.parametrize("number", ["+77010000001", "87010000001"])
@in_virtual_time
async def test_who_dials_in_himself_after_all_has_the_place_of_his_callback_and_is_not_dialled(number: str) -> None:
    """P8, P12: however the exchange writes his number."""
    async with busy_world() as world:
        asks = after("press/2", press("2"), pause(3), press("1"))
        first = world.call(STRAIGHT, asks, language="ru", caller="+77010000001")
        await world.serve(first)
        async with waiting(world, STRAIGHT, caller="+77010000002") as other, dialling(world):
            await asyncio.sleep(60)
            again = world.call(during("greeting", pause(1), press("0")), language="ru", caller=number)
            serving = asyncio.create_task(world.reception.serve(again))
            await asyncio.sleep(0.5)
            assert (await callback_of(world, first)).state == "later", "at once, not when he is served"
            await asyncio.sleep(30)
            assert (await callback_of(world, first)).end == "informed"
            assert again.heard[1:3] == ["place_kept", "place/1"]
            places = {each.call: each.position for each in (await world.queues.snapshot()).waiting}
            assert places == {again.arrival.call: 1, other.arrival.call: 2}
            await world.queues.ready("aigul")
            await serving
            assert world.board.dialled_to == []
        assert world.ends() == ["callback", "informed", "answered", "abandoned"]
        world.nothing_is_left()


@in_virtual_time
async def test_nine_while_he_chooses_is_still_an_emergency_and_an_emergency_is_never_sent_away() -> None:
    async with busy_world() as world:
        nine = after("callback_other_number", press("9"))
        async with waiting(world, STRAIGHT, after("press/2", press("2")), nine) as line:
            await asyncio.sleep(30)
            assert (await world.state(line)).priority == 9
            told = line.heard.count("callback_offer")
            line.press("2")
            await asyncio.sleep(100)
            assert line.heard.count("callback_offer") == told == 1
            assert line.with_music


@in_virtual_time
async def test_a_hidden_number_is_offered_no_callback_and_two_means_nothing_to_it() -> None:
    async with busy_world() as world, waiting(world, STRAIGHT, while_waiting(press("2")), caller=None) as line:
        await asyncio.sleep(60)
        assert not {"callback_offer", "callback_this_number"} & {*line.heard}
        assert (await world.state(line)).state == "waiting"


@in_virtual_time
async def test_who_hangs_up_while_he_is_told_that_we_call_back_is_called_back() -> None:
    async with busy_world() as world:
        line = world.call(
            STRAIGHT,
            after("press/2", press("2"), pause(3), press("1")),
            during("callback_told", hang_up()),
            language="ru",
        )
        await world.serve(line)
        assert world.ends() == ["callback"]
        assert (await callback_of(world, line)).state == "waiting"


# --- full -------------------------------------------------------------------------------------------------------------


@in_virtual_time
async def test_a_full_queue_is_told_and_counted_as_refused() -> None:
    async with busy_world() as world, waiting(world, STRAIGHT):
        await world.queues.configure("main", QueueRules(capacity=1))
        await asyncio.sleep(5)
        line = world.call(STRAIGHT, language="ru", caller=None)
        await world.serve(line)
        assert line.heard[1:] == ["full", "call_later", "goodbye"]
        assert line.ended_by == "us"
        assert world.ends() == ["refused"]


@in_virtual_time
async def test_from_a_full_queue_too_one_may_be_called_back() -> None:
    """P12."""
    async with busy_world() as world, waiting(world, STRAIGHT):
        await world.queues.configure("main", QueueRules(capacity=1))
        await asyncio.sleep(5)
        line = world.call(
            STRAIGHT, after("press/2", press("2"), pause(4), press("1")), language="ru", caller="+77010000002"
        )
        await world.serve(line)
        assert line.heard[1:4] == ["full", *OFFERED]
        assert world.ends() == ["callback"]
        callback = await callback_of(world, line)
        assert (callback.caller, callback.place_since) == ("+77010000002", line.arrival.since)


@pytest.mark.parametrize("how", ["nine at the start", "nine when it is full"])
@in_virtual_time
async def test_no_emergency_is_refused_a_place(how: str) -> None:
    async with busy_world() as world, waiting(world, STRAIGHT):
        await world.queues.configure("main", QueueRules(capacity=1))
        await asyncio.sleep(5)
        cues = (
            [during("greeting", press("9"))] if how == "nine at the start" else [STRAIGHT, during("full", press("9"))]
        )
        async with waiting(world, *cues, caller=None) as line:
            await asyncio.sleep(20)
            call = await world.state(line)
            assert (call.state, call.priority) == ("waiting", 9)
    assert world.ends() == ["abandoned", "abandoned"]


@in_virtual_time
async def test_who_hangs_up_while_he_is_refused_has_been_refused() -> None:
    async with busy_world() as world, waiting(world, STRAIGHT):
        await world.queues.configure("main", QueueRules(capacity=1))
        await asyncio.sleep(5)
        await world.serve(world.call(STRAIGHT, during("full", hang_up()), language="ru", caller="+77010000002"))
        assert world.ends() == ["refused"]


# --- again ------------------------------------------------------------------------------------------------------------


@in_virtual_time
async def test_who_dials_again_within_minutes_has_his_place_back_and_is_told_so() -> None:
    async with busy_world(None) as world:
        first = world.call(STRAIGHT, after("operator", pause(30), hang_up()), language="ru", caller="+77010000002")
        serving = asyncio.create_task(world.reception.serve(first))
        await asyncio.sleep(5)
        async with waiting(world, STRAIGHT) as other:
            await serving
            await asyncio.sleep(120)
            async with waiting(world, STRAIGHT, caller="+77010000002") as again:
                await asyncio.sleep(60)
                assert again.heard[1:4] == ["place_kept", "place/1", "operator"]
                assert again.heard.count("place_kept") == 1
                places = {each.call: each.position for each in (await world.queues.snapshot()).waiting}
                assert places == {again.arrival.call: 1, other.arrival.call: 2}


# --- closed -----------------------------------------------------------------------------------------------------------

CLOSED = from_table(
    {"zone": "UTC", "queues": {"main": {"weekdays": "09:00-18:00"}}}
)  # a story begins on a Friday, 08:00


@pytest.mark.parametrize("language", ["kk", "ru", "uk", "en", "ko"])
@in_virtual_time
async def test_out_of_hours_the_caller_is_told_in_his_language_when_it_opens(language: str) -> None:
    async with World.open(aigul_201=Phone()) as world:
        world.calendar = CLOSED
        line = world.call(language=language)
        await world.serve(line)
        assert line.heard == ["greeting", "closed", "opens/today", "hour/9", "closed_emergency", "goodbye"]
        assert f"play closed {language}" in line.done
        assert line.ended_by == "us"
        assert world.ends() == ["refused"]
        assert world.board.rung == []
        world.nothing_is_left()


@pytest.mark.parametrize(
    "cue", [during("greeting", press("9")), during("closed", press("9")), after("hour/9", press("9"))]
)
@in_virtual_time
async def test_out_of_hours_nine_still_reaches_an_operator(cue: Cue) -> None:
    async with World.open(aigul_201=Phone()) as world:
        world.calendar = CLOSED
        line = world.call(cue, language="ru")
        await world.serve(line)
        assert "open" not in line.heard
        assert world.ends() == ["answered"]
        assert world.told_of(Kind.PLACED)[0].data["priority"] == 9


@in_virtual_time
async def test_within_hours_nothing_is_said_of_them_and_whoever_waits_at_closing_time_is_served() -> None:
    async with busy_world(None) as world:
        world.calendar = CLOSED
        await asyncio.sleep(9 * 3600 + 3590)  # ten seconds before six in the evening
        async with waiting(world, STRAIGHT) as line:
            await asyncio.sleep(60)
            assert line.heard[:2] == ["greeting", "place/1"]
            await world.queues.ready("aigul")
            await asyncio.sleep(10)
            assert await world.operator("aigul") is OperatorState.TALKING
