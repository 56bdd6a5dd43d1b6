"""Decoders kept warm by language and grammar: given out, taken back, made in threads. Its methods may run in any thread
at one time."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterable
from typing import TypeAlias
from weakref import WeakKeyDictionary

import structlog

from .decoding import Decoder, Engine
from .substitutes import Restoring, Spelling, Substitute, spelled
from .warmth import speechlike

log = structlog.get_logger(__name__)

Key: TypeAlias = tuple[str, tuple[str, ...] | None]  # language, and the grammar's phrases
MOST_UNKNOWN = 5_000  # words of a language


class Decoders:
    def __init__(self, *, each: int, grammars: int, retire_seconds: float) -> None:
        """Of one key at most `each` are kept, of grammars the `grammars` latest used ones; a decoder that has heard
        `retire_seconds` of sound is replaced."""
        self._each, self._grammars, self._retire_seconds = each, grammars, retire_seconds
        self._engines: dict[str, Engine] = {}
        self._lock = threading.Lock()
        self._warned: set[tuple[str, int]] = set()
        self._learnt: dict[str, int] = {}  # by language: how often
        self._made_after: WeakKeyDictionary[Decoder, int] = WeakKeyDictionary()  # grammars alone
        self._substitutes: dict[str, dict[str, Substitute]] = {}
        self.unknown: dict[str, set[str]] = {}  # by language: words of grammars that nobody has found one for yet
        self.idle: dict[Key, deque[Decoder]] = {}

    @property
    def languages(self) -> tuple[str, ...]:
        return tuple(self._engines)

    def add(self, language: str, engine: Engine, warm: int) -> None:
        """Takes a language in, with so many warm decoders. Blocking: half a second each."""
        self.idle[language, None] = deque(_warmed(engine.decoder(None)) for _ in range(warm))
        self._engines[language] = engine

    def clear(self) -> None:
        self._engines.clear()
        self.idle.clear()

    def ready(self, key: Key) -> Decoder | None:
        """One that is kept, at once."""
        with self._lock:
            idle = self.idle.get(key)
            return idle.pop() if idle else None

    def take(self, key: Key, *, freely: bool = True) -> Decoder | None:
        """One that is kept, or a new one. Blocking, for milliseconds. A grammar of which the model knows nothing hears
        nothing: then a free one, or None where that is not wanted. Raises KeyError for a language that is gone, and
        whatever the engine raises."""
        kept = self.ready(key)
        if kept is not None:
            return kept
        language, phrases = key
        engine = self._engines[language]
        if phrases is None:
            return engine.decoder(None)
        learnt = self._learnt.get(language, 0)
        spelling = self._spelled(language, engine, phrases)
        if not spelling.phrases:
            return engine.decoder(None) if freely else None
        made = engine.decoder(list(spelling.phrases))
        decoder = Restoring(made, spelling.back) if spelling.back else made
        self._made_after[decoder] = learnt
        return decoder

    def give_back(self, key: Key, decoder: Decoder) -> None:
        """Reset and kept, or replaced, or dropped. Blocking."""
        language, phrases = key
        if phrases is not None and self._made_after.get(decoder, 0) != self._learnt.get(language, 0):
            return  # it was made before a street of it could be heard
        try:
            decoder.reset()
            if decoder.seconds_fed > self._retire_seconds:
                if phrases is not None:
                    return
                decoder = _warmed(self._engines[language].decoder(None))
        except Exception as problem:  # noqa: BLE001 - whatever an engine raises: this decoder is not reused
            log.warning("recogniser dropped", language=language, problem=type(problem).__name__)
            return
        with self._lock:
            idle = self.idle.pop(key, None) or deque()
            if len(idle) < self._each:
                idle.append(decoder)
            self.idle[key] = idle  # the latest used is the last
            grammars = [each for each in self.idle if each[1] is not None]
            for oldest in grammars[: max(0, len(grammars) - self._grammars)]:
                del self.idle[oldest]

    def knows(self, language: str, word: str) -> bool:
        """Raises KeyError for a language that is not there."""
        return self._engines[language].knows(word)

    def learn(self, language: str, found: Iterable[Substitute]) -> None:
        """Words that stand in for unknown ones, in the grammars made from now on."""
        with self._lock:
            self._learnt[language] = self._learnt.get(language, 0) + 1
            self._substitutes.setdefault(language, {}).update({each.word: each for each in found})
            for key in [key for key in self.idle if key[0] == language and key[1] is not None]:
                del self.idle[key]

    def _spelled(self, language: str, engine: Engine, phrases: tuple[str, ...]) -> Spelling:
        words = {word for phrase in phrases for word in phrase.split()}
        unknown = frozenset(word for word in words if not engine.knows(word))
        substitutes = self._substitutes.get(language, {})
        spelling = spelled(phrases, unknown, substitutes)
        fresh = {word for word in unknown if word not in substitutes and word.isalpha()}
        if fresh:
            asked = self.unknown.setdefault(language, set())
            asked |= set(sorted(fresh)[: MOST_UNKNOWN - len(asked)])
        grammar = (language, hash(phrases))
        if spelling.dropped and grammar not in self._warned and len(self._warned) < 1_000:  # not for each call
            self._warned.add(grammar)
            log.warning(
                "phrases out of the model's vocabulary",
                language=language, dropped=spelling.dropped, kept=len(spelling.phrases),
            )  # fmt: skip
        return spelling


def _warmed(decoder: Decoder) -> Decoder:
    """A fresh decoder stalls for more than half a second in its first utterance: it is paid here."""
    decoder.accept(speechlike(seconds=2.0))
    decoder.reset()
    return decoder
