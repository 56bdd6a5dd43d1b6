"""How far chance alone explains a number of reports, and what that makes a suspicion's certainty. Pure.

Ordinary reports come as incidents (negative binomial: Poisson with a rate that is itself uncertain), and an incident
in a building may bring a few neighbours along. What is bounded is the expected number of false alarms: each report
may raise one with the chance `exp(-bar)`, and a month's reports together make `alarms_month` (the union bound; the
recurrence interval of prospective scan statistics, Kleinman, Abrams, Yih, Platt & Kulldorff 2006).
"""

from __future__ import annotations

import math

HOURS_A_MONTH = 730.0
# the union bound adds up areas that lie in each other, windows, and reports that follow each other, as if each were a
# chance of its own: in two years of invented towns it let through a sixth of what it allowed; a third of that is used
CAREFUL = 2.0
NEIGHBOUR = 0.06  # the chance that an ordinary incident brings one more party of its building, and each one more
NEIGHBOUR_S = 1500.0  # in which time they call
TRUE_A_MONTH = 10.0  # mass outages that a town really has
RUMOUR = 0.004  # of suspicions: many people call and nothing is missing


def surprise(others: float, mean: float, shape: float) -> float:
    """-ln of the chance of so many or more where `mean` are usual, nats; `shape`: of the gamma that the rate has."""
    if others <= mean or others <= 0:
        return 0.0
    mean = max(mean, 1e-9)
    odds = mean / (shape + mean)
    ratio = (others + shape) / (others + 1) * odds
    exact = (
        math.lgamma(others + shape)
        - math.lgamma(shape)
        - math.lgamma(others + 1)
        + shape * math.log(shape / (shape + mean))
        + others * math.log(odds)
    )
    return max(0.0, -exact + math.log(1 - min(ratio, 0.9)))


def follow(span_s: float, mean: float) -> float:
    """-ln of the chance that one more party of a building calls within `span_s` of an ordinary incident there."""
    return -math.log(min(1.0, NEIGHBOUR * (1 - math.exp(-span_s / NEIGHBOUR_S)) + mean))


def bar(rate: float, topics: int, alarms_month: float) -> float:
    """The nats that a report's best area must reach at `rate` reports an hour of its topic, of `topics` in all."""
    each_hour = max(alarms_month, 1e-6) / HOURS_A_MONTH / max(1, topics)
    return math.log(max(rate, 1e-3) / each_hour / CAREFUL)


def against(chance: float, nats: float) -> float:
    """What a chance becomes by who speaks against it, or, with `nats` below 0, by who takes that back."""
    odds = chance / max(1e-9, 1.0 - chance) * math.exp(-nats)
    return odds / (1.0 + odds)


def certainty(score: float, bar_now: float, alarms_month: float, against: float = 0.0) -> float:
    """The chance that it is real: what is real in a month against what chance (or rumour) makes of this strength.
    `against`: nats of those who say that nothing is missing."""
    by_chance = max(alarms_month, 1e-6) * math.exp(min(50.0, bar_now - score))
    real = TRUE_A_MONTH * math.exp(-against)
    return real / (real + by_chance + RUMOUR * TRUE_A_MONTH)
