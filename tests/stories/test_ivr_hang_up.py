"""A caller hangs up at each single step: the call has its one end, and nothing is left behind."""

from __future__ import annotations

import pytest

from kezek_queue.types import OperatorState
from kit.ivr_world import World
from kit.scripted_line import (
    NEVER,
    Cue,
    Phone,
    after,
    at,
    during,
    hang_up,
    in_virtual_time,
    pause,
    press,
    say,
    while_listening,
    while_ringing,
    while_talking,
    while_waiting,
)

ANSWERS = (
    after("press/4", press("4")),
    after("open", say("well")),
    after("street", say("Abay")),
    after("house", press("45#")),
    after("topic", say("heating")),
)
BEFORE_THE_TALK = {
    "at once": at(0.0, hang_up()),
    "greeting": during("greeting", hang_up()),
    "language menu": during("press/2", hang_up()),
    "choosing the language": after("press/4", pause(1), hang_up()),
    "greeted": after("press/4", press("4"), hang_up()),
    "keys": during("keys", hang_up()),
    "open question": during("open", hang_up()),
    "the first sound": while_listening(hang_up()),
    "silence after the open question": after("open", pause(2), hang_up()),
    "in the middle of a word": after("open", pause(0.1), say("well"), hang_up()),
    "street question": during("street", hang_up()),
    "silence after the street question": after("street", pause(2), hang_up()),
    "house question": during("house", hang_up()),
    "keying the house": after("house", press("4"), pause(1), hang_up()),
    "topic question": during("topic", hang_up()),
    "silence after the topic question": after("topic", pause(1), hang_up()),
    "told the place": during("place/2", hang_up()),
    "told about the operator": during("operator", hang_up()),
    "music": while_waiting(hang_up()),
    "waiting": while_waiting(pause(20), hang_up()),
    "told the place again": during("number_told", hang_up()),
    "waiting long": while_waiting(pause(100), hang_up()),
}


def answering_except(cue: Cue) -> list[Cue]:
    return [cue, *[each for each in ANSWERS if each.when != cue.when]]


@pytest.mark.parametrize("step", BEFORE_THE_TALK)
@in_virtual_time
async def test_a_caller_who_hangs_up_in_or_before_the_queue_has_abandoned_and_nothing_is_left(step: str) -> None:
    async with World.open(aigul_201=Phone(answers_after=1, talks=400)) as world:
        busy = world.call(during("greeting", press("0")), language="ru", caller=None)
        waiting = world.call(during("greeting", press("0")), language="ru", caller=None)
        line = world.call(*answering_except(BEFORE_THE_TALK[step]), caller=None)
        await world.serve(busy, waiting, line)
        assert line.ended_by == "caller"
        assert (await world.state(line)).end == "abandoned"
        assert sorted(world.ends()) == ["abandoned", "answered", "answered"]
        world.nothing_is_left()


@in_virtual_time
async def test_a_caller_who_hangs_up_while_it_rings_has_abandoned_and_the_operator_is_ready_at_once() -> None:
    async with World.open(aigul_201=Phone(answers_after=10)) as world:
        line = world.call(
            during("greeting", press("0")), while_ringing(pause(3), hang_up()), language="ru", caller=None
        )
        await world.serve(line)
        assert (await world.state(line)).end == "abandoned"
        assert await world.operator("aigul") is OperatorState.READY
        assert world.told.names[-3:] == ["offered", "ringing", "ended"]
        world.nothing_is_left()


@in_virtual_time
async def test_a_caller_who_hangs_up_in_the_talk_was_answered_and_the_wrap_up_begins() -> None:
    """P4: the wrap-up is kept: no offer before it ends."""
    async with World.open(aigul_201=Phone(answers_after=1, talks=NEVER)) as world:
        line = world.call(
            during("greeting", press("0")), while_talking(pause(30), hang_up()), language="ru", caller=None
        )
        await world.serve(line)
        assert (await world.state(line)).end == "answered"
        assert await world.operator("aigul") is OperatorState.WRAP_UP
        assert world.told.names[-3:] == ["talk_ended", "wrap_up", "ended"]
        world.nothing_is_left()


@in_virtual_time
async def test_a_caller_who_hangs_up_during_the_goodbye_was_answered() -> None:
    async with World.open(aigul_201=Phone()) as world:
        line = world.call(during("greeting", press("0")), during("goodbye", hang_up()), language="ru", caller=None)
        await world.serve(line)
        assert world.ends() == ["answered"]
        world.nothing_is_left()
