"""How wrong is the wait that is announced to a caller, in a step of x8, beside what other queues would announce?

    python benchmarks/estimate.py [--seeds 9] [--surge-hours 2] [--floor 30] [--json]

One simulated line: 20 operators, 360 calls an hour, for two hours eight times as many, then calm again; handling 180 s
and patience 600 s in the mean, both exponential. At each arrival of the surge each method says how long the wait will
be; the truth is the wait that this very caller would have had if he had stayed, exactly: those behind him never delay
him, so he is served at the first hang-up after the last of those before him has left the line. Error: mean absolute
percentage error (MAPE) over the arrivals whose true wait is at least `--floor` seconds; of the seeds the median.

The others, from their sources:
  app_queue     says its `holdtime`: with each caller answered it becomes (3 * holdtime + his wait) / 4, whole seconds
                (apps/app_queue.c: recalc_holdtime, say_position; no rounding to minutes here, in its favour)
  VICIdial      the mean `queue_seconds` of the five newest calls, plus 1; then the mean with the mean time waited so
                far by those in the line who wait longer than that; 10 s at least. A call in the line has no
                queue_seconds yet: it counts as 0 (agi-VDAD_ALL_inbound.agi, "calculate hold time estimate")
  OpenSIPS      mean call duration since the start * callers queued / operators logged in
                (modules/call_center/cc_data.c: cc_flow_get_etw)
  Kezek         kezek_queue.figures.WaitEstimator, fed with the same events as in service; it is told neither the
                handling time nor the patience, and begins with guesses that are wrong (300 s for either)
"""

from __future__ import annotations

import argparse
import heapq
import itertools
import json
import random
import statistics
from bisect import bisect_right
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from rich.console import Console
from rich.table import Table

from kezek_queue.figures import Guess, WaitEstimator
from kezek_queue.values import End, FeedEvent, Kind, Operator, OperatorState

OPERATORS, AHT_S, PATIENCE_S = 20, 180.0, 600.0
CALM_H, FACTOR = 360, 8
CALM_S = 3600.0  # before the surge, and after
METHODS = ("kezek", "app_queue", "vicidial", "opensips")


@dataclass(slots=True)
class Caller:
    number: int
    at: float
    patience_s: float
    handling_s: float
    left: float = 0.0  # out of the line: answered or out of patience
    answered: bool = False
    instant: bool = False
    said: dict[str, float] = field(default_factory=dict)


class AppQueue:
    def __init__(self) -> None:
        self.holdtime = 0

    def answered(self, wait_s: float) -> None:
        self.holdtime = (3 * self.holdtime + int(wait_s)) >> 2

    def says(self) -> float:
        return float(self.holdtime)


class Vicidial:
    """The five newest calls' queue_seconds are known only for those that have left the line."""

    def __init__(self) -> None:
        self.newest: deque[Caller] = deque(maxlen=5)

    def says(self, line: deque[Caller], now: float) -> float:
        known = [int(caller.left - caller.at) if caller.left else 0 for caller in self.newest]
        mean = int(sum(known) / len(known) + 1) if known else 1
        live = [int(now - caller.at) for caller in line if not caller.left and int(now - caller.at) >= mean]
        if sum(live) > 0:
            mean = int((int(sum(live) / len(live) + 1) + mean) / 2)
        return float(max(10, mean))


class OpenSips:
    def __init__(self) -> None:
        self.mean_s, self.calls = 0.0, 0

    def finished(self, handling_s: float) -> None:
        self.calls += 1
        self.mean_s += (handling_s - self.mean_s) / self.calls

    def says(self, queued: int) -> float:
        return float(int(self.mean_s * queued / OPERATORS))


class Simulation:
    def __init__(self, seed: int, surge_s: float) -> None:
        self.random = random.Random(seed)  # noqa: S311 - a simulation
        self.surge = (CALM_S, CALM_S + surge_s)
        self.end = self.surge[1] + CALM_S
        self.callers: list[Caller] = []
        self.line: deque[Caller] = deque()  # those who left it too, until they are its head
        self.queued = 0
        self.free = list(range(OPERATORS))
        self.freed: list[float] = []  # when an operator became free, ascending
        self.events: list[tuple[float, int, Callable[[float], None]]] = []
        self.count = itertools.count()
        self.app_queue, self.vicidial, self.opensips = AppQueue(), Vicidial(), OpenSips()
        self.kezek = WaitEstimator(Guess(aht_s=300, patience_s=300))
        ready = OperatorState.READY
        self.kezek.know(
            Operator(f"op{n}", str(n), ready, 0, "", ("109",), {}, True, False, "", 0) for n in range(OPERATORS)
        )

    def tell(self, kind: Kind, at: float, call: str, operator: int | None = None, **data: object) -> None:
        name = "" if operator is None else f"op{operator}"
        self.kezek.see(FeedEvent("", kind, at, call, name, "" if kind is Kind.OPERATOR else "109", data))

    def at(self, when: float, what: Callable[[float], None]) -> None:
        heapq.heappush(self.events, (when, next(self.count), what))

    def run(self) -> list[Caller]:
        self.at(self.next_arrival(0.0), self.arrive)
        while self.events:
            when, _, what = heapq.heappop(self.events)
            what(when)
        return self.callers

    def next_arrival(self, now: float) -> float:
        """Of a Poisson stream whose rate steps: thinned from the higher one."""
        high = CALM_H * FACTOR / 3600
        while True:
            now += self.random.expovariate(high)
            if self.surge[0] <= now < self.surge[1] or self.random.random() < 1 / FACTOR:
                return now

    def arrive(self, now: float) -> None:
        caller = Caller(
            len(self.callers), now, self.random.expovariate(1 / PATIENCE_S), self.random.expovariate(1 / AHT_S)
        )
        self.callers.append(caller)
        following = self.next_arrival(now)
        if following < self.end:
            self.at(following, self.arrive)
        caller.instant = bool(self.free)
        if self.surge[0] <= now < self.surge[1]:
            caller.said = {
                "kezek": self.kezek.wait_s("109", self.queued + 1, now) or 0.0,
                "app_queue": self.app_queue.says(),
                "vicidial": self.vicidial.says(self.line, now),
                "opensips": self.opensips.says(self.queued + 1),
            }
        self.vicidial.newest.append(caller)
        call = f"c{caller.number}"
        self.tell(Kind.ARRIVED, now, call, since=now)
        self.tell(Kind.PLACED, now, call, priority=0, since=now)
        self.line.append(caller)
        self.queued += 1
        if self.free:
            self.answer(now)
        else:
            self.at(now + caller.patience_s, lambda then: self.lose_patience(caller, then))

    def answer(self, now: float) -> None:
        """The head of the line to a free operator."""
        while self.line and self.line[0].left:
            self.line.popleft()
        if not self.line:
            return
        caller, operator = self.line.popleft(), self.free.pop(0)
        self.queued -= 1
        caller.left, caller.answered = now, True
        self.app_queue.answered(now - caller.at)
        call = f"c{caller.number}"
        self.tell(Kind.OFFERED, now, call, operator)
        self.tell(Kind.OPERATOR, now, call, operator, state=OperatorState.OFFERED)
        self.tell(Kind.CONNECTED, now, call, operator)
        self.tell(Kind.OPERATOR, now, call, operator, state=OperatorState.TALKING)
        self.at(now + caller.handling_s, lambda then: self.hang_up(caller, operator, then))

    def hang_up(self, caller: Caller, operator: int, now: float) -> None:
        self.opensips.finished(caller.handling_s)
        self.tell(Kind.ENDED, now, f"c{caller.number}", operator, end=End.ANSWERED)
        self.tell(Kind.OPERATOR, now, "", operator, state=OperatorState.READY)
        self.freed.append(now)
        self.free.append(operator)
        self.answer(now)

    def lose_patience(self, caller: Caller, now: float) -> None:
        if not caller.left:
            caller.left = now
            self.queued -= 1
            self.tell(Kind.ENDED, now, f"c{caller.number}", end=End.ABANDONED)

    def truths(self) -> list[tuple[Caller, float]]:
        """Each caller of the surge with the wait he would have had."""
        found: list[tuple[Caller, float]] = []
        before = 0.0  # when the last of those before him left the line
        for caller in self.callers:
            if caller.said:
                begins = caller.at if caller.instant else self.freed[bisect_right(self.freed, max(before, caller.at))]
                found.append((caller, begins - caller.at))
            before = max(before, caller.left)
        return found


def mape(seed: int, surge_s: float, floor_s: float) -> tuple[dict[str, float], dict[str, float], int]:
    """Of each method the error, and the median of said / true; how many arrivals."""
    simulation = Simulation(seed, surge_s)
    simulation.run()
    asked = [(caller, wait) for caller, wait in simulation.truths() if wait >= floor_s]
    wrong = {name: statistics.fmean(abs(c.said[name] - wait) / wait for c, wait in asked) for name in METHODS}
    ratio = {name: statistics.median(c.said[name] / wait for c, wait in asked) for name in METHODS}
    return {name: 100 * value for name, value in wrong.items()}, ratio, len(asked)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=9)
    parser.add_argument("--surge-hours", type=float, default=2.0)
    parser.add_argument("--floor", type=float, default=30.0, help="waits below it are left out, in seconds")
    parser.add_argument("--json", action="store_true", help="one last line of figures")
    asked = parser.parse_args()
    runs = [mape(seed, asked.surge_hours * 3600, asked.floor) for seed in range(asked.seeds)]
    table = Table("announced by", "MAPE, %", "least..most", "said / true", title=f"step of x{FACTOR}")
    figures = {}
    for name in METHODS:
        errors = [wrong[name] for wrong, _, _ in runs]
        figures[name] = statistics.median(errors)
        said = statistics.median(ratio[name] for _, ratio, _ in runs)
        table.add_row(name, f"{figures[name]:.1f}", f"{min(errors):.1f}..{max(errors):.1f}", f"{said:.2f}")
    console = Console()
    console.print(table)
    calls = round(statistics.median(number for *_, number in runs))
    console.print(f"{asked.seeds} seeds, about {calls} arrivals each with a true wait of {asked.floor:g} s or more")
    if asked.json:
        print(json.dumps({f"{name}_mape": round(value, 1) for name, value in figures.items()}))


if __name__ == "__main__":
    main()
