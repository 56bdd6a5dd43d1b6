"""Races for callers, operators and helpers on the real engine, and wishes that few of many operators meet."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import pytest

from kezek_queue import End, QueueError, QueueRules, RedisQueues
from kit.valkey import Valkey, site, valkey  # noqa: F401 - fixtures

# ruff: noqa: F811 - a fixture is asked for by its name


@pytest.fixture
async def queues(valkey: Valkey, site: str) -> AsyncIterator[RedisQueues]:
    async with RedisQueues(valkey.url, site) as engine:
        yield engine


async def works(queues: RedisQueues, operator: str, **skills: int) -> None:
    await queues.sign_in(operator, phone=operator, queues=["109"], skills=skills, desk=False)
    await queues.ready(operator)


async def calls(queues: RedisQueues, call: str, priority: int = 0, **skills: int) -> None:
    await queues.arrive(call, caller="", dialled="109", since=0, node="n")
    await queues.place(call, queue="109", priority=priority, skills=skills)


async def outcome(verb: Any) -> str:
    try:
        await verb
    except QueueError as error:
        return error.code
    return "done"


async def test_of_200_who_pick_up_an_emergency_one_wins_and_the_others_take_the_next(queues: RedisQueues) -> None:
    """P2: several are rung under one fence; one has the caller, the rest are ready at once and get the next callers."""
    people = [f"op{n}" for n in range(10)]
    await queues.phones(people)
    await queues.configure("109", QueueRules(together=10))
    for operator in people:
        await works(queues, operator)
    await calls(queues, "c1", priority=9)
    rung = await queues.call("c1")
    assert set(rung.ringing) == set(people)
    accepts = [outcome(queues.accept("c1", rung.offer, operator=people[n % 10])) for n in range(200)]
    more = asyncio.gather(*(calls(queues, f"next{n}") for n in range(9)))
    assert Counter(await asyncio.gather(*accepts)) == {"done": 20, "stale": 180}
    await more
    winner = (await queues.call("c1")).operator
    taken = {o.operator: o.call for o in (await queues.snapshot()).operators}
    assert taken[winner] == "c1"
    assert sorted(taken.values()) == sorted(["c1", *(f"next{n}" for n in range(9))])


async def test_a_helper_invited_200_times_is_offered_once_and_is_nobody_elses(queues: RedisQueues) -> None:
    """P2: a helper kept for the talk is not offered to a caller."""
    await queues.phones(["ann", "bek"])
    await works(queues, "ann")
    await calls(queues, "c1")
    offer = (await queues.call("c1")).offer
    await queues.connect("c1", offer)
    await works(queues, "bek")
    invited = await asyncio.gather(*(queues.invite("c1", offer, "bek") for _ in range(200)))
    await calls(queues, "c2")
    assert len({one.offer for one in invited}) == 1
    assert (await queues.operator("bek")).offer == invited[0].offer
    assert not (await queues.call("c2")).operator


async def test_a_callback_asked_for_200_times_is_one(queues: RedisQueues) -> None:
    """P8: a crash at any step, asked again by anybody, leaves one callback."""
    await calls(queues, "c1")
    asked = [queues.callback(f"c{n % 3 or 1}", caller="7701", queue="109") for n in range(200)]
    assert {one.call for one in await asyncio.gather(*asked)} == {"cb-c1"}
    (load,) = (await queues.snapshot()).queues
    assert (load.waiting, load.callbacks) == (1, 1)


async def test_a_wish_that_few_meet_finds_them_among_many_who_do_not(queues: RedisQueues) -> None:
    """However many stand free; the set kept for such a wish follows who comes and goes."""
    people = [f"op{n:02}" for n in range(50)]
    await queues.phones(people)
    for operator in people:
        await works(queues, operator, kk=5 if operator >= "op48" else 1)

    async def who(*names: str) -> list[str]:
        return [(await queues.call(name)).operator for name in names]

    for n in range(4):
        await calls(queues, f"c{n}", kk=4)
    assert await who("c0", "c1", "c2", "c3") == ["op48", "op49", "", ""]
    await queues.sign_in("op07", phone="op07", queues=["109"], skills={"kk": 9}, desk=False)
    assert await who("c2", "c3") == ["op07", ""]
    await queues.decline("c0", (await queues.call("c0")).offer, "busy", pause=True)
    await queues.end("c3", End.ABANDONED)
    await queues.ready("op48")
    assert await who("c0") == ["op48"]
    await queues.end("c0", End.ABANDONED)
    await queues.pause("op48", "lunch")
    await calls(queues, "c5")
    await calls(queues, "c6", kk=4)
    assert await who("c5", "c6") == ["op00", ""]
    await queues.ready("op48")
    assert await who("c6") == ["op48"]
