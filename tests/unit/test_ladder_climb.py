"""The ladder climbs fast and comes down slowly, and nothing that is measured makes it flap (P9)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from kezek_queue.ladder.climb import Climbing, Rules, look
from kezek_queue.ladder.types import RUNGS, Climb, Measured, Rung, RungName, RungRules

START = 1_790_000_000.0
TOWN: Rules = {
    "elevated": RungRules(Climb(waiting_per_operator=1.0, wait_s=120, arrivals_times_usual=3, up_s=30, down_s=300)),
    "overload": RungRules(Climb(waiting_per_operator=3.0, wait_s=480, free_trunks=4, up_s=20, down_s=300)),
    "emergency": RungRules(Climb(waiting_per_operator=10.0, free_trunks=0, up_s=60, down_s=600)),
}
CALM = Measured(at=0.0, waiting=0, operators=10, wait_s=0.0, arrivals_min=1.0, free_trunks=20, usual_min=1.0)


class Site:
    """A rung and who looks at it, each second; `changes`: (second, name)."""

    def __init__(self, rules: Rules = TOWN, rung: Rung | None = None) -> None:
        self.rules, self.rung, self.climbing, self.now = rules, rung or Rung(), Climbing(), 0
        self.changes: list[tuple[int, RungName]] = []
        self.because: list[dict[str, object]] = []

    def sees(self, measured: Measured, seconds: int = 1) -> Site:
        for _ in range(seconds):
            seen = replace(measured, at=START + self.now)
            self.climbing, wanted = look(self.climbing, self.rung, seen, self.rules)
            if wanted is not None:
                self.rung = Rung(wanted.name, since=seen.at, n=self.rung.n + 1)
                self.changes.append((self.now, wanted.name))
                self.because.append(wanted.because)
            self.now += 1
        return self

    def names(self) -> list[RungName]:
        return [name for _, name in self.changes]


def test_a_rung_is_reached_after_its_time_and_says_why() -> None:
    site = Site().sees(replace(CALM, wait_s=312.04), 31)
    assert site.changes == [(30, "elevated")]
    assert site.because == [{"wait_s": 312.0, "over": 120, "for_s": 30}]


def test_a_moment_over_the_limit_is_no_reason() -> None:
    site = Site()
    for _ in range(20):
        site.sees(replace(CALM, wait_s=312), 29).sees(CALM)
    assert site.changes == []


def test_it_may_jump_up_over_rungs_and_comes_down_one_at_a_time() -> None:
    site = Site().sees(replace(CALM, waiting=110), 70)
    assert site.changes == [(20, "overload"), (60, "emergency")]
    site.sees(CALM, 3000)
    assert site.names()[2:] == ["overload", "elevated", "normal"]
    times = [at for at, _ in site.changes[2:]]
    assert times == [70 + 600, 70 + 600 + 300, 70 + 600 + 300 + 300]
    assert site.because[-1] == {"calm_s": 300}


def test_between_calm_and_the_limit_nothing_moves() -> None:
    site = Site().sees(replace(CALM, wait_s=130), 31).sees(replace(CALM, wait_s=100), 5000)
    assert site.names() == ["elevated"]  # 100 is more than 0.6 of 120
    assert site.sees(replace(CALM, wait_s=71), 301).names() == ["elevated", "normal"]


def test_where_nobody_works_the_callers_count_as_one_operators() -> None:
    """One who waits at night, before anybody has come, is no storm."""
    nobody = replace(CALM, waiting=1, operators=0, wait_s=None)
    assert Site().sees(replace(nobody, waiting=12), 61).rung.name == "emergency"
    assert Site().sees(replace(nobody, waiting=0), 600).changes == []
    assert Site().sees(nobody, 600).names() == ["elevated"]


def test_few_free_trunks_reach_a_rung_and_more_of_them_leave_it() -> None:
    site = Site().sees(replace(CALM, free_trunks=4), 21)
    assert site.because == [{"free_trunks": 4, "under": 4, "for_s": 20}]
    assert site.sees(replace(CALM, free_trunks=5), 301).names() == ["overload", "elevated"]
    assert Site().sees(replace(CALM, free_trunks=None), 100).changes == []  # nobody knows how many there are


def test_arrivals_count_against_what_is_usual_and_not_without_a_history() -> None:
    many = replace(CALM, arrivals_min=30.0)
    assert Site().sees(many, 31).names() == ["elevated"]
    assert Site().sees(replace(many, usual_min=None), 31).changes == []


def test_held_by_hand_the_rules_move_it_neither_way() -> None:
    assert Site(rung=Rung("elevated", START, "ann", held=True)).sees(replace(CALM, waiting=110), 200).changes == []
    assert Site(rung=Rung("emergency", START, "ann", held=True)).sees(CALM, 5000).changes == []


def test_let_go_it_goes_by_the_rules_again_but_not_at_once_against_a_persons_word() -> None:
    storm = replace(CALM, waiting=40)
    site = Site().sees(storm, 100)
    assert site.rung.name == "overload"
    site.rung = Rung("normal", START + site.now, "ann", n=9)
    assert site.sees(storm, 20).rung.name == "normal"
    assert site.sees(storm, 2).rung.name == "overload"


def test_what_nobody_saw_counts_for_neither_way() -> None:
    """A node that was frozen, or has just begun, knows nothing of the time before."""
    storm = replace(CALM, waiting=40)
    site = Site().sees(storm, 15)
    site.now += 60
    assert site.sees(storm, 10).changes == []
    assert site.sees(storm, 11).names() == ["overload"]


RATHER = st.floats(0.01, 100)
CLIMBS = st.builds(
    Climb,
    waiting_per_operator=st.none() | RATHER,
    wait_s=st.none() | RATHER,
    arrivals_times_usual=st.none() | RATHER,
    free_trunks=st.none() | st.integers(0, 50),
    up_s=st.floats(0, 60),
    down=st.floats(0.05, 1.0),
    down_s=st.floats(1, 120),
)
RULES = st.fixed_dictionaries({name: st.builds(RungRules, CLIMBS) for name in RUNGS[1:]})
MEASURES = st.builds(
    Measured,
    at=st.just(0.0),
    waiting=st.integers(0, 200),
    operators=st.integers(0, 20),
    wait_s=st.none() | st.floats(0, 200),
    arrivals_min=st.floats(0, 200),
    free_trunks=st.none() | st.integers(0, 60),
    usual_min=st.none() | st.floats(0.1, 10),
)


def directions(rungs: Iterable[RungName], first: RungName) -> list[int]:
    steps = [RUNGS.index(name) for name in (first, *rungs)]
    return [1 if after > before else -1 for before, after in pairwise(steps)]


@settings(deadline=None, max_examples=60)
@given(RULES, MEASURES, st.sampled_from(RUNGS))
def test_one_and_the_same_measure_never_moves_it_both_ways(rules: Rules, measured: Measured, first: RungName) -> None:
    """P9: whatever a site writes; and it comes to rest."""
    site = Site(rules, Rung(first, START)).sees(measured, 500)
    assert len(set(directions(site.names(), first))) <= 1
    resting = len(site.changes)
    assert len(site.sees(measured, 400).changes) == resting <= 3


@settings(deadline=None, max_examples=60)
@given(RULES, st.lists(st.tuples(MEASURES, st.integers(1, 90)), min_size=2, max_size=8), st.sampled_from(RUNGS))
def test_it_cannot_flap(rules: Rules, day: list[tuple[Measured, int]], first: RungName) -> None:
    """P9: down from a rung never sooner than its `down_s` after coming to it, one at a time, and up again never sooner
    than the new rung's `up_s` of being reached."""
    site = Site(rules, Rung(first, START))
    for measured, seconds in day:
        site.sees(measured, seconds)
    at, name = 0, first
    for then, other in site.changes:
        if RUNGS.index(other) < RUNGS.index(name):
            assert RUNGS.index(other) == RUNGS.index(name) - 1
            assert then - at >= rules[name].climb.down_s
        else:
            assert then >= rules[other].climb.up_s
        at, name = then, other
