"""The honest wait: what it follows, what it says where nothing is known, and how wrong it is in a surge."""

from __future__ import annotations

import importlib.util
import math
import sys
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest

from kezek_queue import CallKind, FeedEvent, Kind, Operator, OperatorState, Waiting
from kezek_queue.figures import Guess, WaitEstimator
from kezek_queue.figures.rates import Rate, time_to_serve

ROOT = Path(__file__).resolve().parents[2]


def operator(name: str, *queues: str, state: OperatorState = OperatorState.TALKING, reachable: bool = True) -> Operator:
    return Operator(name, name, state, 0, "", queues or ("109",), {}, reachable, False, "", 0)


def event(what: Kind, at: float, call: str = "", who: str = "", queue: str = "109", **data: object) -> FeedEvent:
    return FeedEvent("", what, at, call, who, "" if what is Kind.OPERATOR else queue, data)


def estimator(*operators: Operator, waiting: int = 0) -> WaitEstimator:
    found = WaitEstimator(Guess(aht_s=180, patience_s=300))
    found.know(operators, [Waiting(f"c{n}", "109", 0, n, n + 1) for n in range(waiting)], 100)
    return found


def test_the_fluid_sum_and_its_closed_form_are_one() -> None:
    for ahead in (0, 7, 30, 31, 500, 20_000):
        for served, left in ((0.11, 1 / 600), (5.0, 1e-9), (0.001, 0.5)):
            plain = sum(1 / (served + k * left) for k in range(ahead + 1))
            assert time_to_serve(ahead, served, left) == pytest.approx(plain, rel=1e-9)
    assert time_to_serve(3, 0.1, 0.0) == pytest.approx(40)
    assert time_to_serve(2, 0.1, 0.01) < time_to_serve(2.5, 0.1, 0.01) < time_to_serve(3, 0.1, 0.01)
    overload = time_to_serve(413, 20 / 180, 1 / 600)
    assert overload == pytest.approx(600 * math.log(0.8 * 180 / 20), rel=0.01), "PAINS.md's limit"


def test_nothing_is_said_while_nobody_works() -> None:
    assert estimator().wait_s("109", 1, 100) is None
    for absent in (OperatorState.AWAY, OperatorState.PAUSED):
        assert estimator(operator("a", state=absent)).wait_s("109", 1, 100) is None
    assert estimator(operator("a", "other")).wait_s("109", 1, 100) is None
    assert estimator(operator("a", reachable=False)).wait_s("109", 1, 100) is None, "P16"


def test_one_who_finds_an_operator_free_waits_not_at_all() -> None:
    found = estimator(operator("a", state=OperatorState.READY), operator("b"))
    assert found.wait_s("109", 1, 100) == 0.0
    second = found.wait_s("109", 2, 100)
    assert second is not None
    assert second == pytest.approx(90, rel=0.01), "both work: one is done every 90 s"


def test_more_before_him_is_longer_and_more_operators_are_shorter() -> None:
    few, many = estimator(operator("a"), waiting=9), estimator(operator("a"), operator("b"), waiting=9)
    waits = [few.wait_s("109", position, 100) or 0 for position in range(1, 11)]
    assert waits == sorted(waits)
    assert waits[0] > 100
    assert (many.wait_s("109", 10, 100) or 0) < waits[9]


def test_a_shared_operator_is_shared() -> None:
    found = WaitEstimator()
    both = [operator("a", "109", "water"), operator("b", "109", "water")]
    water = [Waiting(f"w{n}", "water", 0, n, n + 1) for n in range(6)]
    found.know(both, water, 100)
    alone = estimator(*both).wait_s("109", 1, 100) or 0
    assert (found.wait_s("109", 1, 100) or 0) > 3 * alone, "six stand before him"
    found.know([operator("a"), operator("b", "water")], water, 100)
    assert found.wait_s("109", 1, 100) == pytest.approx(180, rel=0.01), "nobody of theirs is ours"


def test_callbacks_in_the_line_do_not_lose_patience() -> None:
    live, later = estimator(operator("a"), waiting=5), WaitEstimator(Guess(aht_s=180, patience_s=300))
    later.know([operator("a")], [Waiting(f"c{n}", "109", 0, n, n + 1, CallKind.CALLBACK) for n in range(5)], 100)
    assert later.wait_s("109", 6, 100) == pytest.approx(6 * 180)
    assert (live.wait_s("109", 6, 100) or 0) < 5 * 180


def test_handling_time_is_measured_with_ringing_and_wrap_up() -> None:
    found = estimator(operator("a", state=OperatorState.READY))
    now = 1000.0
    for number in range(400):
        call = f"c{number}"
        found.see(event(Kind.ARRIVED, now, call, since=now))
        found.see(event(Kind.PLACED, now, call, priority=0, since=now))
        found.see(event(Kind.OFFERED, now, call, "a", offer=number))
        found.see(event(Kind.OPERATOR, now, call, "a", state="offered"))
        found.see(event(Kind.CONNECTED, now + 5, call, "a", offer=number))
        found.see(event(Kind.OPERATOR, now + 5, call, "a", state="talking"))
        found.see(event(Kind.ENDED, now + 45, call, "a", end="answered"))
        found.see(event(Kind.OPERATOR, now + 45, "", "a", state="wrap_up"))
        if number % 2:  # the other time he is rung at once: that he was ready for no time nobody tells
            found.see(event(Kind.OPERATOR, now + 60, "", "a", state="ready"))
        now += 60
    assert found.aht_s("109", now) == pytest.approx(60, rel=0.05)
    assert found.waiting("109") == 0


def test_patience_is_measured_by_those_who_stay_too() -> None:
    """Half leave after 100 s, half are answered after 100 s: a mean patience of 200 s, not of 100."""
    found = estimator(operator("a"))
    now = 1000.0
    for number in range(600):
        found.see(event(Kind.PLACED, now, f"c{number}", priority=0, since=now))
        now += 100
        if number % 2:
            found.see(event(Kind.ENDED, now, f"c{number}", end="abandoned"))
        else:
            found.see(event(Kind.CONNECTED, now, f"c{number}", "a"))
    assert found.patience_s("109", now) == pytest.approx(200, rel=0.05)


def test_leaving_coming_back_and_being_transferred_keep_the_line_right() -> None:
    found = estimator(operator("a"), operator("b", "water"))
    for number in range(3):
        found.see(event(Kind.ARRIVED, 100 + number, f"c{number}", since=100 + number))
        found.see(event(Kind.PLACED, 100 + number, f"c{number}", priority=0, kind="call"))
    found.see(event(Kind.LEFT, 110, "c0"))
    assert found.waiting("109") == 2
    found.see(event(Kind.PLACED, 111, "c0", priority=0))
    found.see(event(Kind.CONNECTED, 112, "c0", "a", offer=1))
    found.see(event(Kind.TRANSFERRED, 120, "c0", "a", offer=1, queue="water", operator=""))
    assert (found.waiting("109"), found.waiting("water")) == (2, 1)
    found.see(event(Kind.PLACED, 120, "c0", queue="water", priority=0, since=100))
    found.see(event(Kind.ENDED, 130, "c0", end="answered"))
    found.see(event(Kind.ENDED, 130, "nobody", end="abandoned"))
    assert (found.waiting("109"), found.waiting("water")) == (2, 0)


def test_a_new_picture_replaces_the_line_and_who_went_home() -> None:
    found = estimator(operator("a"), operator("b"), waiting=4)
    found.know([operator("a")], [Waiting("x", "109", 0, 5, 1)], 200)
    assert found.waiting("109") == 1
    assert found.wait_s("109", 1, 200) == pytest.approx(180, rel=0.05)
    found.know([], now=201)
    assert found.wait_s("109", 1, 201) is None


def test_a_picture_older_than_the_events_changes_nothing() -> None:
    found = estimator(operator("a", state=OperatorState.READY))
    found.see(event(Kind.OPERATOR, 150, "", "a", state="away"))
    found.know([operator("a", state=OperatorState.READY)], now=151)
    assert found.wait_s("109", 1, 151) is None, "he has gone since"
    newer = replace(operator("a", state=OperatorState.READY), since=160)
    found.know([newer], now=161)
    assert found.wait_s("109", 1, 161) == 0.0


def test_a_rate_forgets() -> None:
    rate = Rate(100, weight=3, memory=50)
    assert rate.mean_s == 100
    now = 0.0
    rate.at_risk(1, now)
    for _ in range(500):
        now += 10
        rate.happened(now)
    assert rate.mean_s == pytest.approx(10, rel=0.01)
    for _ in range(500):
        now += 40
        rate.happened(now)
    assert rate.mean_s == pytest.approx(40, rel=0.01)


@pytest.fixture(scope="module")
def benchmark() -> ModuleType:
    spec = importlib.util.spec_from_file_location("kezek_benchmark_estimate", ROOT / "benchmarks" / "estimate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look there
    spec.loader.exec_module(module)
    return module


def test_the_announced_wait_is_right_in_the_surge_of_x8(benchmark: ModuleType) -> None:
    """P15: a mean absolute percentage error of at most 15 %, where VICIdial's formula says a fifth and OpenSIPS' says
    three times as much as it is."""
    wrong, said, calls = benchmark.mape(1, 3600.0, 30.0)
    assert calls > 2000
    assert wrong["kezek"] <= 15
    assert 0.9 < said["kezek"] < 1.1
    assert wrong["app_queue"] > wrong["kezek"]
    assert said["vicidial"] < 0.25
    assert said["opensips"] > 2
