"""The storm's parts of a node, as the house has them: who looks, who reports, who hears of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from datetime import datetime, tzinfo

from prometheus_client.core import Metric

from kezek_api.keeping import keep
from kezek_api.storm.news import News
from kezek_api.storm.rules import DetectionRules
from kezek_api.storm.sensors import Sensors
from kezek_api.storm.sources import SqlTroubles
from kezek_api.storm.watch import Watch
from kezek_register import Register
from kezek_register.detection.detector import MassOutages


class Storm:
    """`run` once SQL has its tables, for ever. `rung`: as News."""

    def __init__(
        self, register: Register, rules: DetectionRules, node: str, zone: tzinfo, rung: Callable[[], int]
    ) -> None:
        def clock() -> datetime:
            return datetime.now(zone)

        self.troubles = SqlTroubles(register, clock) if rules.on else None
        self.watch = Watch(register, rules, node, MassOutages, zone, clock=clock)
        self.news = News(register, rung)
        self.sensors = Sensors(register, rules.topics, clock) if rules.on and rules.sensors else None

    async def run(self) -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(keep("storm watch", self.watch.run))
            group.create_task(self.news.run())

    def figures(self) -> Iterator[Metric]:
        yield from self.watch.figures()
        if self.sensors is not None:
            yield from self.sensors.figures()
