"""A storm in virtual time: callers of `surge_people`, the real waiting line on a real Valkey, the ladder's rules."""

from __future__ import annotations

import contextlib
import heapq
import json
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any

from redis.asyncio import Redis
from surge_people import ANSWERS_CALLBACK, ASKS_S, EMERGENCIES, TAKES_CALLBACK, TALK_S, WRAP_UP_S, Caller, Class, caller

from kezek_api.ladder.rules import LadderTable, rungs_of
from kezek_queue import End, NotAllowed, QueueRules, QueueSettings, RedisQueues, Rung, Stale, Unknown
from kezek_queue.ladder.climb import Climbing, look
from kezek_queue.ladder.types import Measured, RungRules

QUEUE = "109"
START = 1_800_000_000.0
LOOK_S = 5.0  # between two looks of the ladder
SETTINGS = QueueSettings(lease_s=20, wrap_up_s=WRAP_UP_S)
EMERGENCY = 9


@dataclass(frozen=True, slots=True)
class Measures:
    """What is done; nothing of it is a plain queue. `confirm_s`: from the `voices`th report to a manager's press."""

    announce: bool = False
    told_last: bool = False
    record: bool = False
    callback: bool = False
    reserve: bool = False
    second_line: int = 0
    voices: int = 5
    confirm_s: float = 60.0


@dataclass(frozen=True, slots=True)
class Phase:
    """Calls a second: the usual ones, and those about the outage."""

    seconds: float
    usual: float
    affected: float


@dataclass(slots=True)
class Seen:
    offered: Counter[str] = field(default_factory=Counter)
    ends: Counter[tuple[str, str]] = field(default_factory=Counter)
    waits: dict[str, list[float]] = field(default_factory=lambda: {"affected": [], "usual": [], "emergency": []})
    facts: list[float] = field(default_factory=list)  # seconds to them, of the affected who heard them
    ended: Counter[str] = field(default_factory=Counter)
    rungs: list[tuple[float, str]] = field(default_factory=list)


class Storm:
    """`redis`, `site`: for the feed, as a reader of it sees it."""

    def __init__(
        self, redis: Redis, site: str, measures: Measures, operators: int, phases: Sequence[Phase], seed: int
    ) -> None:
        self._redis, self._feed = redis, f"kezek:{{{site}}}:line:feed"
        self._measures, self.phases = measures, phases
        self._crew = [f"op{n}" for n in range(operators)]
        self._second = [f"second{n}" for n in range(measures.second_line)]
        self.seen = Seen()
        self._chance = random.Random(seed)  # noqa: S311 - a simulation
        self._now = START
        self._due: list[tuple[float, int, Callable[[], Awaitable[None]]]] = []
        self._order, self._names = count(), count()
        self._of: dict[str, Caller] = {}
        self._placed: dict[str, float] = {}
        self._came: dict[str, float] = {}
        self._recent: list[float] = []
        self._reports = 0
        self._confirmed_at: float | None = None
        self._offers: dict[str, int] = {}
        self._rungs = rungs_of(LadderTable(), (QUEUE,))
        self._rung, self._climbing = Rung(), Climbing()
        self._usual_min = 60 * phases[0].usual
        self._last = "-"

    def clock(self) -> float:
        return self._now

    @property
    def rules(self) -> RungRules:
        return self._rungs[self._rung.name]

    def later(self, seconds: float, act: Callable[[], Awaitable[None]]) -> None:
        heapq.heappush(self._due, (self._now + seconds, next(self._order), act))

    async def live(self, queues: RedisQueues) -> None:
        """Until every call has its end, or a day later: what is left then is lost."""
        self._queues = queues
        everybody = [*self._crew, *self._second]
        await self._queues.configure(QUEUE, QueueRules(callback_retries_s=(300.0,)))
        await self._queues.phones(everybody)
        for name in everybody:
            queues = [QUEUE] if name in self._crew else ["second"]
            await self._queues.sign_in(name, phone=name, queues=queues, desk=False)
            await self._queues.ready(name)
        self.later(0, self._tick)
        self.later(0, self._look)
        for phase in self.phases:
            for kind, rate in (("usual", phase.usual), ("affected", phase.affected)):
                if rate:
                    self.later(0, self._arrivals(kind, rate, self._now + phase.seconds))  # type: ignore[arg-type]
            await self._play(self._now + phase.seconds)
        limit = self._now + 24 * 3600
        while self.lost and self._now < limit:
            await self._play(self._now + 60)

    @property
    def lost(self) -> int:
        return sum(self.seen.ended[call] != 1 for call in self._of)

    async def _play(self, until: float) -> None:
        while self._due and self._due[0][0] < until:
            at, _, act = heapq.heappop(self._due)
            self._now = max(self._now, at)
            with contextlib.suppress(Stale, NotAllowed, Unknown):  # somebody was quicker
                await act()
            await self._read()
        self._now = until

    async def _tick(self) -> None:
        self.later(min(max(await self._queues.tick(), 0.05), 1.0), self._tick)

    async def _look(self) -> None:
        """The ladder, and whom a rung brings or keeps."""
        self.later(LOOK_S, self._look)
        snapshot = await self._queues.snapshot()
        at_work = sum(str(one.state) not in ("away", "paused") and QUEUE in (*one.queues, *one.joined)
                      for one in snapshot.operators)  # fmt: skip
        self._recent = [at for at in self._recent if at > self._now - 180]
        waiting = len(snapshot.waiting)
        measured = Measured(
            at=self._now,
            waiting=waiting,
            operators=at_work,
            wait_s=waiting * (TALK_S + WRAP_UP_S) / max(1, at_work),
            arrivals_min=len(self._recent) / 3,
            usual_min=self._usual_min,
        )
        self._climbing, proposal = look(self._climbing, self._rung, measured, self._rungs)
        if proposal is not None:
            self._rung = replace(self._rung, name=proposal.name, since=self._now, n=self._rung.n + 1)
            self.seen.rungs.append((self._now - START, proposal.name))
            for name in self._second:
                await self._queues.join(name, [QUEUE] if self.rules.second_line else [])
        kept = int(self.rules.reserve * at_work) if self._measures.reserve else 0
        await self._queues.configure(QUEUE, QueueRules(callback_retries_s=(300.0,), reserve=kept))

    def _arrivals(self, kind: Class, rate: float, until: float) -> Callable[[], Awaitable[None]]:
        async def arrive() -> None:
            if self._now >= until:
                return
            self.later(self._chance.expovariate(rate), arrive)
            await self._dials(kind)

        return arrive

    async def _dials(self, kind: Class) -> None:
        call = f"c{next(self._names)}"
        if self._chance.random() < EMERGENCIES:
            kind = "emergency"
        first = bool(self.rules.first) and self._measures.announce
        who = self._of[call] = caller(self._chance, kind, first=first)
        self._came[call] = self._now
        self._recent.append(self._now)
        self.seen.offered[kind] += 1
        number = f"+7701{self._chance.randrange(10**7):07}"
        await self._queues.arrive(call, caller=number, dialled=QUEUE, since=self._now, node="n")
        facts = who.facts_s if self._measures.announce else None
        if facts is not None:
            self.later(facts, lambda: self._hears(call, number, who))
        else:
            self.later(who.line_s, lambda: self._wants_place(call, number, who, knows=False))

    async def _hears(self, call: str, number: str, who: Caller) -> None:
        """About his own house, if it is confirmed by now; else his is one of the voices."""
        self._reports += 1
        if self._reports == self._measures.voices:
            self._confirmed_at = self._now + self._measures.confirm_s
        assert who.facts_s is not None
        known = self._confirmed_at is not None and self._confirmed_at <= self._now - who.facts_s + 5
        if not known:
            await self._wants_place(call, number, who, knows=False)
            return
        self.seen.facts.append(who.facts_s)
        if who.content:
            self.later(ASKS_S, lambda: self._ends(call, End.INFORMED))
        else:
            self.later(ASKS_S, lambda: self._wants_place(call, number, who, knows=True))

    async def _wants_place(self, call: str, number: str, who: Caller, *, knows: bool) -> None:
        measures, rules = self._measures, self.rules
        if measures.record and who.small and rules.record:
            self.later(12.0, lambda: self._ends(call, End.RECORDED))
            return
        behind = knows and measures.told_last and rules.told_last
        priority = EMERGENCY if who.kind == "emergency" else -1 if behind else 0
        await self._queues.place(call, queue=QUEUE, priority=priority)
        self._placed[call] = self._now
        if who.kind == "emergency":
            return
        if measures.callback and rules.callback == "everyone" and self._chance.random() < TAKES_CALLBACK:
            self.later(8.0, lambda: self._called_back(call, number))
        self.later(who.patience_s, lambda: self._tired(call))

    async def _called_back(self, call: str, number: str) -> None:
        if str((await self._queues.call(call)).state) == "waiting":
            made = await self._queues.callback(call, caller=number)
            self._of[made.call] = self._of[call]

    async def _tired(self, call: str) -> None:
        if str((await self._queues.call(call)).state) in ("waiting", "offered"):
            await self._ends(call, End.ABANDONED)

    async def _ends(self, call: str, end: End) -> None:
        await self._queues.end(call, end)

    async def _read(self) -> None:
        for event in await self._news():
            call, data = event["call"], event["data"]
            who = self._of.get(call)
            if event["kind"] == "offered" and who is not None and self._offers.get(call) != data["offer"]:
                self._offers[call] = int(data["offer"])
                answer = min(self._chance.uniform(1, 6) for _ in data["phones"])
                self.later(answer, self._answers(call, int(data["offer"]), data["kind"] == "callback"))
            elif event["kind"] == "ended":
                self._ended(call, str(data["end"]))
            elif event["kind"] == "operator" and data["state"] == "paused":
                name = event["operator"]
                self.later(60, lambda name=name: self._queues.ready(name))  # type: ignore[misc]

    async def _news(self) -> list[dict[str, Any]]:
        found = await self._redis.xrange(self._feed, self._last)
        if found:
            self._last = f"({found[-1][0]}"
        return [{**fields, "data": json.loads(fields["data"])} for _, fields in found]

    def _answers(self, call: str, offer: int, is_callback: bool) -> Callable[[], Awaitable[None]]:
        async def answer() -> None:
            if is_callback and self._chance.random() > ANSWERS_CALLBACK:
                await self._queues.postpone(call, offer, "no_answer")
                return
            await self._queues.accept(call, offer)
            await self._queues.connect(call, offer)
            if not is_callback:
                self.seen.waits[self._of[call].kind].append(self._now - self._placed[call])
            self.later(self._chance.expovariate(1 / TALK_S), lambda: self._closes(call, offer))

        return answer

    async def _closes(self, call: str, offer: int) -> None:
        await self._queues.finish(call, offer, wrap_up=WRAP_UP_S)
        await self._queues.end(call, End.ANSWERED)

    def _ended(self, call: str, end: str) -> None:
        self.seen.ended[call] += 1
        who = self._of.get(call)
        if who is None:
            return
        self.seen.ends[who.kind, end] += 1
        if end == "abandoned" and call in self._placed:
            self.seen.waits[who.kind].append(self._now - self._placed[call])
