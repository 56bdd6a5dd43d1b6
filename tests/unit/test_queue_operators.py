"""The rules of the operators, each by the smallest story, on the pure model."""

from __future__ import annotations

import pytest

from kezek_queue import CallState, NotAllowed, OperatorState
from kit.queue_hall import Hall


@pytest.fixture
def hall() -> Hall:
    return Hall()


def test_no_offer_to_a_phone_that_is_not_registered_and_a_ringing_one_is_taken_back(hall: Hall) -> None:
    """P16: the state follows the registration."""
    hall.line.phones(["102"])
    hall.works("ann", "101")
    hall.calls("c1")
    assert hall.offered() == {}
    hall.line.phones(["101", "102"])
    assert hall.offered() == {"ann": "c1"}
    hall.line.phones(["102"])
    assert hall.offered() == {}
    assert hall.state("ann") == ("ready", "")
    hall.works("bek", "102")
    assert hall.offered() == {"bek": "c1"}


def test_a_stale_desk_gets_no_calls_within_three_seconds_and_is_told(hall: Hall) -> None:
    """P22: heartbeat; a stale desk gets no calls within 3 s, and says so."""
    hall.line.sign_in("ann", phone="101", queues=["109"], desk=True)
    hall.line.ready("ann")
    hall.calls("c1")
    assert hall.offered() == {}
    hall.line.beat("ann", alive=True)
    assert hall.offered() == {"ann": "c1"}
    hall.clock.wait(2.9)
    hall.line.beat("ann", alive=True)
    hall.clock.wait(2.9)
    hall.line.tick()
    assert hall.offered() == {"ann": "c1"}
    hall.clock.wait(0.1)
    assert hall.line.tick() == 1.0
    assert hall.offered() == {}
    assert hall.line.feed[-1].data["desk"] is False
    hall.calls("c2")
    assert hall.offered() == {}
    hall.line.beat("ann", alive=True)
    assert hall.offered() == {"ann": "c1"}


def test_no_offer_before_the_wrap_up_ends_whatever_queue_or_command(hall: Hall) -> None:
    """P4: never an offer before the wrap-up ends, through transfers and several queues."""
    hall.works("ann", "101", "heat", "water")
    hall.calls("c1", "heat")
    hall.line.finish("c1", hall.talks("c1"), wrap_up=10)
    hall.line.place("c1", queue="water")  # a transfer: the caller goes on to another queue
    hall.calls("c2", "heat", priority=9)
    hall.line.ready("ann")
    hall.line.sign_in("ann", phone="101", queues=["heat", "water", "gas"], desk=False)
    hall.clock.wait(8.9)
    hall.line.tick()
    assert hall.offered() == {}
    hall.clock.wait(0.1)
    hall.line.tick()
    assert hall.offered() == {"ann": "c2"}


def test_wrap_up_done_ends_it_early_and_again_changes_nothing(hall: Hall) -> None:
    hall.works("ann", "101")
    hall.calls("c1")
    hall.line.finish("c1", hall.talks("c1"), wrap_up=60)
    assert hall.line.wrap_up_done("ann").state is OperatorState.READY
    hall.calls("c2")
    assert hall.line.wrap_up_done("ann").state is OperatorState.OFFERED


def test_an_unanswered_offer_lapses_and_the_operator_is_paused_with_the_reason(hall: Hall) -> None:
    hall.works("ann", "101")
    hall.calls("c1")
    hall.clock.wait(18.9)
    assert hall.line.tick() == pytest.approx(0.1)
    hall.clock.wait(0.1)
    hall.line.tick()
    assert hall.state("ann") == ("paused", "no_answer")
    assert hall.line.get_call("c1").state is CallState.WAITING


def test_an_accepted_offer_does_not_lapse(hall: Hall) -> None:
    hall.works("ann", "101")
    hall.calls("c1")
    hall.line.accept("c1", hall.offer("c1"))
    hall.clock.wait(100)
    hall.line.tick()
    assert hall.state("ann") == ("offered", "")


@pytest.mark.parametrize(
    ("commands", "after"),
    [
        (["pause"], ("paused", "lunch")),
        (["pause", "ready"], ("ready", "")),
        (["sign_out"], ("away", "")),
        (["sign_out", "ready"], ("ready", "")),
        (["pause", "sign_out"], ("away", "")),
        (["sign_out", "pause"], ("paused", "lunch")),
    ],
)
def test_the_last_command_in_a_talk_wins_after_it(hall: Hall, commands: list[str], after: tuple[str, str]) -> None:
    """P17: the operator's last command wins."""
    hall.works("ann", "101")
    hall.calls("c1")
    offer = hall.talks("c1")
    for command in commands:
        hall.line.pause("ann", "lunch") if command == "pause" else getattr(hall.line, command)("ann")
        assert hall.state("ann") == ("talking", "")
    hall.line.finish("c1", offer, wrap_up=5)
    hall.clock.wait(5)
    hall.line.tick()
    assert hall.state("ann") == after


def test_pause_while_ringing_gives_the_caller_to_another_at_once(hall: Hall) -> None:
    """P17: a command is never overwritten by what rings."""
    hall.works("ann", "101")
    hall.calls("c1")
    hall.works("bek", "102")
    hall.line.pause("ann", "lunch")
    assert hall.offered() == {"bek": "c1"}
    assert hall.state("ann") == ("paused", "lunch")


def test_sign_out_while_ringing_is_at_once(hall: Hall) -> None:
    hall.works("ann", "101")
    hall.calls("c1")
    hall.line.sign_out("ann")
    assert hall.state("ann") == ("away", "")
    assert hall.line.get_call("c1").state is CallState.WAITING
    with pytest.raises(NotAllowed):
        hall.line.ready("ann")
