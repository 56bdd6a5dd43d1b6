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
from surge_calls import QUEUE, Calls, Measures
from surge_people import ANSWERS_CALLBACK, TALK_S, WRAP_UP_S, Class

from kezek_api.ladder.reserving import with_reserves
from kezek_api.ladder.rules import LadderTable, rungs_of
from kezek_queue import NotAllowed, QueueRules, QueueSettings, RedisQueues, Rung, Stale, Unknown
from kezek_queue.ladder.climb import Climbing, look
from kezek_queue.ladder.types import Measured, RungName, RungRules
from kezek_queue.types import End

START = 1_800_000_000.0
LOOK_S = 5.0  # between two looks of the ladder
SETTINGS = QueueSettings(lease_s=20, wrap_up_s=WRAP_UP_S)
RULES = QueueRules(callback_retries_s=(300.0,))
Rungs = dict[RungName, RungRules]


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
    in_line: Counter[tuple[str, str]] = field(default_factory=Counter)  # of those who came into the line
    waits: dict[str, list[float]] = field(default_factory=lambda: {"affected": [], "usual": [], "emergency": []})
    facts: list[float] = field(default_factory=list)  # seconds to them, of the affected who heard them
    ended: Counter[str] = field(default_factory=Counter)
    rungs: list[tuple[float, str]] = field(default_factory=list)


class Storm:
    """`redis`, `site`: for the feed, as a reader of it sees it. `rungs`: None is the packaged ladder."""

    queues: RedisQueues

    def __init__(
        self,
        redis: Redis,
        site: str,
        measures: Measures,
        operators: int,
        phases: Sequence[Phase],
        seed: int,
        rungs: Rungs | None = None,
    ) -> None:
        self._redis, self._feed = redis, f"kezek:{{{site}}}:line:feed"
        self._measures, self.phases = measures, phases
        self._crew = [f"op{n}" for n in range(operators)]
        self._second = [f"second{n}" for n in range(measures.second_line)]
        self.seen = Seen()
        self.chance = random.Random(seed)  # noqa: S311 - a simulation
        self.calls = Calls(self, measures)
        self._now = START
        self._due: list[tuple[float, int, Callable[[], Awaitable[None]]]] = []
        self._order = count()
        self._recent: list[float] = []
        self._offers: dict[str, int] = {}
        self._rungs = rungs or rungs_of(LadderTable(), (QUEUE,))
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

    def heard(self, after_s: float) -> None:
        self.seen.facts.append(after_s)

    async def live(self, queues: RedisQueues) -> None:
        """Until every call has its end, or a day later: what is left then is lost."""
        self.queues = queues
        everybody = [*self._crew, *self._second]
        await self.queues.configure(QUEUE, RULES)
        await self.queues.phones(everybody)
        for name in everybody:
            serves = [QUEUE] if name in self._crew else ["second"]
            await self.queues.sign_in(name, phone=name, queues=serves, desk=False)
            await self.queues.ready(name)
        self.later(0, self._tick)
        self.later(0, self._look)
        kinds: tuple[Class, Class] = ("usual", "affected")
        for phase in self.phases:
            for kind, rate in zip(kinds, (phase.usual, phase.affected), strict=True):
                if rate:
                    self.later(0, self._arrivals(kind, rate, self._now + phase.seconds))
            await self._play(self._now + phase.seconds)
        limit = self._now + 24 * 3600
        while self.lost and self._now < limit:
            await self._play(self._now + 60)

    @property
    def lost(self) -> int:
        return sum(self.seen.ended[call] != 1 for call in self.calls.of)

    async def _play(self, until: float) -> None:
        while self._due and self._due[0][0] < until:
            at, _, act = heapq.heappop(self._due)
            self._now = max(self._now, at)
            with contextlib.suppress(Stale, NotAllowed, Unknown):  # somebody was quicker
                await act()
            await self._read()
        self._now = until

    async def _tick(self) -> None:
        self.later(min(max(await self.queues.tick(), 0.05), 1.0), self._tick)

    async def _look(self) -> None:
        """The ladder, and whom a rung brings or keeps."""
        self.later(LOOK_S, self._look)
        snapshot = await self.queues.snapshot()
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
                await self.queues.join(name, [QUEUE] if self.rules.second_line else [])
        asked = replace(
            self.rules,
            reserve=self.rules.reserve if self._measures.reserve else 0.0,
            reserve_behind=self.rules.reserve_behind if self._measures.keep_free else 0.0,
        )
        await self.queues.configure(QUEUE, with_reserves(snapshot, asked, {QUEUE: RULES})[QUEUE])

    def _arrivals(self, kind: Class, rate: float, until: float) -> Callable[[], Awaitable[None]]:
        async def arrive() -> None:
            if self._now >= until:
                return
            self.later(self.chance.expovariate(rate), arrive)
            self._recent.append(self._now)
            self.seen.offered[await self.calls.dials(kind)] += 1

        return arrive

    async def _read(self) -> None:
        for event in await self._news():
            call, data = event["call"], event["data"]
            who = self.calls.of.get(call)
            if event["kind"] == "offered" and who is not None and self._offers.get(call) != int(data["offer"]):
                self._offers[call] = int(data["offer"])
                answer = min(self.chance.uniform(1, 6) for _ in data["phones"])
                self.later(answer, self._answers(call, int(data["offer"]), data["kind"] == "callback"))
            elif event["kind"] == "ended":
                self._ended(call, str(data["end"]))
            elif event["kind"] == "operator" and data["state"] == "paused":
                name = event["operator"]
                self.later(60, lambda name=name: self.queues.ready(name))  # type: ignore[misc]

    async def _news(self) -> list[dict[str, Any]]:
        found = await self._redis.xrange(self._feed, self._last)
        if found:
            self._last = f"({found[-1][0]}"
        return [{**fields, "data": json.loads(fields["data"])} for _, fields in found]

    def _answers(self, call: str, offer: int, is_callback: bool) -> Callable[[], Awaitable[None]]:
        async def answer() -> None:
            if is_callback and self.chance.random() > ANSWERS_CALLBACK:
                await self.queues.postpone(call, offer, "no_answer")
                return
            await self.queues.accept(call, offer)
            await self.queues.connect(call, offer)
            if not is_callback:
                self.seen.waits[self.calls.of[call].kind].append(self._now - self.calls.placed[call])
            self.later(self.chance.expovariate(1 / TALK_S), lambda: self._closes(call, offer))

        return answer

    async def _closes(self, call: str, offer: int) -> None:
        await self.queues.finish(call, offer, wrap_up=WRAP_UP_S)
        await self.queues.end(call, End.ANSWERED)

    def _ended(self, call: str, end: str) -> None:
        self.seen.ended[call] += 1
        who = self.calls.of.get(call)
        if who is None:
            return
        self.seen.ends[who.kind, end] += 1
        if call not in self.calls.placed:
            return
        self.seen.in_line[who.kind, end] += 1
        if end == "abandoned":
            self.seen.waits[who.kind].append(self._now - self.calls.placed[call])
