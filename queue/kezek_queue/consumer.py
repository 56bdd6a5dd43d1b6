"""Durable reading of the feed by consumer groups: what a dead consumer left is claimed, a hole is never silent."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from typing import Any

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError, ResponseError

from .asking import ask
from .codec import event_of
from .reader import BACKOFF_S, BLOCK_S, GRACE_S, entries_of
from .settings import QueueSettings
from .types import FeedEvent, Gap

log = structlog.get_logger(__name__)

PAGE = 200
LOOK_S = 1.0  # how often what dead consumers left is looked for
ROOM = 10_000  # so many events that may still come before one unread is trimmed: none will be within LOOK_S
DONE_S = 0.5  # acknowledgements are gathered for so long, or until the page is done


class Consumer:
    def __init__(self, redis: Redis, blocking: Redis, feed: str, settings: QueueSettings) -> None:
        self._redis = redis
        self._blocking = blocking
        self._feed = feed
        self._claim_after_ms = int(settings.claim_after_s * 1000)
        self._retries_s = settings.retries_s
        self._maxlen = settings.feed_maxlen
        self._claim_at = self._check_at = 0.0  # by the loop's clock
        self._done: dict[str, list[str]] = {}  # group -> ids to be acknowledged
        self._done_since = 0.0

    async def consume(self, group: str, consumer: str, gather_s: float = 0.0) -> AsyncIterator[FeedEvent]:
        pause, own = BACKOFF_S[0], "0"
        self._claim_at = self._check_at = 0.0
        while True:
            try:
                async with asyncio.timeout(BLOCK_S + GRACE_S):
                    entries, own = await self._next(group, consumer, own)
            except (RedisError, OSError, TimeoutError) as error:
                if isinstance(error, ResponseError) and "NOGROUP" in str(error) and await self._create(group):
                    continue
                log.warning("queue_consume_lost", group=group, error=type(error).__name__)
                own = "0"  # what was given to us, and lost on the way, is pending in our name
                await asyncio.sleep(pause * random.uniform(0.5, 1.0))  # noqa: S311 - jitter, no secret
                pause = min(2 * pause, BACKOFF_S[1])
                continue
            pause = BACKOFF_S[0]
            again_at = asyncio.get_running_loop().time() + gather_s if 0 < len(entries) < PAGE else 0.0
            for event_id, fields in entries:
                if fields:
                    yield event_of(event_id, fields)
                else:  # trimmed while it was pending
                    await self._acknowledge(group, event_id)
                    raise Gap(f"event {event_id} was trimmed before it was acknowledged")
            if own == ">" and (early_s := again_at - asyncio.get_running_loop().time()) > 0:
                await asyncio.sleep(early_s)

    async def _next(self, group: str, consumer: str, own: str) -> tuple[list[Any], str]:
        """The next entries: this consumer's own pending ones after `own`, then abandoned ones, then new ones ('>')."""
        await self._flush(group)
        if own != ">":
            reply = await self._blocking.xreadgroup(group, consumer, {self._feed: own}, PAGE)
            entries = entries_of(reply)
            return entries, entries[-1][0] if entries else ">"
        now = asyncio.get_running_loop().time()
        if now >= self._claim_at:
            claimed = await self._redis.xautoclaim(self._feed, group, consumer, self._claim_after_ms, count=PAGE)
            if claimed[1]:
                return list(claimed[1]), ">"
            self._claim_at = now + LOOK_S
        if now >= self._check_at and await self._check(group) > ROOM:
            self._check_at = now + LOOK_S
        reply = await self._blocking.xreadgroup(group, consumer, {self._feed: ">"}, PAGE, int(BLOCK_S * 1000))
        return entries_of(reply), ">"

    async def _create(self, group: str) -> bool:
        try:
            await self._redis.xgroup_create(self._feed, group, id="0", mkstream=True, entries_read=0)
        except (RedisError, OSError) as error:
            return "BUSYGROUP" in str(error)
        return True

    async def _check(self, group: str) -> int:
        """How many events may still come before one that the group has not read is trimmed. Raises Gap, once, when
        that has happened."""
        stream = await self._redis.xinfo_stream(self._feed)
        groups = await self._redis.xinfo_groups(self._feed)
        read = next((int(g["entries-read"] or 0) for g in groups if g["name"] == group), None)
        if read is None:
            return 0  # emptied in this moment: the next read says so
        trimmed = int(stream["entries-added"]) - int(stream["length"])
        if read < trimmed:
            first = stream["first-entry"][0] if stream["first-entry"] else stream["last-generated-id"]
            ms, _, n = first.partition("-")
            before = f"{ms}-{int(n) - 1}" if int(n) else f"{int(ms) - 1}-{2**64 - 1}"
            await self._redis.xgroup_setid(self._feed, group, before, entries_read=trimmed)
            raise Gap(f"{trimmed - read} events were trimmed before {group} read them")
        return read + self._maxlen - int(stream["entries-added"])

    async def acknowledge(self, group: str, event: FeedEvent) -> None:
        """Told to Redis with others, soon: an event may come again all the same, after a crash."""
        done = self._done.setdefault(group, [])
        now = asyncio.get_running_loop().time()
        if not done:
            self._done_since = now
        done.append(event.id)
        if now >= self._done_since + DONE_S:
            await self._flush(group)

    async def _flush(self, group: str) -> None:
        if done := self._done.pop(group, None):
            await self._acknowledge(group, *done)

    async def _acknowledge(self, group: str, *event_ids: str) -> None:
        await ask("acknowledge", lambda: self._redis.xack(self._feed, group, *event_ids), self._retries_s)
