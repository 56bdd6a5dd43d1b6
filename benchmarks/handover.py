"""Callers handed to operators: the same Asterisk, citizens and operators, by app_queue, by `kezek serve`, and by a bare
sketch that keeps nothing (`handover_bare.py`): what this machine allows.

    python benchmarks/handover.py [--seconds 40] [--operators 50] [--rate 60] [--prefix FOLDER] [--json]

SIPp's operators pick up at once and talk 1 s, so 50 of them can serve 50 calls a second and no more (the ceiling); 60 a
second are offered, the line grows to `--most` callers: with 225 app_queue's wait 7 s in the median, as in the floor
that the goal was taken from. First, on the idle machine, 3 calls a second measure how soon after its assignment a phone
rings. Everything shares this machine: Asterisk with the callers' music, SIPp, Valkey and the node.

- served: talks begun a second while callers wait, from --warm-up seconds on;
- wait: from a caller's answer to the hang-up, less the talk;
- gap: from an operator's hang-up to the next ring on the same phone;
- assign to ring: from the event 'offered' (Redis's clock cuts it to whole milliseconds, so up to 1 ms too much is
  shown) to the INVITE at the phone. app_queue does not tell when it assigns: its gap says how long it takes to notice.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from handover_log import Period, Phones, part, rings, waits
from handover_site import (
    NUMBER,
    OTHER_NUMBER,
    QUEUE,
    ROOT,
    SERVE,
    SITE,
    TALK_S,
    Exchange,
    answers,
    bare,
    books_of,
    cpu_s,
    exchange,
    node,
    temporary_folder,
    valkey,
    wait_for,
)  # fmt: skip
from redis.asyncio import Redis
from rich.console import Console
from rich.table import Table

from kezek_queue import RedisQueues

IDLE_RATE = 3.0


@dataclass
class Side:
    """What was measured of one of them."""

    served: float  # a second
    waits: list[float]  # seconds
    gaps: list[float]
    cpu: dict[str, float]  # cores used, by process
    load: float  # the machine's, at the end

    @property
    def wait(self) -> float:
        return statistics.median(self.waits)


async def under_load(
    asterisk: Exchange, name: str, number: str, asked: argparse.Namespace, pids: dict[str, int]
) -> tuple[Side, Period]:
    loop = asyncio.get_running_loop()
    async with asterisk.citizens(name, number, asked.rate, asked.most) as log:
        await asyncio.sleep(asked.warm_up)
        pids = {**pids, **asterisk.sipps}
        before, began = {part: cpu_s(pid) for part, pid in pids.items()}, loop.time()
        period = Period(time.time(), time.time() + asked.seconds - asked.warm_up)
        await asyncio.sleep(asked.seconds - asked.warm_up)
        spent = loop.time() - began
        cpu = {part: (cpu_s(pid) - before[part]) / spent for part, pid in pids.items()}
    phones = Phones(asterisk.operators_log)
    served = sum(map(period.has, phones.talks)) / (period.ended - period.began)
    return Side(served, waits(log, period), phones.gaps(period), cpu, os.getloadavg()[0]), period


async def sign_in(redis_url: str, phones: Sequence[str]) -> None:
    """Operators with a phone alone, ready as soon as the node has seen their phones."""
    async with RedisQueues(redis_url, SITE) as queues:
        for phone in phones:
            await queues.sign_in(phone, phone=phone, queues=[QUEUE], desk=False)
            await queues.ready(phone)

        async def reachable() -> bool:
            return all(operator.reachable for operator in (await queues.snapshot()).operators)

        await wait_for("phones seen", reachable)


async def assigned(redis_url: str) -> list[tuple[str, float]]:
    """(phone, unix seconds) of each assignment."""
    async with Redis.from_url(redis_url, decode_responses=True) as redis:
        told: list[tuple[str, dict[str, str]]] = await redis.xrange(f"kezek:{{{SITE}}}:line:feed")
    lost = Counter(
        json.loads(fields["data"])["reason"] for _, fields in told if fields["kind"] in ("declined", "lapsed")
    )
    if lost:
        print("not taken:", dict(lost))
    offers = (fields for _, fields in told if fields["kind"] == "offered")
    return [(json.loads(fields["data"])["phone"], int(fields["at"]) / 1000) for fields in offers]


@dataclass
class Rings:
    """Milliseconds from assignment to ring."""

    idle: list[float]
    loaded: list[float]


@dataclass
class Result:
    app_queue: Side
    kezek: Side
    bare: Side
    rings: Rings
    bare_rings: Rings
    ceiling: float

    @property
    def node_cpu(self) -> float:
        """Cores of the node, the process that writes its history and tickets included."""
        return self.kezek.cpu["node"] + self.kezek.cpu.get("books", 0.0)

    def figures(self) -> dict[str, Any]:
        return {
            "throughput_over_app_queue": round(self.kezek.served / self.app_queue.served, 2),
            "of_ceiling": round(self.kezek.served / self.ceiling, 3),
            "ring_p50_ms": round(part(self.rings.loaded, 0.5), 1),
            "ring_p99_ms": round(part(self.rings.loaded, 0.99), 1),
            "idle_ring_p50_ms": round(part(self.rings.idle, 0.5), 1),
            "app_queue_per_s": round(self.app_queue.served, 1),
            "kezek_per_s": round(self.kezek.served, 1),
            "bare_per_s": round(self.bare.served, 1),
            "bare_ring_p50_ms": round(part(self.bare_rings.loaded, 0.5), 1),
            "bare_ring_p99_ms": round(part(self.bare_rings.loaded, 0.99), 1),
            "bare_idle_ring_p50_ms": round(part(self.bare_rings.idle, 0.5), 1),
            "app_queue_wait_s": round(self.app_queue.wait, 2),
            "kezek_wait_s": round(self.kezek.wait, 2),
            "node_cpu_ms_per_call": round(1000 * self.node_cpu / self.kezek.served, 1),
            "books_cpu_ms_per_call": round(1000 * self.kezek.cpu.get("books", 0.0) / self.kezek.served, 1),
        }


async def idle_then_loaded(
    asterisk: Exchange, name: str, asked: argparse.Namespace, pids: dict[str, int]
) -> tuple[Side, Period, Period]:
    """The side that has taken the place of the service, and the two periods in which its rings count."""
    async with asterisk.citizens(f"{name}-idle", NUMBER, IDLE_RATE, 100):
        await asyncio.sleep(2)
        idle = Period(time.time(), time.time() + asked.idle)
        await asyncio.sleep(asked.idle)
    side, loaded = await under_load(asterisk, name, NUMBER, asked, pids)
    return side, idle, loaded


async def of_the_bare(asterisk: Exchange, asked: argparse.Namespace, pids: dict[str, int]) -> tuple[Side, Rings]:
    async with bare(asterisk) as (told, sketch):
        side, idle, loaded = await idle_then_loaded(asterisk, "bare", asked, {**pids, "node": sketch.pid})
    lines = (line.split() for line in told.read_text().splitlines())
    offers = [(phone, float(at)) for phone, at in lines]
    phones = Phones(asterisk.operators_log)
    return side, Rings(rings(phones, offers, idle), rings(phones, offers, loaded))


async def of_kezek(
    folder: Path, asterisk: Exchange, asked: argparse.Namespace, pids: dict[str, int]
) -> tuple[Side, Rings]:
    async with valkey(folder) as (redis_url, valkey_pid):
        await wait_for("valkey", lambda: answers(redis_url))
        async with node(asterisk, redis_url, asked.serve) as service:
            try:
                await sign_in(redis_url, asterisk.phones)
                parts = {**pids, "valkey": valkey_pid, "node": service.pid, **books_of(service.pid)}
                side, idle, loaded = await idle_then_loaded(asterisk, "kezek", asked, parts)
            finally:
                if asked.keep:
                    (asked.keep / "node.log").write_bytes((folder / "node.log").read_bytes())
        offers, phones = await assigned(redis_url), Phones(asterisk.operators_log)
    return side, Rings(rings(phones, offers, idle), rings(phones, offers, loaded))


async def measure(folder: Path, asked: argparse.Namespace) -> Result:
    async with exchange(folder, asked.prefix, asked.operators) as asterisk, asterisk.operators():
        pids = {"asterisk": asterisk.process.pid}
        app_queue, _ = await under_load(asterisk, "app_queue", OTHER_NUMBER, asked, pids)
        bare_side, bare_rings = await of_the_bare(asterisk, asked, pids)
        kezek, its_rings = await of_kezek(folder, asterisk, asked, pids)
    return Result(app_queue, kezek, bare_side, its_rings, bare_rings, asked.operators / TALK_S)


def show(result: Result) -> None:
    table = Table("", "app_queue", "Kezek", "bare sketch", title=f"ceiling {result.ceiling:.0f} calls a second")
    sides = (result.app_queue, result.kezek, result.bare)
    both = (result.rings, result.bare_rings)
    table.add_row("served a second", *(f"{side.served:.1f}" for side in sides))
    table.add_row("of the ceiling", *(f"{side.served / result.ceiling:.1%}" for side in sides))
    table.add_row("median wait, s", *(f"{side.wait:.2f}" for side in sides))
    for name, share in (("p50", 0.5), ("p99", 0.99)):
        table.add_row(f"gap {name}, ms", *(f"{1000 * part(side.gaps, share):.0f}" for side in sides))
    for name, share in (("p50", 0.5), ("p90", 0.9), ("p99", 0.99)):
        table.add_row(f"assign to ring {name}, ms", "", *(f"{part(each.loaded, share):.1f}" for each in both))
    for name, share in (("p50", 0.5), ("p99", 0.99)):
        table.add_row(f"the same, idle, {name}, ms", "", *(f"{part(each.idle, share):.1f}" for each in both))
    for process in result.kezek.cpu:
        table.add_row(f"cores of {process}", *(f"{side.cpu.get(process, 0):.2f}" for side in sides))
    table.add_row("load average", *(f"{side.load:.1f}" for side in sides))
    Console().print(table)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=40)
    parser.add_argument("--warm-up", type=float, default=8)
    parser.add_argument("--idle", type=float, default=20, help="seconds of it")
    parser.add_argument("--operators", type=int, default=50)
    parser.add_argument("--rate", type=float, default=60)
    parser.add_argument("--most", type=int, default=225, help="callers on the line at one time")
    parser.add_argument("--prefix", type=Path, default=ROOT / ".kezek" / "prefix", help="where Asterisk and SIPp are")
    parser.add_argument("--serve", nargs="+", default=list(SERVE), help="the node's command")
    parser.add_argument("--keep", type=Path, help="a folder for the node's log")
    parser.add_argument("--json", action="store_true", help="one last line of figures")
    asked = parser.parse_args()
    with temporary_folder() as folder:
        result = asyncio.run(measure(Path(folder), asked))
    show(result)
    if asked.json:
        print(json.dumps({"benchmark": "handover", **result.figures()}))


if __name__ == "__main__":
    main()
