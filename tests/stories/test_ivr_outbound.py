"""Callbacks: claimed before dialled, one operator reserved, the citizen asked whether he still wants to speak."""

from __future__ import annotations

import asyncio

import pytest

from kezek_queue.rules import QueueRules
from kezek_queue.types import End, Kind, OperatorState
from kit.ivr_outbound import JOINS, NUMBER, MemoryLedger, asked_for, dialling, ends_of
from kit.ivr_world import World
from kit.scripted_line import (
    NEVER,
    Cue,
    Phone,
    during,
    hang_up,
    in_virtual_time,
    pause,
    press,
    while_ringing,
    while_waiting,
)


@in_virtual_time
async def test_a_citizen_is_called_back_presses_one_and_talks_with_the_operator_reserved_for_him() -> None:
    """P12, P8."""
    async with World.open(aigul_201=Phone(answers_after=3, talks=30)) as world:
        world.board.citizen(NUMBER, Phone(answers_after=5), JOINS, language="en")
        ledger = MemoryLedger()
        async with dialling(world, ledger) as node:
            callback = await asked_for(world)
            await asyncio.sleep(2)
            assert await world.operator("aigul") is OperatorState.OFFERED
            assert world.board.rung == []
            await asyncio.sleep(60)
            (line,) = [each for each in world.board.lines.values() if each.arrival.callback]
            await asyncio.gather(*node.serving)
            asked = ["called_back", "called_back_join", "press/1", "called_back_no_need", "press/2"]
            assert line.heard == [*asked, "called_back_joining", "goodbye"]
            assert "play called_back en" in line.done
        assert ends_of(world, callback) == ["answered"]
        (key,) = ledger.claims
        assert ledger.settled == {key: ("answered", "")}
        assert key == f"{callback.call}:{world.board.rung[0][2]}"
        assert world.board.dialled_to == [(callback.call, NUMBER)]
        assert (await world.queues.notes(callback.call))["callback"]["joined"] is True


@in_virtual_time
async def test_a_citizen_who_does_not_need_us_any_more_presses_two_and_the_operator_is_free() -> None:
    async with World.open(aigul_201=Phone()) as world:
        world.board.citizen(NUMBER, Phone(answers_after=5), during("called_back", press("2")))
        async with dialling(world):
            callback = await asked_for(world)
            await asyncio.sleep(20)
            assert ends_of(world, callback) == ["informed"]
            assert world.board.lines[callback.call].heard == ["called_back", "called_back_thanks"]
            assert world.board.lines[callback.call].ended_by == "us"
            assert await world.operator("aigul") is OperatorState.READY
            assert world.board.rung == []


@pytest.mark.parametrize(
    ("phone", "cues", "reason"),
    [
        (Phone(answers_after=NEVER), [], "no_answer"),
        (Phone(busy=True), [], "busy"),
        (Phone(answers_after=3, declines=True), [], "declined"),
        (Phone(registered=False), [], "unreachable"),
        (Phone(answers_after=3), [], "no_key"),
        (Phone(answers_after=3), [during("called_back", hang_up())], "hung_up"),
        (Phone(answers_after=3), [during("called_back", press("5"))], "no_key"),
    ],
)
@in_virtual_time
async def test_a_citizen_not_reached_is_tried_again_by_the_rules_and_given_up_after_the_last_time(
    phone: Phone, cues: list[Cue], reason: str
) -> None:
    """P8: an answering machine, and who hangs up at once, count as attempts; no operator's phone rings."""
    async with World.open(aigul_201=Phone()) as world:
        await world.queues.configure("main", QueueRules(callback_retries_s=(300.0,)))
        world.board.citizen(NUMBER, phone, *cues)
        ledger = MemoryLedger()
        async with dialling(world, ledger):
            callback = await asked_for(world)
            await asyncio.sleep(90)
            assert (await world.queues.call(callback.call)).state == "later"
            assert await world.operator("aigul") is OperatorState.READY
            await asyncio.sleep(400)
        assert ends_of(world, callback) == ["abandoned"]
        assert [event.data["reason"] for event in world.told_of(Kind.POSTPONED)] == [reason, reason]
        assert len(world.board.dialled_to) == len(ledger.claims) == len(ledger.settled) == 2
        assert world.board.rung == []


@in_virtual_time
async def test_an_operator_who_does_not_pick_up_leaves_the_citizen_with_music_and_the_next_one_is_rung() -> None:
    """P8: he is not dialled again while he is on the line."""
    async with World.open(aigul_201=Phone(answers_after=NEVER), berik_202=Phone(answers_after=2, talks=20)) as world:
        world.board.citizen(NUMBER, Phone(answers_after=5), JOINS, while_ringing(), while_waiting(pause(1)))
        async with dialling(world):
            callback = await asked_for(world)
            await asyncio.sleep(100)
        assert [phone for _, phone, _ in world.board.rung] == ["201", "202"]
        assert world.board.dialled_to == [(callback.call, NUMBER)]
        assert ends_of(world, callback) == ["answered"]
        assert (await world.queues.operator("aigul")).reason == "no_answer"


@in_virtual_time
async def test_a_citizen_who_waits_after_all_keeps_his_place_and_hears_it_from_time_to_time() -> None:
    async with World.open(aigul_201=Phone(answers_after=NEVER)) as world:
        world.board.citizen(NUMBER, Phone(answers_after=5), JOINS)
        async with dialling(world):
            callback = await asked_for(world)
            await asyncio.sleep(100)
            line = world.board.lines[callback.call]
            assert line.with_music
            assert "place/1" in line.heard
            line.leave()
            await asyncio.sleep(1)
            assert ends_of(world, callback) == ["abandoned"]


@in_virtual_time
async def test_a_callback_cancelled_while_the_phone_rings_stops_it_and_says_nothing_to_who_was_quicker() -> None:
    async with World.open(aigul_201=Phone()) as world:
        world.board.citizen(NUMBER, Phone(answers_after=9), JOINS)
        ledger = MemoryLedger()
        async with dialling(world, ledger):
            for of, cancelled_after in (("slow", 3.0), ("quick", 8.8)):
                callback = await asked_for(world, of=of)
                await asyncio.sleep(cancelled_after)
                await world.queues.end(callback.call, End.ABANDONED)
                await asyncio.sleep(10)
        assert "cb-slow" not in world.board.lines
        assert world.board.lines["cb-quick"].heard == []
        assert world.board.lines["cb-quick"].ended_by == "us"
        assert [state for state, _ in ledger.settled.values()] == ["not_reached", "answered"]


@pytest.mark.parametrize("another", [True, False])
@in_virtual_time
async def test_without_an_operator_reserved_no_citizens_phone_goes_on_ringing(another: bool) -> None:
    """P12: he is not called to wait; where another operator is reserved by then, he is his."""
    async with World.open(aigul_201=Phone(talks=20), berik_202=Phone(talks=20)) as world:
        await world.queues.pause("berik", "lunch")
        world.board.citizen(NUMBER, Phone(answers_after=9), JOINS)
        async with dialling(world):
            callback = await asked_for(world)
            await asyncio.sleep(3)
            if another:
                await world.queues.ready("berik")
            await world.queues.pause("aigul", "lunch")
            await asyncio.sleep(60)
            assert (callback.call in world.board.lines) is another
            assert len(world.board.dialled_to) == 1
            if another:
                assert ends_of(world, callback) == ["answered"]
                assert [phone for _, phone, _ in world.board.rung] == ["202"]
            else:
                assert (await world.queues.call(callback.call)).state == "waiting"
                await world.queues.ready("aigul")
                await asyncio.sleep(60)
                assert ends_of(world, callback) == ["answered"]
