"""An emptied Redis gets back what the line needs: the queues' rules, which phones ring, and what the books kept in SQL.

What the calls themselves know comes from them: each conductor places its caller again, or tells of its talk.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict
from datetime import UTC, datetime, tzinfo
from typing import Any

import structlog

from kezek_api.keeping import unbroken
from kezek_api.ladder.changes import rung_of
from kezek_api.tally import midnight_before
from kezek_queue import OperatorState, Promise, QueueError, QueueRules, Queues, Standing
from kezek_register import Register, RegisterError

log = structlog.get_logger(__name__)

LOOK_S = 1.0
RULES_S = 5.0
SETTLE_S = 6.0  # what those who wait get to come back, before an operator is offered one: a call looks each 5 s
SQL_S = 3.0


class Restoring:
    """`begin` before anything else, then `run` for ever. `phones`: tells the line of all of them; `migrated`: SQL has
    its tables."""

    def __init__(
        self,
        queues: Queues,
        register: Register,
        rules: Mapping[str, QueueRules],
        *,
        zone: tzinfo,
        migrated: asyncio.Event,
        phones: Callable[[], Awaitable[None]],
        settle_s: float = SETTLE_S,
    ) -> None:
        self._queues, self._register, self._rules = queues, register, rules
        self._zone, self._migrated, self._phones, self._settle_s = zone, migrated, phones, settle_s
        self.detail = ""  # for the health: what Redis still waits for

    async def begin(self) -> None:
        """Raises QueueError."""
        for queue, rules in self._rules.items():
            await self._queues.configure(queue, rules)

    async def run(self) -> None:
        rules_at = time.monotonic() + RULES_S
        while True:
            with contextlib.suppress(QueueError):
                if not await self._queues.mark():
                    await self._restore()
                    rules_at = time.monotonic() + RULES_S
                elif (now := time.monotonic()) > rules_at:
                    await self.begin()
                    rules_at = now + RULES_S
            await asyncio.sleep(LOOK_S)

    async def _restore(self) -> None:
        """Every node does; the line takes the first one's word. While SQL is away the operators come back by their own
        pages, and the rest when it answers."""
        await self.begin()
        await self._phones()
        try:
            async with asyncio.timeout(SQL_S):
                await self._migrated.wait()
                standing, promises = await unbroken(self._register.kept.read())
                midnight = midnight_before(time.time(), self._zone)
                last = await unbroken(self._register.ladder.last())
                counts = await unbroken(self._register.history.ends(datetime.fromtimestamp(midnight, UTC)))
        except (RegisterError, TimeoutError):
            self._say("empty, and SQL does not say what was kept of it")
            return
        people = [standing_from(login, told) for login, told in standing.items()]
        owed = [promise_from(call, told) for call, told in promises.items()]
        rung = rung_of(last) if last is not None else None
        if await self._queues.restore(people, owed, counts=counts, rung=rung, settle_s=self._settle_s):
            log.warning("line_restored", operators=len(people), promises=len(owed))
        self._say("")

    def _say(self, detail: str) -> None:
        if detail != self.detail:
            self.detail = detail
            if detail:
                log.warning("line_not_restored")


def told_of(one: Standing | Promise) -> dict[str, Any]:
    """As JSON, as SQL gives it back, without what it is kept by."""
    told: dict[str, Any] = json.loads(json.dumps(asdict(one)))
    del told["operator" if isinstance(one, Standing) else "call"]
    return told


def standing_from(login: str, told: Mapping[str, Any]) -> Standing:
    lists = {name: tuple(told[name]) for name in ("queues", "joined")}
    return Standing(**{**told, **lists, "operator": login, "state": OperatorState(told["state"])})


def promise_from(call: str, told: Mapping[str, Any]) -> Promise:
    return Promise(call=call, **told)
