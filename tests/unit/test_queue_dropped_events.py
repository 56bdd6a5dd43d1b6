"""Calls whose hang-ups, bridges and ringing get lost at random: nobody stays busy, none is lost.

Some are transferred, some get a helper, some ask to be called back. A hundred thousand of them in the long run.
"""

from __future__ import annotations

import random
from collections import Counter
from heapq import heappop, heappush

import pytest

from kezek_queue import CallState, End, FeedEvent, Kind, NotAllowed, OperatorState, QueueSettings, Stale
from kezek_queue.model import Model
from kit.queue_twins import TestClock

OPERATORS = 12
QUARTER_S = 900
LEASE_S = 15.0
BUSY = (OperatorState.OFFERED, OperatorState.TALKING)


class Log:
    """What the feed alone tells: arrivals and ends by the quarter of an hour in which the call arrived."""

    def __init__(self) -> None:
        self.cohort_of: dict[str, int] = {}
        self.offered: Counter[int] = Counter()
        self.ends: Counter[tuple[int, str]] = Counter()
        self.ended = 0

    def hear(self, event: FeedEvent) -> None:
        if event.kind is Kind.ARRIVED:
            cohort = int(event.data["since"] // QUARTER_S)
            assert event.call not in self.cohort_of
            self.cohort_of[event.call] = cohort
            self.offered[cohort] += 1
        elif event.kind is Kind.ENDED:
            self.ends[self.cohort_of[event.call], event.data["end"]] += 1
            self.ended += 1

    def in_progress(self) -> Counter[int]:
        left = self.offered.copy()
        for (cohort, _), count in self.ends.items():
            left[cohort] -= count
        return +left


class City:
    """Calls live and die in `alive` as Asterisk would have it; what the model hears of it is at chance's mercy."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)  # noqa: S311 - a simulation
        self.clock = TestClock()
        self.line = Model(self.clock, QueueSettings(lease_s=LEASE_S, wrap_up_s=5, feed_maxlen=1000))
        self.log = Log()
        self.line.on_event = self.log.hear
        self.alive: set[str] = set()
        self.deaths: list[tuple[float, str]] = []
        self.line.phones([str(n) for n in range(OPERATORS)])
        for n in range(OPERATORS):
            self.line.sign_in(f"op{n}", phone=str(n), queues=["heat", "water"][: 1 + n % 2], desk=False)
            self.line.ready(f"op{n}")

    def heard(self) -> bool:
        return self.chance.random() < 0.7

    def call_comes(self, call: str) -> None:
        self.alive.add(call)
        heappush(self.deaths, (self.clock() + self.chance.uniform(1, 90), call))
        self.line.arrive(call, caller=f"7{call}", dialled="109", since=self.clock(), node="n")
        if self.heard():
            self.line.place(call, queue=self.chance.choice(["heat", "water"]), priority=self.chance.choice([0, 0, 5]))

    def calls_die(self) -> None:
        while self.deaths and self.deaths[0][0] <= self.clock():
            _, call = heappop(self.deaths)
            self.alive.discard(call)
            offer = self.line.calls[call].offer
            try:
                if self.heard() and self.line.calls[call].connected_at:
                    self.line.finish(call, offer, wrap_up=5)
            except Stale:
                pass  # reconciled meanwhile
            if self.heard():
                self.line.end(call, End.ABANDONED)

    def operators_act(self) -> None:
        for o in self.line.operators.values():
            if o.state is OperatorState.PAUSED:
                self.line.ready(o.operator)
            elif o.state is OperatorState.OFFERED and self.chance.random() < 0.5:
                call, offer = o.call, o.offer
                if self.heard():
                    self.line.accept(call, offer)
                if self.heard():
                    self.connects(call, offer)
            elif o.state is OperatorState.TALKING and not o.helps and self.chance.random() < 0.1:
                self.talk_goes_on(o.call, o.offer)

    def connects(self, call: str, offer: int) -> None:
        if self.line.calls[call].to_dial:
            if self.chance.random() < 0.5:
                self.line.postpone(call, offer, "no_answer")
                return
            self.alive.add(call)
            heappush(self.deaths, (self.clock() + self.chance.uniform(1, 90), call))
        self.line.connect(call, offer)

    def talk_goes_on(self, call: str, offer: int) -> None:
        c = self.line.calls[call]
        try:
            if self.chance.random() < 0.3:
                self.line.transfer(call, offer, queue=self.chance.choice(["", "water"]), wrap_up=5)
            elif not c.helper:
                self.line.invite(call, offer, self.chance.choice(list(self.line.operators)))
            elif self.heard():
                self.line.connect(call, c.helper_offer)
                if self.heard():
                    self.line.hand_over(call, offer, wrap_up=5)
        except NotAllowed:
            pass  # nobody is ready to help

    def asks_for_a_callback(self, call: str) -> None:
        if self.line.calls[call].state is CallState.WAITING and self.chance.random() < 0.1:
            self.line.callback(call, caller=f"7{call}")

    def is_dialled(self, call: str) -> bool:
        """A callback whose citizen has no channel yet: its lease runs."""
        return self.line.calls[call].to_dial and self.line.due[f"lease:{call}"] > self.line.now

    def living(self) -> Counter[int]:
        """Live calls and callbacks by the quarter in which they arrived, as the model itself has them."""
        callbacks = [self.line.calls[call] for call in self.line.callback_of.values()]
        live = {c.call: c for c in [*self.line.live.values(), *callbacks]}
        return Counter(c.since // (QUARTER_S * 1000) for c in live.values())

    def reconcile(self) -> None:
        self.line.reconcile(self.alive, end=End.ABANDONED, grace_s=0)


@pytest.mark.parametrize("calls", [20_000, pytest.param(100_000, marks=pytest.mark.long)])
def test_dropped_events_leave_nobody_busy_and_every_call_accounted_for(calls: int) -> None:
    """P1: after one lease and one reconciliation no operator is busy without a live channel. P5: the log alone gives,
    for the calls that arrived in any 15 minutes, offered = the sum of the ends + still in progress."""
    city = City(seed=109)
    for n in range(calls):
        city.clock.wait(city.chance.choice([1, 2, 4, 8]))
        city.line.tick()
        city.calls_die()
        city.operators_act()
        city.call_comes(f"c{n}")
        city.asks_for_a_callback(f"c{n}")
        if n % 100 == 99:
            city.clock.wait(LEASE_S)
            city.line.tick()
            city.reconcile()
            busy = [o for o in city.line.operators.values() if o.state in BUSY]
            assert all(o.call in city.alive or city.is_dialled(o.call) for o in busy)
            assert city.log.in_progress() == city.living()
    city.alive.clear()
    city.reconcile()
    callbacks = city.log.offered.total() - calls
    assert callbacks > calls / 100
    assert city.log.ended + len(city.line.callback_of) == city.log.offered.total()
    for _ in range(3):
        city.clock.wait(80)
        city.line.tick()
    assert all(city.is_dialled(o.call) for o in city.line.operators.values() if o.state in BUSY)
    by_end = {end for _, end in city.log.ends}
    assert by_end == {"answered", "abandoned", "callback"}
