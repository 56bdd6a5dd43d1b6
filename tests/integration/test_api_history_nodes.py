"""Two nodes write one history from one feed in a real Valkey, and one of them dies."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from redis.asyncio import Redis

from kezek_api.callfile import CallFiles
from kezek_queue import End, QueueSettings, RedisQueues
from kezek_register import Register
from kezek_register.types import Leg
from kit.api import until
from kit.history_hall import all_calls, writing
from kit.valkey import Valkey

CALLS = 40


@pytest.fixture
async def files(valkey: Valkey, site: str) -> AsyncIterator[CallFiles]:
    async with Redis.from_url(valkey.url) as redis:
        yield CallFiles(redis, site=site)


@pytest.fixture
async def queues(valkey: Valkey, site: str) -> AsyncIterator[RedisQueues]:
    async with RedisQueues(valkey.url, site, QueueSettings(claim_after_s=0.5)) as line:
        await line.phones({"201", "202"})
        for login, phone in (("anna", "201"), ("bolat", "202")):
            await line.sign_in(login, phone=phone, queues=["main"], desk=False)
            await line.ready(login)
        yield line


async def a_transferred_call(queues: RedisQueues, call: str) -> None:
    """Anna or Bolat gives it to the other one."""
    now = datetime.now(UTC).timestamp()
    await queues.arrive(call, caller="+77009990109", dialled="109", since=now, node="one")
    await queues.place(call, queue="main")
    for last in (False, True):
        offer = (await queues.call(call)).offer
        await queues.accept(call, offer)
        await queues.connect(call, offer)
        talked = (await queues.call(call)).operator
        if last:
            await queues.finish(call, offer, wrap_up=0)
            await queues.end(call, End.ANSWERED)
        else:
            other = "bolat" if talked == "anna" else "anna"
            await queues.transfer(call, offer, wanted=other, wrap_up=0)


async def test_two_nodes_write_one_history_and_one_dies(
    register: Register, files: CallFiles, queues: RedisQueues
) -> None:
    """P5, P6: what the dead node had read and not written is written by the other one; every call stands once."""
    async with writing(queues, register, files) as dying, writing(queues, register, files, node="two"):
        for n in range(CALLS):
            await a_transferred_call(queues, f"n{n}")
            if n == CALLS // 2:
                dying.cancel()
                await asyncio.gather(dying, return_exceptions=True)

        async def written() -> bool:
            legs = await register.history.legs_of([f"n{n}" for n in range(CALLS)])
            return len(legs) == 2 * CALLS and all(leg.how for leg in legs) and await _all_ended(register)

        await until(written, 30)
    calls = await all_calls(register)
    assert Counter(call.end for call in calls) == {"answered": CALLS}
    assert {len(call.ticket) > 0 for call in calls} == {True}
    legs = await register.history.legs_of([call.call for call in calls])
    assert Counter(leg.how for leg in legs) == {"transferred": CALLS, "finished": CALLS}
    assert {_pair(legs, call.call) for call in calls} == {("anna", "bolat")}
    tickets = await register.tickets.list(limit=500)
    assert len(tickets) == len({ticket.call for ticket in tickets}) == CALLS
    hour = timedelta(hours=1)
    times = await register.history.operator_times(calls[0].since - hour, calls[-1].since + hour)
    assert [(time.operator, time.state) for time in times if time.ended is None] == [
        ("anna", "ready"),
        ("bolat", "ready"),
    ]


async def _all_ended(register: Register) -> bool:
    return [call.end for call in await all_calls(register)] == ["answered"] * CALLS


def _pair(legs: list[Leg], call: str) -> tuple[str, ...]:
    return tuple(sorted(leg.operator for leg in legs if leg.call == call))
