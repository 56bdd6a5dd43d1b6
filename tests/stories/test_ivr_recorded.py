"""Recorded intake: the line is overloaded, and what a caller said becomes a ticket with nobody between."""

from __future__ import annotations

import pytest

from kezek_queue.ladder.types import RungRules
from kezek_queue.types import Kind
from kit.ivr_world import World
from kit.overload_town import TownIntake, TownRungs
from kit.scripted_line import Cue, Phone, after, during, hang_up, in_virtual_time, pause, press, say

HEATING = RungRules(record=("heating",))


def overloaded(world: World) -> TownIntake:
    world.directory.know("+77010000001", language="ru")
    world.rungs, intake = TownRungs(HEATING), TownIntake()
    world.intake = intake
    return intake


SAID = after("open", pause(1), say("no heating"))


@in_virtual_time
async def test_his_words_become_a_ticket_and_he_hears_its_number() -> None:
    async with World.open(aigul_201=Phone()) as world:
        intake = overloaded(world)
        line = world.call(SAID)
        await world.serve(line)

        (number,) = intake.numbers.values()
        told = line.heard[line.heard.index("recorded_taken") :]
        digits = [f"number/{digit}" for digit in number if digit.isdecimal()]
        assert told == ["recorded_taken", "subject/heating", "ticket_number", *digits, "recorded_stay", "goodbye"]
        assert world.ends() == ["recorded"]
        assert (await world.notes(line))["recorded"] == number
        assert world.board.rung == [], "no operator is rung for it"
        world.nothing_is_left()


@in_virtual_time
async def test_who_hangs_up_while_he_is_told_is_recorded_all_the_same() -> None:
    async with World.open(aigul_201=Phone()) as world:
        intake = overloaded(world)
        line = world.call(SAID, during("recorded_taken", hang_up()))
        await world.serve(line)
        assert list(intake.taken) == [line.arrival.call]
        assert world.ends() == ["recorded"]
        world.nothing_is_left()


@in_virtual_time
@pytest.mark.parametrize(("key", "priority"), [("0", 0), ("9", 9)])
async def test_who_wants_an_operator_or_is_in_danger_goes_to_the_line_and_keeps_the_number(
    key: str, priority: int
) -> None:
    async with World.open(aigul_201=Phone(talks=5)) as world:
        overloaded(world)
        line = world.call(SAID, after("recorded_stay", press(key)))
        await world.serve(line)
        assert world.ends() == ["answered"]
        assert (await world.state(line)).priority == priority
        assert (await world.notes(line))["recorded"]
        world.nothing_is_left()


@in_virtual_time
@pytest.mark.parametrize(
    "cue",
    [
        after("open", pause(1), say("the lift is stuck")),  # of another matter
        after("open", press("0")),
        after("open", press("9")),
        after("open", pause(1), say("something strange")),  # no matter that anybody understands
    ],
)
async def test_nobody_else_is_recorded(cue: Cue) -> None:
    """Emergencies, other matters, who asks for an operator, and who was not understood: on no rung."""
    async with World.open(aigul_201=Phone(talks=5)) as world:
        intake = overloaded(world)
        line = world.call(cue)
        await world.serve(line)
        assert intake.taken == {}
        assert world.ends() == ["answered"]


@in_virtual_time
@pytest.mark.parametrize("how", ["dead", "slow"])
async def test_a_register_that_cannot_take_it_down_loses_nobody(how: str) -> None:
    async with World.open(aigul_201=Phone(talks=5)) as world:
        intake = overloaded(world)
        intake.dead, intake.slow = how == "dead", 60.0 if how == "slow" else 0.01
        line = world.call(SAID)
        await world.serve(line)
        assert "recorded_taken" not in line.heard
        assert world.ends() == ["answered"]
        assert len(world.told_of(Kind.ENDED)) == 1
        world.nothing_is_left()
