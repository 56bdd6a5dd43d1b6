"""One caller's recognition: sound is buffered by `push`, decoded in threads as far as somebody iterates, words come
out.

The iteration itself is the pump, so that there is no task to lose: who stops iterating stops decoding, and the
bounded buffer drops its oldest sound. A piece in the hands of a thread survives the cancellation of the iteration,
and its words come at the next turn.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass, replace
from typing import TypeAlias

import structlog

from .decoding import Decoder
from .second_pass import Keeping, Utterance
from .segmenter import Cut, Segmenter
from .types import FRAME, RATE, Dead, Full, Heard, Word

log = structlog.get_logger(__name__)
_BYTES = 2 * RATE  # a second
_REMNANT_SECONDS = 0.4  # behind an end by the engine's own rules: no utterance

Second: TypeAlias = Callable[[Utterance, tuple[str, ...]], Awaitable[tuple[Word, ...]]]
Swap: TypeAlias = Callable[[Decoder], Decoder]


@dataclass(frozen=True, slots=True)
class StreamSettings:
    piece_seconds: float = 0.2  # waited for: 20 ms pieces cost 2.9 % over a C loop, 200 ms ones 0.7 %
    behind_seconds: float = 0.4  # decoded at once when that much is waiting
    buffer_seconds: float = 8.0  # waiting sound; more than this and the oldest is dropped
    kept_seconds: float = 15.0  # of the last utterance, for a second pass
    turn_seconds: float = 2.0  # of one utterance: so long another decoder waits for its end


class Stream:
    """Meets Recogniser, for one asyncio loop. `measured(sound_seconds, work_seconds)` is told about each piece, work
    by `clock`; `second` decodes an utterance anew."""

    def __init__(
        self,
        decoder: Decoder,
        threads: Executor,
        *,
        settings: StreamSettings,
        segmenter: Segmenter,
        measured: Callable[[float, float], None],
        second: Second,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._decoder = decoder
        self._threads = threads
        self._segmenter = segmenter
        self._measured = measured
        self._second = second
        self._clock = clock
        self._piece = int(settings.piece_seconds * _BYTES) // FRAME * FRAME
        self._wanted = self._piece  # less of it where an utterance may end sooner: its final words wait for nothing
        self._behind = max(self._piece, int(settings.behind_seconds * _BYTES) // FRAME * FRAME)
        self._limit = int(settings.buffer_seconds * _BYTES) // FRAME * FRAME
        self._turn_seconds = settings.turn_seconds
        self._buffer = bytearray()
        self._wake = asyncio.Event()
        self._ready: deque[Heard] = deque()
        self._partial: tuple[Word, ...] = ()
        self._job: Future[list[Heard]] | None = None
        self._job_seconds = 0.0
        self._work_seconds = 0.0
        self._utterance, self._shift, self._fed_seconds = -1.0, 0.0, 0.0
        self._inside_seconds = 0.0  # of the present utterance, so far
        self._keeping, self._last = Keeping(settings.kept_seconds), Utterance(b"", 0.0)
        self._swap: Swap | None = None
        self._flushed = self._over = self._over_after = self._closed = False
        self._failure: type[Dead] | type[Full] | None = None
        self.dropped_seconds = 0.0

    @property
    def lag_seconds(self) -> float:
        """Sound waiting to be decoded."""
        return len(self._buffer) / _BYTES

    def push(self, sound: bytes) -> None:
        if self._flushed or self._closed or self._failure:
            return
        self._buffer += sound
        surplus = len(self._buffer) - self._limit
        if surplus > 0:
            surplus += -surplus % 2
            del self._buffer[:surplus]
            self.dropped_seconds += surplus / _BYTES
        if len(self._buffer) >= self._wanted:
            self._wake.set()

    def flush(self) -> None:
        self._flushed = True
        self._wake.set()

    async def again(self, phrases: Sequence[str]) -> tuple[Word, ...]:
        last = self._last
        return await self._second(last, tuple(phrases)) if last.sound else ()

    def turn(self, swap: Swap) -> None:
        """Another decoder from the utterance's end on, or from now on when that takes too long. `swap` runs in a
        thread: it takes the old one and gives the new one."""
        self._swap = swap

    def end(self) -> None:
        """No more of it: what is not yet decoded is lost, and the iteration ends with Full."""
        self._fail(Full)

    def __aiter__(self) -> AsyncIterator[Heard]:
        return self

    async def __anext__(self) -> Heard:
        while not self._ready:
            if self._failure and self._job is None:
                self._told_unsure()
                if not self._ready:
                    raise self._failure("what was heard until then is unsure")
                break
            if self._over or self._closed:
                raise StopAsyncIteration
            await self._step()
        return self._ready.popleft()

    def close(self, then: Callable[[Decoder | None], None]) -> None:
        """No more of it. `then` gets the decoder (None when it is dead) as soon as no thread holds it; in a thread
        perhaps."""
        self._closed = True
        self._buffer.clear()
        self._last = Utterance(b"", 0.0)
        self._wake.set()
        if self._job is None:
            then(None if self._failure is Dead else self._decoder)
        else:
            self._job.add_done_callback(lambda job: then(None if job.cancelled() or job.exception() else self._decoder))

    async def _step(self) -> None:
        if self._job is None:
            if len(self._buffer) < self._wanted and not self._flushed:
                self._wake.clear()
                await self._wake.wait()
                return
            piece = bytes(self._buffer[: self._behind])
            del self._buffer[: self._behind]
            last = self._flushed and not self._buffer
            try:
                self._job = self._threads.submit(self._decode, piece, last)
            except RuntimeError:  # the pool has been closed below us
                self._die()
                return
            self._job_seconds, self._over_after = len(piece) / _BYTES, last
        job = self._job
        try:
            heard = await asyncio.shield(asyncio.wrap_future(job))
        except asyncio.CancelledError:
            if job.cancelled():  # by the pool's end, not by our caller
                self._die()
                return
            raise
        except Exception as problem:  # noqa: BLE001 - whatever an engine raises, the call goes on without it
            log.warning("recogniser failed", problem=type(problem).__name__)
            self._die()
            return
        self._job = None
        self._ready.extend(heard)
        self._over = self._over_after
        self._measured(self._job_seconds, self._work_seconds)

    def _die(self) -> None:
        self._job = None
        self._failure = None  # a death counts more than what ended it before: its decoder is not used again
        self._fail(Dead)

    def _fail(self, failure: type[Dead] | type[Full]) -> None:
        if self._failure is None:
            self._failure = failure
            self._buffer.clear()
            self._wake.set()

    def _told_unsure(self) -> None:
        if self._partial:
            self._ready.append(Heard(self._partial, final=False))
            self._partial = ()

    def _decode(self, piece: bytes, last: bool) -> list[Heard]:
        """In a thread: the only place that touches the decoder."""
        began = self._clock()
        heard = self._turned()
        cuts = self._segmenter.push(piece)
        if last:
            cuts += self._segmenter.finish()
        for cut in cuts:
            heard += self._decode_cut(cut)
        self._wanted = min(self._piece, self._segmenter.ends_in * FRAME or self._piece)
        self._work_seconds = self._clock() - began
        return heard

    def _turned(self) -> list[Heard]:
        swap = self._swap
        if swap is None or 0 < self._inside_seconds < self._turn_seconds:
            return []
        self._swap = None
        heard = self._final(self._decoder.final(), speech=True) if self._inside_seconds else []
        self._decoder = swap(self._decoder)
        self._shift, self._fed_seconds = self._shift + self._fed_seconds, 0.0
        return heard

    def _decode_cut(self, cut: Cut) -> list[Heard]:
        if cut.start != self._utterance:
            self._utterance, self._shift = cut.start, cut.start - self._fed_seconds
        self._keeping.add(cut.sound, self._fed_seconds + self._shift)
        self._fed_seconds += len(cut.sound) / _BYTES
        self._inside_seconds += len(cut.sound) / _BYTES
        heard: list[Heard] = []
        if cut.sound and self._decoder.accept(cut.sound):  # ended by the engine's own rules
            heard += self._final(self._decoder.result(), cut.speech)
        elif not cut.ended and cut.speech:
            words = self._decoder.partial()
            if [word.text for word in words] != [word.text for word in self._partial]:
                self._partial = self._timed(words)
                heard.append(Heard(self._partial, final=False))
        if cut.ended:
            heard += self._final(self._decoder.final(), cut.speech)
            self._inside_seconds = 0.0
        return heard

    def _final(self, words: tuple[Word, ...], speech: bool) -> list[Heard]:
        """The final words; when they are missing though partial ones were heard, those stay, marked unsure."""
        kept = self._keeping.end()
        partial, self._partial = self._partial, ()
        if (words or kept.seconds > _REMNANT_SECONDS) and speech and not self._closed:
            self._last = kept
        if words and speech:
            return [Heard(self._timed(words), final=True)]
        return [Heard(partial, final=False)] if partial else []

    def _timed(self, words: tuple[Word, ...]) -> tuple[Word, ...]:
        """The decoder hears no silence: its time is put back into the stream's."""
        return tuple(
            replace(word, start=round(word.start + self._shift, 2), end=round(word.end + self._shift, 2))
            for word in words
        )
