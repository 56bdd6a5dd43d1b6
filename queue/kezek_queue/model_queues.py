"""The model behind the Redis engine's async protocol: for stories in virtual time, and as the engine's twin."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from .consume_model import Groups
from .fanout import Fanout, order
from .model import Model
from .model_snapshot import snapshot
from .records import check_priority
from .settings import QueueSettings
from .types import Call, End, FeedEvent, Gap, Operator, QueueError, Snapshot, Waiting

T = TypeVar("T")


class ModelQueues:
    """Meets types.Queues without any I/O. `clock` gives unix seconds; in a virtual-time loop pass one made of
    `loop.time`. Somebody has to `tick` it: see `keep_ticking`."""

    def __init__(self, clock: Callable[[], float] = time.time, settings: QueueSettings | None = None) -> None:
        self.settings = settings or QueueSettings()
        self.model = Model(clock, self.settings)
        self._fanout = Fanout()
        self.model.on_event = self._fanout.publish
        self._groups = Groups(self.model.feed)
        self._replies: dict[tuple[str, str, str], tuple[float, Any]] = {}

    async def __aenter__(self) -> ModelQueues:
        return self

    async def __aexit__(self, *_: object) -> None:
        return None

    def _once(self, verb: str, subject: str, key: str | None, act: Callable[[], T]) -> T:
        """The same key again gives the first reply again, an error too."""
        if key is None:
            return act()
        name, now = (verb, subject, key), self.model.clock()
        kept = self._replies.get(name)
        reply: Any
        if kept is not None and kept[0] > now:
            reply = kept[1]
        else:
            try:
                reply = act()
            except QueueError as error:
                reply = error
            self._replies[name] = (now + self.settings.reply_ttl_s, reply)
        if isinstance(reply, QueueError):
            raise reply
        answer: T = reply
        return answer

    async def arrive(
        self, call: str, *, caller: str, dialled: str, since: float, node: str, key: str | None = None
    ) -> Call:
        return self._once(
            "arrive",
            call,
            key,
            lambda: self.model.arrive(call, caller=caller, dialled=dialled, since=since, node=node),
        )

    async def place(
        self,
        call: str,
        *,
        queue: str,
        priority: int = 0,
        skills: Mapping[str, int] | None = None,
        key: str | None = None,
    ) -> Waiting:
        check_priority(priority)
        return self._once(
            "place", call, key, lambda: self.model.place(call, queue=queue, priority=priority, skills=skills)
        )

    async def leave(self, call: str) -> None:
        self.model.leave(call)

    async def note(self, call: str, notes: Mapping[str, Any]) -> None:
        self.model.note(call, notes)

    async def notes(self, call: str) -> dict[str, Any]:
        return self.model.notes(call)

    async def end(self, call: str, end: End, *, key: str | None = None) -> bool:
        return self._once("end", call, key, lambda: self.model.end(call, end))

    async def sign_in(
        self,
        operator: str,
        *,
        phone: str,
        queues: Sequence[str],
        skills: Mapping[str, int] | None = None,
        desk: bool,
        key: str | None = None,
    ) -> Operator:
        return self._once(
            "sign_in",
            operator,
            key,
            lambda: self.model.sign_in(operator, phone=phone, queues=queues, skills=skills, desk=desk),
        )

    async def sign_out(self, operator: str, *, key: str | None = None) -> None:
        self._once("sign_out", operator, key, lambda: self.model.sign_out(operator))

    async def ready(self, operator: str, *, key: str | None = None) -> Operator:
        return self._once("ready", operator, key, lambda: self.model.ready(operator))

    async def pause(self, operator: str, reason: str, *, key: str | None = None) -> Operator:
        return self._once("pause", operator, key, lambda: self.model.pause(operator, reason))

    async def wrap_up_done(self, operator: str, *, key: str | None = None) -> Operator:
        return self._once("wrap_up_done", operator, key, lambda: self.model.wrap_up_done(operator))

    async def phones(self, registered: Collection[str]) -> None:
        self.model.phones(registered)

    async def beat(self, operator: str, *, alive: bool = True) -> None:
        self.model.beat(operator, alive=alive)

    async def accept(self, call: str, offer: int) -> None:
        self.model.accept(call, offer)

    async def connect(self, call: str, offer: int) -> None:
        self.model.connect(call, offer)

    async def decline(self, call: str, offer: int, reason: str, *, pause: bool) -> None:
        self.model.decline(call, offer, reason, pause=pause)

    async def finish(self, call: str, offer: int, *, wrap_up: float) -> None:
        self.model.finish(call, offer, wrap_up=wrap_up)

    async def tick(self) -> float:
        return self.model.tick()

    async def reconcile(
        self, live_calls: Collection[str], *, end: End = End.ABANDONED, grace_s: float = 5.0
    ) -> tuple[str, ...]:
        return self.model.reconcile(live_calls, end=end, grace_s=grace_s)

    async def call(self, call: str) -> Call:
        self.model.tell_time()
        return self.model.get_call(call).view()

    async def operator(self, operator: str) -> Operator:
        return self.model.view(self.model.get_operator(operator))

    async def snapshot(self) -> Snapshot:
        return snapshot(self.model)

    def feed(self, after: str = "$") -> AsyncIterator[FeedEvent]:
        return self._feed(f"{self.model.feed_n}-0" if after == "$" else after)

    async def _feed(self, last: str) -> AsyncIterator[FeedEvent]:
        follower = self._fanout.open(None, self.settings.follow_buffer)
        try:
            past = [event for event in self.model.feed if order(event.id) > order(last)]
            if past and order(past[0].id)[0] != order(last)[0] + 1 and order(last) > (0, 0):
                raise Gap(f"events after {last} are gone")
            follower.start_after(past[-1].id if past else last)
            for event in past:
                yield event
            async for event in follower:
                yield event
        finally:
            self._fanout.close(None, follower)

    @asynccontextmanager
    async def follow(self, call: str) -> AsyncIterator[AsyncIterator[FeedEvent]]:
        follower = self._fanout.open(call, self.settings.follow_buffer)
        try:
            yield follower
        finally:
            self._fanout.close(call, follower)

    def consume(self, group: str, consumer: str) -> AsyncIterator[FeedEvent]:
        return self._groups.consume(group, consumer, self._fanout)

    async def acknowledge(self, group: str, event: FeedEvent) -> None:
        self._groups.acknowledge(group, event)
