"""One life of looking: a detector over the reports of the window, its suspicions as SQL has them, what was decided.

It begins with a replay: the reports of the window and what was decided of them, each at its moment. So a node that
takes over knows what the one before it knew.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import structlog

from kezek_api.storm.deciding import confirm
from kezek_api.storm.decisions import Decisions, as_of
from kezek_api.storm.follow import SLOW_S, Follow
from kezek_api.storm.places import Places
from kezek_api.storm.rules import DetectionRules
from kezek_register import Register
from kezek_register.areas import Place
from kezek_register.detection.types import Detector, Suspicion, TroubleReport
from kezek_register.outage_types import OutageFilter
from kezek_register.trouble_types import RULE, KeptReport, KeptSuspicion
from kezek_register.types import Conflict, NotFound

log = structlog.get_logger(__name__)

PAGE = 2_000  # reports of one look
BREATH = 20  # moments of a replay between two moments for everybody else on this loop
AGAIN_S = 30.0  # what begins or ends by the clock is seen within so long
KEYS = 50_000
_MENDED = "~"  # between the key of a report that was mended and its number
CREW_SAYS = "the crew says that nothing is missing"


@dataclass(slots=True)
class Seen:
    """What was done, for Prometheus."""

    reports: Counter[str] = field(default_factory=Counter)  # by source
    written: Counter[str] = field(default_factory=Counter)  # suspicions, by the state they were written in
    lag_s: float = 0.0  # of the report that was read last
    work_s: float = 0.0  # spent in the detector
    open: int = 0


class Looking:
    """Raises Unavailable where SQL is away; what was not done then is done at the next round."""

    def __init__(
        self,
        register: Register,
        rules: DetectionRules,
        clock: Callable[[], datetime],
        detector: Detector,
        places: Places,
        seen: Seen,
    ) -> None:
        self._register, self._rules, self._clock = register, rules, clock
        self._detector, self._places, self._seen = detector, places, seen
        self._follow = Follow(time.monotonic)
        self._ids: dict[str, int] = {}  # the detector's suspicions -> SQL's
        self._has: dict[str, set[str]] = {}  # the detector's -> keys of reports that SQL has of it
        self._dirty: dict[str, Suspicion] = {}
        self._words: dict[str, list[tuple[str, str]]] = {}  # of the newest keys: as the detector was told, its topic
        self._denied: set[str] = set()  # the detector's, ended by who is there
        self._decisions = Decisions(detector, self._ids, rules.topics)
        self._revision, self._learnt_at = -1, 0.0

    async def replay(self) -> None:
        now = self._clock()
        since = now - timedelta(seconds=self._rules.window_s)
        reports = await self._register.troubles.arrived(since - timedelta(seconds=SLOW_S))
        kept = await self._kept(now)
        outages = (await self._register.outages.page(OutageFilter(since=since), limit=500)).items
        of_report = {report.key: report.suspicion_id for report in reports if report.suspicion_id}
        moments: list[tuple[datetime, int, Any]] = [(one.arrived_at or one.at, 1, one) for one in reports]
        moments += [(one.decided_at, 2, None) for one in kept.values() if one.decided_at]
        for one in outages:
            if one.state in ("announced", "restored"):
                moments.append((max(one.starts_at, one.created_at or one.starts_at), 0, one))
                steps = [step for step in one.restorations if not step.closes]
                moved = {each for step in steps for each in (step.at, step.taken_back_at) if each is not None}
                moments += [(each, 0, one) for each in moved if one.ended_at is None or each < one.ended_at]
                if one.ended_at:
                    moments.append((one.ended_at, 3, one))
        for number, (at, kind, one) in enumerate(sorted(moments, key=lambda each: each[:2])):
            if kind == 1:
                if one.says == "on":  # by which some may end that were dismissed for it
                    self._name(of_report)
                await asyncio.to_thread(self._hear, one)
            elif at <= now:
                self._name(of_report)
                if kind == 0:
                    self._decisions.goes_on(as_of(one, at), kept, at)
                elif kind == 3:
                    self._decisions.over(one.id, at)
                else:
                    self._decisions.dismissed({id: each for id, each in kept.items() if each.decided_at == at}, at)
            if number % BREATH == 0:
                await asyncio.sleep(0)
        list(self._follow.new(reports))
        self._name(of_report)
        self._dirty = {one.id: one for one in self._detector.open()}
        log.info("storm_replayed", reports=len(reports), suspicions=len(self._dirty))

    async def round(self) -> None:
        """What is new since the last one."""
        after = self._follow.after
        while True:
            rows = await self._register.troubles.since(after, PAGE)
            for report in self._follow.new(rows):
                await self._heard(report)
            if len(rows) < PAGE:
                break
            after = rows[-1].id
        await self._learn()
        for one in self._detector.tick(self._clock()):
            self._dirty[one.id] = one
        await self._write()

    async def _heard(self, report: KeptReport) -> None:
        self._seen.lag_s = max(0.0, (self._clock() - (report.arrived_at or report.at)).total_seconds())
        # in a thread: an extent found anew takes tens of ms in a large town, and calls are conducted on this loop
        changed = await asyncio.to_thread(self._hear, report)
        ended = [one.id for one in changed if one.state == "faded"]
        if report.says == "on" and report.source == "crew" and self._rules.crew_dismisses:
            self._denied.update(ended)

    def _hear(self, report: KeptReport) -> Sequence[Suspicion]:
        """What has changed by it; nothing by one of a place that has left the register, or of a topic that is not
        looked at. A mended one is another word of the same party, which counts once; one that is of another topic
        now, or was taken back (of none), is no word about the one before any more."""
        self._seen.reports[report.source] += 1
        place, topic = self._places.of(report), self._rules.topics.get(report.topic, "")
        began = time.perf_counter()
        words = self._words.setdefault(report.key, [])
        changed: list[Suspicion] = []
        for key, of in [word for word in words if word[1] != topic]:
            changed += self._detector.report(_told(report, key, "", place or Place()))
            words.remove((key, of))
        if place is not None and topic:
            key = f"{report.key}{_MENDED}{report.id}" if words or changed else report.key
            words.append((key, topic))
            changed += self._detector.report(_told(report, key, topic, place))
        if not words:
            del self._words[report.key]
        elif len(self._words) > KEYS:
            del self._words[next(iter(self._words))]
        self._dirty.update({one.id: one for one in changed})
        self._seen.work_s += time.perf_counter() - began
        return changed

    # --- what was decided

    async def _learn(self) -> None:
        """Of suspicions by people on any node, of outages by hand, and of those that are over."""
        revision = await self._register.suspicions.revision() + await self._register.outages.revision()
        if revision == self._revision and time.monotonic() < self._learnt_at + AGAIN_S:
            return
        now = self._clock()
        outages = (await self._register.outages.page(OutageFilter(state="now"), limit=500)).items
        kept = await self._kept(now)
        self._decisions.all_of(outages, kept, now)
        await self._fade(kept, now)
        self._seen.open = sum(1 for one in kept.values() if one.state == "open")
        self._revision, self._learnt_at = revision, time.monotonic()

    async def _kept(self, now: datetime) -> dict[int, KeptSuspicion]:
        since = now - timedelta(seconds=max(self._rules.remember_s, self._rules.window_s))
        return {one.id: one for one in await self._register.suspicions.decided_since(since)}

    async def _fade(self, kept: Mapping[int, KeptSuspicion], now: datetime) -> None:
        """Those that an earlier life left open, and that nothing speaks for any more."""
        mine = set(self._ids.values())
        for one in kept.values():
            quiet = (now - one.last_at).total_seconds() > self._rules.quiet_s
            if one.state == "open" and one.id not in mine and quiet:
                await self._register.suspicions.fade(one.id)

    # --- what SQL has of them

    def _name(self, of_report: Mapping[str, int]) -> None:
        """Suspicions of the detector's that SQL has already, by the reports they share."""
        for one in self._detector.open():
            if one.id not in self._ids:
                shared = Counter(of_report[key] for key in map(plain, one.keys) if key in of_report)
                for id, _ in shared.most_common():
                    if id not in self._ids.values():
                        self._ids[one.id] = id
                        self._has[one.id] = {key for key in one.keys if of_report.get(plain(key)) == id}
                        break

    async def _write(self) -> None:
        for own, found in list(self._dirty.items()):
            id = self._ids.get(own)
            if id is None and found.state in ("faded", "merged"):
                del self._dirty[own]
                continue
            has = self._has.setdefault(own, set())
            new = [key for key in found.keys if key not in has]
            of = [self._ids[each] for each in found.of if each in self._ids]
            try:
                kept = await self._register.suspicions.write(found, id, of=of, keys=[plain(key) for key in new])
            except (NotFound, Conflict) as refused:  # an area that has just left the register, say
                log.warning("suspicion_not_written", error=type(refused).__name__)
                del self._dirty[own]
                continue
            self._ids[own] = kept.id
            has.update(new)
            if self._dirty.get(own) is found:
                del self._dirty[own]
            if kept.state != found.state or id is None or found.state != "open":
                self._seen.written[kept.state] += 1
            await self._by_rule(own, kept)

    async def _by_rule(self, own: str, kept: KeptSuspicion) -> None:
        rules = self._rules
        if own in self._denied and kept.state == "faded":
            self._denied.discard(own)
            await self._register.suspicions.dismiss(kept.id, RULE, CREW_SAYS)
        if rules.confirm_at >= 1 or kept.state != "open" or kept.against:
            return
        if kept.certainty >= rules.confirm_at and kept.parties >= rules.confirm_parties:
            outage = await confirm(self._register, kept.id, RULE)
            log.info("suspicion_confirmed_by_rule", suspicion=kept.id, outage=outage.id, certainty=kept.certainty)


def _told(report: KeptReport, key: str, topic: str, place: Place) -> TroubleReport:
    return TroubleReport(
        key, report.at, report.source, topic, place, report.party, report.sure, report.says, report.call
    )


def plain(key: str) -> str:
    """As SQL has it."""
    return key.partition(_MENDED)[0]
