"""The room as a whole: both servers, the link and the event reader, begun and ended together."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Self
from uuid import UUID

from .agi_server import AgiServer
from .ami import AmiLink
from .calls import Lines
from .known import Known
from .line import AgiLine
from .settings import TelephonySettings
from .sound import SoundServer
from .spy import spy
from .switchboard import AsteriskSwitchboard


class Telephony:
    """`async with Telephony(settings, on_call) as telephony`: `on_call` conducts one caller's line.

    Begins without waiting for Asterisk; `link.wait_up()` and `switchboard.up` tell. `alarm` is '' or why the link was
    given up for good ('wrong_password'): callers are then served by the fallback queue alone.
    """

    def __init__(self, settings: TelephonySettings, on_call: Callable[[AgiLine], Awaitable[None]]) -> None:
        self._settings = settings
        self.lines = Lines()
        self.link = AmiLink(settings)
        self.switchboard = AsteriskSwitchboard(settings, self.link, self.lines)
        self._known = Known(settings.known)
        self._sound = SoundServer(settings, known=self._known)
        self._agi = AgiServer(settings, self.lines, on_call, sound=self._sound, spy=self._spy, known=self._known)
        self._stack = AsyncExitStack()
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def fastagi_port(self) -> int:
        return self._agi.port

    @property
    def sound_port(self) -> int:
        return self._sound.port

    def drain(self) -> None:
        """From now on only calls that are conducted here already get a session."""
        self._agi.draining = True

    @property
    def alarm(self) -> str:
        return self.link.alarm

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as stack:
            group = await stack.enter_async_context(asyncio.TaskGroup())
            stack.callback(self._cancel)
            work = (self.switchboard.run(), self.link.run(), self._known.keep())
            self._tasks = [group.create_task(part) for part in work]
            await stack.enter_async_context(self._sound)
            await stack.enter_async_context(self._agi)
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool | None:
        """Sessions first (their callers go to another node or to the fallback), then the link."""
        try:
            return await self._stack.__aexit__(kind, error, trace)
        except BaseExceptionGroup as group:
            if error is not None and group.exceptions == (error,):
                return False  # nothing of ours failed: what was raised inside goes on as it is
            raise

    def _cancel(self) -> None:
        for task in self._tasks:
            task.cancel()

    async def _spy(self, channel: str, sound_id: UUID) -> None:
        address = self._settings.sound_address or f"{self._settings.sound_host}:{self._sound.port}"
        await spy(self.link, channel, str(sound_id), address)
