"""One reader of the feed for all who look on in this process: desks, wallboard, MQTT."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

import structlog

from kezek_queue.types import FeedEvent, Queues

log = structlog.get_logger(__name__)

Look = FeedEvent | None  # None: some events were missed, read everything again


class Feed:
    """Spreads the feed's events. Whoever is slow misses events and is told so by a None; nobody waits for him."""

    def __init__(self, *, backlog: int = 1000) -> None:
        self._backlog = backlog
        self._lookers: set[asyncio.Queue[Look]] = set()

    @contextmanager
    def look(self) -> Iterator[AsyncIterator[Look]]:
        """The events from the moment of entering."""
        queue: asyncio.Queue[Look] = asyncio.Queue(self._backlog)
        self._lookers.add(queue)
        try:
            yield _drain(queue)
        finally:
            self._lookers.discard(queue)

    async def run(self, queues: Queues) -> None:
        """Reads for ever; raises what the queue's engine raises. Whoever starts it again has missed events spread."""
        self._spread(None)
        async for event in queues.feed():
            self._spread(event)

    def _spread(self, event: Look) -> None:
        for queue in self._lookers:
            try:
                queue.put_nowait(event)
            except asyncio.QueueFull:
                while not queue.empty():
                    queue.get_nowait()
                queue.put_nowait(None)


async def _drain(queue: asyncio.Queue[Look]) -> AsyncIterator[Look]:
    while True:
        yield await queue.get()
