"""The Redis engine under what only a real server shows: races, repeated keys, lost replies, restarts."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from kezek_queue import (
    End,
    Kind,
    ModelQueues,
    OperatorState,
    QueueError,
    QueueSettings,
    RedisQueues,
    Stale,
    Unavailable,
    Unknown,
    keep_ticking,
)
from kit.queue_twins import TestClock, whole_feed
from kit.valkey import Valkey, site, valkey  # noqa: F401 - fixtures

# ruff: noqa: F811 - a fixture is asked for by its name

SETTINGS = QueueSettings(lease_s=20, desk_timeout_s=3, wrap_up_s=30)


@pytest.fixture
async def queues(valkey: Valkey, site: str) -> AsyncIterator[RedisQueues]:
    async with RedisQueues(valkey.url, site, SETTINGS) as engine:
        yield engine


async def works(queues: RedisQueues, operator: str, phone: str) -> None:
    await queues.sign_in(operator, phone=phone, queues=["109"], desk=False)
    await queues.ready(operator)


async def calls(queues: RedisQueues, call: str) -> None:
    await queues.arrive(call, caller="", dialled="109", since=0, node="n")
    await queues.place(call, queue="109")


async def outcome(verb: Any) -> str:
    try:
        await verb
    except QueueError as error:
        return error.code
    return "done"


async def test_of_200_attempts_on_one_caller_and_one_operator_one_wins(queues: RedisQueues) -> None:
    """P2: exactly one wins; the loser is offered again and keeps its place."""
    await queues.phones(["101", "102"])
    await calls(queues, "c1")
    await calls(queues, "c2")
    others = ("c1", "c2")
    attempts = [queues.place(call, queue="109") for call in others for _ in range(50)]
    attempts += [works(queues, "ann", "101") for _ in range(50)]
    attempts += [queues.tick() for _ in range(50)]
    await asyncio.gather(*attempts)
    feed = await whole_feed(queues)
    assert [(e.call, e.operator) for e in feed if e.kind is Kind.OFFERED] == [("c1", "ann")]
    first = (await queues.call("c1")).offer
    accepted = await asyncio.gather(*(outcome(queues.accept("c1", first + n % 2)) for n in range(200)))
    assert Counter(accepted) == {"done": 100, "stale": 100}
    picture = await queues.snapshot()
    assert [(place.call, place.position) for place in picture.waiting] == [("c1", 1), ("c2", 2)]
    await works(queues, "bek", "102")
    assert (await queues.call("c2")).operator == "bek"


async def test_200_declines_of_one_offer_put_the_caller_back_once_and_offer_him_again(queues: RedisQueues) -> None:
    """P2: the loser is offered again, in the same script, and keeps its place."""
    await queues.phones(["101", "102"])
    await works(queues, "ann", "101")
    await calls(queues, "c1")
    await calls(queues, "c2")
    await works(queues, "bek", "102")
    offer = (await queues.call("c1")).offer
    codes = await asyncio.gather(*(outcome(queues.decline("c1", offer, "busy", pause=False)) for _ in range(200)))
    assert Counter(codes) == {"done": 1, "stale": 199}
    again = await queues.call("c1")
    assert (again.operator, again.state) == ("ann", "offered")
    assert again.offer > offer


Verb = Callable[[RedisQueues, str], Any]
VERBS: dict[str, Verb] = {
    "arrive": lambda q, key: q.arrive("c9", caller="", dialled="109", since=0, node="n", key=key),
    "place": lambda q, key: q.place("c2", queue="109", priority=3, key=key),
    "end": lambda q, key: q.end("c1", End.ABANDONED, key=key),
    "sign_in": lambda q, key: q.sign_in("new", phone="109", queues=["109"], desk=True, key=key),
    "sign_out": lambda q, key: q.sign_out("bek", key=key),
    "ready": lambda q, key: q.ready("bek", key=key),
    "pause": lambda q, key: q.pause("ann", "lunch", key=key),
    "wrap_up_done": lambda q, key: q.wrap_up_done("cem", key=key),
    "extend_wrap_up": lambda q, key: q.extend_wrap_up("cem", 5, key=key),
    "join": lambda q, key: q.join("ann", ["water" if key == "key" else "heat"], key=key),
    "callback": lambda q, key: q.callback("c1", caller="7701" if key == "key" else "7702", key=key),
}


@pytest.mark.parametrize("verb", VERBS)
async def test_a_repeated_key_gives_the_first_reply_and_does_nothing(queues: RedisQueues, verb: str) -> None:
    await queues.phones(["101", "103"])
    await works(queues, "cem", "103")
    await calls(queues, "c0")
    offer = (await queues.call("c0")).offer
    await queues.connect("c0", offer)
    await queues.finish("c0", offer, wrap_up=60)
    await works(queues, "ann", "101")
    await queues.sign_in("bek", phone="102", queues=["109"], desk=False)
    await calls(queues, "c1")
    await queues.arrive("c2", caller="", dialled="109", since=0, node="n")
    first = await VERBS[verb](queues, "key")
    between = await queues.snapshot()
    again = await asyncio.gather(*(VERBS[verb](queues, "key") for _ in range(5)))
    assert again == [first] * 5
    after = await queues.snapshot()
    assert after.feed_id == between.feed_id
    assert after.operators == between.operators
    assert await VERBS[verb](queues, "another key") is not None or verb == "sign_out"


async def test_a_refusal_is_repeated_too(queues: RedisQueues) -> None:
    assert await outcome(queues.ready("ann", key="k")) == "unknown"
    await queues.sign_in("ann", phone="101", queues=["109"], desk=False)
    assert await outcome(queues.ready("ann", key="k")) == "unknown"
    assert await outcome(queues.ready("ann")) == "done"


async def test_verbs_by_offer_are_idempotent_by_their_fence(queues: RedisQueues) -> None:
    await queues.phones(["101"])
    await works(queues, "ann", "101")
    await calls(queues, "c1")
    offer = (await queues.call("c1")).offer
    for verb in (queues.accept, queues.connect):
        await verb("c1", offer)
        before = (await queues.snapshot()).feed_id
        await verb("c1", offer)
        assert (await queues.snapshot()).feed_id == before
    for _ in range(2):
        await queues.finish("c1", offer, wrap_up=60)
    finished = [e for e in await whole_feed(queues) if e.kind is Kind.FINISHED]
    assert len(finished) == 1
    with pytest.raises(Stale):
        await queues.finish("c1", offer - 1, wrap_up=60)


async def test_a_lost_reply_is_asked_for_again_and_done_once(
    queues: RedisQueues, monkeypatch: pytest.MonkeyPatch
) -> None:
    await queues.phones(["101"])
    await works(queues, "ann", "101")
    execute = queues._asker._execute
    lost = []

    async def answers_once_too_late(*command: Any) -> Any:
        reply = await execute(*command)
        if not lost:
            lost.append(reply)
            raise TimeoutError from None
        return reply

    await queues.arrive("c1", caller="", dialled="109", since=0, node="n")
    monkeypatch.setattr(queues._asker, "_execute", answers_once_too_late)
    assert (await queues.place("c1", queue="109")).position == 1
    kinds = [e.kind for e in await whole_feed(queues) if e.call == "c1"]
    assert kinds == [Kind.ARRIVED, Kind.PLACED, Kind.OFFERED, Kind.OPERATOR]


async def test_notes_live_beside_the_call_and_their_event_carries_no_words(queues: RedisQueues) -> None:
    await queues.arrive("c1", caller="", dialled="109", since=0, node="n")
    assert await queues.notes("c1") == {}
    await queues.note("c1", {"words": [], "street": "Абай көшесі", "fields": {}})
    assert await queues.notes("c1") == {"words": [], "street": "Абай көшесі", "fields": {}}
    await queues.end("c1", End.INFORMED)
    noted = [e for e in await whole_feed(queues) if e.kind is Kind.NOTED]
    assert [(e.call, e.data) for e in noted] == [("c1", {})]
    prefix = queues._prefix
    for key in (f"{prefix}notes:c1", f"{prefix}call:c1"):
        assert 86_000 < await queues._redis.ttl(key) <= 86_400
    with pytest.raises(Unknown):
        await queues.note("c2", {})


async def test_notes_made_of_others_than_those_that_stand_are_refused(queues: RedisQueues) -> None:
    """P17: two who change them at once never undo each other: the second looks again."""
    await queues.arrive("c1", caller="", dialled="109", since=0, node="n")
    await queues.note("c1", {"words": ["Жылу жоқ"], "sure": 0.1}, over={})
    read = await queues.notes("c1")
    await queues.note("c1", {**read, "recording": "on"}, over=read)
    with pytest.raises(Stale):
        await queues.note("c1", {**read, "words": []}, over=read)
    assert await queues.notes("c1") == {"words": ["Жылу жоқ"], "sure": 0.1, "recording": "on"}


async def test_many_calls_and_their_notes_are_read_in_one_round_trip(valkey: Valkey, site: str) -> None:
    """As one by one; those that nobody knows are left out."""
    model = ModelQueues(lambda: 1000.0)
    async with RedisQueues(valkey.url, site, SETTINGS, lambda: 1000.0) as engine:
        for line in (model, engine):
            for call in ("c1", "c2"):
                await line.arrive(call, caller=f"+{call}", dialled="109", since=999, node="n")
            await line.note("c2", {"language": "kk"})
        asked: list[Any] = []
        execute = engine._asker._execute

        async def counted(*command: Any, **where: Any) -> Any:
            asked.append(command)
            return await execute(*command, **where)

        engine._asker._execute = counted
        told = await engine.calls(["c1", "nobody", "c2"])
        assert len(asked) == 1
        assert told == await model.calls(["c1", "nobody", "c2"])
        assert told == {"c1": (await engine.call("c1"), {}), "c2": (await engine.call("c2"), {"language": "kk"})}
        assert await engine.calls([]) == {}


async def test_the_ticker_ends_what_is_due(valkey: Valkey, site: str) -> None:
    async with RedisQueues(valkey.url, site, QueueSettings(lease_s=0.1)) as queues, asyncio.TaskGroup() as tasks:
        ticker = tasks.create_task(keep_ticking(queues))
        await queues.phones(["101"])
        await works(queues, "ann", "101")
        async with queues.follow("c1") as events, asyncio.timeout(10):
            await calls(queues, "c1")
            async for event in events:
                if event.kind is Kind.LAPSED:
                    break
        assert (await queues.operator("ann")).reason == "no_answer"
        ticker.cancel()


async def test_no_redis_is_said_with_its_own_code(tmp_path: Path) -> None:
    settings = QueueSettings(retries_s=(0.01,))
    queues = RedisQueues(f"unix://{tmp_path}/nothing.sock", "s", settings)
    with pytest.raises(Unavailable):
        await queues.tick()
    with pytest.raises(Unavailable):
        await queues.__aenter__()
    await queues.__aexit__()


async def test_a_killed_server_comes_back_with_every_place_and_pause(tmp_path: Path, site: str) -> None:
    """P20: a restart keeps pauses, their reasons and every place. (P4: wrap-ups too.)"""
    server = Valkey(tmp_path, "--appendonly", "yes", "--appendfsync", "everysec")
    server.start()
    clock = TestClock()
    try:
        async with RedisQueues(server.url, site, SETTINGS, clock) as queues:
            await queues.phones(["101", "102", "103"])
            await works(queues, "ann", "101")
            await calls(queues, "c0")
            await queues.connect("c0", (await queues.call("c0")).offer)
            await queues.pause("ann", "meeting")  # takes effect after the talk, so after the restart
            await queues.sign_in("bek", phone="102", queues=["109"], desk=False)
            await queues.pause("bek", "lunch")
            for n in (1, 2, 3):
                clock.wait(1)
                await calls(queues, f"c{n}")
            before = await queues.snapshot()
            server.written()
            server.kill()
            server.start()
            after = await queues.snapshot()
            assert after == before
            offer = (await queues.call("c0")).offer
            await queues.finish("c0", offer, wrap_up=1)
            clock.wait(1)
            await queues.tick()
            assert {o.operator: o.reason for o in (await queues.snapshot()).operators} == {
                "ann": "meeting",
                "bek": "lunch",
            }
            await works(queues, "cem", "103")
            assert (await queues.call("c1")).operator == "cem"
    finally:
        server.kill()


async def test_after_an_empty_restart_fences_still_grow_and_places_come_back(tmp_path: Path, site: str) -> None:
    """P20: with nothing left in Redis, the calls' own variables bring the places back in their order."""
    server = Valkey(tmp_path)
    server.start()
    clock = TestClock()
    try:
        async with RedisQueues(server.url, site, SETTINGS, clock) as queues:
            await queues.phones(["101"])
            await works(queues, "ann", "101")
            await calls(queues, "c1")
            old = await queues.call("c1")
            server.kill()
            server.start()
            clock.wait(2)
            with pytest.raises(Unknown):
                await queues.call("c1")
            for call, since in (("c2", clock() - 1), ("c1", old.since)):
                await queues.arrive(call, caller="", dialled="109", since=since, node="n")
                await queues.place(call, queue="109")
            assert [w.call for w in (await queues.snapshot()).waiting] == ["c1", "c2"]
            await queues.phones(["101"])
            await works(queues, "ann", "101")
            again = await queues.call("c1")
            assert again.operator == "ann"
            assert again.offer > old.offer
            assert (await queues.operator("ann")).state is OperatorState.OFFERED
    finally:
        server.kill()
