"""What the line itself says when the load of a drill is over: the history, the queue, whether its operators work."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Collection
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import cycle

from kezek_api.drill.caller import Callers
from kezek_api.drill.load import hunt, patient
from kezek_api.drill.operators import Operators
from kezek_api.drill.types import Record, SitePoints, ToldOver
from kezek_queue import End, Operator, OperatorState, QueueError, RedisQueues, Snapshot
from kezek_register import CallRecord, Register, RegisterError

SETTLES_S = 60.0
LOOK_S = 0.5
CALM_S = 300.0  # for the callbacks of a long drill
READY_S = 45.0  # for all operators to be ready again: longer than any lease, wrap-up and registration
TAKES_S = 30.0  # for each to have taken a call of the roll, without the time in which another call had him
ROLL_S = 150.0  # for the whole roll
AT_WORK = frozenset({OperatorState.OFFERED, OperatorState.TALKING, OperatorState.WRAP_UP})
TOLD_S = 120.0  # for all households to be told that it is over
OPEN = frozenset({"pending", "claimed"})  # a notice of which nothing has come yet
RELEASED_S = 3.0  # for the line to let the callers of the roll go; then they hang up


class Witness:
    """`async with Witness(points, began) as witness`; `began`: the load's beginning, unix seconds."""

    def __init__(self, points: SitePoints, began: float) -> None:
        self._points = points
        self._since = datetime.fromtimestamp(began, UTC) - timedelta(seconds=5)
        self._queues = RedisQueues(points.redis_url, points.site)

    async def __aenter__(self) -> Witness:
        self._opened = Register.open(self._points.sql_url)
        self._register = await self._opened.__aenter__()
        return self

    async def __aexit__(self, *told: object) -> None:
        await self._queues.__aexit__()
        await self._opened.__aexit__(None, None, None)

    async def records(self, callers: Collection[str]) -> list[Record]:
        """The rows of these numbers, oldest first. Raises RegisterError."""
        rows = await self._register.history.cohort(self._since, datetime.now(UTC) + timedelta(seconds=60))
        wanted = set(callers)
        return [_record(row) for row in rows if row.caller in wanted]

    async def settled(self, callers: Collection[str], limit_s: float = SETTLES_S) -> list[Record]:
        """As `records`, once each of them has a row and each row of a call its end, or the limit is over.

        Raises RegisterError when the database did not answer to the very last."""
        ends = time.monotonic() + limit_s
        while True:
            try:
                rows = await self.records(callers)
            except RegisterError:
                if time.monotonic() > ends:
                    raise
            else:
                calls = [row for row in rows if row.kind == "call"]
                known = {row.caller for row in calls}
                if (known >= set(callers) and all(row.end for row in calls)) or time.monotonic() > ends:
                    return rows
            await asyncio.sleep(LOOK_S)

    async def over(self, outages: Collection[int], limit_s: float = TOLD_S) -> list[ToldOver]:
        """The households of these outages, once each has been told or given up, or the limit is over. Raises
        RegisterError."""
        ends = time.monotonic() + limit_s
        while True:
            found = [one for outage in outages for one in await self._over(outage)]
            if time.monotonic() > ends or not any(OPEN.intersection(one.notices) for one in found):
                return found
            await asyncio.sleep(LOOK_S)

    async def _over(self, outage: int) -> list[ToldOver]:
        notices = [one for one in await self._register.notices.of(f"outage:{outage}") if one.what == "restored"]
        ties = await self._register.outages.ties(outage)
        return [
            ToldOver(outage, tie.phone, tie.tell, tuple(one.state for one in notices if one.address == tie.phone))
            for tie in ties
        ]

    async def line(self) -> Snapshot | None:
        """The line as it stands; None when Redis does not answer."""
        with suppress(QueueError):
            return await self._queues.snapshot()
        return None

    async def roll_call(
        self, operators: Operators, callers: Callers, *, ready_s: float = READY_S, takes_s: float = TAKES_S
    ) -> list[str]:
        """As many patient callers as operators dial at once, and each operator must take one; who does not is named,
        with his state in words. Callbacks come in between: who is at work on one has his time afterwards."""
        names = set(operators.phones)
        stuck = await self._not_ready(names, ready_s)
        over = asyncio.Event()
        operators.answer_roll_call(over)
        plans = [patient(number, name) for number, name in zip(range(len(names)), cycle(self._points.exchanges))]
        numbers = {plan.number for plan in plans}
        taken: set[str] = set()
        calls = [
            asyncio.create_task(callers.call(plan, hunt(self._points, plan.exchange), stays_s=ROLL_S)) for plan in plans
        ]  # ended below
        try:
            ends, idle_s, looked = time.monotonic() + ROLL_S, dict.fromkeys(names, 0.0), time.monotonic()
            while taken < names and time.monotonic() < ends:
                await asyncio.sleep(LOOK_S)
                taken = operators.partners(numbers)
                line = await self.line()
                known = {one.operator: one for one in line.operators} if line is not None else {}
                now = time.monotonic()
                for name in names - taken:
                    if name not in known or known[name].state not in AT_WORK:
                        idle_s[name] += now - looked
                looked = now
                if all(idle_s[name] > takes_s for name in names - taken):
                    break
            over.set()
            await asyncio.wait(calls, timeout=RELEASED_S)
        finally:
            over.set()
            for call in calls:
                call.cancel()
            await asyncio.wait(calls)
        line = await self.line()
        known = {one.operator: one for one in line.operators} if line is not None else {}
        return [
            f"{name}: took no call of the roll; {in_words(known.get(name))}"
            + (f"; before it {stuck[name]}" if name in stuck else "")
            for name in sorted(names - taken)
        ]

    async def _not_ready(self, names: Collection[str], limit_s: float) -> dict[str, str]:
        """Waits until all are; those who are not within the limit, and what they are instead. Callbacks that the drill
        has left go first: whoever is busy with them is not stuck."""
        ends, calm_ends = time.monotonic() + limit_s, time.monotonic() + CALM_S
        while True:
            line = await self.line()
            if line is not None and line.waiting and time.monotonic() < calm_ends:
                ends = time.monotonic() + limit_s
            known = {one.operator: one for one in line.operators} if line is not None else {}
            late = {
                name: in_words(known.get(name))
                for name in names
                if name not in known or known[name].state is not OperatorState.READY or not known[name].reachable
            }
            if not late or time.monotonic() > ends:
                return late
            await asyncio.sleep(LOOK_S)


def in_words(operator: Operator | None) -> str:
    if operator is None:
        return "the line does not know him"
    words = operator.state.value.replace("_", " ")
    words += f" ({operator.reason})" if operator.reason else ""
    words += "" if operator.reachable else ", his phone is not registered"
    return words + (f", with the call {operator.call}" if operator.call else "")


def _record(row: CallRecord) -> Record:
    """Answered without an operator of ours: Asterisk's own queue had the call."""
    by_fallback = row.end == End.ANSWERED and row.connected_at is None
    return Record(row.call, row.caller, row.kind, row.end, by_fallback)
