"""Somebody is asked in a talk, joins it or takes it over: held against the scripted exchange and a real Asterisk."""

from __future__ import annotations

import asyncio

import pytest

from kezek_telephony import AsideEnded, Connected, Held, HungUp, NotTaken, Phone, Refused, Resumed, Ringing
from kit.line_contracts import Contract
from kit.line_worlds import World
from kit.telephony_steps import talking


async def one_who_is_asked_is_retrieved_from(world: World) -> None:
    async with talking(world) as talk, world.phone("1002", answers=True):
        aside = await talk.asks("1002")
        with pytest.raises(Refused):
            await talk.board.hold(talk.line)
        await talk.board.retrieve(talk.line)
        assert await aside.all() == [Ringing(), Connected(), AsideEnded("retrieved")]
        await world.hangs_up("1001")
        assert await talk.ends(stays=True) == []


async def one_who_only_rings_is_retrieved_from(world: World) -> None:
    async with talking(world) as talk, world.phone("1002", answers=False):
        aside = talk.consult("1002")
        await aside.until(1)
        with pytest.raises(Refused):
            await talk.board.join(talk.line)
        await talk.board.retrieve(talk.line)
        assert await aside.all() == [Ringing(), AsideEnded("retrieved")]
        await talk.board.release(talk.line)
        assert await talk.ends(stays=True) == []


async def the_caller_is_handed_over_and_belongs_to_the_other_one(world: World) -> None:
    async with talking(world) as talk, world.phone("1002", answers=True):
        aside = await talk.asks("1002")
        await talk.board.hand_over(talk.line)
        assert (await aside.all())[-1] == AsideEnded("handed_over")
        await talk.board.hold(talk.line)
        await talk.board.resume(talk.line)
        await talk.steps.until(4)
        await world.hangs_up("1002")
        assert await talk.ends(stays=True) == [Held(), Resumed()]


async def one_to_whom_the_caller_was_handed_may_ask_in_turn(world: World) -> None:
    async with talking(world) as talk, world.phone("1002", answers=True):
        await talk.asks("1002")
        await talk.board.hand_over(talk.line)
        aside = await talk.asks("1001")
        await talk.board.retrieve(talk.line)
        assert (await aside.all())[-1] == AsideEnded("retrieved")
        await talk.board.release(talk.line)
        assert await talk.ends(stays=True) == []


async def in_a_conference_the_one_who_was_asked_may_leave(world: World) -> None:
    async with talking(world) as talk, world.phone("1002", answers=True):
        aside = await talk.asks("1002")
        await talk.board.join(talk.line)
        await world.hangs_up("1002")
        assert (await aside.all())[-1] == AsideEnded("left")
        await world.hangs_up("1001")
        assert await talk.ends(stays=True) == []


async def in_a_conference_the_operator_may_leave(world: World) -> None:
    async with talking(world) as talk, world.phone("1002", answers=True):
        aside = await talk.asks("1002")
        await talk.board.join(talk.line)
        await world.hangs_up("1001")
        assert (await aside.all())[-1] == AsideEnded("handed_over")
        await world.hangs_up("1002")
        assert await talk.ends(stays=True) == []


async def a_conference_is_released(world: World) -> None:
    async with talking(world) as talk, world.phone("1002", answers=True):
        aside = await talk.asks("1002")
        await talk.board.join(talk.line)
        await talk.board.release(talk.line)
        assert await talk.ends(stays=True) == []
        assert (await aside.all())[-1] == AsideEnded("operator_left")


async def a_caller_who_leaves_a_conference_ends_it(world: World) -> None:
    async with talking(world) as talk, world.phone("1002", answers=True):
        aside = await talk.asks("1002")
        await talk.board.join(talk.line)
        await talk.caller.hang_up()
        assert await talk.ends(stays=False) == []
        with pytest.raises(HungUp):
            await aside.all()


async def one_who_is_asked_and_hangs_up_leaves_the_talk_as_it_was(world: World) -> None:
    async with talking(world) as talk, world.phone("1002", answers=True):
        aside = await talk.asks("1002")
        await world.hangs_up("1002")
        assert (await aside.all())[-1] == AsideEnded("left")
        await talk.board.hold(talk.line)
        assert await talk.steps.until(3) == Held()
        await talk.caller.hang_up()
        assert await talk.ends(stays=False) == [Held()]


async def an_operator_who_leaves_while_he_asks_gives_the_caller_back(world: World) -> None:
    async with talking(world) as talk, world.phone("1002", answers=True):
        aside = await talk.asks("1002")
        await world.hangs_up("1001")
        assert (await aside.all())[-1] == AsideEnded("operator_left")
        assert await talk.ends(stays=True) == []


async def a_caller_who_leaves_while_somebody_is_asked_is_gone(world: World) -> None:
    async with talking(world) as talk, world.phone("1002", answers=True):
        aside = await talk.asks("1002")
        await talk.caller.hang_up()
        assert await talk.ends(stays=False) == []
        with pytest.raises(HungUp):
            await aside.all()


async def one_who_does_not_pick_up_leaves_the_talk_as_it_was(world: World) -> None:
    async with talking(world) as talk, world.phone("1002", answers=False):
        steps = await talk.consult("1003").all()
        assert steps == [NotTaken("unreachable")], steps
        assert await talk.consult("1002", seconds=1).all() == [Ringing(), NotTaken("no_answer")]
        await talk.board.release(talk.line)
        assert await talk.ends(stays=True) == []


async def a_held_caller_is_held_until_he_hears_the_operator_again(world: World) -> None:
    async with talking(world) as talk, world.phone("1002", answers=True):
        await talk.board.hold(talk.line)
        await talk.asks("1002")
        await talk.board.retrieve(talk.line)
        assert await talk.steps.until(4) == Resumed()
        await talk.board.release(talk.line)
        assert await talk.ends(stays=True) == [Held(), Resumed()]


async def somebody_outside_is_asked_and_given_the_caller(world: World) -> None:
    async with talking(world) as talk, world.outside(answers=True) as number:
        aside = await talk.asks(number)
        with pytest.raises(Refused):
            await anext(talk.board.consult(talk.line, Phone("1002"), seconds=5))
        await talk.board.hand_over(talk.line)
        assert (await aside.all())[-1] == AsideEnded("handed_over")
        await talk.caller.hang_up()
        assert await talk.ends(stays=False) == []


CONTRACTS: list[Contract] = [
    contract
    for name, contract in list(globals().items())
    if asyncio.iscoroutinefunction(contract) and not name.startswith("_")
]
