"""Operators without a page in a drill: what they would press on a phone alone is done for them, by the line's own
verbs."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Collection, Mapping
from contextlib import suppress

from kezek_api.drill.types import SitePoints
from kezek_queue import Operator, OperatorState, QueueError, RedisQueues
from kezek_register import Register
from kezek_register.types import Staff

LOOK_S = 0.4
PATIENCE_S = 0.6  # so long a pause, or a wrap-up, is left to last


class PhonesAlone:
    """`run` until cancelled: each of them is signed in, and ready again after whatever is not his own pause."""

    def __init__(self, points: SitePoints, logins: Collection[str]) -> None:
        self._points, self._logins = points, logins

    async def run(self) -> None:
        """Raises RegisterError when SQL is away at the very beginning."""
        async with Register.open(self._points.sql_url) as register:
            staff = {login: await register.staff.get(login) for login in self._logins}
        queues = RedisQueues(self._points.redis_url, self._points.site)
        try:
            while True:
                with suppress(QueueError):  # Redis is away, or somebody's state changed meanwhile: looked at again
                    await self._look(queues, staff)
                await asyncio.sleep(LOOK_S)
        finally:
            await queues.__aexit__()

    async def _look(self, queues: RedisQueues, staff: Mapping[str, Staff]) -> None:
        known = {one.operator: one for one in (await queues.snapshot(places=False)).operators}
        for login, person in staff.items():
            operator = known.get(login)
            if operator is None or operator.state is OperatorState.AWAY:
                await queues.sign_in(login, phone=person.phone, queues=person.queues, skills=person.skills, desk=False)
                await queues.ready(login)
            elif _rests(operator):
                await (queues.ready if operator.state is OperatorState.PAUSED else queues.wrap_up_done)(login)


def _rests(operator: Operator) -> bool:
    resting = operator.state in (OperatorState.PAUSED, OperatorState.WRAP_UP)
    return resting and time.time() > operator.since + PATIENCE_S
