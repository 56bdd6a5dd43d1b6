"""The pool of warm recognisers: models loaded in threads, decoders reused, streams admitted while there is room.
Meets Ears."""

from __future__ import annotations

import asyncio
import os
import threading
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

import structlog

from .admission import Admission, AdmissionSettings, Kind
from .decoding import Decoder, Engine
from .segmenter import Segmenter, SegmenterSettings
from .stream import Stream, StreamSettings
from .types import Full, NoModel, Recogniser
from .view import prepare
from .warmth import speechlike

log = structlog.get_logger(__name__)


_Key = tuple[str, tuple[str, ...] | None]  # language, and the grammar's phrases


def vosk(folder: Path) -> Engine:
    """Load a Vosk model; vosk itself is imported only now, so that a house without models starts without it."""
    from .vosk_engine import load

    return load(folder)


@dataclass(frozen=True, slots=True)
class SpeechSettings:
    """`models`: language -> model folder, in the order of preference. `work`: where the views of the models are
    kept."""

    models: Mapping[str, Path]
    work: Path
    streams: int = 6  # ceiling over all languages: plan 12 on 2 idle cores, 6-8 beside the application
    threads: int = field(default_factory=lambda: max(1, os.cpu_count() or 1))
    share: float = 0.7  # of the threads' time that may be used
    warm: int = 2  # decoders of each language that are ready at the start; more are made when needed
    grammars: int = 16  # kept warm, the latest used ones: a question is asked again and again
    retire_seconds: float = 1800.0  # of sound: a decoder's memory grows to 300 MB in long use
    stream: StreamSettings = field(default_factory=StreamSettings)
    segmenter: SegmenterSettings = field(default_factory=SegmenterSettings)


@dataclass(frozen=True, slots=True)
class EarsLoad:
    """What /metrics shows."""

    streams: int
    real_time_factor: Mapping[Kind, float]
    lag_seconds: float
    refused: int
    dropped_seconds: float


class VoskEars:
    """`async with VoskEars(settings) as ears: async with ears.open('ru') as recogniser: ...`

    A model that cannot be loaded is named in `problems` and its language is missing in `languages`; the others go on.
    """

    def __init__(self, settings: SpeechSettings, load: Callable[[Path], Engine] = vosk) -> None:
        self._settings = settings
        self._load = load
        self._threads = ThreadPoolExecutor(settings.threads, thread_name_prefix="kezek-speech")
        self._admission = Admission(
            AdmissionSettings(streams=settings.streams, capacity=settings.threads * settings.share)
        )
        self._engines: dict[str, Engine] = {}
        self._idle: dict[_Key, deque[Decoder]] = {}
        self._idle_lock = threading.Lock()  # threads give decoders back
        self._streams: set[Stream] = set()
        self._warned: set[tuple[str, int]] = set()
        self._refused = 0
        self._dropped_seconds = 0.0
        self.problems: dict[str, str] = {}

    @property
    def languages(self) -> tuple[str, ...]:
        return tuple(self._engines)

    def load(self) -> EarsLoad:
        return EarsLoad(
            streams=self._admission.streams,
            real_time_factor=self._admission.factors,
            lag_seconds=self._lag(),
            refused=self._refused,
            dropped_seconds=self._dropped_seconds + sum(stream.dropped_seconds for stream in self._streams),
        )

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        try:
            for language, folder in self._settings.models.items():
                try:
                    ready = await loop.run_in_executor(self._threads, self._start, folder)
                except (NoModel, OSError, ImportError) as problem:
                    self.problems[language] = str(problem)
                    log.warning("no model", language=language, problem=str(problem))
                    continue
                self._engines[language], self._idle[language, None] = ready
                log.info("model loaded", language=language)
        except BaseException:
            self._threads.shutdown(wait=False, cancel_futures=True)
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # Our own threads are busy with at most one piece each; the wait for them is not done on the loop.
        await asyncio.to_thread(self._threads.shutdown, wait=True, cancel_futures=True)
        self._idle.clear()
        self._engines.clear()

    def open(self, language: str, phrases: Sequence[str] | None = None) -> AbstractAsyncContextManager[Recogniser]:
        return self._open(language, None if phrases is None else tuple(phrases))

    @asynccontextmanager
    async def _open(self, language: str, phrases: tuple[str, ...] | None) -> AsyncIterator[Recogniser]:
        engine = self._engines.get(language)
        if engine is None:
            raise NoModel(f"no model for {language!r} is loaded: {self.problems.get(language, 'none configured')}")
        kind: Kind = "free" if phrases is None else "grammar"
        if not self._admission.enter(kind, self._lag()):
            self._refused += 1
            raise Full(f"{self._admission.streams} streams are open; one more would slow them down")
        try:
            decoder = await self._decoder(language, engine, phrases)
            stream = Stream(
                decoder,
                self._threads,
                settings=self._settings.stream,
                segmenter=Segmenter(self._settings.segmenter),
                measured=lambda sound, work: self._admission.measured(kind, sound, work),
            )
            self._streams.add(stream)
            try:
                yield stream
            finally:
                self._streams.discard(stream)
                self._dropped_seconds += stream.dropped_seconds
                stream.close(lambda decoder: self._take_back((language, phrases), decoder))
        finally:
            self._admission.leave(kind)

    def _lag(self) -> float:
        return max((stream.lag_seconds for stream in self._streams), default=0.0)

    async def _decoder(self, language: str, engine: Engine, phrases: tuple[str, ...] | None) -> Decoder:
        with self._idle_lock:
            idle = self._idle.get((language, phrases))
            if idle:
                return idle.pop()
        known = None if phrases is None else self._known(language, engine, phrases)
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._threads, engine.decoder, known)
        except RuntimeError as problem:  # the executor is shut: the house is closing
            raise Full("the recogniser is closing") from problem

    def _known(self, language: str, engine: Engine, phrases: tuple[str, ...]) -> list[str] | None:
        known = [phrase for phrase in dict.fromkeys(phrases) if engine.knows(phrase)]
        missing = len(set(phrases) - set(known) - {"[unk]"})
        grammar = (language, hash(phrases))
        if missing and grammar not in self._warned:  # once for each grammar, not for each call
            self._warned.add(grammar)
            log.warning("phrases out of the model's vocabulary", language=language, dropped=missing, kept=len(known))
        return known or None  # an empty grammar hears nothing: rather decode freely

    def _take_back(self, key: _Key, decoder: Decoder | None) -> None:
        """Back to the pool, reset in a thread. Dead ones are gone."""
        if decoder is not None:
            with suppress(RuntimeError):  # the pool is closing: nothing to keep
                self._threads.submit(self._park, key, decoder)

    def _park(self, key: _Key, decoder: Decoder) -> None:
        language, phrases = key
        try:
            decoder.reset()
            if decoder.seconds_fed > self._settings.retire_seconds:
                if phrases is not None:
                    return
                decoder = _warm(self._engines[language].decoder(None))
        except Exception as problem:  # noqa: BLE001 - whatever an engine raises: this decoder is not reused
            log.warning("recogniser dropped", language=language, problem=type(problem).__name__)
            return
        with self._idle_lock:
            idle = self._idle.pop(key, None) or deque()
            if len(idle) < self._settings.streams:
                idle.append(decoder)
            self._idle[key] = idle  # the latest used is the last
            grammars = [each for each in self._idle if each[1] is not None]
            for oldest in grammars[: max(0, len(grammars) - self._settings.grammars)]:
                del self._idle[oldest]

    def _start(self, folder: Path) -> tuple[Engine, deque[Decoder]]:
        engine = self._load(prepare(folder, self._settings.work))
        count = min(self._settings.warm, self._settings.streams)
        return engine, deque(_warm(engine.decoder(None)) for _ in range(count))


def _warm(decoder: Decoder) -> Decoder:
    """A fresh decoder stalls for more than half a second in its first utterance: it is paid here."""
    decoder.accept(speechlike(seconds=2.0))
    decoder.reset()
    return decoder
