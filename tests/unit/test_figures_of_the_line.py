"""The figures beside the line itself: random verbs on the model, its feed counted, its own records as the truth."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from contextlib import suppress

import pytest

from kezek_queue import CallKind, CallState, End, FeedEvent, Operator, OperatorState, QueueError, QueueSettings
from kezek_queue.figures import Book, Story, WaitEstimator
from kezek_queue.model import Model
from kezek_queue.model_snapshot import snapshot
from kit.queue_twins import TestClock

PEOPLE = {"aigul": ("hotline",), "bolat": ("hotline", "water"), "dana": ("water",)}


class Hall:
    """A line, a story and an estimator that hear it, and somebody who presses everything at random."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)  # noqa: S311 - made up
        self.clock = TestClock()
        self.begin = self.clock()
        self.line = Model(self.clock, QueueSettings(lease_s=20, wrap_up_s=30))
        self.book = Book([0, self.begin + 900, self.begin + 1800, self.begin + 10**6])
        self.story = Story(watch=self.book.add, spent=self.book.spend)
        self.waits, self.reader = WaitEstimator(), WaitEstimator()  # one is told the same operators as the same objects
        self.line.on_event = self.hear
        self.line.phones(["1", "2", "3"])
        for number, (name, queues) in enumerate(PEOPLE.items(), start=1):
            self.line.sign_in(name, phone=str(number), queues=queues, desk=False)
            self.line.ready(name)
        self.known: dict[str, Operator] = {}
        for waits in (self.waits, self.reader):
            waits.know(snapshot(self.line).operators, [], self.clock())

    def hear(self, event: FeedEvent) -> None:
        self.story.see(event)
        self.waits.see(event)
        self.reader.see(event)

    def look(self) -> None:
        """Both are told who works where: the one by new objects each time, the other as the engine does it."""
        people = snapshot(self.line).operators
        self.waits.know(people, now=self.clock())
        for one in people:
            if self.known.get(one.operator) != one:
                self.known[one.operator] = one
        self.reader.know([self.known[one.operator] for one in people], now=self.clock())

    def step(self) -> None:
        line, dice = self.line, self.dice
        self.clock.wait(dice.choice((0, 0.5, 1, 5, 10)))
        if dice.random() < 0.3 and len(line.calls) < 60:
            name = f"c{len(line.calls)}"
            line.arrive(name, caller=f"+7701{dice.randint(0, 9)}", dialled="109", since=self.clock(), node="n")
            if dice.random() < 0.8:
                line.place(name, queue=dice.choice(("hotline", "water")), priority=dice.choice((0, 0, 9)))
        if dice.random() < 0.5:
            line.ready(dice.choice(sorted(PEOPLE)))
        if line.live:
            self.press(dice.choice(sorted(line.live)))
        line.tick()

    def press(self, call: str) -> None:
        line, dice, c = self.line, self.dice, self.line.calls[call]
        connect = [lambda: line.accept(call, c.offer, operator=c.operator), lambda: line.connect(call, c.offer)]
        help_him = [
            lambda: line.accept(call, c.helper_offer, operator=c.helper),
            lambda: line.connect(call, c.helper_offer),
        ]
        ends = [lambda: line.end(call, dice.choice((End.ABANDONED, End.CUT, End.DIVERTED, End.REFUSED)))]
        place = [lambda: line.place(call, queue="hotline", priority=dice.choice((0, 3)))]
        verbs: dict[CallState, list[list[Callable[[], object]]]] = {
            CallState.ARRIVED: [place, place, ends],
            CallState.WAITING: [
                ends,
                place,
                [lambda: line.leave(call)],
                [lambda: line.callback(call, caller=c.caller or "+7702")],
                *[[]] * 8,
            ],
            CallState.OFFERED: [
                *[connect] * 8,
                [lambda: line.decline(call, c.offer, "busy", pause=False)],
                [lambda: line.postpone(call, c.offer, "busy")],
                [lambda: line.leave(call)],
                ends,
            ],
            CallState.TALKING: [
                [lambda: line.finish(call, c.offer, wrap_up=15)],
                [lambda: line.transfer(call, c.offer, queue=dice.choice(("", "water")), wrap_up=15)],
                *[[lambda: line.invite(call, c.offer, dice.choice(sorted(PEOPLE)))]] * 4,
                *[help_him] * 4,
                [lambda: line.hand_over(call, c.offer, wrap_up=15)],
                [lambda: line.finish(call, c.helper_offer, wrap_up=15)],
                [lambda: line.hold(call, c.offer)],
                [lambda: line.resume(call, c.offer)],
                ends,
            ],
            CallState.LATER: [[], ends],
        }
        with suppress(QueueError):  # not in this state
            for verb in dice.choice(verbs[c.state]):
                verb()


@pytest.mark.parametrize("seed", range(15))
def test_the_figures_are_what_the_line_itself_knows(seed: int) -> None:
    """P5: whatever is pressed, each interval's calls are each counted once, with the waits that the line has measured;
    the estimator's line is the line."""
    hall = Hall(seed)
    for _ in range(500):
        hall.step()
        for row in hall.book.figures():
            assert row.offered == sum(row.ends.values()) + row.in_progress
    rows, calls = hall.book.figures(), list(hall.line.calls.values())
    citizens = [c for c in calls if c.kind is CallKind.CALL]
    assert sum(row.offered for row in rows) == len(citizens) > 20
    assert sum(row.callbacks for row in rows) == len(calls) - len(citizens)
    for end in End:
        assert sum(row.ends[end] for row in rows) == sum(c.end == end for c in citizens)
    for c in citizens:
        told = hall.story.calls[c.call]
        assert (told.placed_at > 0, told.connected_at > 0) == (c.placed_at > 0, c.connected_at > 0)
        if c.connected_at:
            assert told.waited_s == pytest.approx((c.connected_at - c.placed_at) / 1000)
            assert len(told.legs) >= 1
    talking = sum(not leg.finished_at for told in hall.story.calls.values() for leg in told.legs.values())
    assert talking == sum(one.state is OperatorState.TALKING for one in hall.line.operators.values())
    for queue in ("hotline", "water"):
        assert hall.waits.waiting(queue) == len(hall.line.ranks.get(queue, ()))
    how = Counter(leg.how for told in hall.story.calls.values() for leg in told.legs.values())
    assert sum(row.transferred for row in rows) <= how["transferred"] + how["handed_over"]
    assert how.keys() - {""} >= {"finished", "transferred"}, how
    spent = Counter[str]()
    for spell in hall.story.open_spells(hall.clock()):
        spent[spell.state] += spell.ended - max(spell.began, hall.begin + 60)
        assert spell.state == hall.line.operators[spell.operator].state
    assert hall.story.open_seconds(hall.begin + 60, hall.clock()) == pytest.approx(dict(spent))


@pytest.mark.parametrize("seed", range(5))
def test_operators_who_are_as_they_were_need_not_be_told_again(seed: int) -> None:
    hall = Hall(seed)
    for _ in range(200):
        hall.step()
        hall.look()
        for queue in ("hotline", "water"):
            waits = [each.wait_s(queue, 2, hall.clock()) for each in (hall.waits, hall.reader)]
            assert waits[0] == waits[1]
