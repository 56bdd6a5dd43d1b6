"""Keeps the line ticking: leases lapse and wrap-ups end though nobody asks. Any number of processes may run it."""

from __future__ import annotations

import asyncio

import structlog

from .types import Queues, Unavailable

log = structlog.get_logger(__name__)

AT_MOST_S = 0.25  # another process may have set an earlier due time meanwhile
AWAY_S = 1.0


async def keep_ticking(queues: Queues, at_most_s: float = AT_MOST_S) -> None:
    """For ever; an absent Redis is waited for."""
    while True:
        try:
            rest = min(await queues.tick(), at_most_s)
        except Unavailable:
            log.warning("queue_tick_unavailable")
            rest = AWAY_S
        await asyncio.sleep(max(rest, 0.001))
