"""A demo call's story, step by step, on a short-lived Redis stream; other calls have no story."""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import AsyncGenerator, Mapping
from typing import Any

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from kezek_ivr.types import Step, Storyteller
from kezek_register.types import Ticket

log = structlog.get_logger(__name__)

LIFE_S = 600
LENGTH = 500  # steps kept of one story
TOGETHER = 100  # written in one round trip
BACKLOG = 1000  # steps waiting to be written; more are dropped
TOKEN = re.compile(r"[A-Za-z0-9_-]{1,64}")


def key_of(site: str, token: str) -> str:
    return f"kezek:{{{site}}}:story:{token}"


class RedisStoryteller:
    """`tell` only puts the step down; `run` writes. A story may be lost, a call is never delayed by it."""

    def __init__(self, redis: Redis, *, site: str) -> None:
        self._redis = redis
        self._site = site
        self._steps: asyncio.Queue[tuple[str, str]] = asyncio.Queue(BACKLOG)

    def tell(self, token: str, step: Step, **facts: Any) -> None:
        if not token or not TOKEN.fullmatch(token):
            return
        try:
            told = json.dumps({"at": time.time(), "step": step, **facts}, ensure_ascii=False, default=str)
            self._steps.put_nowait((token, told))
        except (asyncio.QueueFull, TypeError, ValueError):
            log.warning("story_step_dropped", step=step)

    async def run(self) -> None:
        """Writes for ever; what has come meanwhile goes together."""
        while True:
            steps = [await self._steps.get()]
            while len(steps) < TOGETHER and not self._steps.empty():
                steps.append(self._steps.get_nowait())
            try:
                pipe = self._redis.pipeline(transaction=True)
                for token, told in steps:
                    pipe.xadd(key_of(self._site, token), {"step": told}, maxlen=LENGTH)
                for token in dict(steps):
                    pipe.expire(key_of(self._site, token), LIFE_S)
                await pipe.execute()
            except (RedisError, OSError, TimeoutError) as lost:
                log.warning("story_step_lost", error=type(lost).__name__)


def tell_ticket(stories: Storyteller, notes: Mapping[str, Any], ticket: Ticket) -> None:
    """The step 'ticket', told when it stands in SQL."""
    stories.tell(
        str(notes.get("story", "")),
        "ticket",
        number=ticket.number,
        street=ticket.street,
        house=ticket.house,
        flat=ticket.flat,
        topic=ticket.topic,
        operator=ticket.operator,
        confirmed=ticket.confirmed,
    )


async def read_story(redis_url: str, site: str, token: str) -> AsyncGenerator[dict[str, Any]]:
    """The steps of a story from its first one, `{"at", "step", ...facts}`, for ever: its reader knows the end.

    A connection lost is made again after a second. Raises ValueError for a token that is none.
    """
    if not TOKEN.fullmatch(token):
        raise ValueError("not a story's token")
    last: Any = b"0"
    async with Redis.from_url(redis_url, socket_timeout=None) as redis:
        while True:
            try:
                read: Any = await redis.xread({key_of(site, token): last}, block=1000)
            except (RedisError, OSError):
                await asyncio.sleep(1)
                continue
            for _, steps in read.items() if isinstance(read, dict) else read:
                for id, fields in steps[0] if isinstance(read, dict) else steps:
                    last = id
                    yield json.loads(fields[b"step"])
