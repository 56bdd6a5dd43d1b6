"""A stateful story of the line with outages in it: managers open, confirm, restore, close and take back; callers of
a few houses are told or not, wait, talk, hang up; the ladder moves, nodes die, the line is away or loses a second."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import replace
from typing import Any, TypeVar

from hypothesis import strategies as some
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from kezek_api.ladder.rules import LadderTable, rungs_of
from kezek_queue.ladder.types import RUNGS, RungName
from kezek_queue.types import Kind
from kit.overload_town import TownRungs
from kit.storm_callers import MANNERS, OPERATORS, Callers, counted
from kit.storm_city import home

T = TypeVar("T")
STREETS = (1, 2, 3)
HOMES = [home(number, house, flat).id for number in STREETS for house in (1, 2) for flat in (1, 2)]
RULES = rungs_of(LadderTable(), ("main",))
STORMY = ("play overload", "play neighbour", "play outage_now", "play outage_suspected")
LOST_S = 2.0  # what was told so shortly before a death or a loss may be told again


class StormOnTheLine(RuleBasedStateMachine):
    """`callers_of`: what a lane plays it on."""

    callers_of: type[Callers] = Callers

    def __init__(self) -> None:
        super().__init__()
        self.loop = self.callers_of.loop()
        self.callers = self.callers_of()
        self.outages: dict[int, list[int]] = {}  # outage -> its streets
        self.suspected: dict[int, list[int]] = {}
        self.told_end: dict[int, set[int]] = {}  # outage -> households that were told of the end that holds
        self.begun = False

    def run(self, verb: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(verb)

    @initialize()
    def begins(self) -> None:
        self.rungs = TownRungs(RULES["normal"])
        self.run(self.callers.begin(self.rungs))
        self.begun = True

    def teardown(self) -> None:
        if self.begun:
            self.run(self.callers.ends())
        self.loop.close()

    # --- callers

    @rule(who=some.sampled_from(HOMES), manner=some.sampled_from(sorted(MANNERS)))
    def somebody_calls(self, who: int, manner: str) -> None:
        self.run(self.callers.calls(who, manner))

    @rule(who=some.lists(some.sampled_from(HOMES), min_size=3, max_size=6), manner=some.sampled_from(sorted(MANNERS)))
    def several_call(self, who: list[int], manner: str) -> None:
        for one in who:
            self.run(self.callers.calls(one, manner))

    # --- time, operators, the ladder

    @rule(seconds=some.sampled_from([0.5, 3.0, 10.0, 45.0]))
    def time_passes(self, seconds: float) -> None:
        self.run(asyncio.sleep(seconds))

    @rule(n=some.integers(0, OPERATORS - 1), rests=some.booleans())
    def an_operator_rests_or_comes_back(self, n: int, rests: bool) -> None:
        queues = self.callers.queues
        self.run(queues.pause(f"op{n}", "lunch") if rests else queues.ready(f"op{n}"))

    @rule(name=some.sampled_from(RUNGS))
    def the_ladder_moves(self, name: RungName) -> None:
        self.rungs.rules = replace(RULES[name], record=())
        rung = self.run(self.callers.queues.rung())
        self.run(self.callers.queues.set_rung(name, by="anna", n=rung.n))

    # --- managers

    @precondition(lambda self: len(self.suspected) < 2)
    @rule(streets=some.lists(some.sampled_from(STREETS), min_size=1, max_size=2, unique=True))
    def something_is_suspected(self, streets: list[int]) -> None:
        self.suspected[self.run(self.callers.books.suspect(streets))] = streets

    @precondition(lambda self: bool(self.suspected))
    @rule(data=some.data())
    def it_is_confirmed(self, data: Any) -> None:
        suspicion = data.draw(some.sampled_from(sorted(self.suspected)))
        streets = self.suspected.pop(suspicion)
        self.outages[self.run(self.callers.books.confirm(suspicion))] = streets

    @precondition(lambda self: len(self.outages) < 3)
    @rule(streets=some.lists(some.sampled_from(STREETS), min_size=1, max_size=3, unique=True))
    def one_is_opened_by_hand(self, streets: list[int]) -> None:
        self.outages[self.run(self.callers.books.open(streets))] = streets

    @precondition(lambda self: bool(self.outages))
    @rule(data=some.data())
    def a_street_is_restored(self, data: Any) -> None:
        outage = data.draw(some.sampled_from(sorted(self.outages)))
        self._over(
            outage, self.run(self.callers.books.restore(outage, data.draw(some.sampled_from(self.outages[outage]))))
        )

    @precondition(lambda self: bool(self.outages))
    @rule(data=some.data())
    def it_is_closed(self, data: Any) -> None:
        outage = data.draw(some.sampled_from(sorted(self.outages)))
        self._over(outage, self.run(self.callers.books.close(outage)))
        tied = self.run(self.callers.books.ties(outage))
        due = self.run(self.callers.books.pending(outage))
        assert sorted(due) == sorted(home for home, tell in tied.items() if tell), "each once, none twice for a step"

    def _over(self, outage: int, told: list[int]) -> None:
        assert len(told) == len(set(told))
        known = self.told_end.setdefault(outage, set())
        assert not known & set(told), "of one end nobody is told twice"
        assert set(told) <= self.run(self.callers.books.ties(outage)).keys()
        known |= set(told)

    @precondition(lambda self: bool(self.outages))
    @rule(data=some.data())
    def it_was_a_mistake(self, data: Any) -> None:
        outage = data.draw(some.sampled_from(sorted(self.outages)))
        if not self.run(self.callers.books.goes_on(outage)):
            self.run(self.callers.books.reopen(outage))
            self.told_end[outage] = set(self.run(self.callers.books.pending(outage)))

    # --- what breaks

    @rule(away_s=some.sampled_from([0.5, 4.0]))
    def the_node_dies_and_another_takes_over(self, away_s: float) -> None:
        self.run(self.callers.dies(away_s))

    @rule(seconds=some.sampled_from([1.0, 5.0, 20.0]))
    def the_line_is_away(self, seconds: float) -> None:
        self.run(self.callers.line_is_away(seconds))

    @rule(who=some.sampled_from(HOMES), manner=some.sampled_from(sorted(MANNERS)))
    def the_line_loses_its_last_second(self, who: int, manner: str) -> None:
        self.run(self.callers.line_loses_a_second(who, manner))

    # --- what holds

    @invariant()
    def nobody_is_told_twice_of_an_outage_in_a_call(self) -> None:
        last: dict[tuple[str, int], float] = {}
        for at, call, outage in self.callers.told:
            before = last.get((call, outage))
            excused = before is not None and any(a <= before + LOST_S and before <= b for a, b in self.callers.shaken)
            assert before is None or excused, (call, outage)
            last[call, outage] = at

    @invariant()
    def an_emergency_feels_nothing_of_it(self) -> None:
        """From the moment on at which he pressed 9; on another node from when his channel knows of it."""
        for _, _, lines in self.callers.lines.values():
            known = False
            for line in lines:
                pressed = known
                for done in line.done:
                    pressed, known = pressed or done == "press 9", known or done == "remember PRIORITY=9"
                    assert not (pressed and done.startswith(STORMY)), [line.done for line in lines]

    @invariant()
    def nobody_is_overtaken_nobody_behind_knows_nothing_and_calls_are_the_sum_of_their_ends(self) -> None:
        if not self.begun:
            return
        assert self.callers.line.overtaken == []
        events = self.run(self.callers.line.events())
        told = {call for _, call, _ in self.callers.told}
        assert {event.call for event in events if event.kind is Kind.PLACED and event.data["priority"] < 0} <= told
        arrived, ended = counted(events, Kind.ARRIVED), counted(events, Kind.ENDED)
        assert max([*arrived.values(), *ended.values()], default=0) <= 1
        assert ended.keys() <= arrived.keys()
        live = arrived.keys() - ended.keys()  # of an earlier moment than what is asked now
        calls = self.run(self.callers.queues.calls(list(arrived)))
        assert {call for call, (known, _) in calls.items() if not known.end} <= live

    @invariant()
    def who_is_tied_was_told(self) -> None:
        told = {(outage, self.callers.lines[call][1]) for _, call, outage in self.callers.told}
        for outage in self.outages:
            assert {(outage, home) for home in self.run(self.callers.books.ties(outage))} <= told
