"""One cohort counted: the calls that arrived in an interval, whenever they end, each counted once.

offered = the sum of the ends + in progress, whatever is added and taken away, for a call is in one of them as long as
it is in the cohort at all. Sources: PAINS.md, 'Words and formulas'; NENA-STA-020.1; EU 112.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right, insort
from collections import Counter
from dataclasses import dataclass

from kezek_queue.values import CallKind, End, OperatorState

from .facts import CallFacts
from .service_level import Answers, ServiceLevels, per_cent

PASSED_ON = ("transferred", "handed_over")  # how a leg ended


@dataclass(frozen=True, slots=True)
class Targets:
    """T of the service level, s of the short abandons (seconds), and from which priority on a call is an emergency."""

    within_s: float = 20.0
    short_s: float = 5.0
    emergency_from: int = 9


@dataclass(frozen=True, slots=True)
class Emergency:
    """Per cent of those answered or abandoned, seconds of those answered.

    NENA asks 90 % within 15 s and 95 % within 20 s; EU 112 the average, the share within 10 s, and the mean of the
    longest tenth."""

    answered: int
    within_10_s: float | None
    within_15_s: float | None
    within_20_s: float | None
    average_s: float | None
    longest_tenth_s: float | None


@dataclass(frozen=True, slots=True)
class Figures:
    """`answered`, `abandoned` and `other_ends` are ends; the service levels count every call connected so far.

    The means of handling (`talk_s`, `hold_s`, `wrap_up_s`; `aht_s` is their sum) are over the calls handled; of an
    operator, over his talks. Occupancy: (talk + hold + wrap-up) / (that + ready + ringing). It and the operators'
    times are of the interval of the clock, not of the calls that arrived in it; by queue there are none."""

    since: float
    until: float
    queue: str
    operator: str
    offered: int
    answered: int
    abandoned: int
    short_abandoned: int
    other_ends: int
    in_progress: int
    ends: dict[str, int]
    answered_in_time: int
    abandoned_in_time: int
    levels: ServiceLevels
    asa_s: float | None
    aht_s: float | None
    talk_s: float | None
    hold_s: float | None
    wrap_up_s: float | None
    longest_wait_s: float
    abandoned_after_s: float | None
    occupancy_pct: float | None
    transferred: int
    callbacks: int
    ready_s: float
    paused_s: float
    signed_in_s: float
    emergency: Emergency | None


class Cohort:
    """`add(call)`, and `add(call, -1)` with the same facts takes it out again. With an `operator`, of all legs only his
    count."""

    def __init__(self, targets: Targets, *, operator: str = "") -> None:
        self._targets = targets
        self._operator = operator
        self._offered = self._in_progress = self._callbacks = 0
        self._ends: Counter[str] = Counter()
        self._connected = self._in_time = 0  # A, A_T
        self._left = self._left_in_time = self._short = 0  # B, B_T, b
        self._waited_s = self._left_after_s = self._longest_s = 0.0
        self._waiting: dict[str, float] = {}  # call -> placed at
        self._handled = self._transferred = 0
        self._talk_s = self._hold_s = self._wrap_up_s = 0.0
        self._urgent: list[float] = []  # waits of the emergencies answered, ascending
        self._urgent_left = 0
        self._spent = dict.fromkeys((state.value for state in OperatorState), 0.0)

    @property
    def idle(self) -> bool:
        """Nothing to show."""
        return not (self._offered or self._callbacks or self._handled or any(self._spent.values()))

    def add(self, call: CallFacts, sign: int = 1) -> None:
        if call.kind is CallKind.CALLBACK:
            self._callbacks += sign
            if self._operator:
                self._add_legs(call, sign)
            return
        self._offered += sign
        if call.end:
            self._ends[call.end] += sign
        else:
            self._in_progress += sign
        self._add_wait(call, sign)
        self._add_legs(call, sign)

    def spend(self, state: str, seconds: float) -> None:
        """An operator's time in a state; of an interval of the clock, not of arrival."""
        self._spent[state] += seconds

    def figures(self, *, since: float, until: float, queue: str = "", now: float = 0.0) -> Figures:
        """`now`: those who wait still are looked at, too; 0 is not."""
        answered, abandoned = self._ends[End.ANSWERED], self._ends[End.ABANDONED]
        waiting = now - min(self._waiting.values()) if now and self._waiting else 0.0
        handling = [_mean(total, self._handled) for total in (self._talk_s, self._hold_s, self._wrap_up_s)]
        handled_s = self._talk_s + self._hold_s + self._wrap_up_s
        spent = {state: max(0.0, self._spent[state]) for state in OperatorState}
        busy = spent[OperatorState.TALKING] + spent[OperatorState.WRAP_UP]
        available = spent[OperatorState.READY] + spent[OperatorState.OFFERED]
        return Figures(
            since=since,
            until=until,
            queue=queue,
            operator=self._operator,
            offered=self._offered,
            answered=answered,
            abandoned=abandoned,
            short_abandoned=self._short,
            other_ends=sum(self._ends.values()) - answered - abandoned,
            in_progress=self._in_progress,
            ends={end.value: self._ends[end] for end in End},
            answered_in_time=self._in_time,
            abandoned_in_time=self._left_in_time,
            levels=ServiceLevels.of(self.answers),
            asa_s=_mean(self._waited_s, self._connected),
            aht_s=_mean(handled_s, self._handled),
            talk_s=handling[0],
            hold_s=handling[1],
            wrap_up_s=handling[2],
            longest_wait_s=round(max(self._longest_s, waiting), 1),
            abandoned_after_s=_mean(self._left_after_s, self._left),
            occupancy_pct=per_cent(busy, busy + available),
            transferred=self._transferred,
            callbacks=self._callbacks,
            ready_s=round(spent[OperatorState.READY], 1),
            paused_s=round(spent[OperatorState.PAUSED], 1),
            signed_in_s=round(sum(spent.values()) - spent[OperatorState.AWAY], 1),
            emergency=self._emergency(),
        )

    @property
    def answers(self) -> Answers:
        return Answers(self._connected, self._in_time, self._left, self._left_in_time, self._short)

    def _add_wait(self, call: CallFacts, sign: int) -> None:
        urgent = call.priority >= self._targets.emergency_from
        if call.connected_at:
            self._connected += sign
            self._waited_s += sign * call.waited_s
            self._in_time += sign * (call.waited_s <= self._targets.within_s)
            if urgent and sign > 0:
                insort(self._urgent, call.waited_s)
            elif urgent:
                del self._urgent[bisect_left(self._urgent, call.waited_s)]
        elif call.end == End.ABANDONED and call.placed_at:
            self._left += sign
            self._left_after_s += sign * call.waited_s
            self._left_in_time += sign * (call.waited_s <= self._targets.within_s)
            self._short += sign * (call.waited_s < self._targets.short_s)
            self._urgent_left += sign * urgent
        if call.placed_at and not call.waiting:
            self._longest_s = max(self._longest_s, call.waited_s)
        if call.waiting and sign > 0:
            self._waiting[call.call] = call.placed_at
        else:
            self._waiting.pop(call.call, None)

    def _add_legs(self, call: CallFacts, sign: int) -> None:
        finished = 0
        for leg in call.legs.values():
            if self._operator and leg.operator != self._operator:
                continue
            if leg.finished_at:
                finished += 1
                self._talk_s += sign * leg.talk_s
                self._hold_s += sign * leg.hold_s
                self._wrap_up_s += sign * leg.wrap_up_s
            if leg.how in PASSED_ON:
                self._transferred += sign
        if finished:
            self._handled += sign * (finished if self._operator else 1)

    def _emergency(self) -> Emergency | None:
        waits = self._urgent
        everybody = len(waits) + self._urgent_left
        if not everybody:
            return None
        tenth = waits[-math.ceil(len(waits) / 10) :] if waits else []
        within = [per_cent(bisect_right(waits, limit), everybody) for limit in (10.0, 15.0, 20.0)]
        return Emergency(
            answered=len(waits),
            within_10_s=within[0],
            within_15_s=within[1],
            within_20_s=within[2],
            average_s=_mean(sum(waits), len(waits)),
            longest_tenth_s=_mean(sum(tenth), len(tenth)),
        )


def _mean(total: float, number: int) -> float | None:
    return round(total / number, 1) if number else None
