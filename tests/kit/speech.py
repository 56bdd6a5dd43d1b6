"""Ears for stories: a scripted recogniser that reads the words out of the frames of `kit.spoken`, and fixtures of the
real one.

    ears = ScriptedEars("ru", "kk")
    ears.full = True            # admission says no
    ears.dies_after = 2         # the engine dies after two utterances: later ones are never final, then Dead

An utterance is heard when its marked frame has been pushed: first as a partial (confidence 0.4), then as final
(`confidence`).
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from kezek_speech.types import FRAME, RATE, Dead, Full, Heard, NoModel, Recogniser, Word
from kit.spoken import said

_FRAME_SECONDS = FRAME / 2 / RATE


class ScriptedRecogniser:
    """Meets Recogniser. `dies` is asked before each utterance becomes final."""

    def __init__(self, ears: ScriptedEars, phrases: Sequence[str] | None) -> None:
        self.phrases = phrases
        self._ears = ears
        self._ready: deque[Heard] = deque()
        self._changed = asyncio.Event()
        self._seconds = 0.0
        self._over = False
        self._dead = False

    def push(self, sound: bytes) -> None:
        if self._over or self._dead:
            return
        self._seconds += len(sound) / 2 / RATE
        for text in said(sound):
            self._utterance(text)
        self._changed.set()

    def flush(self) -> None:
        self._over = True
        self._changed.set()

    def __aiter__(self) -> AsyncIterator[Heard]:
        return self

    async def __anext__(self) -> Heard:
        while not self._ready:
            if self._dead:
                raise Dead("scripted")
            if self._over:
                raise StopAsyncIteration
            self._changed.clear()
            await self._changed.wait()
        return self._ready.popleft()

    def _utterance(self, text: str) -> None:
        self._ready.append(Heard(self._words(text, 0.4), final=False))
        if self._ears.dies_after is not None and len(self._ears.heard) >= self._ears.dies_after:
            self._dead = True
            return
        self._ears.heard.append(text)
        self._ready.append(Heard(self._words(text, self._ears.confidence), final=True))

    def _words(self, text: str, confidence: float) -> tuple[Word, ...]:
        words = text.split()
        start = max(0.0, self._seconds - 0.4 * len(words))
        return tuple(
            Word(word, confidence, round(start + 0.4 * place, 2), round(start + 0.4 * place + 0.4, 2))
            for place, word in enumerate(words)
        )


@dataclass
class ScriptedEars:
    """Meets Ears. `opened` and `heard` tell a story what has happened; `streams` are those open now."""

    languages: tuple[str, ...] = ("ru", "kk", "uk", "en", "ko")
    full: bool = False
    dies_after: int | None = None
    confidence: float = 0.95
    opened: list[tuple[str, tuple[str, ...] | None]] = field(default_factory=list)
    heard: list[str] = field(default_factory=list)
    streams: int = 0

    @asynccontextmanager
    async def open(self, language: str, phrases: Sequence[str] | None = None) -> AsyncIterator[Recogniser]:
        if language not in self.languages:
            raise NoModel(language)
        if self.full:
            raise Full("scripted")
        self.opened.append((language, None if phrases is None else tuple(phrases)))
        self.streams += 1
        try:
            yield ScriptedRecogniser(self, phrases)
        finally:
            self.streams -= 1
