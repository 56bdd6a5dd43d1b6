"""Verbs of the register: an answer within a limit, or none; or tried again for as long as nobody waits for it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog

T = TypeVar("T")

log = structlog.get_logger(__name__)

FIRST_PAUSE_S = 0.2
LONGEST_PAUSE_S = 5.0


async def within(answer: Awaitable[T], otherwise: T, limit: float, what: str) -> T:
    """Never raises: what is late or wrong is `otherwise`. `limit` in seconds."""
    try:
        async with asyncio.timeout(limit):
            return await answer
    except Exception as error:  # noqa: BLE001 - a broken register leaves something untold, the call goes on
        log.warning("register.no_answer", what=what, error=type(error).__name__)
        return otherwise


async def patiently(verb: Callable[[], Awaitable[object]], *, limit: float, what: str) -> bool:
    """False: it did not succeed within `limit` seconds. The verb must be one that may be repeated."""
    pause = FIRST_PAUSE_S
    try:
        async with asyncio.timeout(limit):
            while True:
                try:
                    await verb()
                    return True
                except Exception as error:  # noqa: BLE001 - away or wrong: tried again, and given up in the end
                    log.warning("register.retry", what=what, error=type(error).__name__)
                await asyncio.sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE_S)
    except TimeoutError:
        return False
