"""The wait as it is told: rounded up, never growing by more than a step, unless somebody of a higher priority came."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kezek_ivr.honest_wait import MORE, ToldWait, prompt, step


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (0, "wait/1"),
        (60, "wait/1"),
        (61, "wait/2"),
        (181, "wait/5"),
        (1700, "wait/30"),
        (3600, "wait/60"),
        (3601, "wait/more"),
    ],
)
def test_a_wait_is_told_rounded_up_to_what_there_are_prompts_for(seconds: float, told: str) -> None:
    """P15: never less than the estimate."""
    assert prompt(step(seconds)) == told


def test_nothing_is_told_where_nothing_honest_can_be_said_and_what_was_told_before_counts_on() -> None:
    told = ToldWait()
    assert told.tell(None, 3) is None
    assert told.tell(100, 3) == "wait/2"
    assert told.tell(None, 3) is None
    assert told.tell(4000, 3) == "wait/3"


def test_a_wait_that_leaps_is_told_step_by_step_and_at_once_after_a_higher_priority_came() -> None:
    """P3, P15: what is told never grows by more than the rounding, save when a higher priority enters."""
    told = ToldWait()
    assert told.tell(110, 4) == "wait/2"
    assert told.tell(1800, 4) == "wait/3"
    assert told.tell(1800, 3) == "wait/5"
    assert told.tell(1800, 5) == "wait/30"
    assert told.tell(30, 2) == "wait/1"


@given(st.lists(st.tuples(st.floats(0, 10_000), st.integers(1, 50)), min_size=2, max_size=30))
def test_from_one_telling_to_the_next_it_grows_by_a_step_at_most(tellings: list[tuple[float, int]]) -> None:
    told, names = ToldWait(), [prompt(at) for at in range(MORE + 1)]
    before, place = MORE + 1, 0
    for seconds, position in tellings:
        now = names.index(told.tell(seconds, position) or "")
        assert now <= step(seconds)
        if position <= place:
            assert now <= before + 1
        before, place = now, position
