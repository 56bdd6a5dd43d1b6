"""Keeps in SQL what an emptied Redis is given back: operators' standing and promised callbacks. A part of the books.

The line is looked at again and again, and what has changed is written: what was missed once is written the next time.
A line that has come up empty and was given nothing back yet changes nothing here.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import structlog

from kezek_api.keeping import unbroken
from kezek_api.restoring import told_of
from kezek_queue import QueueError, Queues
from kezek_register import Register, Unavailable

log = structlog.get_logger(__name__)

LOOK_S = 0.5
AWAY_S = 1.0

Told = dict[str, dict[str, Any]]


class Mirror:
    """`run` for ever. `look_s`: so much of what happened last may be lost with a server."""

    def __init__(self, queues: Queues, register: Register, *, look_s: float = LOOK_S) -> None:
        self._queues, self._kept, self._look_s = queues, register.kept, look_s
        self._standing: Told = {}
        self._promises: Told = {}

    async def run(self) -> None:
        """Raises RegisterErrors but Unavailable."""
        await self._read()
        while True:
            try:
                await self._look()
                pause = self._look_s
            except (QueueError, Unavailable) as away:
                log.debug("not_mirrored", code=away.code)
                pause = AWAY_S
            await asyncio.sleep(pause)

    async def _read(self) -> None:
        """What stands in SQL, whoever wrote it."""
        while True:
            try:
                self._standing, self._promises = await unbroken(self._kept.read())
                return
            except Unavailable:
                await asyncio.sleep(AWAY_S)

    async def _look(self) -> None:
        seen = datetime.now(UTC)  # before the look: one who freezes here comes too late with it
        kept = await self._queues.kept()
        if not kept.mark:
            return
        standing = {one.operator: told_of(one) for one in kept.operators}
        promises = {one.call: told_of(one) for one in kept.promises}
        await unbroken(
            self._kept.write(
                seen,
                standing=_changed(self._standing, standing),
                promises=_changed(self._promises, promises),
                gone=self._standing.keys() - standing.keys(),
                kept=self._promises.keys() - promises.keys(),
            )
        )
        self._standing, self._promises = standing, promises


def _changed(before: Told, after: Told) -> Mapping[str, Mapping[str, Any]]:
    return {name: told for name, told in after.items() if before.get(name) != told}
