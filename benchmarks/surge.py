"""A storm on 20 operators, x12 for 5 minutes and x8 for 2 hours: what each of Kezek's measures does for callers.

    python benchmarks/surge.py [--operators 20] [--seed 109] [--seeds 1] [--kept 0.1,0.2] [--quick] [--no-days] [--json]

In virtual time through the real waiting line on a real Valkey, beside a plain queue: first an ordinary day, then the
same storm without any measure, with each of them alone, and with all. The ladder climbs by its own rules
(`kezek_queue.ladder`, the packaged `[ladder]`); callers do what `surge_people.py` says. The outage is found at the
fifth voice (`outage.py` measures that) and confirmed by a person a minute later; who called before is told in the line.

- informed: of the affected who called, those who heard about their own house within 45 s of their arrival;
- without: callers who needed no operator (informed and satisfied, or recorded); abandoned: gave up in the line;
- waits: from the place in the line to a voice, or to giving up, seconds: mean, 95th percentile (who ends informed in
  the line, or is called back, is not among them);
- emergency: spoken with within 15 s of the place;
- lost: calls without an end, or with two.

`--seeds`: an ordinary day and all measures once more with each of the next seeds; the ratio of the waits is that of
their means. `--kept`: all measures, with these shares of the operators kept from those told last (`reserve_behind`).

Then two days with 20,000 calls, as Astana had in January 2022 with the Internet cut (`--no-days` leaves them out).
"""

from __future__ import annotations

import argparse
import asyncio
import json
import math
import statistics
import sys
from dataclasses import replace
from typing import Any

import uvloop
from queue_roundtrip import valkey
from redis.asyncio import Redis
from rich.console import Console
from rich.table import Table
from surge_calls import QUEUE, Measures
from surge_people import TALK_S, WRAP_UP_S
from surge_storm import SETTINGS, Phase, Rungs, Seen, Storm

from kezek_api.ladder.rules import LadderTable, rungs_of
from kezek_queue import RedisQueues, Unavailable

AT_ONCE = 4  # storms beside each other, on one processor
BUSY = 0.8  # of the operators' time, on an ordinary day
SOON_S, URGENT_S = 45.0, 15.0
ALL = Measures(announce=True, told_last=True, keep_free=True, record=True, callback=True, reserve=True, second_line=4)
DAY, BEST = "an ordinary day", "all of it"
ALONE = {
    "a plain queue": Measures(),
    "announcement": Measures(announce=True),
    "announcement, told go last": Measures(announce=True, told_last=True),
    "the same, operators kept from them": Measures(announce=True, told_last=True, keep_free=True),
    "recorded intake": Measures(record=True),
    "callbacks": Measures(callback=True),
    "operators kept for emergencies": Measures(reserve=True),
    "second line of 4": Measures(second_line=4),
    BEST: ALL,
}


def usual_rate(operators: int) -> float:
    return BUSY * operators / (TALK_S + WRAP_UP_S + 4)


def storm_of(operators: int, minutes: float) -> list[Phase]:
    rate = usual_rate(operators)
    return [Phase(300, rate, 11 * rate), Phase(60 * minutes, rate, 7 * rate)]


def two_days(calls: int) -> list[Phase]:
    """By the hour, most at midday, nearly none at night; six in ten about what everybody asks."""
    shape = [1.2 - math.cos(2 * math.pi * (hour % 24) / 24) for hour in range(48)]
    return [Phase(3600, 0.4 * calls * part / sum(shape) / 3600, 0.6 * calls * part / sum(shape) / 3600)
            for part in shape]  # fmt: skip


def keeping(share: float) -> Rungs:
    """The packaged ladder with another `reserve_behind`."""
    rungs = rungs_of(LadderTable(), (QUEUE,))
    return {name: replace(rung, reserve_behind=share if rung.reserve_behind else 0.0) for name, rung in rungs.items()}


async def play(
    url: str,
    site: str,
    measures: Measures,
    operators: int,
    phases: list[Phase],
    seed: int,
    rungs: Rungs | None = None,
) -> Storm:
    redis = Redis.from_url(url, decode_responses=True)
    storm = Storm(redis, site, measures, operators, phases, seed, rungs)
    try:
        async with RedisQueues(url, site, SETTINGS, storm.clock) as queues:
            await storm.live(queues)
    except Unavailable:
        await asyncio.sleep(0.05)
        return await play(url, site, measures, operators, phases, seed, rungs)
    finally:
        await redis.aclose()
    return storm


def share(part: float, whole: float) -> float:
    return part / whole if whole else 0.0


def p95(values: list[float]) -> float:
    return sorted(values)[min(len(values) - 1, int(0.95 * len(values)))] if values else 0.0


def figures(seen: Seen, lost: int) -> dict[str, float]:
    facts = [each for each in seen.facts if each <= SOON_S]
    calls = sum(seen.offered.values())
    ends = {
        end: sum(n for (_, each), n in seen.ends.items() if each == end)
        for end in ("informed", "recorded", "abandoned")
    }
    urgent = seen.waits["emergency"]
    return {
        "calls": calls,
        "informed": round(share(len(facts), seen.offered["affected"]), 3),
        "informed_p95_s": round(p95(seen.facts), 1),
        "without_operator": round(share(ends["informed"] + ends["recorded"], calls), 3),
        "abandoned": round(share(ends["abandoned"], calls), 3),
        "usual_mean_s": round(statistics.fmean(seen.waits["usual"] or [0.0]), 1),
        "usual_p95_s": round(p95(seen.waits["usual"]), 1),
        "affected_mean_s": round(statistics.fmean(seen.waits["affected"] or [0.0]), 1),
        "affected_p95_s": round(p95(seen.waits["affected"]), 1),
        "emergencies": len(urgent),
        "emergency_within_15s": round(share(sum(each <= URGENT_S for each in urgent), len(urgent)), 3),
        "lost": lost,
    }


def row(name: str, of: dict[str, float]) -> list[str]:
    waits = [f"{of[f'{kind}_mean_s']:.0f}, {of[f'{kind}_p95_s']:.0f}" for kind in ("usual", "affected")]
    shares = [f"{100 * of[each]:.1f} %" for each in ("informed", "without_operator", "abandoned")]
    urgent = f"{100 * of['emergency_within_15s']:.1f} % of {of['emergencies']:.0f}"
    return [name, f"{of['calls']:.0f}", *shares, *waits, urgent, f"{of['lost']:.0f}"]


async def run(url: str, asked: argparse.Namespace) -> dict[str, Any]:
    """All of it beside each other: each storm has a site and a clock of its own."""
    table = Table("", "calls", "informed in 45 s", "without an operator", "abandoned", "usual wait", "affected wait",
                  "emergency in 15 s", "lost", title=f"{asked.operators} operators, seed {asked.seed}")  # fmt: skip
    day = [Phase(6 * 3600, usual_rate(asked.operators), 0.0)]
    phases = storm_of(asked.operators, 20 if asked.quick else 120)
    names = ("a plain queue", BEST) if asked.quick else tuple(ALONE)
    wanted: dict[str, tuple[Measures, list[Phase], int, Rungs | None]] = {DAY: (Measures(), day, asked.seed, None)}
    wanted |= {name: (ALONE[name], phases, asked.seed, None) for name in names}
    for part in asked.kept:
        wanted[f"{BEST}, {part:.0%} kept from the told"] = ALL, phases, asked.seed, keeping(part)
    for seed in range(asked.seed + 1, asked.seed + asked.seeds):
        wanted[f"{DAY}, seed {seed}"] = Measures(), day, seed, None
        wanted[f"{BEST}, seed {seed}"] = ALL, phases, seed, None
    if asked.days:
        for name, measures in (("two days, a plain queue", Measures()), (f"two days, {BEST}", ALL)):
            wanted[name] = measures, two_days(20_000), asked.seed, None

    at_once = asyncio.Semaphore(AT_ONCE)

    async def one(number: int, name: str) -> tuple[dict[str, float], list[tuple[float, str]]]:
        measures, of, seed, rungs = wanted[name]
        async with at_once:
            storm = await play(url, f"surge{number}", measures, asked.operators, of, seed, rungs)
        found = figures(storm.seen, storm.lost)
        print(name, json.dumps(found), file=sys.stderr, flush=True)
        return found, storm.seen.rungs

    first = sorted(wanted, key=lambda name: not name.startswith((DAY, BEST)))  # what the goals are about
    done = dict(zip(first, await asyncio.gather(*(one(*each) for each in enumerate(first))), strict=True))
    found = {name: done[name][0] for name in wanted}
    for name, each in found.items():
        table.add_row(*row(name, each))
    of_seeds = ("", *(f", seed {seed}" for seed in range(asked.seed + 1, asked.seed + asked.seeds)))
    pairs = [(found[BEST + of]["usual_mean_s"], found[DAY + of]["usual_mean_s"]) for of in of_seeds]
    rungs = ", ".join(f"{name} at {at / 60:.0f} min" for at, name in done[BEST][1])
    Console(width=160).print(table)
    print(f"the ladder, with all of it: {rungs}")
    best = found[BEST]
    return {
        "informed": best["informed"],
        "informed_p95_s": best["informed_p95_s"],
        "emergency_within_15s": best["emergency_within_15s"],
        "unaffected_wait_ratio": round(share(sum(one for one, _ in pairs), sum(one for _, one in pairs)), 2),
        "ratios": [round(share(*pair), 2) for pair in pairs],
        "lost": sum(each["lost"] for each in found.values()),
        "without_operator": best["without_operator"],
        "rows": found,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--operators", type=int, default=20)
    parser.add_argument("--seed", type=int, default=109)
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--kept", type=lambda text: [float(each) for each in text.split(",")], default=[])
    parser.add_argument("--quick", action="store_true", help="20 minutes of x8, a plain queue and all measures")
    parser.add_argument("--no-days", dest="days", action="store_false", help="without the two days of 20,000 calls")
    parser.add_argument("--json", action="store_true", help="one last line of figures")
    asked = parser.parse_args()
    with valkey() as url:
        found = uvloop.run(run(url, asked))
    ratio, ratios = found["unaffected_wait_ratio"], found["ratios"]
    print(f"usual callers wait {ratio} times as long as on an ordinary day; by seed {ratios}")
    if asked.json:
        print(json.dumps({"benchmark": "surge", **found}))


if __name__ == "__main__":
    main()
