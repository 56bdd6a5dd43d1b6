"""A stateful story of the line with outages in it: whole receptions in virtual time, managers, the ladder, a node that
dies, a Redis that is away or comes back without its last second. Played on books in memory or in SQL."""

from __future__ import annotations

import asyncio
import copy
from collections import Counter
from collections.abc import AsyncIterator, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, TypeVar

from hypothesis import strategies as some
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from kezek_api.ladder.rules import LadderTable, rungs_of
from kezek_ivr.steady import QueueAway
from kezek_ivr.waiting import EndedElsewhere
from kezek_queue.ladder.types import RUNGS, RungName
from kezek_queue.types import End, FeedEvent, Kind, OperatorState
from kezek_telephony.types import LineLost, LinkDown
from kit.ivr_ears import TownPhrasebook
from kit.ivr_trouble import BrokenQueues
from kit.ivr_world import LANGUAGES, World
from kit.overload_town import TownRungs
from kit.queue_order import overtaken
from kit.scripted_line import Phone, ScriptedLine, after, during, hang_up, pause, press, say, while_waiting
from kit.storm_books import Books, MemoryBooks
from kit.storm_city import CityDirectory, home, home_of
from kit.virtual_time import virtual_now
from kit.virtual_work import WorkingLoop

T = TypeVar("T")
STREETS = (1, 2, 3)
HOMES = [home(number, house, flat).id for number in STREETS for house in (1, 2) for flat in (1, 2)]
RULES = rungs_of(LadderTable(), ("main",))
LEAVES = while_waiting(pause(300), hang_up())
MANNERS = {
    "asks": (after("open", pause(1), say("light")), after("outage_stay", pause(1), press("1")), LEAVES),
    "stays": (after("open", pause(1), say("light")), LEAVES),
    "straight": (during("greeting", press("0")), LEAVES),
    "gives_up": (during("greeting", press("0")), while_waiting(pause(15), hang_up())),
    "leaves": (during("outage_now", pause(1), hang_up()), after("open", hang_up())),
    "nine": (during("greeting", press("9")),),
    "nine_later": (during("outage_now", press("9")), while_waiting(pause(5), press("9"))),
    "silent": (),
}
STORMY = ("play overload", "play neighbour", "play outage_now", "play outage_suspected")
NOT_OF_EMERGENCIES = ("informed", "recorded", "diverted", "callback")
OPERATORS = 3
LOST_S = 2.0  # what was told so shortly before a death or a loss may be told again


def now() -> datetime:
    return datetime.fromtimestamp(virtual_now(), UTC)


class StormOnTheLine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.loop = WorkingLoop()
        self.stack = AsyncExitStack()
        self.lines: dict[str, tuple[str, int, list[ScriptedLine]]] = {}  # call -> manner, household, its lines
        self.serving: dict[str, asyncio.Task[None]] = {}
        self.outages: dict[int, list[int]] = {}  # outage -> its streets
        self.suspected: dict[int, list[int]] = {}
        self.told_end: dict[int, set[int]] = {}  # outage -> households that were told of the end that holds
        self.told: list[tuple[float, str, int]] = []  # when, call, outage: of which a caller heard
        self.shaken: list[tuple[float, float]] = []  # from when to when a node or the line was away, or lost something
        self.overtaken: list[tuple[str, str]] = []
        self.fallen: set[str] = set()  # calls that Asterisk's own queue has

    # --- what a lane puts in

    @asynccontextmanager
    async def books(self) -> AsyncIterator[Books]:
        yield MemoryBooks(now)

    # --- parts

    def run(self, verb: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(verb)

    @initialize()
    def begins(self) -> None:
        self.run(self._begin())

    async def _begin(self) -> None:
        phones = {f"op{n}_20{n}": Phone(answers_after=2.0, talks=20.0 + 9 * n) for n in range(OPERATORS)}
        self.world = world = await self.stack.enter_async_context(World.open(**phones))
        self.at = await self.stack.enter_async_context(self.books())
        world.directory = city = CityDirectory()
        for language in LANGUAGES:
            world.phrasebooks[language] = TownPhrasebook(language, city.streets(language), city.topics(language))
        world.outages, world.rungs = self.at.port, (rungs := TownRungs(RULES["normal"]))
        self.rungs = rungs
        self.ours = asyncio.all_tasks() - {asyncio.current_task()}
        if self.at.watch is not None:
            self.ours.add(asyncio.create_task(self.at.watch()))  # type: ignore[arg-type]
        publish, tell = world.queues.model.on_event, world.told.tell

        def offered(event: FeedEvent) -> None:
            if event.kind is Kind.OFFERED:
                self.overtaken += overtaken(world.queues.model, event)
            assert publish
            publish(event)

        def heard(token: str, step: Any, **facts: Any) -> None:
            tell(token, step, **facts)
            if step == "outage":
                self.told += [(virtual_now(), token, id) for id in facts["outages"]]

        world.queues.model.on_event = offered
        world.told.tell = heard  # type: ignore[method-assign]

    def teardown(self) -> None:
        if hasattr(self, "at"):
            self.run(self._end())
        self.loop.close()

    # --- callers

    @rule(who=some.sampled_from(HOMES), manner=some.sampled_from(sorted(MANNERS)))
    def somebody_calls(self, who: int, manner: str) -> None:
        self.run(self._calls(who, manner))

    @rule(who=some.lists(some.sampled_from(HOMES), min_size=3, max_size=6), manner=some.sampled_from(sorted(MANNERS)))
    def several_call(self, who: list[int], manner: str) -> None:
        for one in who:
            self.run(self._calls(one, manner))

    async def _calls(self, who: int, manner: str) -> None:
        call = f"c{len(self.lines)}"
        caller = home_of(who).phone if manner != "silent" else f"+777{len(self.lines):08}"
        language = "ru" if manner == "silent" else None
        line = self.world.call(*MANNERS[manner], call=call, caller=caller, language=language, story=call)
        self.lines[call] = manner, who, [line]
        self._serve(line)

    def _serve(self, line: ScriptedLine) -> None:
        self.serving[line.arrival.call] = asyncio.create_task(self._conduct(line))

    async def _conduct(self, line: ScriptedLine) -> None:
        """Whom a node cannot serve Asterisk's own queue has, and gives back to us in a while."""
        try:
            await self.world.reception.serve(line)
        except (QueueAway, EndedElsewhere, LinkDown, LineLost):
            self.fallen.add(line.arrival.call)
            await asyncio.sleep(10)
            if not line.gone:
                line.leave()

    # --- time, operators, the ladder

    @rule(seconds=some.sampled_from([0.5, 3.0, 10.0, 45.0]))
    def time_passes(self, seconds: float) -> None:
        self.run(asyncio.sleep(seconds))

    @rule(n=some.integers(0, OPERATORS - 1), rests=some.booleans())
    def an_operator_rests_or_comes_back(self, n: int, rests: bool) -> None:
        queues = self.world.queues
        self.run(queues.pause(f"op{n}", "lunch") if rests else queues.ready(f"op{n}"))

    @rule(name=some.sampled_from(RUNGS))
    def the_ladder_moves(self, name: RungName) -> None:
        self.rungs.rules = replace(RULES[name], record=())
        rung = self.run(self.world.queues.rung())
        self.run(self.world.queues.set_rung(name, by="anna", n=rung.n))

    # --- managers

    @precondition(lambda self: len(self.suspected) < 2)
    @rule(streets=some.lists(some.sampled_from(STREETS), min_size=1, max_size=2, unique=True))
    def something_is_suspected(self, streets: list[int]) -> None:
        self.suspected[self.run(self.at.suspect(streets))] = streets

    @precondition(lambda self: bool(self.suspected))
    @rule(data=some.data())
    def it_is_confirmed(self, data: Any) -> None:
        suspicion = data.draw(some.sampled_from(sorted(self.suspected)))
        streets = self.suspected.pop(suspicion)
        self.outages[self.run(self.at.confirm(suspicion))] = streets

    @precondition(lambda self: len(self.outages) < 3)
    @rule(streets=some.lists(some.sampled_from(STREETS), min_size=1, max_size=3, unique=True))
    def one_is_opened_by_hand(self, streets: list[int]) -> None:
        self.outages[self.run(self.at.open(streets))] = streets

    @precondition(lambda self: bool(self.outages))
    @rule(data=some.data())
    def a_street_is_restored(self, data: Any) -> None:
        outage = data.draw(some.sampled_from(sorted(self.outages)))
        self._over(outage, self.run(self.at.restore(outage, data.draw(some.sampled_from(self.outages[outage])))))

    @precondition(lambda self: bool(self.outages))
    @rule(data=some.data())
    def it_is_closed(self, data: Any) -> None:
        outage = data.draw(some.sampled_from(sorted(self.outages)))
        self._over(outage, self.run(self.at.close(outage)))
        tied = self.run(self.at.ties(outage))
        due = self.run(self.at.pending(outage))
        assert sorted(due) == sorted(home for home, tell in tied.items() if tell), "each once, none twice for a step"

    def _over(self, outage: int, told: list[int]) -> None:
        assert len(told) == len(set(told))
        known = self.told_end.setdefault(outage, set())
        assert not known & set(told), "of one end nobody is told twice"
        assert set(told) <= self.run(self.at.ties(outage)).keys()
        known |= set(told)

    @precondition(lambda self: bool(self.outages))
    @rule(data=some.data())
    def it_was_a_mistake(self, data: Any) -> None:
        outage = data.draw(some.sampled_from(sorted(self.outages)))
        if not self.run(self.at.goes_on(outage)):
            self.run(self.at.reopen(outage))
            self.told_end[outage] = set(self.run(self.at.pending(outage)))

    # --- what breaks

    @rule(away_s=some.sampled_from([0.5, 4.0]))
    def the_node_dies_and_another_takes_over(self, away_s: float) -> None:
        self.run(self._die(away_s))

    async def _die(self, away_s: float) -> None:
        self.shaken.append((virtual_now(), virtual_now()))
        tasks = asyncio.all_tasks() - self.ours - {asyncio.current_task()}
        acting = {task for _, _, lines in self.lines.values() for line in lines for task in line._acting}
        for task in tasks - acting:
            task.cancel()
        await asyncio.gather(*(tasks - acting), return_exceptions=True)
        await asyncio.sleep(away_s)
        for call, (_, _, lines) in self.lines.items():
            if not lines[-1].gone and call not in self.fallen:
                lines.append(self._again(lines[-1]))
                self._serve(lines[-1])

    def _again(self, line: ScriptedLine) -> ScriptedLine:
        known = line.arrival
        line.with_operator, talked = False, line.with_operator or known.talked
        line._cues.clear()
        manner = self.lines[known.call][0]
        cues = (while_waiting(pause(3), press("9")),) if manner == "nine" and "press 9" not in line.done else (LEAVES,)
        return self.world.board.call(
            *cues, call=known.call, caller=known.caller, since=known.since, resumed=True, talked=talked,
            language=line.variables.get("LANGUAGE") or known.language, story=known.call,
            priority=int(line.variables.get("PRIORITY", "0")),
        )  # fmt: skip

    @rule(seconds=some.sampled_from([1.0, 5.0, 20.0]))
    def redis_is_away(self, seconds: float) -> None:
        self.run(self._away(seconds))

    async def _away(self, seconds: float) -> None:
        self.world.redis = BrokenQueues(self.world.queues, down_from=self.loop.time(), down_for=seconds)  # type: ignore[assignment]
        self.shaken.append((virtual_now(), virtual_now() + seconds))
        await asyncio.sleep(seconds)

    @rule(who=some.sampled_from(HOMES), manner=some.sampled_from(sorted(MANNERS)))
    def redis_loses_its_last_second(self, who: int, manner: str) -> None:
        self.run(self._loses(who, manner))

    async def _loses(self, who: int, manner: str) -> None:
        model = self.world.queues.model
        apart = {"clock": model.clock, "settings": model.settings, "on_event": model.on_event, "feed": model.feed}
        memo = {id(each): each for each in apart.values()}
        kept, feed = copy.deepcopy(model.__dict__, memo), list(model.feed)
        await self._calls(who, manner)
        await asyncio.sleep(1)
        model.__dict__.clear()
        model.__dict__.update(kept)
        model.feed.clear()
        model.feed.extend(feed)
        self.world.queues._fanout.lose("the feed began anew")
        self.shaken.append((virtual_now() - 1, virtual_now()))

    # --- what holds

    @invariant()
    def nobody_is_told_twice_of_an_outage_in_a_call(self) -> None:
        last: dict[tuple[str, int], float] = {}
        for at, call, outage in self.told:
            before = last.get((call, outage))
            excused = before is not None and any(a <= before + LOST_S and before <= b for a, b in self.shaken)
            assert before is None or excused, (call, outage)
            last[call, outage] = at

    @invariant()
    def an_emergency_feels_nothing_of_it(self) -> None:
        """From the moment on at which he pressed 9; on another node from when his channel knows of it."""
        for _, _, lines in self.lines.values():
            known = False
            for line in lines:
                pressed = known
                for done in line.done:
                    pressed, known = pressed or done == "press 9", known or done == "remember PRIORITY=9"
                    assert not (pressed and done.startswith(STORMY)), [line.done for line in lines]

    @invariant()
    def nobody_is_overtaken_and_nobody_behind_knows_nothing(self) -> None:
        assert self.overtaken == []
        if hasattr(self, "world"):
            told = {call for _, call, _ in self.told}
            behind = {event.call for event in self.events() if event.kind is Kind.PLACED and event.data["priority"] < 0}
            assert behind <= told

    @invariant()
    def who_is_tied_was_told(self) -> None:
        if not hasattr(self, "at"):
            return
        told = {(outage, self.lines[call][1]) for _, call, outage in self.told}
        for outage in self.outages:
            assert {(outage, home) for home in self.run(self.at.ties(outage))} <= told

    @invariant()
    def calls_are_the_sum_of_their_ends_and_of_those_that_go_on(self) -> None:
        if hasattr(self, "world"):
            arrived, ended = self._counted(Kind.ARRIVED), self._counted(Kind.ENDED)
            assert max([*arrived.values(), *ended.values()], default=0) <= 1
            assert arrived.keys() - ended.keys() == self.world.queues.model.live.keys()
            assert ended.keys() <= arrived.keys()

    async def _bury(self) -> None:
        """What the house does for those who left between a line that forgot them and a node that died."""
        for call in self.lines.keys() - self.world.queues.model.calls.keys():
            known = self.lines[call][2][0].arrival
            await self.world.queues.bury(
                call, caller=known.caller or "", dialled=known.dialled, since=known.since, queue="main", exchange="",
                end=End.ABANDONED, left=virtual_now(),
            )  # fmt: skip

    def _counted(self, kind: Kind) -> Counter[str]:
        return Counter(event.call for event in self.events() if event.kind is kind)

    def events(self) -> list[FeedEvent]:
        return list(self.world.queues.model.feed)

    async def _end(self) -> None:
        """Everybody comes back to work, nobody calls any more: each call has its one end, and nobody is held."""
        try:
            for n in range(OPERATORS):
                await self.world.queues.ready(f"op{n}")
            for _ in range(120):
                await asyncio.sleep(30)
                paused = [o for o in self.world.queues.model.operators.values() if o.state is OperatorState.PAUSED]
                for one in paused:
                    await self.world.queues.ready(one.operator)
                lives = [each for each, (_, _, lines) in self.lines.items() if not lines[-1].gone]
                await self.world.queues.reconcile(lives)
                if not lives and not self.world.queues.model.live:
                    break
            waiting = [call for call, (_, _, lines) in self.lines.items() if not lines[-1].gone]
            assert not waiting, f"still on the line: {waiting}"
            await self._bury()
            assert not self.world.queues.model.live
            arrived, ended = self._counted(Kind.ARRIVED), self._counted(Kind.ENDED)
            assert arrived == ended
            assert set(arrived) == self.lines.keys()
            held = (OperatorState.OFFERED, OperatorState.TALKING)
            assert not [o for o in self.world.queues.model.operators.values() if o.state in held]
            for call, (manner, _, _) in self.lines.items():
                end = self.world.queues.model.calls[call].end
                assert manner not in ("nine", "silent") or end not in NOT_OF_EMERGENCIES, (call, manner, end)
                assert manner not in ("nine", "silent") or end == "answered" or self.shaken, (call, manner, end)
        finally:
            left = asyncio.all_tasks() - {asyncio.current_task()}
            for task in left:
                task.cancel()
            await asyncio.gather(*left, return_exceptions=True)
            await self.stack.aclose()
