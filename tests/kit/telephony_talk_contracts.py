"""What can be done in a talk: told once, held against the scripted exchange and a real Asterisk."""

from __future__ import annotations

import asyncio

import pytest

from kezek_telephony import Held, Phone, Refused, Resumed
from kit.line_contracts import Contract
from kit.line_worlds import World
from kit.telephony_steps import talking

# --- release, hold ----------------------------------------------------------------------------------------------------


async def a_caller_is_released_into_our_hands(world: World) -> None:
    async with talking(world) as talk:
        await talk.board.release(talk.line)
        assert await talk.ends(stays=True) == []


async def a_caller_on_hold_hears_music_until_he_is_resumed(world: World) -> None:
    async with talking(world) as talk:
        await talk.board.hold(talk.line)
        await talk.board.hold(talk.line)
        assert await talk.steps.until(3) == Held()
        await talk.caller.hears()
        await talk.board.resume(talk.line)
        await talk.board.resume(talk.line)
        assert await talk.steps.until(4) == Resumed()
        await world.hangs_up("1001")
        assert await talk.ends(stays=True) == [Held(), Resumed()]


async def an_operator_who_leaves_a_held_caller_ends_the_talk(world: World) -> None:
    async with talking(world) as talk:
        await talk.board.hold(talk.line)
        await world.hangs_up("1001")
        assert await talk.ends(stays=True) == [Held()]


async def a_held_caller_is_released(world: World) -> None:
    async with talking(world) as talk:
        await talk.board.hold(talk.line)
        await talk.board.release(talk.line)
        assert await talk.ends(stays=True) == [Held()]


async def a_caller_who_leaves_while_held_has_had_the_talk(world: World) -> None:
    async with talking(world) as talk:
        await talk.board.hold(talk.line)
        await talk.caller.hang_up()
        assert await talk.ends(stays=False) == [Held()]


async def without_a_talk_there_is_nothing_to_handle(world: World) -> None:
    async with world.call() as (line, _):
        board = world.board
        for verb in (board.release, board.hold, board.resume, board.join, board.hand_over, board.retrieve):
            with pytest.raises(Refused):
                await verb(line)
        with pytest.raises(Refused):
            await anext(board.consult(line, Phone("1002"), seconds=5))


# --- supervision ------------------------------------------------------------------------------------------------------


async def a_talk_is_supervised_by_one_leg_for_each_phone(world: World) -> None:
    async with talking(world) as talk, world.phone("1003", answers=True):
        call, supervisor = talk.line.arrival.call, Phone("1003")
        leg = await talk.board.supervise(call, "1001", phone=supervisor, mode="listen")
        assert await talk.board.supervise(call, "1001", phone=supervisor, mode="whisper") == leg
        await talk.board.stop_supervising(leg)
        await talk.board.stop_supervising(leg)
        for operator, phone in (("1002", supervisor), ("1001", Phone("1002"))):
            with pytest.raises(Refused):
                await talk.board.supervise(call, operator, phone=phone, mode="listen")


CONTRACTS: list[Contract] = [
    contract
    for name, contract in list(globals().items())
    if asyncio.iscoroutinefunction(contract) and not name.startswith("_")
]
