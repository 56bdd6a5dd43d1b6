"""A whole reception without I/O: scripted callers, phones and ears, the model of the waiting line, a town in memory."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, cast

from kezek_ivr.dialogue import Dialogue
from kezek_ivr.hours import Calendar
from kezek_ivr.ports import Bulletins, Emergencies, Intake, Outages, Rungs, Tickets, Troubles, Voice
from kezek_ivr.reception import Reception
from kezek_ivr.settings import ReceptionSettings
from kezek_ivr.types import Notes, Step, Waits
from kezek_queue.model_queues import ModelQueues
from kezek_queue.settings import QueueSettings
from kezek_queue.types import Call, FeedEvent, Kind, OperatorState, Queues
from kit.directory import TownDirectory
from kit.ivr_ears import TownEars, TownPhrasebook
from kit.scripted_line import Cue, Phone, ScriptedLine, ScriptedSwitchboard
from kit.virtual_time import virtual_now

LANGUAGES = ("kk", "ru", "uk", "en", "ko")
DIALOGUE = Dialogue.load()


class Told:
    """Meets `kezek_ivr.types.Storyteller`; keeps all that was told."""

    def __init__(self) -> None:
        self.steps: list[tuple[str, dict[str, Any]]] = []

    def tell(self, token: str, step: Step, **facts: Any) -> None:
        self.steps.append((step, {"token": token, **facts}))

    @property
    def names(self) -> list[str]:
        return [step for step, _ in self.steps]

    def facts(self, step: str) -> dict[str, Any]:
        """Of the last step of this name."""
        return [facts for name, facts in self.steps if name == step][-1]


class World:
    """`async with World.open(...) as world`; then `world.call(...)` and `await world.serve(line)`."""

    def __init__(self, queues: ModelQueues, phones: dict[str, Phone]) -> None:
        self.queues = queues
        self.redis: Queues = queues  # what Reception sees; a story may put a broken one in its place
        self.board = ScriptedSwitchboard(phones)
        self.ears = TownEars(*LANGUAGES)
        self.directory = TownDirectory()
        self.told = Told()
        self.waits: Waits | None = None
        self.calendar: Calendar | None = None
        self.outages: Outages | None = None
        self.tickets: Tickets | None = None
        self.emergencies: Emergencies | None = None
        self.voice: Voice | None = None
        self.rungs: Rungs | None = None
        self.intake: Intake | None = None
        self.bulletins: Bulletins | None = None
        self.troubles: Troubles | None = None
        self.clock: Callable[[], float] = virtual_now  # unix seconds
        self.settings = ReceptionSettings(node="node-1", wrap_up_s=10.0, in_talk="off")
        self.phrasebooks = {
            language: TownPhrasebook(language, self.directory.streets(language), self.directory.topics(language))
            for language in LANGUAGES
        }

    @classmethod
    @asynccontextmanager
    async def open(cls, **phones: Phone) -> AsyncIterator[World]:
        """`aigul_201=Phone(...)`: an operator, ready at the phone of that number."""
        queues = ModelQueues(virtual_now, QueueSettings(lease_s=20.0))
        by_number = {name.rpartition("_")[2]: phone for name, phone in phones.items()}
        world = cls(queues, by_number)
        await queues.phones([number for number, phone in by_number.items() if phone.registered])
        for name in phones:
            operator, _, number = name.rpartition("_")
            await queues.sign_in(operator, phone=number, queues=["main"], desk=False)
            await queues.ready(operator)
        ticking = asyncio.create_task(world._tick())  # ends with the block, below
        try:
            yield world
        finally:
            ticking.cancel()

    @property
    def reception(self) -> Reception:
        return Reception(
            self.board,
            self.ears,
            self.redis,
            self.directory,
            self.phrasebooks,
            DIALOGUE,
            self.told,
            self.settings,
            waits=self.waits,
            calendar=self.calendar,
            outages=self.outages,
            tickets=self.tickets,
            emergencies=self.emergencies,
            voice=self.voice,
            rungs=self.rungs,
            intake=self.intake,
            bulletins=self.bulletins,
            troubles=self.troubles,
            clock=self.clock,
        )

    def call(self, *cues: Cue, **caller: Any) -> ScriptedLine:
        caller.setdefault("story", "demo")
        return self.board.call(*cues, **caller)

    async def serve(self, *lines: ScriptedLine) -> None:
        """All these calls to their ends, from now."""
        async with asyncio.TaskGroup() as calls:
            for line in lines:
                calls.create_task(self.reception.serve(line))

    async def state(self, line: ScriptedLine) -> Call:
        return await self.queues.call(line.arrival.call)

    async def notes(self, line: ScriptedLine) -> Notes:
        return cast(Notes, await self.queues.notes(line.arrival.call))

    async def operator(self, name: str) -> OperatorState:
        return (await self.queues.operator(name)).state

    def ends(self) -> list[str]:
        """The end of each call, in the order in which they came."""
        return [str(event.data["end"]) for event in self.queues.model.feed if event.kind is Kind.ENDED]

    def events(self, *kinds: Kind) -> list[tuple[str, str]]:
        """(call, operator) of each such event."""
        return [(event.call, event.operator) for event in self.queues.model.feed if event.kind in kinds]

    def told_of(self, kind: Kind) -> list[FeedEvent]:
        return [event for event in self.queues.model.feed if event.kind is kind]

    def nothing_is_left(self) -> None:
        """Every call that arrived has one end, nobody is held, no recogniser is out, no task goes on."""
        arrived = [call for call, _ in self.events(Kind.ARRIVED)]
        ended = [call for call, _ in self.events(Kind.ENDED)]
        assert sorted(ended) == sorted(arrived)
        assert len(set(ended)) == len(ended)
        assert not self.queues.model.live
        held = (OperatorState.OFFERED, OperatorState.TALKING)
        assert [o.operator for o in self.queues.model.operators.values() if o.state in held] == []
        assert self.ears.open_now == 0
        ours = [t.get_coro().__qualname__ for t in asyncio.all_tasks() if not t.done()]  # type: ignore[union-attr]
        rooms = ("Watch", "Keeper", "Interview", "Reception.serve", "InTalk", "Asides", "Announcing", "Overheard")
        assert [name for name in ours if name.startswith((*rooms, "WaitingNews"))] == []

    async def _tick(self) -> None:
        while True:  # noqa: ASYNC110 - the queue says when
            await asyncio.sleep(max(await self.queues.tick(), 0.01))
