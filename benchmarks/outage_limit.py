"""The limit of `outage.py`: a CUSUM that is told the true area, and both rates.

Page's CUSUM for Poisson rates: with each report W grows by log(after / before), and falls by (after - before) a second,
never under 0. `after` is the rate at which the fault's first ten callers come, `before` the usual rate by households.
Two bars are taken:

- alone: the whole budget of false alarms is spent on this one area. Wald's bound: an area passes `bar` at most
  after * exp(-bar) times a second;
- of a town: as many such CUSUMs as the town has areas of that kind, together within the budget, by simulation. That is
  the least for whoever does not know where it will be.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from outage_baselines import MONTH_DAYS, calibrated
from outage_faults import LEAST_CALLERS, LEAST_HOUSEHOLDS, Fault
from outage_town import Simulated

from kezek_register.areas import Area, Place
from kezek_register.detection.types import TroubleReport, Usual

MEAN_SHARE = 0.032  # of the households that call: the middle of 1 to 10 %
NODES = {
    "feeder": ("feeder", "heat_main"),
    "event": ("feeder",),
    "substation": ("substation", "boiler_house", "water_zone", "district"),
    "half the city": ("city",),
}


class Cusum:
    """Rates a second. A party counts once."""

    def __init__(self, after: float) -> None:
        self.value, self._after, self._last = 0.0, after, None
        self._parties: set[str] = set()

    _last: datetime | None

    def add(self, report: TroubleReport, before: float) -> float:
        if self._last is not None:
            fallen = (self._after - before) * (report.at - self._last).total_seconds()
            self.value -= fallen
        if self.value <= 0:
            self.value = 0.0
            self._parties.clear()
        self._last = report.at
        if report.party not in self._parties:
            self._parties.add(report.party)
            self.value += max(0.0, math.log(self._after / before))
        return self.value


def after_rate(fault: Fault) -> float:
    first = min(10.0, 0.75 * fault.callers)
    return first / fault.delay_s(first / (fault.callers + 1))


def alone(after: float, month: float = 1.0) -> float:
    """The bar of one area whose false alarms are `month` a month."""
    return math.log(after * MONTH_DAYS * 86_400 / month)


class Knowing:
    """Detects one fault of which it is told everything but the time."""

    def __init__(self, fault: Fault, town: Simulated, usual: Usual, bars: dict[str, float]) -> None:
        self._fault, self._town, self._usual = fault, town, usual
        self._part = fault.households / town.households
        after = after_rate(fault)
        self._cusum, self._bars = Cusum(after), {"alone": alone(after), "town": bars[fault.kind.removeprefix("small ")]}
        self._streets = {
            street
            for street in {town.homes[index].street for index in fault.homes}
            if 2 * town.lived_in(fault.homes.intersection(town.streets[street])) >= town.lived_in(town.streets[street])
        }

    def heard(self, report: TroubleReport) -> set[str]:
        """The bars that are passed with it."""
        if report.topic != self._fault.topic or not self._inside(report.place):
            return set()
        before = self._usual.rate(report.topic, report.at) * self._part / 3600
        value = self._cusum.add(report, before)
        return {name for name, bar in self._bars.items() if value >= bar}

    def _inside(self, place: Place) -> bool:
        if place.building_id:
            return place.building_id - 1 in self._fault.homes
        return place.street_id in self._streets


class OfAllAreas:
    """A CUSUM for each area of a kind, to find the bar that all of them together keep."""

    def __init__(self, town: Simulated, usual: Usual, kind: str) -> None:
        self._town, self._usual, self._kind = town, usual, kind
        self._nodes: dict[int, list[int]] = {}
        for name in NODES.get(kind, ()):
            for node in town.kinds.get(name, ()):
                for index in town.areas_of[node]:
                    self._nodes.setdefault(index, []).append(node)
        self._households = {node: town.lived_in(homes) for node, homes in town.areas_of.items()}
        self._households_of = {street: town.lived_in(homes) for street, homes in town.streets.items()}
        self._cusums: dict[tuple[str, Area], Cusum] = {}

    def heard(self, report: TroubleReport) -> Iterator[tuple[str, Area, float]]:
        for area, households in self._areas(report.place):
            if households < LEAST_HOUSEHOLDS:
                continue
            key = report.topic, area
            if key not in self._cusums:
                callers = max(LEAST_CALLERS, round(households * MEAN_SHARE))
                typical = Fault(self._kind, report.topic, frozenset(), callers, 1.0, slow=True)
                self._cusums[key] = Cusum(after_rate(typical))
            before = self._usual.rate(report.topic, report.at) * households / self._town.households / 3600
            yield self._kind, area, self._cusums[key].add(report, before)

    def _areas(self, place: Place) -> Iterator[tuple[Area, int]]:
        index = place.building_id - 1
        if self._kind == "stretch":
            yield Area("street", street_id=place.street_id), self._households_of[place.street_id]
        elif index >= 0 and self._kind == "building":
            yield Area("building", building_id=place.building_id), self._town.homes[index].households
        elif index >= 0:
            for node in self._nodes.get(index, ()):
                yield Area("part", part_id=node), self._households[node]


def bars_of_town(town: Simulated, usual: Usual, traffic: Iterable[TroubleReport], days: float) -> dict[str, float]:
    """Of each kind of fault the bar that its CUSUMs pass once a month, all over the town."""
    reports = list(traffic)
    kinds = ("building", "stretch", *NODES)
    found = {kind: calibrated(OfAllAreas(town, usual, kind), reports, days).get(kind, 0.0) for kind in kinds}
    return {kind: max(bar, 1.0) for kind, bar in found.items()}


def before_it(begins: datetime) -> datetime:
    """From when on the limit listens."""
    return begins - timedelta(hours=2)
