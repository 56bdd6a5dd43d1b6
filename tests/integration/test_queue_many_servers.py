"""The line on Sentinel and on Cluster: the same verbs, and after the death of a master every place is where it was."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest

from kezek_queue import CallState, End, QueueSettings, RedisQueues, Unavailable, redis_client
from kit.valkey_many import Server, cluster, under_sentinels, until

FAILOVER_S = 30.0
SETTINGS = QueueSettings(retries_s=(0.1, 0.2))


async def serve_some(queues: RedisQueues) -> None:
    await queues.phones(["101"])
    await queues.sign_in("ann", phone="101", queues=["109"], desk=False)
    await queues.ready("ann")
    for call in ("c1", "c2", "c3"):
        await queues.arrive(call, caller="", dialled="109", since=time.time(), node="n")
        await queues.place(call, queue="109")
    offered = await queues.call("c1")
    assert (offered.state, offered.operator) == (CallState.OFFERED, "ann")
    await queues.accept("c1", offered.offer)
    await queues.connect("c1", offered.offer)


async def serves_again(queues: RedisQueues) -> None:
    """The verbs are asked as the house asks them: again, while there is no master."""
    limit = time.monotonic() + FAILOVER_S
    while True:
        try:
            places = [place.call for place in (await queues.snapshot()).waiting]
            await queues.beat("ann")  # one that writes
            break
        except Unavailable:
            if time.monotonic() > limit:
                raise
            await asyncio.sleep(0.1)
    assert places == ["c2", "c3"]
    talk = await queues.call("c1")
    await queues.finish("c1", talk.offer, wrap_up=0)
    await queues.end("c1", End.ANSWERED)
    assert (await queues.call("c2")).operator == "ann"


async def kill(server: Server) -> None:
    """When what was written is on its replica too."""
    await asyncio.to_thread(until, server.replicated, "the replica has it all")
    await asyncio.to_thread(server.kill)


async def test_sentinel_brings_the_line_back_with_every_place(tmp_path: Path) -> None:
    """P20, for a failover: pauses, places and talks are where they were."""
    with under_sentinels(tmp_path) as (url, master):
        async with RedisQueues(url, "109", SETTINGS) as queues:
            events = queues.feed("0-0")
            await serve_some(queues)
            await kill(master)
            await serves_again(queues)
            await goes_on(events, queues)


async def test_a_cluster_brings_the_line_back_with_every_place(tmp_path: Path) -> None:
    """P20. All keys of a site bear its hash tag, so its scripts run on one master of the cluster."""
    with cluster(tmp_path) as (url, servers):
        async with RedisQueues(url, "109", SETTINGS) as queues:
            events = queues.feed("0-0")
            await serve_some(queues)
            holder = next(one for one in servers[:3] if one.info("keyspace"))
            assert len([one for one in servers[:3] if one.info("keyspace")]) == 1
            await kill(holder)
            await serves_again(queues)
            await goes_on(events, queues)


async def goes_on(events: object, queues: RedisQueues) -> None:
    """The reader that was there before the failover hears what comes after it."""
    async with asyncio.timeout(FAILOVER_S):
        async for event in events:  # type: ignore[attr-defined]
            if event.kind == "offered" and event.call == "c2":
                break
    await events.aclose()  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "url", ["redis+sentinel://127.0.0.1:1/", "redis+cluster://127.0.0.1", "redis+cluster://:7000,b:x", "nonsense"]
)
def test_a_wrong_url_is_named_at_once(url: str) -> None:
    with pytest.raises(ValueError, match=r"host:port|service|scheme"):
        redis_client(url)
