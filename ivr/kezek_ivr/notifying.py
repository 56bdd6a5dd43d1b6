"""Notices told by calls: claimed in SQL before anything is dialled, followed to the end, settled; what is unclear is
asked of Asterisk. Nobody is told twice (P8), by night no citizen, live callers keep their share of the lines, and no
more are called than operators can take back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Coroutine, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import structlog

from kezek_ivr.dialling import Dials
from kezek_ivr.notice_rules import (
    ASKS,
    ONCE,
    TO_CITIZENS,
    TellingSettings,
    call_of,
    free_lines,
    next_attempt,
    quiet_until,
)
from kezek_ivr.pacing import Load
from kezek_ivr.ports import Notices, Tell
from kezek_ivr.told_calls import ToldCalls
from kezek_queue.types import CallKind, OperatorState, Queues, Snapshot
from kezek_telephony.types import Answered, LinkDown, NotReached, Outside, Refused

log = structlog.get_logger(__name__)

UNCLEAR = "unclear"
ON_LINES = (OperatorState.OFFERED, OperatorState.TALKING)
MINUTE = timedelta(minutes=1)


class Notifying:
    """One for each node; `run` for ever. `now`: the moment with the site's zone."""

    def __init__(
        self,
        board: Dials,
        queues: Queues,
        notices: Notices,
        told: ToldCalls,
        settings: TellingSettings,
        now: Callable[[], datetime],
    ) -> None:
        self._board, self._queues, self._notices, self._told = board, queues, notices, told
        self._settings, self._now = settings, now
        self._busy: set[str] = set()  # keys under way here
        self._held = 0.0  # when this node says next that it lives, by the loop's clock
        self._draining = False
        self._changed = asyncio.Event()  # a line has become free

    async def run(self) -> None:
        async with asyncio.TaskGroup() as group:
            while True:
                self._changed.clear()
                try:
                    await self._look(group)
                except Exception as error:  # noqa: BLE001 - SQL or Redis away: looked at again in a moment
                    log.info("notices.not_looked", error=type(error).__name__)
                with suppress(TimeoutError):
                    async with asyncio.timeout(self._settings.poll_s):
                        await self._changed.wait()

    async def drain(self) -> None:
        """Nobody is dialled any more; returns when what was under way has its end."""
        self._draining = True
        while self._busy:
            self._changed.clear()
            await self._changed.wait()

    async def _look(self, group: asyncio.TaskGroup) -> None:
        settings = self._settings
        if self._draining or not self._board.up:
            return
        await self._hold()
        for tell in await self._notices.unsettled(settings.node):
            self._begin(group, tell, self._follow)
        snapshot = await self._queues.snapshot()
        room = free_lines(len(self._busy), _live(snapshot), settings)
        now = self._now()
        quiet = quiet_until(now, settings.quiet) is not None  # a night costs no attempt
        if not room:
            return
        if quiet or self._told.pace is not None:
            room -= await self._claim(group, room, now, but=TO_CITIZENS)
        if not quiet:
            await self._claim(group, min(room, await self._paced(snapshot, now, room)), now)

    async def _claim(self, group: asyncio.TaskGroup, limit: int, now: datetime, but: Collection[str] = ()) -> int:
        claimed: Sequence[Tell] = ()
        if limit > 0:
            claimed = await self._notices.claim(node=self._settings.node, limit=limit, now=now, but=but)
        for tell in claimed:
            if self._told.pace is not None and tell.what in TO_CITIZENS:
                self._told.pace.begin(1)
            self._begin(group, tell, self._carry_out)
        return len(claimed)

    async def _paced(self, snapshot: Snapshot, now: datetime, room: int) -> int:
        """How many citizens may be called now, of `room` at most."""
        pace = self._told.pace
        if pace is None:
            return room
        free = sum(operator.state is OperatorState.READY for operator in snapshot.operators)
        waiting = sum(place.kind is CallKind.CALL for place in snapshot.waiting)
        load = Load(free, waiting, (await self._queues.rung()).name)
        begun = await self._notices.begun(since=now - MINUTE)
        return pace.room(asyncio.get_running_loop().time(), load, begun)

    async def _hold(self) -> None:
        """Claims of a node that never came back are followed here: asked of Asterisk before anybody is dialled."""
        loop, lease_s = asyncio.get_running_loop(), self._settings.lease_s
        if loop.time() >= self._held:
            await self._notices.hold(node=self._settings.node, now=self._now(), lease_s=lease_s)
            self._held = loop.time() + lease_s / 10

    def _begin(self, group: asyncio.TaskGroup, tell: Tell, work: Callable[[Tell], Coroutine[Any, Any, None]]) -> None:
        if tell.key not in self._busy:
            self._busy.add(tell.key)
            group.create_task(self._attempt(tell, work))

    async def _attempt(self, tell: Tell, work: Callable[[Tell], Coroutine[Any, Any, None]]) -> None:
        self._told.known[tell.key] = tell
        try:
            await work(tell)
        except Exception as error:  # noqa: BLE001 - one that fails stops no other: its claim is asked for at the next look
            log.warning("notice.not_done", what=tell.what, error=type(error).__name__)
        finally:
            self._told.known.pop(tell.key, None)
            self._busy.discard(tell.key)
            self._changed.set()

    async def _carry_out(self, tell: Tell) -> None:
        """Claimed: every way out settles it, or leaves it to be asked for."""
        try:
            reached = await self._reached(tell)
        except ValueError:  # no number, or a key that no channel can bear
            await self._notices.settle(tell.key, "failed", "no_number")
            return
        if reached is None or reached == UNCLEAR:
            await self._follow(tell)
        else:
            await self._not_reached(tell, reached)

    async def _reached(self, tell: Tell) -> str | None:
        """None: he picked up, and his line is somebody's to serve. Else the reason. Raises ValueError."""
        call, seconds = call_of(tell.key), self._settings.dial_s
        try:
            if await self._board.dialled(call) is not False:
                return UNCLEAR
            steps = self._board.dial(call, Outside(tell.address), since=0.0, language=tell.language, seconds=seconds)
            async for step in steps:
                match step:
                    case Answered():
                        return None
                    case NotReached(reason):
                        return reason
        except Refused:  # Asterisk has that channel, or will not dial this number
            return UNCLEAR if await self._board.dialled(call) else "unreachable"
        except LinkDown:
            return UNCLEAR
        return UNCLEAR

    async def _follow(self, tell: Tell) -> None:
        """Until the channel is surely gone, however long Asterisk cannot be asked. Whoever picked up has been written
        down as such by who served him; of whom nobody wrote so heard nothing, and is dialled again."""
        call = call_of(tell.key)
        while await self._board.dialled(call) is not False or tell.key in self._told.serving:
            if tell.key in self._told.handed:  # a live caller from here on: he keeps no line of those who are told
                return
            await asyncio.sleep(self._settings.poll_s)
        now = await self._notices.get(tell.key)
        if now is not None and now.state == "claimed":
            await self._not_reached(tell, UNCLEAR)

    async def _not_reached(self, tell: Tell, reason: str) -> None:
        again = None if tell.what in ONCE else next_attempt(tell.attempts, self._now(), self._settings)
        if again is None and tell.what in ASKS:
            await self._notices.answered(tell, "unreached")
        await self._notices.settle(tell.key, "pending" if again else "failed", reason, again)


def _live(snapshot: Snapshot) -> int:
    """Lines that live callers hold, about: one who is offered or talks counts by his operator."""
    return len(snapshot.waiting) + sum(operator.state in ON_LINES for operator in snapshot.operators)
