"""What time alone does to the register: planned works begin and end, tickets become late, a day changes the calendar.

Every node does it; each step is claimed in SQL, so that one of them takes it.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta

import structlog
from prometheus_client.core import CounterMetricFamily, Metric

from kezek_api.citizens_rules import OutageRules
from kezek_register import Register, RegisterError
from kezek_register.worktime import NoWorkingTime

log = structlog.get_logger(__name__)

TEND_S = 10.0
REOPENED_WITHIN = timedelta(days=1)  # of its end: what is said later is another outage
BY_RULE = "rule"


class Tending:
    """`run` is a part of the house, once SQL has its tables."""

    def __init__(self, register: Register, rules: OutageRules | None = None, language: str = "") -> None:
        self._register, self._rules, self._language = register, rules or OutageRules(), language
        self._recounted: date | None = None
        self._escalated = Counter[str]()

    async def run(self) -> None:
        while True:
            try:
                await self.once()
            except RegisterError as away:
                log.info("register_not_tended", code=away.code)
            except NoWorkingTime as wrong:
                log.error("calendar_never_opens", error=str(wrong))
            await asyncio.sleep(TEND_S)

    async def once(self) -> None:
        """Raises RegisterError and NoWorkingTime."""
        for outage in await self._register.outages.tick():
            log.info("outage_moved_by_time", outage=outage.id, state=outage.state)
        await self._outages()
        await self._register.outages.ready()
        today = datetime.now(self._register.work.rules.calendar.zone).date()
        if today != self._recounted:  # a node that starts may have another calendar than the one before
            if moved := await self._register.work.recount():
                log.warning("deadlines_moved", number=moved)
            self._recounted = today
        for step in await self._register.work.chase():
            self._escalated[step.step] += 1
            log.info("ticket_escalated", number=step.number, step=step.step, round=step.round)
        if closed := await self._register.work.close_unheard():
            log.info("tickets_closed_unheard", number=closed)

    async def _outages(self) -> None:
        """Chains go on, what is left of an outage is opened by rule, and what a killed process left is finished."""
        outages, rules = self._register.outages, self._rules
        for outage in await outages.chase_chains(
            begin_levels=rules.call_out_levels, within_s=rules.taken_within_s, language=self._language
        ):
            log.info("outage_called_out", outage=outage)
        if again := await outages.finish_reopened():
            log.info("tickets_at_work_again", number=again)
        if rules.reopen_at < 1:
            for outage in await outages.with_still_out(REOPENED_WITHIN):
                told = await outages.still_out(outage)
                for left in () if told.mistaken else told.groups:  # that one is for a person to take back
                    if left.kind != "house" and left.certainty >= rules.reopen_at:
                        nested = await outages.reopen_part(outage, [left.area], BY_RULE, "still out, by rule")
                        log.warning("outage_reopened", outage=outage, nested=nested.id, certainty=left.certainty)

    def figures(self) -> Iterator[Metric]:
        """For Prometheus: the steps that this node took."""
        taken = CounterMetricFamily("kezek_escalations", "Steps taken for late tickets", labels=["step"])
        for step, number in self._escalated.items():
            taken.add_metric([step], number)
        yield taken
