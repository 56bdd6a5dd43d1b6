"""How long persons' data is kept (`[retention]` of rules.toml): what is older goes, tickets and figures stay."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Annotated

import structlog
from pydantic import BaseModel, ConfigDict, Field

from kezek_api.keeping import unbroken
from kezek_register import Register
from kezek_register.types import Unavailable

log = structlog.get_logger(__name__)

LOOK_S = 6 * 3600.0
Days = Annotated[int, Field(ge=0, le=36_500)]  # 0: for ever


class RetentionRules(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    calls_days: Days = 1095
    tickets_days: Days = 1825
    notices_days: Days = 90
    events_days: Days = 30


class Retention:
    """A part of the books: `run` for ever."""

    def __init__(
        self,
        register: Register,
        rules: RetentionRules,
        *,
        look_s: float = LOOK_S,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._persons = register.persons
        self._rules = rules
        self._look_s = look_s
        self._clock = clock

    async def run(self) -> None:
        while True:
            try:
                await self.purge()
            except Unavailable:
                log.warning("old_data_not_purged")
            await asyncio.sleep(self._look_s)

    async def purge(self) -> int:
        """In small transactions, until nothing old is left; how many there were. Raises Unavailable."""
        rules, now, batches = self._rules, self._clock(), 0
        while done := await unbroken(
            self._persons.forget(
                calls=_before(now, rules.calls_days),
                tickets=_before(now, rules.tickets_days),
                notices=_before(now, rules.notices_days),
                events=_before(now, rules.events_days),
            )
        ):
            batches += 1
            log.info("old_data_purged", calls=done.calls, tickets=done.tickets, notices=done.notices)
        return batches


def _before(now: datetime, days: int) -> datetime | None:
    return now - timedelta(days=days) if days else None
