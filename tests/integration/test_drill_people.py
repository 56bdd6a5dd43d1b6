"""The people of a drill against a real hotline: what they do, and that what is seen of them from outside is so."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from kezek_api.drill.caller import Callers
from kezek_api.drill.load import drive, words
from kezek_api.drill.operators import Operators
from kezek_api.drill.outside import Outside
from kezek_api.drill.types import CallerPlan, ExchangePoint, Left, Record, Seen, SitePoints
from kezek_api.drill.verdict import judge
from kezek_api.drill.witness import Witness
from kezek_queue import OperatorState
from kit.api import PASSWORD, town, until
from kit.asterisk import ROOT, free_port
from kit.valkey import Valkey, valkey
from kit.whole import OPERATORS, PHONES, City, hotline

__all__ = ["town", "valkey"]  # the fixtures

pytestmark = [pytest.mark.timeout(120), pytest.mark.long]

SITE = "drilled"
CALLED_BACK = "+77015559999"
LONG_S = 60.0


@dataclass
class Stage:
    city: City
    points: SitePoints
    callers: Callers
    operators: Operators
    outside: Outside
    witness: Witness
    started: float
    dialled: int = 0

    def plan(self, press: str = "0", patience_s: float = LONG_S, exchange: str = "main") -> CallerPlan:
        """Dials at once; a number of his own."""
        self.dialled += 1
        return CallerPlan(f"+7701555{self.dialled:04d}", 0.0, exchange, press, patience_s)

    async def dial(self, *plans: CallerPlan) -> list[Seen]:
        return await drive(self.points, plans, self.callers, self.started)

    async def rows(self, *seen: Seen) -> list[Record]:
        return await self.witness.settled([one.plan.number for one in seen], 20)

    async def end_of(self, one: Seen) -> str:
        [row] = [row for row in await self.rows(one) if row.kind == "call"]
        return row.end

    async def state(self, login: str) -> Any:
        return await self.city.queues.operator(login)


@pytest_asyncio.fixture(scope="module")
async def stage(tmp_path_factory: pytest.TempPathFactory, town: Path, valkey: Valkey) -> AsyncIterator[Stage]:
    async with AsyncExitStack() as stack:
        folder = tmp_path_factory.mktemp("drill")
        city = await stack.enter_async_context(hotline(folder / "city", town, valkey, SITE, wrap_up_s=5, ring_s=2))
        exchange = city.asterisk
        dead = ExchangePoint("dead", free_port(socket.SOCK_DGRAM), exchange.trunk_port)
        points = SitePoints(
            folder=folder,
            home=ROOT / ".kezek",
            site=SITE,
            exchanges={"main": ExchangePoint("main", exchange.sip_port, exchange.trunk_port, PHONES), "dead": dead},
            pages={"one": city.base},
            redis_url=city.settings.redis_url,
            sql_url=city.settings.sql,
            staff=dict.fromkeys(OPERATORS, PASSWORD),
            phone_of={login: (phone, "main") for login, phone in OPERATORS.items()},
        )
        started = time.monotonic()
        enter = stack.enter_async_context
        witness = await enter(Witness(points, time.time()))
        operators = await enter(Operators.at_work(points, seed=1, started=started))
        for phone in operators.phones.values():
            phone.ignores = phone.leaves = 0.0
        outside = await enter(Outside.at(points.home, exchange.trunk_port, started))
        callers = await enter(Callers.at(points.home, talked=operators.talked, words=words(), started=started))
        made = Stage(city, points, callers, operators, outside, witness, started)
        await all_ready(made)
        yield made


async def all_ready(stage: Stage) -> None:
    async def ready() -> bool:
        line = await stage.witness.line()
        assert line is not None
        states = {one.operator: one for one in line.operators}
        return states.keys() >= OPERATORS.keys() and all(
            states[login].state is OperatorState.READY and states[login].reachable for login in OPERATORS
        )

    await until(ready, 30)


async def test_each_kind_of_caller_comes_to_his_end_and_nobody_is_lost(stage: Stage) -> None:
    """P2, P5: what the phones saw and what the history says are one story."""
    plans = [stage.plan(), stage.plan("9"), stage.plan(patience_s=1.0), stage.plan(exchange="dead"), stage.plan("")]
    seen = await stage.dial(*plans)
    rows = await stage.rows(*seen)
    verdict = judge(1, seen, stage.operators.rings, stage.outside.dials(), rows, [], [])
    assert verdict.good, verdict
    assert verdict.offered == 5
    assert verdict.ends == {"answered": 4, "abandoned": 1}
    assert all(one.exchange == "main" and one.answered_at for one in seen)
    assert seen[2].left is Left.HUNG_UP
    assert seen[3].tried == ("dead",)
    assert {ring.caller for ring in stage.operators.rings if ring.talked_s} >= {plans[0].number, plans[1].number}
    assert seen[4].silence_s > 2.0, "after the beep the line waits for his words, and nothing is to be heard"
    assert all(one.silence_s < 2.0 for one in seen[:4]), "prompts, music and voices"


async def test_without_any_exchange_he_is_unreached(stage: Stage) -> None:
    here = stage.points.exchanges
    alone = replace(stage.points, exchanges={"dead": here["dead"]})
    [seen] = await drive(alone, [stage.plan(exchange="dead")], stage.callers, stage.started)
    assert (seen.left, seen.exchange, seen.answered_at) == (Left.UNREACHED, "", 0.0)
    verdict = judge(1, [seen], [], [], await stage.witness.records([seen.plan.number]), [], [])
    assert verdict.good
    assert verdict.unreached == 1


async def test_an_operator_who_does_not_pick_up_comes_back_and_the_caller_is_served(stage: Stage) -> None:
    """P2: one who waits is rung again, by one phone at a time."""
    await all_ready(stage)
    for phone in stage.operators.phones.values():
        phone.ignores = 1.0
    dialling = asyncio.create_task(stage.dial(plan := stage.plan()))
    await until(lambda: any(r.caller == plan.number and not r.talked_s for r in stage.operators.rings), 20)
    for phone in stage.operators.phones.values():
        phone.ignores = 0.0
    [seen] = await dialling
    rings = [ring for ring in stage.operators.rings if ring.caller == plan.number]
    assert [bool(ring.talked_s) for ring in rings] == [False, *([False] * (len(rings) - 2)), True]
    assert await stage.end_of(seen) == "answered"
    await all_ready(stage)


@pytest.mark.parametrize("frozen", [True, False], ids=["frozen", "killed"])
async def test_a_phone_that_dies_in_a_ring_comes_back(stage: Stage, frozen: bool) -> None:
    """P16: and its ring was over when it died, whatever it tells later."""
    await all_ready(stage)
    for phone in stage.operators.phones.values():
        phone.ignores = 1.0
    dialling = asyncio.create_task(stage.dial(plan := stage.plan()))

    def rung() -> list[str]:
        return [login for login, phone in stage.operators.phones.items() if phone.rings_for == plan.number]

    login = (await until(rung, 20))[0]
    for phone in stage.operators.phones.values():
        phone.ignores = 0.0
    died = time.monotonic() - stage.started
    stage.operators.phones[login].die(frozen=frozen)
    [seen] = await dialling
    await stage.operators.phone_back(login)
    assert await stage.end_of(seen) == "answered"
    await all_ready(stage)
    first = next(ring for ring in stage.operators.rings if ring.caller == plan.number)
    assert (first.operator, first.talked_s) == (login, 0.0)
    assert first.ended_s - died < 0.5
    assert judge(1, [seen], stage.operators.rings, [], await stage.rows(seen), [], []).good


async def test_a_desk_that_dies_gets_no_calls_and_comes_back(stage: Stage) -> None:
    """P22: the socket stays open, and nothing is answered any more."""
    await all_ready(stage)
    login = next(iter(stage.operators.pages))
    await stage.operators.desk_dies(login)

    async def desk() -> bool:
        return bool((await stage.state(login)).desk)

    async def dead() -> bool:
        return not await desk()

    await until(dead, 15)
    await stage.operators.desk_back(login)
    await until(desk, 15)
    await all_ready(stage)


async def test_a_citizen_whom_we_call_back_answers_and_is_written_down(stage: Stage) -> None:
    """P8: dialled once; an operator talks with him, and the history has the callback."""
    await all_ready(stage)
    await stage.city.queues.callback("an-earlier-call", caller=CALLED_BACK, queue="hotline")

    def over() -> bool:
        return any(dial.number == CALLED_BACK for dial in stage.outside.dials()) and any(
            ring.caller == CALLED_BACK and ring.talked_s for ring in stage.operators.rings
        )

    await until(over, 20)
    [dial] = [dial for dial in stage.outside.dials() if dial.number == CALLED_BACK]
    assert 0 < dial.at_s < dial.answered_s < dial.ended_s

    async def written() -> list[Record]:
        return [row for row in await stage.witness.records([CALLED_BACK]) if row.end]

    [row] = await until(written, 20)
    assert (row.kind, row.end) == ("callback", "answered")


async def test_the_roll_call_names_who_takes_no_call(stage: Stage) -> None:
    """P1: each of them alone in a talk at one moment, or he is stuck."""
    await all_ready(stage)
    stage.operators.phones["berik"].die(frozen=True)
    stuck = await stage.witness.roll_call(stage.operators, stage.callers, ready_s=0.0, takes_s=4.0)
    assert len(stuck) == 1
    assert stuck[0].startswith("berik: took no call")
    await stage.operators.phone_back("berik")
    assert await stage.witness.roll_call(stage.operators, stage.callers) == []


async def test_who_is_cut_by_his_exchange_knows_it(stage: Stage) -> None:
    """The last test: it kills the exchange under a caller who waits and one who talks."""
    await all_ready(stage)
    for phone in stage.operators.phones.values():
        phone.ignores = 1.0
    dialling = asyncio.create_task(stage.dial(plan := stage.plan()))
    await until(lambda: any(p.rings_for == plan.number for p in stage.operators.phones.values()), 20)
    await stage.city.asterisk.kill()
    died = time.monotonic() - stage.started
    [seen] = await dialling
    assert (seen.left, seen.exchange) == (Left.CUT, "main")
    assert abs(seen.left_at - died) < 1.0
    await stage.city.asterisk.start()
    assert await stage.end_of(seen) == "cut"
