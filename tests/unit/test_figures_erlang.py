"""Erlang B, C and A by known values, by brute force, and at the limits."""

from __future__ import annotations

import math

import pytest

from kezek_queue.figures import erlang_b, erlang_c, impatient, operators_needed, patient

HOUR = 3600


def brute(calls_s: float, aht_s: float, patience_s: float, operators: int) -> tuple[float, float, float]:
    """Of the birth-death process itself: share who wait, share who leave, mean queue."""
    logs = [0.0]
    for n in range(operators + 6000):
        leaving = min(n + 1, operators) / aht_s + max(0, n + 1 - operators) / patience_s
        logs.append(logs[-1] + math.log(calls_s / leaving))
    top = max(logs)
    shares = [math.exp(value - top) for value in logs]
    whole = sum(shares)
    queue = sum((n - operators) * share for n, share in enumerate(shares) if n > operators) / whole
    waits = sum(shares[operators:]) / whole
    return waits, queue / patience_s / calls_s, queue


@pytest.mark.parametrize(
    ("operators", "waits", "in_time", "asa"), [(24, 0.2981, 0.8089, 13.4), (25, None, 0.8800, 7.5)]
)
def test_erlang_c_by_the_check_values(operators: int, waits: float | None, in_time: float, asa: float) -> None:
    """PAINS.md: 400 calls an hour, 180 s."""
    service = patient(400 / HOUR, 180, operators, within_s=20)
    assert round(service.in_time, 4) == in_time
    assert round(service.asa_s, 1) == asa
    if waits is not None:
        assert round(service.waits, 4) == round(erlang_c(20.0, operators), 4) == waits
    assert service.occupancy == pytest.approx(20 / operators)


def test_erlang_a_by_the_check_values() -> None:
    """PAINS.md: 2,880 an hour, 20 operators, patience 600 s; the wait of one who stays is patience * ln(...)."""
    service = impatient(2880 / HOUR, 180, 600, 20, within_s=20)
    assert round(service.abandoned, 3) == 0.861
    assert round(service.queue) == 413
    assert service.in_time == pytest.approx(0, abs=1e-12)
    assert service.asa_s == pytest.approx(600 * math.log(0.8 * 180 / 20), rel=0.01)


@pytest.mark.parametrize("load", [(0.8, 180, 600, 20), (0.11, 180, 300, 22), (0.05, 200, 30, 10), (2.0, 240, 90, 400)])
def test_erlang_a_is_the_birth_death_process(load: tuple[float, float, float, int]) -> None:
    service = impatient(*load, within_s=20)
    waits, left, queue = brute(*load)
    assert service.waits == pytest.approx(waits, rel=1e-6)
    assert service.abandoned == pytest.approx(left, rel=1e-6)
    assert service.queue == pytest.approx(queue, rel=1e-6)
    assert service.occupancy == pytest.approx(load[0] * load[1] * (1 - left) / load[3])


def test_endless_patience_is_erlang_c() -> None:
    endless, c = impatient(400 / HOUR, 180, 1e10, 24, within_s=20), patient(400 / HOUR, 180, 24, within_s=20)
    assert endless.in_time == pytest.approx(c.in_time, rel=1e-6)
    assert endless.asa_s == pytest.approx(c.asa_s, rel=1e-5)


def test_thousands_of_operators_neither_overflow_nor_vanish() -> None:
    needed = operators_needed(8000 / 60, 180, 600, target=0.8, within_s=20)
    assert 20_000 < needed < 24_500
    drowned = impatient(8000 / 60, 180, 600, 1000, within_s=20)
    assert drowned.abandoned == pytest.approx(1 - 1000 / 24_000, rel=1e-3)
    idle = impatient(0.001, 180, 600, 5000, within_s=20)
    assert (idle.in_time, idle.abandoned) == (1.0, 0.0)
    assert erlang_b(24_000, 25_000) < 1e-9 < erlang_b(24_000, 24_500) < erlang_b(24_000, 24_000) < 0.01


def test_the_least_number_that_is_enough() -> None:
    needed = operators_needed(400 / HOUR, 180, 300, target=0.8, within_s=20)
    at = [impatient(400 / HOUR, 180, 300, n, within_s=20).in_time for n in (needed - 1, needed)]
    assert at[0] < 0.8 <= at[1]
    assert needed <= 24, "some leave, so it is never more than Erlang C says"
    assert operators_needed(0, 180, 300, target=0.8, within_s=20) == 0
    assert operators_needed(0.0001, 10, 300, target=0.8, within_s=20) == 1


def test_the_limits() -> None:
    assert patient(1.0, 180, 100, within_s=20).asa_s == math.inf
    assert impatient(1.0, 180, 100, 0, within_s=20).abandoned == 1.0
    assert impatient(0.0, 180, 100, 3, within_s=20).in_time == 1.0
    assert (erlang_b(0, 0), erlang_b(0, 5), erlang_b(1, 1), erlang_c(5, 5)) == (1.0, 0.0, 0.5, 1.0)
    with pytest.raises(ValueError, match="above zero"):
        impatient(1.0, 180, 0, 3, within_s=20)
