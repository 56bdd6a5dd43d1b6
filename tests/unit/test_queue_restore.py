"""An emptied line is given back what was kept of it, and talks that only Asterisk knows of."""

from __future__ import annotations

from typing import Any

import pytest

from kezek_queue import CallState, End, Kind, NotAllowed, OperatorState, Promise, Standing
from kezek_queue.model import Model
from kit.queue_hall import SETTINGS, Hall

READY, PAUSED = OperatorState.READY, OperatorState.PAUSED
ANN = Standing("ann", "101", ("109",), {"kk": 2}, desk=False, state=READY)
BEK = Standing("bek", "102", ("109",), {}, desk=False, state=PAUSED, reason="lunch", joined=("112",))


@pytest.fixture
def hall() -> Hall:
    return Hall()


def emptied(hall: Hall) -> Hall:
    """The same clock and telephones, and a server that knows nothing."""
    hall.line = Model(hall.clock, SETTINGS)
    hall.line.phones(["101", "102", "103"])
    return hall


def adopts(hall: Hall, call: str, operator: str, offer: int, **facts: Any) -> CallState:
    told = {"caller": "", "dialled": "109", "since": hall.clock() - 60, "queue": "109", "exchange": ""}
    told |= {"connected_at": hall.clock() - 20, **facts}
    return hall.line.adopt(call, operator=operator, offer=offer, **told).state


def test_what_was_kept_is_what_comes_back(hall: Hall) -> None:
    """P20: a pause has its reason; who was ready is ready when the callers have had time to come back."""
    hall.works("ann", "101", kk=2)
    hall.works("bek", "102")
    hall.line.join("bek", ["112"])
    hall.line.pause("bek", "lunch")
    hall.works("cem", "103")
    hall.line.sign_out("cem")
    kept = hall.line.kept()
    assert (kept.mark, kept.operators) == ("", (ANN, BEK))
    emptied(hall)
    assert hall.line.restore(kept.operators, [], settle_s=6)
    assert hall.state("bek") == ("paused", "lunch")
    assert hall.line.get_operator("bek").joined == ("112",)
    assert hall.calls("young") == 1
    hall.clock.wait(2)
    hall.calls("old")
    assert hall.offered() == {}
    hall.clock.wait(6)
    hall.line.tick()
    assert hall.offered() == {"ann": "young"}
    assert not hall.line.restore((), [], settle_s=0), "once for each server"


def test_who_has_signed_in_or_done_something_since_keeps_it(hall: Hall) -> None:
    """P17: only a bare sign-in gives way to what was kept: the page opened the line anew by itself."""
    for operator, phone in (("ann", "101"), ("bek", "102")):
        hall.line.sign_in(operator, phone=phone, queues=["109"], desk=False)
    hall.line.ready("bek")
    hall.line.restore(
        [Standing("ann", "101", ("109",), {}, desk=False, state=PAUSED, reason="tea"), BEK], [], settle_s=6
    )
    assert (hall.state("ann"), hall.state("bek")) == (("paused", "tea"), ("ready", ""))


def test_one_who_talks_is_only_known_better(hall: Hall) -> None:
    assert adopts(hall, "c1", "bek", 70) == "talking"
    hall.line.restore([BEK], [], settle_s=6)
    assert hall.state("bek") == ("talking", "")
    hall.line.finish("c1", 70, wrap_up=10)
    hall.line.wrap_up_done("bek")
    assert hall.state("bek") == ("paused", "lunch")


def test_promises_come_back_in_their_order_and_are_dialled_once(hall: Hall) -> None:
    """P12, P8."""
    for call, caller, wait in (("c1", "7701", 3), ("c2", "7702", 5)):
        hall.line.arrive(call, caller=caller, dialled="109", since=hall.clock(), node="n")
        hall.line.place(call, queue="109", priority=1, skills={"kk": 1})
        hall.line.note(call, {"language": "kk"})
        hall.clock.wait(wait)
        hall.line.callback(call, caller=caller)
    promises = hall.line.kept().promises
    assert [(one.call, one.notes, one.skills) for one in promises] == [
        ("cb-c1", {"language": "kk"}, {"kk": 1}),
        ("cb-c2", {"language": "kk"}, {"kk": 1}),
    ]
    emptied(hall)
    hall.line.restore([], [promises[1], promises[0]], settle_s=0)
    assert hall.positions() == {"cb-c1": 1, "cb-c2": 2}
    assert hall.line.kept().promises == promises
    assert hall.line.notes("cb-c1") == {"language": "kk"}
    assert hall.line.callback("c1", caller="7701").call == "cb-c1", "still one for each"
    hall.works("ann", "101", kk=2)
    assert hall.offered() == {"ann": "cb-c1"}


def test_one_not_reached_is_tried_again_when_it_was_due(hall: Hall) -> None:
    now = hall.clock()
    later = Promise(
        "cb-c1", "c1", "7701", "109", "109", 0, {}, now - 90, now - 90, now - 80, attempts=1, until=now + 30
    )
    hall.line.restore([], [later], settle_s=0)
    hall.works("ann", "101")
    assert hall.offered() == {}
    hall.clock.wait(31)
    hall.line.tick()
    assert hall.offered() == {"ann": "cb-c1"}
    assert hall.line.postpone("cb-c1", hall.offer("cb-c1"), "busy").attempts == 2


def test_todays_ends_are_not_counted_from_nothing(hall: Hall) -> None:
    hall.calls("c1")
    hall.line.end("c1", End.ABANDONED)
    hall.line.restore([], [], counts={("109", "abandoned"): 7, ("109", "answered"): 12}, settle_s=0)
    day = hall.line.day
    assert (hall.line.counts[day, "109", "abandoned"], hall.line.counts[day, "109", "answered"]) == (7, 12)


def test_a_forgotten_talk_goes_on_and_ends_answered(hall: Hall) -> None:
    """P1, P5: its operator is offered nobody meanwhile; its end is told once."""
    hall.works("ann", "101")
    assert adopts(hall, "c1", "ann", 70) == "talking"
    hall.calls("c2")
    assert (hall.state("ann"), hall.offered()) == (("talking", ""), {})
    assert adopts(hall, "c1", "ann", 70) == "talking"
    assert [e.kind for e in hall.line.feed if e.call == "c1" and e.kind is not Kind.OPERATOR] == [
        Kind.ARRIVED,
        Kind.CONNECTED,
    ]
    hall.line.finish("c1", 70, wrap_up=10)
    assert hall.state("ann")[0] == "wrap_up"
    assert hall.line.end("c1", End.ABANDONED)
    assert hall.line.get_call("c1").end == End.ANSWERED
    hall.line.wrap_up_done("ann")
    assert hall.offered() == {"ann": "c2"}
    assert adopts(hall, "c1", "ann", 70) == "ended"


def test_an_offer_that_a_failover_lost(hall: Hall) -> None:
    """The caller waits by the line's knowledge, or rings somewhere else, and talks by Asterisk's."""
    hall.works("ann", "101")
    hall.calls("c1")
    assert hall.offered() == {"ann": "c1"}
    offer = hall.offer("c1")
    hall.works("bek", "102")
    assert adopts(hall, "c1", "bek", offer + 5) == "talking"
    assert (hall.state("ann")[0], hall.state("bek")[0]) == ("ready", "talking")
    hall.calls("c2")
    assert hall.offer("c2") > offer + 5


def test_nobody_talks_to_two(hall: Hall) -> None:
    """P2."""
    adopts(hall, "c1", "ann", 70)
    with pytest.raises(NotAllowed):
        adopts(hall, "c2", "ann", 80)
    for operator, offer in (("", 80), ("ann", 0)):
        with pytest.raises(NotAllowed):
            adopts(hall, "c3", operator, offer)


def test_what_rings_at_his_phone_goes_to_another(hall: Hall) -> None:
    hall.works("ann", "101")
    hall.calls("c2")
    hall.works("bek", "102")
    assert hall.offered() == {"ann": "c2"}
    adopts(hall, "c1", "ann", 70)
    assert hall.offered() == {"bek": "c2"}


def test_no_fence_comes_twice(hall: Hall) -> None:
    """A server that came up empty, and one that lost the offers of its last second: what a channel carries is less."""
    hall.works("ann", "101")
    hall.calls("c1")
    known = hall.offer("c1")
    hall.clock.wait(1)
    hall.line.decline("c1", known, "busy", pause=False)
    lost = hall.offer("c1")
    assert lost > known
    hall.line.fence = known
    hall.clock.wait(1)
    hall.line.decline("c1", lost, "busy", pause=False)
    assert hall.offer("c1") > lost
    latest = hall.offer("c1")
    hall.clock.wait(1)
    emptied(hall).works("ann", "101")
    hall.calls("c1")
    assert hall.offer("c1") > latest
