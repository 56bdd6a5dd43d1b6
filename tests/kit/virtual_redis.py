"""Virtual time with a real Redis: the clock jumps only when every command has its reply and every event is read."""

from __future__ import annotations

import asyncio
import selectors
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, cast
from unittest.mock import patch

import redis

from kezek_queue import RedisQueues, reader
from kezek_queue.fanout import order
from kezek_queue.types import FeedEvent, Queues
from kit.queue_twins import whole_feed
from kit.storm_lines import SETTINGS
from kit.virtual_time import _JumpingSelector, virtual_now
from kit.virtual_work import WorkingLoop

LOOK_S, LIMIT_S = 0.02, 30.0  # of real time, while something is on its way


class _PatientSelector(_JumpingSelector):
    def __init__(self) -> None:
        super().__init__()
        self.settled: Callable[[], bool] = lambda: True

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None or timeout > 0:
            until = time.monotonic() + LIMIT_S
            while not self.settled():
                if ready := selectors.DefaultSelector.select(self, LOOK_S):
                    return ready
                assert time.monotonic() < until, "Redis does not answer"
        return super().select(timeout)


class RedisLoop(WorkingLoop):
    def __init__(self) -> None:
        self.patience = _PatientSelector()
        super().__init__(selector=self.patience)


class RedisLine:
    """Meets `kit.storm_lines.StoryLine`, in a RedisLoop."""

    def __init__(self, url: str) -> None:
        self.engine = RedisQueues(url, f"s{uuid.uuid4().hex[:12]}", SETTINGS, virtual_now)
        self.queues = cast(Queues, self.engine)
        self.overtaken: list[tuple[str, str]] = []
        self._sync = redis.Redis.from_url(url)
        self._asked, self._unread = 0, False
        for owner, name in ((self.engine._asker, "_execute"), (self.engine._redis, "execute_command")):
            setattr(owner, name, self._counted(getattr(owner, name)))

    @classmethod
    @asynccontextmanager
    async def open(cls, url: str) -> AsyncIterator[RedisLine]:
        line = cls(url)
        loop = cast(RedisLoop, asyncio.get_running_loop())
        loop.patience.settled = line._settled
        try:
            with patch.object(reader, "GRACE_S", 1e9):  # its limit of a silence is of real time
                async with line.engine:
                    yield line
        finally:
            loop.patience.settled = lambda: True
            line._sync.close()

    def _counted(self, execute: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def counted(*args: Any, **named: Any) -> Any:
            self._asked += 1
            try:
                return await execute(*args, **named)
            finally:
                self._asked -= 1
                self._unread = True

        return counted

    def _settled(self) -> bool:
        if not self._asked and self._unread:
            newest: Any = self._sync.xrevrange(self.engine._feed, count=1)
            self._unread = bool(newest) and order(newest[0][0].decode()) > order(self.engine._reader._last)
        return not self._asked and not self._unread

    async def events(self) -> list[FeedEvent]:
        return await whole_feed(self.engine)

    async def kept(self) -> Any:
        keys = list(self._sync.scan_iter(f"{self.engine._prefix}*", count=1000))
        return {key: (self._sync.dump(key), max(0, self._sync.pttl(key))) for key in keys}

    async def loses(self, kept: Any) -> None:
        for key in set(self._sync.scan_iter(f"{self.engine._prefix}*", count=1000)) - kept.keys():
            self._sync.delete(key)
        for key, (value, lives_ms) in kept.items():
            self._sync.restore(key, lives_ms, value, replace=True)
        self._unread = True
