"""One reader of the feed for all who look on in this process: desks and MQTT."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager

import structlog

from kezek_queue.types import FeedEvent, Queues

log = structlog.get_logger(__name__)

Look = FeedEvent | None  # None: some events were missed, read everything again


class Ear:
    """One desk's: `told` is called at each event of its operator and of the call it has, and when some were missed."""

    def __init__(self, calls: Ears, told: Callable[[], None]) -> None:
        self.told = told
        self._calls = calls
        self._call = ""

    def follow(self, call: str) -> None:
        """This call from now on; '' is none."""
        if call != self._call:
            self._calls.drop(self._call, self)
            self._call = call
            if call:
                self._calls.add(call, self)


class Ears:
    """Who listens to what name."""

    def __init__(self) -> None:
        self._by_name: dict[str, set[Ear]] = {}

    def add(self, name: str, ear: Ear) -> None:
        self._by_name.setdefault(name, set()).add(ear)

    def drop(self, name: str, ear: Ear) -> None:
        ears = self._by_name.get(name)
        if ears is not None:
            ears.discard(ear)
            if not ears:
                del self._by_name[name]

    def of(self, name: str) -> set[Ear]:
        return self._by_name.get(name, set()) if name else set()

    def all(self) -> set[Ear]:
        return set().union(*self._by_name.values())


class Feed:
    """Spreads the feed's events. Whoever is slow misses events and is told so by a None; nobody waits for him."""

    def __init__(self, *, backlog: int = 1000) -> None:
        self._backlog = backlog
        self._lookers: set[asyncio.Queue[Look]] = set()
        self._operators, self._calls = Ears(), Ears()
        self.counts: Counter[str] = Counter()  # events since the start, by kind; '' for holes

    @contextmanager
    def look(self) -> Iterator[AsyncIterator[Look]]:
        """The events from the moment of entering."""
        queue: asyncio.Queue[Look] = asyncio.Queue(self._backlog)
        self._lookers.add(queue)
        try:
            yield _drain(queue)
        finally:
            self._lookers.discard(queue)

    @contextmanager
    def listen(self, operator: str, told: Callable[[], None]) -> Iterator[Ear]:
        """For one of many desks: none is woken by what does not concern it. `told` does not wait and does not raise."""
        ear = Ear(self._calls, told)
        self._operators.add(operator, ear)
        try:
            yield ear
        finally:
            ear.follow("")
            self._operators.drop(operator, ear)

    async def run(self, queues: Queues) -> None:
        """Reads for ever; raises what the queue's engine raises. Whoever starts it again has missed events spread."""
        self._spread(None)
        async for event in queues.feed():
            self._spread(event)

    def _spread(self, event: Look) -> None:
        self.counts["" if event is None else event.kind.value] += 1
        for queue in self._lookers:
            try:
                queue.put_nowait(event)
            except asyncio.QueueFull:
                while not queue.empty():
                    queue.get_nowait()
                queue.put_nowait(None)
        if event is None:
            concerned = self._operators.all()
        else:
            concerned = self._operators.of(event.operator) | self._calls.of(event.call)
        for ear in concerned:
            ear.told()


async def _drain(queue: asyncio.Queue[Look]) -> AsyncIterator[Look]:
    while True:
        yield await queue.get()
