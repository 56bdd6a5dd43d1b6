"""Our own process dies and comes back: every caller is where he was, and no talk is forgotten."""

from __future__ import annotations

import asyncio

import pytest

from kezek_queue.types import OperatorState
from kit.ivr_trouble import forget_all_calls
from kit.ivr_world import World
from kit.scripted_line import Phone, after, at, during, in_virtual_time, pause, press, say

STRAIGHT = during("greeting", press("0"))


@pytest.mark.parametrize("killed_at", [1.5, 10.0, 40.0])
@in_virtual_time
async def test_after_our_restart_a_waiting_call_is_back_at_its_place_and_asked_nothing_again(killed_at: float) -> None:
    """P20: a restart keeps every place."""
    async with World.open() as world:
        line = world.call(after("open", say("Abay house 45 heating")), language="ru", caller=None, prompt_seconds=0.2)
        serving = asyncio.create_task(world.reception.serve(line))
        await asyncio.sleep(killed_at)
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)
        assert world.ends() == []
        later = world.call(STRAIGHT, language="ru", caller=None)
        waiting = asyncio.create_task(world.reception.serve(later))
        await asyncio.sleep(10)

        again = world.call(
            at(0), call=line.arrival.call, since=line.arrival.since, language="ru", caller=None, resumed=True
        )
        resumed = asyncio.create_task(world.reception.serve(again))
        await asyncio.sleep(10)
        places = {each.call: each.position for each in (await world.queues.snapshot()).waiting}
        assert places == {line.arrival.call: 1, later.arrival.call: 2}
        assert not {"greeting", "keys", "open", "street"} & {*again.heard}
        assert again.with_music
        if killed_at > 5:
            assert (await world.notes(again))["fields"]["topic"]["value"] == "heating"
        for each in (again, later):
            each.leave()
        await asyncio.gather(waiting, resumed)
        world.nothing_is_left()


@in_virtual_time
async def test_an_offer_of_a_dead_node_is_declined_by_its_fence_and_the_caller_is_connected() -> None:
    """P20, P2: the old offer is taken back, the operator is not blamed, the next offer has a greater fence."""
    async with World.open(aigul_201=Phone(answers_after=8, talks=20)) as world:
        line = world.call(STRAIGHT, language="ru", caller=None)
        serving = asyncio.create_task(world.reception.serve(line))
        await asyncio.sleep(4)
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)
        assert (await world.state(line)).state == "offered"
        again = world.call(call=line.arrival.call, since=line.arrival.since, language="ru", resumed=True, caller=None)
        await world.serve(again)
        fences = [offer for _, _, offer in world.board.rung]
        assert len(fences) == 2
        assert fences[0] < fences[1]
        assert world.ends() == ["answered"]
        world.nothing_is_left()


@in_virtual_time
async def test_a_talk_that_ended_while_we_were_away_is_finished_and_the_caller_hears_goodbye() -> None:
    async with World.open(aigul_201=Phone(answers_after=1, talks=60)) as world:
        line = world.call(STRAIGHT, language="ru", caller=None)
        serving = asyncio.create_task(world.reception.serve(line))
        await asyncio.sleep(20)
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)
        assert (await world.state(line)).state == "talking"
        again = world.call(call=line.arrival.call, since=line.arrival.since, language="ru", resumed=True, caller=None)
        await world.serve(again)
        assert again.heard == ["goodbye"]
        assert again.ended_by == "us"
        assert world.ends() == ["answered"]
        assert await world.operator("aigul") is OperatorState.WRAP_UP
        world.nothing_is_left()


@in_virtual_time
async def test_a_talk_that_nobody_told_the_queue_of_is_over_and_the_caller_is_not_queued_again() -> None:
    """P20: we died while the phone rang; they talked, and the operator hung up first."""
    async with World.open(aigul_201=Phone(answers_after=8)) as world:
        line = world.call(STRAIGHT, language="ru", caller=None)
        serving = asyncio.create_task(world.reception.serve(line))
        await asyncio.sleep(4)
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)
        assert (await world.state(line)).state == "offered"
        again = world.call(
            call=line.arrival.call, since=line.arrival.since, language="ru", resumed=True, talked=True, caller=None
        )
        await world.serve(again)
        assert again.heard == ["goodbye"]
        assert world.ends() == ["answered"]
        assert await world.operator("aigul") is OperatorState.READY
        world.nothing_is_left()


@in_virtual_time
async def test_an_emergency_is_still_one_after_a_restart_of_ours_and_of_an_empty_redis() -> None:
    """P20: the channel remembers the priority, so both may be gone."""
    async with World.open() as world:
        usual = world.call(STRAIGHT, language="ru", caller=None)
        urgent = world.call(STRAIGHT, after("operator", pause(10), press("9")), language="ru", caller=None)
        serving = [asyncio.create_task(world.reception.serve(line)) for line in (usual, urgent)]
        await asyncio.sleep(30)
        assert (usual.variables.get("PRIORITY"), urgent.variables.get("PRIORITY")) == (None, "9")
        for task in serving:
            task.cancel()
        await asyncio.gather(*serving, return_exceptions=True)
        forget_all_calls(world.queues)

        back = [
            world.call(
                call=line.arrival.call,
                since=line.arrival.since,
                language="ru",
                caller=None,
                resumed=True,
                priority=int(line.variables.get("PRIORITY", "0")),
            )
            for line in (usual, urgent)
        ]
        serving = [asyncio.create_task(world.reception.serve(line)) for line in back]
        await asyncio.sleep(10)
        places = {each.call: (each.position, each.priority) for each in (await world.queues.snapshot()).waiting}
        assert places == {urgent.arrival.call: (1, 9), usual.arrival.call: (2, 0)}
        for line in back:
            line.leave()
        await asyncio.gather(*serving)
