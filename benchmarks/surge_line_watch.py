"""What `surge_line.py` measures: how long each verb takes, what its script does, what is kept of ended calls."""

from __future__ import annotations

import json
import time
from collections import Counter, defaultdict
from typing import Any

from redis.asyncio import Redis

from kezek_queue import RedisQueues

OURS = {f"cmdstat_{name}" for name in ("fcall", "eval", "xrange", "info", "function|load")}  # none of a verb's script
EVERY = 5  # verbs between two bare scripts
KEPT = ("call:", "notes:", "redial:", "reply:")  # what is kept of a call


class Stopwatch:
    """`await watch("arrive", call, ...)` asks a verb in the present phase. `work`: phase -> commands for each verb."""

    def __init__(self, queues: RedisQueues, redis: Redis, prefix: str) -> None:
        self._queues, self._redis, self._prefix = queues, redis, prefix
        self._last, self._phase, self._asked, self._done = "-", "", 0, 0
        self.times: dict[tuple[str, str], list[float]] = defaultdict(list)
        self.bare: dict[str, list[float]] = defaultdict(list)
        self.work: dict[str, float] = {}

    async def __call__(self, verb: str, *args: Any, **kwargs: Any) -> Any:
        """Raises what the verb raises."""
        began = time.perf_counter()
        try:
            return await getattr(self._queues, verb)(*args, **kwargs)
        finally:
            self.times[self._phase, verb].append(time.perf_counter() - began)
            self._asked += 1
            if self._asked % EVERY == 0:
                await self._bare()

    async def begin(self, phase: str) -> None:
        done = await self._commands()
        if self._phase and self._asked:
            self.work[self._phase] = (done - self._done) / self._asked
        self._phase, self._asked, self._done = phase, 0, done

    async def news(self) -> list[dict[str, Any]]:
        """The feed's events since the last time."""
        found = await self._redis.xrange(f"{self._prefix}feed", self._last)
        if found:
            self._last = f"({found[-1][0]}"
        return [{**fields, "data": json.loads(fields["data"])} for _, fields in found]

    def all_of(self, phase: str) -> list[float]:
        return [each for (of, _), times in self.times.items() if of == phase for each in times]

    def verbs(self) -> list[str]:
        return sorted({verb for _, verb in self.times})

    async def kept(self) -> dict[str, int]:
        """Of a line in which every call has its end: its keys, those about one call that never expire, and memory."""
        kinds, for_ever, calls = Counter[str](), 0, 0
        async for key in self._redis.scan_iter(f"{self._prefix}*", count=1000):
            name = key.removeprefix(self._prefix)
            kind = next((each for each in KEPT if name.startswith(each)), "")
            kinds[kind] += 1
            calls += kind == "call:"
            if kind and await self._redis.ttl(key) < 0:
                for_ever += 1
        memory = await self._redis.info("memory")
        return {
            "keys": kinds.total(), "keys_of_no_call": kinds[""], "keys_for_ever": for_ever,
            "bytes_per_ended_call": round(int(memory["used_memory_dataset"]) / max(1, calls)),
        }  # fmt: skip

    async def _bare(self) -> None:
        began = time.perf_counter()
        await self._redis.eval("return 1", 0)
        self.bare[self._phase].append(time.perf_counter() - began)

    async def _commands(self) -> int:
        told = await self._redis.info("commandstats")
        return sum(int(each["calls"]) for name, each in told.items() if name not in OURS)
