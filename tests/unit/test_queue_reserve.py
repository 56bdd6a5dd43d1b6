"""Operators kept for the highest priorities: an emergency finds somebody free while everybody else waits."""

from __future__ import annotations

import pytest

from kezek_queue import QueueRules
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
