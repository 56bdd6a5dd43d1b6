"""What `crowd.py` sees: what the node and its books hold, what the feed and the page tell, what lies in Redis."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
import signal
import sys
import urllib.error
import urllib.request
from collections import Counter, defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

from handover_site import ROOT, SITE, Exchange, books_of, wait_for
from redis.asyncio import Redis

from kezek_api.burials import BURY_S

sys.path.append(str(ROOT / "tests"))  # the tests' own measure of a process
from kit.footprint import Footprint, footprint, growth

FEED = f"kezek:{{{SITE}}}:line:feed"


async def quiet(asterisk: Exchange, redis: Redis) -> None:
    """No channel, and whoever reads the feed has read it all."""

    async def read() -> bool:
        groups = await redis.xinfo_groups(FEED)
        return all(group["pending"] == 0 and group["lag"] == 0 for group in groups)

    async def empty() -> bool:
        return "0 active channels" in await asterisk.instance.cli("core show channels count")

    await wait_for("the calls over", empty, 180)
    await wait_for("the feed read", read, 180)


class Looks:
    """Looks at the node, its books and Redis, each after so many calls."""

    def __init__(self, pid: int, says: Path, redis: Redis) -> None:
        self._pid, self._says, self.redis = pid, says, redis
        self.taken: dict[str, list[tuple[int, Footprint]]] = defaultdict(list)
        self.memory: list[tuple[int, int]] = []  # of Redis
        self.inside: list[tuple[int, dict[str, Any]]] = []

    async def take(self, calls: int) -> None:
        await asyncio.sleep(BURY_S + 1)  # so long the end of a call is left to whoever conducts it
        self._says.unlink(missing_ok=True)
        os.kill(self._pid, signal.SIGUSR1)
        await wait_for("the node tells what it holds", self._told)
        self.inside.append((calls, json.loads(self._says.read_text())))
        for name, pid in {"node": self._pid, **books_of(self._pid)}.items():
            self.taken[name].append((calls, footprint(pid)))
        self.memory.append((calls, int((await self.redis.info("memory"))["used_memory_dataset"])))

    async def _told(self) -> bool:
        return self._says.exists()

    def figures(self, warm: int) -> dict[str, Any]:
        """The slopes after `warm` looks; what there was then, and at the end."""
        found: dict[str, Any] = {}
        for name, looks in self.taken.items():
            line = growth([(calls, look.anonymous) for calls, look in looks[warm:]])
            first, last = looks[warm][1], looks[-1][1]
            found[name] = {
                "bytes_per_call": round(line.slope), "unsure": round(line.unsure), "noise_kb": round(line.noise / 1024),
                "mb": [round(each.rss / 2**20, 1) for each in (first, last)],
                "files": [len(first.files), len(last.files)], "sockets": [first.sockets, last.sockets],
                "threads": [first.threads, last.threads],
            }  # fmt: skip
        tell = [told for _, told in self.inside[warm:]]
        blocks = growth([(calls, told["blocks"]) for calls, told in self.inside[warm:]])
        found["node"] |= {"tasks": [tell[0]["tasks"], tell[-1]["tasks"]], "blocks_per_call": round(blocks.slope, 2)}
        found["redis_bytes_per_call"] = round(growth(self.memory[warm:]).slope)
        grown = Counter(tell[-1]["objects"])
        grown.subtract(tell[0]["objects"])
        found["grown"] = dict(grown.most_common(6))
        return found


class Told:
    """What the feed has told. `async with Told(url) as told`."""

    def __init__(self, url: str) -> None:
        self.url, self.redis = url, Redis.from_url(url, decode_responses=True)
        self._last = "-"
        self.arrived: set[str] = set()
        self.ended: dict[str, list[str]] = defaultdict(list)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.redis.aclose()

    async def read(self) -> None:
        found = await self.redis.xrange(FEED, self._last)
        for name, fields in found:
            self._last = f"({name}"
            if fields["kind"] == "arrived":
                self.arrived.add(fields["call"])
            elif fields["kind"] == "ended":
                self.ended[fields["call"]].append(json.loads(fields["data"])["end"])

    @property
    def lost(self) -> list[str]:
        return [call for call in self.arrived if len(self.ended[call]) != 1]

    async def until_all_ended(self, limit_s: float = 60.0) -> None:
        """Returns at the limit all the same: what is lost then is lost."""

        async def over() -> bool:
            await self.read()
            return not self.lost

        with contextlib.suppress(AssertionError):
            await wait_for("every end told", over, limit_s)

    def counted(self) -> dict[str, int]:
        return dict(Counter(end for ends in self.ended.values() for end in ends))

    async def full(self, batch: str, count: int) -> int:
        """How many of a batch were told that the queue is full."""
        stories = [f"kezek:{{{SITE}}}:story:{batch}x{number}" for number in range(1, count + 1)]
        told = 0
        for story in stories:
            steps = await self.redis.xrange(story)
            told += any(json.loads(fields["step"])["step"] == "full" for _, fields in steps)
        return told

    async def keys_for_ever(self) -> dict[str, int]:
        """Keys without an end by their kind, those of which there are more than of operators."""
        kinds = Counter[str]()
        async for key in self.redis.scan_iter(count=1000):
            if await self.redis.ttl(key) < 0:
                kinds[re.sub(r"\d+", "#", key)] += 1
        return {kind: count for kind, count in kinds.items() if "operator" not in kind and count > 5}


def health_of(page: str) -> str:
    """As the page says it; blocks."""
    try:
        with urllib.request.urlopen(f"{page}/health", timeout=5) as answer:  # noqa: S310 - the node's own
            return str(json.load(answer)["status"])
    except urllib.error.HTTPError as error:
        return str(json.load(error)["status"])
    except OSError as error:
        return f"no answer: {type(error).__name__}"


async def healthy(page: str, seen: Callable[[str], object]) -> None:
    """Tells it twice a second, for ever."""
    while True:
        seen(await asyncio.to_thread(health_of, page))
        await asyncio.sleep(0.5)
