"""Ears for stories: a scripted recogniser that reads the words out of the frames of `kit.spoken`, and fixtures of the
real one.

    ears = ScriptedEars("ru", "kk")
    ears.full = True            # admission says no
    ears.dies_after = 2         # the engine dies after two utterances: later ones are never final, then Dead
    ears.second["roza bakieva"] = "rozybakieva"   # what a second pass makes of that utterance
    ears.press()                # pressure: the oldest gives way, free -> its spare grammar, then talks end with Full

An utterance is heard when its marked frame has been pushed: first as a partial (confidence 0.4), then as final
(`confidence`). A second pass, and a stream that has become a grammar, hear only the words of their phrases.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

from kezek_speech.types import FRAME, RATE, Dead, Full, Heard, NoModel, Purpose, Recogniser, SpeechError, Word
from kit.spoken import said

_FRAME_SECONDS = FRAME / 2 / RATE


class ScriptedRecogniser:
    """Meets Recogniser. `dies` is asked before each utterance becomes final."""

    def __init__(
        self,
        ears: ScriptedEars,
        phrases: Sequence[str] | None,
        spare: Sequence[str] | None = None,
        kind: Purpose = "call",
    ) -> None:
        self.phrases, self.spare, self.kind = phrases, spare, kind
        self.turned = False  # from free to the spare grammar
        self._ears = ears
        self._last: tuple[Word, ...] = ()  # of the last finished utterance
        self._ended_by: SpeechError | None = None
        self._ready: deque[Heard] = deque()
        self._changed = asyncio.Event()
        self._seconds = 0.0
        self._over = False
        self._dead = False

    def push(self, sound: bytes) -> None:
        if self._over or self._dead or self._ended_by:
            return
        self._seconds += len(sound) / 2 / RATE
        for text in said(sound):
            self._utterance(text)
        self._changed.set()

    def flush(self) -> None:
        self._over = True
        self._changed.set()

    async def again(self, phrases: Sequence[str]) -> tuple[Word, ...]:
        self._ears.asked_again.append(tuple(phrases))
        await asyncio.sleep(0)
        if self._ears.full:
            raise Full("scripted")
        if not self._last:
            return ()
        said = " ".join(word.text for word in self._last)
        if said in self._ears.second:
            return self._words(self._ears.second[said], self._ears.confidence, self._last[0].start)
        return only(self._last, phrases)

    def turn(self) -> None:
        self.turned = True

    def end(self, error: SpeechError) -> None:
        self._ended_by = error
        self._changed.set()

    def __aiter__(self) -> AsyncIterator[Heard]:
        return self

    async def __anext__(self) -> Heard:
        while not self._ready:
            if self._ended_by is not None:
                raise self._ended_by
            if self._dead:
                raise Dead("scripted")
            if self._over:
                raise StopAsyncIteration
            self._changed.clear()
            await self._changed.wait()
        return self._ready.popleft()

    def _utterance(self, text: str) -> None:
        first = self._words(text, 0.4)
        if self.turned and self.spare is not None:
            first = only(first, self.spare)
        if first:
            self._ready.append(Heard(first, final=False))
        if self._ears.dies_after is not None and len(self._ears.heard) >= self._ears.dies_after:
            self._dead = True
            return
        self._ears.heard.append(text)
        self._last = tuple(replace(word, confidence=self._ears.confidence) for word in self._words(text, 0.4))
        if first:
            self._ready.append(
                Heard(tuple(replace(word, confidence=self._ears.confidence) for word in first), final=True)
            )

    def _words(self, text: str, confidence: float, start: float | None = None) -> tuple[Word, ...]:
        words = text.split()
        if start is None:
            start = max(0.0, self._seconds - 0.4 * len(words))
        return tuple(
            Word(word, confidence, round(start + 0.4 * place, 2), round(start + 0.4 * place + 0.4, 2))
            for place, word in enumerate(words)
        )


def only(words: Sequence[Word], phrases: Sequence[str]) -> tuple[Word, ...]:
    """Those that a grammar of these phrases has."""
    known = {word for phrase in phrases for word in phrase.split()}
    return tuple(word for word in words if word.text in known)


@dataclass
class ScriptedEars:
    """Meets Ears. `opened` and `heard` tell a story what has happened; `streams` are those open now."""

    languages: tuple[str, ...] = ("ru", "kk", "uk", "en", "ko")
    full: bool = False
    dies_after: int | None = None
    confidence: float = 0.95
    second: dict[str, str] = field(default_factory=dict)
    opened: list[tuple[str, tuple[str, ...] | None]] = field(default_factory=list)
    kinds: list[Purpose] = field(default_factory=list)  # of each opening
    spares: list[tuple[str, ...] | None] = field(default_factory=list)  # of each opening
    asked_again: list[tuple[str, ...]] = field(default_factory=list)
    heard: list[str] = field(default_factory=list)
    open_now: list[ScriptedRecogniser] = field(default_factory=list)  # the oldest first

    @property
    def streams(self) -> int:
        return len(self.open_now)

    def press(self) -> bool:
        """The oldest gives way; False when nobody can."""
        for stream in self.open_now:
            if stream.phrases is None and stream.spare is not None and not stream.turned:
                stream.turn()
                return True
        for stream in self.open_now:
            if stream.kind == "talk":
                self.open_now.remove(stream)
                stream.end(Full("scripted"))
                return True
        return False

    @asynccontextmanager
    async def open(
        self,
        language: str,
        phrases: Sequence[str] | None = None,
        *,
        spare: Sequence[str] | None = None,
        kind: Purpose = "call",
    ) -> AsyncIterator[Recogniser]:
        if language not in self.languages:
            raise NoModel(language)
        if self.full:
            raise Full("scripted")
        self.opened.append((language, None if phrases is None else tuple(phrases)))
        self.kinds.append(kind)
        self.spares.append(None if spare is None else tuple(spare))
        stream = ScriptedRecogniser(self, phrases, spare, kind)
        self.open_now.append(stream)
        try:
            yield stream
        finally:
            if stream in self.open_now:
                self.open_now.remove(stream)
