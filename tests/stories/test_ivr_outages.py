"""A caller whose house is affected hears it at once, in his language, before the queue."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from kezek_queue.types import Kind
from kit.citizens import TownOutages, an_outage
from kit.ivr_world import World
from kit.scripted_line import EPOCH, Phone, ScriptedLine, after, during, hang_up, in_virtual_time, pause, press, say

NUMBER = "+77010000001"
BEGAN = datetime.fromtimestamp(EPOCH, UTC).replace(minute=0, second=0) - timedelta(hours=2)
ENDS_IT = after("outage_stay", pause(1), press("1"))


def affected(world: World, **more: object) -> TownOutages:
    outages = TownOutages()
    outages.affect(1, "45", an_outage(12, BEGAN, hours=50, **more))
    world.outages = outages
    world.directory.know(NUMBER, language="ru")
    return outages


def facts(line: ScriptedLine) -> list[str]:
    return line.heard[line.heard.index("greeting") + 1 : line.heard.index("outage_that_is_all")]


@in_virtual_time
async def test_who_knows_enough_presses_1_and_is_called_when_it_is_over() -> None:
    """P18."""
    async with World.open(aigul_201=Phone()) as world:
        outages = affected(world)
        line = world.call(ENDS_IT)
        await world.serve(line)
        ends = BEGAN + timedelta(hours=50)
        assert facts(line) == [
            "outage_now", "subject/heating", "cause/burst_pipe",
            "outage_since", "day/today" if BEGAN.date() == line_day(line) else "day/yesterday", f"clock/{BEGAN.hour}",
            "outage_until", f"date/{ends.day}", f"month/{ends.month}", f"clock/{ends.hour}",
        ]  # fmt: skip
        assert line.heard[-5:] == ["outage_that_is_all", "press/1", "outage_stay", "outage_promise", "goodbye"]
        assert outages.ties == {(12, "household:7"): True}
        assert world.ends() == ["informed"]
        assert world.events(Kind.PLACED) == []
        assert (await world.notes(line))["outages"] == [12]
        world.nothing_is_left()


def line_day(line: ScriptedLine) -> object:
    return datetime.fromtimestamp(line.arrival.since, UTC).date()


@in_virtual_time
async def test_who_stays_is_asked_and_comes_into_the_line_and_is_tied_all_the_same() -> None:
    async with World.open(aigul_201=Phone(talks=20)) as world:
        outages = affected(world)
        line = world.call(after("open", say("lift")))
        await world.serve(line)
        assert line.heard.index("outage_stay") < line.heard.index("open")
        assert world.ends() == ["answered"]
        assert outages.ties == {(12, "household:7"): False}
        assert (await world.notes(line))["outages"] == [12]
        world.nothing_is_left()


@in_virtual_time
async def test_a_household_that_calls_again_is_one_household_and_its_wish_to_be_told_stands() -> None:
    """P18."""
    async with World.open() as world:
        outages = affected(world)
        await world.serve(world.call(ENDS_IT, call="first"))
        await world.serve(world.call(after("outage_stay", hang_up()), call="second"))
        assert outages.ties == {(12, "household:7"): True}
        assert outages.calls == ["first", "second"]
        assert world.ends() == ["informed", "informed"], "who heard it all and hung up has been told"


@in_virtual_time
async def test_an_address_that_is_heard_only_in_the_interview_is_looked_up_too() -> None:
    async with World.open(aigul_201=Phone()) as world:
        outages = TownOutages()
        outages.affect(2, "7", an_outage(5, BEGAN))
        world.outages = outages
        line = world.call(after("open", say("Pushkin house 7 flat 3 no heating")), ENDS_IT, language="en")
        await world.serve(line)
        assert line.heard.index("open") < line.heard.index("outage_until_unknown") < line.heard.index("outage_promise")
        assert outages.ties == {(5, "flat:207:3"): True}
        assert world.ends() == ["informed"]


@in_virtual_time
async def test_who_presses_0_for_an_operator_hears_it_too_and_goes_on_with_another_0() -> None:
    async with World.open(aigul_201=Phone(talks=5)) as world:
        affected(world)
        line = world.call(during("greeting", press("0")), during("outage_now", press("0")))
        await world.serve(line)
        assert line.heard == ["greeting", "outage_now", "goodbye"]
        assert world.ends() == ["answered"]


@in_virtual_time
async def test_an_emergency_hears_nothing_of_it() -> None:
    async with World.open(aigul_201=Phone(talks=5)) as world:
        outages = affected(world)
        first = world.call(during("greeting", press("9")), call="nine")
        await world.serve(first)
        assert first.heard == ["greeting", "goodbye"]
        second = world.call(during("outage_now", press("9")), call="nine-later")
        await world.serve(second)
        assert second.heard[:3] == ["greeting", "outage_now", "place/1"]
        assert [event.data["priority"] for event in world.told_of(Kind.PLACED)] == [9, 9]
        assert (await world.notes(second))["emergency"] == {"how": "digit"}
        assert outages.ties == {}


@in_virtual_time
async def test_a_hidden_number_is_promised_nothing() -> None:
    async with World.open() as world:
        outages = TownOutages()
        outages.affect(2, "7", an_outage(5, BEGAN))
        world.outages = outages
        spoken = after("open", say("Pushkin house 7 flat 3 no heating"))
        line = world.call(spoken, ENDS_IT, language="en", caller=None)
        await world.serve(line)
        assert "outage_enough" in line.heard
        assert {"outage_that_is_all", "outage_promise"}.isdisjoint(line.heard)
        assert outages.ties == {(5, "flat:207:3"): False}


@pytest.mark.parametrize("trouble", ["slow", "dead"])
@in_virtual_time
async def test_a_register_that_is_slow_or_dead_costs_a_second_at_most(trouble: str) -> None:
    async with World.open(aigul_201=Phone(talks=5)) as world:
        outages = affected(world)
        outages.dead, outages.slow = trouble == "dead", 0.01 if trouble == "dead" else 30.0
        line = world.call(during("greeting", press("0")))
        await world.serve(line)
        placed = world.told_of(Kind.PLACED)[0].at - line.arrival.since
        assert placed < 3.0
        assert world.ends() == ["answered"]


@in_virtual_time
async def test_a_tie_that_cannot_be_written_at_once_is_written_when_the_register_is_back() -> None:
    async with World.open() as world:
        outages = affected(world)
        line = world.call(during("outage_stay", press("1")))
        original, failures = outages.tie, iter(range(3))

        async def fails_at_first(*given: object, **more: object) -> None:
            if next(failures, None) is not None:
                raise ConnectionError
            await original(*given, **more)  # type: ignore[arg-type]

        outages.tie = fails_at_first  # type: ignore[method-assign,assignment]
        await world.serve(line)
        assert outages.ties == {(12, "household:7"): True}


@in_virtual_time
async def test_planned_work_that_is_to_come_is_told_as_such() -> None:
    async with World.open() as world:
        outages = TownOutages()
        begins = BEGAN + timedelta(hours=8)
        outages.affect(1, "45", an_outage(3, begins, hours=4, cause="planned_work", planned=True))
        world.outages = outages
        world.directory.know(NUMBER, language="ko")
        line = world.call(ENDS_IT, language="ko")
        await world.serve(line)
        assert facts(line)[:3] == ["outage_coming", "subject/heating", "outage_begins"]
