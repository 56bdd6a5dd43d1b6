"""How many free operators a rung keeps for emergencies."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from kezek_api.ladder.reserving import Reserving, with_reserves
from kezek_api.ladder.rules import LadderRules
from kezek_api.ladder.service import Ladder
from kezek_queue import ModelQueues, QueueRules
from kezek_queue.ladder.types import Rung, RungRules
from kit.queue_twins import TestClock

RULES = {"main": QueueRules(), "heat": QueueRules(reserve=2, reserve_behind=1)}


async def crew(clock: TestClock, number: int) -> ModelQueues:
    queues = ModelQueues(clock)
    await queues.phones([f"2{n:02}" for n in range(number)])
    for n in range(number):
        await queues.sign_in(f"op{n}", phone=f"2{n:02}", queues=["main"], desk=False)
        await queues.ready(f"op{n}")
    return queues


async def comes(queues: ModelQueues, call: str, priority: int = 0) -> str:
    await queues.arrive(call, caller="", dialled="109", since=await queues.now(), node="n")
    await queues.place(call, queue="main", priority=priority)
    return str((await queues.call(call)).state)


def test_a_share_of_those_at_work_rounded_down_and_the_site_s_own_rule_at_least() -> None:
    async def story() -> None:
        queues = await crew(TestClock(), 41)
        await queues.pause("op0", "lunch")

        async def kept(reserve: float, behind: float) -> dict[str, tuple[int, int]]:
            rung = RungRules(reserve=reserve, reserve_behind=behind)
            found = with_reserves(await queues.snapshot(), rung, RULES)
            return {queue: (rules.reserve, rules.reserve_behind) for queue, rules in found.items()}

        assert await kept(0.05, 0.1) == {"main": (2, 4), "heat": (2, 1)}
        assert await kept(0.02, 0.0) == {"main": (0, 0), "heat": (2, 1)}

    asyncio.run(story())


def test_up_with_the_rung_and_down_with_it() -> None:
    async def story() -> None:
        queues = await crew(TestClock(), 20)
        for number in range(18):
            assert await comes(queues, f"c{number}") == "offered"
        ladder = Ladder(LadderRules(), lambda: None)
        reserving = Reserving(ladder, RULES)
        await reserving.once(queues)
        ladder.know(replace(Rung(), name="overload", n=1))
        await reserving.once(queues)
        assert await comes(queues, "late") == "offered", "of two who are free one is kept"
        assert await comes(queues, "later") == "waiting"
        assert await comes(queues, "fire", priority=9) == "offered"
        await queues.phones([f"2{n:02}" for n in range(21)])
        await queues.sign_in("op20", phone="220", queues=["main"], desk=False)
        await queues.ready("op20")
        assert (await queues.call("later")).state == "waiting"
        ladder.know(Rung(n=2))
        await reserving.once(queues)
        assert (await queues.call("later")).state == "offered"

    asyncio.run(story())


def test_who_has_heard_of_his_outage_leaves_some_free_for_the_others() -> None:
    async def story() -> None:
        queues, rung = await crew(TestClock(), 20), RungRules(reserve_behind=0.1)
        ladder = Ladder(LadderRules(rungs={"normal": RungRules(), "elevated": rung}), lambda: None)
        reserving = Reserving(ladder, RULES)
        for number in range(17):
            assert await comes(queues, f"c{number}") == "offered"
        ladder.know(replace(Rung(), name="elevated", n=1))
        await reserving.once(queues)
        assert await comes(queues, "knows", priority=-1) == "offered", "more than two are free"
        assert await comes(queues, "knows too", priority=-1) == "waiting"
        assert await comes(queues, "knows nothing") == "offered"
        ladder.know(Rung(n=2))
        await reserving.once(queues)
        assert (await queues.call("knows too")).state == "offered"

    asyncio.run(story())
