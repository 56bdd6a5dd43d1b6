"""Asks Redis and SQL each second whether they answer, and marks the health."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from redis.asyncio import Redis
from redis.exceptions import RedisError

from kezek_api.health import Health
from kezek_api.keeping import unbroken
from kezek_register import Register, RegisterError

CHECK_S = 1.0
ANSWER_S = 1.5


async def check_redis(redis: Redis, health: Health, detail: Callable[[], str] = str) -> None:
    """`detail`: what else there is to say of one that answers."""
    while True:
        try:
            async with asyncio.timeout(ANSWER_S):
                await redis.ping()
            health.mark("redis", True, detail())
        except (RedisError, OSError, TimeoutError):
            health.mark("redis", False, "no answer")
        await asyncio.sleep(CHECK_S)


async def check_sql(register: Register, health: Health, migrated: asyncio.Event) -> None:
    while True:
        asked = asyncio.create_task(register.ping())  # shown as late before its own limit ends it
        await unbroken(_judge_sql(asked, health, migrated))
        await asyncio.sleep(CHECK_S)


async def _judge_sql(asked: asyncio.Task[None], health: Health, migrated: asyncio.Event) -> None:
    _, late = await asyncio.wait({asked}, timeout=ANSWER_S)
    if late:
        health.mark("sql", False, "no answer")
    try:
        await asked
    except RegisterError:
        health.mark("sql", False, "no answer")
        return
    ready = migrated.is_set()
    health.mark("sql", ready, "" if ready else "migrating")
