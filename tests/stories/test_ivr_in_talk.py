"""In the talk: hold, release, transfers to colleagues, queues and numbers; the call is one call, with one end (P5)."""

from __future__ import annotations

import asyncio

import pytest

from kezek_queue.types import Kind, OperatorState
from kit.ivr_talk import STRAIGHT, order, talking, world_of
from kit.ivr_trouble import LosingQueues
from kit.scripted_line import NEVER, Phone, in_virtual_time

# --- hold and release -------------------------------------------------------------------------------------------------


@in_virtual_time
async def test_hold_by_the_screen_and_by_the_phones_own_key_is_counted_as_hold_time() -> None:
    """P5: talk and hold are told apart."""
    async with world_of(aigul_201=Phone(talks=60, holds=((20.0, 10.0),))) as world, talking(world) as (line, desk):
        await desk.command("hold")
        assert line.with_music
        assert (await desk.call()).held_at
        await asyncio.sleep(4.5)
        await desk.command("resume")
        assert line.with_operator
    (finished,) = world.told_of(Kind.FINISHED)
    assert finished.data["held_s"] == pytest.approx(15, abs=0.2)
    assert finished.data["talked_s"] == pytest.approx(45, abs=1)
    assert world.told.names.count("held") == 2


@in_virtual_time
async def test_the_operator_releases_the_caller_who_hears_goodbye() -> None:
    async with world_of() as world, talking(world) as (line, desk):
        await desk.command("release")
        await asyncio.sleep(3)
        assert line.heard[-1] == "goodbye"


@in_virtual_time
async def test_a_command_of_an_operator_who_has_the_caller_no_more_is_not_obeyed() -> None:
    """P2: by its fence."""
    async with world_of() as world, talking(world) as (line, desk):
        call = await desk.call()
        await desk.transfer(wanted="berik")
        await asyncio.sleep(5)
        assert (await desk.call()).operator == "berik"
        model = world.queues.model
        model.tell(Kind.COMMAND, call.call, "aigul", "main", {"offer": call.offer, "name": "release"})
        await asyncio.sleep(1)
        assert line.with_operator


@in_virtual_time
async def test_a_command_that_the_exchange_refuses_disturbs_no_talk() -> None:
    async with world_of(aigul_201=Phone(talks=30)) as world, talking(world) as (line, desk):
        for name in ("join", "complete", "cancel", "dance"):
            await desk.command(name)
        assert line.with_operator


# --- blind transfer ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("events_lost", [False, True])
@in_virtual_time
async def test_a_caller_given_to_a_colleague_is_rung_through_to_him_and_is_one_call_still(events_lost: bool) -> None:
    """P5, P4: the giver wraps up, the colleague talks, the call is counted once."""
    async with world_of() as world:
        if events_lost:
            world.redis = LosingQueues(world.queues)  # type: ignore[assignment]
        async with talking(world) as (line, desk):
            await desk.transfer(wanted="berik")
            await asyncio.sleep(7 if events_lost else 0)
            assert "release" in line.done
            assert await world.operator("aigul") in (OperatorState.WRAP_UP, OperatorState.READY)
            await asyncio.sleep(4)
            assert (await desk.call()).operator == "berik"
            assert line.with_operator
            assert (await world.notes(line))["transferred_by"] == "aigul"
            assert {"open", "keys"}.isdisjoint(line.heard)
        legs = [("connected", "aigul"), ("finished", "aigul"), ("connected", "berik"), ("finished", "berik")]
        assert order(world, Kind.CONNECTED, Kind.FINISHED) == legs
        assert len(world.told_of(Kind.ARRIVED)) == len(world.told_of(Kind.ENDED)) == 1


@in_virtual_time
async def test_a_caller_given_to_a_queue_where_nobody_is_free_waits_with_his_place_told() -> None:
    """P3: at the place of his arrival."""
    async with world_of() as world:
        for name, phone in (("elena", "204"), ("farida", "205")):
            world.board.register(phone)
            await world.queues.phones(["201", "202", "203", "204", "205"])
            await world.queues.sign_in(name, phone=phone, queues=["second"], desk=False)
        async with talking(world) as (line, desk):
            await desk.transfer(queue="second")
            await asyncio.sleep(60)
            assert line.heard[1:4] == ["transferred", "place/1", "operator"]
            assert line.heard.count("transferred") == 1
            call = await desk.call()
            assert (call.state, call.queue) == ("waiting", "second")
            await world.queues.ready("elena")
            await asyncio.sleep(5)
            assert (await desk.call()).operator == "elena"
        assert world.told_of(Kind.ENDED)[0].queue == "second"


@in_virtual_time
async def test_a_caller_who_gives_up_after_a_transfer_was_answered_all_the_same() -> None:
    """P5: one end, and it is the talk's."""
    async with world_of(berik_202=Phone(answers_after=NEVER)) as world, talking(world) as (line, desk):
        await desk.transfer(wanted="berik")
        await asyncio.sleep(3)
        line.leave()


@in_virtual_time
async def test_a_caller_given_on_and_on_is_rung_at_once_each_time() -> None:
    """P14: no offer is turned back because the clock was read at an earlier place."""
    async with world_of(berik_202=Phone(talks=NEVER)) as world, talking(world) as (_, desk):
        for wanted in ("berik", "dana"):
            await asyncio.sleep(60)
            await desk.transfer(wanted=wanted)
            await asyncio.sleep(4)
            assert (await desk.call()).operator == wanted
        assert not world.told_of(Kind.DECLINED)


@in_virtual_time
async def test_the_giver_hangs_up_in_the_moment_of_the_transfer_and_the_caller_waits_all_the_same() -> None:
    async with world_of() as world, talking(world) as (_, desk):
        call = await desk.call()
        await world.queues.transfer(call.call, call.offer, wanted="berik", wrap_up=10.0)
        world.board.hang_up("201")
        await asyncio.sleep(5)
        assert (await desk.call()).operator == "berik"


@in_virtual_time
async def test_a_colleague_who_does_not_pick_up_leaves_the_caller_to_the_others() -> None:
    async with world_of(berik_202=Phone(answers_after=NEVER)) as world, talking(world) as (_, desk):
        await desk.transfer(wanted="berik")
        await asyncio.sleep(60)
        assert (await desk.call()).operator in ("dana", "aigul")


@in_virtual_time
async def test_our_restart_while_a_transferred_caller_waits_gives_him_the_next_operator_not_goodbye() -> None:
    """P20."""
    async with world_of(berik_202=Phone(talks=10)) as world:
        line = world.call(STRAIGHT, language="ru", caller=None)
        for other in ("berik", "dana"):
            await world.queues.pause(other, "break")
        serving = asyncio.create_task(world.reception.serve(line))
        await asyncio.sleep(8)
        call = await world.state(line)
        await world.queues.transfer(call.call, call.offer, wanted="", wrap_up=60.0)
        await asyncio.sleep(5)
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)
        again = world.call(call=call.call, since=call.since, language="ru", resumed=True, caller=None)
        resumed = asyncio.create_task(world.reception.serve(again))
        await asyncio.sleep(5)
        assert again.with_music
        await world.queues.ready("berik")
        await resumed
        assert order(world, Kind.CONNECTED) == [("connected", "aigul"), ("connected", "berik")]
        assert world.ends() == ["answered"]


# --- to a number outside ----------------------------------------------------------------------------------------------


@in_virtual_time
async def test_a_caller_given_to_a_number_outside_talks_there_and_our_operator_wraps_up_at_once() -> None:
    async with world_of() as world:
        world.board.outside["102"] = Phone(answers_after=3, talks=60)
        async with talking(world) as (line, desk):
            await desk.command("transfer", number="102")
            await asyncio.sleep(5)
            assert world.board.talks[line.arrival.call].parties == ["102"]
            assert await world.operator("aigul") is OperatorState.WRAP_UP
            assert world.ends() == []
        assert [event.data["how"] for event in world.told_of(Kind.FINISHED)] == ["transferred"]


@in_virtual_time
async def test_where_nobody_answers_outside_the_caller_is_back_in_the_line() -> None:
    async with world_of() as world:
        world.board.outside["102"] = Phone(answers_after=NEVER)
        for other in ("berik", "dana"):
            await world.queues.pause(other, "break")
        async with talking(world) as (line, desk):
            await world.queues.pause("berik", "break")
            await world.queues.pause("dana", "break")
            await world.queues.pause("aigul", "break")
            await desk.command("transfer", number="102")
            await asyncio.sleep(60)
            assert (await desk.call()).state == "waiting"
            assert line.heard[1:3] == ["transferred", "place/1"]
            await world.queues.ready("berik")
            await asyncio.sleep(5)
            assert (await desk.call()).operator == "berik"
