"""The books: what is written to SQL after the fact, in a process of its own beside the one that conducts the calls.

`kezek serve` keeps it as a child on a leash (`leash.py`); `kezek books` alone is the same for one's own supervisor. Any
number may run: they share the feed's events. It yields to whoever conducts calls: SQL shall never delay one.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from contextlib import AsyncExitStack, suppress
from datetime import datetime

from kezek_api.callfile import CallFiles
from kezek_api.collector import settle
from kezek_api.filing import Clerk
from kezek_api.health import Health
from kezek_api.history import History
from kezek_api.keeping import end, keep, unbroken
from kezek_api.leash import Leash
from kezek_api.mirror import Mirror
from kezek_api.noted import Noted
from kezek_api.orphans import Orphans
from kezek_api.photo_keeping import PhotoKeeping
from kezek_api.recordings import Recordings
from kezek_api.register_settings import register_settings
from kezek_api.retention import Retention
from kezek_api.rules import Rules, of_site
from kezek_api.settings import Settings
from kezek_api.story import RedisStoryteller, tell_ticket
from kezek_ivr.types import Storyteller
from kezek_queue import QueueError, Queues, RedisQueues, redis_client
from kezek_register import Register, Ticket, Unavailable

PART = "books"
WELL_S = 10.0  # without a failure: longer than the pause after one


class Books:
    """History and tickets from the feed, kept confirmations, the end of recordings' and persons' keeping, and what an
    emptied Redis is given back. `run` for ever, on tables that stand; `mark` is told whether SQL takes what is
    written."""

    def __init__(
        self,
        queues: Queues,
        register: Register,
        files: CallFiles,
        stories: Storyteller,
        settings: Settings,
        rules: Rules,
        *,
        mark: Callable[[bool, str], None],
    ) -> None:
        self._queues = queues
        self._stories = stories
        self._mark = mark
        self._sql = (True, "")
        self._failing: asyncio.TimerHandle | None = None
        keep_s = rules.keep_days * 86_400.0
        history = History(
            queues, register, files, stories, node=settings.node, mark=self._written, keep_recordings_s=keep_s
        )
        self._parts = {
            "history": history.run,
            "clerk": Clerk(files, register, self._made_good).run,
            "noted": Noted(files, register).run,
            "orphans": Orphans(queues, register).run,
            "mirror": Mirror(queues, register).run,
            "recordings": Recordings(register, settings.recordings_folder, keep_s=keep_s).run,
            "retention": Retention(register, rules.retention).run,
            "photos": PhotoKeeping(register, settings.photos_folder).run,
        }

    async def run(self) -> None:
        self._tell()
        async with asyncio.TaskGroup() as group:
            for name, part in self._parts.items():
                group.create_task(keep(name, part, self._failed), name=name)

    def _written(self, ok: bool, detail: str) -> None:
        self._sql = (ok, detail)
        self._tell()

    def _failed(self, error: Exception) -> None:
        if self._failing is not None:
            self._failing.cancel()
        self._failing = asyncio.get_running_loop().call_later(WELL_S, self._recovered)
        self._tell()

    def _recovered(self) -> None:
        self._failing = None
        self._tell()

    def _tell(self) -> None:
        self._mark(*((False, "interrupted") if self._failing is not None else self._sql))

    async def _made_good(self, ticket: Ticket) -> None:
        with suppress(QueueError):
            tell_ticket(self._stories, await self._queues.notes(ticket.call), ticket)


async def run(settings: Settings, *, leashed: bool) -> None:
    """`kezek books`: until SIGTERM, SIGINT, or the end of the leash; what is being written is finished.

    Raises SettingsError."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    health = Health((PART,))
    async with AsyncExitStack() as stack:
        leash = await stack.enter_async_context(Leash.taken()) if leashed else None
        if leash is not None:
            settings = await leash.settings()
        rules = of_site(settings)
        redis = redis_client(settings.redis_url)
        stack.push_async_callback(redis.aclose)
        register = await stack.enter_async_context(
            Register.open(
                settings.sql,
                node=settings.node,
                clock=lambda: datetime.now(settings.zone),
                work=rules.work,
                settings=register_settings(settings),
            )
        )
        queues = RedisQueues(settings.redis_url, settings.site)
        stack.push_async_exit(queues)  # not entered: only the history reads the feed here, in its own way
        stories = RedisStoryteller(redis, site=settings.site)
        books = Books(
            queues,
            register,
            CallFiles(redis, site=settings.site),
            stories,
            settings,
            rules,
            mark=lambda ok, detail: health.mark(PART, ok, detail),
        )

        async def begin() -> None:
            try:
                await unbroken(register.migrate())
            except Unavailable:
                health.mark(PART, False, "SQL does not answer")
                raise
            settle()
            await books.run()

        async with asyncio.TaskGroup() as group:
            parts = [group.create_task(keep(PART, begin)), group.create_task(keep("stories", stories.run))]
            if leash is not None:
                parts.append(group.create_task(leash.tell(lambda: health.parts[PART])))
                parts.append(group.create_task(leash.hold(stop)))
            await stop.wait()
            await end(parts)
