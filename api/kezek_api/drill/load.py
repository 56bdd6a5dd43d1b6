"""The load of a drill: who dials when, and how patient he is, from a seed."""

from __future__ import annotations

import asyncio
import math
import random
import time
from array import array
from collections.abc import Awaitable, Callable, Sequence

from kezek_api.drill.caller import Callers
from kezek_api.drill.rtp import RATE, alaw
from kezek_api.drill.types import CallerPlan, ExchangePoint, Seen, SitePoints

EMERGENCIES = 0.04
SPEAKERS = 0.10  # press nothing, and do not wait for long
IMPATIENT = 0.15
PATIENCE_S = (60.0, 120.0)
IMPATIENT_S = (2.0, 5.0)
SPEAKS_S = (6.0, 20.0)
FIRST_NUMBER = 77_010_000_000  # and ten million after it

Dials = Callable[[CallerPlan], Awaitable[None]]


async def at_once(plan: CallerPlan) -> None:
    """Nothing is waited for."""


def callers(seed: int, seconds: float, per_second: float, exchanges: Sequence[str]) -> list[CallerPlan]:
    """In the order of their dialling: independent of each other (Poisson), so `seconds` * `per_second` on the average.
    The same for the same arguments."""
    mind = random.Random(f"{seed}:callers")  # noqa: S311 - no secret
    number = mind.randrange(10_000_000)
    plans: list[CallerPlan] = []
    at = 0.0
    while True:
        at += mind.expovariate(per_second)
        if at >= seconds:
            return plans
        number = (number + 1) % 10_000_000
        plans.append(_caller(f"+{FIRST_NUMBER + number}", at, mind.choice(exchanges), mind))


def _caller(number: str, at: float, exchange: str, mind: random.Random) -> CallerPlan:
    kind = mind.random()
    if kind < EMERGENCIES:
        return CallerPlan(number, at, exchange, "9", mind.uniform(*PATIENCE_S))
    if kind < EMERGENCIES + SPEAKERS:
        return CallerPlan(number, at, exchange, "", mind.uniform(*SPEAKS_S))
    patience = IMPATIENT_S if kind < EMERGENCIES + SPEAKERS + IMPATIENT else PATIENCE_S
    return CallerPlan(number, at, exchange, "0", mind.uniform(*patience))


def patient(number: int, exchange: str) -> CallerPlan:
    """One who dials at once and waits for an operator; numbers that no load has, from 0."""
    return CallerPlan(f"+{FIRST_NUMBER + 10_000_000 + number}", 0.0, exchange, "0", PATIENCE_S[1])


def words() -> bytes:
    """What a caller without a digit says, A-law: two seconds that rise and fall like a voice, and are no word."""
    said = (
        4000 * math.sin(2 * math.pi * (140 + 60 * math.sin(at / 900)) * at / RATE) * (0.6 + 0.4 * math.sin(at / 700))
        for at in range(2 * RATE)
    )
    return alaw(array("h", map(round, said)).tobytes())


def hunt(points: SitePoints, first: str) -> list[ExchangePoint]:
    """The exchanges as the city's exchange tries them."""
    return [points.exchanges[first], *(one for name, one in points.exchanges.items() if name != first)]


async def drive(
    points: SitePoints, plans: Sequence[CallerPlan], callers: Callers, started: float, dials: Dials = at_once
) -> list[Seen]:
    """All of them, from the first dialling to the last one's end, in the order of the plans. `started`: the load's
    beginning, monotonic seconds; `dials` is awaited before each does, at his time."""

    async def one(plan: CallerPlan) -> Seen:
        await asyncio.sleep(started + plan.at_s - time.monotonic())
        await dials(plan)
        return await callers.call(plan, hunt(points, plan.exchange))

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(one(plan), name=f"caller {plan.number}") for plan in plans]
    return [task.result() for task in tasks]
