"""The sessions in SQL, for the day when Redis has forgotten them. The doors never wait long for SQL."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Protocol

import structlog

from kezek_api.filing import within
from kezek_register.types import NotFound, RegisterError

log = structlog.get_logger(__name__)

SESSION_S = 12 * 3600  # since the last request
RENEW_S = 1800.0  # a session in use is written again so often: one known again may have lasted so much less
LOOK_S = 1.0
CLEAR_S = 3600.0


class Sessions(Protocol):
    """The register's."""

    async def keep(self, id: str, login: str, until: datetime, *, alone: bool = False) -> None: ...

    async def login_of(self, id: str, now: datetime) -> str: ...

    async def end(self, id: str) -> None: ...

    async def clear(self, now: datetime) -> None: ...


class KeptSessions:
    """`run` for ever: writes what the doors left to be written."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions
        self._renewed: dict[str, float] = {}  # session -> when it was written last, monotonic
        self._to_renew: dict[str, str] = {}  # session -> login
        self._to_end: set[str] = set()

    async def begin(self, id: str, login: str, *, alone: bool) -> None:
        """A new one. SQL has just told the password; should it be away by now, the renewal writes it later."""
        try:
            await within(self._sessions.keep(id, login, _until(), alone=alone))
            self._renewed[id] = time.monotonic()
        except RegisterError as away:
            log.warning("session_not_kept", code=away.code)

    def renew(self, id: str, login: str) -> None:
        """It is in use; written soon."""
        written = self._renewed.get(id)
        if written is None or time.monotonic() > written + RENEW_S:
            self._to_renew[id] = login

    async def end(self, id: str) -> None:
        self._to_renew.pop(id, None)
        self._to_end.add(id)
        await self._end(id)

    async def login_of(self, id: str) -> str:
        """Raises NotFound and Unavailable."""
        if id in self._to_end:
            raise NotFound("signed out, and SQL does not know it yet")
        return await within(self._sessions.login_of(id, datetime.now(UTC)))

    async def run(self) -> None:
        clear_at = time.monotonic() + CLEAR_S
        while True:
            await asyncio.sleep(LOOK_S)
            for id in list(self._to_end):
                await self._end(id)
            for id, login in list(self._to_renew.items()):
                with suppress(RegisterError):
                    await within(self._sessions.keep(id, login, _until()))
                    self._renewed[id] = time.monotonic()
                    self._to_renew.pop(id, None)
            if (now := time.monotonic()) > clear_at:
                clear_at = now + CLEAR_S
                self._renewed = {id: at for id, at in self._renewed.items() if now < at + RENEW_S}
                with suppress(RegisterError):
                    await within(self._sessions.clear(datetime.now(UTC)))

    async def _end(self, id: str) -> None:
        with suppress(RegisterError):
            await within(self._sessions.end(id))
            self._to_end.discard(id)


def _until() -> datetime:
    return datetime.now(UTC) + timedelta(seconds=SESSION_S)
