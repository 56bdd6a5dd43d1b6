"""A talk between several: hold, transfers, helpers, several rung at once; each by the smallest story, on the model."""

from __future__ import annotations

from typing import Any

import pytest

from kezek_queue import CallState, End, FeedEvent, Kind, NotAllowed, OperatorState, QueueRules, Relax, Stale
from kit.queue_hall import Hall


@pytest.fixture
def hall() -> Hall:
    hall = Hall()
    for n, operator in enumerate(("ann", "bek", "cem")):
        hall.works(operator, f"10{n + 1}")
        hall.clock.wait(1)
    return hall


def told(hall: Hall, kind: Kind, call: str) -> list[FeedEvent]:
    return [event for event in hall.line.feed if event.kind is kind and event.call == call]


def facts(event: FeedEvent, *names: str) -> tuple[Any, ...]:
    return tuple(event.data[name] for name in names)


def test_a_transferred_caller_keeps_the_place_of_his_arrival_and_is_one_call(hall: Hall) -> None:
    """P5: arrived once, ended once, connected once for each leg; P3: the old place."""
    hall.calls("c1")
    offer = hall.talks("c1")
    hall.line.phones([])
    hall.clock.wait(60)
    hall.calls("c2", "water")
    place = hall.line.transfer("c1", offer, queue="water", priority=3, skills={}, wrap_up=10)
    assert (place.queue, place.priority, place.position) == ("water", 3, 1)
    with pytest.raises(Stale):
        hall.line.transfer("c1", offer, queue="water", wrap_up=10)
    assert hall.state("ann") == ("wrap_up", "")
    hall.line.end("c1", End.ABANDONED)  # he was answered once: no abandoned call
    assert hall.line.get_call("c1").end == End.ANSWERED
    assert [len(told(hall, kind, "c1")) for kind in (Kind.ARRIVED, Kind.CONNECTED, Kind.FINISHED, Kind.ENDED)] == [
        1, 1, 1, 1,
    ]  # fmt: skip
    assert facts(told(hall, Kind.TRANSFERRED, "c1")[0], "offer", "queue", "operator") == (offer, "water", "")
    ended = told(hall, Kind.ENDED, "c1")[0]
    assert facts(ended, "waited_s", "end") == (1.0, "answered")


@pytest.mark.parametrize(("given_away", "how"), [(True, "transferred"), (False, "finished")])
def test_a_caller_given_to_a_number_outside_was_transferred(hall: Hall, given_away: bool, how: str) -> None:
    hall.calls("c1")
    hall.line.finish("c1", hall.talks("c1"), wrap_up=10, given_away=given_away)
    assert hall.state("ann") == ("wrap_up", "")
    assert facts(told(hall, Kind.FINISHED, "c1")[0], "how", "helper") == (how, False)
    hall.line.end("c1", End.ANSWERED)
    assert len(told(hall, Kind.FINISHED, "c1")) == 1


def test_no_offer_before_the_wrap_up_ends_after_a_transfer_and_a_hand_over(hall: Hall) -> None:
    """P4: never an offer before the wrap-up ends, through transfers, joins, several queues."""
    hall.line.pause("bek", "lunch")
    hall.line.pause("cem", "lunch")
    hall.calls("c1")
    hall.line.transfer("c1", hall.talks("c1"), wanted="", wrap_up=10)
    hall.line.join("ann", ["water"])
    hall.calls("c2", "water", priority=9)
    hall.clock.wait(8.9)
    hall.line.tick()
    assert hall.offered() == {}
    hall.clock.wait(0.1)
    hall.line.tick()
    assert hall.offered() == {"ann": "c2"}


def test_wanted_by_name_he_alone_is_rung_until_the_limit_then_anybody(hall: Hall) -> None:
    hall.line.configure("109", QueueRules(named_s=20))
    hall.calls("c1")
    hall.line.pause("bek", "lunch")
    hall.line.pause("cem", "lunch")
    hall.line.transfer("c1", hall.talks("c1"), wanted="bek", wrap_up=0)
    assert hall.offered() == {}
    hall.line.ready("bek")
    assert hall.offered() == {"bek": "c1"}
    hall.line.decline("c1", hall.offer("c1"), "busy", pause=True)
    hall.clock.wait(19.9)
    hall.line.tick()
    assert hall.offered() == {}
    hall.clock.wait(0.1)
    hall.line.tick()
    assert hall.offered() == {"ann": "c1"}


def test_wanted_by_name_of_one_who_is_away_or_goes_is_wanted_of_anybody(hall: Hall) -> None:
    hall.line.pause("bek", "lunch")
    hall.line.arrive("c1", caller="", dialled="109", since=0, node="n")
    hall.line.place("c1", queue="109", wanted="bek")
    assert hall.offered() == {}
    hall.line.sign_out("bek")
    assert hall.offered() == {"ann": "c1"}
    hall.line.arrive("c2", caller="", dialled="109", since=0, node="n")
    hall.line.place("c2", queue="109", wanted="nobody")
    assert hall.offered() == {"ann": "c1", "cem": "c2"}


def test_a_helper_has_a_fence_of_his_own_and_leaves_the_talk_as_it_was(hall: Hall) -> None:
    hall.calls("c1")
    offer = hall.talks("c1")
    hall.line.hold("c1", offer)
    invited = hall.line.invite("c1", offer, "bek")
    assert invited == hall.line.invite("c1", offer, "bek")
    hall.calls("c2")
    assert hall.offered() == {"bek": "c1", "cem": "c2"}
    with pytest.raises(NotAllowed):
        hall.line.invite("c1", offer, "cem")
    hall.line.decline("c1", invited.offer, "busy", pause=True)
    assert (hall.state("bek"), hall.line.get_call("c1").state) == (("paused", "busy"), CallState.TALKING)
    hall.line.ready("bek")
    again = hall.line.invite("c1", offer, "bek")
    hall.clock.wait(20)
    hall.line.tick()
    assert (hall.state("bek"), hall.line.get_call("c1").helper) == (("paused", "no_answer"), "")
    with pytest.raises(Stale):
        hall.line.accept("c1", again.offer)
    assert hall.state("ann") == ("talking", "")


def test_the_helper_becomes_the_owner_and_both_talks_are_measured(hall: Hall) -> None:
    """P5: talk and hold of each leg, in the script."""
    hall.calls("c1")
    offer = hall.talks("c1")
    hall.clock.wait(10)
    hall.line.hold("c1", offer)
    invited = hall.line.invite("c1", offer, "bek")
    hall.clock.wait(5)
    hall.line.accept("c1", invited.offer)
    hall.line.connect("c1", invited.offer)
    hall.clock.wait(5)
    hall.line.hand_over("c1", offer, wrap_up=30)
    c1 = hall.line.get_call("c1")
    assert (c1.operator, c1.offer, c1.helper, c1.held_at) == ("bek", invited.offer, "", 0)
    with pytest.raises(Stale):
        hall.line.hold("c1", offer)
    hall.clock.wait(40)
    hall.line.finish("c1", invited.offer, wrap_up=30)
    first, second = told(hall, Kind.FINISHED, "c1")
    assert (first.operator, *facts(first, "talked_s", "held_s", "how")) == ("ann", 10.0, 10.0, "handed_over")
    assert (second.operator, *facts(second, "talked_s", "held_s", "how")) == ("bek", 45.0, 0.0, "finished")


def test_the_end_frees_owner_and_helper_and_a_rung_helper_is_ready_as_before(hall: Hall) -> None:
    """P1: nobody is stuck busy."""
    hall.calls("c1")
    invited = hall.line.invite("c1", hall.talks("c1"), "bek")
    hall.line.connect("c1", invited.offer)
    hall.calls("c2")
    hall.line.end("c1", End.ABANDONED)
    assert (hall.state("ann"), hall.state("bek")) == (("wrap_up", ""), ("wrap_up", ""))
    assert [facts(event, "helper", "how") for event in told(hall, Kind.FINISHED, "c1")] == [
        (False, "finished"),
        (True, "helper"),
    ]
    hall.line.wrap_up_done("ann")
    hall.line.invite("c2", hall.talks("c2"), "ann")
    hall.line.end("c2", End.ANSWERED)
    assert hall.state("ann") == ("ready", "")


def test_an_emergency_rings_several_and_the_first_to_pick_up_has_it(hall: Hall) -> None:
    """P2: one fence, one winner; the others are ready as before, by their own idle time."""
    hall.calls("c1", priority=9)
    assert hall.offered() == {"ann": "c1", "bek": "c1", "cem": "c1"}
    offer = hall.offer("c1")
    assert len(told(hall, Kind.OFFERED, "c1")) == 3
    hall.line.accept("c1", offer, operator="bek")
    with pytest.raises(Stale):
        hall.line.accept("c1", offer, operator="ann")
    hall.line.connect("c1", offer)
    assert [hall.state(o)[0] for o in ("ann", "bek", "cem")] == ["ready", "talking", "ready"]
    hall.calls("c2")
    assert hall.offered() == {"ann": "c2"}


def test_of_several_one_drops_out_and_two_misses_in_a_row_pause(hall: Hall) -> None:
    hall.calls("c1", priority=9)
    first = hall.offer("c1")
    hall.line.decline("c1", first, "busy", pause=True, operator="ann")
    assert hall.offered() == {"bek": "c1", "cem": "c1"}
    hall.clock.wait(20)
    hall.line.tick()
    assert hall.offered() == {"bek": "c1", "cem": "c1"}  # nobody is paused by one miss
    assert hall.offer("c1") > first
    hall.clock.wait(20)
    hall.line.tick()
    assert (hall.state("bek"), hall.state("cem")) == (("paused", "no_answer"), ("paused", "no_answer"))
    assert hall.line.get_call("c1").state is CallState.WAITING


def test_wishes_are_relaxed_step_by_step_and_the_place_stays(hall: Hall) -> None:
    """P3: nobody is overtaken by it, the place is the same."""
    hall.line.configure("109", QueueRules(relax=(Relax(10, lower=2), Relax(20, drop=("kk",)))))
    hall.line.sign_in("ann", phone="101", queues=["109"], skills={"kk": 1}, desk=False)
    hall.calls("c1", kk=3)
    hall.calls("c2", kk=5)
    hall.clock.wait(8)
    hall.line.tick()
    assert hall.offered() == {"ann": "c1"}
    assert hall.positions() == {"c1": 1, "c2": 2}
    hall.clock.wait(11)
    hall.line.tick()
    assert hall.offered() == {"ann": "c1", "bek": "c2"}


@pytest.mark.parametrize(
    ("strategy", "first"), [("longest_idle", "ann"), ("best_skill", "bek"), ("least_occupied", "cem")]
)
def test_who_is_chosen_follows_the_queues_strategy(hall: Hall, strategy: Any, first: str) -> None:
    for operator, level in (("ann", 1), ("bek", 3), ("cem", 2)):
        phone = hall.line.operators[operator].phone
        hall.line.sign_in(operator, phone=phone, queues=["109"], skills={"kk": level}, desk=False)
    for n, operator in enumerate(("ann", "bek")):
        hall.calls(f"before{n}")
        call = hall.offered()[operator]
        hall.line.finish(call, hall.talks(call), wrap_up=60)
        hall.clock.wait(10)
    for operator in ("ann", "bek", "cem"):
        hall.line.wrap_up_done(operator)
        hall.line.operators[operator].idle = 0 if operator == "ann" else 1
    hall.line.configure("109", QueueRules(strategy=strategy))
    hall.calls("c1", kk=1)
    assert hall.offered() == {first: "c1"}


def test_a_full_queue_refuses_but_not_an_emergency_nor_who_was_in_the_line(hall: Hall) -> None:
    hall.line.phones([])
    hall.line.configure("109", QueueRules(capacity=2))
    hall.calls("c1")
    hall.calls("c2")
    hall.line.leave("c2")
    hall.calls("c3")
    with pytest.raises(NotAllowed) as refused:
        hall.calls("c4")
    assert refused.value.code == "full"
    hall.line.place("c2", queue="109")
    hall.calls("c5", priority=9)
    assert hall.positions() == {"c5": 1, "c1": 2, "c2": 3, "c3": 4}


def test_callbacks_take_no_caller_s_room_in_a_full_queue(hall: Hall) -> None:
    """P9: who is called back instead is not on the line; else callbacks would keep everybody out for hours."""
    hall.line.phones([])
    hall.line.configure("109", QueueRules(capacity=1))
    for number in range(3):
        hall.calls(f"c{number}")
        hall.line.callback(f"c{number}", caller=f"+7701000000{number}")
    assert hall.calls("c3") == 4
    with pytest.raises(NotAllowed):
        hall.calls("c4")


def test_the_second_line_joins_until_the_sign_out(hall: Hall) -> None:
    hall.calls("c1", "water")
    assert hall.offered() == {}
    assert hall.line.join("cem", ["water"]).joined == ("water",)
    assert hall.offered() == {"cem": "c1"}
    hall.line.sign_out("cem")
    hall.line.sign_in("cem", phone="103", queues=["109"], desk=False)
    assert hall.line.ready("cem").joined == ()
    assert hall.offered() == {}


def test_a_wrap_up_is_prolonged_as_often_as_the_rules_allow(hall: Hall) -> None:
    """P4: with a limit and extension."""
    hall.line.configure("109", QueueRules(wrap_up_extensions=1))
    with pytest.raises(NotAllowed):
        hall.line.extend_wrap_up("ann", 30)
    hall.calls("c1")
    hall.line.finish("c1", hall.talks("c1"), wrap_up=10)
    assert hall.line.extend_wrap_up("ann", 30).extensions == 1
    with pytest.raises(NotAllowed):
        hall.line.extend_wrap_up("ann", 30)
    hall.clock.wait(39)
    hall.line.tick()
    assert hall.state("ann") == ("wrap_up", "")
    hall.clock.wait(1)
    hall.line.tick()
    assert hall.line.get_operator("ann").state is OperatorState.READY


def test_a_phone_at_another_exchange_is_rung_there_and_the_choice_is_stable(hall: Hall) -> None:
    """P16: the state follows the registration, on every exchange."""
    hall.line.phones(["101"], "b")
    assert hall.line.get_operator("ann").exchange == ""
    hall.line.phones(["102", "103"], "")
    assert hall.line.get_operator("ann").exchange == "b"
    hall.calls("c1")
    assert facts(told(hall, Kind.OFFERED, "c1")[0], "phone", "exchange", "phones") == ("101", "b", [["101", "b"]])
    hall.line.phones([], "b")
    assert hall.offered() == {"bek": "c1"}
    assert hall.line.get_operator("ann").up is False


def test_signing_in_again_starts_the_ready_time_anew(hall: Hall) -> None:
    hall.clock.wait(3600)
    assert hall.line.sign_in("ann", phone="101", queues=["109"], desk=False).since == hall.clock()
