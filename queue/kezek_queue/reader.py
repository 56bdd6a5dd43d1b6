"""The one reader of the feed in this process: a blocking XREAD in order for every follower, resumed after a break."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from .asking import ask
from .codec import event_of
from .fanout import AtOnce, Fanout, order
from .lean import LeanRedis
from .settings import QueueSettings
from .types import FeedEvent, Gap, Unavailable

log = structlog.get_logger(__name__)

BLOCK_S = 2.0
GRACE_S = 3.0  # past this a blocked read is taken for a half-open link
PAGE = 500
BACKOFF_S = (0.05, 1.0)
FIRST = "0-0"

Entry = tuple[str, dict[str, str]]


class FeedReader:
    def __init__(self, redis: Redis, blocking: Redis, feed: str, settings: QueueSettings) -> None:
        self._redis = redis
        self._blocking = blocking
        self._feed = feed
        self._buffer, self._retries_s = settings.follow_buffer, settings.retries_s
        self._fanout = Fanout()
        self._last, self._last_n = FIRST, 0
        self._unsure = False  # whether the feed is still the one that was read
        self._task: asyncio.Task[None] | None = None
        self._wrong: ValueError | KeyError | None = None  # an event that could not be read

    async def start(self) -> None:
        newest = await self._newest()
        if newest is not None:
            self._last, self._last_n = newest[0], int(newest[1]["n"])
        # owned by the engine's context: cancelled and awaited in stop()
        self._task = asyncio.create_task(self._run(), name="queue-feed-reader")

    async def stop(self) -> None:
        while self._task is not None and not self._task.done():  # a library below may swallow a cancellation
            self._task.cancel()
            await asyncio.wait({self._task}, timeout=1)
        self._fanout.lose("the engine is closed")

    async def _newest(self, until: str = "+") -> Entry | None:
        newest: Any = await ask("feed", lambda: self._redis.xrevrange(self._feed, until, count=1), self._retries_s)
        return (newest[0][0], named(newest[0][1])) if newest else None

    async def _run(self) -> None:
        pause = BACKOFF_S[0]
        lean = isinstance(self._blocking, LeanRedis) and self._blocking.is_lean
        at_once = {"at_once": self._take} if lean else {}
        while True:
            try:
                if self._unsure:
                    await self._check_beginning()
                async with asyncio.timeout(BLOCK_S + GRACE_S):
                    reply = await self._blocking.execute_command(  # type: ignore[no-untyped-call]
                        "XREAD", "COUNT", PAGE, "BLOCK", int(BLOCK_S * 1000), "STREAMS", self._feed, self._last,
                        **at_once,
                    )  # fmt: skip
                self._unsure = not reply
                if not lean:
                    self._take(reply)
                if (wrong := self._wrong) is not None:
                    self._wrong = None
                    raise wrong
            except (RedisError, OSError, TimeoutError, Unavailable, ValueError, KeyError) as error:
                self._unsure = True
                log.warning("queue_feed_lost", error=type(error).__name__, again_in_s=round(pause, 2))
                await asyncio.sleep(pause * random.uniform(0.5, 1.0))  # noqa: S311 - jitter, no secret
                pause = min(2 * pause, BACKOFF_S[1])
                continue
            pause = BACKOFF_S[0]

    async def _check_beginning(self) -> None:
        """After a silence or a broken link: a server that came back empty begins its feed anew, with ids that may be
        less than those read before (its clock is another one) and would never be given to us."""
        newest = await self._newest()
        if newest is not None and order(newest[0]) >= order(self._last):
            self._unsure = False
        elif self._last != FIRST:
            log.warning("queue_feed_anew")
            self._fanout.lose("the feed began anew")
            self._last, self._last_n, self._unsure = FIRST, 0, False

    def _take(self, reply: object) -> None:
        """In the moment of reading: what is wrong with an event is told to the one who reads on."""
        try:
            for entry in entries_of(reply):
                self._publish(entry)
        except (ValueError, KeyError) as error:
            self._wrong = error

    def _publish(self, entry: Entry) -> None:
        event_id, fields = entry
        self._last = event_id  # an event that cannot be read is not read twice: the next one shows the gap
        n = int(fields["n"])
        if n != self._last_n + 1:
            log.warning("queue_feed_gap", expected=self._last_n + 1, got=n)
            self._fanout.lose(f"events before {event_id} are gone")
        self._last_n = n
        if self._fanout.wants(fields["call"]):
            self._fanout.publish(event_of(event_id, fields))

    @asynccontextmanager
    async def follow(self, call: str, at_once: AtOnce | None = None) -> AsyncIterator[AsyncIterator[FeedEvent]]:
        follower = self._fanout.open(call, self._buffer)
        try:
            newest = await self._newest()
            follower.start_after(newest[0] if newest else "0-0")
            follower.at_once = at_once
            yield follower
        finally:
            self._fanout.close(call, follower)

    def feed(self, after: str) -> AsyncIterator[FeedEvent]:
        """'$' counts from this very call, not from the first iteration: after the last event that this process read."""
        return self._replay(self._last if after == "$" else after)

    async def _replay(self, last: str) -> AsyncIterator[FeedEvent]:
        await self._check(last)
        while past := await self._page(f"({last}"):
            for last, fields in past:
                yield event_of(last, fields)
        follower = self._fanout.open(None, self._buffer)
        try:  # from here on the follower hears what comes; once more what came just before
            while past := await self._page(f"({last}"):
                for last, fields in past:
                    yield event_of(last, fields)
            follower.start_after(last)
            async for event in follower:
                yield event
        finally:
            self._fanout.close(None, follower)

    async def _page(self, first: str) -> list[Entry]:
        page: Any = await ask("feed", lambda: self._redis.xrange(self._feed, first, count=PAGE), self._retries_s)
        return list(page)

    async def _check(self, after: str) -> None:
        """Raises Gap when events right after that id may be gone: an older one still there proves they are not."""
        if order(after) == (0, 0):
            return
        newest = await self._newest()
        if newest is None or order(newest[0]) < order(after) or not await self._newest(after):
            raise Gap(f"the feed no longer reaches back to {after}")


def entries_of(reply: object) -> list[Entry]:
    """The reply of XREAD and XREADGROUP for one stream: a dict in RESP3, pairs in RESP2, nothing on a timeout."""
    if isinstance(reply, dict) and reply:
        return list(next(iter(reply.values()))[0])
    if isinstance(reply, list) and reply:
        return [(event_id, named(fields)) for event_id, fields in reply[0][1]]
    return []


def named(fields: Any) -> Any:
    """A lean connection gives names and values in turn; None stays what it is."""
    return dict(zip(fields[::2], fields[1::2], strict=True)) if isinstance(fields, list) else fields
