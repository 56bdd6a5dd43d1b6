"""A Redis client whose commands can be cancelled.

redis-py sends under `asyncio.wait_for`, which on Python 3.11 swallows a cancellation that meets a send just finished:
the task goes on, and the TaskGroup that cancelled it waits for ever. Here the limit is an `asyncio.timeout` instead.
"""

from __future__ import annotations

import asyncio
from typing import Any

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.connection import AbstractConnection
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import TimeoutError as RedisTimeoutError


class _Steady(AbstractConnection):
    async def send_packed_command(self, command: Any, check_health: bool = True) -> None:
        limit: float | None = self.socket_timeout
        self.socket_timeout = None  # one task at a time has a connection
        try:
            async with asyncio.timeout(limit):
                await super().send_packed_command(command, check_health)
        except TimeoutError:
            await self.disconnect(nowait=True)
            raise RedisTimeoutError("Timeout writing to socket") from None
        finally:
            self.socket_timeout = limit


def redis_client(
    url: str, *, timeout_s: float | None = 2.0, connections: int = 0, decode: bool = False, connect_s: float = 2.0
) -> Redis:
    """`timeout_s` for each send and each read (None for blocking reads), `connect_s` for a new connection.

    With `connections`, a caller waits `connect_s` at most for one of so many. Nothing is asked twice: the client's own
    default repeats a lost command ten times, without a key; a lost reply is for the caller to judge.
    """
    common: dict[str, Any] = {
        "retry": Retry(NoBackoff(), 0),
        "socket_timeout": timeout_s,
        "socket_connect_timeout": connect_s,
        "decode_responses": decode,
    }
    if connections:
        pool = BlockingConnectionPool.from_url(url, max_connections=connections, timeout=connect_s, **common)
        redis = Redis.from_pool(pool)
    else:
        redis = Redis.from_url(url, **common)
    kind = redis.connection_pool.connection_class
    redis.connection_pool.connection_class = type("SteadyConnection", (_Steady, kind), {})
    return redis
