"""Who was cut is called back by himself: Asterisk's death is no fault of his (docs/decisions/0013).

The history says who: so neither a node's death nor a Redis that comes back empty forgets him. Most dial again at once,
and have their old place: some seconds are left for that. A site without a trunk dials nobody, nor does a closed one.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Protocol

import structlog

from kezek_api.memory import Memory
from kezek_queue import QueueError, Queues
from kezek_register import CallRecord, RegisterError

log = structlog.get_logger(__name__)

LOOK_S = 5.0
EMERGENCY = 9


class Trunks(Protocol):
    @property
    def has_trunk(self) -> bool:
        """An exchange is up that can dial citizens."""
        ...


class CutCallers:
    """`run` for ever, on each node. Ordered twice he is one callback: the line and the history know it by his call.

    after_s: from the end of his call, and from the return of an exchange with a trunk. within_s: of his arrival; later
    he is on the list of the abandoned alone. queue_of: a number dialled."""

    def __init__(
        self,
        trunks: Trunks,
        queues: Queues,
        memory: Memory,
        *,
        after_s: float,
        within_s: float,
        queue_of: Callable[[str], str],
        open_now: Callable[[str, float], bool],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._trunks, self._queues, self._memory = trunks, queues, memory
        self._after_s, self._within_s = after_s, within_s
        self._queue_of, self._open_now, self._clock = queue_of, open_now, clock

    async def run(self) -> None:
        loop = asyncio.get_running_loop()
        since = loop.time()  # a trunk has been there
        while True:
            if not self._trunks.has_trunk:
                since = loop.time()
            elif loop.time() - since >= self._after_s:
                try:
                    await self.look()
                except (QueueError, RegisterError) as away:
                    log.info("cut_callers_not_seen", code=away.code)
            await asyncio.sleep(LOOK_S)

    async def look(self) -> None:
        """Raises QueueError, RegisterError."""
        now = self._clock()
        cut = await self._memory.cut(now - self._within_s, now - self._after_s)
        if not cut:
            return
        here = await self._callers()
        for record in cut:
            queue = record.queue or self._queue_of(record.dialled)
            if record.caller not in here and (record.priority >= EMERGENCY or self._open_now(queue, now)):
                here.add(record.caller)
                await self._order(record, queue)

    async def _callers(self) -> set[str]:
        """Who is on the line by another call now; the history tells of it a moment later."""
        picture = await self._queues.snapshot()
        names = {each.call for each in picture.waiting} | {each.call for each in picture.operators if each.call}
        known = await self._queues.calls(sorted(names))
        return {call.caller for call, _ in known.values() if call.caller}

    async def _order(self, record: CallRecord, queue: str) -> None:
        name = f"cb-{record.call}"
        known = await self._queues.calls([record.call, name])
        if name in known:  # it was, and the history does not know it yet
            return
        call = known[record.call][0] if record.call in known else None
        made = await self._queues.callback(
            record.call,
            caller=record.caller,
            queue=queue,
            priority=max(record.priority, call.priority if call else 0),
            skills=call.skills if call else None,
            place_since=call.place_since if call else record.since.timestamp(),
            key=f"cut:{record.call}",
        )
        log.warning("cut_caller_called_back", call=made.call)
