"""An outage is confirmed while callers of its houses stand in the line already: who hears it, and what it changes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from kezek_queue.ladder.types import RungRules
from kezek_queue.types import End, Kind
from kit.citizens import TownOutages, an_outage
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

NUMBER, OTHER = "+77010000001", "+77010000002"
BEGAN = datetime.fromtimestamp(EPOCH, UTC) - timedelta(hours=2)
STRAIGHT = during("greeting", press("0"))
BEHIND = TownRungs(RungRules(told_last=True))
SOON_S = 7.0  # a waiting call looks every 5 s


@asynccontextmanager
async def a_line(world: World, *cues: Cue, **caller: str) -> AsyncIterator[ScriptedLine]:
    """Who waits for a minute already, with nobody free."""
    world.outages = world.outages or TownOutages()
    world.directory.know(NUMBER, language="ru")
    await world.queues.pause("aigul", "lunch")
    line = world.call(STRAIGHT, *cues, **caller)
    serving = asyncio.create_task(world.reception.serve(line))
    await asyncio.sleep(60)
    try:
        yield line
    finally:
        line.leave()
        await serving


def confirmed(world: World, outage: int = 12, **more: object) -> TownOutages:
    assert isinstance(world.outages, TownOutages)
    known = world.outages.at.get((1, "45"), [])
    world.outages.affect(1, "45", *known, an_outage(outage, BEGAN, hours=50, **more))
    return world.outages


@in_virtual_time
async def test_who_waits_hears_it_as_soon_as_it_is_confirmed_and_1_ends_the_call_informed() -> None:
    """P18."""
    async with World.open(aigul_201=Phone()) as world:
        async with a_line(world, after("outage_stay", press("1"))) as line:
            assert "outage_now" not in line.heard
            outages = confirmed(world)
            await asyncio.sleep(SOON_S)
            assert "outage_now" in line.heard, "the next place is told much later"
            await asyncio.sleep(60)
            assert line.heard[-3:] == ["outage_stay", "outage_promise", "goodbye"]
        assert outages.ties == {(12, "household:7"): True}
        assert world.ends() == ["informed"]
        assert (await world.notes(line))["outages"] == [12]
        world.nothing_is_left()


@in_virtual_time
async def test_who_stays_is_tied_goes_after_those_who_know_nothing_and_is_told_his_new_place() -> None:
    async with World.open(aigul_201=Phone(talks=5)) as world:
        world.rungs = BEHIND
        async with a_line(world) as knows:
            other = world.call(STRAIGHT, caller=OTHER, language="ru")
            others = asyncio.create_task(world.reception.serve(other))
            await asyncio.sleep(20)
            outages = confirmed(world)
            await asyncio.sleep(90)
            assert (await world.state(knows)).priority == -1
            assert outages.ties == {(12, "household:7"): False}
            places = [heard for heard in knows.heard if heard.startswith("place/")]
            assert (places[0], places[-1]) == ("place/1", "place/2")
            assert knows.heard.count("outage_now") == 1
            assert knows.with_music
            await world.queues.ready("aigul")
            await asyncio.sleep(60)
        await others
        assert [call for call, _ in world.events(Kind.CONNECTED)] == [other.arrival.call, knows.arrival.call]
        assert world.ends() == ["answered", "answered"]
        world.nothing_is_left()


@in_virtual_time
async def test_where_the_rung_does_not_say_so_he_keeps_his_place() -> None:
    async with World.open(aigul_201=Phone(talks=5)) as world, a_line(world) as line:
        confirmed(world)
        await asyncio.sleep(40)
        assert "outage_now" in line.heard
        assert (await world.state(line)).priority == 0


@in_virtual_time
async def test_who_was_told_before_the_rung_came_goes_behind_when_his_place_is_told_next() -> None:
    async with World.open(aigul_201=Phone(talks=5)) as world:
        world.rungs = rungs = TownRungs(RungRules())
        async with a_line(world) as line:
            confirmed(world)
            await asyncio.sleep(60)
            assert (await world.state(line)).priority == 0
            rungs.rules = BEHIND.rules
            await asyncio.sleep(50)
            assert (await world.state(line)).priority == -1
            await asyncio.sleep(1000)
            assert (await world.state(line)).priority == 0, "for so long at most, as the line's rules say"
            await asyncio.sleep(100)
            assert (await world.state(line)).priority == 0


@in_virtual_time
async def test_an_operator_cuts_it_short_and_his_pop_says_what_was_told() -> None:
    async with World.open(aigul_201=Phone(talks=20)) as world:
        world.rungs = BEHIND
        async with a_line(world) as line:
            outages = confirmed(world)
            async with asyncio.timeout(10):
                while "outage_now" not in line.heard:  # noqa: ASYNC110 - a line tells nobody
                    await asyncio.sleep(0.1)
            await world.queues.ready("aigul")
            await asyncio.sleep(10)
            assert line.heard[-1] == "outage_now"
            assert line.with_operator
            assert (await world.notes(line))["outages"] == [12]
            await asyncio.sleep(30)
        assert outages.ties == {(12, "household:7"): False}
        assert world.ends() == ["answered"]
        world.nothing_is_left()


@in_virtual_time
async def test_whom_that_operator_does_not_take_hears_it_from_the_beginning_and_goes_behind_only_then() -> None:
    async with World.open(aigul_201=Phone(answers_after=99)) as world:
        world.rungs = BEHIND
        async with a_line(world) as line:
            confirmed(world)
            async with asyncio.timeout(10):
                while "outage_now" not in line.heard:  # noqa: ASYNC110 - a line tells nobody
                    await asyncio.sleep(0.1)
            await world.queues.ready("aigul")
            await asyncio.sleep(15)
            assert "outage_stay" not in line.heard
            assert (await world.state(line)).priority == 0
            await asyncio.sleep(60)
            assert line.heard.count("outage_now") == 2
            assert line.heard.count("outage_stay") == 1
            assert (await world.state(line)).priority == -1


@in_virtual_time
async def test_the_same_outage_is_told_once_and_another_one_again() -> None:
    async with World.open(aigul_201=Phone()) as world, a_line(world) as line:
        confirmed(world)
        await asyncio.sleep(60)
        confirmed(world, outage=13, topic="electricity")
        await asyncio.sleep(60)
        told = [heard for heard in line.heard if heard.startswith("subject/")]
        assert told == ["subject/heating", "subject/electricity"]
        assert (await world.notes(line))["outages"] == [12, 13]


@in_virtual_time
async def test_what_is_only_suspected_interrupts_nobody() -> None:
    async with World.open(aigul_201=Phone()) as world, a_line(world) as line:
        confirmed(world, suspected=True)
        await asyncio.sleep(60)
        assert not [heard for heard in line.heard if heard.startswith("subject/")]
        confirmed(world)
        await asyncio.sleep(60)
        assert "outage_now" in line.heard


@in_virtual_time
@pytest.mark.parametrize(
    ("cues", "priority"),
    [
        ((after("place/1", press("9")),), 9),  # in the line
        ((after("outage_now", press("9")),), 9),  # while he hears of it
    ],
)
async def test_an_emergency_is_an_emergency_at_once(cues: tuple[Cue, ...], priority: int) -> None:
    """P9."""
    async with World.open(aigul_201=Phone(talks=5)) as world:
        world.rungs = BEHIND
        async with a_line(world, *cues) as line:
            outages = confirmed(world)
            await asyncio.sleep(40)
            assert (await world.state(line)).priority == priority
            assert "outage_stay" not in line.heard
            assert outages.ties == {}
            assert (await world.notes(line))["emergency"] == {"how": "digit"}


@in_virtual_time
@pytest.mark.parametrize(
    ("cues", "spared"),
    [
        ((after("open", say("Abay 45 no heating")),), frozenset[str]()),
        ((after("open", say("Abay 45 no heating")),), frozenset({"heating"})),
        ((after("silent", press("0")),), frozenset[str]()),
    ],
)
async def test_who_is_spared_the_ladder_is_left_in_peace(cues: tuple[Cue, ...], spared: frozenset[str]) -> None:
    """P9: in danger, or silent. The first one is neither."""
    async with World.open(aigul_201=Phone(talks=5)) as world:
        world.outages = TownOutages()
        world.rungs = TownRungs(RungRules(told_last=True, spared=spared))
        world.directory.know(NUMBER, language="en")
        await world.queues.pause("aigul", "lunch")
        line = world.call(*cues)
        serving = asyncio.create_task(world.reception.serve(line))
        await asyncio.sleep(120)
        confirmed(world)
        await asyncio.sleep(60)
        told = "outage_now" in line.heard
        assert told == ("open" in line.heard and "silent" not in line.heard and not spared)
        line.leave()
        await serving


@in_virtual_time
async def test_who_has_spoken_with_an_operator_and_was_given_on_hears_nothing() -> None:
    async with World.open(aigul_201=Phone(talks=600), erlan_202=Phone()) as world:
        world.outages = TownOutages()
        world.directory.know(NUMBER, language="ru")
        await world.queues.pause("erlan", "lunch")
        line = world.call(STRAIGHT)
        serving = asyncio.create_task(world.reception.serve(line))
        await asyncio.sleep(60)
        offer = (await world.state(line)).offer
        await world.queues.transfer(line.arrival.call, offer, wanted="erlan", wrap_up=5)
        await asyncio.sleep(10)
        confirmed(world)
        await asyncio.sleep(60)
        assert "transferred" in line.heard
        assert "outage_now" not in line.heard
        line.leave()
        await serving


@in_virtual_time
async def test_who_is_known_to_be_affected_from_the_beginning_hears_it_once() -> None:
    async with World.open(aigul_201=Phone()) as world:
        world.outages = TownOutages()
        confirmed(world)
        async with a_line(world) as line:
            await asyncio.sleep(60)
            assert line.heard.count("outage_now") == 1


@in_virtual_time
async def test_another_node_that_has_him_now_does_not_tell_it_again_nor_move_him_forward() -> None:
    async with World.open(aigul_201=Phone()) as world:
        world.rungs = BEHIND
        world.outages = TownOutages()
        world.directory.know(NUMBER, language="ru")
        await world.queues.pause("aigul", "lunch")
        first = world.call(STRAIGHT, call="moved")
        serving = asyncio.create_task(world.reception.serve(first))
        await asyncio.sleep(60)
        confirmed(world)
        await asyncio.sleep(40)
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)
        again = world.call(call="moved", resumed=True)
        serving = asyncio.create_task(world.reception.serve(again))
        await asyncio.sleep(60)
        assert "outage_now" not in again.heard
        assert (await world.state(again)).priority == -1
        again.leave()
        await serving


@in_virtual_time
async def test_a_house_that_has_to_be_looked_up_first_is_told_of_when_it_is() -> None:
    async with World.open(aigul_201=Phone()) as world, a_line(world) as line:
        outages = confirmed(world)
        outages.unread = True
        await asyncio.sleep(30)
        asked = outages.asked
        assert "outage_now" not in line.heard
        assert asked > 3
        outages.unread = False
        await asyncio.sleep(30)
        assert "outage_now" in line.heard
        assert outages.asked == asked + 1, "and when it is known nothing is asked until there is news"


@in_virtual_time
async def test_a_dead_register_costs_the_caller_nothing() -> None:
    async with World.open(aigul_201=Phone(talks=5)) as world, a_line(world, after("outage_stay", hang_up())) as line:
        outages = confirmed(world)
        outages.dead = True
        await asyncio.sleep(60)
        assert line.gone
        outages.dead = False
        await asyncio.sleep(30)
        assert outages.ties == {(12, "household:7"): False}, "who hears it all and hangs up has been told"
        assert world.ends() == ["informed"]


@in_virtual_time
async def test_who_hangs_up_before_he_has_heard_it_has_given_up() -> None:
    async with World.open(aigul_201=Phone()) as world:
        async with a_line(world, during("outage_now", hang_up())):
            confirmed(world)
            await asyncio.sleep(30)
        assert world.ends() == [str(End.ABANDONED)]
        world.nothing_is_left()


@in_virtual_time
async def test_a_callback_that_waits_stays_where_it_is() -> None:
    async with World.open(aigul_201=Phone()) as world:
        world.settings = replace(world.settings, callbacks=True)
        world.rungs = rungs = TownRungs(RungRules())
        async with a_line(world, after("press/2", press("2")), after("press/1", press("1"))) as line:
            rungs.rules = RungRules(callback="everyone", told_last=True)
            await asyncio.sleep(120)
            assert "callback_offer" in line.heard, "the rung changed while he waited"
            assert world.ends() == ["callback"]
            before = [(one.call, one.priority) for one in (await world.queues.snapshot()).waiting]
            confirmed(world)
            await asyncio.sleep(60)
            assert [(one.call, one.priority) for one in (await world.queues.snapshot()).waiting] == before != []


@in_virtual_time
async def test_the_key_for_a_callback_works_while_he_hears_of_it() -> None:
    async with World.open(aigul_201=Phone()) as world:
        world.settings = replace(world.settings, callbacks=True)
        world.rungs = TownRungs(RungRules(callback="everyone"))
        cues = during("outage_now", press("2")), after("press/1", pause(1), press("1"))
        async with a_line(world, while_waiting(), *cues):
            outages = confirmed(world)
            await asyncio.sleep(60)
        assert world.ends() == ["callback"]
        assert outages.ties == {(12, "household:7"): False}
