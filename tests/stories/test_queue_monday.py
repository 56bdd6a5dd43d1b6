"""A whole Monday on the model in virtual time: 3,000 callers, 24 operators, transfers, callbacks, emergencies."""

from __future__ import annotations

import asyncio
import math
import random
from collections import Counter

from kezek_queue import (
    CallKind,
    CallState,
    End,
    FeedEvent,
    Full,
    Kind,
    ModelQueues,
    OperatorState,
    QueueRules,
    QueueSettings,
    keep_ticking,
)
from kit.queue_order import overtaken
from kit.virtual_time import in_virtual_time, virtual_now

CALLS, OPERATORS, DAY_S = 3_000, 24, 10 * 3600
QUARTER_S = 900
RULES = QueueRules(capacity=12, callback_share=0.3, callback_retries_s=(300.0,), together_from=9, together=3)


class Monday:
    def __init__(self) -> None:
        self.chance = random.Random(7)  # noqa: S311 - a simulation
        self.queues = ModelQueues(virtual_now, QueueSettings(lease_s=15, wrap_up_s=30, follow_buffer=100_000))
        self.told: list[FeedEvent] = []
        self.overtaken: list[tuple[str, str]] = []
        self.queues.model.on_event = self.hear
        self.publish = self.queues._fanout.publish

    def hear(self, event: FeedEvent) -> None:
        self.told.append(event)
        if event.kind is Kind.OFFERED:
            self.overtaken += overtaken(self.queues.model, event)
        self.publish(event)

    async def operator(self, login: str) -> None:
        """Takes what rings, talks, now and then gives the caller to another queue, rests after a missed call."""
        await self.queues.sign_in(
            login, phone=login, queues=["109"], skills={"kk": self.chance.randint(1, 3)}, desk=False
        )
        await self.queues.ready(login)
        async for event in self.queues.feed("0-0"):
            if event.operator != login:
                continue
            if event.kind is Kind.OPERATOR and event.data["state"] == "paused":
                await asyncio.sleep(60)
                await self.queues.ready(login)
            if event.kind is not Kind.OFFERED or self.chance.random() < 0.03:
                continue
            await self.talk(event.call, event.data["offer"], login)

    async def talk(self, call: str, offer: int, login: str) -> None:
        q = self.queues
        await asyncio.sleep(self.chance.uniform(1, 6))
        c = await q.call(call)
        if c.offer != offer or c.operator != login or c.state is not CallState.OFFERED:
            return
        if c.kind is CallKind.CALLBACK and not c.connected_at and self.chance.random() < 0.3:
            await q.postpone(call, offer, "no_answer")
            return
        await q.connect(call, offer)
        await asyncio.sleep(self.chance.expovariate(1 / 180))
        if self.chance.random() < 0.05:
            await q.transfer(call, offer, priority=1, wrap_up=15)
            return
        await q.finish(call, offer, wrap_up=20)
        await q.end(call, End.ANSWERED)

    async def caller(self, n: int, at: float) -> None:
        await asyncio.sleep(at)
        q, call, number = self.queues, f"c{n}", f"77{n % 2500}"
        await q.arrive(call, caller=number, dialled="109", since=virtual_now(), node="n")
        try:
            skills = {"kk": 1} if self.chance.random() < 0.6 else {}
            await q.place(call, queue="109", priority=9 if n % 200 == 0 else 0, skills=skills)
        except Full:
            await q.end(call, End.REFUSED)
            return
        await asyncio.sleep(self.chance.expovariate(1 / 240))
        if (await q.call(call)).state in (CallState.WAITING, CallState.OFFERED):
            if self.chance.random() < 0.3:
                await q.callback(call, caller=number)
            else:
                await q.end(call, End.ABANDONED)

    def arrivals(self) -> list[float]:
        """A day with a peak in its first third."""
        found: list[float] = []
        while len(found) < CALLS:
            at = self.chance.uniform(0, DAY_S)
            if self.chance.random() < 0.25 + 0.75 * math.exp(-(((at / DAY_S - 0.3) / 0.15) ** 2)):
                found.append(at)
        return sorted(found)

    async def pass_by(self) -> None:
        await self.queues.phones([f"op{n}" for n in range(OPERATORS)])
        await self.queues.configure("109", RULES)
        async with asyncio.TaskGroup() as city:
            standing = [city.create_task(keep_ticking(self.queues))]
            standing += [city.create_task(self.operator(f"op{n}")) for n in range(OPERATORS)]
            people = [city.create_task(self.caller(n, at)) for n, at in enumerate(self.arrivals())]
            await asyncio.wait(people)
            await asyncio.sleep(2 * 3600)
            for task in standing:
                task.cancel()


@in_virtual_time
async def test_a_monday_of_three_thousand_calls_leaves_nobody_waiting_and_every_call_told() -> None:
    """P5: for the calls that arrived in any 15 minutes, offered = the sum of the ends. P3: nobody is
    overtaken. P1: nobody is busy when all is over."""
    monday = Monday()
    await monday.pass_by()
    arrived, ends = Counter[int](), Counter[int]()
    quarter: dict[str, int] = {}
    for event in monday.told:
        if event.kind is Kind.ARRIVED:
            quarter[event.call] = int(event.data["since"] // QUARTER_S)
            arrived[quarter[event.call]] += 1
        elif event.kind is Kind.ENDED:
            ends[quarter[event.call]] += 1
    assert arrived == ends
    assert arrived.total() > CALLS
    by_end = Counter(event.data["end"] for event in monday.told if event.kind is Kind.ENDED)
    assert {"answered", "abandoned", "callback", "refused"} <= set(by_end)
    assert sum(event.kind is Kind.TRANSFERRED for event in monday.told) > 50
    assert not monday.queues.model.live
    states = {o.state for o in (await monday.queues.snapshot()).operators}
    assert states <= {OperatorState.READY, OperatorState.PAUSED}
    assert monday.overtaken == []
