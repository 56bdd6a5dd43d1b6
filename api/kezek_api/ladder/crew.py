"""Whom a rung brings to the line: the second line joins queues, people off shift are telephoned; and no longer, below.

One node does it, whoever holds the lease; a join is in SQL before it is made, so that the next one takes it back.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import datetime, tzinfo
from datetime import time as clock_time

import structlog

from kezek_api.keeping import unbroken
from kezek_api.ladder.rules import CallIn
from kezek_api.ladder.service import Ladder
from kezek_api.looks import asked
from kezek_api.shapes_ladder import CalledIn
from kezek_ivr.notice_rules import quiet_until
from kezek_queue import NotAllowed, Operator, OperatorState, QueueError, Queues, Unknown
from kezek_register import Register, RegisterError
from kezek_register.notice_types import Notice
from kezek_register.types import Unavailable

log = structlog.get_logger(__name__)

LOOK_S = 3.0
LEASE, LEASE_S = "ladder", 15.0
OPEN = ("pending", "claimed")
YES = "1"  # the key that agrees, as a notice's result has it (dialogue.toml, [told])


class Crew:
    """`run` for ever, once SQL has its tables. `quiet`: the site's quiet hours, for lists that keep them."""

    def __init__(
        self,
        ladder: Ladder,
        register: Register,
        *,
        node: str,
        zone: tzinfo,
        quiet: tuple[clock_time, clock_time],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._ladder, self._register, self._node = ladder, register, node
        self._zone, self._quiet, self._clock = zone, quiet, clock

    async def run(self, queues: Queues) -> None:
        while True:
            with contextlib.suppress(RegisterError, QueueError):
                if await unbroken(self._register.leases.hold(LEASE, self._node, LEASE_S)):
                    await self.once(queues)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK_S):
                    await self._ladder.changed.wait()

    async def once(self, queues: Queues) -> None:
        """Raises QueueError and RegisterError."""
        rules = self._ladder.rules.rungs[self._ladder.rung.name]
        joins = await unbroken(self._register.ladder.joins())
        about = f"ladder:{await unbroken(self._register.ladder.calm_since())}"
        notices = await unbroken(self._register.notices.of(about)) if self._ladder.rules.call_in else []
        if not (rules.second_line or joins or rules.call_in or notices):
            return
        operators = {one.operator: one for one in (await queues.snapshot(places=False)).operators}
        await self._second_line(queues, rules.second_line, operators, joins)
        await self._call_in(about, rules.call_in, notices, operators)

    # --- the second line

    async def _second_line(
        self,
        queues: Queues,
        wanted: Collection[str],
        operators: Mapping[str, Operator],
        joins: Mapping[str, Sequence[str]],
    ) -> None:
        second = {one.login for one in await unbroken(self._register.staff.all()) if one.second_line} if wanted else ()
        for login, one in operators.items():
            added = joins.get(login, ())
            if one.state is not OperatorState.AWAY:
                helps = [queue for queue in wanted if queue not in one.queues] if login in second else []
                await self._joins(queues, one, helps, added)
            elif added:  # he has signed out, and serves nothing but his own when he comes again
                await unbroken(self._register.ladder.joins_become(login, ()))
        for login in joins.keys() - operators.keys():
            await unbroken(self._register.ladder.joins_become(login, ()))

    async def _joins(self, queues: Queues, one: Operator, helps: Sequence[str], added: Sequence[str]) -> None:
        """What was added and he serves no more, he has left by his own word: it is not added again."""
        more = [queue for queue in helps if queue not in one.joined and queue not in added]
        less = [queue for queue in added if queue not in helps]
        if not more and not less:
            return
        ladder, keeps = self._register.ladder, [queue for queue in added if queue not in less]
        await unbroken(ladder.joins_become(one.operator, [*added, *more]))
        with contextlib.suppress(NotAllowed, Unknown):  # signed out in this moment
            await queues.join(one.operator, [*(queue for queue in one.joined if queue not in less), *more])
            log.info("second_line", operator=one.operator, joins=more, leaves=less)
        await unbroken(ladder.joins_become(one.operator, [*keeps, *more]))

    # --- people off shift

    async def _call_in(
        self, about: str, lists: Collection[str], notices: Sequence[Notice], operators: Mapping[str, Operator]
    ) -> None:
        here = {login for login, one in operators.items() if one.state is not OperatorState.AWAY}
        for name, rules in self._ladder.rules.call_in.items():
            made = [one for one in notices if one.told.get("list") == name]
            agreed = sum(is_agreed(one) for one in made)
            if name not in lists or agreed >= rules.enough:
                for one in made:
                    if one.state == "pending":
                        await unbroken(self._register.notices.settle(one.key, "dropped", "not needed any more"))
            elif not (rules.quiet and self._is_quiet()):
                ringing = sum(one.state in OPEN for one in made)
                room = min(rules.at_once, rules.enough - agreed) - ringing
                new = list(people(rules, name, about, {one.key for one in made}, here))[: max(0, room)]
                if new:
                    await unbroken(self._register.notices.add(*new))
                    log.info("called_in", list=name, number=len(new), agreed=agreed)

    def _is_quiet(self) -> bool:
        return quiet_until(datetime.fromtimestamp(self._clock(), self._zone), self._quiet) is not None


def people(rules: CallIn, name: str, about: str, known: Collection[str], here: Collection[str]) -> Iterator[Notice]:
    """Those of the list who were not asked yet and are not at work, in its order."""
    storm = about.partition(":")[2]
    for at, person in enumerate(rules.people):
        key = f"call_in:{storm}:{name}:{at}"
        if key not in known and (not person.login or person.login not in here):
            told = {"list": name, "name": person.name, "login": person.login}
            yield Notice(key, about, "call_in", "call", person.number, person.language, told)


def is_agreed(notice: Notice) -> bool:
    return notice.state == "sent" and notice.result == YES


async def called_in(register: Register) -> tuple[CalledIn, ...]:
    """For this storm, in the order of asking; nothing while SQL is away."""
    try:
        about = f"ladder:{await asked(register.ladder.calm_since())}"
        notices = await asked(register.notices.of(about))
    except Unavailable:
        return ()
    return tuple(_shown(one) for one in notices)


def _shown(notice: Notice) -> CalledIn:
    state = "agreed" if is_agreed(notice) else "failed" if notice.state == "sent" else notice.state
    return CalledIn.model_validate(
        {"list": notice.told.get("list", ""), "name": notice.told.get("name", ""), "state": state}
    )
