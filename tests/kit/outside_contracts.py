"""What a Switchboard does with numbers outside: held against the scripted one and a real Asterisk."""

from __future__ import annotations

import asyncio

import pytest

from kezek_telephony import Answered, Connected, NotReached, NotTaken, Outside, Refused, Ringing
from kit.line_contracts import Contract
from kit.line_worlds import LANGUAGE, World
from kit.telephony_steps import Steps


async def a_caller_is_diverted_outside_and_comes_back(world: World) -> None:
    async with world.outside(answers=True, talks=0.3) as number, world.call() as (line, _):
        await line.music()
        ringing, connected, ended = await Steps(world.board.divert(line, Outside(number), seconds=20)).all()
        assert (ringing, connected) == (Ringing(), Connected())
        assert ended.caller_stays
        assert not await line.play("number/7", language=LANGUAGE)


async def who_is_diverted_to_is_told_first_and_then_joined(world: World) -> None:
    async with world.outside(answers=True, talks=2) as number, world.call() as (line, _):
        await line.music()
        told = world.board.divert(line, Outside(number), seconds=20, say=("number/7", "missing"), language=LANGUAGE)
        ringing, connected, ended = await Steps(told).all()
        assert (ringing, connected) == (Ringing(), Connected())
        assert ended.caller_stays


async def a_diversion_that_nobody_answers_gives_the_caller_back(world: World) -> None:
    async with world.outside(answers=False) as number, world.call() as (line, caller):
        steps = await Steps(world.board.divert(line, Outside(number), seconds=1)).all()
        assert steps == [Ringing(), NotTaken("no_answer")]
        await caller.hears()


def _dial(world: World, call: str, number: str, seconds: int = 20) -> Steps:
    return Steps(world.board.dial(call, Outside(number), since=1_800_000_000.5, language="kk", seconds=seconds))


async def a_citizen_who_is_dialled_comes_in_as_a_line(world: World) -> None:
    """P8."""
    async with world.outside(answers=True) as number:
        assert await world.board.dialled("back-1") is False
        assert await _dial(world, "back-1", number).all() == [Ringing(), Answered()]
        line = await world.dialled_line()
        arrival = line.arrival
        assert (arrival.call, arrival.callback, arrival.resumed) == ("back-1", True, False)
        assert (arrival.caller, arrival.since, arrival.language) == (number, 1_800_000_000.5, "kk")
        assert await world.board.dialled("back-1") is True
        with pytest.raises(Refused):
            await _dial(world, "back-1", number).all()


async def a_citizen_who_does_not_answer_is_not_reached(world: World) -> None:
    async with world.outside(answers=False) as number:
        assert await _dial(world, "back-2", number, seconds=1).all() == [Ringing(), NotReached("no_answer")]
        assert await world.board.dialled("back-2") is False


async def a_citizen_is_dialled_once_at_a_time_and_may_be_left_alone(world: World) -> None:
    """P8."""
    async with world.outside(answers=False) as number:
        first = _dial(world, "back-3", number)
        await first.until(1)
        with pytest.raises(Refused):
            await _dial(world, "back-3", number).all()
        assert await world.board.dialled("back-3") is True
        await world.board.cancel_dial("back-3")
        assert await first.all() == [Ringing(), NotReached("no_answer")]
        await world.board.cancel_dial("back-3")


CONTRACTS: list[Contract] = [
    contract
    for name, contract in list(globals().items())
    if asyncio.iscoroutinefunction(contract) and not name.startswith("_")
]
