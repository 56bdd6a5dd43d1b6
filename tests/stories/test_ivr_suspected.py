"""What is suspected is said in one sentence; each call is a voice as soon as its matter and its street are known."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from kezek_ivr.ports import Affecting, Concerned, Troubles
from kezek_queue.types import Kind
from kit.citizens import Slow, TownOutages, an_outage
from kit.ivr_world import World
from kit.scripted_line import EPOCH, Phone, Step, after, during, hang_up, in_virtual_time, pause, press, say

NUMBER = "+77010000001"
BEGAN = datetime.fromtimestamp(EPOCH, UTC) - timedelta(minutes=5)
SUSPECTED = Affecting(7, "heating", "unknown", BEGAN, suspected=True, reports=17)
ENDS_IT = after("outage_stay", pause(1), press("1"))


class TownTroubles(Slow, Troubles):
    """`said`: call -> each word of it, (topic, street id, house, household, how sure)."""

    def __init__(self) -> None:
        super().__init__()
        self.said: dict[str, list[tuple[str, int | None, str, int | None, float]]] = {}

    async def report(self, who: Concerned, *, topic: str, sure: float, recorded: bool = False) -> None:
        await self.answer()
        word = (topic, who.street_id, who.house, who.household_id, sure)
        self.said.setdefault(who.call, []).append(word)


def suspected(world: World, *more: Affecting) -> TownOutages:
    outages = TownOutages()
    outages.affect(1, "45", *more, SUSPECTED)
    world.outages = outages
    world.directory.know(NUMBER, language="ru")
    return outages


@in_virtual_time
async def test_a_caller_hears_that_his_street_is_looked_into_and_goes_on() -> None:
    """Unconfirmed: asked nothing, tied to nothing, not INFORMED."""
    async with World.open(aigul_201=Phone(talks=5)) as world:
        outages = suspected(world)
        line = world.call(after("open", say("lift")))
        await world.serve(line)
        at = line.heard.index("outage_suspected")
        assert line.heard[at : at + 2] == ["outage_suspected", "subject/heating"]
        assert "outage_that_is_all" not in line.heard
        assert world.ends() == ["answered"]
        assert outages.ties == {}
        assert "outages" not in await world.notes(line)
        world.nothing_is_left()


@in_virtual_time
async def test_two_suspicions_of_one_matter_are_one_sentence() -> None:
    async with World.open(aigul_201=Phone(talks=5)) as world:
        suspected(world, replace(SUSPECTED, id=8))
        line = world.call(after("open", say("lift")))
        await world.serve(line)
        assert line.heard.count("outage_suspected") == 1


@in_virtual_time
async def test_confirmed_the_next_caller_hears_it_and_presses_1() -> None:
    async with World.open(aigul_201=Phone(talks=5)) as world:
        outages = suspected(world)
        first = world.call(after("open", say("lift")), call="first")
        await world.serve(first)
        outages.affect(1, "45", an_outage(7, BEGAN))
        second = world.call(ENDS_IT, call="second")
        await world.serve(second)
        assert "outage_now" in second.heard
        assert outages.ties == {(7, "household:7"): True}
        assert world.ends() == ["answered", "informed"]


@in_virtual_time
async def test_confirmed_while_he_speaks_he_hears_it_too_though_the_ids_are_the_same() -> None:
    async with World.open(aigul_201=Phone(talks=5)) as world:
        outages = suspected(world)
        line = world.call(after("open", say("no heating")), ENDS_IT)
        serving = asyncio.create_task(world.serve(line))
        async with asyncio.timeout(60):
            while True:
                if "outage_suspected" in line.heard:
                    break
                await asyncio.sleep(0.1)
        outages.affect(1, "45", an_outage(7, BEGAN))
        await serving
        assert line.heard.index("outage_suspected") < line.heard.index("outage_now")
        assert world.ends() == ["informed"]


@in_virtual_time
async def test_an_outage_and_a_suspicion_of_another_matter_are_both_told_and_the_outage_is_asked() -> None:
    async with World.open(aigul_201=Phone(talks=5)) as world:
        outages = suspected(world, an_outage(12, BEGAN, topic="water"))
        await world.serve(line := world.call(ENDS_IT))
        assert line.heard.index("outage_suspected") < line.heard.index("outage_now")
        assert outages.ties == {(12, "household:7"): True}


@in_virtual_time
async def test_nine_in_the_middle_of_it_is_an_emergency() -> None:
    async with World.open(aigul_201=Phone(talks=5)) as world:
        suspected(world)
        line = world.call(during("outage_suspected", press("9")))
        await world.serve(line)
        assert line.heard[:3] == ["greeting", "outage_suspected", "goodbye"]
        assert [event.data["priority"] for event in world.told_of(Kind.PLACED)] == [9]


@in_virtual_time
async def test_a_call_is_a_voice_as_soon_as_matter_and_street_are_known_and_is_mended_by_what_follows() -> None:
    """Also of one who hangs up in the middle of the interview."""
    async with World.open(aigul_201=Phone(talks=5)) as world:
        world.troubles = troubles = TownTroubles()
        line = world.call(after("open", say("Pushkin street no heating")), after("house", hang_up()), language="en")
        await world.serve(line)
        await asyncio.sleep(1)
        ((topic, street, house, household, sure),) = troubles.said[line.arrival.call]
        assert (topic, street, house, household) == ("heating", 2, "", None)
        assert 0 < sure <= 0.95
        assert world.ends() == ["abandoned"]


@in_virtual_time
async def test_a_known_household_is_at_home_unless_it_says_otherwise() -> None:
    async with World.open(aigul_201=Phone(talks=5)) as world:
        world.troubles = troubles = TownTroubles()
        world.directory.know(NUMBER, language="ru")
        line = world.call(after("open", say("no heating")))
        await world.serve(line)
        assert troubles.said[line.arrival.call][-1] == ("heating", 1, "45", 7, 1.0)


@in_virtual_time
async def test_a_register_that_is_dead_costs_the_call_nothing() -> None:
    async with World.open(aigul_201=Phone(talks=5)) as world:
        world.troubles = troubles = TownTroubles()
        troubles.dead = True
        world.directory.know(NUMBER, language="ru")
        await world.serve(world.call(after("open", say("no heating"))))
        assert world.ends() == ["answered"]
        assert troubles.said == {}


@in_virtual_time
async def test_without_a_recogniser_a_household_is_a_voice_of_its_house_all_the_same() -> None:
    async with World.open(aigul_201=Phone(talks=5)) as world:
        world.troubles = troubles = TownTroubles()
        world.phrasebooks.clear()
        world.directory.know(NUMBER, language="ru")
        line = world.call()
        await world.serve(line)
        assert troubles.said[line.arrival.call] == [("unknown", 1, "45", 7, 1.0)]


@in_virtual_time
@pytest.mark.parametrize("when", ["open", "greeting"])
async def test_who_wants_an_operator_at_once_is_a_voice_of_his_house_all_the_same(when: str) -> None:
    """In a storm many press 0 before they have said a word."""
    async with World.open(aigul_201=Phone(talks=5)) as world:
        world.troubles = troubles = TownTroubles()
        world.directory.know(NUMBER, language="ru")
        line = world.call((during if when == "greeting" else after)(when, press("0")))
        await world.serve(line)
        assert troubles.said[line.arrival.call] == [("unknown", 1, "45", 7, 1.0)]
        assert world.ends() == ["answered"]


@in_virtual_time
@pytest.mark.parametrize("does", [press("9"), pause(0)], ids=["an emergency", "silent"])
async def test_an_emergency_and_who_says_nothing_are_no_voice_of_a_house(does: Step) -> None:
    async with World.open(aigul_201=Phone(talks=5)) as world:
        world.troubles = troubles = TownTroubles()
        world.directory.know(NUMBER, language="ru")
        await world.serve(world.call(after("open", does)))
        assert troubles.said == {}
