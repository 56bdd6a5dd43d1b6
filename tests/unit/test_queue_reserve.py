"""Operators kept for the highest priorities, and from those who know already and stand behind; who stands there for
long does so no longer."""

from __future__ import annotations

import pytest

from kezek_queue import End, Kind, QueueRules
from kit.queue_hall import Hall


@pytest.fixture
def hall() -> Hall:
    hall = Hall()
    hall.line.configure("109", QueueRules(reserve=1))
    return hall


def comes(hall: Hall, call: str, priority: int = 0) -> None:
    hall.line.arrive(call, caller=f"77{call}", dialled="109", since=hall.clock(), node="n")
    hall.line.place(call, queue="109", priority=priority)
    hall.clock.wait(1)


def test_the_last_free_one_is_kept_for_an_emergency(hall: Hall) -> None:
    hall.works("ann", "101")
    hall.works("bek", "102")
    comes(hall, "c1")
    comes(hall, "c2")
    assert list(hall.offered().values()) == ["c1"], "one is taken, the other one is kept"
    comes(hall, "fire", priority=9)
    assert sorted(hall.offered().values()) == ["c1", "fire"]


def test_the_next_who_becomes_free_is_the_reserve_again_and_then_the_line_goes_on(hall: Hall) -> None:
    hall.works("ann", "101")
    comes(hall, "c1")
    assert hall.offered() == {}
    hall.works("bek", "102")
    assert list(hall.offered().values()) == ["c1"]
    comes(hall, "c2")
    hall.works("cem", "103")
    assert sorted(hall.offered().values()) == ["c1", "c2"]


def test_a_reserve_that_is_given_up_takes_who_waits_at_once(hall: Hall) -> None:
    hall.works("ann", "101")
    comes(hall, "c1")
    hall.line.configure("109", QueueRules())
    assert list(hall.offered().values()) == ["c1"]


def test_who_asked_for_one_operator_is_his_all_the_same(hall: Hall) -> None:
    hall.works("ann", "101")
    hall.line.arrive("c1", caller="7701", dialled="109", since=hall.clock(), node="n")
    hall.line.place("c1", queue="109", wanted="ann")
    assert hall.offered() == {"ann": "c1"}


BEHIND = -1


@pytest.fixture
def quiet() -> Hall:
    """One is kept from who stands behind; nobody does so for longer than a minute."""
    hall = Hall()
    hall.line.configure("109", QueueRules(reserve_behind=1, behind_s=60))
    return hall


def test_who_stands_behind_leaves_one_free_for_those_who_know_nothing_yet(quiet: Hall) -> None:
    quiet.works("ann", "101")
    quiet.works("bek", "102")
    comes(quiet, "knows", BEHIND)
    comes(quiet, "knows too", BEHIND)
    assert list(quiet.offered().values()) == ["knows"]
    comes(quiet, "usual")
    assert sorted(quiet.offered().values()) == ["knows", "usual"]


def test_it_stands_on_top_of_what_is_kept_for_emergencies(hall: Hall) -> None:
    hall.line.configure("109", QueueRules(reserve=1, reserve_behind=1))
    for operator, phone in (("ann", "101"), ("bek", "102")):
        hall.works(operator, phone)
    comes(hall, "knows", BEHIND)
    assert hall.offered() == {}
    hall.works("cem", "103")
    assert list(hall.offered().values()) == ["knows"]
    comes(hall, "knows too", BEHIND)
    comes(hall, "usual")
    comes(hall, "usual too")
    assert sorted(hall.offered().values()) == ["knows", "usual"]
    comes(hall, "fire", priority=9)
    assert sorted(hall.offered().values()) == ["fire", "knows", "usual"]


def test_his_callback_waits_as_he_does_and_one_operator_who_was_asked_for_is_his(quiet: Hall) -> None:
    quiet.works("ann", "101")
    comes(quiet, "knows", BEHIND)
    quiet.line.callback("knows", caller="77knows")
    assert quiet.offered() == {}, "to dial him would take the one who is free"
    quiet.line.arrive("mine", caller="7702", dialled="109", since=quiet.clock(), node="n")
    quiet.line.place("mine", queue="109", priority=BEHIND, wanted="ann")
    assert quiet.offered() == {"ann": "mine"}


def test_behind_for_long_he_stands_at_his_first_place_and_is_never_behind_again(quiet: Hall) -> None:
    comes(quiet, "first", BEHIND)
    comes(quiet, "second")
    assert quiet.positions() == {"second": 1, "first": 2}
    quiet.clock.wait(57.999)
    quiet.line.tick()
    assert quiet.positions() == {"second": 1, "first": 2}
    quiet.clock.wait(0.001)
    quiet.line.tick()
    assert quiet.positions() == {"first": 1, "second": 2}
    told = [e for e in quiet.line.feed if e.kind is Kind.PLACED and e.call == "first"][-1]
    assert (told.data["priority"], told.data["position"]) == (0, 1)
    quiet.line.place("first", queue="109", priority=BEHIND)
    assert quiet.positions() == {"first": 1, "second": 2}
    quiet.works("ann", "101")
    assert quiet.offered() == {"ann": "first"}, "kept from those who stand behind alone"


def test_the_time_behind_goes_on_through_other_wishes_a_redial_a_lapsed_offer_and_a_callback(quiet: Hall) -> None:
    since = quiet.clock()
    comes(quiet, "knows", BEHIND)
    quiet.line.place("knows", queue="109", priority=BEHIND, skills={"kk": 1})
    quiet.clock.wait(19)
    quiet.line.end("knows", End.ABANDONED)
    quiet.line.arrive("redial", caller="77knows", dialled="109", since=quiet.clock(), node="n")
    quiet.line.place("redial", queue="109", priority=BEHIND)
    quiet.works("ann", "101")
    quiet.works("bek", "102")
    assert quiet.offered() == {"ann": "redial"}
    quiet.clock.wait(20)
    quiet.line.tick()
    assert (quiet.offered(), quiet.state("ann")) == ({}, ("paused", "no_answer"))
    back = quiet.line.callback("redial", caller="77knows").call
    quiet.clock.wait(since + 60 - quiet.clock() - 0.001)
    quiet.line.tick()
    assert quiet.line.get_call(back).priority == BEHIND
    quiet.clock.wait(0.001)
    quiet.line.tick()
    assert quiet.offered() == {"bek": back}


def test_whose_offer_lapsed_after_his_time_behind_is_among_the_others_by_the_same_tick(quiet: Hall) -> None:
    quiet.line.configure("109", QueueRules(behind_s=10))
    quiet.works("ann", "101")
    comes(quiet, "knows", BEHIND)
    comes(quiet, "usual")
    assert quiet.offered() == {"ann": "knows"}
    quiet.clock.wait(20)
    assert quiet.line.tick() > 0
    assert quiet.positions() == {"knows": 1, "usual": 2}


def test_a_site_may_leave_him_there_for_ever(quiet: Hall) -> None:
    quiet.line.configure("109", QueueRules(behind_s=0))
    comes(quiet, "knows", BEHIND)
    quiet.clock.wait(36_000)
    quiet.line.tick()
    assert quiet.line.get_call("knows").priority == BEHIND
