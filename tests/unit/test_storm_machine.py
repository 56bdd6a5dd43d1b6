"""The line with outages in it, by random stories on the model and on books in memory."""

from __future__ import annotations

from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from kit.storm_machine import StormOnTheLine


def test_whatever_happens_in_a_storm_nobody_is_lost_and_nobody_told_twice() -> None:
    """P1, P5, P8, P9, P18."""
    run_state_machine_as_test(
        StormOnTheLine,
        settings=settings(
            max_examples=25, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
