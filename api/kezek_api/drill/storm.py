"""The storms of a drill: in a street of its own something fails, and its households dial, from a seed. Pure."""

from __future__ import annotations

import random
from collections.abc import Sequence

from kezek_api.drill.types import CallerPlan, Stage, Storm, WhenTold

FIRST_S = 17.0
RUSH, RUSH_S = 16, 6.0  # who dial at once: many times what the whole town does
THEN, THEN_S = 10, 16.0  # who dial while it lasts
AFTER, AFTER_S = 6, 10.0  # who dial when it is over
LASTS_S = RUSH_S + THEN_S
PATIENCE_S = (20.0, 60.0)
FIRST_NUMBER = 77_050_000_000
OF_A_STORM = 1000  # numbers
WHEN_TOLD: tuple[tuple[WhenTold, float], ...] = (("presses", 0.65), ("stays", 0.2), ("leaves", 0.15))


def storms(until_s: float, every_s: float) -> list[Storm]:
    """One after the other, each over by then."""
    made: list[Storm] = []
    at = FIRST_S
    while not made or at + LASTS_S + AFTER_S < until_s:
        number = len(made) + 1
        first = FIRST_NUMBER + OF_A_STORM * number
        made.append(Storm(number, at, at + LASTS_S, tuple(f"+{first + each}" for each in range(RUSH + THEN + AFTER))))
        at += every_s
    return made


def callers(seed: int, storm: Storm, exchanges: Sequence[str]) -> list[CallerPlan]:
    """Each household once. The same for the same arguments."""
    mind = random.Random(f"{seed}:storm {storm.number}")  # noqa: S311 - no secret
    begins = storm.at_s, storm.at_s + RUSH_S, storm.closes_s
    spans: tuple[tuple[float, float, int, Stage | None], ...] = (
        (begins[0], RUSH_S, RUSH, None),
        (begins[1], THEN_S, THEN, "known"),
        (begins[2], AFTER_S, AFTER, "over"),
    )
    times = [(at + mind.uniform(0, span), stage) for at, span, count, stage in spans for _ in range(count)]
    numbers = mind.sample(storm.numbers, len(storm.numbers))
    kinds, shares = zip(*WHEN_TOLD, strict=True)
    return [
        CallerPlan(
            number, at, mind.choice(exchanges), "", mind.uniform(*PATIENCE_S), storm.number,
            mind.choices(kinds, shares)[0], stage,
        )
        for number, (at, stage) in zip(numbers, times, strict=True)
    ]  # fmt: skip
