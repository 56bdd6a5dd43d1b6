"""The feed on a real server: one reader for all, none missed, gaps said, durable groups for the history."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import redis

from kezek_queue import End, FeedEvent, Gap, Kind, QueueSettings, RedisQueues
from kit.valkey import Valkey, site, valkey  # noqa: F401 - fixtures

# ruff: noqa: F811 - a fixture is asked for by its name

LIMIT_S = 10


@pytest.fixture
async def queues(valkey: Valkey, site: str) -> AsyncIterator[RedisQueues]:
    async with RedisQueues(valkey.url, site) as engine:
        yield engine


async def calls(queues: RedisQueues, *names: str) -> None:
    for call in names:
        await queues.arrive(call, caller="", dialled="109", since=0, node="n")


async def take(events: AsyncIterator[FeedEvent], count: int) -> list[str]:
    heard: list[str] = []
    async with asyncio.timeout(LIMIT_S):
        async for event in events:
            heard.append(f"{event.kind} {event.call}")
            if len(heard) == count:
                break
    return heard


async def test_a_follower_hears_all_of_its_call_from_entering_and_nothing_else(queues: RedisQueues) -> None:
    await calls(queues, "c1", "c2")
    async with queues.follow("c1") as events:
        await queues.place("c2", queue="109")
        await queues.place("c1", queue="109")
        await queues.end("c1", End.ABANDONED)
        assert await take(events, 2) == ["placed c1", "ended c1"]


async def test_what_a_follower_deals_with_at_once_is_not_iterated_over(queues: RedisQueues) -> None:
    await calls(queues, "c1")
    seen: asyncio.Queue[str] = asyncio.Queue()

    def at_once(event: FeedEvent) -> bool:
        seen.put_nowait(event.kind)
        return event.kind != Kind.OFFERED

    async with queues.follow("c1", at_once) as events, asyncio.timeout(LIMIT_S):
        await queues.place("c1", queue="109")
        await queues.sign_in("aigul", phone="201", queues=["109"], desk=False)
        await queues.phones(["201"])
        await queues.ready("aigul")
        assert await take(events, 2) == ["offered c1", "operator c1"]
        await queues.end("c1", End.ABANDONED)
        assert [await seen.get() for _ in range(3)] == [Kind.PLACED, Kind.OFFERED, Kind.ENDED]


async def test_a_follower_that_fails_at_once_is_told_so_and_the_others_hear_on(queues: RedisQueues) -> None:
    await calls(queues, "c1")

    def fails(event: FeedEvent) -> bool:
        raise RuntimeError(event.id)

    async with queues.follow("c1", fails) as broken, queues.follow("c1") as whole:
        await queues.place("c1", queue="109")
        assert await take(whole, 1) == ["placed c1"]
        with pytest.raises(Gap):
            await take(broken, 1)
        await queues.end("c1", End.ABANDONED)
        assert await take(whole, 1) == ["ended c1"]


async def test_many_followers_share_one_reader_in_order(queues: RedisQueues) -> None:
    names = [f"c{n}" for n in range(100)]

    async def follow(call: str) -> list[str]:
        async with queues.follow(call) as events:
            await calls(queues, call)
            await queues.place(call, queue="109")
            await queues.end(call, End.CUT)
            return await take(events, 3)

    heard = await asyncio.gather(*(follow(call) for call in names))
    assert heard == [[f"arrived {call}", f"placed {call}", f"ended {call}"] for call in names]


async def test_the_feed_replays_from_an_id_and_goes_on_live(queues: RedisQueues) -> None:
    await calls(queues, "c1")
    start = (await queues.snapshot()).feed_id
    await calls(queues, "c2")
    events = queues.feed(start)
    assert await take(events, 1) == ["arrived c2"]
    await events.aclose()  # type: ignore[attr-defined]
    replayed, live = queues.feed(start), queues.feed()
    await calls(queues, "c3")
    assert await take(replayed, 2) == ["arrived c2", "arrived c3"]
    while await take(live, 1) != ["arrived c3"]:
        pass  # 'from now' may begin with what this process's reader had not read yet: never with less
    await replayed.aclose()  # type: ignore[attr-defined]
    await live.aclose()  # type: ignore[attr-defined]


async def test_a_follower_who_is_too_slow_is_told(valkey: Valkey, site: str) -> None:
    queues = RedisQueues(valkey.url, site, QueueSettings(follow_buffer=3))
    async with queues, queues.follow("c1") as slow, queues.follow("c1") as other:
        await calls(queues, "c1")
        assert await take(other, 1) == ["arrived c1"]
        for n in range(5):
            await queues.note("c1", {"n": n})
            assert await take(other, 1) == ["noted c1"]
        assert await take(slow, 3) == ["arrived c1", "noted c1", "noted c1"]
        with pytest.raises(Gap):
            await take(slow, 1)


async def test_a_trimmed_start_is_a_gap_and_not_a_silent_hole(queues: RedisQueues) -> None:
    await calls(queues, "c1", "c2", "c3")
    start = (await queues.snapshot()).feed_id
    await calls(queues, "c4", "c5", "c6")
    await queues._redis.xtrim(f"{queues._prefix}feed", maxlen=2, approximate=False)
    with pytest.raises(Gap):
        await take(queues.feed(start), 1)


async def test_the_reader_comes_back_after_a_restart_and_misses_nothing(tmp_path: Path, site: str) -> None:
    server = Valkey(tmp_path, "--appendonly", "yes")
    server.start()
    try:
        async with RedisQueues(server.url, site) as queues, queues.follow("c1") as events:
            await calls(queues, "c1")
            assert await take(events, 1) == ["arrived c1"]
            server.written()
            server.kill()
            server.start()
            await queues.place("c1", queue="109")
            assert await take(events, 1) == ["placed c1"]
    finally:
        server.kill()


async def test_a_feed_that_came_back_empty_is_a_gap(tmp_path: Path, site: str) -> None:
    server = Valkey(tmp_path)
    server.start()
    try:
        async with RedisQueues(server.url, site) as queues, queues.follow("c1") as events:
            await calls(queues, "c1", "c2")
            assert await take(events, 1) == ["arrived c1"]
            server.kill()
            server.start()
            await calls(queues, "c1")
            with pytest.raises(Gap):
                await take(events, 1)
    finally:
        server.kill()


async def test_a_feed_that_began_anew_is_told_before_anything_happens_in_it(tmp_path: Path, site: str) -> None:
    """Followers look at once, and are back in the line before anybody else comes."""
    server = Valkey(tmp_path)
    server.start()
    try:
        async with RedisQueues(server.url, site, QueueSettings(retries_s=(0.1,) * 30)) as queues:
            await calls(queues, "c1")
            async with queues.follow("c1") as events:
                server.kill()
                server.start()
                with pytest.raises(Gap):
                    async with asyncio.timeout(LIMIT_S):
                        await anext(events)
    finally:
        server.kill()


async def test_ids_less_than_before_are_read_all_the_same(queues: RedisQueues) -> None:
    """The clock of the server that took over is behind: nobody waits until it has caught up."""
    await calls(queues, "c1")
    last = (await queues.snapshot()).feed_id
    async with queues.follow("c1") as events:
        entry = (await queues._redis.xrange(queues._feed))[0][1]
        await queues._redis.delete(queues._feed)
        await queues._redis.xadd(queues._feed, {**entry, "n": 1}, id="5-1")
        with pytest.raises(Gap):
            async with asyncio.timeout(LIMIT_S):
                await anext(events)
    with pytest.raises(Gap):
        await take(queues.feed(last), 1)
    async with queues.follow("c1") as events:
        await queues._redis.xadd(queues._feed, {**entry, "n": 2}, id="6-1")
        assert await take(events, 1) == ["arrived c1"]


async def test_a_group_reads_on_in_a_feed_that_began_anew(queues: RedisQueues) -> None:
    history = queues.consume("history", "n")
    await calls(queues, "c1")
    assert await take(history, 1) == ["arrived c1"]
    await queues._redis.delete(queues._feed)
    await calls(queues, "c2")
    async with asyncio.timeout(LIMIT_S):
        assert (await anext(history)).call == "c2"


async def test_a_group_reads_each_event_again_until_it_is_acknowledged(queues: RedisQueues) -> None:
    """P6: what the history did not write is read again after a crash, and nothing twice."""
    await calls(queues, "c1", "c2", "c3")
    written: list[str] = []

    async def history(crash_at: str) -> None:
        async for event in queues.consume("history", "node"):
            if event.call == crash_at:
                return
            written.append(event.call)
            await queues.acknowledge("history", event)

    async with asyncio.timeout(LIMIT_S):
        await history(crash_at="c2")
        await calls(queues, "c4")
        await history(crash_at="c4")
    assert written == ["c1", "c2", "c3"]


async def test_events_that_come_one_after_the_other_are_gathered(queues: RedisQueues) -> None:
    """Each once, in order, in fewer reads than events."""
    reads: list[int] = []
    read = queues._consumer._next

    async def counted(*where: str) -> Any:
        entries, own = await read(*where)
        reads.append(len(entries))
        return entries, own

    queues._consumer._next = counted  # type: ignore[method-assign]
    names = [f"c{n}" for n in range(40)]

    async def arrive() -> None:
        for name in names:
            await calls(queues, name)

    arriving = asyncio.create_task(arrive())
    events = queues.consume("history", "one", gather_s=0.5)
    assert await take(events, len(names)) == [f"arrived {name}" for name in names]
    await arriving
    assert len([number for number in reads if number]) < len(names) / 2


async def test_what_a_dead_consumer_left_is_claimed(valkey: Valkey, site: str) -> None:
    async with RedisQueues(valkey.url, site, QueueSettings(claim_after_s=0)) as queues:
        await calls(queues, "c1", "c2")
        dead = queues.consume("history", "dead")
        assert await take(dead, 1) == ["arrived c1"]
        await dead.aclose()  # type: ignore[attr-defined]
        heir = queues.consume("history", "heir")
        assert await take(heir, 2) == ["arrived c1", "arrived c2"]
        await heir.aclose()  # type: ignore[attr-defined]


async def test_what_was_lost_on_the_way_to_a_consumer_is_given_again_at_once(
    queues: RedisQueues, monkeypatch: pytest.MonkeyPatch
) -> None:
    """P6: the server has it down as given; nobody waits until it counts as left by the dead."""
    await calls(queues, "c1")
    events = queues.consume("history", "node")
    await queues.acknowledge("history", await anext(events))
    await calls(queues, "c2")
    read, lost = queues._consumer._next, [True]

    async def next_but_lost_once(*asked: str) -> tuple[list[Any], str]:
        found = await read(*asked)
        if found[0] and lost:
            lost.clear()
            raise redis.ConnectionError("the answer was on its way")
        return found

    monkeypatch.setattr(queues._consumer, "_next", next_but_lost_once)
    assert await take(events, 1) == ["arrived c2"]
    await events.aclose()  # type: ignore[attr-defined]


async def test_events_trimmed_before_the_group_read_them_are_a_gap_once(queues: RedisQueues) -> None:
    await calls(queues, "c1", "c2")
    first = queues.consume("history", "node")
    async with asyncio.timeout(LIMIT_S):
        async for event in first:
            await queues.acknowledge("history", event)
            if event.call == "c2":
                break
    await first.aclose()  # type: ignore[attr-defined]
    await calls(queues, "c3", "c4", "c5")
    await queues._redis.xtrim(f"{queues._prefix}feed", maxlen=2, approximate=False)
    with pytest.raises(Gap, match="1 events"):
        await take(queues.consume("history", "node"), 1)
    after = queues.consume("history", "node")
    assert await take(after, 2) == ["arrived c4", "arrived c5"]
    await after.aclose()  # type: ignore[attr-defined]


async def test_an_event_trimmed_before_it_was_acknowledged_is_a_gap_once(queues: RedisQueues) -> None:
    await calls(queues, "c1", "c2")
    first = queues.consume("history", "node")
    assert await take(first, 2) == ["arrived c1", "arrived c2"]
    await first.aclose()  # type: ignore[attr-defined]
    await queues._redis.xtrim(f"{queues._prefix}feed", maxlen=1, approximate=False)
    with pytest.raises(Gap):
        await take(queues.consume("history", "node"), 1)
    again = queues.consume("history", "node")
    assert await take(again, 1) == ["arrived c2"]
    await again.aclose()  # type: ignore[attr-defined]


async def test_the_feed_names_no_caller(queues: RedisQueues) -> None:
    await queues.arrive("c1", caller="+77010000001", dialled="109", since=0, node="n")
    await queues.note("c1", {"words": "Абай"})
    await queues.end("c1", End.ABANDONED)
    page = await queues._redis.xrange(f"{queues._prefix}feed")
    assert [fields["kind"] for _, fields in page] == [Kind.ARRIVED, Kind.NOTED, Kind.ENDED]
    assert "7701" not in str(page)
    assert "Абай" not in str(page)
