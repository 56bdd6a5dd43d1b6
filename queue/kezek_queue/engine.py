"""The line's verbs on Redis: each is one EVALSHA, asked again with the same key when its reply was lost."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, Self

from . import codec
from .asker import Asker
from .client import redis_client
from .codec import milliseconds
from .consumer import Consumer
from .reader import FeedReader
from .records import check_priority
from .redis_ladder import RedisLadder
from .redis_recovery import RedisRecovery
from .settings import QueueSettings
from .snapshot import Snapshots
from .types import Call, End, FeedEvent, Offer, Operator, QueueRules, Snapshot, Unknown, Waiting

CONNECTIONS = 16


class RedisQueues(RedisRecovery, RedisLadder):
    """Meets types.Queues; an async context manager. `clock` (unix seconds) is for tests: scripts take Redis TIME."""

    def __init__(
        self,
        redis_url: str,
        site: str,
        settings: QueueSettings | None = None,
        clock: Callable[[], float] | None = None,
    ) -> None:
        self.settings = settings or QueueSettings()
        self._prefix = f"kezek:{{{site}}}:line:"  # records of an earlier layout lie elsewhere, and are left alone
        self._clock = clock
        timeout_s = self.settings.timeout_s
        lean = self.settings.lean
        self._redis = redis_client(
            redis_url, timeout_s=timeout_s, connect_s=timeout_s, connections=CONNECTIONS, decode=True, lean=lean
        )
        # blocking reads: a socket timeout would break them
        self._blocking = redis_client(redis_url, timeout_s=None, connect_s=timeout_s, decode=True, lean=lean)
        self._feed = f"{self._prefix}feed"
        self._asker = Asker(self._redis, self._feed, self.settings, clock)
        self._snapshots = Snapshots(milliseconds(self.settings.desk_timeout_s))
        self._reader = FeedReader(self._redis, self._blocking, self._feed, self.settings)
        self._consumer = Consumer(self._redis, self._blocking, self._feed, self.settings)

    async def __aenter__(self) -> Self:
        try:
            await self._reader.start()
        except BaseException:
            await self.__aexit__()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._reader.stop()
        await self._blocking.aclose()
        await self._redis.aclose()

    # calls

    async def arrive(
        self,
        call: str,
        *,
        caller: str,
        dialled: str,
        since: float,
        node: str,
        queue: str = "",
        exchange: str = "",
        key: str | None = None,
    ) -> Call:
        facts = {"caller": caller, "dialled": dialled, "since": milliseconds(since), "node": node}
        facts |= {"queue": queue, "exchange": exchange}
        return codec.call_of(await self._asker.once("arrive", call, key, call=call, **facts))

    async def place(
        self,
        call: str,
        *,
        queue: str,
        priority: int = 0,
        skills: Mapping[str, int] | None = None,
        wanted: str = "",
        placed_at: float = 0.0,
        key: str | None = None,
    ) -> Waiting:
        check_priority(priority)
        wishes = {"queue": queue, "priority": priority, "skills": codec.levels(skills), "wanted": wanted}
        wishes |= {"placed_at": milliseconds(placed_at)}
        return codec.waiting_of(await self._asker.once("place", call, key, call=call, **wishes))

    async def callback(
        self,
        of: str,
        *,
        caller: str,
        queue: str = "",
        priority: int = 0,
        skills: Mapping[str, int] | None = None,
        place_since: float = 0.0,
        node: str = "",
        key: str | None = None,
    ) -> Call:
        check_priority(priority)
        facts = {"caller": caller, "queue": queue, "priority": priority, "skills": codec.levels(skills), "node": node}
        at = milliseconds(place_since)
        return codec.call_of(await self._asker.once("callback", of, key, of=of, place_since=at, **facts))

    async def renew(self, call: str, offer: int, lease_s: float) -> None:
        await self._asker.once("renew", call, None, call=call, offer=str(offer), lease=milliseconds(lease_s))

    async def postpone(self, call: str, offer: int, reason: str) -> Call:
        return codec.call_of(await self._asker.once("postpone", call, None, call=call, offer=str(offer), reason=reason))

    async def leave(self, call: str) -> None:
        await self._asker.once("leave", call, None, call=call)

    async def note(self, call: str, notes: Mapping[str, Any], *, over: Mapping[str, Any] | None = None) -> None:
        known = "" if over is None else codec.mark_of(over)
        await self._asker.once("note", call, None, call=call, notes=codec.notes_of(notes), over=known)

    async def end(self, call: str, end: End, *, key: str | None = None) -> bool:
        return bool(await self._asker.once("end", call, key, call=call, end=str(end)))

    # operators

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
        facts = {
            "phone": phone,
            "queues": codec.names(queues),
            "skills": codec.levels(skills),
            "uses_desk": "1" if desk else "0",
        }
        return codec.operator_of(await self._asker.once("sign_in", operator, key, operator=operator, **facts))

    async def sign_out(self, operator: str, *, key: str | None = None) -> None:
        await self._asker.once("sign_out", operator, key, operator=operator)

    async def ready(self, operator: str, *, key: str | None = None) -> Operator:
        return codec.operator_of(await self._asker.once("ready", operator, key, operator=operator))

    async def pause(self, operator: str, reason: str, *, key: str | None = None) -> Operator:
        return codec.operator_of(await self._asker.once("pause", operator, key, operator=operator, reason=reason))

    async def wrap_up_done(self, operator: str, *, key: str | None = None) -> Operator:
        return codec.operator_of(await self._asker.once("wrap_up_done", operator, key, operator=operator))

    async def extend_wrap_up(self, operator: str, seconds: float, *, key: str | None = None) -> Operator:
        longer = milliseconds(seconds)
        return codec.operator_of(
            await self._asker.once("extend_wrap_up", operator, key, operator=operator, longer=longer)
        )

    async def join(self, operator: str, queues: Sequence[str], *, key: str | None = None) -> Operator:
        joined = codec.names(queues)
        return codec.operator_of(await self._asker.once("join", operator, key, operator=operator, queues=joined))

    async def phones(self, registered: Collection[str], *, exchange: str = "") -> None:
        await self._asker.ask("phones", registered=list(registered), exchange=exchange)

    async def beat(self, operator: str, *, alive: bool = True) -> None:
        await self._asker.ask("beat", operator=operator, alive=alive)

    # offers: accept, connect and finish are idempotent by their fence

    async def accept(self, call: str, offer: int, *, operator: str = "") -> None:
        await self._asker.ask("accept", call=call, offer=str(offer), operator=operator)

    async def connect(self, call: str, offer: int) -> None:
        await self._asker.ask("connect", call=call, offer=str(offer))

    async def decline(self, call: str, offer: int, reason: str, *, pause: bool, operator: str = "") -> None:
        facts = {"reason": reason, "pause": pause, "operator": operator}
        await self._asker.once("decline", call, None, call=call, offer=str(offer), **facts)

    # in the talk

    async def hold(self, call: str, offer: int) -> None:
        await self._asker.once("hold", call, None, call=call, offer=str(offer))

    async def resume(self, call: str, offer: int) -> None:
        await self._asker.once("resume", call, None, call=call, offer=str(offer))

    async def command(self, call: str, offer: int, name: str, **facts: str) -> None:
        await self._asker.once("command", call, None, call=call, offer=str(offer), name=name, facts=facts)

    async def aside(self, call: str, offer: int, to: str, state: str) -> None:
        await self._asker.once("aside", call, None, call=call, offer=str(offer), to=to, state=state)

    async def invite(self, call: str, offer: int, operator: str) -> Offer:
        return codec.offer_of(
            await self._asker.once("invite", call, None, call=call, offer=str(offer), operator=operator)
        )

    async def hand_over(self, call: str, offer: int, *, wrap_up: float) -> None:
        await self._asker.once("hand_over", call, None, call=call, offer=str(offer), wrap_up=milliseconds(wrap_up))

    async def transfer(
        self,
        call: str,
        offer: int,
        *,
        queue: str = "",
        wanted: str = "",
        priority: int | None = None,
        skills: Mapping[str, int] | None = None,
        wrap_up: float,
    ) -> Waiting:
        facts: dict[str, Any] = {"queue": queue, "wanted": wanted, "wrap_up": milliseconds(wrap_up)}
        if priority is not None:
            check_priority(priority)
            facts["priority"] = priority
        if skills is not None:
            facts["skills"] = codec.levels(skills)
        return codec.waiting_of(await self._asker.once("transfer", call, None, call=call, offer=str(offer), **facts))

    async def finish(self, call: str, offer: int, *, wrap_up: float, given_away: bool = False) -> None:
        facts = {"wrap_up": milliseconds(wrap_up), "given_away": given_away}
        await self._asker.once("finish", call, None, call=call, offer=str(offer), **facts)

    async def tick(self) -> float:
        return float(await self._asker.ask("tick")) / 1000

    # reading

    async def notes(self, call: str) -> dict[str, Any]:
        kept: dict[str, Any] = json.loads(await self._asker.get("GET", f"{self._prefix}notes:{call}") or "{}")
        return kept

    async def call(self, call: str) -> Call:
        found = await self._asker.get("GET", f"{self._prefix}call:{call}")
        if not found:
            raise Unknown(f"call {call}")
        return codec.call_of(json.loads(found))

    async def calls(self, calls: Collection[str]) -> dict[str, tuple[Call, dict[str, Any]]]:
        names = list(calls)
        if not names:
            return {}
        keys = [f"{self._prefix}{what}:{call}" for what in ("call", "notes") for call in names]
        found = await self._asker.get("MGET", *keys)
        told = zip(names, found[: len(names)], found[len(names) :], strict=True)
        known = ((call, json.loads(record), json.loads(notes or "{}")) for call, record, notes in told if record)
        return {call: (codec.call_of(record), notes) for call, record, notes in known}

    async def operator(self, operator: str) -> Operator:
        found = await self._asker.get("GET", f"{self._prefix}operator:{operator}")
        if not found:
            raise Unknown(f"operator {operator}")
        return codec.operator_of(json.loads(found))

    async def snapshot(self, *, places: bool = True) -> Snapshot:
        return self._snapshots.read(await self._asker.run("snapshot", "", {"places": places}))

    async def now(self) -> float:
        if self._clock is not None:
            return milliseconds(self._clock()) / 1000
        return milliseconds(float(await self._asker.ask("now"))) / 1000

    async def configure(self, queue: str, rules: QueueRules) -> None:
        await self._asker.ask("configure", queue=queue, rules=codec.rules_text(rules))

    def feed(self, after: str = "$") -> AsyncIterator[FeedEvent]:
        return self._reader.feed(after)

    def follow(
        self, call: str, at_once: Callable[[FeedEvent], bool] | None = None
    ) -> AbstractAsyncContextManager[AsyncIterator[FeedEvent]]:
        return self._reader.follow(call, at_once)

    def consume(self, group: str, consumer: str, *, gather_s: float = 0.0) -> AsyncIterator[FeedEvent]:
        return self._consumer.consume(group, consumer, gather_s)

    async def acknowledge(self, group: str, event: FeedEvent) -> None:
        await self._consumer.acknowledge(group, event)
