"""Who looks for mass outages: by the lease, over reports of every source, through restarts. On both dialects."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from kezek_api.storm.rules import DetectionRules
from kezek_api.storm.watch import Watch
from kezek_register import Register
from kezek_register.areas import Area
from kezek_register.detection.detector import MassOutages
from kezek_register.outage_types import Outage
from kezek_register.trouble_types import CrewWord, KeptReport, KeptSuspicion, Trouble
from kezek_register.types import Unavailable
from kit.databases import draft
from kit.outages_town import RADIO, TREE, build, phone_of
from kit.storm_town import STREET, trouble

NOW = datetime.now(UTC)


@pytest.fixture
async def town(register: Register) -> Register:
    await build(register)
    return register


def watch(register: Register, node: str = "n1", **rules: Any) -> Watch:
    whole = DetectionRules(**rules)
    return Watch(register, whole, node, MassOutages, UTC, look_s=0.02)


@asynccontextmanager
async def looking(one: Watch) -> AsyncIterator[Watch]:
    task = asyncio.create_task(one.run())
    try:
        yield one
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await one.let_go()


async def until(register: Register, true: Callable[[list[KeptSuspicion]], bool]) -> list[KeptSuspicion]:
    async with asyncio.timeout(20):
        while True:
            found = list((await register.suspicions.page()).items)
            if true(found):
                return found
            await asyncio.sleep(0.02)


async def holds(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while True:
            if true():
                return
            await asyncio.sleep(0.02)


async def heard(one: Watch, source: str, number: int) -> None:
    await holds(lambda: one.seen.reports[source] >= number)


def street(*households: int, **changes: Any) -> list[Trouble]:
    """Callers of Tree street, one after the other."""
    first = NOW - timedelta(minutes=5)
    return [
        trouble(n, **({"at": first + timedelta(seconds=10 * place)} | changes)) for place, n in enumerate(households)
    ]


ALL = range(1, 33)
FEW = (1, 5, 9, 14, 18, 22, 27, 30)


def one_open(found: list[KeptSuspicion]) -> bool:
    return len(found) == 1 and found[0].state == "open"


async def test_calls_of_one_street_are_suspected_confirmed_and_explained(town: Register) -> None:
    """P1: found from the calls themselves; once it is confirmed, those that follow raise nothing new."""
    async with looking(watch(town)):
        await town.troubles.add(*street(*FEW))
        (found,) = await until(town, one_open)
        assert (found.topic, found.parties >= 3, found.areas) == ("water", True, found.areas)
        assert any(area.street_id == TREE or area.part_id for area in found.areas)
        assert len(await town.troubles.of_suspicion(found.id)) >= found.parties
        outage = await town.suspicions.confirm(found.id, "dana")
        await town.troubles.add(*street(2, 3, 6, 7, 10, 11))
        await until(town, lambda all_of: all(one.state == "confirmed" for one in all_of))
        await asyncio.sleep(0.2)
        assert len((await town.suspicions.page()).items) == 1
        assert [one.id for one in await town.outages.now()] == [outage.id]


async def test_a_prankster_who_redials_is_one_voice(town: Register) -> None:
    """P-bad: thirty calls of one number, each of another house, are no outage."""
    async with looking(watch(town)) as one:
        calls = [
            Trouble(f"call:p{n}", NOW, "call", "water", street_id=TREE, house=str(n % 8 + 1), phone="+77001112233")
            for n in range(30)
        ]
        await town.troubles.add(*calls)
        await heard(one, "call", 30)
        assert (await town.suspicions.page()).items == ()


async def test_a_rumour_ends_when_the_crew_says_no(town: Register) -> None:
    async with looking(watch(town)):
        await town.troubles.add(*street(*FEW))
        (found,) = await until(town, one_open)
        crew = replace(trouble(3), key="crew:1", source="crew", phone="", sensor="erlan", says="on", at=NOW)
        await town.troubles.add(crew)
        (ended,) = await until(town, lambda all_of: all_of[0].state == "dismissed")
        assert (ended.id, ended.decided_by, ended.why) == (found.id, "rule", "the crew says that nothing is missing")
    again = street(2, 6, 10)
    async with looking(watch(town, "n2")) as next_one:
        await town.troubles.add(*(replace(one, at=NOW) for one in again))
        await heard(next_one, "call", len(FEW) + len(again))
        await asyncio.sleep(0.2)
        assert len((await town.suspicions.page()).items) == 1, "the next node knows that it was dismissed"


async def test_a_crew_s_word_of_a_house_leaves_the_street_and_of_the_whole_it_ends_the_rumour(town: Register) -> None:
    async with looking(watch(town)):
        await town.troubles.add(*street(*FEW))
        (found,) = await until(town, lambda all_of: one_open(all_of) and all_of[0].parties >= 7)
        word = CrewWord("on", "vodokanal", "erlan", suspicion_id=found.id)
        first = (await town.places.of_household(1)).building_id
        await town.crew_words.say(replace(word, areas=(Area("building", building_id=first),)))
        (kept,) = await until(town, lambda all_of: all_of[0].against == 1)
        assert kept.state == "open", "one house with water is no reason to forget the street"
        await town.crew_words.say(word)
        (ended,) = await until(town, lambda all_of: all_of[0].state == "dismissed")
        assert (ended.id, ended.decided_by) == (found.id, "rule")


async def test_the_next_node_knows_what_the_one_before_knew(town: Register) -> None:
    """A restart replays the window: the same suspicion goes on, no second one is made, what was dismissed stays so."""
    async with looking(watch(town)):
        await town.troubles.add(*street(*FEW))
        (found,) = await until(town, one_open)
    await town.troubles.add(*street(2, 3, 6))
    async with looking(watch(town, "n2")) as second:
        await holds(lambda: second.seen.open == 1)  # the first one's last words may be written meanwhile
        (again,) = await until(town, lambda all_of: all_of[0].reports > found.reports)
        assert (again.id, again.state) == (found.id, "open")
        await town.suspicions.dismiss(found.id, "dana", "a drill")
        await holds(lambda: second.seen.open == 0)
    async with looking(watch(town, "n3")) as third:
        await town.troubles.add(*street(7, source="message"))
        await heard(third, "message", 1)
        assert [one.state for one in (await town.suspicions.page()).items] == ["dismissed"]


async def test_who_takes_over_after_a_step_of_the_end_suspects_nothing_of_what_was_said_before_it(
    town: Register,
) -> None:
    """A range of houses is restored; the next node replays calls from there that are older than that."""
    async with looking(watch(town)):
        await town.troubles.add(*street(*FEW))
        (found,) = await until(town, one_open)
        outage = await town.suspicions.confirm(found.id, "dana")
        some = Area("houses", street_id=TREE, house_from="1", house_to="6")
        await town.outages.restore(outage.id, [some], "dana")
    async with looking(watch(town, "n2")) as second:
        await town.troubles.add(*street(2, source="message", at=NOW + timedelta(seconds=1)))
        await heard(second, "message", 1)
        await asyncio.sleep(0.1)
        assert [one.state for one in (await town.suspicions.page()).items] == ["confirmed"]


async def test_two_nodes_and_one_of_them_looks(town: Register) -> None:
    async with looking(watch(town)) as first, looking(watch(town, "n2")) as second:
        await town.troubles.add(*street(*FEW))
        await until(town, one_open)
        assert (first.looks, second.looks) in ((True, False), (False, True))


async def test_an_outage_by_hand_explains_its_own_topic_alone(town: Register) -> None:
    await town.outages.open(Outage(0, "announced", 2, "water", NOW - timedelta(hours=1), (STREET,)), "dana")
    async with looking(watch(town)) as one:
        await town.troubles.add(*street(*FEW))
        await heard(one, "call", len(FEW))
        assert (await town.suspicions.page()).items == ()
        lights = [replace(each, key=f"{each.key}:e", topic="electricity") for each in street(*FEW)]
        await town.troubles.add(*lights)
        (found,) = await until(town, one_open)
        assert found.topic == "electricity"


async def test_above_a_certainty_a_rule_confirms(town: Register) -> None:
    async with looking(watch(town, confirm_at=0.9, confirm_parties=6)):
        await town.troubles.add(*street(*ALL))
        (found,) = await until(town, lambda all_of: bool(all_of) and all_of[0].state == "confirmed")
        assert found.decided_by == "rule"
        (outage,) = await town.outages.now()
        assert outage.id == found.outage_id


async def test_no_network_and_houses_that_nobody_knows(town: Register) -> None:
    """Radio street's even side hangs on nothing; a house that is not in the register lies in its street."""
    async with looking(watch(town)):
        calls = [
            Trouble(f"call:r{n}", NOW, "call", "cold_water", street_id=RADIO, house=str(2 * n), phone=f"+7701000{n:04}")
            for n in range(1, 10)
        ]
        await town.troubles.add(*calls)
        (found,) = await until(town, one_open)
        assert found.topic == "water", "who has no cold water has no water"


async def test_sql_away_is_later_and_nothing_is_lost(
    town: Register, register_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """P2: what is read fails for a while; the same looking goes on, and finds what was written meanwhile."""
    async with looking(watch(town)) as one:
        await heard_anything(one)
        away, since = True, town.troubles.since

        async def fails(*given: int) -> list[KeptReport]:
            if away:
                raise Unavailable("the database is away")
            return await since(*given)

        monkeypatch.setattr(town.troubles, "since", fails)
        await town.troubles.add(*street(*FEW))
        await asyncio.sleep(0.3)
        assert (await town.suspicions.page()).items == ()
        away = False
        await until(town, one_open)


async def test_a_clock_that_is_off_makes_no_outage_and_hides_none(town: Register) -> None:
    """A node whose clock is a day ahead, or years behind, reports as everybody does."""
    async with looking(watch(town)):
        off = (timedelta(days=1), timedelta(days=-900), timedelta(minutes=40))
        strange = [trouble(n, at=NOW + much, topic="electricity") for n, much in zip((25, 26, 29), off, strict=True)]
        await town.troubles.add(*strange, *street(*FEW))
        (found,) = await until(town, one_open)
        assert found.topic == "water"


async def test_what_is_usual_is_counted_day_by_day_and_begun_with_tickets(town: Register) -> None:
    counts, topics = town.usual_counts, DetectionRules().topics
    monday = datetime(2026, 3, 2, 9, tzinfo=UTC)
    for n in range(1, 4):
        whole = draft(call=f"t{n}", caller=phone_of(n), household_id=n, street_id=TREE, house="1", topic="water")
        await town.tickets.confirm(replace(whole, created_at=monday + timedelta(days=7 * n)))
    until_day = monday + timedelta(days=28)
    assert await counts.begin_with_tickets(monday, until_day, UTC, topics) == 3
    seen = await counts.read()
    assert seen.by_hour == {("water", 9): 3}
    assert seen.by_territory == {("water", 1): 3, ("water", 2): 3}
    assert seen.days == 21
    await town.troubles.add(trouble(9, at=until_day + timedelta(hours=1)), trouble(10, at=until_day, topic="taxes"))
    assert await counts.count_day(until_day.date(), UTC, topics) == 1
    again = await counts.read()
    assert (again.days, again.by_hour["water", 10]) == (22, 1)
    await counts.forget(datetime(2026, 4, 1, tzinfo=UTC).date())
    assert (await counts.read()).days == 0


async def heard_anything(one: Watch) -> None:
    async with asyncio.timeout(20):
        while True:
            if one.looks:
                return
            await asyncio.sleep(0.02)
