"""Callbacks: claimed before dialled, one operator reserved, never dialled twice, whatever dies and whenever."""

from __future__ import annotations

import asyncio
from collections import Counter
from copy import copy
from typing import cast

import pytest

from kezek_queue.rules import QueueRules
from kezek_queue.types import Call, End, Kind, OperatorState, Queues
from kit.ivr_outbound import NUMBER, MemoryLedger, Node, dialling
from kit.ivr_trouble import BrokenQueues
from kit.ivr_world import World
from kit.scripted_line import (
    NEVER,
    Cue,
    Phone,
    ScriptedSwitchboard,
    after,
    during,
    hang_up,
    in_virtual_time,
    pause,
    press,
    while_ringing,
    while_waiting,
)

STRAIGHT = during("greeting", press("0"))
JOINS = after("called_back_no_need", press("1"))


async def asked_for(world: World, number: str = NUMBER, of: str = "asked-1", node: str = "node-1") -> Call:
    """Somebody has asked for a callback, a minute ago."""
    await asyncio.sleep(60)
    await world.queues.arrive(of, caller=number, dialled="109", since=0.0, node=node)
    await world.queues.place(of, queue="main")
    await world.queues.note(of, {"caller": number, "language": "en", "fields": {}})
    return await world.queues.callback(of, caller=number)


def ends_of(world: World, call: Call) -> list[str]:
    return [str(event.data["end"]) for event in world.told_of(Kind.ENDED) if event.call == call.call]


# --- the straight path ------------------------------------------------------------------------------------------------


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


# --- what is away -----------------------------------------------------------------------------------------------------


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


# --- twice ------------------------------------------------------------------------------------------------------------


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
