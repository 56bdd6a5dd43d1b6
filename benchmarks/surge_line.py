"""A step of x12 for 5 minutes and x8 for 2 hours against the waiting line on a real Valkey, by a clock of its own.

    python benchmarks/surge_line.py [--operators 50] [--normal-min 30] [--x12-min 5] [--x8-min 120] [--json]

Every verb of every call, the ticker and the wallboard's pictures are asked as a node asks them, as fast as the server
answers; between two of them the line's clock is put forward, so that the two hours pass in a minute or two. Then nobody
dials any more, until every call has its end.

- p99: of every verb's round trip in that phase, in milliseconds; what is claimed is the ratio to the normal phase, and
  that ratio over the one of a bare `EVAL return 1` asked between them, which knows how busy the machine was;
- work: commands that a verb's script did inside the server, on average; it does not depend on the machine;
- lost: calls without an end, or with two; overtaken: offers that passed over somebody who stood before;
- kept: keys of the line for each ended call, and those of them that never expire.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
from typing import Any

from queue_roundtrip import valkey
from redis.asyncio import Redis
from rich.console import Console
from rich.table import Table
from surge_line_city import QUEUE, City, Phase, of_the_day
from surge_line_watch import Stopwatch

from kezek_queue import RedisQueues, Unavailable

SITE = "surge"


def p99(times: list[float]) -> float:
    return 1000 * sorted(times)[min(len(times) - 1, int(len(times) * 0.99))]


async def run(url: str, asked: argparse.Namespace) -> tuple[City, Stopwatch, dict[str, int]]:
    redis = Redis.from_url(url, decode_responses=True)
    phases = of_the_day(asked.operators, asked.normal_min, asked.x12_min, asked.x8_min)
    try:
        while True:
            city = City(asked.operators, phases, asked.seed)
            async with RedisQueues(url, SITE, city.settings, city.clock) as queues:
                watch = Stopwatch(queues, redis, f"kezek:{{{SITE}}}:line:")
                await city.live(watch)
                return city, watch, await watch.kept()
    except Unavailable:
        await asyncio.sleep(0.05)
        return await run(url, asked)
    finally:
        await redis.aclose()


def figures(city: City, watch: Stopwatch, kept: dict[str, int]) -> dict[str, Any]:
    by_phase = {name: p99(watch.all_of(name)) for name in ("normal", "x12", "x8")}
    work = {name: watch.work[name] for name in by_phase}
    over_bare = {name: by_phase[name] / p99(watch.bare[name]) for name in by_phase}
    return {
        "normal_p99_ms": round(by_phase["normal"], 3),
        "x12_p99_ms": round(by_phase["x12"], 3),
        "x8_p99_ms": round(by_phase["x8"], 3),
        "ratio": round(max(by_phase["x12"], by_phase["x8"]) / by_phase["normal"], 2),
        "ratio_over_bare": round(max(over_bare["x12"], over_bare["x8"]) / over_bare["normal"], 2),
        "refused": city.seen.ends["refused"],
        "lost": len(city.seen.lost),
        "offered": len(city.seen.arrived),
        "ends": dict(sorted(city.seen.ends.items())),
        "overtaken": len(city.seen.overtaken),
        "emergencies": city.emergencies,
        "emergencies_refused": city.emergencies_refused,
        "emergency_wait_s": round(max(city.seen.emergency_waits, default=0.0), 1),
        "callbacks_dialled_at_once": city.seen.most_dialled,
        "callbacks_allowed": city.seen.allowed,
        "waiting_at_most": city.seen.most_waiting,
        "callbacks_waiting_at_most": city.seen.most_callbacks,
        "work_normal": round(work["normal"], 1),
        "work_ratio": round(max(work["x12"], work["x8"]) / work["normal"], 2),
        "uneven_intervals": city.seen.uneven(),
        **kept,
    }


def show(city: City, watch: Stopwatch, phases: list[Phase], found: dict[str, Any]) -> None:
    table = Table("", *(phase.name for phase in phases), title=f"{found['offered']} calls, queue {QUEUE}")
    table.add_row("calls a second", *(f"{phase.rate:.2f}" for phase in phases))
    table.add_row("verbs", *(str(len(watch.all_of(phase.name))) for phase in phases))
    table.add_row("p99, ms", *(f"{p99(watch.all_of(phase.name)):.3f}" for phase in phases))
    table.add_row("a bare script's p99, ms", *(f"{p99(watch.bare[phase.name]):.3f}" for phase in phases))
    table.add_row("p50, ms", *(f"{1000 * statistics.median(watch.all_of(phase.name)):.3f}" for phase in phases))
    table.add_row("commands in a verb's script", *(f"{watch.work[phase.name]:.1f}" for phase in phases))
    for verb in watch.verbs():
        row = [watch.times.get((phase.name, verb), []) for phase in phases]
        if not any(row):
            continue
        table.add_row(f"{verb}, p99 ms", *(f"{p99(times):.3f}" if len(times) > 20 else "" for times in row))
    Console().print(table)
    for name, value in found.items():
        print(f"{name}: {value}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--operators", type=int, default=50)
    parser.add_argument("--normal-min", type=float, default=30)
    parser.add_argument("--x12-min", type=float, default=5)
    parser.add_argument("--x8-min", type=float, default=120)
    parser.add_argument("--seed", type=int, default=109)
    parser.add_argument("--json", action="store_true", help="one last line of figures")
    asked = parser.parse_args()
    with valkey() as url:
        city, watch, kept = asyncio.run(run(url, asked))
    found = figures(city, watch, kept)
    show(city, watch, city.phases, found)
    if asked.json:
        print(json.dumps({"benchmark": "surge_line", **found}))


if __name__ == "__main__":
    main()
