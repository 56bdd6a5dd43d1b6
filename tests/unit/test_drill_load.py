"""The load of a drill comes from its seed alone, and is of the kinds that a hotline has."""

from __future__ import annotations

from collections import Counter

from kezek_api.drill.load import PATIENCE_S, callers, patient

NAMES = ("a", "b")


def test_the_same_seed_is_the_same_load() -> None:
    assert callers(3, 60, 2.0, NAMES) == callers(3, 60, 2.0, NAMES)
    assert callers(3, 60, 2.0, NAMES) != callers(4, 60, 2.0, NAMES)


def test_everybody_has_a_number_of_his_own_and_his_time() -> None:
    plans = callers(5, 3600, 3.0, NAMES)
    numbers = {plan.number for plan in plans} | {patient(number, "a").number for number in range(100)}
    assert len(numbers) == len(plans) + 100
    assert all(number.startswith("+77") and len(number) == 12 for number in numbers)
    assert [plan.at_s for plan in plans] == sorted(plan.at_s for plan in plans)
    assert 0 < plans[0].at_s < plans[-1].at_s < 3600
    assert 10_000 < len(plans) < 11_600
    assert {plan.exchange for plan in plans} == set(NAMES)


def test_most_want_an_operator_and_wait_for_one() -> None:
    plans = callers(6, 3600, 3.0, NAMES)
    pressed = Counter(plan.press for plan in plans)
    assert pressed["0"] > 0.8 * len(plans)
    assert 0.02 < pressed["9"] / len(plans) < 0.06
    assert 0.07 < pressed[""] / len(plans) < 0.13
    patience = sorted(plan.patience_s for plan in plans if plan.press == "0")
    assert patience[0] >= 2.0
    assert patience[-1] <= PATIENCE_S[1]
    assert 0.1 < sum(each < PATIENCE_S[0] for each in patience) / len(patience) < 0.25
    assert all(each <= 5.0 or each >= PATIENCE_S[0] for each in patience)
