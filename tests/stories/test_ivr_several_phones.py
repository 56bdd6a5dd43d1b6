"""An emergency rings several operators at once; the first to pick up has the caller, the others are ready as before."""

from __future__ import annotations

import asyncio

import pytest

from kezek_queue.types import Kind, OperatorState
from kit.ivr_trouble import BrokenQueues, LosingQueues
from kit.ivr_world import World
from kit.scripted_line import NEVER, Phone, during, in_virtual_time, press

URGENT = during("greeting", press("9"))


async def states(world: World) -> dict[str, str]:
    return {name: str(await world.operator(name)) for name in ("aigul", "berik", "dana")}


@pytest.mark.parametrize("events_lost", [False, True])
@in_virtual_time
async def test_three_phones_ring_for_an_emergency_and_the_first_to_pick_up_has_it(events_lost: bool) -> None:
    """P2: exactly one gets the caller."""
    async with World.open(
        aigul_201=Phone(answers_after=9), berik_202=Phone(answers_after=3, talks=20), dana_203=Phone(answers_after=6)
    ) as world:
        if events_lost:
            world.redis = LosingQueues(world.queues)  # type: ignore[assignment]
        line = world.call(URGENT, language="ru", caller=None)
        serving = asyncio.create_task(world.reception.serve(line))
        await asyncio.sleep(15)
        assert sorted(phone for _, phone, _ in world.board.rung) == ["201", "202", "203"]
        assert len({offer for _, _, offer in world.board.rung}) == 1
        assert await states(world) == {"aigul": "ready", "berik": "talking", "dana": "ready"}
        assert world.told.facts("connected")["operator"] == "berik"
        await serving
        assert [operator for _, operator in world.events(Kind.CONNECTED)] == ["berik"]
        assert world.ends() == ["answered"]
        assert await world.operator("berik") is OperatorState.WRAP_UP
        world.nothing_is_left()


@in_virtual_time
async def test_one_of_several_declines_on_the_screen_and_his_phone_alone_stops() -> None:
    """P14: what rings goes when the offer is taken back, and only that."""
    async with World.open(
        aigul_201=Phone(answers_after=5), berik_202=Phone(answers_after=12), dana_203=Phone(answers_after=NEVER)
    ) as world:
        line = world.call(URGENT, language="ru", caller=None)
        serving = asyncio.create_task(world.reception.serve(line))
        await asyncio.sleep(4)
        call = await world.state(line)
        assert set(call.ringing) == {"aigul", "berik", "dana"}
        await world.queues.decline(call.call, call.offer, "declined", pause=True, operator="aigul")
        await asyncio.sleep(12)
        assert await states(world) == {"aigul": "paused", "berik": "talking", "dana": "ready"}
        assert len({offer for _, _, offer in world.board.rung}) == 1
        await serving
        assert world.ends() == ["answered"]


@pytest.mark.parametrize("events_lost", [False, True])
@in_virtual_time
async def test_one_of_several_declines_by_his_own_key_and_is_paused_while_the_others_ring_on(events_lost: bool) -> None:
    """P2: he alone; nobody's phone is stopped for it."""
    async with World.open(
        aigul_201=Phone(answers_after=3, declines=True),
        berik_202=Phone(answers_after=12),
        dana_203=Phone(answers_after=14),
    ) as world:
        if events_lost:
            world.redis = LosingQueues(world.queues)  # type: ignore[assignment]
        line = world.call(URGENT, language="ru", caller=None)
        serving = asyncio.create_task(world.reception.serve(line))
        async with asyncio.timeout(30):
            while await world.operator("aigul") is not OperatorState.PAUSED:  # noqa: ASYNC110 - the state, at a moment of its own
                await asyncio.sleep(0.1)
        call = await world.state(line)
        assert (call.state, set(call.ringing)) == ("offered", {"berik", "dana"})
        declined = world.told_of(Kind.DECLINED)[-1]
        assert (declined.operator, declined.data["reason"]) == ("aigul", "declined")
        assert world.told.facts("not_taken") == {"token": "demo", "operator": "aigul", "reason": "declined"}
        await serving
        assert [operator for _, operator in world.events(Kind.CONNECTED)] == ["berik"]
        assert await states(world) == {"aigul": "paused", "berik": "wrap_up", "dana": "ready"}
        assert len({offer for _, _, offer in world.board.rung}) == 1
        world.nothing_is_left()


@in_virtual_time
async def test_several_decline_by_their_own_keys_and_the_one_who_does_not_is_paused_for_what_he_did() -> None:
    async with World.open(
        aigul_201=Phone(answers_after=2, declines=True),
        berik_202=Phone(answers_after=4, declines=True),
        dana_203=Phone(answers_after=NEVER),
    ) as world:
        line = world.call(URGENT, language="ru", caller=None)
        serving = asyncio.create_task(world.reception.serve(line))
        async with asyncio.timeout(60):
            while set((await states(world)).values()) != {"paused"}:  # noqa: ASYNC110 - the state, at a moment of its own
                await asyncio.sleep(0.1)
        reasons = {event.operator: event.data["reason"] for event in world.told_of(Kind.DECLINED)}
        assert reasons == {"aigul": "declined", "berik": "declined", "dana": "no_answer"}
        assert (await world.state(line)).state == "waiting"
        line.leave()
        await serving
        world.nothing_is_left()


@in_virtual_time
async def test_the_queue_is_away_as_one_of_several_declines_and_nobody_waits_for_it() -> None:
    async with World.open(
        aigul_201=Phone(answers_after=3, declines=True), berik_202=Phone(answers_after=4, talks=20)
    ) as world:
        line = world.call(URGENT, language="ru", caller=None)
        world.redis = BrokenQueues(world.queues, down_from=0, down_for=1e9, verbs={"decline"})  # type: ignore[assignment]
        await world.reception.serve(line)
        assert [operator for _, operator in world.events(Kind.CONNECTED)] == ["berik"]
        assert world.ends() == ["answered"]
        world.nothing_is_left()


@in_virtual_time
async def test_all_of_several_decline_and_the_caller_is_back_at_his_place() -> None:
    async with World.open(
        aigul_201=Phone(answers_after=NEVER), berik_202=Phone(answers_after=NEVER), dana_203=Phone(answers_after=NEVER)
    ) as world:
        line = world.call(URGENT, language="ru", caller=None)
        serving = asyncio.create_task(world.reception.serve(line))
        await asyncio.sleep(4)
        call = await world.state(line)
        for operator in call.ringing:
            await world.queues.decline(call.call, call.offer, "declined", pause=True, operator=operator)
        await asyncio.sleep(1)
        assert (await world.state(line)).state == "waiting"
        assert line.with_music
        line.leave()
        await serving
        assert world.ends() == ["abandoned"]
        world.nothing_is_left()


@in_virtual_time
async def test_a_caller_who_leaves_while_several_ring_frees_them_all_at_once() -> None:
    async with World.open(
        aigul_201=Phone(answers_after=NEVER), berik_202=Phone(answers_after=NEVER), dana_203=Phone(answers_after=NEVER)
    ) as world:
        line = world.call(URGENT, language="ru", caller=None)
        serving = asyncio.create_task(world.reception.serve(line))
        await asyncio.sleep(4)
        line.leave()
        await serving
        assert set((await states(world)).values()) == {"ready"}
        world.nothing_is_left()
