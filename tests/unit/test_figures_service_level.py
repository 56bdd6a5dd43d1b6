"""The five service levels by PAINS.md's check vector."""

from __future__ import annotations

from kezek_queue.figures import Answers, ServiceLevels


def test_the_check_vector() -> None:
    """A = 1000, A_20 = 860, B = 60, B_20 = 20, b = 10."""
    levels = ServiceLevels.of(Answers(answered=1000, in_time=860, abandoned=60, abandoned_in_time=20, short=10))
    assert (levels.sl_1, levels.sl_2, levels.sl_3, levels.sl_4, levels.sl_5) == (83.0, 86.0, 81.1, 82.7, 82.1)


def test_nobody_is_no_service_level() -> None:
    assert ServiceLevels.of(Answers()) == ServiceLevels(None, None, None, None, None)
    levels = ServiceLevels.of(Answers(abandoned=1, abandoned_in_time=1))
    assert (levels.sl_1, levels.sl_2, levels.sl_3, levels.sl_4) == (100.0, None, 0.0, None)
