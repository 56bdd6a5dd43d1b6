"""Who is told that it is over, and says that it is not, has an operator in that call, as far as the pace allows."""

from __future__ import annotations

import asyncio

import pytest

from kezek_queue.types import CallState
from kit.citizens import MemoryNotices
from kit.ivr_notices import TellingNode, telling
from kit.ivr_world import World
from kit.scripted_line import NEVER, Cue, Phone, ScriptedLine, after, hang_up, in_virtual_time, pause, press

NUMBER = "+77010000001"
KEY = "outage:12:restored:household:7"
STILL_OUT = after("told_restored_no", press("2"))


def restored(notices: MemoryNotices, number: str = NUMBER, key: str = KEY) -> None:
    notices.add(key, "restored", number, topic="heating")


def line_of(world: World) -> ScriptedLine:
    (line,) = world.board.lines.values()
    return line


@in_virtual_time
async def test_he_stands_in_the_line_with_his_place_and_the_operator_sees_that_he_is_still_out() -> None:
    """P8, P11: his answer is written all the same, he is dialled once, and asked nothing more."""
    async with World.open(aigul_201=Phone(answers_after=4, talks=30)) as world:
        world.board.citizen(NUMBER, Phone(answers_after=5), STILL_OUT, after("told_operator", pause(2), press("0")))
        notices = MemoryNotices()
        restored(notices)
        async with telling(world, notices, back=True):
            await asyncio.sleep(600)
        line = line_of(world)
        at = line.heard.index("told_still_out")
        assert line.heard[at : at + 3] == ["told_still_out", "told_operator", "press/0"]
        assert "open" not in line.heard, "no question of the interview"
        assert line.heard[-1] == "goodbye"
        call = await world.queues.call(line.arrival.call)
        assert (call.state, call.end, call.operator) == (CallState.ENDED, "answered", "aigul")
        notes = await world.queues.notes(line.arrival.call)
        assert (notes["still_out"], notes["outages"], notes["fields"]["topic"]["value"]) == (12, [12], "heating")
        assert notices.answers == {KEY: ["no"]}
        assert (notices.tells[KEY].state, notices.tells[KEY].result) == ("sent", "2")
        assert len(world.board.dialled_to) == 1


@in_virtual_time
async def test_the_digit_of_emergencies_is_one_there_too() -> None:
    async with World.open(aigul_201=Phone(answers_after=4, talks=30)) as world:
        world.board.citizen(NUMBER, Phone(answers_after=5), STILL_OUT, after("told_operator", press("9")))
        notices = MemoryNotices()
        restored(notices)
        async with telling(world, notices, back=True):
            await asyncio.sleep(600)
        call = line_of(world).arrival.call
        assert (await world.queues.call(call)).priority == 9
        assert (await world.queues.notes(call))["emergency"] == {"how": "digit"}


@pytest.mark.parametrize("cue", [after("told_operator", pause(60)), after("told_operator", hang_up())])
@in_virtual_time
async def test_who_wants_none_is_thanked_and_never_stands_in_the_line(cue: Cue) -> None:
    async with World.open(aigul_201=Phone()) as world:
        world.board.citizen(NUMBER, Phone(answers_after=5), STILL_OUT, cue)
        notices = MemoryNotices()
        restored(notices)
        async with telling(world, notices, back=True):
            await asyncio.sleep(600)
        assert (await world.queues.calls([line_of(world).arrival.call])) == {}
        assert notices.answers == {KEY: ["no"]}
        assert line_of(world).heard.count("told_still_out") == 1


@in_virtual_time
async def test_of_twenty_who_say_no_at_once_no_more_stand_in_the_line_than_their_part_of_the_operators() -> None:
    """P18: 5 operators, of whom four fifths may be kept; the others hear that it is written down."""
    operators = {f"op{n}_{n}": Phone(answers_after=3, talks=3000) for n in range(201, 206)}
    async with World.open(**operators) as world:
        notices = MemoryNotices()
        for n in range(20):
            number = f"+7701000{n:04}"
            world.board.citizen(number, Phone(answers_after=5), STILL_OUT, after("told_operator", press("0")))
            restored(notices, number, f"outage:12:restored:household:{n}")
        async with telling(world, notices, back=True):
            await asyncio.sleep(900)
            snapshot = await world.queues.snapshot()
            talking = [one for one in snapshot.operators if one.call]
            assert 1 <= len(talking) + len(snapshot.waiting) <= 5
            assert len(notices.answers) == 20, "who talks keeps no call of those who are still to be told"


@in_virtual_time
async def test_who_has_gone_to_the_line_keeps_his_place_when_the_node_dies() -> None:
    """P2: whoever takes the line over conducts it as a call; he is not told again."""
    async with World.open(aigul_201=Phone(answers_after=NEVER)) as world:
        world.board.citizen(NUMBER, Phone(answers_after=5), STILL_OUT, after("told_operator", press("0")))
        notices = MemoryNotices()
        restored(notices)
        node = TellingNode(world, notices, back=True)
        await asyncio.sleep(60)
        line = line_of(world)
        before = await world.queues.call(line.arrival.call)
        await node.die()
        other = TellingNode(world, notices, "node-2", back=True)
        known = world.board.call(call=line.arrival.call, caller=NUMBER, language="ru", resumed=True)
        other.serve(known)
        await asyncio.sleep(20)
        assert "told_hello" not in known.heard
        now = await world.queues.call(line.arrival.call)
        assert (now.state in (CallState.WAITING, CallState.OFFERED), now.place_since) == (True, before.place_since)
        await other.die()
