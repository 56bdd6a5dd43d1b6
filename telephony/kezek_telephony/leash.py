"""The leash between a caller's channel and us: which FastAGI session it speaks through now, and whether it is alive.

The socket is the leash, not the call: it ends with each Redirect of ours, and the call goes on until `gone` is told.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress

import structlog

from .agi import Reply
from .agi_session import AgiSession
from .types import HungUp, LineLost

log = structlog.get_logger(__name__)


class Leash:
    """The exchange tells it what happens to the channel, the FastAGI server which session it has.

    Seconds: `watchdog_s` until the dialplan gives a silent node up; `gone_limit_s` that the news of a hang-up may take
    over AMI after the socket's end.
    """

    def __init__(self, *, watchdog_s: float, gone_limit_s: float) -> None:
        self._watchdog_s, self._gone_limit_s = watchdog_s, gone_limit_s
        self._session: AgiSession | None = None
        self._redirected = False
        self._returns_s = 0.0  # a verb waits so long for a channel that is on its way back to us
        self._gone = False
        self._lost = False
        self._changed = asyncio.Event()
        self._doubt: asyncio.TimerHandle | None = None  # runs between the socket's end and the verdict
        self._pushed = 0.0  # when the watchdog was last pushed forward, by the loop's clock
        self.cause: int | None = None  # Q.850, once gone
        self._cut = self._talked = False
        self.released = asyncio.Event()  # its coroutine has ended: nobody speaks for this line any more

    # --- told by the exchange ---------------------------------------------------------------------------------------

    def mark_redirected(self) -> None:
        """A Redirect is about to be sent: the socket's end is no news until the channel is back."""
        self._redirected, self._returns_s = True, 0.0
        self._end_doubt()
        self._wake()

    def redirect_failed(self) -> None:
        """The Redirect was refused: the session still counts."""
        self._redirected = False
        if self._session is None:
            self._begin_doubt()

    def gone(self, cause: int, *, cut: bool = False, talked: bool = False) -> None:
        """The channel is gone: every verb raises HungUp from now on. `cut`: without its hang-up handler having run;
        `talked`: which says that an operator was with him."""
        if self._gone:
            return
        self._gone, self.cause, self._cut, self._talked = True, cause, cut, talked
        if self._session is not None:
            self._session.close()
        self._end_doubt()
        self._wake()

    def returns(self, within: float) -> None:
        """The channel is on its way back from a Redirect: the next verb waits for it, `within` seconds at most."""
        self._returns_s = within

    async def wait_back(self, timeout: float) -> None:
        """Until the channel has a FastAGI session again after a Redirect. Raises HungUp; LineLost after `timeout`."""
        if not await self._until(lambda: self._session is not None and not self._redirected, timeout):
            self._lose()
            raise LineLost("not back from the redirect")

    # --- told by the FastAGI server ---------------------------------------------------------------------------------

    @property
    def alive(self) -> bool:
        """Neither gone nor lost: a new session of its channel belongs to it."""
        return not self._gone and not self._lost

    def attach(self, session: AgiSession) -> None:
        """The channel speaks through this session from now on, and its watchdog has just been pushed."""
        if self._session is not None:
            self._session.close()
        self._session, self._pushed = session, asyncio.get_running_loop().time()
        if self._redirected:
            self.came_back()
        self._redirected, self._returns_s = False, 0.0
        self._end_doubt()
        self._wake()

    def detach(self, session: AgiSession) -> None:
        """The session's socket ended."""
        if self._session is session:
            self._session = None
            if not self._redirected:
                self._begin_doubt()

    def came_back(self) -> None:
        """Called when the channel has a session again after a Redirect of ours."""

    async def keep_alive(self, session: AgiSession) -> None:
        """Push the dialplan's watchdog forward for as long as this session lasts; a busy session is left in peace."""
        with suppress(LineLost):
            while True:
                try:
                    async with asyncio.timeout(self._watchdog_s / 3):
                        await session.ended.wait()
                    return
                except TimeoutError:
                    if session is self._session and session.idle and not self._redirected:
                        await self._push_watchdog(session)

    async def finish(self, *, done: bool) -> None:
        """The coroutine of this call has ended. `done`: the dialplan shall hang up, not try another node."""
        session = self._session
        if session is not None and not self._gone:
            if done:
                with suppress(LineLost):
                    await session.command("SET VARIABLE", "KEZEK_DONE", 1)
            await session.closed()
        self._end_doubt()

    def hung_up(self) -> HungUp:
        """What to raise for this caller who is gone."""
        return HungUp(cut=self._cut, talked=self._talked)

    async def farewell(self) -> HungUp:
        """As `hung_up`, once the exchange has told how he left: his end may be seen before the word of it."""
        with suppress(HungUp, LineLost):
            await self._until(lambda: self._gone, self._gone_limit_s)
        return self.hung_up()

    # --- for the verbs -----------------------------------------------------------------------------------------------

    async def _command(self, verb: str, *arguments: str | int, limit_s: float | None = None) -> Reply:
        """A command on the present session; HungUp or LineLost when the channel is not in it any more."""
        self._need()
        if self._returns_s:
            await self.wait_back(self._returns_s)
        session = self._session
        if session is None or self._redirected:
            await self._verdict()
            raise LineLost("the channel is not in our hands")
        try:
            reply = await session.command(verb, *arguments, limit_s=limit_s)
        except LineLost:
            await self._verdict()
            raise
        if reply.dead:
            session.close()
            await self._verdict()
            raise LineLost("the channel left the session")
        if not reply.ok:
            log.warning("agi_command_refused", verb=verb, code=reply.code)
        return reply

    async def _verdict(self) -> None:
        """The session failed. Raises HungUp when the channel is gone, LineLost when it was not told so in time."""
        if not self._redirected:
            self._begin_doubt()
            await self._until(lambda: self._redirected or self._doubt is None, None)
        self._need()

    def _begin_doubt(self) -> None:
        if self._doubt is None and self.alive:
            self._doubt = asyncio.get_running_loop().call_later(self._gone_limit_s, self._lose)
        self._wake()

    def _end_doubt(self) -> None:
        if self._doubt is not None:
            self._doubt.cancel()
            self._doubt = None

    def _lose(self) -> None:
        self._lost = True
        self._end_doubt()
        self._wake()

    def _need(self) -> None:
        if self._gone:
            raise self.hung_up()
        if self._lost:
            raise LineLost

    async def _until(self, condition: Callable[[], bool], timeout: float | None) -> bool:
        """Wait for a condition of this line; False after `timeout`. Raises HungUp or LineLost when the line ends."""
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout):
                while not condition():
                    self._need()
                    await self._changed.wait()
        self._need()
        return condition()

    def _wake(self) -> None:
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()

    async def _keep_watch(self) -> None:
        """Before a command that takes long: push the watchdog if that was not done lately."""
        if self._session is not None and asyncio.get_running_loop().time() - self._pushed > self._watchdog_s / 3:
            with suppress(LineLost):
                await self._push_watchdog(self._session)

    async def _push_watchdog(self, session: AgiSession) -> None:
        self._pushed = asyncio.get_running_loop().time()
        await session.command("SET VARIABLE", "TIMEOUT(absolute)", round(self._watchdog_s))
