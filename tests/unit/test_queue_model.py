"""The rules of the waiting line, each by the smallest story, on the pure model."""

from __future__ import annotations

import pytest

from kezek_queue import CallState, End, NotAllowed, Stale, Unknown
from kit.queue_hall import Hall
from kit.queue_twins import START


@pytest.fixture
def hall() -> Hall:
    return Hall()


def test_the_longest_idle_operator_is_offered_the_longest_waiting_caller(hall: Hall) -> None:
    hall.calls("c1")
    hall.calls("c2")
    hall.works("ann", "101")
    assert hall.offered() == {"ann": "c1"}
    hall.clock.wait(1)
    hall.works("bek", "102")
    assert hall.offered() == {"ann": "c1", "bek": "c2"}


def test_a_higher_priority_goes_first_and_nobody_else_overtakes_across_queues(hall: Hall) -> None:
    """P3: no inversion inside one priority, across queues too."""
    hall.calls("heat-1", "heat")
    hall.calls("water-1", "water")
    hall.calls("heat-2", "heat")
    hall.calls("gas-1", "gas", priority=9)
    order = []
    hall.works("ann", "101", "water", "heat", "gas")
    while hall.offered():
        call = hall.offered()["ann"]
        order.append(call)
        hall.line.end(call, End.ABANDONED)
    assert order == ["gas-1", "heat-1", "water-1", "heat-2"]


def test_the_announced_place_never_grows_when_an_offer_is_not_taken(hall: Hall) -> None:
    """P3: the announced place never grows, save when a higher priority enters."""
    hall.works("ann", "101")
    assert [hall.calls(f"c{n}") for n in (1, 2, 3)] == [1, 2, 3]
    assert hall.positions() == {"c1": 1, "c2": 2, "c3": 3}
    hall.line.decline("c1", hall.offer("c1"), "busy", pause=True)
    assert hall.positions() == {"c1": 1, "c2": 2, "c3": 3}
    hall.line.ready("ann")
    hall.talks("c1")
    assert hall.positions() == {"c2": 1, "c3": 2}
    hall.calls("urgent", priority=9)
    assert hall.positions() == {"urgent": 1, "c2": 2, "c3": 3}


def test_wanted_skills_are_met_by_level_and_those_who_want_none_are_not_held_up(hall: Hall) -> None:
    hall.works("ann", "101", ru=2)
    hall.calls("c1", kk=1)
    hall.calls("c2", ru=3)
    hall.calls("c3", ru=2)
    assert hall.offered() == {"ann": "c3"}
    hall.works("bek", "102", kk=5, ru=3)
    assert hall.offered() == {"ann": "c3", "bek": "c1"}


def test_a_stale_fence_changes_nothing(hall: Hall) -> None:
    hall.works("ann", "101")
    hall.calls("c1")
    old = hall.offer("c1")
    hall.line.decline("c1", old, "busy", pause=False)
    assert hall.offer("c1") > old
    before = hall.line.feed_n
    for verb in (hall.line.accept, hall.line.connect):
        with pytest.raises(Stale):
            verb("c1", old)
    with pytest.raises(Stale):
        hall.line.decline("c1", old, "busy", pause=True)
    with pytest.raises(Stale):
        hall.line.finish("c1", old, wrap_up=1)
    with pytest.raises(Stale):
        hall.line.finish("c1", 0, wrap_up=1)
    assert hall.line.feed_n == before


def test_a_fence_of_a_later_epoch_is_greater_than_all_before_it(hall: Hall) -> None:
    hall.works("ann", "101")
    hall.calls("c1")
    later = Hall()
    later.clock.wait(1)
    later.works("ann", "101")
    later.calls("c1")
    assert hall.offer("c1") < later.offer("c1") < 2**53


def test_a_call_ends_once_and_a_talk_it_ends_frees_the_operator(hall: Hall) -> None:
    """P1: nobody is stuck busy when `finish` never comes."""
    hall.works("ann", "101")
    hall.calls("c1")
    offer = hall.talks("c1")
    assert hall.line.end("c1", End.ABANDONED) is True
    assert hall.line.get_call("c1").end == End.ANSWERED
    assert hall.line.end("c1", End.CUT) is False
    assert hall.state("ann") == ("wrap_up", "")
    hall.line.finish("c1", offer, wrap_up=5)  # late, but it still says how long
    hall.clock.wait(5)
    hall.line.tick()
    assert hall.state("ann") == ("ready", "")


def test_the_caller_who_leaves_while_it_rings_costs_the_operator_no_place(hall: Hall) -> None:
    hall.works("ann", "101")
    hall.clock.wait(5)
    hall.works("bek", "102")
    hall.calls("c1")
    assert hall.offered() == {"ann": "c1"}
    hall.line.end("c1", End.ABANDONED)
    hall.calls("c2")
    assert hall.offered() == {"ann": "c2"}


def test_reconcile_ends_what_asterisk_no_longer_has_but_not_what_came_just_now(hall: Hall) -> None:
    hall.works("ann", "101")
    for call in ("c1", "c2", "c3"):
        hall.calls(call)
    hall.talks("c1")
    hall.clock.wait(4)
    hall.calls("c4")
    assert hall.line.reconcile(["c2"], end=End.CUT, grace_s=5) == ("c1", "c3")
    assert hall.state("ann") == ("wrap_up", "")
    assert set(hall.line.live) == {"c2", "c4"}


def test_who_came_before_asterisk_began_is_cut_and_who_left_since_then_is_not(hall: Hall) -> None:
    """P6: a caller of the new one may be live before anybody looks. Who came just before it died is cut, too."""
    hall.calls("c1")
    hall.clock.wait(4)
    hall.calls("c2")
    began = hall.clock() + 1
    hall.clock.wait(2)
    hall.calls("c3")
    assert hall.line.reconcile([], end=End.ABANDONED, grace_s=5, cut_before=began) == ("c1", "c2")
    assert {call: hall.line.calls[call].end for call in ("c1", "c2", "c3")} == {"c1": "cut", "c2": "cut", "c3": ""}
    hall.clock.wait(5)
    assert hall.line.reconcile([], end=End.ABANDONED, grace_s=5, cut_before=began) == ("c3",)
    assert hall.line.calls["c3"].end == "abandoned"


def test_a_call_that_nobody_told_the_line_is_told_once_with_its_end(hall: Hall) -> None:
    """P5, P6."""
    hall.clock.wait(100)
    facts = {"caller": "7701", "dialled": "109", "queue": "heat", "exchange": ""}
    facts |= {"since": hall.clock() - 90, "left": hall.clock() - 60}
    assert hall.line.bury("c1", end=End.CUT, **facts)
    assert not hall.line.bury("c1", end=End.ABANDONED, **facts)
    told = [event for event in hall.line.feed if event.call == "c1"]
    assert [str(event.kind) for event in told] == ["arrived", "ended"]
    data = told[1].data
    assert (data["end"], data["waited_s"], data["ended_at"]) == ("cut", 30.0, hall.clock() - 60)
    assert (
        hall.line.arrive("c2", caller="7701", dialled="109", since=hall.clock(), node="n").place_since == facts["since"]
    )


def test_each_exchange_answers_for_its_own_calls_alone(hall: Hall) -> None:
    """P1: and a callback that was never dialled has no channel anywhere."""
    for call, exchange in (("c1", "a"), ("c2", "b"), ("c3", "b")):
        hall.line.arrive(call, caller="", dialled="109", since=hall.clock(), node="n1", exchange=exchange)
    hall.line.callback("c0", caller="7701", queue="heat")
    hall.clock.wait(10)
    assert hall.line.reconcile(["c3"], end=End.CUT, grace_s=5, exchange="b") == ("c2",)
    assert hall.line.reconcile([], end=End.CUT, grace_s=5) == ()
    assert hall.line.reconcile([], end=End.CUT, grace_s=5, exchange="a") == ("c1",)
    assert hall.line.calls["cb-c0"].state is CallState.WAITING
    hall.line.arrive("cb-c0", caller="7701", dialled="109", since=hall.clock(), node="n1", exchange="a")
    assert hall.line.calls["cb-c0"].exchange == "a"
    assert hall.line.reconcile([], end=End.CUT, grace_s=0, exchange="a") == ()


def test_an_arrival_known_already_keeps_its_place_under_a_new_node(hall: Hall) -> None:
    hall.calls("c1")
    hall.calls("c2")
    again = hall.line.arrive("c1", caller="", dialled="109", since=hall.clock(), node="other")
    assert (again.node, again.since, again.state) == ("other", START, CallState.WAITING)
    assert hall.calls("c1") == 1


def test_what_cannot_be_is_refused(hall: Hall) -> None:
    for verb in (hall.line.ready, hall.line.sign_out, hall.line.wrap_up_done):
        with pytest.raises(Unknown):
            verb("nobody")
    with pytest.raises(Unknown):
        hall.line.place("nothing", queue="109")
    hall.works("ann", "101")
    hall.calls("c1")
    with pytest.raises(NotAllowed):
        hall.line.place("c1", queue="other")
    hall.talks("c1")
    with pytest.raises(NotAllowed):
        hall.line.place("c1", queue="109")
    with pytest.raises(NotAllowed):
        hall.line.decline("c1", hall.offer("c1"), "busy", pause=True)


def test_a_call_that_leaves_the_line_frees_its_operator_unblamed_and_comes_back_to_its_place(hall: Hall) -> None:
    """P20: whom the fallback serves is offered to nobody, and no operator is paused for it."""
    hall.works("ann", "101")
    hall.clock.wait(1)
    hall.works("bek", "102")
    hall.calls("c1")
    hall.calls("c2")
    hall.calls("c3")
    hall.line.pause("bek", "lunch")
    assert (hall.offered(), hall.positions()) == ({"ann": "c1"}, {"c1": 1, "c2": 2, "c3": 3})
    first = hall.offer("c1")
    hall.line.leave("c1")
    hall.line.leave("c1")
    assert (hall.offered(), hall.positions()) == ({"ann": "c2"}, {"c2": 1, "c3": 2})
    c1 = hall.line.get_call("c1")
    assert (c1.state, c1.operator, c1.offer, c1.end) == (CallState.ARRIVED, "", 0, "")
    told = [(str(e.kind), e.call, e.data.get("reason")) for e in hall.line.feed if e.kind in ("declined", "left")]
    assert told == [("declined", "c2", "lunch"), ("declined", "c1", "left"), ("left", "c1", None)]
    with pytest.raises(Stale):
        hall.line.accept("c1", first)
    hall.line.leave("c3")
    hall.line.place("c3", queue="109")
    hall.line.place("c1", queue="109")
    assert hall.positions() == {"c1": 1, "c2": 2, "c3": 3}


def test_a_talk_does_not_leave_the_line_and_an_ended_call_is_left_alone(hall: Hall) -> None:
    hall.works("ann", "101")
    hall.calls("c1")
    hall.talks("c1")
    with pytest.raises(NotAllowed):
        hall.line.leave("c1")
    with pytest.raises(Unknown):
        hall.line.leave("c9")
    hall.line.end("c1", End.ANSWERED)
    hall.line.leave("c1")
    assert hall.line.get_call("c1").state is CallState.ENDED


def test_who_asked_for_a_pause_while_picking_up_is_paused_when_the_call_leaves(hall: Hall) -> None:
    hall.works("ann", "101")
    hall.calls("c1")
    hall.line.accept("c1", hall.offer("c1"))
    hall.line.pause("ann", "lunch")
    hall.line.leave("c1")
    assert hall.state("ann") == ("paused", "lunch")
