"""A Redis client whose commands can be cancelled.

redis-py sends under `asyncio.wait_for`, which on Python 3.11 swallows a cancellation that meets a send just finished:
the task goes on, and the TaskGroup that cancelled it waits for ever. Here the limit is an `asyncio.timeout` instead.
"""

from __future__ import annotations

import asyncio
from typing import Any

from redis.asyncio import Redis
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


def steady(redis: Redis) -> Redis:
    """The same client, its future connections of that kind."""
    pool = redis.connection_pool
    if not issubclass(pool.connection_class, _Steady):
        pool.connection_class = type("SteadyConnection", (_Steady, pool.connection_class), {})
    return redis


def client(url: str, *, timeout_s: float = 2.0) -> Redis:
    """No retries: a lost reply is for the caller to judge."""
    return steady(
        Redis.from_url(url, socket_timeout=timeout_s, socket_connect_timeout=timeout_s, retry=Retry(NoBackoff(), 0))
    )
