"""The line is overloaded: what callers hear, are offered and where they go, rung by rung; and who feels none of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from kezek_ivr.ports import Affecting
from kezek_queue.ladder.types import RungRules
from kezek_queue.types import Kind
from kit.citizens import TownOutages
from kit.ivr_world import World
from kit.overload_town import TownRungs
from kit.scripted_line import (
    EPOCH,
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

NEIGHBOUR = "+77172000109"
TOLD = RungRules(first=("overload", "no-prompt-of-ours"))
DIVERTS = RungRules(divert={"main": NEIGHBOUR})
STRAIGHT = during("greeting", press("0"))


@asynccontextmanager
async def waiting(world: World, *cues: Cue) -> AsyncIterator[ScriptedLine]:
    line = world.call(*cues, language="ru")
    serving = asyncio.create_task(world.reception.serve(line))
    try:
        yield line
    finally:
        line.leave()
        await serving


@in_virtual_time
async def test_everybody_hears_first_what_the_rung_says_in_his_language() -> None:
    async with World.open(aigul_201=Phone(talks=5)) as world:
        world.rungs = TownRungs(TOLD)
        line = world.call(during("open", press("0")), language="ru")
        await world.serve(line)
        assert line.heard[:2] == ["greeting", "overload"], "what is no prompt of ours is left to whoever says bulletins"
        assert world.ends() == ["answered"]
        world.nothing_is_left()


@in_virtual_time
@pytest.mark.parametrize(("key", "priority"), [("9", 9), ("0", 0)])
async def test_a_key_cuts_it_short_and_does_what_it_does_everywhere(key: str, priority: int) -> None:
    async with World.open(aigul_201=Phone(talks=5)) as world:
        world.rungs = TownRungs(TOLD)
        line = world.call(during("overload", press(key)), language="ru")
        await world.serve(line)
        assert (await world.state(line)).priority == priority
        assert "open" not in line.heard
        world.nothing_is_left()


@in_virtual_time
async def test_who_is_in_danger_hears_none_of_it() -> None:
    """P9."""
    async with World.open(aigul_201=Phone(talks=5)) as world:
        world.rungs = TownRungs(replace(TOLD, divert={"main": NEIGHBOUR}, record=("heating",), callback="none"))
        line = world.call(during("greeting", press("9")), language="ru")
        await world.serve(line)
        assert "overload" not in line.heard
        assert world.ends() == ["answered"]
        world.nothing_is_left()


@in_virtual_time
async def test_a_callback_is_offered_to_everybody_at_once_and_on_a_lower_rung_by_the_rules_again() -> None:
    async with World.open(aigul_201=Phone()) as world:
        await world.queues.pause("aigul", "lunch")
        world.settings = replace(world.settings, callbacks=True)
        world.rungs = rungs = TownRungs(RungRules(callback="everyone"))
        async with waiting(world, STRAIGHT) as line:
            await asyncio.sleep(10)
            assert "callback_offer" in line.heard, "though nobody knows how long he will wait"
        rungs.rules = RungRules()
        async with waiting(world, STRAIGHT) as line:
            await asyncio.sleep(60)
            assert "callback_offer" not in line.heard


@in_virtual_time
async def test_a_neighbouring_community_takes_him_over_and_the_call_is_diverted() -> None:
    async with World.open(aigul_201=Phone()) as world:
        world.board.outside[NEIGHBOUR] = Phone(answers_after=3, talks=20)
        world.rungs = TownRungs(DIVERTS)
        line = world.call(STRAIGHT, language="ru")
        await world.serve(line)
        assert "neighbour" in line.heard
        assert world.ends() == ["diverted"]
        assert world.board.rung == [], "no operator of ours is rung"
        world.nothing_is_left()


@in_virtual_time
@pytest.mark.parametrize("neighbour", [Phone(busy=True), Phone(answers_after=99), Phone(registered=False)])
async def test_whom_the_neighbours_do_not_take_comes_back_to_our_line_at_his_place(neighbour: Phone) -> None:
    """He stands before whoever came after him, though that one was in the line first."""
    async with World.open(aigul_201=Phone(talks=5)) as world:
        await world.queues.pause("aigul", "lunch")
        world.board.outside[NEIGHBOUR] = neighbour
        world.rungs = rungs = TownRungs(DIVERTS)
        first = world.call(STRAIGHT, language="ru")
        serving = asyncio.create_task(world.reception.serve(first))
        await asyncio.sleep(0.1)
        arrived = (await world.state(first)).since
        await asyncio.sleep(4)
        rungs.rules = RungRules()
        second = world.call(STRAIGHT, language="ru")
        others = asyncio.create_task(world.reception.serve(second))
        await asyncio.sleep(80)
        state = await world.state(first)
        assert (state.state, state.place_since) == ("waiting", arrived)
        await world.queues.ready("aigul")
        await asyncio.gather(serving, others)
        connected = [call for call, _ in world.events(Kind.CONNECTED)]
        assert connected == [first.arrival.call, second.arrival.call]
        assert world.ends() == ["answered", "answered"]
        world.nothing_is_left()


@in_virtual_time
@pytest.mark.parametrize(
    "cues",
    [
        (during("greeting", press("9")),),
        (after("open", pause(1), say("the lift is stuck, a man is in it")), after("neighbour", hang_up())),
        (),  # he says nothing
    ],
)
async def test_an_emergency_and_a_silent_caller_are_never_given_away(cues: tuple[Cue, ...]) -> None:
    """P9."""
    async with World.open(aigul_201=Phone(talks=5)) as world:
        world.board.outside[NEIGHBOUR] = Phone(talks=20)
        world.rungs = TownRungs(replace(DIVERTS, spared=frozenset({"lift"})))
        await world.serve(line := world.call(*cues, language="ru"))
        assert "neighbour" not in line.heard
        assert world.ends() == ["answered"]
        world.nothing_is_left()


@in_virtual_time
async def test_who_hangs_up_while_the_neighbours_are_rung_has_given_up() -> None:
    async with World.open(aigul_201=Phone()) as world:
        world.board.outside[NEIGHBOUR] = Phone(answers_after=99)
        world.rungs = TownRungs(DIVERTS)
        await world.serve(world.call(STRAIGHT, after("neighbour", pause(5), hang_up()), language="ru"))
        assert world.ends() == ["abandoned"]
        world.nothing_is_left()


@in_virtual_time
async def test_who_hangs_up_in_the_talk_with_the_neighbours_was_taken_over() -> None:
    async with World.open(aigul_201=Phone()) as world:
        world.board.outside[NEIGHBOUR] = Phone(answers_after=3, talks=600)
        world.rungs = TownRungs(DIVERTS)
        async with waiting(world, STRAIGHT):
            await asyncio.sleep(60)
        assert world.ends() == ["diverted"]
        world.nothing_is_left()


@in_virtual_time
async def test_topics_of_the_day_stand_in_the_menu() -> None:
    async with World.open(aigul_201=Phone(talks=5)) as world:
        world.rungs = TownRungs(RungRules(packs=("dark",), topics={"1": "lift", "3": "unknown-here"}))
        line = world.call(
            after("open", say("Abay 45")),
            after("topic", say("it is broken")),
            after("press/2", press("1")),
            language="en",
        )
        await world.serve(line)
        at = line.heard.index("topic_again")
        assert line.heard[at + 1 : at + 3] == ["topic/lift", "press/1"]
        assert "topic/unknown-here" not in line.heard, "the register has no such topic"
        assert (await world.notes(line))["fields"]["topic"]["value"] == "lift"
        world.nothing_is_left()


@in_virtual_time
async def test_who_knows_of_his_outage_and_stays_goes_after_the_others() -> None:
    async with World.open(aigul_201=Phone(talks=5)) as world:
        await world.queues.pause("aigul", "lunch")
        world.rungs = TownRungs(RungRules(told_last=True))
        outages = TownOutages()
        outages.affect(1, "45", Affecting(7, "heating", "unknown", datetime.fromtimestamp(EPOCH, UTC)))
        world.outages = outages
        world.directory.know("+77010000001", language="ru")
        knows = world.call(during("open", press("0")))
        serving = asyncio.create_task(world.reception.serve(knows))
        await asyncio.sleep(60)
        assert (await world.state(knows)).priority == -1
        other = world.call(STRAIGHT, language="ru", caller="+77010000002")
        others = asyncio.create_task(world.reception.serve(other))
        await asyncio.sleep(60)
        await world.queues.ready("aigul")
        await asyncio.gather(serving, others)
        connected = [call for call, _ in world.events(Kind.CONNECTED)]
        assert connected == [other.arrival.call, knows.arrival.call]
        assert world.ends() == ["answered", "answered"]
        world.nothing_is_left()


@in_virtual_time
async def test_who_went_behind_and_dials_again_is_behind_only_for_what_he_hears_in_this_call() -> None:
    """P3, P9: his outage is over by then, or it is something else that he calls about, a danger say."""
    async with World.open(aigul_201=Phone(talks=5)) as world:
        await world.queues.pause("aigul", "lunch")
        world.rungs = TownRungs(RungRules(told_last=True))
        world.outages = outages = TownOutages()
        outages.affect(1, "45", Affecting(7, "heating", "unknown", datetime.fromtimestamp(EPOCH, UTC)))
        world.directory.know("+77010000001", language="ru")
        knows = world.call(during("open", press("0")), while_waiting(pause(5), hang_up()), call="first")
        await world.serve(knows)
        assert (await world.state(knows)).priority == -1
        outages.affect(1, "45")
        again = world.call(during("open", press("0")), while_waiting(pause(5), hang_up()), call="second")
        await world.serve(again)
        state = await world.state(again)
        assert (state.priority, state.place_since) == (0, (await world.state(knows)).place_since)
