"""What has been heard in answer to one question, kept up to date while the recogniser is fed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Literal

import structlog

from kezek_speech.types import Full, Heard, Recogniser, Word

log = structlog.get_logger(__name__)


class Listening:
    """`failed`: why there will be no more words, '' while there may be."""

    def __init__(self) -> None:
        self.changed = asyncio.Event()
        self.last_word_at: float | None = None  # loop time
        self.failed: Literal["", "recogniser_dead", "recogniser_full"] = ""
        self.utterances = 0  # those with words that have become final
        self.again: tuple[Word, ...] = ()  # what second passes made of them
        self._finals: list[Word] = []
        self._partial: tuple[Word, ...] = ()

    @property
    def words(self) -> tuple[Word, ...]:
        return (*self._finals, *self._partial)

    @property
    def final(self) -> bool:
        return not self._partial

    async def pump(self, frames: AsyncIterator[bytes], recogniser: Recogniser) -> None:
        async for frame in frames:
            recogniser.push(frame)

    async def read(self, recogniser: Recogniser) -> None:
        """Until the recogniser ends; its end without a flush is its death, which the caller never notices."""
        try:
            async for heard in recogniser:
                self._take(heard)
        except Full:  # it had to make room for others
            self.failed = "recogniser_full"
        except Exception as error:  # noqa: BLE001 - a recogniser of any engine may fail in any way; the call goes on
            log.warning("hearing.recogniser_failed", error=type(error).__name__)
        self.failed = self.failed or "recogniser_dead"
        self.changed.set()

    def add_again(self, words: Sequence[Word]) -> None:
        if words:
            self.again = (*self.again, *words)
            self.changed.set()

    def _take(self, heard: Heard) -> None:
        if heard.final:
            self._finals += heard.words
            self._partial = ()
            self.utterances += bool(heard.words)
        else:
            self._partial = heard.words
        if heard.words:
            self.last_word_at = asyncio.get_running_loop().time()
        self.changed.set()
