"""When the rung changes: up fast and over several rungs at once, down slowly and one at a time. Pure.

A rung is left only when it and every higher one has been calm for the rung's `down_s`, and calm is well below what
reaches it (`Climb.down`): one and the same measure never moves the rung up and down by turns, whatever a site writes.
Each node that looks has a `Climbing` of its own and proposes; the line takes the first one's word.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from .types import RULE, RUNGS, Climb, Measured, Rung, RungName, RungRules

LEAST_USUAL = 1.0  # calls a minute: where fewer are usual, a handful is no storm
GAP_S = 10.0  # between two looks: what was between nobody saw, and it counts for neither way

Rules = Mapping[RungName, RungRules]
Because = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Proposal:
    """`because`, upwards: the measure and its limit, {'wait_s': 312, 'over': 240} (free_trunks: 'under') with 'for_s';
    downwards {'calm_s': 300}."""

    name: RungName
    because: Because


@dataclass(frozen=True, slots=True)
class Climbing:
    """Since when each rung has been reached without a break, and since when each has been calm; unix s."""

    at: float = -math.inf
    reached: Mapping[RungName, float] = field(default_factory=dict)
    calm: Mapping[RungName, float] = field(default_factory=dict)


def look(before: Climbing, rung: Rung, measured: Measured, rules: Rules) -> tuple[Climbing, Proposal | None]:
    """One look at the line. A proposal is made at each look until somebody has taken it."""
    if not 0 <= measured.at - before.at <= GAP_S:
        before = Climbing()
    at = measured.at
    reached = {name: before.reached.get(name, at) for name in RUNGS[1:] if over(_climb(rules, name), measured)}
    calm = {name: before.calm.get(name, at) for name in RUNGS[1:] if _is_calm(_climb(rules, name), measured)}
    now = Climbing(at, reached, calm)
    return now, None if rung.held else _up(now, rung, measured, rules) or _down(now, rung, rules)


def _up(now: Climbing, rung: Rung, measured: Measured, rules: Rules) -> Proposal | None:
    """To the highest that was reached for long enough; not at once against a person's word."""
    for name in reversed(RUNGS[RUNGS.index(rung.name) + 1 :]):
        climb, since = _climb(rules, name), now.reached.get(name)
        if since is None:
            continue
        if now.at - (since if rung.by == RULE else max(since, rung.since)) >= climb.up_s:
            return Proposal(name, {**over(climb, measured), "for_s": climb.up_s})
    return None


def _down(now: Climbing, rung: Rung, rules: Rules) -> Proposal | None:
    at = RUNGS.index(rung.name)
    if not at or any(name not in now.calm for name in RUNGS[at:]):
        return None
    calm_s = _climb(rules, rung.name).down_s
    if now.at - max(rung.since, *(now.calm[name] for name in RUNGS[at:])) < calm_s:
        return None
    return Proposal(RUNGS[at - 1], {"calm_s": calm_s})


def over(climb: Climb, measured: Measured) -> Because:
    """The first of its limits that is reached, with what was measured; nothing where none is."""
    for name, value, limit in _looked_at(climb, measured):
        if value >= limit:
            return {name: round(value, 1), "over": limit}
    if _few_trunks(climb, measured):
        return {"free_trunks": measured.free_trunks, "under": climb.free_trunks}
    return {}


def _is_calm(climb: Climb, measured: Measured) -> bool:
    return not _few_trunks(climb, measured) and all(
        value < climb.down * limit for _, value, limit in _looked_at(climb, measured)
    )


def _few_trunks(climb: Climb, measured: Measured) -> bool:
    limit, free = climb.free_trunks, measured.free_trunks
    return limit is not None and free is not None and free <= limit


def _looked_at(climb: Climb, measured: Measured) -> Iterator[tuple[str, float, float]]:
    """What of the line is both limited and known."""
    per_operator = measured.waiting / max(measured.operators, 1)
    times = None if measured.usual_min is None else measured.arrivals_min / max(measured.usual_min, LEAST_USUAL)
    for name, value, limit in (
        ("waiting_per_operator", per_operator, climb.waiting_per_operator),
        ("wait_s", measured.wait_s, climb.wait_s),
        ("arrivals_times_usual", times, climb.arrivals_times_usual),
    ):
        if value is not None and limit is not None:
            yield name, value, limit


def _climb(rules: Rules, name: RungName) -> Climb:
    return rules[name].climb if name in rules else Climb()
