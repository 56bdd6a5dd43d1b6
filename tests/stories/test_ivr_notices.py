"""People are called to be told something: once, not by night, and never at the cost of live callers (P8, P18)."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest

from kit.citizens import MemoryNotices
from kit.ivr_notices import TellingNode, clock, now, telling
from kit.ivr_world import World
from kit.scripted_line import NEVER, Phone, ScriptedLine, after, during, hang_up, in_virtual_time, pause, press

NUMBER = "+77010000001"
KEY = "outage:12:restored:household:7"
TICKET = "ticket:26-000123-4"


def line_of(world: World) -> ScriptedLine:
    (line,) = world.board.lines.values()
    return line


def restored(notices: MemoryNotices, number: str = NUMBER, key: str = KEY) -> None:
    notices.add(key, "restored", number, topic="heating")


@pytest.mark.parametrize(("key", "answer", "farewell"), [("1", "yes", "told_thanks"), ("2", "no", "told_still_out")])
@in_virtual_time
async def test_who_is_told_that_it_is_over_says_whether_it_is(key: str, answer: str, farewell: str) -> None:
    """P8, P18: the answer goes into the outage, and he is not called again."""
    async with World.open() as world:
        world.board.citizen(NUMBER, Phone(answers_after=5), after("told_restored_no", press(key)))
        notices = MemoryNotices()
        restored(notices)
        async with telling(world, notices):
            await asyncio.sleep(2 * 3600)
        line = line_of(world)
        assert line.heard == [
            "told_hello", "told_restored", "subject/heating",
            "told_restored_yes", "press/1", "told_restored_no", "press/2", farewell,
        ]  # fmt: skip
        assert notices.answers == {KEY: [answer]}
        assert (notices.tells[KEY].state, notices.tells[KEY].result) == ("sent", key)
        assert len(world.board.dialled_to) == 1


@pytest.mark.parametrize("he", ["says nothing", "hangs up"])
@in_virtual_time
async def test_who_picked_up_has_been_told_whatever_he_did_then(he: str) -> None:
    """P8: an answering machine is told twice in one call, and never dialled again."""
    async with World.open() as world:
        cues = () if he == "says nothing" else (during("told_restored", hang_up()),)
        world.board.citizen(NUMBER, Phone(answers_after=5), *cues)
        notices = MemoryNotices()
        restored(notices)
        async with telling(world, notices):
            await asyncio.sleep(2 * 3600)
        assert notices.answers == {KEY: ["unreached"]}
        assert notices.tells[KEY].result == ("no_key" if he == "says nothing" else "hung_up")
        assert len(world.board.dialled_to) == 1


@in_virtual_time
async def test_who_does_not_pick_up_is_tried_some_times_and_then_given_up() -> None:
    async with World.open() as world:
        world.board.citizen(NUMBER, Phone(answers_after=NEVER))
        notices = MemoryNotices()
        restored(notices)
        async with telling(world, notices, retries_s=(600.0, 3600.0)):
            await asyncio.sleep(2000)
            assert len(world.board.dialled_to) == 2
            await asyncio.sleep(2 * 3600)
        assert len(world.board.dialled_to) == 3
        assert (notices.tells[KEY].state, notices.tells[KEY].result) == ("failed", "no_answer")
        assert notices.answers == {KEY: ["unreached"]}


@in_virtual_time
async def test_an_executor_who_is_late_is_called_until_he_confirms() -> None:
    async with World.open() as world:
        world.board.citizen(NUMBER, Phone(answers_after=5), during("told_late", hang_up()))
        notices = MemoryNotices()
        key = f"{TICKET}:late:1:executor"
        notices.add(key, "late", NUMBER, number="26-000123-4", late_s=7200, topic="lift")
        async with telling(world, notices):
            await asyncio.sleep(300)
            assert notices.tells[key].state == "pending"
            world.board.citizen(NUMBER, Phone(answers_after=5), after("told_heard", press("1")))
            await asyncio.sleep(1200)
        assert (notices.tells[key].state, notices.tells[key].result) == ("sent", "1")
        heard = line_of(world).heard
        assert heard[:3] == ["told_hello", "told_late", "ticket_number"]
        assert heard[12:14] == ["subject/lift", "ticket_late"]


@in_virtual_time
async def test_a_citizen_is_not_called_by_night_and_a_duty_phone_is() -> None:
    async with World.open() as world:
        for number in (NUMBER, "+77010000002"):
            world.board.citizen(number, Phone(answers_after=5), after("told_hello", pause(3), press("1")))
        notices = MemoryNotices()
        restored(notices)
        notices.add("outage:12:call_out:1", "call_out", "+77010000002", topic="heating")
        async with telling(world, notices, quiet=(clock(-1), clock(2))):
            await asyncio.sleep(1.5 * 3600)
            assert [number for _, number in world.board.dialled_to] == ["+77010000002"]
            assert (notices.tells[KEY].state, notices.tells[KEY].attempts) == ("pending", 0), "a night costs nothing"
            await asyncio.sleep(3600)
        assert [number for _, number in world.board.dialled_to] == ["+77010000002", NUMBER]
        assert notices.answers == {KEY: ["yes"], "outage:12:call_out:1": ["yes"]}


@in_virtual_time
async def test_what_a_node_had_claimed_that_never_comes_back_is_told_by_another_after_a_lease() -> None:
    """P8: it died before it dialled; while it may be alive nobody touches its claim."""
    async with World.open() as world:
        world.board.citizen(NUMBER, Phone(answers_after=4), after("told_restored_no", press("1")))
        notices = MemoryNotices()
        restored(notices)
        await notices.claim(node="dead", limit=1, now=now())
        async with telling(world, notices, retries_s=(60.0,)):
            await asyncio.sleep(590)
            assert world.board.dialled_to == []
            await asyncio.sleep(400)
        assert [number for _, number in world.board.dialled_to] == [NUMBER]
        assert notices.answers == {KEY: ["yes"]}


@in_virtual_time
async def test_two_nodes_tell_two_hundred_households_once_each_and_never_more_at_once_than_their_share() -> None:
    """P8, P18."""
    async with World.open() as world:
        notices = MemoryNotices()
        for n in range(200):
            number = f"+7701000{n:04}"
            world.board.citizen(number, Phone(answers_after=4), after("told_restored_no", press("1")))
            restored(notices, number, f"outage:12:restored:household:{n}")
        node = TellingNode(world, notices, "node-1", at_once=5)
        other = TellingNode(world, notices, "node-2", at_once=5)
        for _ in range(1500):
            await asyncio.sleep(1)
            dials = [dial for dial in world.board._dials.values() if dial.lives]
            assert len(dials) + sum(not line.gone for line in world.board.lines.values()) <= 10
        await node.die()
        await other.die()
        assert set(Counter(number for _, number in world.board.dialled_to).values()) == {1}
        assert {tell.state for tell in notices.tells.values()} == {"sent"}
        assert len(notices.answers) == 200


@in_virtual_time
async def test_live_callers_keep_their_lines() -> None:
    async with World.open() as world:
        notices = MemoryNotices()
        for n in range(3):
            world.board.citizen(f"+7701000000{n}", Phone(answers_after=4), after("told_restored_no", press("1")))
            restored(notices, f"+7701000000{n}", f"outage:12:restored:household:{n}")
        for n in range(6):
            await world.queues.arrive(f"live-{n}", caller=None, dialled="109", since=0.0, node="node-1")
            await world.queues.place(f"live-{n}", queue="main")
        async with telling(world, notices, lines=10, reserve=4):
            await asyncio.sleep(60)
            assert world.board.dialled_to == []
            await world.queues.leave("live-0")
            await asyncio.sleep(60)
            assert len(world.board.dialled_to) == 3, "one after the other"


STEPS_S = (0.0, 0.005, 0.015, 0.03, 0.05, 1.0, 4.0, 5.03, 5.1, 5.5, 7.0, 9.0, 10.9, 11.05, 12.0, 13.0, 20.0)


@pytest.mark.parametrize("killed_after", STEPS_S)
@in_virtual_time
async def test_our_death_at_any_step_tells_him_once(killed_after: float) -> None:
    """P8: whoever heard the first word is never dialled again, and who heard none is not forgotten."""
    async with World.open() as world:
        world.board.citizen(NUMBER, Phone(answers_after=5), after("told_restored_no", press("1")))
        notices = MemoryNotices()
        restored(notices)
        node = TellingNode(world, notices)
        await asyncio.sleep(killed_after)
        await node.die()
        await asyncio.sleep(1)
        node = await node.restart()
        await asyncio.sleep(4000)
        await node.die()
        told = [line for line in world.board.lines.values() if line.heard]
        assert len(told) == 1
        assert len(world.board.dialled_to) <= 2
        assert notices.tells[KEY].state == "sent"


@in_virtual_time
async def test_who_answers_before_a_slow_register_knows_that_he_picked_up_is_not_dialled_again_after_our_death() -> (
    None
):
    """P8."""
    async with World.open() as world:
        world.board.citizen(NUMBER, Phone(answers_after=5), during("told_hello", press("1")))
        notices = MemoryNotices()
        notices.slow = 2.0
        restored(notices)
        node = TellingNode(world, notices)
        while not notices.answers:  # noqa: ASYNC110 - the story's own clock
            await asyncio.sleep(0.1)
        await asyncio.sleep(1)  # that it is settled will be known in another one
        await node.die()
        node = await node.restart()
        await asyncio.sleep(4000)
        await node.die()
        assert len(world.board.dialled_to) == 1
        assert notices.answers == {KEY: ["yes"]}


@in_virtual_time
async def test_a_database_away_while_he_answers_silences_nobody_and_loses_no_answer() -> None:
    async with World.open() as world:
        world.board.citizen(NUMBER, Phone(answers_after=5), after("told_restored_no", press("2")))
        notices = MemoryNotices()
        restored(notices)
        async with telling(world, notices):
            await asyncio.sleep(2)
            notices.dead = True
            await asyncio.sleep(30)
            assert "told_still_out" in line_of(world).heard
            notices.dead = False
            await asyncio.sleep(30)
        assert notices.answers == {KEY: ["no"]}
        assert notices.tells[KEY].state == "sent"
        assert len(world.board.dialled_to) == 1
