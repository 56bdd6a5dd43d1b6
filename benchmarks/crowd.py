"""What calls leave behind in a real node, and a step of x12 on a real Asterisk: nobody lost, the refused told.

    python benchmarks/crowd.py [--calls 2000] [--rate 12] [--surge-s 25] [--operators 20] [--prefix FOLDER] [--json]

First `--calls` quick calls, a third of whom hang up soon, and after each tenth of them, when all is quiet, what the
node, its books and Redis hold: memory, sockets and files, threads, tasks, keys. Then, with three operators and a queue
for 20, a crowd that dials 12 times as often as these three could serve.

- bytes a call: the slope of a straight line through what was held, the first three tenths left out as warm-up;
- lost: calls of which the feed tells no end, or two, or that SIPp did not see to their end;
- told: of the refused, those whose story says that they were told so.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import re
import sys
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

from crowd_look import Looks, Told, health_of, healthy, quiet
from crowd_sip import citizens
from handover import sign_in
from handover_site import (
    NUMBER,
    QUEUE,
    ROOT,
    SITE,
    TALK_S,
    Exchange,
    answers,
    exchange,
    free_port,
    node,
    temporary_folder,
    valkey,
    wait_for,
)  # fmt: skip
from rich.console import Console
from rich.table import Table

from kezek_queue import OperatorState, RedisQueues

CAPACITY, FEW, TIMES = 20, 3, 12
TENTHS, WARM = 10, 3
RULES = f"[queues.{QUEUE}]\ncapacity = {CAPACITY}\n[callbacks]\noffered = false\n"
HASTY = 1 / 3


async def steady(asterisk: Exchange, asked: argparse.Namespace, looks: Looks, told: Told) -> int:
    """The calls, in tenths; how many SIPp did not see to their end."""
    broken = 0
    for tenth in range(TENTHS):
        count = asked.calls // TENTHS
        hasty = round(count * HASTY)
        async with (
            at_work(told.url, asterisk.phones),
            citizens(asterisk, f"1{tenth}", NUMBER, asked.rate * (1 - HASTY), count - hasty) as patient,
            citizens(asterisk, f"2{tenth}", NUMBER, asked.rate * HASTY, hasty, hasty=True) as leaving,
        ):
            broken += sum([await ended(each, 60 + 2 * count / asked.rate) for each in (patient, leaving)])
        await quiet(asterisk, looks.redis)
        await told.read()
        await looks.take((tenth + 1) * count)
    return broken


@contextlib.asynccontextmanager
async def at_work(url: str, phones: Sequence[str]) -> AsyncIterator[None]:
    """Operators who were paused for a ring not picked up in time come back, as operators do."""

    async def come_back() -> None:
        async with RedisQueues(url, SITE) as queues:
            while True:
                for one in (await queues.snapshot()).operators:
                    if one.operator in phones and one.state is OperatorState.PAUSED:
                        await queues.ready(one.operator)
                await asyncio.sleep(1)

    coming = asyncio.create_task(come_back())
    try:
        yield
    finally:
        coming.cancel()
        await asyncio.wait({coming})


async def ended(sipp: asyncio.subprocess.Process, limit_s: float) -> int:
    """0: every call of it came to its end."""
    try:
        async with asyncio.timeout(limit_s):
            return int(await sipp.wait() != 0)
    except TimeoutError:
        return 1


async def surge(asterisk: Exchange, asked: argparse.Namespace, told: Told, page: str, url: str) -> dict[str, Any]:
    few = asterisk.phones[:FEW]
    async with RedisQueues(url, SITE) as queues:
        for phone in asterisk.phones[FEW:]:
            await queues.pause(phone, "lunch")
    await told.read()
    before, by_fallback = set(told.arrived), await served_by_fallback(asterisk)
    rate = TIMES * 0.8 * FEW / (TALK_S + 0.2)
    count = round(rate * asked.surge_s)
    health: set[str] = set()

    async def well() -> bool:
        return await asyncio.to_thread(health_of, page) == "ok"

    await wait_for("the node well", well)
    watching = asyncio.create_task(healthy(page, health.add))
    async with citizens(asterisk, "30", NUMBER, rate, count) as crowd, at_work(url, few):
        broken = await ended(crowd, asked.surge_s + 120)
    watching.cancel()
    await asyncio.wait({watching})
    await quiet(asterisk, told.redis)
    await told.until_all_ended()
    arrived = told.arrived - before
    refused = [call for call in arrived if told.ended[call] == ["refused"]]
    return {
        "rate": round(rate, 1), "offered": count, "arrived": len(arrived), "broken": broken,
        "by_fallback": await served_by_fallback(asterisk) - by_fallback,
        "refused": len(refused), "told": await told.full("30", count),
        "health": sorted(health),
    }  # fmt: skip


async def served_by_fallback(asterisk: Exchange) -> int:
    """Callers whom Asterisk's own queue had, since the node was too slow to show a sign of life."""
    shown = await asterisk.instance.cli("queue show kezek")
    return sum(int(count) for count in re.findall(r"\b[CA]:(\d+)", shown.splitlines()[0]))


async def measure(folder: Path, asked: argparse.Namespace) -> dict[str, Any]:
    listen, says = f"127.0.0.1:{free_port()}", folder / "node.json"
    rules = folder / "rules.toml"
    rules.write_text(RULES, "utf-8")
    serve = (sys.executable, str(Path(__file__).with_name("crowd_node.py")), str(says))
    found: dict[str, Any] = {"calls": asked.calls, "broken": 0}
    async with (
        exchange(folder, asked.prefix, asked.operators) as asterisk,
        asterisk.operators(),
        valkey(folder) as (url, _),
        Told(url) as told,
    ):
        await wait_for("valkey", lambda: answers(url))
        async with node(asterisk, url, serve, http_listen=listen, rules=rules) as service:
            await sign_in(url, asterisk.phones)
            looks = Looks(service.pid, says, told.redis)
            if asked.calls:
                found["broken"] = await steady(asterisk, asked, looks, told)
                found |= looks.figures(WARM)
            if asked.surge_s:
                found["surge"] = await surge(asterisk, asked, told, f"http://{listen}", url)
            found |= {"arrived": len(told.arrived), "lost": len(told.lost), "ends": told.counted()}
            found["keys_for_ever"] = await told.keys_for_ever()
            if asked.keep:
                (asked.keep / "node.log").write_bytes((folder / "node.log").read_bytes())
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--calls", type=int, default=2000, help="0: none")
    parser.add_argument("--rate", type=float, default=12)
    parser.add_argument("--operators", type=int, default=20)
    parser.add_argument("--surge-s", type=float, default=25, help="0: no surge")
    parser.add_argument("--prefix", type=Path, default=ROOT / ".kezek" / "prefix", help="where Asterisk and SIPp are")
    parser.add_argument("--keep", type=Path, help="a folder for the node's log")
    parser.add_argument("--json", action="store_true", help="one last line of figures")
    asked = parser.parse_args()
    with temporary_folder() as folder:
        found = asyncio.run(measure(Path(folder), asked))
    table = Table("", "")
    for name, value in found.items():
        table.add_row(name, str(value))
    Console().print(table)
    if asked.json:
        print(json.dumps({"benchmark": "crowd", **found}))


if __name__ == "__main__":
    main()
