"""A drill from its beginning to its verdict: the site, the people, the faults as planned, the witness, the judge."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
import time
from collections.abc import Callable, Collection, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

from kezek_api.drill import load, plan, storm
from kezek_api.drill.building import EXCHANGES, NODES
from kezek_api.drill.caller import Callers
from kezek_api.drill.faults import thrown
from kezek_api.drill.manager import Manager
from kezek_api.drill.operators import Operators
from kezek_api.drill.outside import Outside
from kezek_api.drill.report import words
from kezek_api.drill.site import Site, running_site
from kezek_api.drill.types import Fault, Kind, Left, OutsideDial, Ring, Seen, SitePoints, Verdict
from kezek_api.drill.verdict import judge
from kezek_api.drill.verdict_storm import judge_storms
from kezek_api.drill.witness import Witness

BEGIN_S = 40.0  # for the operators to sign in
AFTER_S = 3.0  # of load, when the last fault is mended
WELL_S = 45.0  # for the site to be well again after it

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Size:
    """`within_s`: all faults shortened so that the last is mended by then; 0 leaves them as they are. `scale` stretches
    or shortens them before."""

    faults: int
    operators: int
    per_second: float
    within_s: float = 0.0
    scale: float = 1.0
    speech_streams: int = 0
    storm_every_s: float = 90.0


SHORT = Size(faults=16, operators=8, per_second=1.2, within_s=48.0)
LONG = Size(faults=1000, operators=10, per_second=1.5, scale=0.5)


@dataclass(slots=True)
class Drilled:
    """All that was seen. `folder` is there while the drill was told to keep it, or somebody was lost."""

    verdict: Verdict
    seen: Sequence[Seen] = ()
    faults: Sequence[Fault] = ()
    rings: Sequence[Ring] = ()
    dials: Sequence[OutsideDial] = ()
    remarks: list[str] = field(default_factory=list)
    folder: Path | None = None


async def drill(home: Path, seed: int, size: Size, say: Say, *, keep: bool = False) -> Drilled:
    """`home`: where the programs are. Raises SiteError, CannotHave, SippError when it cannot begin."""
    folder = Path(tempfile.mkdtemp(prefix="kezek-drill-"))
    done: Drilled | None = None
    try:
        done = await _drill(folder, home, seed, size, say)
        return done
    finally:
        if keep or (done is not None and not done.verdict.good):
            if done is not None:
                done.folder = folder
        else:
            await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)


async def _drill(folder: Path, home: Path, seed: int, size: Size, say: Say) -> Drilled:
    async with AsyncExitStack() as stack:
        enter = stack.enter_async_context
        say("the site comes up: two Asterisks, two nodes, Valkey, SQL, a broker")
        storms = storm.storms(plan.ends(_planned(seed, size, frozenset(Kind))), size.storm_every_s)
        site = await enter(
            running_site(
                folder, home, seed=seed, operators=size.operators, speech_streams=size.speech_streams, storms=storms
            )
        )
        points = site.points
        faults = _planned(seed, size, site.kinds, points)
        exchanges = sorted(points.exchanges)
        plans = load.callers(seed, plan.ends(faults) + AFTER_S, size.per_second, exchanges)
        plans += [each for one in storms for each in storm.callers(seed, one, exchanges)]
        plans.sort(key=lambda one: one.at_s)
        began = time.time()
        witness = await enter(Witness(points, began))
        operators = await enter(Operators.at_work(points, seed=seed))
        await _ready(witness, len(points.staff))
        started = time.monotonic()
        operators.begins(started)
        outside = [await enter(Outside.at(home, one.trunk_port, started)) for one in points.exchanges.values()]
        callers = await enter(Callers.at(home, talked=operators.talked, words=load.words(), started=started))
        manager = Manager(points, started)
        say(f"{len(plans)} callers, {len(points.staff)} operators, {len(faults)} faults, {len(storms)} storms")
        async with asyncio.TaskGroup() as group:
            calling = group.create_task(load.drive(points, plans, callers, started, manager.dials), name="load")
            group.create_task(_throw(site, faults, operators, started, say), name="faults")
            for one in storms:
                group.create_task(manager.sees_to(one), name=one.street)
        seen = calling.result()
        say("the load is over: is the site well, has each caller his end, does each operator work?")
        await site.healthy(WELL_S)
        reached = [one.plan.number for one in seen if one.left is not Left.UNREACHED]
        records = await witness.settled(reached)
        stuck = await witness.roll_call(operators, callers)
        over = await witness.over([one.id for one in manager.done if one.id])
        dials = [dial for each in outside for dial in each.dials()]
        rings = operators.rings
    verdict = judge(seed, seen, rings, dials, records, stuck, faults)
    judge_storms(verdict, seen, manager.done, over, dials, records, faults)
    return Drilled(verdict, seen, faults, rings, dials, _remarks(site))


def _planned(seed: int, size: Size, kinds: Collection[Kind], points: SitePoints | None = None) -> list[Fault]:
    """Without a site yet: what as many faults would be anywhere, to know how long they take."""
    faults = plan.faults(
        seed,
        size.faults,
        exchanges=sorted(points.exchanges) if points else EXCHANGES,
        nodes=sorted(points.pages) if points else NODES,
        operators=sorted(points.staff) if points else ["somebody"],
        kinds=kinds,
        scale=size.scale,
    )
    return plan.fitted(faults, size.within_s) if size.within_s else faults


async def _ready(witness: Witness, operators: int) -> None:
    """Until all operators are; whoever is not by then comes later, as in life."""
    ends = time.monotonic() + BEGIN_S
    while time.monotonic() < ends:
        line = await witness.line()
        if line is not None and sum(one.state == "ready" and one.reachable for one in line.operators) >= operators:
            return
        await asyncio.sleep(0.2)


async def _throw(site: Site, faults: Sequence[Fault], people: Operators, started: float, say: Say) -> None:
    """Each at its time, for its time."""

    async def one(fault: Fault) -> None:
        await asyncio.sleep(started + fault.at_s - time.monotonic())
        say(words(fault))
        async with thrown(site, fault, people):
            await asyncio.sleep(fault.for_s)

    async with asyncio.TaskGroup() as group:
        for fault in faults:
            group.create_task(one(fault), name=f"fault {fault.number}")


def _remarks(site: Site) -> list[str]:
    deaths = [f"{death.part} died by itself with {death.code}:\n{death.tail[-1500:]}" for death in site.unasked_deaths]
    return [*site.remarks, *deaths]
