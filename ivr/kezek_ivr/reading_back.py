"""An address said to the caller, by a voice made for the moment; gone when it has been said."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog

from kezek_ivr.lookups import Lookups
from kezek_ivr.ports import Voice
from kezek_ivr.prefill import Fields

log = structlog.get_logger(__name__)


class ReadingBack:
    """`limit`: seconds within which the sound is there, or the caller is asked without it."""

    def __init__(self, voice: Voice | None, lookups: Lookups, *, limit: float) -> None:
        self._voice, self._lookups, self._limit = voice, lookups, limit
        self._lent: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def said(self, fields: Fields, language: str) -> AsyncIterator[str | None]:
        """The prompt that says street and house, as far as they are known; None where it cannot be said. A sound that
        comes too late is forgotten too: no address of a person lies about."""
        text = self.text(fields, language)
        if self._voice is None or not text:
            yield None
            return
        made: asyncio.Future[str | None] = asyncio.get_running_loop().create_future()
        used = asyncio.Event()
        lending = asyncio.create_task(self._lend(self._voice, text, language, made, used))  # outlives a late sound
        self._lent.add(lending)
        lending.add_done_callback(self._lent.discard)
        try:
            await asyncio.wait({made}, timeout=self._limit)
            yield made.result() if made.done() else None
        finally:
            used.set()

    def text(self, fields: Fields, language: str) -> str:
        """'улица Абая, 45'; '' without a street of the register."""
        street, house = fields.get("street"), fields.get("house")
        title = self._lookups.street_title(street["ref"], language) if street is not None else ""
        if not title:
            return ""
        return f"{title}, {house['value']}" if house is not None else title

    async def _lend(
        self, voice: Voice, text: str, language: str, made: asyncio.Future[str | None], used: asyncio.Event
    ) -> None:
        name: str | None = None
        try:
            name = await voice.say(text, language)
            made.set_result(name)
            await used.wait()
        except Exception as error:  # noqa: BLE001 - a voice of any kind may fail in any way; it is asked without one
            log.warning("not_read_back", language=language, error=type(error).__name__)
            if not made.done():
                made.set_result(None)
        finally:
            if name is not None:
                await voice.forget(name, language)
