"""A line on a clock of its own, and the history that reads what it tells: in order, twice, shuffled, or too late."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from kezek_api.callfile import CallFiles
from kezek_api.history import History
from kezek_queue import FeedEvent, ModelQueues, QueueRules
from kezek_register import Register
from kezek_register.types import CallRecord
from kit.api import until

START = 1_795_251_600.0  # a Saturday's 9:00 UTC in November 2026
PHONES = {"anna": "201", "bolat": "202", "zara": "203"}


class NoStories:
    def tell(self, token: str, step: Any, **facts: Any) -> None:
        pass


class Hall:
    """A line on a clock of its own, with three operators."""

    def __init__(self) -> None:
        self.now = START
        self.queues = ModelQueues(lambda: self.now)

    async def open(self) -> Hall:
        await self.queues.configure("main", QueueRules(callback_retries_s=(300.0,)))
        await self.queues.phones(set(PHONES.values()))
        for login, phone in PHONES.items():
            queues = ["main", "second"] if login != "anna" else ["main"]
            await self.queues.sign_in(login, phone=phone, queues=queues, desk=False)
        return self

    async def passes(self, seconds: float) -> None:
        for _ in range(int(seconds)):
            self.now += 1.0
            await self.queues.tick()

    async def waits(self, call: str, number: int = 0, queue: str = "main") -> None:
        caller = f"+7700000{number:04d}" if number else f"+7700999{sum(call.encode()):04d}"
        await self.queues.arrive(call, caller=caller, dialled="109", since=self.now, node="one")
        await self.queues.note(call, {"language": "kk"})
        await self.queues.place(call, queue=queue)

    async def talks(self, call: str) -> int:
        offer = (await self.queues.call(call)).offer
        await self.queues.accept(call, offer)
        await self.queues.connect(call, offer)
        return offer

    @property
    def events(self) -> list[FeedEvent]:
        return list(self.queues.model.feed)


class Told:
    """A line as its history reads it: these events, in this order; then nothing more. `forgotten`: Redis has dropped
    the calls."""

    def __init__(self, hall: Hall, events: Sequence[FeedEvent], *, forgotten: bool = False) -> None:
        self._hall, self._events, self._forgotten = hall, events, forgotten
        self.acknowledged: Counter[str] = Counter()

    async def consume(self, group: str, consumer: str, *, gather_s: float = 0.0) -> AsyncIterator[FeedEvent]:
        for event in self._events:
            yield event
        await asyncio.Event().wait()

    async def acknowledge(self, group: str, event: FeedEvent) -> None:
        self.acknowledged[event.id] += 1

    async def calls(self, calls: Collection[str]) -> dict[str, Any]:
        return {} if self._forgotten else await self._hall.queues.calls(calls)


@asynccontextmanager
async def writing(
    queues: Any, register: Register, files: CallFiles, *, node: str = "one", **more: Any
) -> AsyncIterator[asyncio.Task[None]]:
    """A node's history, as long as the block lasts."""
    history = History(queues, register, files, NoStories(), node=node, again_s=(0.01,), gather_s=0.01, **more)
    task = asyncio.create_task(history.run())
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def write(told: Told, register: Register, files: CallFiles, **more: Any) -> None:
    """All of it, until it is acknowledged."""
    async with writing(told, register, files, **more):
        await until(lambda: {event.id for event in told._events} <= set(told.acknowledged), 30)


async def all_calls(register: Register) -> list[CallRecord]:
    return await register.history.cohort(datetime.fromtimestamp(0, UTC), datetime.fromtimestamp(2e9, UTC))
