"""Asks Redis, and again after a lost link: for reads, and for scripts whose key makes a second time harmless."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from redis.exceptions import (
    BusyLoadingError,
    ClusterDownError,
    ConnectionError,
    ReadOnlyError,
    TimeoutError,
    TryAgainError,
)

from .errors import Unavailable

T = TypeVar("T")

# A link that is down, a server that starts, a master that has just become a replica, a cluster that chooses a new one.
PASSING = (ConnectionError, TimeoutError, BusyLoadingError, ReadOnlyError, ClusterDownError, TryAgainError, OSError)


async def ask(what: str, act: Callable[[], Awaitable[T]], retries_s: Sequence[float]) -> T:
    """`act()`, again after each of the pauses; then raises Unavailable."""
    for pause in (*retries_s, None):
        try:
            return await act()
        except PASSING as error:
            if pause is None:
                raise Unavailable(f"{what}: {type(error).__name__}") from error
        await asyncio.sleep(pause)
    raise AssertionError("the last try returns or raises")
