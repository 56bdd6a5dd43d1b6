"""The plan of a drill: seeded, every kind in its turn, and nothing at one time that no service could stand."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kezek_api.drill.plan import FIRST_S, TIMINGS, clash, ends, faults, fitted
from kezek_api.drill.types import Fault, Kind

NODES, EXCHANGES, OPERATORS = ("n1", "n2"), ("a", "b"), ("aigul", "bolat")
KINDS = list(Kind)


def plan(seed: int, count: int = 120, **more: object) -> list[Fault]:
    given = {"exchanges": EXCHANGES, "nodes": NODES, "operators": OPERATORS, "kinds": KINDS, **more}
    return faults(seed, count, **given)  # type: ignore[arg-type]


def at_one_time(one: Fault, other: Fault) -> bool:
    return one.at_s < other.at_s + other.for_s and other.at_s < one.at_s + one.for_s


def test_a_seed_has_one_plan() -> None:
    assert plan(7) == plan(7) == plan(7, kinds=list(reversed(KINDS)))
    assert plan(7) != plan(8)


def test_a_longer_plan_begins_like_a_shorter_one() -> None:
    assert plan(7, 120)[:30] == plan(7, 30)


@settings(deadline=None)
@given(st.integers(0, 10_000))
def test_what_happens_at_one_time_can_be_stood(seed: int) -> None:
    made = plan(seed)
    assert [fault.number for fault in made] == list(range(1, 121))
    assert made[0].at_s == FIRST_S
    assert all(one.at_s <= other.at_s for one, other in pairwise(made))
    for one, other in combinations(made, 2):
        assert not at_one_time(one, other) or not clash(one, other)
    for three in combinations(made, 3):
        if three[2].number - three[0].number <= 5:
            assert not all(at_one_time(one, other) for one, other in combinations(three, 2))


@settings(deadline=None)
@given(st.integers(0, 10_000), st.sets(st.sampled_from(KINDS), min_size=1))
def test_every_kind_comes_once_before_any_comes_twice(seed: int, kinds: set[Kind]) -> None:
    made = plan(seed, 3 * len(kinds), kinds=kinds)
    for turn in range(3):
        assert {fault.kind for fault in made[turn * len(kinds) :][: len(kinds)]} == kinds


@settings(deadline=None)
@given(st.integers(0, 10_000), st.floats(0.1, 3))
def test_times_are_those_of_the_kind_and_scaled_alike(seed: int, scale: float) -> None:
    for fault, scaled in zip(plan(seed), plan(seed, scale=scale), strict=True):
        least, most = TIMINGS[fault.kind].for_s
        assert least <= fault.for_s <= most
        assert scaled == replace(fault, at_s=scaled.at_s, for_s=scaled.for_s)
        assert scaled.for_s == pytest.approx(fault.for_s * scale, abs=0.002)
        assert scaled.at_s == pytest.approx(fault.at_s * scale, abs=0.002 * (1 + scale))


def test_now_and_then_two_come_at_one_time() -> None:
    made = plan(3)
    both = sum(at_one_time(one, other) for one, other in pairwise(made))
    assert 5 < both < 60


def test_targets_are_what_the_kind_befalls() -> None:
    targets: dict[Kind, set[str]] = {kind: set() for kind in Kind}
    for fault in plan(1, 1000):
        targets[fault.kind].add(fault.target)
    assert targets[Kind.NODE_KILLED] == targets[Kind.BOOKS_KILLED] == targets[Kind.REDIS_LINK_CUT] == set(NODES)
    assert targets[Kind.ASTERISK_KILLED] == set(EXCHANGES)
    assert targets[Kind.AMI_HALF_OPEN] == targets[Kind.FASTAGI_CUT] == {"n1/a", "n1/b", "n2/a", "n2/b"}
    assert targets[Kind.PHONE_DEAD] == targets[Kind.DESK_DEAD] == set(OPERATORS)
    assert targets[Kind.REDIS_EMPTIED] == targets[Kind.SQL_AWAY] == targets[Kind.BROKER_KILLED] == {""}


def test_physics_is_not_planned() -> None:
    def fault(kind: Kind, target: str = "") -> Fault:
        return Fault(1, 0, kind, target, 1)

    emptied = fault(Kind.REDIS_EMPTIED)
    assert clash(fault(Kind.ASTERISK_KILLED, "a"), fault(Kind.ASTERISK_KILLED, "b"))
    assert clash(emptied, fault(Kind.SQL_AWAY))
    assert clash(fault(Kind.NODE_KILLED, "n1"), emptied)
    assert clash(fault(Kind.AMI_CUT, "n1/a"), fault(Kind.NODE_KILLED, "n1"))
    assert not clash(fault(Kind.NODE_KILLED, "n1"), fault(Kind.NODE_FROZEN, "n2"))
    assert not clash(fault(Kind.SQL_AWAY), fault(Kind.ASTERISK_KILLED, "a"))


def test_a_short_drill_has_its_faults_in_its_time() -> None:
    for seed in range(20):
        made = fitted(plan(seed, 16), 50)
        assert ends(made) <= 50.001
        assert len(made) == 16
    assert fitted(plan(1, 2), 1000) == plan(1, 2)


def test_without_operators_nothing_befalls_them() -> None:
    assert not {Kind.DESK_DEAD, Kind.PHONE_DEAD} & {fault.kind for fault in plan(1, operators=())}
    with pytest.raises(ValueError, match="no kind"):
        plan(1, operators=(), kinds={Kind.DESK_DEAD})
