"""The ladder of overload in a node: it looks at the line each second and proposes; of all nodes one is heard.

What the rung is, everybody here asks `rung`, without I/O: a change of another node is known within a second.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta, tzinfo

import structlog
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from kezek_api.keeping import unbroken
from kezek_api.ladder.measuring import measured_of
from kezek_api.ladder.rules import LadderRules
from kezek_api.shapes_figures import Wallboard
from kezek_api.staffing import WEEKS, expected
from kezek_queue import QueueError, Queues, Rung, Stale
from kezek_queue.ladder.climb import Climbing, look
from kezek_queue.ladder.types import RUNGS, Measured, RungRules
from kezek_register import Register, RegisterError
from kezek_register.topic_tree import begins_with
from kezek_register.types import Topic

log = structlog.get_logger(__name__)

LOOK_S = 1.0
USUAL_S = 600.0
HOUR = timedelta(hours=1)


class Ladder:
    """`run` and `learn` for ever. `picture`: the wallboard's latest; `lines`: that the trunk carries, 0: nobody knows.

    Meets `kezek_ivr.ports.Rungs`."""

    def __init__(
        self,
        rules: LadderRules,
        picture: Callable[[], Wallboard | None],
        *,
        lines: int = 0,
        zone: tzinfo = UTC,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.rules, self._picture, self._lines, self._zone, self._clock = rules, picture, lines, zone, clock
        self.rung = Rung()
        self.measured: Measured | None = None
        self.changed = asyncio.Event()  # another rung than a moment ago: set and replaced
        self._usual_min: float | None = None
        self._climbing = Climbing()
        self._below: Mapping[str, frozenset[str]] = {}  # topic -> itself and those below it
        self._spared = frozenset[str]()
        self._now = self._whole()
        self._moved = Counter[str]()

    def now(self, queue: str) -> RungRules:
        """With the topics below those that are recorded, what its packs bring, and whom it spares."""
        return self._now

    def know(self, rung: Rung) -> None:
        """A newer one than is known here."""
        if rung != self.rung:
            if rung.name != self.rung.name:
                log.warning("rung", name=rung.name, before=self.rung.name, by=rung.by, held=rung.held)
            self.rung = rung
            self._now = self._whole()
            changed, self.changed = self.changed, asyncio.Event()
            changed.set()

    async def run(self, queues: Queues) -> None:
        while True:
            with contextlib.suppress(QueueError):
                self.know(await queues.rung())
                await self._propose(queues)
            await asyncio.sleep(LOOK_S)

    async def learn(self, register: Register) -> None:
        """How many calls are usual at this hour, and which topics are below which."""
        while True:
            with contextlib.suppress(RegisterError):
                topics = await unbroken(register.topics.all())
                self._below, self._spared = below(topics), spared(topics)
                self._now = self._whole()
                now = datetime.fromtimestamp(self._clock(), UTC)
                this = now.replace(minute=0, second=0, microsecond=0)
                arrivals = await unbroken(register.history.arrivals("", this - timedelta(weeks=WEEKS), this))
                midnight = now.astimezone(self._zone).replace(hour=0, minute=0, second=0, microsecond=0)
                calls, basis = expected(arrivals, this, this, midnight)
                self._usual_min = calls / 60 if calls is not None and basis == "weeks" else None
            await asyncio.sleep(USUAL_S)

    async def _propose(self, queues: Queues) -> None:
        picture = self._picture()
        if picture is None:
            return
        self.measured = measured_of(picture, lines=self._lines, usual_min=self._usual_min)
        self._climbing, wanted = look(self._climbing, self.rung, self.measured, self.rules.rungs)
        if wanted is None or not self.rules.on:
            return
        with contextlib.suppress(Stale):  # another node, or a person, was quicker: seen at the next look
            self.know(await queues.set_rung(wanted.name, by="rule", n=self.rung.n, because=wanted.because))
            self._moved[wanted.name] += 1

    def _whole(self) -> RungRules:
        rules = self.rules.rungs[self.rung.name]
        packs = [self.rules.packs[name] for name in rules.packs]
        return replace(
            rules,
            first=tuple(dict.fromkeys((*rules.first, *(name for pack in packs for name in pack.first)))),
            record=tuple(sorted({each for topic in rules.record for each in self._below.get(topic, {topic})})),
            topics={digit: topic for pack in packs for digit, topic in pack.topics.items()},
            spared=self._spared,
        )

    def figures(self) -> Iterator[Metric]:
        """For Prometheus."""
        rung = GaugeMetricFamily("kezek_rung", "1 for the rung of the ladder of overload", labels=["rung"])
        for name in RUNGS:
            rung.add_metric([name], name == self.rung.name)
        moved = CounterMetricFamily("kezek_rung_moves", "Times that this node moved it by rule", labels=["rung"])
        for to, number in self._moved.items():
            moved.add_metric([to], number)
        yield from (rung, moved)
        yield GaugeMetricFamily("kezek_rung_held", "1 while it is held by hand", value=self.rung.held)


def below(topics: Sequence[Topic]) -> dict[str, frozenset[str]]:
    """Topic -> itself and those below it, without those that are spared."""
    tree = {topic.code: topic for topic in topics}
    found: dict[str, set[str]] = {code: set() for code in tree}
    for code in tree.keys() - spared(topics):
        above: str | None = code
        seen: set[str] = set()
        while above and above in tree and above not in seen:
            seen.add(above)
            found[above].add(code)
            above = tree[above].parent
    return {code: frozenset(those) for code, those in found.items()}


def spared(topics: Sequence[Topic]) -> frozenset[str]:
    """Those of which an emergency service is told."""
    tree = {topic.code: topic for topic in topics}
    return frozenset(code for code in tree if begins_with(code, tree).emergency)
