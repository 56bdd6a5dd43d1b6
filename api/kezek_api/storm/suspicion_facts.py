"""Suspicions for MQTT: a retained message for each, gone an hour after it was decided. Nobody's data."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

from kezek_register import Register, RegisterError
from kezek_register.sql.suspicion_rows import body

LOOK_S = 1.0
LASTS = timedelta(hours=1)
_FORGET = timedelta(days=7)  # what was decided so long ago has left the broker, or somebody else sees to it


class SuspicionFacts:
    """`migrated`: the tables are there."""

    def __init__(self, register: Register, migrated: asyncio.Event, *, look_s: float = LOOK_S) -> None:
        self._register, self._migrated, self._look_s = register, migrated, look_s

    async def changes(self) -> AsyncIterator[tuple[int, str]]:
        """(id, what is told of it now), '' when it is told no more; all of them at first. While SQL is away what was
        told stands."""
        await self._migrated.wait()
        told: dict[int, str] | None = None
        seen, looked = -1, datetime.now(UTC)
        while True:
            now = datetime.now(UTC)
            try:
                revision = await self._register.suspicions.revision()
                if told is None or revision != seen or now - looked > LASTS / 60:
                    here = await self._read(now - LASTS)
                    before = told if told is not None else dict.fromkeys(await self._read(now - _FORGET), "")
                    for id in sorted(before.keys() - here.keys()):
                        yield id, ""
                    for id, payload in here.items():
                        if before.get(id) != payload:
                            yield id, payload
                    told, seen, looked = here, revision, now
            except RegisterError:
                pass
            await asyncio.sleep(self._look_s)

    async def _read(self, since: datetime) -> dict[int, str]:
        found = await self._register.suspicions.decided_since(since)
        return {one.id: json.dumps(body(one, one.decided_by), ensure_ascii=False) for one in found}
