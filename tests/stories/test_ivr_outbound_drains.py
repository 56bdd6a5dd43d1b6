"""A node that goes down dials nobody any more; whom it dials already it follows to the end of it."""

from __future__ import annotations

import asyncio

from kit.ivr_outbound import JOINS, NUMBER, MemoryLedger, Node, asked_for, dialling, ends_of
from kit.ivr_world import World
from kit.scripted_line import Phone, in_virtual_time


@in_virtual_time
async def test_a_callback_that_comes_due_meanwhile_is_dialled_by_another_node() -> None:
    """P8: once, by whoever stays."""
    async with World.open(aigul_201=Phone(answers_after=3, talks=30)) as world:
        world.board.citizen(NUMBER, Phone(answers_after=5), JOINS, language="en")
        ledger = MemoryLedger()
        async with dialling(world, ledger) as leaving:
            await leaving.outbound.drain()
            callback = await asked_for(world)
            await asyncio.sleep(30)
            assert world.board.dialled_to == []
            assert ledger.claims == {}
            staying = Node(world, ledger, "node-2")
            await asyncio.sleep(120)
            await asyncio.gather(*staying.serving)
            await staying.die()
        assert world.board.dialled_to == [(callback.call, NUMBER)]
        assert ends_of(world, callback) == ["answered"]


@in_virtual_time
async def test_who_is_being_dialled_is_followed_to_the_end() -> None:
    async with World.open(aigul_201=Phone(answers_after=3, talks=30)) as world:
        world.board.citizen(NUMBER, Phone(answers_after=10), JOINS, language="en")
        ledger = MemoryLedger()
        async with dialling(world, ledger) as node:
            callback = await asked_for(world)
            await asyncio.sleep(3)
            assert world.board.dialled_to == [(callback.call, NUMBER)]
            draining = asyncio.create_task(node.outbound.drain())
            await asyncio.sleep(1)
            assert not draining.done()
            await asyncio.sleep(100)
            await asyncio.gather(*node.serving)
            await draining
        assert ends_of(world, callback) == ["answered"]
        assert [state for state, _ in ledger.settled.values()] == ["answered"]
