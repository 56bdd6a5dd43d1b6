"""A hall of operators on the model in virtual time: feed, ticker and groups as conductors and screens use them."""

from __future__ import annotations

import asyncio

import pytest

from kezek_queue import End, Gap, Kind, ModelQueues, OperatorState, Queues, QueueSettings, keep_ticking
from kit.virtual_time import in_virtual_time, virtual_now


async def operator(queues: Queues, login: str, *, talk_s: float) -> None:
    """Takes what rings at once, talks, wraps up for ten seconds."""
    await queues.sign_in(login, phone=login, queues=["109"], desk=False)
    await queues.ready(login)
    async for event in queues.feed("0-0"):
        if event.kind is Kind.OFFERED and event.operator == login:
            offer = event.data["offer"]
            await queues.accept(event.call, offer)
            await queues.connect(event.call, offer)
            await asyncio.sleep(talk_s)
            await queues.finish(event.call, offer, wrap_up=10)
            await queues.end(event.call, End.ANSWERED)


async def caller(queues: Queues, call: str, *, patience_s: float) -> str:
    """Waits for an operator as long as the patience lasts; the call's end."""
    async with queues.follow(call) as events:
        await queues.arrive(call, caller="", dialled="109", since=virtual_now(), node="n")
        await queues.place(call, queue="109")
        try:
            async with asyncio.timeout(patience_s):
                async for event in events:
                    if event.kind is Kind.CONNECTED:
                        break
        except TimeoutError:
            await queues.end(call, End.ABANDONED)
        async for event in events:
            if event.kind is Kind.ENDED:
                return str(event.data["end"])
    raise AssertionError("the feed ended")


@in_virtual_time
async def test_two_operators_serve_six_callers_in_their_order_and_the_impatient_one_is_counted() -> None:
    queues = ModelQueues(virtual_now)
    await queues.phones(["ann", "bek"])
    async with asyncio.TaskGroup() as hall:
        standing = [hall.create_task(keep_ticking(queues))]
        standing += [hall.create_task(operator(queues, login, talk_s=60)) for login in ("ann", "bek")]
        callers = []
        for n in range(6):
            callers.append(hall.create_task(caller(queues, f"c{n}", patience_s=30 if n == 3 else 600)))
            await asyncio.sleep(1)
        ends = await asyncio.gather(*callers)
        (load,) = (await queues.snapshot()).queues
        for task in standing:
            task.cancel()
    assert ends == ["answered", "answered", "answered", "abandoned", "answered", "answered"]
    connected = [event.call for event in queues.model.feed if event.kind is Kind.CONNECTED]
    assert connected == ["c0", "c1", "c2", "c4", "c5"]
    assert (load.answered, load.abandoned, load.waiting) == (5, 1, 0)


@in_virtual_time
async def test_an_operator_who_does_not_answer_is_paused_when_the_lease_ends() -> None:
    queues = ModelQueues(virtual_now, QueueSettings(lease_s=15))
    await queues.phones(["ann"])
    await queues.sign_in("ann", phone="ann", queues=["109"], desk=False)
    await queues.ready("ann")
    ticker = asyncio.create_task(keep_ticking(queues))
    async with queues.follow("c1") as events:
        await queues.arrive("c1", caller="", dialled="109", since=virtual_now(), node="n")
        await queues.place("c1", queue="109")
        offered_at = virtual_now()
        async for event in events:
            if event.kind is Kind.LAPSED:
                break
    ticker.cancel()
    assert 15 <= virtual_now() - offered_at <= 15.3
    assert (await queues.operator("ann")).state is OperatorState.PAUSED


@in_virtual_time
async def test_a_repeated_key_gives_the_first_reply_until_it_is_forgotten() -> None:
    queues = ModelQueues(virtual_now, QueueSettings(reply_ttl_s=600))
    await queues.arrive("c1", caller="", dialled="109", since=virtual_now(), node="n")
    assert await queues.end("c1", End.RECORDED, key="k") is True
    await asyncio.sleep(599)
    assert await queues.end("c1", End.CUT, key="k") is True
    await asyncio.sleep(2)
    assert await queues.end("c1", End.CUT, key="k") is False


@in_virtual_time
async def test_groups_give_again_what_was_not_acknowledged_and_name_a_gap_once() -> None:
    queues = ModelQueues(virtual_now, QueueSettings(feed_maxlen=3))
    for n in range(2):
        await queues.arrive(f"c{n}", caller="", dialled="109", since=virtual_now(), node="n")
    first = queues.consume("history", "a")
    assert (await anext(first)).call == "c0"
    again = queues.consume("history", "b")
    event = await anext(again)
    assert event.call == "c0"
    await queues.acknowledge("history", event)
    assert (await anext(again)).call == "c1"
    for n in range(2, 9):
        await queues.arrive(f"c{n}", caller="", dialled="109", since=virtual_now(), node="n")
    with pytest.raises(Gap):
        await anext(again)
    after = queues.consume("history", "b")
    assert [(await anext(after)).call for _ in range(4)] == ["c1", "c6", "c7", "c8"]


@in_virtual_time
async def test_a_feed_read_from_a_forgotten_id_is_a_gap() -> None:
    queues = ModelQueues(virtual_now, QueueSettings(feed_maxlen=3))
    await queues.arrive("c0", caller="", dialled="109", since=virtual_now(), node="n")
    start = (await queues.snapshot()).feed_id
    for n in range(1, 9):
        await queues.arrive(f"c{n}", caller="", dialled="109", since=virtual_now(), node="n")
    with pytest.raises(Gap):
        await anext(queues.feed(start))
