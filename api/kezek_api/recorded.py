"""Recorded intake over SQL and Redis (ivr's port): a ticket from what was heard, with nobody between."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import structlog

from kezek_api.callfile import CallFiles
from kezek_api.filing import Filing
from kezek_api.pop import ticket_of
from kezek_ivr.types import Notes
from kezek_queue.types import Queues
from kezek_register import Register

log = structlog.get_logger(__name__)

CERTAIN = 0.8  # of street, house and topic: then an executor has it at once, else an operator looks at it first
LOOKED_AT = ("street", "house", "topic")


class SqlIntake:
    """Meets `kezek_ivr.ports.Intake`. What is certain is put down as confirmed, in Redis before SQL is asked, and
    written by the clerk; the rest is an unconfirmed ticket, written with the call's end by the books."""

    def __init__(self, queues: Queues, files: CallFiles, register: Register) -> None:
        self._queues, self._files, self._filing = queues, files, Filing(files, register)

    async def register(self, call: str, notes: Mapping[str, Any]) -> str:
        filed = await self._files.read(call)
        if certain(cast(Notes, notes)):
            draft = ticket_of(await self._queues.call(call), notes, filed)
            ticket, _ = await self._filing.confirm(draft, filed, sql=False)
            return ticket.number
        return await self._filing.number(call, filed)


def certain(notes: Notes) -> bool:
    """The house is the register's own, and the matter is clear."""
    fields = notes["fields"]
    found = [fields.get(name) for name in LOOKED_AT]
    return all(field is not None and field["value"] and field["confidence"] >= CERTAIN for field in found)
