"""Callers and operators: not picked up, declined, paused, taken in fair order, and a whole busy hour."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from dataclasses import replace

from kezek_queue.types import CallState, Kind, OperatorState
from kit.ivr_world import World
from kit.scripted_line import (
    NEVER,
    Phone,
    after,
    during,
    hang_up,
    in_virtual_time,
    pause,
    press,
    say,
    while_ringing,
    while_waiting,
)

STRAIGHT = during("greeting", press("0"))


@in_virtual_time
async def test_an_operator_who_does_not_pick_up_is_paused_and_the_next_one_takes_the_same_caller() -> None:
    async with World.open(aigul_201=Phone(answers_after=NEVER), berik_202=Phone(answers_after=2)) as world:
        line = world.call(STRAIGHT, language="ru", caller=None)
        await world.serve(line)
        assert [phone for _, phone, _ in world.board.rung] == ["201", "202"]
        assert world.told.facts("not_taken")["reason"] == "no_answer"
        aigul = await world.queues.operator("aigul")
        assert (aigul.state, aigul.reason) == (OperatorState.PAUSED, "no_answer")
        assert world.ends() == ["answered"]
        assert len(world.events(Kind.PLACED)) == 1
        world.nothing_is_left()


@in_virtual_time
async def test_a_busy_or_unreachable_phone_is_passed_over_in_the_same_way() -> None:
    """P16: an unreachable phone is not 'available'."""
    async with World.open(aigul_201=Phone(busy=True), berik_202=Phone(), dana_203=Phone()) as world:
        world.board.register("202", registered=False)  # and the queue has not heard of it yet
        line = world.call(STRAIGHT, language="ru", caller=None)
        await world.serve(line)
        reasons = {name: (await world.queues.operator(name)).reason for name in ("aigul", "berik", "dana")}
        assert reasons == {"aigul": "busy", "berik": "unreachable", "dana": ""}
        assert world.ends() == ["answered"]


@in_virtual_time
async def test_an_operator_declines_on_the_screen_and_the_phone_stops_ringing_at_once() -> None:
    """P14: what rings goes when the offer is taken back."""
    async with World.open(aigul_201=Phone(answers_after=15), berik_202=Phone(answers_after=2)) as world:
        line = world.call(STRAIGHT, language="ru", caller=None)
        serving = asyncio.create_task(world.reception.serve(line))
        await asyncio.sleep(5)
        call = await world.state(line)
        assert (call.state, call.operator) == (CallState.OFFERED, "aigul")
        await world.queues.decline(call.call, call.offer, "declined", pause=True)
        await asyncio.sleep(3)
        assert (await world.state(line)).operator == "berik"
        assert world.told.facts("not_taken") == {"token": "demo", "operator": "aigul", "reason": "declined"}
        await serving
        assert world.ends() == ["answered"]
        world.nothing_is_left()


@in_virtual_time
async def test_with_all_operators_paused_the_caller_waits_until_one_becomes_ready() -> None:
    async with World.open(aigul_201=Phone(answers_after=1)) as world:
        await world.queues.pause("aigul", "lunch")
        line = world.call(STRAIGHT, language="ru", caller=None)
        serving = asyncio.create_task(world.reception.serve(line))
        await asyncio.sleep(300)
        assert line.with_music
        assert line.heard.count("place/1") == 7  # at once, then every 45 seconds
        await world.queues.ready("aigul")
        await asyncio.sleep(0.5)
        assert len(world.board.rung) == 1
        await serving
        assert world.ends() == ["answered"]


@in_virtual_time
async def test_an_operator_who_becomes_ready_in_the_middle_of_a_prompt_is_rung_at_once() -> None:
    """P14: the pop and the ring come together, whatever the caller is being told."""
    async with World.open(aigul_201=Phone(answers_after=1)) as world:
        await world.queues.pause("aigul", "lunch")
        line = world.call(STRAIGHT, language="ru", caller=None, durations={"place/1": 8.0})
        serving = asyncio.create_task(world.reception.serve(line))
        await asyncio.sleep(4)
        assert line.heard[-1] == "place/1"
        await world.queues.ready("aigul")
        await asyncio.sleep(0.1)
        assert len(world.board.rung) == 1
        await serving
        assert world.ends() == ["answered"]


@in_virtual_time
async def test_two_callers_and_one_operator_are_served_in_the_order_of_their_arrival() -> None:
    """P3: no inversion inside one priority, whoever was quicker through the questions."""
    async with World.open(aigul_201=Phone(answers_after=1, talks=120)) as world:
        busy = world.call(STRAIGHT, language="ru", caller=None)
        slow = world.call(after("open", pause(5), say("Abay house 45 heating")), language="ru", caller=None)
        serving = [asyncio.create_task(world.reception.serve(line)) for line in (busy, slow)]
        await asyncio.sleep(2)
        quick = world.call(STRAIGHT, language="ru", caller=None)
        await world.serve(quick)
        await asyncio.gather(*serving)
        order = [call for call, _ in world.events(Kind.CONNECTED)]
        assert order == [line.arrival.call for line in (busy, slow, quick)]
        world.nothing_is_left()


@in_virtual_time
async def test_the_place_told_never_grows_and_an_emergency_overtakes() -> None:
    """P3: the announced place never grows."""
    async with World.open(aigul_201=Phone(answers_after=1, talks=60)) as world:
        lines = [world.call(STRAIGHT, language="ru", caller=None) for _ in range(4)]
        serving = [asyncio.create_task(world.reception.serve(line)) for line in lines]
        await asyncio.sleep(20)
        urgent = world.call(during("greeting", press("9")), language="ru", caller=None)
        await world.serve(urgent)
        await asyncio.gather(*serving)
        order = [call for call, _ in world.events(Kind.CONNECTED)]
        assert order == [line.arrival.call for line in (lines[0], urgent, *lines[1:])]
        for line in lines:
            told = [int(name.removeprefix("place/")) for name in line.heard if name.startswith("place/")]
            assert told == sorted(told, reverse=True)
        world.nothing_is_left()


@in_virtual_time
async def test_an_operators_command_while_it_rings_takes_the_call_back_to_its_place() -> None:
    """P17: the operator's last command wins."""
    async with World.open(aigul_201=Phone(answers_after=10), berik_202=Phone(answers_after=1)) as world:
        line = world.call(STRAIGHT, language="ru", caller=None)
        serving = asyncio.create_task(world.reception.serve(line))
        await asyncio.sleep(4)
        await world.queues.pause("aigul", "break")
        await serving
        aigul = await world.queues.operator("aigul")
        assert (aigul.state, aigul.reason) == (OperatorState.PAUSED, "break")
        assert [operator for _, operator in world.events(Kind.CONNECTED)] == ["berik"]


@in_virtual_time
async def test_a_call_without_a_token_tells_no_story_at_all() -> None:
    async with World.open(aigul_201=Phone()) as world:
        line = world.call(after("open", say("Abay house 45 heating")), language="ru", story=None)
        await world.serve(line)
        assert world.told.steps == []


@in_virtual_time
async def test_a_busy_hour_of_two_hundred_callers_and_five_operators_loses_nobody() -> None:
    """P2, P3, P5: each call has one end, no operator two callers, no caller two operators, and the sums hold."""
    dice = random.Random(109)  # noqa: S311 - the same hour each time
    phones = {
        f"op{n}_{200 + n}": Phone(answers_after=dice.uniform(1, 6), talks=dice.uniform(30, 90)) for n in range(1, 6)
    }
    async with World.open(**phones) as world:
        lines = []

        async def arrive() -> None:
            patience = dice.expovariate(1 / 240)
            manner = dice.choice(("straight", "speaks", "silent", "nine"))
            cues = {
                "straight": [STRAIGHT],
                "speaks": [after("open", pause(1), say("Abay house 45 heating"))],
                "silent": [],
                "nine": [during("greeting", press("9"))],
            }[manner]
            leaves = while_waiting(pause(patience), hang_up())
            line = world.call(*cues, leaves, while_ringing(), language=dice.choice(("kk", "ru")), story=None)
            lines.append(line)
            await world.reception.serve(line)

        async def be_ready() -> None:
            while True:
                await asyncio.sleep(20)
                for operator in list(world.queues.model.operators.values()):
                    if operator.state is OperatorState.PAUSED:
                        await world.queues.ready(operator.operator)

        readying = asyncio.create_task(be_ready())
        async with asyncio.TaskGroup() as calls:
            for _ in range(200):
                await asyncio.sleep(dice.expovariate(200 / 3600))
                calls.create_task(arrive())
        readying.cancel()

        ends = Counter(world.ends())
        assert len(world.events(Kind.ARRIVED)) == 200
        assert ends["answered"] + ends["abandoned"] == 200
        assert ends["answered"] == len(world.events(Kind.CONNECTED)) == sum("talk" in line.done for line in lines)
        assert ends["abandoned"] > 0
        talking: dict[str, str] = {}
        for event in world.queues.model.feed:
            if event.kind is Kind.CONNECTED:
                assert event.operator not in talking
                talking[event.operator] = event.call
            elif event.kind is Kind.FINISHED:
                assert talking.pop(event.operator) == event.call
        world.nothing_is_left()


@in_virtual_time
async def test_language_and_topic_say_which_operator_is_wanted() -> None:
    skilled = {"russian": {"ru": 5}, "heating": {"ru": 5, "heat": 4}}
    async with World.open(russian_201=Phone(), heating_202=Phone()) as world:
        for name, phone in (("russian", "201"), ("heating", "202")):
            await world.queues.sign_out(name)
            await world.queues.sign_in(name, phone=phone, queues=["main"], skills=skilled[name], desk=False)
            await world.queues.ready(name)
        wished = {"heating": {"heat": 2, "ru": 1}, "lift": {"lift": 1}}
        world.settings = replace(world.settings, skills={"ru": {"ru": 3}}, topic_skills=wished)
        line = world.call(after("open", say("Abay house 45 heating")), language="ru", caller=None)
        await world.serve(line)
        assert (await world.state(line)).skills == {"ru": 3, "heat": 2}
        assert [phone for _, phone, _ in world.board.rung] == ["202"]
