"""Each day's reports are counted, so that it is known what is usual; then single reports are forgotten."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta, tzinfo

import structlog

from kezek_api.storm.rules import DetectionRules
from kezek_register import Register

log = structlog.get_logger(__name__)

LEASE = "storm"
YEAR = timedelta(days=365)
LOOK_S = 600.0


class Tidying:
    """`once` by whoever holds the lease of looking; it says in the lease which day was counted last."""

    def __init__(
        self, register: Register, rules: DetectionRules, node: str, zone: tzinfo, clock: Callable[[], datetime]
    ) -> None:
        self._register, self._rules, self._node, self._zone, self._clock = register, rules, node, zone, clock
        self._next: datetime | None = None

    async def once(self) -> None:
        """Raises Unavailable."""
        now = self._clock()
        if self._next is not None and now < self._next:
            return
        today = now.astimezone(self._zone).date()
        counted = (await self._register.leases.told(LEASE)).get("counted", "")
        if not counted:
            await self._begin(today)
        else:
            day = date.fromisoformat(counted) + timedelta(days=1)
            while day < today:
                # told first: a day is counted once at most, and a day that is missing changes little
                await self._tell(day)
                number = await self._register.usual_counts.count_day(day, self._zone, self._rules.topics)
                log.info("reports_counted", day=day.isoformat(), number=number)
                day += timedelta(days=1)
        await self._register.troubles.tidy(now - timedelta(days=self._rules.keep_days))
        await self._register.usual_counts.forget(today - YEAR)
        self._next = now + timedelta(seconds=LOOK_S)

    async def _begin(self, today: date) -> None:
        """With the tickets of the year before."""
        until = datetime(today.year, today.month, today.day, tzinfo=self._zone)
        await self._tell(today - timedelta(days=1))
        counts, topics = self._register.usual_counts, self._rules.topics
        number = await counts.begin_with_tickets(until - YEAR, until, self._zone, topics)
        log.info("usual_learnt_from_tickets", tickets=number)

    async def _tell(self, day: date) -> None:
        await self._register.leases.tell(LEASE, self._node, {"counted": day.isoformat()})
