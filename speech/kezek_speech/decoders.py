"""Decoders kept warm by language and grammar: given out, taken back, made in threads. Its methods may run in any thread
at one time."""

from __future__ import annotations

import threading
from collections import deque
from typing import TypeAlias

import structlog

from .decoding import Decoder, Engine
from .warmth import speechlike

log = structlog.get_logger(__name__)

Key: TypeAlias = tuple[str, tuple[str, ...] | None]  # language, and the grammar's phrases


class Decoders:
    def __init__(self, *, each: int, grammars: int, retire_seconds: float) -> None:
        """Of one key at most `each` are kept, of grammars the `grammars` latest used ones; a decoder that has heard
        `retire_seconds` of sound is replaced."""
        self._each, self._grammars, self._retire_seconds = each, grammars, retire_seconds
        self._engines: dict[str, Engine] = {}
        self._lock = threading.Lock()
        self._warned: set[tuple[str, int]] = set()
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
        known = self._known(language, engine, phrases)
        return engine.decoder(known or None) if known or freely else None

    def give_back(self, key: Key, decoder: Decoder) -> None:
        """Reset and kept, or replaced, or dropped. Blocking."""
        language, phrases = key
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

    def _known(self, language: str, engine: Engine, phrases: tuple[str, ...]) -> list[str]:
        known = [phrase for phrase in dict.fromkeys(phrases) if engine.knows(phrase)]
        missing = len(set(phrases) - set(known) - {"[unk]"})
        grammar = (language, hash(phrases))
        if missing and grammar not in self._warned:  # once for each grammar, not for each call
            self._warned.add(grammar)
            log.warning("phrases out of the model's vocabulary", language=language, dropped=missing, kept=len(known))
        return known


def _warmed(decoder: Decoder) -> Decoder:
    """A fresh decoder stalls for more than half a second in its first utterance: it is paid here."""
    decoder.accept(speechlike(seconds=2.0))
    decoder.reset()
    return decoder
