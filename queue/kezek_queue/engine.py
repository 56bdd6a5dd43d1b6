"""The line's verbs on Redis: each is one EVALSHA, asked again with the same key when its reply was lost."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, Self

from redis.commands.core import AsyncScript

from . import codec, scripts
from .asking import ask
from .client import redis_client
from .codec import milliseconds
from .consumer import Consumer
from .reader import FeedReader
from .records import check_priority
from .settings import QueueSettings
from .types import Call, End, FeedEvent, Operator, Snapshot, Waiting

CONNECTIONS = 16


class RedisQueues:
    """Meets types.Queues; an async context manager. `clock` (unix seconds) is for tests: scripts take Redis TIME."""

    def __init__(
        self,
        redis_url: str,
        site: str,
        settings: QueueSettings | None = None,
        clock: Callable[[], float] | None = None,
    ) -> None:
        self.settings = settings or QueueSettings()
        self._prefix = f"kezek:{{{site}}}:"
        self._clock = clock
        timeout_s = self.settings.timeout_s
        self._redis = redis_client(
            redis_url, timeout_s=timeout_s, connect_s=timeout_s, connections=CONNECTIONS, decode=True
        )
        # blocking reads: a socket timeout would break them
        self._blocking = redis_client(redis_url, timeout_s=None, connect_s=timeout_s, decode=True)
        self._scripts: dict[str, AsyncScript] = {
            verb: self._redis.register_script(text) for verb, text in scripts.load().items()
        }
        self._feed = f"{self._prefix}feed"
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

    # one script, one round trip

    def _request(self, args: Mapping[str, Any]) -> str:
        now = self._clock() if self._clock is not None else None
        settings = self.settings
        limits = {
            "lease": milliseconds(settings.lease_s),
            "desk_timeout": milliseconds(settings.desk_timeout_s),
            "wrap_up": milliseconds(settings.wrap_up_s),
            "utc_offset": settings.utc_offset_ms(time.time() if now is None else now),
            "scan": settings.scan,
            "reply_ttl": settings.reply_ttl_s,
            "feed_maxlen": settings.feed_maxlen,
        }
        request: dict[str, Any] = {"prefix": self._prefix, "settings": limits, **args}
        if now is not None:
            request["now"] = milliseconds(now)
        return json.dumps(request, ensure_ascii=False)

    async def _read(self, verb: str, **args: Any) -> Any:
        script, request = self._scripts[verb], self._request(args)
        text = await ask(verb, lambda: script(keys=[self._feed], args=[request]), self.settings.retries_s)
        return codec.reply_of(text)

    async def _write(self, verb: str, subject: str, key: str | None, **args: Any) -> Any:
        return await self._read(verb, key=f"{verb}:{subject}:{key or uuid.uuid4().hex}", **args)

    # calls

    async def arrive(
        self, call: str, *, caller: str, dialled: str, since: float, node: str, key: str | None = None
    ) -> Call:
        facts = {"caller": caller, "dialled": dialled, "since": milliseconds(since), "node": node}
        return codec.call_of(await self._write("arrive", call, key, call=call, **facts))

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
        wanted = {"queue": queue, "priority": priority, "skills": codec.levels(skills)}
        return codec.waiting_of(await self._write("place", call, key, call=call, **wanted))

    async def leave(self, call: str) -> None:
        await self._write("leave", call, None, call=call)

    async def note(self, call: str, notes: Mapping[str, Any]) -> None:
        await self._write("note", call, None, call=call, notes=json.dumps(notes, ensure_ascii=False))

    async def notes(self, call: str) -> dict[str, Any]:
        kept: dict[str, Any] = await self._read("notes", call=call)
        return kept

    async def end(self, call: str, end: End, *, key: str | None = None) -> bool:
        return bool(await self._write("end", call, key, call=call, end=str(end)))

    async def reconcile(
        self, live_calls: Collection[str], *, end: End = End.ABANDONED, grace_s: float = 5.0
    ) -> tuple[str, ...]:
        facts = {"live": list(live_calls), "end": str(end), "grace": milliseconds(grace_s)}
        return tuple(await self._write("reconcile", "", None, **facts) or ())

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
            "queues": json.dumps(list(dict.fromkeys(queues)), ensure_ascii=False),
            "skills": codec.levels(skills),
            "uses_desk": "1" if desk else "0",
        }
        return codec.operator_of(await self._write("sign_in", operator, key, operator=operator, **facts))

    async def sign_out(self, operator: str, *, key: str | None = None) -> None:
        await self._write("sign_out", operator, key, operator=operator)

    async def ready(self, operator: str, *, key: str | None = None) -> Operator:
        return codec.operator_of(await self._write("ready", operator, key, operator=operator))

    async def pause(self, operator: str, reason: str, *, key: str | None = None) -> Operator:
        return codec.operator_of(await self._write("pause", operator, key, operator=operator, reason=reason))

    async def wrap_up_done(self, operator: str, *, key: str | None = None) -> Operator:
        return codec.operator_of(await self._write("wrap_up_done", operator, key, operator=operator))

    async def phones(self, registered: Collection[str]) -> None:
        await self._read("phones", registered=list(registered))

    async def beat(self, operator: str, *, alive: bool = True) -> None:
        await self._read("beat", operator=operator, alive=alive)

    # offers

    async def accept(self, call: str, offer: int) -> None:
        await self._write("accept", call, None, call=call, offer=str(offer))

    async def connect(self, call: str, offer: int) -> None:
        await self._write("connect", call, None, call=call, offer=str(offer))

    async def decline(self, call: str, offer: int, reason: str, *, pause: bool) -> None:
        await self._write("decline", call, None, call=call, offer=str(offer), reason=reason, pause=pause)

    async def finish(self, call: str, offer: int, *, wrap_up: float) -> None:
        await self._write("finish", call, None, call=call, offer=str(offer), wrap_up=milliseconds(wrap_up))

    async def tick(self) -> float:
        return float(await self._read("tick")) / 1000

    # reading

    async def call(self, call: str) -> Call:
        return codec.call_of(await self._read("call", call=call))

    async def operator(self, operator: str) -> Operator:
        return codec.operator_of(await self._read("operator", operator=operator))

    async def snapshot(self) -> Snapshot:
        return codec.snapshot_of(await self._read("snapshot"))

    def feed(self, after: str = "$") -> AsyncIterator[FeedEvent]:
        return self._reader.feed(after)

    def follow(self, call: str) -> AbstractAsyncContextManager[AsyncIterator[FeedEvent]]:
        return self._reader.follow(call)

    def consume(self, group: str, consumer: str) -> AsyncIterator[FeedEvent]:
        return self._consumer.consume(group, consumer)

    async def acknowledge(self, group: str, event: FeedEvent) -> None:
        await self._consumer.acknowledge(group, event)
