"""Callbacks while SQL, the exchange or Redis is away: delayed, none lost, nothing guessed."""

from __future__ import annotations

import asyncio
from typing import cast

import pytest

from kezek_queue.types import Kind, OperatorState, Queues
from kit.ivr_outbound import JOINS, NUMBER, STRAIGHT, MemoryLedger, Node, asked_for, dialling, ends_of
from kit.ivr_trouble import BrokenQueues
from kit.ivr_world import World
from kit.scripted_line import NEVER, Phone, in_virtual_time


@in_virtual_time
async def test_while_sql_is_away_nobody_is_dialled_live_callers_are_served_and_then_the_callback_comes() -> None:
    """P8: not written is not dialled; and no operator is kept from the living for it."""
    async with World.open(aigul_201=Phone(answers_after=2, talks=20)) as world:
        world.board.citizen(NUMBER, Phone(answers_after=5), JOINS)
        ledger = MemoryLedger()
        ledger.away = True
        async with dialling(world, ledger):
            callback = await asked_for(world)
            await asyncio.sleep(30)
            assert world.board.dialled_to == []
            assert await world.operator("aigul") is OperatorState.READY
            offers = len(world.told_of(Kind.OFFERED))
            assert offers <= 2
            await world.serve(world.call(STRAIGHT, language="ru", caller=None))
            assert world.ends()[-1] == "answered"
            await world.queues.wrap_up_done("aigul")
            ledger.away = False
            await asyncio.sleep(60)
        assert world.board.dialled_to == [(callback.call, NUMBER)]
        assert ends_of(world, callback) == ["answered"]


@in_virtual_time
async def test_a_callback_put_aside_by_a_process_that_died_is_found_by_the_next_one() -> None:
    """P8, P20: nothing that was promised is lost."""
    async with World.open(aigul_201=Phone(answers_after=2, talks=20)) as world:
        world.board.citizen(NUMBER, Phone(answers_after=5), JOINS)
        ledger = MemoryLedger()
        ledger.away = True
        node = Node(world, ledger)
        callback = await asked_for(world)
        await asyncio.sleep(30)
        assert (await world.queues.call(callback.call)).state == "arrived"
        await node.die()
        ledger.away = False
        node = await node.restart()
        await asyncio.sleep(60)
        assert ends_of(world, callback) == ["answered"]
        await node.die()


@in_virtual_time
async def test_with_the_exchange_away_the_callback_waits_outside_the_line_and_comes_when_it_is_back() -> None:
    async with World.open(aigul_201=Phone(answers_after=2, talks=20)) as world:
        world.board.citizen(NUMBER, Phone(answers_after=5), JOINS)
        async with dialling(world):
            world.board.set_link(False)
            callback = await asked_for(world)
            await asyncio.sleep(30)
            assert await world.operator("aigul") is OperatorState.READY
            world.board.set_link(True)
            await asyncio.sleep(60)
        assert world.board.dialled_to == [(callback.call, NUMBER)]
        assert ends_of(world, callback) == ["answered"]


@pytest.mark.parametrize("answers_after", [10.0, NEVER])
@in_virtual_time
async def test_a_link_lost_while_the_phone_rings_is_asked_about_never_guessed(answers_after: float) -> None:
    """P8."""
    async with World.open(aigul_201=Phone(answers_after=2, talks=20)) as world:
        world.board.citizen(NUMBER, Phone(answers_after=answers_after), JOINS)
        ledger = MemoryLedger()
        async with dialling(world, ledger):
            callback = await asked_for(world)
            await asyncio.sleep(3)
            world.board.set_link(False)
            await asyncio.sleep(4)
            world.board.set_link(True)
            await asyncio.sleep(110)
        assert len(world.board.dialled_to) == 1
        if answers_after == NEVER:
            assert (await world.queues.call(callback.call)).state == "later"
            assert [*ledger.settled.values()] == [("not_reached", "unclear")]
        else:
            assert ends_of(world, callback) == ["answered"]


@in_virtual_time
async def test_redis_away_for_a_moment_or_events_lost_delay_a_callback_and_lose_none() -> None:
    async with World.open(aigul_201=Phone(answers_after=2, talks=20)) as world:
        world.board.citizen(NUMBER, Phone(answers_after=5), JOINS)
        world.redis = cast(Queues, BrokenFeed(world.queues))
        async with dialling(world):
            callback = await asked_for(world)
            await asyncio.sleep(80)
        assert world.board.dialled_to == [(callback.call, NUMBER)]
        assert ends_of(world, callback) == ["answered"]


class BrokenFeed(BrokenQueues):
    def __init__(self, queues: Queues) -> None:
        super().__init__(queues, down_from=61.0, down_for=3.0)

    def feed(self, after: str = "$") -> object:
        raise ConnectionError("no feed at all")
