"""The FastAGI server: a channel that opens a session becomes a Line, or goes on as the Line it already is.

Nobody of a known address is refused: probes and slow clients are shed after a limit, each on its own, and cost the
others nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import replace
from typing import Self

import structlog

from .agi import AgiError, Request
from .agi_session import LINE_LIMIT, AgiLimits, AgiSession
from .arrival import arrival_of
from .calls import Lines
from .known import Known
from .line import AgiLine, LineMeans, Spy
from .listening import stop_listening
from .settings import TelephonySettings
from .sound import SoundServer
from .types import HungUp, LineLost

log = structlog.get_logger(__name__)

BACKLOG = 2048
RELEASE_LIMIT_S = 5.0  # how long a lost line's coroutine may take to end before its call starts anew


class AgiServer:
    """`async with AgiServer(...)`: listens; on leaving, every session is closed without KEZEK_DONE, so that the
    dialplan tries another node or its fallback.

    `on_call` conducts one call. Its normal end, or HungUp, ends the call in good order (KEZEK_DONE=1); any other
    exception leaves the caller to the dialplan's fallback.
    """

    def __init__(
        self,
        settings: TelephonySettings,
        lines: Lines,
        on_call: Callable[[AgiLine], Awaitable[None]],
        *,
        sound: SoundServer | None = None,
        spy: Spy | None = None,
        limits: AgiLimits | None = None,
        known: Known | None = None,
    ) -> None:
        self._settings, self._lines, self._on_call = settings, lines, on_call
        self._limits = limits or AgiLimits()
        self._known = known or Known(settings.known)
        self._means = LineMeans(settings.prompts, settings.watchdog_s, sound=sound, spy=spy)
        self._tasks: set[asyncio.Task[None]] = set()
        self._opening = 0  # connections that have not said yet what they are
        self._server: asyncio.Server | None = None
        self._closing = False
        self.draining = False  # a call that is not ours yet is another node's

    @property
    def port(self) -> int:
        """The port it listens on."""
        assert self._server is not None, "not started"  # noqa: S101 - a mistake in the composition root
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    @property
    def busy(self) -> bool:
        """Some connection or some call is still in work."""
        return bool(self._tasks)

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(
            self._connected,
            self._settings.fastagi_host,
            self._settings.fastagi_port,
            limit=LINE_LIMIT,
            backlog=BACKLOG,
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None  # noqa: S101 - entered
        self._closing = True
        await stop_listening(self._server)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._server.wait_closed()

    def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._closing or not self._known.admits(writer.transport, "fastagi"):
            writer.transport.abort()
            return
        if self._opening >= self._limits.openings or len(self._tasks) >= self._limits.sessions:
            log.warning("agi_full", opening=self._opening, busy=len(self._tasks))
            writer.transport.abort()
            return
        session = AgiSession(reader, writer, self._limits)
        # a task that is cancelled before its first step closes nothing by itself
        self._start(self._connection(session)).add_done_callback(lambda _: session.close())

    def _start(self, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(work)  # held in _tasks; __aexit__ ends what is left
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _connection(self, session: AgiSession) -> None:
        """One socket from its opening to its end."""
        self._opening += 1
        try:
            request = await session.opening()
        except AgiError as error:
            log.debug("agi_connection_dropped", why=str(error))
            await session.closed()
            return
        except asyncio.CancelledError:
            session.close()
            raise
        finally:
            self._opening -= 1
        try:
            async with asyncio.TaskGroup() as both:
                both.create_task(session.read_replies())
                both.create_task(self._attend(session, request))
        finally:
            await session.closed()

    async def _attend(self, session: AgiSession, request: Request) -> None:
        """Find or make the line of this session, and stay until the session ends."""
        try:
            line = await self._line_for(session, request)
        except LineLost:
            return  # the channel left again before it said who it is
        except Exception:
            log.exception("agi_session_failed")
            session.close()
            return
        try:
            await line.keep_alive(session)
        finally:
            line.detach(session)

    async def _line_for(self, session: AgiSession, request: Request) -> AgiLine:
        arrival = replace(arrival_of(request), exchange=self._settings.exchange)
        if self.draining and self._lines.get(arrival.call) is None:
            session.close()  # without a sign of life: the next node has the call as it came
            raise LineLost("this node is going down")
        await session.command("SET VARIABLE", "TIMEOUT(absolute)", self._settings.watchdog_s)  # the first sign of life
        line = self._lines.get(arrival.call)
        if line is not None and not line.alive:
            async with asyncio.timeout(RELEASE_LIMIT_S):
                await line.released.wait()
            line = self._lines.get(arrival.call)
        if line is not None:
            line.attach(session)
            return line
        line = AgiLine(arrival, self._means)
        self._lines.add(line)
        line.attach(session)
        self._start(self._conduct(line))
        return line

    async def _conduct(self, line: AgiLine) -> None:
        call = line.arrival.call
        done = False
        try:
            await self._on_call(line)
            done = True
        except HungUp:
            done = True
        except LineLost:
            log.warning("line_lost", call=call)
        except Exception:
            log.exception("call_failed", call=call)
        finally:
            self._lines.remove(line)
            line.released.set()
            await line.finish(done=done)
