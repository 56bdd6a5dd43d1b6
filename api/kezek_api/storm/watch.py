"""Who looks for mass outages: one node at a time, by a lease in SQL; the next one replays the window and goes on.

SQL away is later, not lost: reports wait where they were put down, and the window is read again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, tzinfo

import structlog
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from kezek_api.keeping import unbroken
from kezek_api.storm.looking import Looking, Seen
from kezek_api.storm.places import Places
from kezek_api.storm.rules import DetectionRules
from kezek_api.storm.tidying import Tidying
from kezek_api.storm.usual import usual_of
from kezek_register import Register, RegisterError
from kezek_register.detection.types import DetectionSettings, Detector, Town, Usual

log = structlog.get_logger(__name__)

LEASE = "storm"
LEASE_S = 15.0
LOOK_S = 0.5
AWAY_S = 1.0
ANEW_S = 6 * 3600.0  # the town's houses and what is usual are read again
Make = Callable[[Town, DetectionSettings, Usual], Detector]


class Watch:
    """`run` is a part of the house, once SQL has its tables. `make`: the engine."""

    def __init__(
        self,
        register: Register,
        rules: DetectionRules,
        node: str,
        make: Make,
        zone: tzinfo,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        look_s: float = LOOK_S,
    ) -> None:
        self._register, self._rules, self._node, self._make = register, rules, node, make
        self._zone, self._clock, self._look_s = zone, clock, look_s
        self._tidying = Tidying(register, rules, node, zone, clock)
        self.seen = Seen()
        self.looks = False  # this node has the lease
        self._asked = False  # or perhaps has it: whoever is told to end while he asks has not read the answer

    async def run(self) -> None:
        if not self._rules.on:
            return
        while True:
            try:
                self._asked = True
                self._asked = await self._register.leases.hold(LEASE, self._node, LEASE_S)
                if self._asked:
                    await self._have()
            except RegisterError as away:
                log.info("storm_not_watched", code=away.code)
            self.looks = False
            await asyncio.sleep(AWAY_S)

    async def _have(self) -> None:
        """As long as the lease is ours."""
        loop = asyncio.get_running_loop()
        self.looks, anew_at = True, loop.time() + ANEW_S
        log.info("storm_watch_begun", node=self._node)
        try:
            async with asyncio.TaskGroup() as group:
                held = group.create_task(self._hold())
                looking = await self._begin()
                while not held.done() and loop.time() < anew_at:
                    await unbroken(looking.round())
                    await self._tidying.once()
                    await asyncio.sleep(self._look_s)
                held.cancel()
        except* RegisterError as away:
            raise away.exceptions[0] from None
        finally:
            log.info("storm_watch_ended", node=self._node)

    async def _hold(self) -> None:
        """Until somebody else has it. Raises Unavailable."""
        while True:
            await asyncio.sleep(LEASE_S / 3)
            if not await self._register.leases.hold(LEASE, self._node, LEASE_S):
                return

    async def _begin(self) -> Looking:
        town = await self._register.town.read()
        places = Places(town, await self._register.town.streets(), await self._register.town.parts())
        usual = usual_of(town, await self._register.usual_counts.read(), self._zone)
        detector = await asyncio.to_thread(self._make, town, self._rules.settings(), usual)
        looking = Looking(self._register, self._rules, self._clock, detector, places, self.seen)
        await looking.replay()
        return looking

    async def let_go(self) -> None:
        """Another node need not wait for the lease's end."""
        if self._asked:
            try:
                await self._register.leases.let_go(LEASE, self._node)
            except RegisterError as away:
                log.info("lease_not_let_go", code=away.code)

    def figures(self) -> Iterator[Metric]:
        seen = self.seen
        yield GaugeMetricFamily("kezek_storm_watching", "1 on the node that looks for mass outages", self.looks)
        yield GaugeMetricFamily("kezek_suspicions_open", "Suspicions that nobody has decided", seen.open)
        yield GaugeMetricFamily("kezek_trouble_lag_seconds", "From a report's arrival to its reading", seen.lag_s)
        yield CounterMetricFamily("kezek_detection_seconds", "Time spent in the detector", seen.work_s)
        reports = CounterMetricFamily("kezek_trouble_reports", "Reports of trouble that were read", labels=["source"])
        for source, number in seen.reports.items():
            reports.add_metric([source], number)
        written = CounterMetricFamily("kezek_suspicions", "What became of suspicions", labels=["state"])
        for state, number in seen.written.items():
            written.add_metric([state], number)
        yield from (reports, written)
