"""Each caller's own way through the storm: asked, told, placed, told in the line, called back, recorded, or tired."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from itertools import count
from typing import Protocol

from surge_people import (
    ASKS_S,
    EMERGENCIES,
    EVERY_S,
    FACTS_S,
    LOOKS_S,
    PLACE_S,
    READ_S,
    RECORDED_S,
    TAKES_CALLBACK,
    Caller,
    Class,
    caller,
)

from kezek_queue import CallState, End, RedisQueues
from kezek_queue.ladder.types import RungRules

QUEUE = "109"
EMERGENCY, BEHIND = 9, -1


@dataclass(frozen=True, slots=True)
class Measures:
    """What is done; nothing of it is a plain queue. `announce`: before the line, and to who waits when it is confirmed;
    `keep_free`: operators kept from those told last; `confirm_s`: from the `voices`th report to a manager's press."""

    announce: bool = False
    told_last: bool = False
    keep_free: bool = False
    record: bool = False
    callback: bool = False
    reserve: bool = False
    second_line: int = 0
    voices: int = 5
    confirm_s: float = 60.0


class World(Protocol):
    """What a call sees of the storm."""

    queues: RedisQueues
    chance: random.Random

    def clock(self) -> float: ...

    def later(self, seconds: float, act: Callable[[], Awaitable[None]]) -> None: ...

    def heard(self, after_s: float) -> None:
        """An affected caller has heard about his own house, so long after he came."""
        ...

    @property
    def rules(self) -> RungRules: ...


class Calls:
    """`of`: call -> who; `placed`: call -> when it came into the line."""

    def __init__(self, world: World, measures: Measures) -> None:
        self._world, self._measures = world, measures
        self._names = count()
        self.of: dict[str, Caller] = {}
        self.placed: dict[str, float] = {}
        self._came: dict[str, float] = {}
        self._told: set[str] = set()
        self._stay: set[str] = set()  # of those who wait: they have heard it all
        self._reports = 0
        self._confirmed = False

    async def dials(self, kind: Class) -> Class:
        """What it is after all."""
        world = self._world
        call = f"c{next(self._names)}"
        if world.chance.random() < EMERGENCIES:
            kind = "emergency"
        who = self.of[call] = caller(world.chance, kind, first=bool(world.rules.first) and self._measures.announce)
        self._came[call] = world.clock()
        number = f"+7701{world.chance.randrange(10**7):07}"
        await world.queues.arrive(call, caller=number, dialled=QUEUE, since=world.clock(), node="n")
        for asks_s in who.asks_s if self._measures.announce else ():
            world.later(asks_s, lambda: self._is_told(call, number))
        world.later(who.line_s, lambda: self._wants_place(call, number))
        return kind

    async def _is_told(self, call: str, number: str) -> None:
        """The dialogue asks the register, before the line: what is confirmed by now he hears."""
        if not self._confirmed or call in self._told:
            return
        self._told.add(call)
        who, world = self.of[call], self._world
        world.later(FACTS_S, lambda: self._has_heard(call))
        if who.content:
            world.later(FACTS_S + ASKS_S, lambda: self._ends(call, End.INFORMED))
        else:
            world.later(FACTS_S + ASKS_S, lambda: self._place(call, number))

    async def _wants_place(self, call: str, number: str) -> None:
        """His questions are over; where his house is known he is a voice."""
        if self.of[call].asks_s:
            self._reports += 1
            if self._reports == self._measures.voices:
                self._world.later(self._measures.confirm_s, self._confirm)
        if call not in self._told:
            await self._place(call, number)

    async def _place(self, call: str, number: str) -> None:
        measures, rules, who, world = self._measures, self._world.rules, self.of[call], self._world
        if measures.record and who.recorded and rules.record:
            world.later(RECORDED_S, lambda: self._ends(call, End.RECORDED))
            return
        behind = call in self._told and measures.told_last and rules.told_last
        priority = EMERGENCY if who.kind == "emergency" else BEHIND if behind else 0
        await world.queues.place(call, queue=QUEUE, priority=priority)
        self.placed[call] = world.clock()
        if call in self._told:
            self._stay.add(call)
        if who.kind == "emergency":
            return
        if self._confirmed:
            world.later(PLACE_S, lambda: self._looks(call))
        if measures.callback and rules.callback == "everyone" and world.chance.random() < TAKES_CALLBACK:
            world.later(8.0, lambda: self._called_back(call, number))
        world.later(who.patience_s, lambda: self._tired(call))
        world.later(EVERY_S, lambda: self._place_again(call))

    async def _place_again(self, call: str) -> None:
        """His place is told again; who was told before the rung said so goes behind now."""
        if await self._waits(call):
            await self._goes_behind(call)
            self._world.later(EVERY_S, lambda: self._place_again(call))

    async def _goes_behind(self, call: str) -> None:
        if call in self._stay and self._measures.told_last and self._world.rules.told_last:
            await self._world.queues.place(call, queue=QUEUE, priority=BEHIND)

    async def _confirm(self) -> None:
        """Each who waits sees it at his next look."""
        self._confirmed = True
        for call in self.placed:
            self._world.later(READ_S + self._world.chance.uniform(0, LOOKS_S), lambda call=call: self._looks(call))

    async def _looks(self, call: str) -> None:
        """He waits, and hears of his house there."""
        who = self.of[call]
        if not (self._measures.announce and who.asks_s) or call in self._told or not await self._waits(call):
            return
        self._told.add(call)
        self._world.later(FACTS_S, lambda: self._heard_it_all(call))

    async def _heard_it_all(self, call: str) -> None:
        if await self._waits(call):  # no operator has cut it short
            await self._has_heard(call)
            self._world.later(ASKS_S, lambda: self._decides(call))

    async def _decides(self, call: str) -> None:
        if not await self._waits(call):
            return
        if self.of[call].content:
            await self._ends(call, End.INFORMED)
        else:
            self._stay.add(call)
            await self._goes_behind(call)

    async def _has_heard(self, call: str) -> None:
        self._world.heard(self._world.clock() - self._came[call])

    async def _waits(self, call: str) -> bool:
        return (await self._world.queues.call(call)).state is CallState.WAITING

    async def _called_back(self, call: str, number: str) -> None:
        if await self._waits(call):
            made = await self._world.queues.callback(call, caller=number)
            self.of[made.call] = self.of[call]

    async def _tired(self, call: str) -> None:
        if (await self._world.queues.call(call)).state in (CallState.WAITING, CallState.OFFERED):
            await self._ends(call, End.ABANDONED)

    async def _ends(self, call: str, end: End) -> None:
        await self._world.queues.end(call, end)
