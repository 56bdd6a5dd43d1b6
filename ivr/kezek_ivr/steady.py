"""A verb of the queue that is tried again until a limit: Redis may be away for a moment, and no longer."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog

from kezek_queue.types import QueueError, Unavailable

T = TypeVar("T")

log = structlog.get_logger(__name__)

FIRST_PAUSE_S = 0.05
LONGEST_PAUSE_S = 1.0


class QueueAway(Exception):
    """The waiting line did not answer within the limit: the dialplan's fallback takes the caller."""

    code = "queue_away"


async def steady(verb: Callable[[], Awaitable[T]], *, limit: float, what: str) -> T:
    """Await `verb()`, again after a failure, for at most `limit` seconds; then QueueAway.

    The verb must be one that may be repeated (each is idempotent by its key or by its fence). Stale, Unknown and
    NotAllowed are answers and pass through.
    """
    pause = FIRST_PAUSE_S
    why: BaseException = TimeoutError()
    try:
        async with asyncio.timeout(limit):
            while True:
                try:
                    return await verb()
                except Exception as error:
                    if isinstance(error, QueueError) and not isinstance(error, Unavailable):
                        raise
                    why = error
                    log.warning("queue.retry", what=what, error=type(error).__name__)
                await asyncio.sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE_S)
    except TimeoutError:
        raise QueueAway(what) from why
