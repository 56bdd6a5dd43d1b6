"""A Redis client whose commands can be cancelled, for one server, Sentinel or Cluster, named by a URL.

    redis://host:6379/0   rediss://...   unix:///path
    redis+sentinel://[user:password@]host:26379,host:26379/service[/db]
    redis+cluster://[user:password@]host:7000,host:7001          (rediss+... for TLS)

redis-py sends under `asyncio.wait_for`, which on Python 3.11 swallows a cancellation that meets a send just finished:
the task goes on, and the TaskGroup that cancelled it waits for ever. Here the limit is an `asyncio.timeout` instead.
And it forgets a connection only when its end has been waited for: by then another task may have made a new one in its
place (the free ones of a cluster's node are closed while they may be taken), which was forgotten unclosed.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any
from urllib.parse import unquote, urlsplit

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.cluster import ClusterNode, RedisCluster
from redis.asyncio.connection import AbstractConnection, Connection, SSLConnection
from redis.asyncio.retry import Retry
from redis.asyncio.sentinel import Sentinel
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisClusterException, RedisError
from redis.exceptions import TimeoutError as RedisTimeoutError

from .lean import LeanRedis

SENTINEL_S = 1.0  # of one question to a Sentinel: the next one is asked then
CLUSTER_CONNECTIONS = 200  # to each node


class _Steady(AbstractConnection):
    async def send_packed_command(self, command: Any, check_health: bool = True) -> None:
        limit: float | None = self.socket_timeout
        self.socket_timeout = None  # one task at a time has a connection
        try:
            async with asyncio.timeout(limit):
                await super().send_packed_command(command, check_health)
        except TimeoutError:
            await self.disconnect(nowait=True)
            raise RedisTimeoutError("Timeout writing to socket") from None
        finally:
            self.socket_timeout = limit

    async def disconnect(
        self,
        nowait: bool = False,
        error: Exception | None = None,
        failure_count: int | None = None,
        health_check_failed: bool = False,
    ) -> None:
        writer = self._writer
        await super().disconnect(True, error, failure_count, health_check_failed)
        if writer is not None and not nowait:
            with contextlib.suppress(OSError, TimeoutError):
                async with asyncio.timeout(self.socket_connect_timeout):
                    await writer.wait_closed()


class _Cluster(RedisCluster):
    """What is wrong with the cluster as a whole is no RedisError in redis-py; to ours it is a link that is down."""

    async def initialize(self, *args: Any, **kwargs: Any) -> RedisCluster:
        try:
            return await super().initialize(*args, **kwargs)
        except RedisClusterException as error:
            if isinstance(error, RedisError):
                raise
            raise RedisConnectionError(str(error)) from error

    async def aclose(self) -> None:
        """redis-py leaves the connections open when a command has just failed."""
        if self._initialize:
            await self.nodes_manager.aclose()
            await self.nodes_manager.aclose("startup_nodes")
        await super().aclose()

    async def execute_command(self, *args: Any, **kwargs: Any) -> Any:
        try:
            return await super().execute_command(*args, **kwargs)
        except RedisClusterException as error:
            if isinstance(error, RedisError):
                raise
            raise RedisConnectionError(str(error)) from error


class _BySentinel(Redis):
    async def aclose(self, close_connection_pool: bool | None = None) -> None:
        """The links to the Sentinels too."""
        await super().aclose(close_connection_pool)
        pool: Any = self.connection_pool
        for sentinel in pool.sentinel_manager.sentinels:
            await sentinel.aclose()


def redis_client(
    url: str,
    *,
    timeout_s: float | None = 2.0,
    connections: int = 0,
    decode: bool = False,
    connect_s: float = 2.0,
    lean: bool = False,
) -> Redis:
    """`timeout_s` for each send and each read (None for blocking reads), `connect_s` for a new connection.

    With `connections`, a caller waits `connect_s` at most for one of so many (one server only). Nothing is asked twice:
    the client's own default repeats a lost command ten times, without a key; a lost reply is for the caller to judge.
    `lean`: functions and the feed's reading go over one pipelined connection, where one server without TLS is named.
    Raises ValueError for a URL that is none of the above.
    """
    common: dict[str, Any] = {
        "retry": Retry(NoBackoff(), 0),
        "socket_timeout": timeout_s,
        "socket_connect_timeout": connect_s,
        "decode_responses": decode,
    }
    scheme = url.partition("://")[0]
    if scheme in ("redis+cluster", "rediss+cluster"):
        return _cluster(url, common)  # type: ignore[return-value]  # one of the commands' two clients
    if scheme in ("redis+sentinel", "rediss+sentinel"):
        redis = _by_sentinel(url, common)
    elif connections:
        pool = BlockingConnectionPool.from_url(url, max_connections=connections, timeout=connect_s, **common)
        redis = LeanRedis.from_pool(pool)
    else:
        redis = LeanRedis.from_url(url, **common)
    if lean and isinstance(redis, LeanRedis) and not url.startswith("rediss"):
        redis.lean(url, timeout_s=timeout_s, connect_s=connect_s)
    redis.connection_pool.connection_class = _steady(redis.connection_pool.connection_class)
    return redis


def _steady(kind: type[Any]) -> type[Any]:
    return type("SteadyConnection", (_Steady, kind), {})


def _by_sentinel(url: str, common: dict[str, Any]) -> Redis:
    hosts, credentials, path = _parts(url)
    service, _, db = path.partition("/")
    if not service:
        raise ValueError("redis+sentinel://host:26379,host:26379/service: the service is not named")
    if url.startswith("rediss"):
        credentials["ssl"] = True
    watchers = {"socket_timeout": SENTINEL_S, "socket_connect_timeout": SENTINEL_S, "retry": Retry(NoBackoff(), 0)}
    sentinel = Sentinel(hosts, sentinel_kwargs=watchers)  # type: ignore[no-untyped-call]
    redis: Redis = sentinel.master_for(service, redis_class=_BySentinel, db=int(db or 0), **credentials, **common)
    return redis


def _cluster(url: str, common: dict[str, Any]) -> RedisCluster:
    hosts, credentials, _ = _parts(url)
    tls = url.startswith("rediss")
    kind = _steady(SSLConnection if tls else Connection)
    cluster = _Cluster(
        startup_nodes=[ClusterNode(host, port) for host, port in hosts],
        max_connections=CLUSTER_CONNECTIONS,
        ssl=tls,
        **credentials,
        **common,
    )
    cluster.nodes_manager.connection_kwargs["connection_class"] = kind
    for node in cluster.nodes_manager.startup_nodes.values():
        node.connection_class = kind
    return cluster


def _parts(url: str) -> tuple[list[tuple[str, int]], dict[str, Any], str]:
    """Hosts with their ports, user and password, and the path without its first stroke."""
    parts = urlsplit(url)
    login, _, places = parts.netloc.rpartition("@")
    user, _, password = login.partition(":")
    hosts = []
    for place in places.split(","):
        host, colon, port = place.rpartition(":")
        if not colon or not host or not port.isdigit():
            raise ValueError(f"'{place}' is no host:port")
        hosts.append((host.strip("[]"), int(port)))
    credentials = {name: unquote(value) for name, value in (("username", user), ("password", password)) if value}
    return hosts, credentials, parts.path.lstrip("/")
