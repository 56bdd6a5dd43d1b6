"""A waiting line that fails as a story says: its verbs raise from a given moment on, for a time or for ever."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from typing import Any

from kezek_queue.model_queues import ModelQueues
from kezek_queue.types import FeedEvent, Queues, Unavailable


class BrokenQueues:
    """Passes everything on to the model; while `down()`, the `verbs` raise Unavailable and no event comes."""

    def __init__(self, queues: Queues, *, down_from: float, down_for: float = 1e9, verbs: Collection[str] = ()) -> None:
        self._queues, self._verbs = queues, frozenset(verbs)
        self._from, self._until = down_from, down_from + down_for

    def down(self) -> bool:
        return self._from <= asyncio.get_running_loop().time() < self._until

    def __getattr__(self, verb: str) -> Any:
        act = getattr(self._queues, verb)

        async def maybe(*args: Any, **named: Any) -> Any:
            if self.down() and (not self._verbs or verb in self._verbs):
                raise Unavailable(verb)
            return await act(*args, **named)

        return maybe

    @asynccontextmanager
    async def follow(self, call: str, at_once: object = None) -> AsyncIterator[AsyncIterator[FeedEvent]]:
        if self.down():
            raise Unavailable("follow")
        async with self._queues.follow(call) as events:
            yield self._while_up(events)

    async def _while_up(self, events: AsyncIterator[FeedEvent]) -> AsyncIterator[FeedEvent]:
        async for event in events:
            if self.down():
                raise Unavailable("follow")
            yield event


class LosingQueues(BrokenQueues):
    """Everything works, but no event ever comes (P1: any event may be lost)."""

    def __init__(self, queues: Queues) -> None:
        super().__init__(queues, down_from=1e9)

    async def _while_up(self, events: AsyncIterator[FeedEvent]) -> AsyncIterator[FeedEvent]:
        async for _ in events:
            pass
        return
        yield


def forget_all_calls(queues: ModelQueues) -> None:
    """Redis came back empty."""
    model = queues.model
    for kept in (model.calls, model.live, model.ranks, model.lines):
        kept.clear()
    model.waiting = 0
