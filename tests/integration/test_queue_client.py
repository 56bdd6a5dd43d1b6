"""The client's commands end when they are cancelled, whichever moment of a command the cancellation meets."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from kezek_queue import RedisQueues, redis_client
from kit.valkey import Valkey

TURNS = 60  # of the loop: more than any command takes


async def swallowed(act: Callable[[], Awaitable[Any]]) -> list[int]:
    """The turns of the loop after which `act`, cancelled then, went on to its result."""
    lost = []
    for turns in range(TURNS):
        await act()  # with a connection that is there: a cancelled command closes its own

        async def act_once() -> None:
            await act()

        acting = asyncio.create_task(act_once())
        for _ in range(turns):
            await asyncio.sleep(0)
        if acting.cancel():
            await asyncio.wait({acting}, timeout=5)
            if not acting.cancelled():
                lost.append(turns)
    return lost


async def test_a_command_that_is_cancelled_does_not_go_on(valkey: Valkey) -> None:
    redis = redis_client(valkey.url)
    assert await swallowed(redis.ping) == []
    await redis.aclose()


async def test_a_verb_of_the_line_that_is_cancelled_does_not_go_on(valkey: Valkey, site: str) -> None:
    async with RedisQueues(valkey.url, site) as queues:
        assert await swallowed(queues.snapshot) == []
        assert await swallowed(queues.tick) == []


async def test_a_connection_made_while_the_one_before_is_being_closed_is_not_forgotten(valkey: Valkey) -> None:
    """P20: after a failover the free connections to a cluster's nodes are closed while verbs take them."""
    redis = redis_client(valkey.url)
    connection: Any = await redis.connection_pool.get_connection()
    closed = asyncio.Event()
    connection._writer.wait_closed = closed.wait  # what was still to be sent takes its time
    closing = asyncio.create_task(connection.disconnect())
    await asyncio.sleep(0)
    await connection.disconnect(nowait=True)  # as the verb does that cannot send on it any more
    await connection.connect()
    closed.set()
    await closing
    assert connection.is_connected
    await redis.connection_pool.release(connection)
    await redis.aclose()
