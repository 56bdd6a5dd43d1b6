"""Asks for a verb: one FCALL, asked again with the same key when its reply was lost."""

from __future__ import annotations

import itertools
import os
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from redis.asyncio import Redis
from redis.asyncio.cluster import RedisCluster
from redis.exceptions import ConnectionError, ResponseError, SlotNotCoveredError

from . import codec, scripts
from .asking import PASSING, ask
from .settings import QueueSettings

SEPARATOR, PART = "\x1f", "\x1e"  # JSON has none
OFFSET_S = 900  # clocks are put forward or back at full quarters


class Asker:
    """`clock` (unix seconds) is for tests: scripts take Redis TIME."""

    def __init__(self, redis: Redis, feed: str, settings: QueueSettings, clock: Callable[[], float] | None) -> None:
        self._redis: Redis | RedisCluster = redis
        self._execute: Callable[..., Awaitable[Any]] = redis.execute_command
        self._feed = feed.encode()  # packing a text costs more than the rest of a short command
        self._settings, self._clock = settings, clock
        self._library = scripts.library()
        self._name = self._library.name.encode()
        self._numbers, self._numbers_until = "", 0.0
        self._own, self._count = f"{os.urandom(12).hex()}.", itertools.count()  # keys that nobody else has

    def _header(self) -> tuple[str, int | str]:
        """The settings as numbers, and the time: '' is Redis TIME."""
        now = self._clock() if self._clock is not None else None
        at = time.time() if now is None else now
        if at >= self._numbers_until:
            s = self._settings
            limits = [codec.milliseconds(limit) for limit in (s.lease_s, s.desk_timeout_s, s.wrap_up_s)]
            limits += [s.utc_offset_ms(at), s.reply_ttl_s, s.feed_maxlen, s.places_shown]
            self._numbers = ",".join(map(str, limits))
            self._numbers_until = at // OFFSET_S * OFFSET_S + OFFSET_S
        return self._numbers, "" if now is None else codec.milliseconds(now)

    async def run(self, verb: str, key: str, args: Mapping[str, Any], *, new: bool = False) -> Any:
        """`new`: the key is this call's own, so the first time nothing can be kept under it."""
        numbers, now = self._header()
        head = f"{numbers}{SEPARATOR}{now}{SEPARATOR}{verb}{SEPARATOR}"
        tail = f"{PART}{codec.text_of(args)}{PART}{key}"
        lost: Exception | None = None
        if not isinstance(self._redis, RedisCluster):
            request = f"{head}{'' if new else 'look'}{tail}".encode()
            try:  # as a rule this is all
                return await self._execute("FCALL", self._name, b"1", self._feed, request)
            except (ResponseError, *PASSING) as error:
                lost = error
        return await self._again(verb, f"{head}look{tail}".encode(), lost)

    async def _again(self, verb: str, request: bytes, lost: Exception | None) -> Any:
        """`lost`: what became of the first time, if there was one."""

        async def act() -> Any:
            nonlocal lost
            first, lost = lost, None
            try:
                if first is not None:
                    raise first
                return await self._call(request)
            except ResponseError as error:
                if "Function not found" not in str(error):
                    raise
                await self._load()
                return await self._call(request)

        return await ask(verb, act, self._settings.retries_s)

    async def _call(self, request: bytes) -> Any:
        return await self._execute("FCALL", self._name, b"1", self._feed, request, **await self._where())

    async def _where(self) -> dict[str, Any]:
        """On a cluster the master of the site's slot: else redis-py asks some server each time where the key is."""
        if not isinstance(self._redis, RedisCluster):
            return {}
        try:
            await self._redis.initialize()
            return {"target_nodes": self._redis.get_node_from_key(self._feed.decode())}
        except SlotNotCoveredError as error:
            raise ConnectionError(str(error)) from error

    async def _load(self) -> None:
        """A new or an emptied server does not have the functions yet; its replicas get them with the data."""
        try:
            await self._execute("FUNCTION LOAD", self._library.text, **await self._where())
        except ResponseError as error:
            if "already exists" not in str(error):  # another process was quicker
                raise

    async def ask(self, verb: str, **args: Any) -> Any:
        """A verb that is idempotent by itself."""
        return codec.reply_of(await self.run(verb, "", args))

    async def once(self, verb: str, subject: str, key: str | None, /, **args: Any) -> Any:
        """A verb whose first reply is kept under its key, so that a lost one can be asked for again."""
        if key is None:
            return codec.reply_of(await self.run(verb, f"{self._own}{next(self._count):x}", args, new=True))
        return codec.reply_of(await self.run(verb, f"{verb}:{subject}:{key}", args))

    async def get(self, *command: str) -> Any:
        """A plain read."""
        return await ask(command[0], lambda: self._execute(*command), self._settings.retries_s)
