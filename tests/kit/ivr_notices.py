"""A node that tells notices by calls, in a story: it dials, serves who answers, and may die."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, time, timedelta
from typing import Any

from kezek_ivr.notice_rules import NOTICE, TellingSettings
from kezek_ivr.notifying import Notifying
from kezek_ivr.pacing import PaceRules
from kezek_ivr.ports import Notices
from kezek_ivr.taken_back import TakenBack
from kezek_ivr.told_calls import ToldCalls
from kit.citizens import MemoryNotices
from kit.ivr_world import DIALOGUE, World
from kit.scripted_line import ScriptedLine, virtual_now


def now() -> datetime:
    return datetime.fromtimestamp(virtual_now(), UTC)


def clock(hours: float) -> time:
    """So many hours from now."""
    return (now() + timedelta(hours=hours)).time()


class TellingNode:
    """`clock`: of a story that does not play in virtual time; `back`: who says that it is still out may have an
    operator."""

    def __init__(
        self,
        world: World,
        notices: Notices,
        name: str = "node-1",
        *,
        clock: Callable[[], datetime] = now,
        back: bool = False,
        **more: Any,
    ) -> None:
        self.world, self.notices = world, notices
        settings = TellingSettings(**{"node": name, "quiet": (time(0), time(0)), **more})
        self.told = ToldCalls(
            notices, DIALOGUE, settings, clock, TakenBack(world.redis, PaceRules(), 3.0) if back else None
        )
        self.notifying = Notifying(world.board, world.redis, notices, self.told, settings, clock)
        self.serving: list[asyncio.Task[None]] = []
        world.board.on_answer = self.serve
        self._running = asyncio.create_task(self.notifying.run())  # until `die`

    def serve(self, line: ScriptedLine) -> None:
        assert line.arrival.call.startswith(NOTICE)
        self.serving.append(asyncio.create_task(self.told.serve(line, self.world.reception)))  # until its end, or `die`

    async def die(self) -> None:
        """As by kill -9."""
        for task in (self._running, *self.serving):
            task.cancel()
        await asyncio.gather(self._running, *self.serving, return_exceptions=True)

    async def restart(self) -> TellingNode:
        """A new process; Asterisk gives it the lines that live, as the dialplan does."""
        node = TellingNode(self.world, self.notices)
        for line in [each for each in self.world.board.lines.values() if not each.gone]:
            known = line.arrival
            node.serve(self.world.board.call(call=known.call, caller=known.caller, language=known.language))
        return node


@asynccontextmanager
async def telling(world: World, notices: MemoryNotices, **more: Any) -> AsyncIterator[TellingNode]:
    node = TellingNode(world, notices, **more)
    try:
        yield node
    finally:
        await node.die()
