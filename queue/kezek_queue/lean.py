"""Scripts over one connection that never waits for a reply before it writes the next request.

redis-py takes about 100 us of a processor for each command (its pool, its retries, its metrics); a call asks for some
thirty. Here it is about 15 us. One server is spoken to so, over TCP or a unix socket; what TLS, Sentinel or Cluster
need is left to redis-py. Replies come in the order of the requests (RESP2): a lost or late one ends the connection.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Any

import hiredis
from redis.asyncio import Redis
from redis.asyncio.connection import parse_url
from redis.exceptions import (
    AuthenticationError,
    BusyLoadingError,
    InvalidResponse,
    ReadOnlyError,
    RedisError,
    ResponseError,
)
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError

LEAN = frozenset({"EXPIRE", "FCALL", "GET", "MGET", "XREAD", "XREVRANGE"})  # raw: XREAD's are lists of pairs of lists
BLOCKING = frozenset({"XREAD"})
ERRORS: dict[str, type[RedisError]] = {
    "LOADING": BusyLoadingError,
    "READONLY": ReadOnlyError,
    "NOAUTH": AuthenticationError,
    "WRONGPASS": AuthenticationError,
}


class _Wire(asyncio.Protocol):
    """One connection: requests out, replies to their futures."""

    def __init__(self) -> None:
        self._reader = hiredis.Reader(protocolError=InvalidResponse, replyError=_error, encoding="utf-8")
        self._asked: deque[tuple[asyncio.Future[Any], Callable[[Any], None] | None]] = deque()
        self._transport: asyncio.Transport | None = None

    @property
    def open(self) -> bool:
        return self._transport is not None and not self._transport.is_closing()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]  # of a stream

    def data_received(self, data: bytes) -> None:
        try:
            self._reader.feed(data)
            while (reply := self._reader.gets()) is not False:
                asked, at_once = self._asked.popleft()
                if asked.done():
                    continue  # cancelled
                if isinstance(reply, Exception):
                    asked.set_exception(reply)
                    continue
                asked.set_result(reply)
                if at_once is not None:
                    at_once(reply)
        except (InvalidResponse, IndexError):
            self.close()

    def connection_lost(self, exc: Exception | None) -> None:
        self.close()

    def ask(self, *words: str | int, at_once: Callable[[Any], None] | None = None) -> asyncio.Future[Any]:
        """Written at once; `at_once` has the reply in the moment of its reading, before whoever awaits it, and must not
        raise. Raises RedisConnectionError when the connection has ended."""
        if self._transport is None or self._transport.is_closing():
            raise RedisConnectionError("the connection has ended")
        asked: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._asked.append((asked, at_once))
        self._transport.write(hiredis.pack_command(words))  # type: ignore[arg-type]  # its stub says str alone
        return asked

    def close(self) -> None:
        if self._transport is not None:
            self._transport.abort()
        asked, self._asked = self._asked, deque()
        for one, _ in asked:
            if not one.done():
                one.set_exception(RedisConnectionError("the connection ended before the reply"))
                one.exception()  # whoever awaits it gets it; nobody may be awaiting


class LeanRedis(Redis):
    """A `Redis` whose scripts go over a `_Wire`. Made by `lean`."""

    _url = ""
    _timeout_s: float | None = None
    _connect_s = 2.0
    _wire: _Wire | None = None
    _wiring: asyncio.Lock

    def lean(self, url: str, *, timeout_s: float | None, connect_s: float) -> LeanRedis:
        self._url, self._timeout_s, self._connect_s, self._wiring = url, timeout_s, connect_s, asyncio.Lock()
        return self

    @property
    def is_lean(self) -> bool:
        return bool(self._url)

    async def execute_command(self, *args: Any, **options: Any) -> Any:
        """`at_once`, where `is_lean`: see `_Wire.ask`. A blocking read comes here only with it, for nothing else is
        answered before it: its client is for it alone."""
        if not self._url or args[0] not in LEAN or (args[0] in BLOCKING and "at_once" not in options):
            return await super().execute_command(*args, **options)  # type: ignore[no-untyped-call]
        wire = self._wire
        if wire is None or not wire.open:
            wire = await self._connected()
        try:
            async with asyncio.timeout(self._timeout_s):
                return await wire.ask(*args, at_once=options.get("at_once"))
        except TimeoutError:
            wire.close()  # its replies may come yet, and would answer others
            raise RedisTimeoutError("no reply in time") from None
        except asyncio.CancelledError:
            if args[0] in BLOCKING:
                wire.close()  # nothing else is answered before it
            raise

    async def aclose(self, close_connection_pool: bool | None = None) -> None:
        if self._wire is not None:
            self._wire.close()
        await super().aclose(close_connection_pool)

    async def _connected(self) -> _Wire:
        async with self._wiring:
            if self._wire is None or not self._wire.open:
                try:
                    async with asyncio.timeout(self._connect_s):
                        self._wire = await _connect(parse_url(self._url))
                except TimeoutError:
                    raise RedisTimeoutError("no connection in time") from None
                except OSError as error:
                    raise RedisConnectionError(str(error)) from error
            return self._wire


async def _connect(to: Any) -> _Wire:
    loop = asyncio.get_running_loop()
    if path := to.get("path"):
        _, wire = await loop.create_unix_connection(_Wire, path)
    else:
        _, wire = await loop.create_connection(_Wire, to.get("host", "localhost"), to.get("port", 6379))
    try:
        if password := to.get("password"):
            user = to.get("username")
            await (wire.ask("AUTH", user, password) if user else wire.ask("AUTH", password))
        if db := to.get("db"):
            await wire.ask("SELECT", str(db))
    except BaseException:
        wire.close()
        raise
    return wire


def _error(text: str) -> RedisError:
    """As redis-py tells it: without the code's word for those codes that have a class."""
    code, _, rest = text.partition(" ")
    kind = ERRORS.get(code)
    return kind(rest) if kind else ResponseError(text)
