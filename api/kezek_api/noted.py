"""What operators changed in a call, on its way into the audit: noted in Redis with the change, so that neither a dead
database nor a busy one keeps an operator waiting. A part of the books."""

from __future__ import annotations

import asyncio

import structlog

from kezek_api.callfile import CallFiles
from kezek_api.keeping import unbroken
from kezek_register import Register
from kezek_register.types import Unavailable

log = structlog.get_logger(__name__)

LOOK_S = 1.0


class Noted:
    """`run` for ever; any number may run: an entry that another has written is left."""

    def __init__(self, files: CallFiles, register: Register, *, look_s: float = LOOK_S) -> None:
        self._files, self._audit, self._look_s = files, register.audit, look_s

    async def run(self) -> None:
        while True:
            try:
                await self.settle()
            except Unavailable:
                log.debug("audit_waits")
            await asyncio.sleep(self._look_s)

    async def settle(self) -> int:
        """How many were written. Raises Unavailable."""
        noted = await self._files.noted()
        if noted:
            entries = sorted(noted.values(), key=lambda one: one.at)
            await unbroken(self._audit.write_once(entries))
            await self._files.audited(noted.keys())
        return len(noted)
