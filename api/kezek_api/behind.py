"""How far what is written to SQL is behind what has happened: the feed's events, and confirmations that are kept."""

from __future__ import annotations

import asyncio

from redis.asyncio import Redis

from kezek_api.callfile import CallFiles
from kezek_api.history import GROUP
from kezek_queue.backlog import Backlog, backlog

LOOK_S = 2.0
SOON_S = 0.1


class Behind:
    """`run` for ever; raises what Redis raises. `feed` and `unwritten` are the last look's, of the whole site."""

    def __init__(self, redis: Redis, files: CallFiles, *, site: str) -> None:
        self._redis, self._files, self._site = redis, files, site
        self.feed = Backlog()
        self.unwritten = 0

    async def run(self) -> None:
        while True:
            await self._look()
            await asyncio.sleep(LOOK_S)

    async def caught_up(self) -> None:
        """Until nothing is left to be written. Raises what Redis raises."""
        while True:
            await self._look()
            if not self.feed.events and not self.unwritten:
                return
            await asyncio.sleep(SOON_S)

    async def _look(self) -> None:
        self.feed = await backlog(self._redis, self._site, GROUP)
        self.unwritten = await self._files.count_unwritten()
