"""Callers of a few houses on a line that is played by rules: served by whole receptions, through a node's deaths and a
line that is away or loses its last second. The rules and what holds: storm_machine.py."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from typing import Any, cast

from kezek_ivr.steady import QueueAway
from kezek_ivr.waiting import EndedElsewhere
from kezek_queue import ModelQueues, keep_ticking
from kezek_queue.types import End, FeedEvent, Kind, OperatorState
from kezek_telephony.types import LineLost, LinkDown
from kit.ivr_ears import TownPhrasebook
from kit.ivr_trouble import BrokenQueues
from kit.ivr_world import LANGUAGES, World
from kit.overload_town import TownRungs
from kit.scripted_line import Phone, ScriptedLine, after, during, hang_up, pause, press, say, while_waiting
from kit.storm_books import Books, MemoryBooks
from kit.storm_city import CityDirectory, home_of
from kit.storm_lines import ModelLine, StoryLine
from kit.virtual_time import virtual_now
from kit.virtual_work import WorkingLoop

OPERATORS = 3
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
NOT_OF_EMERGENCIES = ("informed", "recorded", "diverted", "callback")


def now() -> datetime:
    return datetime.fromtimestamp(virtual_now(), UTC)


class Callers:
    """`lines`: call -> its manner, its household, its lines, one for each node that had it; `told`: when, in which
    call, of which outage; `shaken`: from when to when a node or the line was away, or lost something; `fallen`: calls
    that Asterisk's own queue has."""

    def __init__(self) -> None:
        self.stack = AsyncExitStack()
        self.lines: dict[str, tuple[str, int, list[ScriptedLine]]] = {}
        self.told: list[tuple[float, str, int]] = []
        self.shaken: list[tuple[float, float]] = []
        self.fallen: set[str] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    # --- what a lane puts in

    @classmethod
    def loop(cls) -> WorkingLoop:
        return WorkingLoop()

    @asynccontextmanager
    async def open_books(self) -> AsyncIterator[Books]:
        yield MemoryBooks(now)

    @asynccontextmanager
    async def open_line(self) -> AsyncIterator[StoryLine]:
        async with ModelLine.open() as line:
            yield line

    async def begin(self, rungs: TownRungs) -> None:
        self.line = await self.stack.enter_async_context(self.open_line())
        self.books = await self.stack.enter_async_context(self.open_books())
        self.queues = queues = self.line.queues
        phones = {f"20{n}": Phone(answers_after=2.0, talks=20.0 + 9 * n) for n in range(OPERATORS)}
        self.world = world = World(cast(ModelQueues, queues), phones)
        await queues.phones(list(phones))
        for n in range(OPERATORS):
            await queues.sign_in(f"op{n}", phone=f"20{n}", queues=["main"], desk=False)
            await queues.ready(f"op{n}")
        world.directory = city = CityDirectory()
        for language in LANGUAGES:
            world.phrasebooks[language] = TownPhrasebook(language, city.streets(language), city.topics(language))
        world.outages, world.rungs = self.books.port, rungs
        self._begin(keep_ticking(queues, 1.0))
        if self.books.watch is not None:
            self._begin(self.books.watch())
        self._not_the_nodes = asyncio.all_tasks() - {asyncio.current_task()}
        self._tell, world.told.tell = world.told.tell, self._heard  # type: ignore[method-assign]

    def _heard(self, token: str, step: Any, **facts: Any) -> None:
        self._tell(token, step, **facts)
        if step == "outage":
            self.told += [(virtual_now(), token, id) for id in facts["outages"]]

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        """Until its end, or that of all."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    # --- calls

    async def calls(self, who: int, manner: str) -> None:
        call = f"c{len(self.lines)}"
        caller = home_of(who).phone if manner != "silent" else f"+777{len(self.lines):08}"
        language = "ru" if manner == "silent" else None
        line = self.world.call(*MANNERS[manner], call=call, caller=caller, language=language, story=call)
        self.lines[call] = manner, who, [line]
        self._serve(line)

    def _serve(self, line: ScriptedLine) -> None:
        self._begin(self._conduct(line))

    async def _conduct(self, line: ScriptedLine) -> None:
        """Whom a node cannot serve Asterisk's own queue has."""
        try:
            await self.world.reception.serve(line)
        except (QueueAway, EndedElsewhere, LinkDown, LineLost):
            self.fallen.add(line.arrival.call)
            await asyncio.sleep(10)
            line.leave()

    # --- what breaks

    async def dies(self, away_s: float) -> None:
        """The node, as by kill -9; another one gets the lines that live."""
        self.shaken.append((virtual_now(), virtual_now()))
        acting = {task for _, _, lines in self.lines.values() for line in lines for task in line._acting}
        its = asyncio.all_tasks() - self._not_the_nodes - acting - {asyncio.current_task()}
        for task in its:
            task.cancel()
        await asyncio.gather(*its, return_exceptions=True)
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
        again = self.world.board.call(
            *cues, call=known.call, caller=known.caller, since=known.since, resumed=True, talked=talked,
            language=line.variables.get("LANGUAGE") or known.language, story=known.call,
            priority=int(line.variables.get("PRIORITY", "0")),
        )  # fmt: skip
        again.variables |= line.variables  # of the channel, whichever node has it
        return again

    async def line_is_away(self, seconds: float) -> None:
        began = asyncio.get_running_loop().time()
        self.world.redis = BrokenQueues(self.queues, down_from=began, down_for=seconds)  # type: ignore[assignment]
        self.shaken.append((virtual_now(), virtual_now() + seconds))
        await asyncio.sleep(seconds)

    async def line_loses_a_second(self, who: int, manner: str) -> None:
        kept = await self.line.kept()
        await self.calls(who, manner)
        await asyncio.sleep(1)
        await self.line.loses(kept)
        self.shaken.append((virtual_now() - 1, virtual_now()))

    # --- the end

    async def ends(self) -> None:
        """Everybody comes back to work, nobody calls any more: each call has its one end, and nobody is held. Raises
        AssertionError."""
        try:
            await self._play_out()
            await self._bury()
            events = await self.line.events()
            arrived, ended = counted(events, Kind.ARRIVED), counted(events, Kind.ENDED)
            assert arrived == ended
            assert set(arrived) == self.lines.keys()
            held = (OperatorState.OFFERED, OperatorState.TALKING)
            assert not [one.operator for one in (await self.queues.snapshot()).operators if one.state in held]
            how = {event.call: event.data["end"] for event in events if event.kind is Kind.ENDED}
            for call, (manner, _, _) in self.lines.items():
                if manner in ("nine", "silent"):
                    assert how[call] not in NOT_OF_EMERGENCIES, (call, manner, how[call])
                    assert how[call] == "answered" or self.shaken, (call, manner, how[call])
        finally:
            left = asyncio.all_tasks() - {asyncio.current_task()}
            for task in left:
                task.cancel()
            await asyncio.gather(*left, return_exceptions=True)
            await self.stack.aclose()

    async def _play_out(self) -> None:
        for _ in range(120):
            for one in (await self.queues.snapshot()).operators:
                if one.state is OperatorState.PAUSED:
                    await self.queues.ready(one.operator)
            await asyncio.sleep(30)
            lives = [call for call, (_, _, lines) in self.lines.items() if not lines[-1].gone]
            await self.queues.reconcile(lives)  # as the house does with what Asterisk has no more
            if not lives:
                return
        raise AssertionError(f"still on the line: {lives}")

    async def _bury(self) -> None:
        """What the house does for those who left between a line that forgot them and a node that died."""
        for call in self.lines.keys() - counted(await self.line.events(), Kind.ARRIVED).keys():
            known = self.lines[call][2][0].arrival
            await self.queues.bury(
                call, caller=known.caller or "", dialled=known.dialled, since=known.since, queue="main", exchange="",
                end=End.ABANDONED, left=virtual_now(),
            )  # fmt: skip


def counted(events: list[FeedEvent], kind: Kind) -> Counter[str]:
    return Counter(event.call for event in events if event.kind is kind)
