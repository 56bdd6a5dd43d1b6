"""The house: everything is built here, runs in one TaskGroup, and ends here in order."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import datetime

import structlog

from kezek_api.app import build
from kezek_api.auth import Auth
from kezek_api.behind import Behind
from kezek_api.books import PART, Books
from kezek_api.callfile import CallFiles
from kezek_api.checks import check_redis, check_sql
from kezek_api.collector import settle
from kezek_api.desks import Desks
from kezek_api.directory import SqlDirectory
from kezek_api.doors import Doors
from kezek_api.draining import drain
from kezek_api.exchanges import Exchanges
from kezek_api.feed import Feed
from kezek_api.figures_of_parts import of_node
from kezek_api.filing import keep_stock
from kezek_api.health import Health
from kezek_api.hearing import Hearing
from kezek_api.in_storms import InStorms
from kezek_api.keeping import after, end, keep, unbroken
from kezek_api.ladder.service import Ladder
from kezek_api.leash import Child
from kezek_api.line_settings import queue_settings
from kezek_api.notifier.notifier import Notifier
from kezek_api.publishing import publish
from kezek_api.register_settings import register_settings
from kezek_api.restoring import Restoring
from kezek_api.rules import of_site
from kezek_api.server import HttpServer
from kezek_api.sessions import KeptSessions
from kezek_api.settings import Settings
from kezek_api.story import RedisStoryteller
from kezek_api.supervisors import Supervisors
from kezek_api.tending import Tending
from kezek_api.today import so_far
from kezek_api.waits import Waits
from kezek_api.wallboard import Board
from kezek_queue import RedisQueues, keep_ticking, redis_client
from kezek_register import Register, RegisterError

log = structlog.get_logger(__name__)

CONNECTIONS = 32  # to Redis, beside the line's own: whoever comes later waits a moment for one
RENEW_S = 30.0  # names, streets and topics are read again
SETTLE_S = 2.0


class House:
    """One node. `async with asyncio.TaskGroup() as group: group.create_task(house.serve())`, then `house.stop()`.

    What is away is waited for; only a wrong setting or a taken address stops the start (SettingsError, OSError).
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.health = Health()
        self.feed = Feed()
        self.redis = redis_client(settings.redis_url, connections=CONNECTIONS, lean=True)
        self.stories = RedisStoryteller(self.redis, site=settings.site)
        self.files = CallFiles(self.redis, site=settings.site)
        self.rules = of_site(settings)
        self.behind = Behind(self.redis, self.files, site=settings.site)
        self.waits = Waits()
        self.books = Child("books", settings, self._mark_books)
        self._names: dict[str, str] = {}
        self.board = Board(
            service_level_s=settings.service_level_s,
            names=lambda: self._names,
            zone=settings.zone,
            short_abandon_s=settings.short_abandon_s,
            open_now=lambda queue: self.rules.calendar.is_open(queue, time.time()),
            waits=self.waits,
            rung=lambda: self.ladder.rung,
        )
        self.ladder = Ladder(
            self.rules.ladder, lambda: self.board.latest, lines=self.rules.citizens.lines, zone=settings.zone
        )
        self.up = asyncio.Event()  # it serves, whatever is still away
        self._stop = asyncio.Event()
        self._hurry = asyncio.Event()
        self._begun = asyncio.Event()  # Redis has answered
        self._migrated = asyncio.Event()  # SQL has, and has its tables
        self._port = 0

    @property
    def port(self) -> int:
        """Where HTTP is served; 0 before `serve` listens."""
        return self._port

    def stop(self) -> None:
        """Drains and ends: `serve` returns. Said again, it waits for nothing more."""
        if self._stop.is_set():
            self._hurry.set()
        self._stop.set()

    async def serve(self) -> None:
        settings = self.settings
        async with AsyncExitStack() as stack:
            stack.push_async_callback(self.redis.aclose)
            register = await stack.enter_async_context(
                Register.open(
                    settings.sql,
                    node=settings.node,
                    clock=lambda: datetime.now(settings.zone),
                    work=self.rules.work,
                    settings=register_settings(settings),
                )
            )
            queues = RedisQueues(settings.redis_url, settings.site, queue_settings(settings))
            stack.push_async_exit(queues)
            sessions = KeptSessions(register.sessions)
            auth = Auth(self.redis, site=settings.site, key=settings.key(), staff=register.staff.get, kept=sessions)
            directory = SqlDirectory(register)
            desks = Desks(
                self.redis,
                site=settings.site,
                auth=auth,
                files=self.files,
                street_name=directory.street_name,
                names=lambda: self._names,
                extensions=lambda operator: self.rules.extensions(operator.queues),
            )
            supervisors = Supervisors()
            storms = InStorms(register, queues, self.files, settings, self.rules, self.ladder)
            doors = Doors(
                settings=settings,
                auth=auth,
                files=self.files,
                desks=desks,
                feed=self.feed,
                board=self.board,
                health=self.health,
                stories=self.stories,
                register=register,
                queues=queues,
                street_name=directory.street_name,
                rules=self.rules,
                supervisors=supervisors,
                ladder=self.ladder,
                bulletin_voice=storms.voice,
                news=storms.watching.news,
            )
            server = HttpServer(build(doors), settings.http_listen)
            stack.callback(server.close)
            self._port = server.port
            hearing = Hearing(settings, directory, self.health)
            exchanges = Exchanges(
                settings,
                queues,
                directory,
                hearing,
                self.stories,
                self.health,
                rules=self.rules,
                waits=self.waits,
                register=register,
                supervisors=supervisors,
                storm=storms.ports,
            )

            restoring = Restoring(
                queues,
                register,
                self.rules.queues,
                zone=settings.zone,
                migrated=self._migrated,
                phones=exchanges.tell_phones,
            )

            tending = Tending(register, self.rules.outages, settings.default_language)
            instead = self.rules.citizens.fallback and self.rules.citizens.calls
            notifier = Notifier(register, self.rules.notices, settings, self.health, call_instead=instead)

            async with asyncio.TaskGroup() as group:
                work: dict[str, Callable[[], Awaitable[None]]] = {
                    "http": server.run,
                    "line": lambda: self._begin_line(queues, restoring),
                    "restoring": lambda: after(self._begun, restoring.run()),
                    "sessions": lambda: after(self._migrated, sessions.run()),
                    "register": lambda: self._tend_register(register, directory, hearing),
                    "redis": lambda: check_redis(self.redis, self.health, lambda: restoring.detail),
                    "sql": lambda: check_sql(register, self.health, self._migrated),
                    "behind": lambda: after(self._begun, self.behind.run()),
                    "ticker": lambda: self._tick(queues, exchanges),
                    "feed": lambda: after(self._begun, self.feed.run(queues)),
                    "books": lambda: self._keep_books(queues, register),
                    "numbers": lambda: after(self._migrated, keep_stock(register)),
                    "marks": lambda: after(self._begun, self._show_marks(desks)),
                    "stories": self.stories.run,
                    "waits": lambda: after(self._begun, self.waits.follow(queues)),
                    "tally": lambda: after(self._begun, self._follow(queues, register)),
                    "wallboard": lambda: self.board.draw(queues),
                    **storms.parts(begun=self._begun, migrated=self._migrated),
                    "hearing": hearing.run,
                    "exchange": lambda: after(self._begun, exchanges.run()),
                    "mqtt": lambda: self._publish(register, storms),
                    "tending": lambda: after(self._migrated, tending.run()),
                    "notifier": lambda: after(self._migrated, notifier.run()),
                }
                self.health.figures += [
                    *of_node(self.behind, self.feed, exchanges, hearing),
                    notifier.figures,
                    tending.figures,
                    storms.figures,
                ]
                parts = [
                    group.create_task(keep(name, part, self.health.failed(name)), name=name)
                    for name, part in work.items()
                ]
                settle()
                self.up.set()
                log.info("house_up", node=settings.node, port=self._port)
                await self._stop.wait()
                everything = (exchanges, desks, self.behind, self.health)
                await drain(*everything, limit_s=settings.drain_s, hurried=self._hurry)
                self.board.close()
                await storms.close()
                await end(parts)
        log.info("house_down")

    async def _keep_books(self, queues: RedisQueues, register: Register) -> None:
        """In a process of its own, unless the settings say something else."""
        settings = self.settings
        if settings.books == "elsewhere":
            self.health.mark(PART, True, "kept elsewhere")
        elif settings.books == "inside":
            books = Books(
                queues,
                register,
                self.files,
                self.stories,
                settings,
                self.rules,
                mark=self._mark_books,
            )
            await after(self._migrated, books.run())
        else:
            await self.books.run()

    def _mark_books(self, ok: bool, detail: str) -> None:
        self.health.mark(PART, ok, detail)

    async def _show_marks(self, desks: Desks) -> None:
        async for login in self.files.marks():
            desks.look_again(login)

    async def _publish(self, register: Register, storms: InStorms) -> None:
        settings, watching = self.settings, storms.watching
        await publish(settings, self.feed, self.board, self.health, register, watching, self.ladder, self._migrated)

    async def _tend_register(self, register: Register, directory: SqlDirectory, hearing: Hearing) -> None:
        """Migrated once, then the names are read again and again."""
        if not self._migrated.is_set():
            await unbroken(register.migrate())
            self._migrated.set()
        renewed = False  # begun again after a failure, it begins with new phrasebooks too
        while True:
            with contextlib.suppress(RegisterError):
                people = await unbroken(register.staff.all())
                self._names.update({person.login: person.name for person in people})
                if await unbroken(directory.load()) or not renewed:
                    await hearing.renew()
                    renewed = True
            await asyncio.sleep(RENEW_S)

    async def _begin_line(self, queues: RedisQueues, restoring: Restoring) -> None:
        """Reading begins when Redis answers; its verbs say Unavailable until then. The exit stack ends it."""
        await restoring.begin()
        await queues.__aenter__()
        self._begun.set()

    async def _tick(self, queues: RedisQueues, exchanges: Exchanges) -> None:
        """First Asterisk is asked which of the offers of a node that died have become talks, if it answers at once."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(SETTLE_S):
                await exchanges.settle()
        await keep_ticking(queues)

    async def _follow(self, queues: RedisQueues, register: Register) -> None:
        """What the feed no longer holds of today, the history does."""
        with contextlib.suppress(RegisterError, TimeoutError):
            async with asyncio.timeout(5):
                await self._migrated.wait()
                self.board.seed(*await unbroken(so_far(register, self.settings.zone)))
        await self.board.follow(queues)
