"""One reader of the feed, many followers: each has its own bounded buffer, and a slow one is told so (Gap)."""

from __future__ import annotations

import asyncio
from collections import defaultdict, deque
from collections.abc import Callable

import structlog

from .types import FeedEvent, Gap

log = structlog.get_logger(__name__)

AtOnce = Callable[[FeedEvent], bool]


def order(event_id: str) -> tuple[int, int]:
    """Stream ids sort by number, not by letter."""
    ms, _, n = event_id.partition("-")
    return (int(ms), int(n or 0))


class Follower:
    """An async iterator over the events pushed to it; ends by raising Gap when some were lost. `at_once`: see
    types.Queues.follow."""

    def __init__(self, size: int, after: str = "0-0") -> None:
        self._size = size
        self._after = order(after)
        self._events: deque[FeedEvent] = deque()
        self._lost = ""
        self._wake = asyncio.Event()
        self.at_once: AtOnce | None = None

    def start_after(self, event_id: str) -> None:
        """Events up to this one are not this follower's, though they may be read later."""
        self._after = order(event_id)
        self._events = deque(event for event in self._events if order(event.id) > self._after)

    def push(self, event: FeedEvent) -> None:
        if self._lost or order(event.id) <= self._after or self._is_seen(event):
            return
        if len(self._events) >= self._size:
            self.lose("the follower is too slow")
            return
        self._events.append(event)
        self._wake.set()

    def _is_seen(self, event: FeedEvent) -> bool:
        if self.at_once is None or self._events:
            return False
        try:
            return self.at_once(event)
        except Exception as error:  # one follower's mistake is not the reader's
            log.exception("queue_event_not_seen")
            self.lose(f"{type(error).__name__} at {event.id}")
            return True

    def lose(self, why: str) -> None:
        """What was read before the hole is still handed out, then Gap."""
        self._lost = self._lost or why
        self._wake.set()

    async def changed(self) -> None:
        """Until something was pushed; nothing of it is kept."""
        await self._wake.wait()
        self._wake.clear()
        self._events.clear()
        self._lost = ""

    def __aiter__(self) -> Follower:
        return self

    async def __anext__(self) -> FeedEvent:
        while True:
            if self._events:
                return self._events.popleft()
            if self._lost:
                raise Gap(self._lost)
            self._wake.clear()
            await self._wake.wait()


class Fanout:
    def __init__(self) -> None:
        self._by_call: dict[str, set[Follower]] = defaultdict(set)
        self._of_all: set[Follower] = set()

    def open(self, call: str | None, size: int) -> Follower:
        follower = Follower(size)
        (self._of_all if call is None else self._by_call[call]).add(follower)
        return follower

    def close(self, call: str | None, follower: Follower) -> None:
        if call is None:
            self._of_all.discard(follower)
            return
        self._by_call[call].discard(follower)
        if not self._by_call[call]:
            del self._by_call[call]

    def wants(self, call: str) -> bool:
        """Whether anybody follows the call, or everything."""
        return bool(self._of_all) or call in self._by_call

    def publish(self, event: FeedEvent) -> None:
        for follower in self._by_call.get(event.call, ()) if event.call else ():
            follower.push(event)  # first: a phone may have to ring
        for follower in self._of_all:
            follower.push(event)

    def lose(self, why: str) -> None:
        for follower in [*self._of_all, *(f for fs in self._by_call.values() for f in fs)]:
            follower.lose(why)
