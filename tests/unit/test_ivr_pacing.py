"""How fast citizens are called about an outage's end: bounded by who can take them back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from kezek_ivr.pacing import Load, Pace, PaceRules, calls_a_minute, takes_back

RULES = PaceRules(handling_s=180.0, part=0.8, back=0.1, trickle_min=2.0)


def test_free_operators_are_what_those_who_come_back_keep() -> None:
    """Little's law: 10 free, of whom 8 may be kept; one of ten comes back and keeps one for 3 minutes."""
    pace = calls_a_minute(Load(free=10, waiting=0), 0.1, RULES)
    assert pace * 0.1 * 3 == pytest.approx(8)
    assert calls_a_minute(Load(10, 0), 0.5, RULES) == pytest.approx(pace / 5), "more come back: fewer are called"
    assert calls_a_minute(Load(10, 0, "elevated"), 0.1, RULES) == pytest.approx(pace / 2)


@pytest.mark.parametrize(
    "load", [Load(0, 0), Load(10, 1), Load(10, 0, "overload"), Load(10, 0, "emergency"), Load(0, 9, "elevated")]
)
def test_with_callers_waiting_or_at_overload_a_trickle_is_left(load: Load) -> None:
    assert calls_a_minute(load, 0.1, RULES) == RULES.trickle_min


def test_the_share_is_measured_and_begins_with_what_is_usual() -> None:
    pace = Pace(RULES)
    assert pace.back == pytest.approx(0.1)
    for _ in range(200):
        pace.heard(out=True)
    assert pace.back > 0.9
    for _ in range(200):
        pace.heard(out=False)
    assert pace.back < 0.02
    pace.takes(60.0)
    assert calls_a_minute(Load(10, 0), 0.1, pace.rules) == pytest.approx(3 * calls_a_minute(Load(10, 0), 0.1, RULES))


@given(
    some.lists(some.tuples(some.floats(0.1, 20), some.integers(0, 30), some.integers(0, 3)), min_size=1, max_size=60)
)
def test_no_minute_has_more_calls_than_its_pace(steps: list[tuple[float, int, int]]) -> None:
    """P8: however the line changes, of any minute's calls there are no more than the greatest pace of it allows."""
    pace, at, begun = Pace(RULES), 0.0, list[float]()
    for passed, free, waiting in steps:
        at += passed
        load = Load(free, waiting)
        last = sum(one > at - 60 for one in begun)
        room = pace.room(at, load, last)
        allowed = calls_a_minute(load, pace.back, RULES)
        assert last + room <= max(last, allowed + 1)
        pace.begin(room)
        begun += [at] * room


@given(free=some.integers(0, 200), back=some.integers(0, 200))
def test_who_goes_to_an_operator_in_that_same_call_keeps_no_more_than_the_part_of_the_pace(
    free: int, back: int
) -> None:
    if takes_back(Load(free, 0), back, RULES):
        assert back + 1 <= max(1, RULES.part * (free + back))
    assert not takes_back(Load(free, 0, "overload"), back, RULES)
    assert takes_back(Load(free, 5), 0, RULES), "one at a time, whoever waits"
    assert not takes_back(Load(free, 5), max(1, back), RULES)
