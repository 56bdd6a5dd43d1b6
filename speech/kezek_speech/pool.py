"""The pool of warm recognisers: models loaded in threads, decoders reused, streams admitted while there is room.
Meets Ears."""

from __future__ import annotations

import asyncio
import os
import threading
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

import structlog

from .admission import Admission, AdmissionSettings, Kind
from .decoders import Decoders, Key
from .decoding import Decoder, Engine
from .second_pass import Utterance, decode
from .segmenter import Segmenter, SegmenterSettings
from .stream import Stream, StreamSettings
from .types import Dead, Full, NoModel, Purpose, Recogniser, Word
from .view import prepare

log = structlog.get_logger(__name__)


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
    `threads` and `clock` (seconds of work) are a test's.
    """

    def __init__(
        self,
        settings: SpeechSettings,
        load: Callable[[Path], Engine] = vosk,
        *,
        threads: Executor | None = None,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._settings = settings
        self._load = load
        self._clock = clock
        self._threads = threads or ThreadPoolExecutor(settings.threads, thread_name_prefix="kezek-speech")
        # Second passes have a thread of their own: no live stream ever waits for one in a queue.
        self._seconds = threads or ThreadPoolExecutor(1, thread_name_prefix="kezek-speech-second")
        self._admission = Admission(
            AdmissionSettings(streams=settings.streams, capacity=settings.threads * settings.share)
        )
        self._decoders = Decoders(
            each=settings.streams, grammars=settings.grammars, retire_seconds=settings.retire_seconds
        )
        self._streams: set[Stream] = set()
        self._refused = 0
        self._dropped_seconds = 0.0
        self.problems: dict[str, str] = {}

    @property
    def languages(self) -> tuple[str, ...]:
        return self._decoders.languages

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
                    await loop.run_in_executor(self._threads, self._start, language, folder)
                except (NoModel, OSError, ImportError) as problem:
                    self.problems[language] = str(problem)
                    log.warning("no model", language=language, problem=str(problem))
                    continue
                log.info("model loaded", language=language)
        except BaseException:
            self._threads.shutdown(wait=False, cancel_futures=True)
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # Our own threads are busy with at most one piece each; the wait for them is not done on the loop.
        for threads in (self._threads, self._seconds):
            await asyncio.to_thread(threads.shutdown, wait=True, cancel_futures=True)
        self._decoders.clear()

    def open(
        self,
        language: str,
        phrases: Sequence[str] | None = None,
        *,
        spare: Sequence[str] | None = None,
        kind: Purpose = "call",
    ) -> AbstractAsyncContextManager[Recogniser]:
        return self._open(language, None if phrases is None else tuple(phrases))

    @asynccontextmanager
    async def _open(self, language: str, phrases: tuple[str, ...] | None) -> AsyncIterator[Recogniser]:
        if language not in self.languages:
            raise NoModel(f"no model for {language!r} is loaded: {self.problems.get(language, 'none configured')}")
        kind: Kind = "free" if phrases is None else "grammar"
        self._enter(kind)
        try:
            decoder = await self._decoder((language, phrases))
            stream = Stream(
                decoder,
                self._threads,
                settings=self._settings.stream,
                segmenter=Segmenter(self._settings.segmenter),
                measured=lambda sound, work: self._admission.measured(kind, sound, work),
                second=lambda utterance, phrases: self._again(language, utterance, phrases),
                clock=self._clock,
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

    def _enter(self, kind: Kind) -> None:
        if not self._admission.enter(kind, self._lag()):
            self._refused += 1
            raise Full(f"{self._admission.streams} streams are open; one more would slow them down")

    def _lag(self) -> float:
        return max((stream.lag_seconds for stream in self._streams), default=0.0)

    async def _decoder(self, key: Key) -> Decoder:
        decoder = self._decoders.ready(key)
        if decoder is not None:
            return decoder
        loop = asyncio.get_running_loop()
        try:
            made = await loop.run_in_executor(self._threads, self._decoders.take, key)
        except (RuntimeError, KeyError) as problem:  # the executor is shut: the house is closing
            raise Full("the recogniser is closing") from problem
        assert made is not None  # noqa: S101 - freely
        return made

    async def _again(self, language: str, utterance: Utterance, phrases: tuple[str, ...]) -> tuple[Word, ...]:
        """A second pass, admitted like one more grammar stream while it lasts."""
        self._enter("grammar")
        unwanted = threading.Event()
        try:
            job = self._seconds.submit(self._second_pass, (language, phrases), utterance, unwanted)
            return await asyncio.wrap_future(job)
        except Exception as problem:
            log.warning("second pass failed", language=language, problem=type(problem).__name__)
            raise Dead("the second pass failed") from problem
        finally:
            unwanted.set()
            self._admission.leave("grammar")

    def _second_pass(self, key: Key, utterance: Utterance, unwanted: threading.Event) -> tuple[Word, ...]:
        decoder = self._decoders.take(key, freely=False)
        if decoder is None:
            return ()
        began = self._clock()
        words = decode(decoder, utterance, unwanted)
        if not unwanted.is_set():
            self._admission.measured("grammar", utterance.seconds, self._clock() - began)
        self._decoders.give_back(key, decoder)
        return words

    def _take_back(self, key: Key, decoder: Decoder | None) -> None:
        """Back to the pool, reset in a thread. Dead ones are gone."""
        if decoder is not None:
            with suppress(RuntimeError):  # the pool is closing: nothing to keep
                self._threads.submit(self._decoders.give_back, key, decoder)

    def _start(self, language: str, folder: Path) -> None:
        engine = self._load(prepare(folder, self._settings.work))
        self._decoders.add(language, engine, min(self._settings.warm, self._settings.streams))
