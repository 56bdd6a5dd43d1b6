"""Keeps a part of the house running: what dies is started again after a pause, and pulls nothing down with it."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from typing import Any, TypeVar

import structlog

log = structlog.get_logger(__name__)

T = TypeVar("T")

FIRST_S = 0.2
LAST_S = 2.0  # what was away is there again within so long
END_S = 6.0  # longer than any part may take to end in order
WELL_S = 30.0  # a part that ran for so long begins with the short pause again


async def keep(
    name: str, work: Callable[[], Awaitable[None]], failed: Callable[[Exception], None] = lambda error: None
) -> None:
    """Runs `work` again and again, until it returns; `failed` is told each time."""
    loop = asyncio.get_running_loop()
    failures = 0
    while True:
        began = loop.time()
        try:
            await work()
            return
        except Exception as error:  # noqa: BLE001 - the whole point: one part's death is not the others'
            failed(error)
            failures = 0 if loop.time() - began > WELL_S else failures + 1
            pause = min(LAST_S, FIRST_S * 2 ** min(failures, 10)) * random.uniform(0.5, 1.0)  # noqa: S311 - jitter
            log.warning("part_failed", part=name, error=_name(error), again_in_s=round(pause, 2))
        await asyncio.sleep(pause)


async def after(event: asyncio.Event, work: Coroutine[Any, Any, None]) -> None:
    """`work`, once the event is set."""
    try:
        await event.wait()
    except BaseException:
        work.close()
        raise
    await work


async def end(parts: Iterable[asyncio.Task[None]]) -> None:
    """Cancels, last begun first, and again where a library swallowed it."""
    left = list(parts)
    while left:
        for part in reversed(left):
            part.cancel()
        _, pending = await asyncio.wait(left, timeout=END_S)
        left = [part for part in left if part in pending]
        if left:
            log.warning("parts_do_not_end", parts=[part.get_name() for part in left])


async def unbroken(work: Coroutine[Any, Any, T], limit_s: float = 5.0) -> T:
    """Lets `work` come to its end although we are cancelled: half a transaction leaves a broken connection behind.

    After `limit_s` more seconds it is left to itself.
    """
    task = asyncio.create_task(work)  # outlives our cancellation a little
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        _, late = await asyncio.wait({task}, timeout=limit_s)
        if late:
            task.cancel()
        elif not task.cancelled():
            task.exception()  # seen: nobody is left to be told
        raise


def _name(error: BaseException) -> str:
    """The class alone: a message may hold a number or an address."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return type(error).__name__
