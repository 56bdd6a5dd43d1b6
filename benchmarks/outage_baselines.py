"""What the detector of `outage.py` is held to: two rules that others use, tuned to the same false alarms by simulation.

- count: N parties in 15 minutes for an area, of any topic's reports: a street, a microdistrict, a district, each with
  an N of its own (the smallest that keeps to a third of the budget);
- scan: Poisson scan statistic of each street over windows of 5 to 60 minutes (Kulldorff's likelihood ratio), one bar.

Both count a party once, and what is open fades after two quiet hours.
"""

from __future__ import annotations

import math
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from outage_town import Simulated

from kezek_register.areas import Area
from kezek_register.detection.types import Suspicion, SuspicionState, TroubleReport, Usual

QUIET = timedelta(hours=2)
MONTH_DAYS = 30.0


class Statistic(Protocol):
    """How unusual a report makes the areas that it lies in: (level, area, value) for each."""

    def heard(self, report: TroubleReport) -> Iterator[tuple[str, Area, float]]: ...


class Windows:
    """The parties that spoke of a topic in an area within the last `longest` seconds."""

    def __init__(self, longest: float) -> None:
        self._longest = timedelta(seconds=longest)
        self._lately: dict[tuple[str, Area], deque[tuple[datetime, str]]] = defaultdict(deque)

    def add(self, report: TroubleReport, area: Area) -> deque[tuple[datetime, str]]:
        lately = self._lately[report.topic, area]
        while lately and lately[0][0] < report.at - self._longest:
            lately.popleft()
        if all(party != report.party for _, party in lately):
            lately.append((report.at, report.party))
        return lately


class Count:
    def __init__(self, window_s: float = 900.0) -> None:
        self._windows = Windows(window_s)

    def heard(self, report: TroubleReport) -> Iterator[tuple[str, Area, float]]:
        for level, area in _areas(report):
            yield level, area, float(len(self._windows.add(report, area)))


class StreetScan:
    SPANS_S = (300.0, 900.0, 1800.0, 3600.0)

    def __init__(self, town: Simulated, usual: Usual) -> None:
        self._windows, self._usual = Windows(max(self.SPANS_S)), usual
        self._share = {street: town.lived_in(homes) / town.households for street, homes in town.streets.items()}

    def heard(self, report: TroubleReport) -> Iterator[tuple[str, Area, float]]:
        area = Area("street", street_id=report.place.street_id)
        lately = self._windows.add(report, area)
        hourly = self._usual.rate(report.topic, report.at) * self._share[report.place.street_id]
        best = 0.0
        for span in self.SPANS_S:
            count = sum(at >= report.at - timedelta(seconds=span) for at, _ in lately)
            mean = hourly * span / 3600
            if count > mean:
                best = max(best, count * math.log(count / mean) - (count - mean))
        yield "street", area, best


class Barred:
    """A detector: what passes the bar of its level is open until it has been quiet."""

    def __init__(self, town: Simulated, statistic: Statistic, bars: dict[str, float]) -> None:
        self._town, self._statistic, self._bars = town, statistic, bars
        self._open: dict[tuple[str, Area], Suspicion] = {}
        self._count = 0

    def report(self, report: TroubleReport) -> list[Suspicion]:
        changed = self.tick(report.at)
        for level, area, value in self._statistic.heard(report):
            key = report.topic, area
            if key in self._open or value >= self._bars[level]:
                self._open[key] = self._seen(self._open.get(key), report, area, value)
                changed.append(self._open[key])
        return changed

    def _seen(self, old: Suspicion | None, report: TroubleReport, area: Area, value: float) -> Suspicion:
        self._count += old is None
        first, count = (report.at, 0) if old is None else (old.first_at, old.reports)
        households = self._town.lived_in(self._town.covered((area,))) if old is None else old.households
        return Suspicion(
            old.id if old else f"s{self._count}", "open", report.topic, (area,), count + 1, count + 1,
            first, report.at, (report.at - first).total_seconds(), 0.0, 1.0, value, households,
        )  # fmt: skip

    def tick(self, now: datetime) -> list[Suspicion]:
        for key in [key for key, each in self._open.items() if each.last_at < now - QUIET]:
            del self._open[key]
        return []

    def decided(self, id: str, state: SuspicionState, areas: Sequence[Area] = (), now: datetime | None = None) -> None:
        pass

    def over(self, id: str, now: datetime) -> None:
        pass

    def open(self) -> list[Suspicion]:
        return list(self._open.values())


def calibrated(
    statistic: Statistic, traffic: Iterable[TroubleReport], days: float, month: float = 1.0
) -> dict[str, float]:
    """The lowest bar of each level that these days of ordinary traffic pass no more often than `month` times a month,
    shared among the levels. An episode ends with `QUIET`."""
    peaks: dict[str, list[float]] = defaultdict(list)
    episodes: dict[tuple[str, str, Area], tuple[float, datetime]] = {}
    for report in traffic:
        for level, area, value in statistic.heard(report):
            key = level, report.topic, area
            peak, last = episodes.get(key, (0.0, report.at))
            if report.at - last > QUIET:
                peaks[level].append(peak)
                peak = 0.0
            episodes[key] = max(peak, value), report.at
    for (level, _, _), (peak, _) in episodes.items():
        peaks[level].append(peak)
    allowed = int(month * days / MONTH_DAYS / max(1, len(peaks)))
    return {level: sorted(found, reverse=True)[min(allowed, len(found) - 1)] + 1e-9 for level, found in peaks.items()}


def _areas(report: TroubleReport) -> Iterator[tuple[str, Area]]:
    yield "street", Area("street", street_id=report.place.street_id)
    for level, id in zip(("city", "district", "microdistrict"), report.place.territories, strict=False):
        yield level, Area("territory", territory_id=id)
