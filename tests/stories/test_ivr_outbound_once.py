"""Callbacks are never dialled twice, whatever dies and whenever, with several nodes and exchanges (P8)."""

from __future__ import annotations

import asyncio
from collections import Counter
from copy import copy

import pytest

from kezek_queue.rules import QueueRules
from kezek_queue.types import Kind, OperatorState
from kit.ivr_outbound import JOINS, NUMBER, STRAIGHT, MemoryLedger, Node, asked_for, dialling, ends_of
from kit.ivr_world import World
from kit.scripted_line import NEVER, Phone, ScriptedSwitchboard, in_virtual_time


@in_virtual_time
async def test_two_nodes_hear_of_one_callback_and_one_of_them_dials() -> None:
    """P8."""
    async with World.open(aigul_201=Phone(answers_after=3, talks=30)) as world:
        world.board.citizen(NUMBER, Phone(answers_after=5), JOINS)
        ledger = MemoryLedger()
        nodes = [Node(world, ledger, name) for name in ("node-1", "node-2", "node-3")]
        callback = await asked_for(world)
        await asyncio.sleep(80)
        for node in nodes:
            await node.die()
        assert world.board.dialled_to == [(callback.call, NUMBER)]
        assert ends_of(world, callback) == ["answered"]


@in_virtual_time
async def test_the_node_that_took_the_call_is_dead_and_another_one_dials_after_a_moment() -> None:
    async with World.open(aigul_201=Phone(answers_after=3, talks=30)) as world:
        world.board.citizen(NUMBER, Phone(answers_after=5), JOINS)
        node = Node(world, MemoryLedger(), "node-2")
        callback = await asked_for(world)
        await asyncio.sleep(80)
        await node.die()
        assert ends_of(world, callback) == ["answered"]


def another_exchange(world: World) -> World:
    """The same line and operators, and a node at an Asterisk of its own that knows no calls of the first."""
    other = copy(world)
    other.board = ScriptedSwitchboard(world.board.phones, world.board.outside)
    other.board._citizens = world.board._citizens
    return other


@pytest.mark.parametrize("took_the_call", ["node-1", "node-2", "node-3"])
@in_virtual_time
async def test_two_nodes_with_an_asterisk_each_dial_a_citizen_once(took_the_call: str) -> None:
    """P8: where no Asterisk can refuse the second channel, the ledger does."""
    async with World.open(aigul_201=Phone(answers_after=3, talks=30)) as world:
        world.board.citizen(NUMBER, Phone(answers_after=5), JOINS)
        ledger, other = MemoryLedger(), another_exchange(world)
        nodes = [Node(world, ledger, "node-1"), Node(other, ledger, "node-2")]
        callback = await asked_for(world, node=took_the_call)
        await asyncio.sleep(80)
        for node in nodes:
            await node.die()
        assert world.board.dialled_to + other.board.dialled_to == [(callback.call, NUMBER)]
        if took_the_call != "node-3":
            dialled = other if took_the_call == "node-2" else world
            assert dialled.board.dialled_to
        assert ends_of(world, callback) == ["answered"]


@in_virtual_time
async def test_a_citizen_who_waits_on_one_nodes_line_is_not_dialled_by_another_for_his_next_operator() -> None:
    """P8."""
    phones = {"aigul_201": Phone(answers_after=NEVER), "berik_202": Phone(answers_after=12, talks=20)}
    async with World.open(**phones) as world:
        await world.queues.configure("main", QueueRules(callback_share=1.0))
        world.board.citizen(NUMBER, Phone(answers_after=5), JOINS)
        ledger, other = MemoryLedger(), another_exchange(world)
        nodes = [Node(world, ledger, "node-1"), Node(other, ledger, "node-2")]
        callback = await asked_for(world)
        await asyncio.sleep(100)
        for node in nodes:
            await node.die()
        assert [phone for _, phone, _ in world.board.rung] == ["201", "202"]
        assert (world.board.dialled_to, other.board.dialled_to) == ([(callback.call, NUMBER)], [])
        assert ends_of(world, callback) == ["answered"]
        assert set(ledger.settled) == set(ledger.claims)
        assert len(ledger.claims) == 2


# From the request to the talk: the claim, the ring, the answer, the question, the operator's ring, the talk.
STEPS_S = (
    *(0.0, 0.003, 0.005, 0.01, 0.013, 0.015, 0.02, 0.5, 2.0, 4.9, 5.0, 5.01, 5.1),
    *(6.5, 8.5, 9.2, 9.5, 10.5, 11.5, 13.0, 20.0, 34.0, 40.0),
)


@pytest.mark.parametrize("killed_after", STEPS_S)
@in_virtual_time
async def test_our_death_at_any_step_leaves_none_or_one_dial_and_the_callback_comes_to_its_one_end(
    killed_after: float,
) -> None:
    """P8: a crash at any step leaves 0 or 1 dials, never two phones that ring; and nobody is forgotten."""
    async with World.open(aigul_201=Phone(answers_after=3, talks=20)) as world:
        world.board.citizen(NUMBER, Phone(answers_after=5), JOINS)
        ledger = MemoryLedger()
        node = Node(world, ledger)
        callback = await asked_for(world)
        await asyncio.sleep(killed_after)
        await node.die()
        dialled = len(world.board.dialled_to)
        assert dialled <= 1
        await asyncio.sleep(2)
        node = await node.restart()
        await asyncio.sleep(100)
        assert len(world.board.dialled_to) <= 1
        for _ in range(8):
            await asyncio.sleep(300)
            await be_ready(world)
        await node.die()
        tries = Counter(call for call, _ in world.board.dialled_to)
        offers = [event for event in world.told_of(Kind.OFFERED) if event.call == callback.call]
        assert tries[callback.call] <= len(ledger.claims) <= len(offers)
        assert ends_of(world, callback) == ["answered"]
        assert set(ledger.settled) == set(ledger.claims)
        held = (OperatorState.OFFERED, OperatorState.TALKING)
        assert await world.operator("aigul") not in held


async def be_ready(world: World) -> None:
    if await world.operator("aigul") is OperatorState.PAUSED:
        await world.queues.ready("aigul")


@in_virtual_time
async def test_twenty_callbacks_and_live_callers_share_three_operators_and_no_more_are_dialled_than_are_reserved() -> (
    None
):
    """P8, P12: in flight never more than operators reserved; a fair share with live callers."""
    phones = {f"op{n}_20{n}": Phone(answers_after=2, talks=20) for n in range(1, 4)}
    async with World.open(**phones) as world:
        numbers = [f"+770100001{n:02}" for n in range(20)]
        for number in numbers:
            world.board.citizen(number, Phone(answers_after=8), JOINS)
        async with dialling(world):
            callbacks = [await asked_for(world, number, f"asked-{number[-2:]}") for number in numbers[:1]]
            for number in numbers[1:]:
                of = f"asked-{number[-2:]}"
                await world.queues.arrive(of, caller=number, dialled="109", since=0.0, node="node-1")
                await world.queues.place(of, queue="main")
                callbacks.append(await world.queues.callback(of, caller=number))
            lines = [world.call(STRAIGHT, language="ru", caller=None, story=None) for _ in range(10)]
            served = asyncio.gather(*(world.reception.serve(line) for line in lines))
            for _ in range(1200):
                await asyncio.sleep(1)
                rings = [dial for dial in world.board._dials.values() if dial.lives]
                reserved = [o for o in world.queues.model.operators.values() if o.state is OperatorState.OFFERED]
                assert len(rings) <= len(reserved) <= 3
                assert len(rings) <= 1  # the share of callbacks: half of three, at least one
            await served
        assert Counter(world.ends())["answered"] == 30
        assert Counter(call for call, _ in world.board.dialled_to) == Counter({each.call: 1 for each in callbacks})
