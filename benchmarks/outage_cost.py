"""What detection costs: processor time for each report, and memory over a year."""

from __future__ import annotations

import gc
import random
import resource
import time
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from outage_faults import calls, fault
from outage_rows import Asked, detector, learnt
from outage_runs import Player
from outage_town import simulated
from outage_traffic import PER_1000, START, Line, Ordinary

from kezek_register.detection.types import TroubleReport

STORMS = ("feeder", "substation", "half the city")
STORM_CALLS = 150


class Stopwatch:
    """`cpu_s`: of the process, which other work on the machine does not change; `took`: s by the wall's clock, for the
    quantiles (the processor's own clock takes longer to read than a report does)."""

    def __init__(self, player: Player) -> None:
        self._player, self.cpu_s, self.took = player, 0.0, list[float]()

    def tell(self, reports: Sequence[TroubleReport]) -> None:
        begun = time.process_time()
        for report in reports:
            at = time.perf_counter()
            self._player.tell(report)
            self.took.append(time.perf_counter() - at)
        self.cpu_s += time.process_time() - begun

    def figures(self, name: str) -> dict[str, Any]:
        took = sorted(self.took)
        return {
            name: round(1000 * self.cpu_s / len(took), 3),
            f"{name}_p50": round(1000 * took[len(took) // 2], 3),
            f"{name}_p99": round(1000 * took[int(len(took) * 0.99)], 3),
        }


def cost(size: int, asked: Asked, reports: int) -> dict[str, Any]:
    """A year of which so much traffic is made as comes to about `reports`: the same hours, fewer calls in each. On the
    first day of each quarter of it a storm: the first calls of a feeder's, a substation's and half the city's fault."""
    town = simulated(size, int(asked.seed))
    thin = min(1.0, reports / (365 * PER_1000 * 1.35 * town.households / 1000))
    player = Player(detector(asked.detector, town, learnt(town, asked.seed), asked))
    calm, storm = Stopwatch(player), Stopwatch(player)
    line, chance = Line(town, "year"), random.Random(asked.seed)  # noqa: S311 - a simulation
    held: list[int] = []
    for number, day in enumerate(Ordinary(line, "year", thin).days(0, 365)):
        calm.tell(day)
        if number % 91 == 0:
            for hours, kind in enumerate(STORMS):
                begins = START + timedelta(days=number + 1, hours=-len(STORMS) + hours)
                storm.tell(calls(fault(town, kind, chance), line, begins, chance, STORM_CALLS))
        if number % 30 == 29:
            held.append(held_kb())
    return {
        "year_reports": len(calm.took) + len(storm.took),
        "ms_per_report": round(1000 * (calm.cpu_s + storm.cpu_s) / (len(calm.took) + len(storm.took)), 3),
        **calm.figures("ms_calm"),
        **storm.figures("ms_storm"),
        "memory_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
        "memory_grown_mb": round((held[-1] - held[2]) / 1024, 1),  # from the third month's end to the twelfth's
    }


def held_kb() -> int:
    """Of this process in memory, after a collection."""
    gc.collect()
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4
