"""The pool of warm recognisers: models loaded in threads, decoders reused, streams admitted while there is room.
Meets Ears."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Self

import structlog

from .admission import Admission, AdmissionSettings, Refusal
from .decoders import Decoders, Key
from .decoding import Decoder, Engine
from .huge_pages import gained, held, put_together
from .nearest import nearest
from .pressure import Place, to_end, to_turn
from .second_pass import SecondPasses
from .segmenter import Segmenter
from .settings import EarsLoad, SpeechSettings
from .stream import Stream
from .substitutes import Substitute
from .types import Full, NoModel, Purpose, Recogniser
from .view import prepare

log = structlog.get_logger(__name__)


def vosk(folder: Path) -> Engine:
    """Load a Vosk model; vosk itself is imported only now, so that a house without models starts without it."""
    from .vosk_engine import load

    return load(folder)


class VoskEars:
    """`async with VoskEars(settings) as ears: async with ears.open('ru') as recogniser: ...`

    A model that cannot be loaded is named in `problems` and its language is missing in `languages`; the others go on.
    `threads` (not shut at the end) and `clock` (seconds of work) are a test's.
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
        self._own_threads = threads is None
        self._threads = threads or ThreadPoolExecutor(settings.threads, thread_name_prefix="kezek-speech")
        # Second passes have a thread of their own: no live stream ever waits for one in a queue.
        self._second_threads = threads or ThreadPoolExecutor(1, thread_name_prefix="kezek-speech-second")
        self._admission = Admission(
            AdmissionSettings(streams=settings.streams, capacity=settings.threads * settings.share)
        )
        self._decoders = Decoders(
            each=settings.streams, grammars=settings.grammars, retire_seconds=settings.retire_seconds
        )
        self._second = SecondPasses(self._decoders, self._admission, self._second_threads, clock)
        self._places: dict[Place, Stream] = {}
        self._closing = threading.Event()
        self._relief_from = 0.0  # loop time
        self._turned = self._ended = 0
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
            refused=self._refused + self._second.refused,
            turned=self._turned,
            ended=self._ended,
            dropped_seconds=self._dropped_seconds + sum(stream.dropped_seconds for stream in self._places.values()),
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
            self._closing.set()
            for threads in (self._threads, self._second_threads):
                threads.shutdown(wait=False, cancel_futures=True)
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # Our own threads are busy with at most one piece each; the wait for them is not done on the loop.
        self._closing.set()
        if self._own_threads:
            for threads in (self._threads, self._second_threads):
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
        return self._open(language, _tuple(phrases), _tuple(spare), kind)

    async def learn(self, language: str, words: Iterable[str]) -> tuple[Substitute, ...]:
        """Those of `words` that the language's model does not know, each with what is put in its place from now on. In
        a process of its own, some seconds."""
        return await asyncio.to_thread(self._learn, language, frozenset(words))

    async def learn_asked(self) -> None:
        """What the grammars so far had of unknown words: for ears that do not know their town."""
        for language in self.languages:
            if words := self._decoders.unknown.pop(language, None):
                await self.learn(language, words)

    def _learn(self, language: str, words: frozenset[str]) -> tuple[Substitute, ...]:
        folder = self._settings.models[language]
        try:
            unknown = sorted(word for word in words if not self._decoders.knows(language, word))
        except KeyError:  # the house is closing
            return ()
        if not unknown:
            return ()
        found = nearest(folder, unknown)
        self._decoders.learn(language, found)
        return found

    @asynccontextmanager
    async def _open(
        self, language: str, phrases: tuple[str, ...] | None, spare: tuple[str, ...] | None, purpose: Purpose
    ) -> AsyncIterator[Recogniser]:
        if language not in self.languages:
            raise NoModel(f"no model for {language!r} is loaded: {self.problems.get(language, 'none configured')}")
        place = Place(language, phrases, spare if phrases is None else None, purpose, asyncio.get_running_loop().time())
        self._make_room(place)
        try:
            decoder = await self._decoder((language, place.phrases))
            stream = self._stream(place, decoder)
            self._places[place] = stream
            try:
                yield stream
            finally:
                del self._places[place]
                self._dropped_seconds += stream.dropped_seconds
                stream.close(lambda decoder: self._take_back((language, place.phrases), decoder))
        finally:
            if not place.ended:
                self._admission.leave(place.counted)

    def _stream(self, place: Place, decoder: Decoder) -> Stream:
        def measured(sound: float, work: float) -> None:
            self._admission.measured(place.kind, sound, work)
            self._relieve()

        return Stream(
            decoder,
            self._threads,
            settings=self._settings.stream,
            segmenter=Segmenter(self._settings.segmenter),
            measured=measured,
            second=lambda utterance, phrases: self._second.again(place.language, utterance, phrases, self._lag()),
            clock=self._clock,
        )

    def _make_room(self, place: Place) -> None:
        """Admits it, others giving way where they must. Raises Full. A free one that finds no room all the same, and
        has a grammar to fall back to, comes in as a grammar."""
        lag = self._lag()
        while refusal := self._admission.refusal(place.kind, lag):
            if not self._give_way(place, refusal):
                if place.spare is not None and not self._admission.refusal("grammar", lag):
                    place.phrases, place.spare = place.spare, None
                    break
                self._refused += 1
                raise Full(f"{self._admission.streams} streams are open; one more would slow them down")
        place.counted = place.kind
        self._admission.enter(place.counted, lag)

    def _give_way(self, newcomer: Place, refusal: Refusal) -> bool:
        """One step for the newcomer's sake; False when there is none. What is late already gets no newcomer."""
        if refusal == "lag":
            self._relieve()
            return False
        if refusal == "load" and (oldest := to_turn(self._places)):
            self._turn(oldest)
            return True
        before = newcomer.since - (self._settings.talk_seconds if newcomer.purpose == "talk" else 0.0)
        if oldest := to_end(self._places, before=before):
            self._end(oldest)
            return True
        return False

    def _relieve(self) -> None:
        """One step when recognition falls behind, and no more until that one has had time to help."""
        now = asyncio.get_running_loop().time()
        if now < self._relief_from or not self._admission.pressed(self._lag()):
            return
        self._relief_from = now + self._settings.relief_seconds
        if oldest := to_turn(self._places):
            self._turn(oldest)
        elif oldest := to_end(self._places):
            self._end(oldest)

    def _turn(self, place: Place) -> None:
        log.info("stream turned to its grammar", language=place.language)
        key = (place.language, place.spare)
        place.spare, place.counted = None, "grammar"
        self._turned += 1
        self._admission.turn()

        def swap(decoder: Decoder) -> Decoder:
            """In a thread, when the utterance has ended."""
            before = (place.language, place.phrases)
            fresh = self._decoders.take(key)
            assert fresh is not None  # noqa: S101 - freely
            place.phrases = key[1]
            self._decoders.give_back(before, decoder)
            return fresh

        self._places[place].turn(swap)

    def _end(self, place: Place) -> None:
        log.info("stream ended for want of room", language=place.language)
        place.ended = True
        self._ended += 1
        self._admission.leave(place.counted)
        self._places[place].end()

    def _lag(self) -> float:
        return max((stream.lag_seconds for stream in self._places.values()), default=0.0)

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

    def _take_back(self, key: Key, decoder: Decoder | None) -> None:
        """Back to the pool, reset in a thread. Dead ones are gone."""
        if decoder is not None:
            with suppress(RuntimeError):  # the pool is closing: nothing to keep
                self._threads.submit(self._decoders.give_back, key, decoder)

    def _start(self, language: str, folder: Path) -> None:
        before = held()
        engine = self._load(prepare(folder, self._settings.work))
        self._decoders.add(language, engine, min(self._settings.warm, self._settings.streams))
        if self._own_threads:  # beside the calls that are served already
            self._second_threads.submit(put_together, gained(before, held()), self._closing)


def _tuple(phrases: Sequence[str] | None) -> tuple[str, ...] | None:
    return None if phrases is None else tuple(phrases)
