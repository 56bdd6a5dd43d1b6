"""In the talk: consultation, conference, handing over; the call is one call, with one end (P5)."""

from __future__ import annotations

import asyncio

import pytest

from kezek_queue.types import Kind, OperatorState
from kit.ivr_talk import STRAIGHT, Desk, order, talking, world_of
from kit.scripted_line import NEVER, Phone, in_virtual_time


@in_virtual_time
async def test_the_operator_asks_a_colleague_and_comes_back_to_the_caller() -> None:
    async with world_of(aigul_201=Phone(talks=60)) as world, talking(world) as (line, desk):
        await desk.consult("berik")
        assert await desk.aside() == ("operator:berik", "ringing")
        assert line.with_music
        await asyncio.sleep(4)
        assert await desk.aside() == ("operator:berik", "talking")
        assert await world.operator("berik") is OperatorState.TALKING
        await desk.command("cancel")
        assert await desk.aside() == ("", "")
        assert line.with_operator
        assert await world.operator("berik") is OperatorState.WRAP_UP
        assert (await desk.call()).operator == "aigul"


@pytest.mark.parametrize(
    ("commands", "held_s"),
    [
        (("join", "cancel"), 10),
        (("cancel",), 10),
        (("complete",), 10),
        (("hold", "consult", "cancel"), 20),
        ((), 32),  # until the colleague hangs up
    ],
)
@in_virtual_time
async def test_a_caller_beside_a_consultation_is_on_hold(commands: tuple[str, ...], held_s: float) -> None:
    """P5: the music he hears is no talk, whoever is asked meanwhile."""
    async with world_of(aigul_201=Phone(talks=62)) as world:
        async with talking(world) as (_, desk):
            if "hold" in commands:
                await desk.command("hold")
                await asyncio.sleep(9.5)
            await desk.consult("berik")
            await asyncio.sleep(9.5)
            assert (await desk.call()).held_at
            for command in commands:
                if command not in ("hold", "consult"):
                    await desk.command(command)
                    assert not (await desk.call()).held_at
        finished = next(event for event in world.told_of(Kind.FINISHED) if event.operator == "aigul")
        assert finished.data["held_s"] == pytest.approx(held_s, abs=1.5)
        assert "held" not in world.told.names or "hold" in commands, "nobody pressed hold"


@in_virtual_time
async def test_a_consultation_becomes_a_transfer_and_the_colleague_is_the_owner() -> None:
    """P5: the attended transfer; each leg is finished once."""
    async with world_of(aigul_201=Phone(talks=200)) as world:
        async with talking(world) as (line, desk):
            await desk.consult("berik")
            await asyncio.sleep(4)
            await desk.command("complete")
            call = await desk.call()
            assert (call.operator, call.helper, call.aside_to) == ("berik", "", "")
            assert await world.operator("aigul") is OperatorState.WRAP_UP
            assert line.with_operator
        assert [operator for _, operator in order(world, Kind.FINISHED)] == ["aigul", "berik"]


@in_virtual_time
async def test_three_talk_together_and_when_the_operator_leaves_the_colleague_goes_on() -> None:
    phones = {"aigul_201": Phone(talks=200), "berik_202": Phone(talks=60)}
    async with world_of(**phones) as world, talking(world) as (line, desk):
        await desk.consult("berik")
        await asyncio.sleep(4)
        await desk.command("join")
        assert await desk.aside() == ("operator:berik", "joined")
        assert world.board.talks[line.arrival.call].parties == ["201", "202"]
        assert line.with_operator
        world.board.hang_up("201")
        await asyncio.sleep(1)
        assert (await desk.call()).operator == "berik"
        assert await world.operator("aigul") is OperatorState.WRAP_UP


@pytest.mark.parametrize(("phone", "reason"), [(Phone(answers_after=NEVER), "no_answer"), (Phone(busy=True), "busy")])
@in_virtual_time
async def test_a_colleague_who_is_not_reached_is_paused_and_the_operator_is_back_with_the_caller(
    phone: Phone, reason: str
) -> None:
    async with world_of(aigul_201=Phone(talks=60), berik_202=phone) as world, talking(world) as (line, desk):
        await desk.consult("berik")
        await asyncio.sleep(25)
        berik = await world.queues.operator("berik")
        assert (berik.state, berik.reason) == (OperatorState.PAUSED, reason)
        assert line.with_operator
        assert await desk.aside() == ("", "")


@in_virtual_time
async def test_a_colleague_who_declines_on_the_screen_is_rung_no_more() -> None:
    """P14."""
    phones = {"aigul_201": Phone(talks=60), "berik_202": Phone(answers_after=15)}
    async with world_of(**phones) as world, talking(world) as (line, desk):
        await desk.consult("berik")
        call = await desk.call()
        await world.queues.decline(call.call, call.helper_offer, "declined", pause=True, operator="berik")
        await asyncio.sleep(0.5)
        assert line.with_operator
        assert await desk.aside() == ("", "")


@pytest.mark.parametrize("when", ["ringing", "talking", "joined"])
@pytest.mark.parametrize("who", ["caller", "operator"])
@in_virtual_time
async def test_whoever_leaves_in_a_consultation_nobody_stays_busy(when: str, who: str) -> None:
    """P1: no operator is held without a talk."""
    async with world_of(berik_202=Phone(answers_after=5, talks=NEVER)) as world:
        async with talking(world) as (line, desk):
            await desk.consult("berik")
            await asyncio.sleep({"ringing": 1, "talking": 8, "joined": 8}[when])
            if when == "joined":
                await desk.command("join")
            if who == "caller":
                line.leave()
            else:
                world.board.hang_up("201")
                await asyncio.sleep(1)
                world.board.hang_up("202")
            await asyncio.sleep(5)
        assert await world.operator("aigul") is OperatorState.WRAP_UP
        assert await world.operator("berik") in (OperatorState.WRAP_UP, OperatorState.READY)


@in_virtual_time
async def test_a_number_outside_is_asked_and_given_the_caller() -> None:
    async with world_of(aigul_201=Phone(talks=200)) as world:
        world.board.outside["112"] = Phone(answers_after=2, talks=40)
        async with talking(world) as (line, desk):
            await desk.command("consult", number="112")
            await asyncio.sleep(3)
            assert await desk.aside() == ("number:112", "talking")
            await desk.command("complete")
            assert world.board.talks[line.arrival.call].parties == ["112"]
            assert await world.operator("aigul") is OperatorState.WRAP_UP
            assert world.ends() == []
        (finished,) = world.told_of(Kind.FINISHED)
        assert (finished.operator, finished.data["how"]) == ("aigul", "transferred")


@in_virtual_time
async def test_after_our_death_in_a_consultation_the_call_and_both_operators_are_set_right() -> None:
    """P1, P20: whoever takes the call over when the talk has ended ends it, and nobody is held."""
    async with world_of(berik_202=Phone(talks=NEVER)) as world:
        line = world.call(STRAIGHT, language="ru", caller=None)
        for other in ("berik", "dana"):
            await world.queues.pause(other, "break")
        serving = asyncio.create_task(world.reception.serve(line))
        await asyncio.sleep(8)
        await world.queues.ready("berik")
        await Desk(world, line).consult("berik")
        await asyncio.sleep(4)
        assert (await world.state(line)).helper == "berik"
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)
        again = world.call(call=line.arrival.call, since=line.arrival.since, resumed=True, talked=True, caller=None)
        await world.serve(again)
        assert again.heard == ["goodbye"]
        assert world.ends() == ["answered"]
        assert {await world.operator("aigul"), await world.operator("berik")} == {OperatorState.WRAP_UP}
        world.nothing_is_left()
