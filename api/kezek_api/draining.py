"""The end of a node in order: calls and desks go elsewhere, talks may end, the books have what was told of them."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

import structlog

from kezek_api.behind import Behind
from kezek_api.desks import Desks
from kezek_api.exchanges import Exchanges
from kezek_api.health import Health
from kezek_api.keeping import end

log = structlog.get_logger(__name__)

BOOKS_S = 3.0  # after the calls: SQL that does not take it by then gets it from the next process


async def drain(
    exchanges: Exchanges, desks: Desks, behind: Behind, health: Health, *, limit_s: float, hurried: asyncio.Event
) -> None:
    """Within `limit_s` and a few seconds more, or until `hurried`."""
    log.info("house_drains", limit_s=limit_s)
    health.draining = True
    desks.drain()
    if not await _ends(exchanges.drain(), limit_s, hurried):
        log.warning("house_drain_cut_short")
    await _ends(behind.caught_up(), BOOKS_S, hurried)


async def _ends(work: Coroutine[Any, Any, None], limit_s: float, hurried: asyncio.Event) -> bool:
    """Whether it came to its end by then; it is ended otherwise. What fails must not stop the end of all the rest."""
    doing = asyncio.create_task(work)  # both end below
    hurry: asyncio.Task[Any] = asyncio.create_task(hurried.wait())
    try:
        await asyncio.wait({doing, hurry}, timeout=limit_s, return_when=asyncio.FIRST_COMPLETED)
        if doing.done() and (error := doing.exception()) is not None:
            log.warning("house_drain_failed", error=type(error).__name__)
            return False
        return doing.done()
    finally:
        await end([task for task in (doing, hurry) if not task.done()])
