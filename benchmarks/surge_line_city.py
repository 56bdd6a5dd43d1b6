"""The citizens and operators of `surge_line.py`: events on a clock of their own, and what the feed tells of them."""

from __future__ import annotations

import contextlib
import heapq
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from surge_line_watch import Stopwatch

from kezek_queue import End, Full, NotAllowed, QueueRules, QueueSettings, Stale, Unknown

QUEUE = "109"
TALK_S, WRAP_UP_S, PATIENCE_S, GREETING_S = 150.0, 20.0, 240.0, 15.0
BUSY = 0.8  # of the operators' time, in the normal hours
SHARE = 0.3
START = 1_800_000_000.0
QUARTER_S = 900
RULES = QueueRules(capacity=60, callback_share=SHARE, callback_retries_s=(300.0,), together=3)


@dataclass(frozen=True)
class Phase:
    name: str
    seconds: float
    rate: float  # calls a second


def of_the_day(operators: int, normal_min: float, x12_min: float, x8_min: float) -> list[Phase]:
    normal = BUSY * operators / (TALK_S + WRAP_UP_S + 4)
    minutes = {"normal": (normal_min, 1), "x12": (x12_min, 12), "x8": (x8_min, 8)}
    return [Phase(name, 60 * long, times * normal) for name, (long, times) in minutes.items()]


@dataclass
class Seen:
    """The day as the feed tells it, and what must never be in it."""

    arrived: dict[str, float] = field(default_factory=dict)
    ended: Counter[str] = field(default_factory=Counter)
    ends: Counter[str] = field(default_factory=Counter)
    overtaken: list[tuple[str, str]] = field(default_factory=list)
    waiting: dict[str, tuple[int, float]] = field(default_factory=dict)  # callers: the first goes first
    placed_at: dict[str, float] = field(default_factory=dict)
    dialled: set[str] = field(default_factory=set)
    callbacks: set[str] = field(default_factory=set)  # that wait
    emergency_waits: list[float] = field(default_factory=list)
    most_dialled = most_waiting = most_callbacks = allowed = 0

    def hear(self, event: dict[str, Any]) -> None:
        call, data, at = event["call"], event["data"], int(event["at"]) / 1000
        kind = event["kind"]
        if kind == "arrived":
            self.arrived[call] = data["since"]
        elif kind == "ended":
            self.ended[call] += 1
            self.ends[data["end"]] += 1
            self._leaves(call)
            self.dialled.discard(call)
        elif kind == "placed":
            self._stands(call, data, at)
        elif kind == "offered":
            self._offered(call, data, at)
        elif kind in ("connected", "postponed", "declined", "lapsed"):
            self.dialled.discard(call)

    def _stands(self, call: str, data: dict[str, Any], at: float) -> None:
        if data["kind"] == "callback":
            self.callbacks.add(call)
        else:
            self.waiting[call] = (-int(data["priority"]), float(data["since"]))
            self.placed_at.setdefault(call, at)
        self.most_waiting = max(self.most_waiting, len(self.waiting))
        self.most_callbacks = max(self.most_callbacks, len(self.callbacks))

    def _offered(self, call: str, data: dict[str, Any], at: float) -> None:
        rank = self.waiting.get(call)
        if data["kind"] == "callback":
            self.dialled.add(call)
            self.most_dialled = max(self.most_dialled, len(self.dialled))
        elif rank is not None:
            self.overtaken += [(other, call) for other, theirs in self.waiting.items() if theirs < rank]
            if rank[0] == -9:
                self.emergency_waits.append(at - self.placed_at[call])
        self._leaves(call)

    def _leaves(self, call: str) -> None:
        self.waiting.pop(call, None)
        self.callbacks.discard(call)

    @property
    def lost(self) -> list[str]:
        return [call for call in self.arrived if self.ended[call] != 1]

    def uneven(self) -> int:
        """Quarters of an hour whose calls are not the sum of their ends."""
        came = Counter(int(since // QUARTER_S) for since in self.arrived.values())
        went = Counter(int(self.arrived[call] // QUARTER_S) for call in self.ended.elements())
        return sum(came[quarter] != went[quarter] for quarter in came | went)


class City:
    """`live` plays the whole day against a line, and then goes on until every call has its end."""

    def __init__(self, operators: int, phases: list[Phase], seed: int) -> None:
        self.phases, self.operators = phases, [f"op{n}" for n in range(operators)]
        self.settings = QueueSettings(lease_s=20, wrap_up_s=WRAP_UP_S)
        self.seen = Seen()
        self.seen.allowed = max(1, int(SHARE * operators))
        self.emergencies = self.emergencies_refused = 0
        self._chance = random.Random(seed)  # noqa: S311 - a simulation
        self._now = START
        self._due: list[tuple[float, int, Callable[[], Awaitable[None]]]] = []
        self._order, self._names = count(), count()
        self._over = False
        self._offers: dict[str, int] = {}  # of each call the last one seen

    def clock(self) -> float:
        return self._now

    def later(self, seconds: float, act: Callable[[], Awaitable[None]]) -> None:
        heapq.heappush(self._due, (self._now + seconds, next(self._order), act))

    async def live(self, ask: Stopwatch) -> None:
        self._ask = ask
        await ask.begin("opening")
        await ask("configure", QUEUE, RULES)
        await ask("phones", self.operators)
        for operator in self.operators:
            await ask("sign_in", operator, phone=operator, queues=[QUEUE], desk=False)
            await ask("ready", operator)
        self.later(0, self._tick)
        self.later(0, self._picture)
        for phase in self.phases:
            await ask.begin(phase.name)
            self.later(0, lambda phase=phase: self._arrivals(phase, self._now + phase.seconds))  # type: ignore[misc]
            await self._play(self._now + phase.seconds)
        await ask.begin("after")
        limit = self._now + 24 * 3600
        while self.seen.lost and self._now < limit:
            await self._play(self._now + 60)
        self._over = True
        await ask.begin("closed")

    async def _play(self, until: float) -> None:
        while self._due and self._due[0][0] < until:
            at, _, act = heapq.heappop(self._due)
            self._now = max(self._now, at)
            with contextlib.suppress(Stale, NotAllowed, Unknown):  # somebody was quicker
                await act()
            for event in await self._ask.news():
                self.seen.hear(event)
                self._notice(event)
        self._now = until

    async def _tick(self) -> None:
        rest = await self._ask("tick")
        self.later(min(max(rest, 0.001), 0.25), self._tick)

    async def _picture(self) -> None:
        await self._ask("snapshot", places=False)
        self.later(1.0, self._picture)

    async def _arrivals(self, phase: Phase, until: float) -> None:
        if self._now < until:
            self.later(self._chance.expovariate(phase.rate), lambda: self._arrivals(phase, until))
            await self._dials(f"c{next(self._names)}")

    async def _dials(self, call: str) -> None:
        number = f"+7701{self._chance.randrange(400_000):07}"
        await self._ask("arrive", call, caller=number, dialled=QUEUE, since=self._now, node="n")
        priority = 9 if self._chance.random() < 0.005 else 0
        self.emergencies += priority == 9
        self.later(self._chance.uniform(2, 2 * GREETING_S), lambda: self._wants_place(call, number, priority))

    async def _wants_place(self, call: str, number: str, priority: int) -> None:
        await self._ask("note", call, {"caller": number, "words": ["no heating"] * 10, "fields": {}})
        try:
            await self._ask("place", call, queue=QUEUE, priority=priority)
        except Full:
            self.emergencies_refused += priority == 9
            if self._chance.random() < 0.2:
                await self._ask("callback", call, caller=number, queue=QUEUE)
                await self._ask("end", call, End.CALLBACK)
            else:
                await self._ask("end", call, End.REFUSED)
            return
        if priority < 9:
            self.later(self._chance.expovariate(1 / PATIENCE_S), lambda: self._tired(call, number))

    async def _tired(self, call: str, number: str) -> None:
        if (await self._ask("call", call)).state not in ("waiting", "offered"):
            return
        if self._chance.random() < 0.3:
            await self._ask("callback", call, caller=number)
        else:
            await self._ask("end", call, End.ABANDONED)

    def _notice(self, event: dict[str, Any]) -> None:
        data, call, operator = event["data"], event["call"], event["operator"]
        if event["kind"] == "operator" and data["state"] == "paused" and not self._over:
            self.later(60, lambda: self._back(operator))
        elif event["kind"] == "offered" and not data["helper"] and self._offers.get(call) != data["offer"]:
            self._offers[call] = data["offer"]
            if data["kind"] == "callback":
                self.later(self._chance.uniform(5, 30), lambda: self._answers(call, int(data["offer"]), operator))
            elif self._chance.random() > 0.02:  # else he does not pick up, and the lease runs out
                self.later(self._chance.uniform(1, 6), lambda: self._talks(call, int(data["offer"]), operator))

    async def _back(self, operator: str) -> None:
        await self._ask("ready", operator)

    async def _answers(self, call: str, offer: int, operator: str) -> None:
        if self._chance.random() < 0.3:
            await self._ask("postpone", call, offer, "no_answer")
        else:
            await self._talks(call, offer, operator)

    async def _talks(self, call: str, offer: int, operator: str) -> None:
        await self._ask("accept", call, offer, operator=operator)
        await self._ask("connect", call, offer)
        self.later(self._chance.expovariate(1 / TALK_S), lambda: self._closes(call, offer))

    async def _closes(self, call: str, offer: int) -> None:
        await self._ask("finish", call, offer, wrap_up=WRAP_UP_S)
        await self._ask("end", call, End.ANSWERED)
