"""The model behind the Redis engine's async protocol: for stories in virtual time, and as the engine's twin."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, Concatenate, ParamSpec, TypeVar

from .consume_model import Groups
from .fanout import AtOnce, Fanout, order
from .ladder.types import Rung, RungName
from .model import Model
from .model_snapshot import snapshot
from .records import check_priority
from .recovery import Kept, Promise, Standing
from .settings import QueueSettings
from .types import Call, End, FeedEvent, Gap, Offer, Operator, QueueError, QueueRules, Snapshot, Waiting

P = ParamSpec("P")
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

    def _once(
        self, key: str | None, subject: str, act: Callable[Concatenate[str, P], T], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """`act(subject, ...)`; the same key again gives the first reply again, an error too."""
        if key is None:
            return act(subject, *args, **kwargs)
        name, now = (act.__name__, subject, key), self.model.clock()
        kept = self._replies.get(name)
        reply: Any
        if kept is not None and kept[0] > now:
            reply = kept[1]
        else:
            try:
                reply = act(subject, *args, **kwargs)
            except QueueError as error:
                reply = error
            self._forget(now)
            self._replies[name] = (now + self.settings.reply_ttl_s, reply)
        if isinstance(reply, QueueError):
            raise reply
        answer: T = reply
        return answer

    def _forget(self, now: float) -> None:
        """Replies whose time is over, the oldest first."""
        while self._replies and next(iter(self._replies.values()))[0] <= now:
            del self._replies[next(iter(self._replies))]

    # calls

    async def arrive(self, call: str, *, key: str | None = None, **facts: Any) -> Call:
        return self._once(key, call, self.model.arrive, **facts)

    async def place(self, call: str, *, priority: int = 0, key: str | None = None, **wishes: Any) -> Waiting:
        check_priority(priority)
        return self._once(key, call, self.model.place, priority=priority, **wishes)

    async def callback(self, of: str, *, priority: int = 0, key: str | None = None, **facts: Any) -> Call:
        check_priority(priority)
        return self._once(key, of, self.model.callback, priority=priority, **facts)

    async def renew(self, call: str, offer: int, lease_s: float) -> None:
        self.model.renew(call, offer, lease_s)

    async def postpone(self, call: str, offer: int, reason: str) -> Call:
        return self.model.postpone(call, offer, reason)

    async def leave(self, call: str) -> None:
        self.model.leave(call)

    async def note(self, call: str, notes: Mapping[str, Any], *, over: Mapping[str, Any] | None = None) -> None:
        self.model.note(call, notes, over)

    async def notes(self, call: str) -> dict[str, Any]:
        return self.model.notes(call)

    async def end(self, call: str, end: End, *, key: str | None = None) -> bool:
        return self._once(key, call, self.model.end, end)

    # operators

    async def sign_in(self, operator: str, *, key: str | None = None, **profile: Any) -> Operator:
        return self._once(key, operator, self.model.sign_in, **profile)

    async def sign_out(self, operator: str, *, key: str | None = None) -> None:
        self._once(key, operator, self.model.sign_out)

    async def ready(self, operator: str, *, key: str | None = None) -> Operator:
        return self._once(key, operator, self.model.ready)

    async def pause(self, operator: str, reason: str, *, key: str | None = None) -> Operator:
        return self._once(key, operator, self.model.pause, reason)

    async def wrap_up_done(self, operator: str, *, key: str | None = None) -> Operator:
        return self._once(key, operator, self.model.wrap_up_done)

    async def extend_wrap_up(self, operator: str, seconds: float, *, key: str | None = None) -> Operator:
        return self._once(key, operator, self.model.extend_wrap_up, seconds)

    async def join(self, operator: str, queues: Sequence[str], *, key: str | None = None) -> Operator:
        return self._once(key, operator, self.model.join, queues)

    async def phones(self, registered: Collection[str], *, exchange: str = "") -> None:
        self.model.phones(registered, exchange)

    async def beat(self, operator: str, *, alive: bool = True) -> None:
        self.model.beat(operator, alive=alive)

    # offers

    async def accept(self, call: str, offer: int, *, operator: str = "") -> None:
        self.model.accept(call, offer, operator=operator)

    async def connect(self, call: str, offer: int) -> None:
        self.model.connect(call, offer)

    async def decline(self, call: str, offer: int, reason: str, *, pause: bool, operator: str = "") -> None:
        self.model.decline(call, offer, reason, pause=pause, operator=operator)

    # in the talk

    async def hold(self, call: str, offer: int) -> None:
        self.model.hold(call, offer)

    async def resume(self, call: str, offer: int) -> None:
        self.model.resume(call, offer)

    async def command(self, call: str, offer: int, name: str, **facts: str) -> None:
        self.model.command(call, offer, name, facts)

    async def aside(self, call: str, offer: int, to: str, state: str) -> None:
        self.model.aside(call, offer, to, state)

    async def invite(self, call: str, offer: int, operator: str) -> Offer:
        return self.model.invite(call, offer, operator)

    async def hand_over(self, call: str, offer: int, *, wrap_up: float) -> None:
        self.model.hand_over(call, offer, wrap_up=wrap_up)

    async def transfer(self, call: str, offer: int, *, priority: int | None = None, **wishes: Any) -> Waiting:
        check_priority(priority or 0)
        return self.model.transfer(call, offer, priority=priority, **wishes)

    async def finish(self, call: str, offer: int, *, wrap_up: float, given_away: bool = False) -> None:
        self.model.finish(call, offer, wrap_up=wrap_up, given_away=given_away)

    async def adopt(self, call: str, *, priority: int = 0, **facts: Any) -> Call:
        check_priority(priority)
        return self.model.adopt(call, priority=priority, **facts)

    async def bury(self, call: str, **facts: Any) -> bool:
        return self.model.bury(call, **facts)

    async def mark(self) -> str:
        return self.model.restored

    async def kept(self) -> Kept:
        return self.model.kept()

    async def restore(
        self,
        operators: Sequence[Standing],
        promises: Sequence[Promise],
        *,
        counts: Mapping[tuple[str, str], int] | None = None,
        rung: Rung | None = None,
        settle_s: float,
    ) -> bool:
        for one in promises:
            check_priority(one.priority)
        return self.model.restore(operators, promises, counts=counts, rung=rung, settle_s=settle_s)

    async def rung(self) -> Rung:
        return self.model.rung

    async def set_rung(
        self,
        name: RungName,
        *,
        by: str,
        n: int,
        why: str = "",
        because: Mapping[str, Any] | None = None,
        held: bool = False,
    ) -> Rung:
        return self.model.set_rung(name, by, n, why, because, held)

    async def tick(self) -> float:
        return self.model.tick()

    async def reconcile(
        self,
        live_calls: Collection[str],
        *,
        end: End = End.ABANDONED,
        grace_s: float = 5.0,
        exchange: str = "",
        cut_before: float = 0.0,
    ) -> tuple[str, ...]:
        return self.model.reconcile(live_calls, end=end, grace_s=grace_s, exchange=exchange, cut_before=cut_before)

    # reading

    async def now(self) -> float:
        self.model.tell_time()
        return self.model.now / 1000

    async def configure(self, queue: str, rules: QueueRules) -> None:
        self.model.configure(queue, rules)

    async def call(self, call: str) -> Call:
        self.model.tell_time()
        return self.model.get_call(call).view()

    async def calls(self, calls: Collection[str]) -> dict[str, tuple[Call, dict[str, Any]]]:
        self.model.tell_time()
        known = [call for call in calls if call in self.model.calls]
        return {call: (self.model.get_call(call).view(), self.model.notes(call)) for call in known}

    async def operator(self, operator: str) -> Operator:
        self.model.tell_time()
        return self.model.get_operator(operator).view()

    async def snapshot(self, *, places: bool = True) -> Snapshot:
        return snapshot(self.model, places=places)

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
    async def follow(self, call: str, at_once: AtOnce | None = None) -> AsyncIterator[AsyncIterator[FeedEvent]]:
        follower = self._fanout.open(call, self.settings.follow_buffer)
        follower.at_once = at_once
        try:
            yield follower
        finally:
            self._fanout.close(call, follower)

    def consume(self, group: str, consumer: str, *, gather_s: float = 0.0) -> AsyncIterator[FeedEvent]:
        return self._groups.consume(group, consumer, self._fanout)

    async def acknowledge(self, group: str, event: FeedEvent) -> None:
        self._groups.acknowledge(group, event)
