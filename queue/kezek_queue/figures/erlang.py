"""Erlang B, C and A: what so many operators give, and how many are needed.

Erlang A (M/M/n+M: the waiting have a mean patience) is the model for overload; Erlang C is valid below saturation only.
Baccelli and Hebuterne give the density of the wait of one who would stay for ever (`_Density`); all that is asked for
is an integral over it (Zeltyn and Mandelbaum, "Call centers with impatient customers", 2005). Everything is scaled by
the density's peak, so that thousands of operators and any overload neither overflow nor cancel.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

PANELS = 600  # of Simpson's rule, over the part of the density that matters
DEEP = 46.0  # exp(-46) of the peak is nothing


@dataclass(frozen=True, slots=True)
class Service:
    """What callers and operators get in the long run. Shares are 0..1, times in seconds."""

    waits: float  # share who do not find an operator free
    in_time: float  # share of all who are answered within T
    asa_s: float  # mean wait of the answered
    abandoned: float  # share who leave
    queue: float  # mean number waiting
    occupancy: float


def erlang_b(load: float, operators: int) -> float:
    """Share of calls lost by `operators` without a queue; `load` in erlang (calls a second * handling seconds)."""
    return 0.0 if load <= 0 < operators else 1 / _inverse_b(load, operators)


def erlang_c(load: float, operators: int) -> float:
    """Share of calls that wait; 1 at and above saturation."""
    if load >= operators:
        return 1.0
    lost = erlang_b(load, operators)
    return lost / (1 - load / operators * (1 - lost))


def patient(calls_s: float, aht_s: float, operators: int, *, within_s: float) -> Service:
    """Erlang C: nobody ever leaves. At and above saturation the wait has no end (inf)."""
    load = calls_s * aht_s
    if load >= operators:
        return Service(1.0, 0.0, math.inf, 0.0, math.inf, 1.0)
    waits, spare = erlang_c(load, operators), (operators - load) / aht_s
    asa = waits / spare
    return Service(waits, 1 - waits * math.exp(-spare * within_s), asa, 0.0, calls_s * asa, load / operators)


def impatient(calls_s: float, aht_s: float, patience_s: float, operators: int, *, within_s: float) -> Service:
    """Erlang A: calls a second, handling and mean patience in seconds. Without patience_s > 0 it is a ValueError."""
    if patience_s <= 0 or aht_s <= 0:
        raise ValueError("handling and patience are times above zero")
    if calls_s <= 0:
        return Service(0.0, 1.0, 0.0, 0.0, 0.0, 0.0)
    if operators <= 0:
        return Service(1.0, 0.0, 0.0, 1.0, calls_s * patience_s, 0.0)
    density = _Density(calls_s, operators / aht_s, patience_s)
    # none waits: the states below `operators`, in the unit of the state in which the last operator is taken
    free = _inverse_b(calls_s * aht_s, operators - 1) * math.exp(-density.peak)
    wait = calls_s * density.integral(lambda v: 1.0)
    whole = free + wait
    if math.isinf(free):
        return Service(0.0, 1.0, 0.0, 0.0, 0.0, calls_s * aht_s / operators)
    left = calls_s * density.integral(lambda v: -math.expm1(-v / patience_s)) / whole
    in_time = (free + calls_s * density.integral(lambda v: math.exp(-v / patience_s), until=within_s)) / whole
    answered_wait = calls_s * density.integral(lambda v: v * math.exp(-v / patience_s)) / whole
    return Service(
        waits=wait / whole,
        in_time=min(1.0, in_time),
        asa_s=answered_wait / (1 - left) if left < 1 else 0.0,
        abandoned=left,
        queue=calls_s * left * patience_s,
        occupancy=min(1.0, calls_s * (1 - left) * aht_s / operators),
    )


def operators_needed(calls_s: float, aht_s: float, patience_s: float, *, target: float, within_s: float) -> int:
    """The least number by which `target` (0..1) of all calls are answered within `within_s`; 0 without calls."""
    if calls_s <= 0:
        return 0

    def enough(operators: int) -> bool:
        return impatient(calls_s, aht_s, patience_s, operators, within_s=within_s).in_time >= target

    high = max(1, math.ceil(calls_s * aht_s))
    while not enough(high):
        high *= 2
    low = 0  # never enough
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high


def _inverse_b(load: float, operators: int) -> float:
    """1 / B by its recursion, which only adds what is positive; inf when B is below all floats."""
    inverse = 1.0
    for number in range(1, operators + 1):
        inverse = 1 + inverse * number / load
    return inverse


class _Density:
    """Density of the wait v of one who would stay for ever, not normed: exp(phi(v) - peak) with
    phi(v) = calls_s * patience_s * (1 - exp(-v / patience_s)) - served_s * v.

    `served_s` is the rate at which all operators together finish calls."""

    def __init__(self, calls_s: float, served_s: float, patience_s: float) -> None:
        self._calls_s, self._served_s, self._patience_s = calls_s, served_s, patience_s
        top = patience_s * math.log(calls_s / served_s) if calls_s > served_s else 0.0
        self.peak = self._phi(top)
        step = 1 / math.sqrt(served_s / patience_s + calls_s * served_s)
        self._low = max(0.0, self._edge(top, -step))
        self._high = self._edge(top, step)

    def integral(self, weight: Callable[[float], float], *, until: float = math.inf) -> float:
        low, high = self._low, min(self._high, until)
        if high <= low:
            return 0.0
        step = (high - low) / (2 * PANELS)
        total = 0.0
        for number in range(2 * PANELS + 1):
            v = low + number * step
            factor = 1 if number in (0, 2 * PANELS) else 4 if number % 2 else 2
            total += factor * weight(v) * math.exp(self._phi(v) - self.peak)
        return total * step / 3

    def _phi(self, v: float) -> float:
        return -self._calls_s * self._patience_s * math.expm1(-v / self._patience_s) - self._served_s * v

    def _edge(self, top: float, step: float) -> float:
        """Where the density has sunk to nothing on that side of its top."""
        while top + step > 0 and self._phi(top + step) > self.peak - DEEP:
            step *= 2
        inside, outside = 0.0, step
        for _ in range(30):
            middle = (inside + outside) / 2
            if top + middle > 0 and self._phi(top + middle) > self.peak - DEEP:
                inside = middle
            else:
                outside = middle
        return top + outside
