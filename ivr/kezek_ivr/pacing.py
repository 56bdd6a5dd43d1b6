"""How fast citizens are called about an outage's end: never more than the operators can take back. Pure.

Of those who are told that it is on again some say that it is not, and call; each keeps an operator for the mean
handling time. In a steady state this takes calls x share x handling time operators (Little's law): the pace is what
makes them the part of the free ones that is given to it. With live callers waiting, or at overload, nothing is free,
and a trickle is left, so that whoever needs help first is told nevertheless.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace

from kezek_queue.ladder.types import RungName

LAST = 200  # answers from which the share is measured
MINUTE_S = 60.0


@dataclass(frozen=True, slots=True)
class PaceRules:
    """`handling_s`: that one who comes back keeps an operator, until it is measured; `part`: of the free operators that
    may be kept by them; `back`: the share that comes back while nobody has answered, worth `weight` answers;
    `trickle_min`: calls a minute that are made in any case."""

    handling_s: float = 180.0
    part: float = 0.8
    back: float = 0.1
    weight: float = 20.0
    trickle_min: float = 2.0


@dataclass(frozen=True, slots=True)
class Load:
    """The line at this moment. `free`: operators who are ready; `waiting`: live callers in the line."""

    free: int
    waiting: int
    rung: RungName = "normal"


def calls_a_minute(load: Load, back: float, rules: PaceRules) -> float:
    """`back`: the share of those who are told and come back to an operator."""
    if load.waiting or not load.free or load.rung in ("overload", "emergency"):
        return rules.trickle_min
    whole = MINUTE_S * load.free * rules.part / (max(back, 0.01) * rules.handling_s)
    return max(rules.trickle_min, whole / 2 if load.rung == "elevated" else whole)


def takes_back(load: Load, back: int, rules: PaceRules) -> bool:
    """Whether one more of those who are told may go to an operator in that same call. `back`: who went so and wait or
    talk still: they keep no more than their part of the operators. With live callers waiting, or nobody free, one at a
    time does."""
    if load.rung in ("overload", "emergency"):
        return False
    if load.waiting or not load.free:
        return not back
    return back + 1 <= max(1.0, rules.part * (load.free + back))


class Pace:
    """Of a node: how many may be begun now. What was begun a moment ago, here or by another node, counts: the pace is
    the site's."""

    def __init__(self, rules: PaceRules) -> None:
        self.rules = rules
        self._answers: deque[bool] = deque(maxlen=LAST)
        self._saved = 1.0
        self._at: float | None = None

    def heard(self, *, out: bool) -> None:
        """One who was told has answered; `out`: it is not on."""
        self._answers.append(out)

    def remembers(self, answers: Sequence[bool]) -> None:
        """Those of before this process began, the oldest first; what it has heard since is newer."""
        known = [*answers, *self._answers]
        self._answers.clear()
        self._answers.extend(known)

    def takes(self, handling_s: float) -> None:
        """As measured: one who comes back keeps an operator so long."""
        self.rules = replace(self.rules, handling_s=max(1.0, handling_s))

    @property
    def back(self) -> float:
        """The share of those who come back, as measured so far."""
        rules = self.rules
        return (sum(self._answers) + rules.back * rules.weight) / (len(self._answers) + rules.weight)

    def room(self, at: float, load: Load, begun: int) -> int:
        """`at`: seconds of a clock that only goes forward; `begun`: by the whole site in the last minute."""
        pace = calls_a_minute(load, self.back, self.rules)
        passed = at - self._at if self._at is not None else 0.0
        self._at = at
        # what nobody used is kept for some seconds at most: no burst after a pause
        self._saved = min(self._saved + pace * passed / MINUTE_S, max(1.0, pace / 6))
        return max(0, min(int(self._saved + 1e-9), int(pace + 0.999) - begun))

    def begin(self, number: int) -> None:
        self._saved -= number
