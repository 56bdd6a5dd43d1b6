"""What a Switchboard does when several phones ring: held against the scripted one and a real Asterisk."""

from __future__ import annotations

import asyncio

import pytest

from kezek_telephony import Connected, Declined, Line, NotTaken, Phone, Ringing
from kit.line_contracts import Contract
from kit.line_worlds import World
from kit.telephony_steps import Steps


def _both(world: World, line: Line, seconds: int = 20) -> Steps:
    phones = [Phone("1001"), Phone("1002")]
    return Steps(world.board.ring(line, phones=phones, offer=1, seconds=seconds, still_ours=lambda: True))


async def the_first_of_several_who_picks_up_has_the_caller(world: World) -> None:
    async with (
        world.phone("1001", answers=False),
        world.phone("1002", answers=True, talks=0.3),
        world.call() as (line, _),
    ):
        ringing, connected, ended = await _both(world, line).all()
        assert (ringing, connected) == (Ringing(), Connected("1002"))
        assert ended.caller_stays


async def one_of_several_may_be_away(world: World) -> None:
    async with world.phone("1002", answers=True, talks=0.3), world.call() as (line, _):
        assert (await _both(world, line).all())[:2] == [Ringing(), Connected("1002")]


async def several_who_are_away_are_unreachable(world: World) -> None:
    async with world.call() as (line, _):
        assert await _both(world, line).all() == [NotTaken("unreachable")]


async def several_who_do_not_pick_up_give_the_caller_back(world: World) -> None:
    async with world.phone("1001", answers=False), world.phone("1002", answers=False), world.call() as (line, _):
        assert await _both(world, line, seconds=1).all() == [Ringing(), NotTaken("no_answer")]


async def one_of_several_stops_ringing_and_the_others_go_on(world: World) -> None:
    async with world.phone("1001", answers=False), world.phone("1002", answers=False), world.call() as (line, _):
        steps = _both(world, line)
        await steps.until(1)
        await world.board.stop_ringing(line, phone="1001")
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.5):
                await steps.until(2)
        await world.board.stop_ringing(line, phone="1002")
        assert await steps.all() == [Ringing(), NotTaken("declined")]


async def one_of_several_is_stopped_and_the_other_one_does_not_pick_up(world: World) -> None:
    async with world.phone("1001", answers=False), world.phone("1002", answers=False), world.call() as (line, _):
        steps = _both(world, line, seconds=2)
        await steps.until(1)
        await world.board.stop_ringing(line, phone="1001")
        assert await steps.all() == [Ringing(), NotTaken("no_answer")]


async def one_of_several_declines_by_his_own_key_and_the_others_ring_on(world: World) -> None:
    async with (
        world.phone("1001", answers=False, declines=True),
        world.phone("1002", answers=False),
        world.call() as (line, _),
    ):
        steps = _both(world, line, seconds=2)
        assert await steps.all() == [Ringing(), Declined("1001", "declined"), NotTaken("no_answer")]


async def of_several_who_decline_the_last_ends_the_ringing(world: World) -> None:
    async with (
        world.phone("1001", answers=False, declines=True),
        world.phone("1002", answers=False, declines=True),
        world.call() as (line, _),
    ):
        ringing, *declined, ended = await _both(world, line).all()
        assert (ringing, ended) == (Ringing(), NotTaken("declined"))
        assert len(declined) < 2


CONTRACTS: list[Contract] = [
    contract
    for name, contract in list(globals().items())
    if asyncio.iscoroutinefunction(contract) and not name.startswith("_")
]
