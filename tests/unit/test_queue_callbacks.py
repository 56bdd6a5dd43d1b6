"""Instead of waiting: callbacks and the old place of who dials again; each by the smallest story, on the model."""

from __future__ import annotations

import random

import pytest

from kezek_queue import CallKind, CallState, End, Kind, NotAllowed, OperatorState, QueueRules
from kit.queue_hall import Hall


@pytest.fixture
def hall() -> Hall:
    return Hall()


def waits(hall: Hall, call: str, caller: str = "7701") -> None:
    hall.line.arrive(call, caller=caller, dialled="109", since=hall.clock(), node="n")
    hall.line.place(call, queue="109")
    hall.clock.wait(1)


def test_the_callback_keeps_the_place_of_the_call_it_came_from(hall: Hall) -> None:
    """P12: the caller keeps the place without staying on the line."""
    for n in (1, 2, 3):
        waits(hall, f"c{n}", f"770{n}")
    hall.line.note("c2", {"words": "no heat"})
    made = hall.line.callback("c2", caller="7702")
    assert (made.call, made.of, made.kind, made.state) == ("cb-c2", "c2", CallKind.CALLBACK, CallState.WAITING)
    assert hall.positions() == {"c1": 1, "cb-c2": 2, "c3": 3}
    assert (hall.line.get_call("c2").end, hall.line.notes("cb-c2")) == (End.CALLBACK, {"words": "no heat"})


def test_nobody_is_dialled_twice(hall: Hall) -> None:
    """P8: at most one ringing callback for a call and for a number."""
    waits(hall, "c1")
    waits(hall, "c2")
    made = hall.line.callback("c1", caller="7701")
    assert hall.line.callback("c1", caller="7799") == made
    assert hall.line.callback("c2", caller="7701") == made
    assert (hall.line.get_call("c2").end, hall.positions()) == (End.CALLBACK, {"cb-c1": 1})
    hall.line.end("cb-c1", End.ABANDONED)
    again = hall.line.callback("c1", caller="7701", queue="109", place_since=made.place_since)
    assert (again.call, again.place_since) == ("cb-c1.2", made.place_since)


def test_a_citizen_not_reached_is_tried_again_at_the_old_place_and_then_no_more(hall: Hall) -> None:
    hall.line.configure("109", QueueRules(callback_retries_s=(60.0, 600.0)))
    hall.works("ann", "101")
    made = hall.line.callback("x", caller="7701", queue="109")
    for attempt, pause in enumerate((60, 600), start=1):
        idle = hall.line.get_operator("ann").idle
        hall.line.renew("cb-x", hall.offer("cb-x"), 45)
        later = hall.line.postpone("cb-x", hall.offer("cb-x"), "no_answer")
        assert (later.state, later.attempts, later.until) == (CallState.LATER, attempt, hall.clock() + pause)
        assert (hall.state("ann"), hall.line.get_operator("ann").idle, hall.positions()) == (("ready", ""), idle, {})
        hall.clock.wait(pause)
        hall.line.tick()
        assert hall.offered() == {"ann": "cb-x"}
        assert hall.line.get_call("cb-x").place_since == round(made.place_since * 1000)
    assert hall.line.postpone("cb-x", hall.offer("cb-x"), "busy").end == End.ABANDONED
    assert (hall.state("ann"), hall.line.callback_by) == (("ready", ""), {})


def test_callbacks_being_dialled_are_a_share_of_the_operators_and_live_callers_go_on(hall: Hall) -> None:
    """P8, P12: never more in flight than operators free for them; a fair share with live callers."""
    hall.line.configure("109", QueueRules(callback_share=0.5))
    for n in range(4):
        hall.line.callback(f"x{n}", caller=f"77{n}", queue="109")
        hall.clock.wait(1)
    waits(hall, "c1", "7801")
    hall.works("ann", "101")
    hall.works("bek", "102")
    assert hall.offered() == {"ann": "cb-x0", "bek": "c1"}
    hall.works("cem", "103")
    assert hall.state("cem") == ("ready", "")  # of three at work one may dial
    hall.line.connect("cb-x0", hall.offer("cb-x0"))
    assert hall.offered() == {"bek": "c1", "cem": "cb-x1"}
    hall.line.decline("cb-x1", hall.offer("cb-x1"), "busy", pause=True)
    assert hall.positions() == {"cb-x1": 1, "cb-x2": 2, "cb-x3": 3, "c1": 4}


def test_callbacks_in_flight_never_exceed_their_share_whatever_happens(hall: Hall) -> None:
    """P8: over thousands of chance steps."""
    chance = random.Random(8)  # noqa: S311 - a simulation
    hall.line.phones([str(n) for n in range(8)])
    for n in range(8):
        hall.line.sign_in(f"op{n}", phone=str(n), queues=["109"], desk=False)
    hall.line.configure("109", QueueRules(callback_share=0.4, callback_retries_s=(20.0,)))
    for step in range(4000):
        hall.clock.wait(chance.choice([0, 1, 5]))
        hall.line.tick()
        live = list(hall.line.live.values()) + [hall.line.calls[name] for name in hall.line.callback_of.values()]
        c = chance.choice(live) if live else None
        match chance.choice(
            ["call", "callback", "connect", "connect", "postpone", "decline", "finish", "end", "ready"]
        ):
            case "call":
                waits(hall, f"c{step}", f"7{step}")
            case "callback":
                hall.line.callback(c.call if c else f"x{step}", caller=f"7{step % 50}", queue="109")
            case "connect" if c and c.state is CallState.OFFERED:
                hall.line.connect(c.call, c.offer)
            case "postpone" if c and c.state is CallState.OFFERED and c.to_dial:
                hall.line.postpone(c.call, c.offer, "busy")
            case "decline" if c and c.state is CallState.OFFERED:
                hall.line.decline(c.call, c.offer, "busy", pause=chance.random() < 0.5)
            case "finish" if c and c.state is CallState.TALKING:
                hall.line.finish(c.call, c.offer, wrap_up=chance.choice([0, 5]))
                hall.line.end(c.call, End.ANSWERED)
            case "end" if c and not c.end:
                hall.line.end(c.call, End.ABANDONED)
            case "ready":
                for o in hall.line.operators.values():
                    if o.state is OperatorState.PAUSED:
                        hall.line.ready(o.operator)
        dialled = [
            c for c in map(hall.line.calls.get, hall.line.callback_of.values()) if c and c.operator and c.to_dial
        ]
        assert len(dialled) <= 3
        assert len({c.caller for c in dialled}) == len(dialled)


def test_a_callback_is_not_ended_by_a_reconciliation_before_it_has_a_channel(hall: Hall) -> None:
    """P20: a restart of Asterisk does not lose who waits to be called back."""
    hall.line.callback("x", caller="7701", queue="109")
    hall.clock.wait(60)
    assert hall.line.reconcile([], end=End.CUT, grace_s=5) == ()
    hall.works("ann", "101")
    hall.line.connect("cb-x", hall.offer("cb-x"))
    hall.clock.wait(60)
    assert hall.line.reconcile([], end=End.CUT, grace_s=5) == ("cb-x",)
    assert hall.state("ann") == ("wrap_up", "")


def test_who_dials_again_soon_has_the_old_place_and_priority_back_once(hall: Hall) -> None:
    """P3, P20: also who was cut."""
    waits(hall, "c1", "7701")
    hall.line.place("c1", queue="109", priority=5)
    waits(hall, "c2", "7702")
    hall.line.end("c1", End.ABANDONED)
    hall.clock.wait(599)
    again = hall.line.arrive("c3", caller="7701", dialled="109", since=hall.clock(), node="n")
    assert (again.place_since, again.priority) == (hall.line.get_call("c1").since / 1000, 5)
    hall.line.place("c3", queue="109")
    assert hall.positions() == {"c3": 1, "c2": 2}
    other = hall.line.arrive("c4", caller="7701", dialled="109", since=hall.clock(), node="n")
    assert other.place_since == other.since
    hall.line.end("c4", End.CUT)
    hall.clock.wait(600)
    late = hall.line.arrive("c5", caller="7701", dialled="109", since=hall.clock(), node="n")
    assert late.place_since == late.since


def test_what_cannot_be_called_back_is_refused(hall: Hall) -> None:
    with pytest.raises(NotAllowed):
        hall.line.callback("x", caller="", queue="109")
    with pytest.raises(NotAllowed):
        hall.line.callback("x", caller="7701")
    hall.works("ann", "101")
    waits(hall, "c1")
    with pytest.raises(NotAllowed):
        hall.line.postpone("c1", hall.offer("c1"), "busy")
    hall.line.callback("x", caller="7702", queue="109")
    hall.works("bek", "102")
    hall.line.connect("cb-x", hall.offer("cb-x"))
    with pytest.raises(NotAllowed):
        hall.line.postpone("cb-x", hall.offer("cb-x"), "busy")
    assert [e.data["kind"] for e in hall.line.feed if e.kind is Kind.OFFERED] == ["call", "callback"]


def test_who_dials_in_himself_while_he_is_dialled_and_is_served_is_not_called_back(hall: Hall) -> None:
    """P8: his line was busy, so the callback rests until later."""
    waits(hall, "c1")
    hall.line.callback("c1", caller="7701")
    waits(hall, "c2", "7702")
    hall.works("ann", "101")
    assert hall.offered() == {"ann": "cb-c1"}
    waits(hall, "c3")
    assert hall.line.get_call("c3").place_since == hall.line.get_call("c3").since, "as any other caller"
    hall.line.postpone("cb-c1", hall.offer("cb-c1"), "busy")
    hall.talks("c2")
    assert hall.line.get_call("cb-c1").state is CallState.LATER, "somebody else's talk"
    hall.works("bek", "102")
    hall.talks("c3")
    assert hall.line.get_call("cb-c1").end == End.INFORMED
    assert hall.line.callback_by == {}


@pytest.mark.parametrize("state", ["waiting", "later", "arrived"])
def test_who_dials_in_himself_has_the_place_of_his_callback_and_is_dialled_no_more(hall: Hall, state: str) -> None:
    """P3, P8, P12: while it waits in the line, rests for later, or is put aside."""
    waits(hall, "c1")
    hall.line.place("c1", queue="109", priority=5)
    made = hall.line.callback("c1", caller="7701")
    waits(hall, "c2", "7702")
    if state == "later":
        hall.works("ann", "101")
        hall.line.postpone("cb-c1", hall.offer("cb-c1"), "busy")
        hall.line.sign_out("ann")
    elif state == "arrived":
        hall.line.leave("cb-c1")
    assert hall.line.get_call("cb-c1").state == state
    again = hall.line.arrive("c3", caller="7701", dialled="109", since=hall.clock(), node="n")
    assert (again.place_since, again.priority) == (made.place_since, 5)
    assert hall.line.get_call("cb-c1").state is CallState.LATER, "he speaks with us: none dials him"
    hall.clock.wait(120)
    hall.line.tick()
    hall.line.place("c3", queue="109")
    assert hall.line.get_call("cb-c1").end == End.INFORMED
    assert (hall.line.callback_by, hall.line.callback_of) == ({}, {})
    assert hall.positions() == {"c3": 1, "c2": 2}
    hall.clock.wait(700)
    hall.line.tick()
    hall.works("bek", "102")
    assert hall.offered() == {"bek": "c3"}
    assert hall.line.callback("c3", caller="7701").place_since == made.place_since, "and may be called back again"


def test_who_hangs_up_before_the_line_or_finds_it_closed_is_called_back_after_all(hall: Hall) -> None:
    """P12: at his place, which he has too if he dials once more."""
    waits(hall, "c1")
    made = hall.line.callback("c1", caller="7701")
    for call, end in (("c2", End.ABANDONED), ("c3", End.INFORMED)):
        hall.clock.wait(60)
        again = hall.line.arrive(call, caller="7701", dialled="109", since=hall.clock(), node="n")
        assert again.place_since == made.place_since
        hall.line.end(call, end)
    hall.works("ann", "101")
    hall.clock.wait(299)
    hall.line.tick()
    assert hall.offered() == {}, "five minutes after he dialled"
    hall.clock.wait(1)
    hall.line.tick()
    assert hall.offered() == {"ann": "cb-c1"}
    assert hall.line.get_call("cb-c1").place_since == round(made.place_since * 1000)


def test_a_callback_whose_citizen_is_on_the_line_is_not_taken_over_by_a_second_call_of_his(hall: Hall) -> None:
    """He has picked up, and waits for an operator: his number may have more than one line."""
    waits(hall, "c1")
    hall.line.callback("c1", caller="7701")
    hall.works("ann", "101")
    hall.line.arrive("cb-c1", caller="7701", dialled="109", since=0.0, node="n")
    hall.line.decline("cb-c1", hall.offer("cb-c1"), "declined", pause=True)
    second = hall.line.arrive("c2", caller="7701", dialled="109", since=hall.clock(), node="n")
    assert second.place_since == second.since
    assert hall.line.get_call("cb-c1").state is CallState.WAITING
    hall.line.ready("ann")
    hall.line.postpone("cb-c1", hall.offer("cb-c1"), "hung_up")
    waits(hall, "c3")
    assert hall.line.get_call("cb-c1").end == End.INFORMED
