"""A story of ordinary days with faults in them, played to a detector, and what it found when.

Detected: an open suspicion of the fault's topic that has one of its buildings at least and of whose households a tenth
at least is out: "somewhere in the city" does not count for a house, nor does one that lay there before the fault. Calls
are the fault's own, redials and wrongly heard ones with them. The extent is the union of such suspicions at that call.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from outage_faults import KINDS, Fault, calls, fault
from outage_limit import Knowing, before_it
from outage_town import Simulated
from outage_traffic import START, Line, Ordinary

from kezek_register.detection.types import Detector, Suspicion, TroubleReport, Usual

APART_H = 12.0  # from fault to fault
MOST_CALLS, AT_CALLS = 60, 20
PRECISE = 0.1
_TICK, _IDLE_TICK = timedelta(seconds=60), timedelta(hours=1)


@dataclass
class Found:
    """`calls`, `minutes`: to its detection, None when it was not found; `overlap`: households in common over those in
    either after 20 calls (or the last), `overlap_late`: after 60; `pieces`: suspicions that share it after 20 calls,
    `strays`: others that came with it; `limits`, `limit_calls`: the CUSUM's, by its bar."""

    fault: Fault
    begins: datetime
    heard: int = 0
    calls: int | None = None
    minutes: float | None = None
    overlap: float = 0.0
    overlap_late: float = 0.0
    pieces: int = 0
    strays: int = 0
    said: tuple[Suspicion, ...] = ()  # after 20 calls
    limits: dict[str, float] = field(default_factory=dict)
    limit_calls: dict[str, int] = field(default_factory=dict)
    before: set[str] = field(default_factory=set)  # open when it began
    counted: set[str] = field(default_factory=set)  # and of those what would have counted as it


@dataclass
class Story:
    faults: list[tuple[Fault, datetime]]
    reports: list[tuple[TroubleReport, int]]  # with the number of its fault, -1: ordinary


def story(town: Simulated, each: int, seed: str, kinds: Iterable[str] = KINDS) -> Story:
    """`each` faults of each kind that the town is large enough for, in any order, at any hour."""
    chance = random.Random(f"{seed}/faults")  # noqa: S311 - a simulation
    line = Line(town, f"{seed}/line")
    wanted = [kind for kind in kinds for _ in range(each)]
    chance.shuffle(wanted)
    faults: list[tuple[Fault, datetime]] = []
    for kind in wanted:
        begins = START + timedelta(days=1, hours=APART_H * len(faults) + chance.uniform(0, APART_H / 2))
        faults.append((fault(town, kind, chance), begins))
    return told(town, line, faults, seed, chance)


def told(town: Simulated, line: Line, faults: list[tuple[Fault, datetime]], seed: str, chance: random.Random) -> Story:
    reports = [
        (report, number)
        for number, (each, begins) in enumerate(faults)
        for report in calls(each, line, begins, chance, MOST_CALLS)
    ]
    days = (max(begins for _, begins in faults) - START).days + 2 if faults else 0
    reports += [(report, -1) for report in Ordinary(line, seed).reports(0, days)]
    reports.sort(key=lambda each: each[0].at)
    return Story(faults, reports)


class Player:
    """Tells reports to a detector as a site does, with a tick each minute (each hour when nothing is open)."""

    def __init__(self, detector: Detector) -> None:
        self.detector = detector
        self._ticked: datetime | None = None

    def tell(self, report: TroubleReport) -> list[Suspicion]:
        return [*self._tick(report.at), *self.detector.report(report)]

    def _tick(self, now: datetime) -> list[Suspicion]:
        changed: list[Suspicion] = []
        at = self._ticked or now - _TICK
        while now - at >= _TICK:
            at = min(now, at + (_TICK if self.detector.open() else _IDLE_TICK))
            changed += self.detector.tick(at)
        self._ticked = at
        return changed


def played(town: Simulated, story: Story, player: Player) -> list[Found]:
    found = [Found(each, begins) for each, begins in story.faults]
    last = {number: report.key for report, number in story.reports}
    for report, number in story.reports:
        of = found[number] if number >= 0 else None
        if of and not of.heard:
            opened = player.detector.open()
            of.before = {each.id for each in opened}
            of.counted = {each.id for each in opened if counts(town, of.fault, each)}
        player.tell(report)
        if of:
            _look(town, of, report, player.detector.open(), last[number] == report.key)
    return found


def _look(town: Simulated, of: Found, report: TroubleReport, opened: Sequence[Suspicion], last: bool) -> None:
    of.heard += 1
    own = [each for each in opened if each.topic == of.fault.topic and each.id not in of.counted]
    if of.calls is None and any(counts(town, of.fault, each) for each in own):
        of.calls, of.minutes = of.heard, (report.at - of.begins).total_seconds() / 60
    if of.heard == AT_CALLS or (last and of.heard < AT_CALLS):
        counting = [each for each in own if counts(town, of.fault, each)]
        of.overlap, of.said = overlap(town, of.fault, counting), tuple(own)
        of.pieces, of.strays = len(counting), len([x for x in opened if x.id not in of.before and x not in counting])
    if last:
        of.overlap_late = overlap(town, of.fault, [each for each in own if counts(town, of.fault, each)])


def counts(town: Simulated, fault: Fault, suspicion: Suspicion) -> bool:
    if suspicion.topic != fault.topic:
        return False
    homes = town.covered(suspicion.areas)
    common = town.lived_in(homes & fault.homes)
    return common > 0 and common >= PRECISE * town.lived_in(homes)


def overlap(town: Simulated, fault: Fault, suspicions: Sequence[Suspicion]) -> float:
    """Households in common over those in either, of all of them together."""
    homes = set[int]().union(*(town.covered(each.areas) for each in suspicions))
    return town.lived_in(homes & fault.homes) / town.lived_in(homes | fault.homes)


def limited(town: Simulated, story: Story, found: Sequence[Found], usual: Usual, bars: dict[str, float]) -> None:
    """Writes into each the limit's minutes and calls; one that is not found is not written."""
    ordinary = [report for report, number in story.reports if number < 0]
    for number, each in enumerate(found):
        knowing = Knowing(each.fault, town, usual, bars)
        own = [report for report, of in story.reports if of == number]
        keys = {report.key for report in own}
        near = [report for report in ordinary if before_it(each.begins) <= report.at <= own[-1].at]
        heard = 0
        for report in sorted([*near, *own], key=lambda one: one.at):
            heard += report.key in keys
            for name in knowing.heard(report):
                if report.at >= each.begins:
                    each.limits.setdefault(name, (report.at - each.begins).total_seconds() / 60)
                    each.limit_calls.setdefault(name, heard)


def false_alarms(traffic: Iterator[TroubleReport], player: Player) -> list[Suspicion]:
    """The suspicions that ordinary traffic raises, each as it was first seen; a merged one is none of its own."""
    seen: dict[str, Suspicion] = {}
    for report in traffic:
        for each in player.tell(report):
            if each.state == "open" and not each.of:
                seen.setdefault(each.id, each)
    return list(seen.values())
