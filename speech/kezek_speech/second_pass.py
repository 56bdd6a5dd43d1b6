"""What a stream keeps of its last utterance, and that sound decoded once more."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass, replace

import structlog

from .admission import Admission
from .decoders import Decoders, Key
from .decoding import Decoder
from .types import FRAME, RATE, Dead, Full, Word

log = structlog.get_logger(__name__)
_BYTES = 2 * RATE  # a second
_PIECE = 10 * FRAME  # 200 ms: who does not want it any more is noticed after so much


@dataclass(frozen=True, slots=True)
class Utterance:
    """`start`: seconds from the stream's beginning."""

    sound: bytes
    start: float

    @property
    def seconds(self) -> float:
        return len(self.sound) / _BYTES


class Keeping:
    """The present utterance's sound, at most its last seconds. For the thread that decodes."""

    def __init__(self, most_seconds: float) -> None:
        self._most = int(most_seconds * RATE) * 2
        self._sound = bytearray()
        self._start = 0.0

    def add(self, sound: bytes, at: float) -> None:
        if not self._sound:
            self._start = at
        self._sound += sound
        surplus = len(self._sound) - self._most
        if surplus > 0:
            surplus += surplus % 2
            del self._sound[:surplus]
            self._start += surplus / _BYTES

    def end(self) -> Utterance:
        utterance = Utterance(bytes(self._sound), self._start)
        self._sound.clear()
        return utterance


def decode(decoder: Decoder, utterance: Utterance, unwanted: threading.Event) -> tuple[Word, ...]:
    """In a thread. The words with the stream's own times; () as soon as nobody wants them."""
    words: list[Word] = []
    for at in range(0, len(utterance.sound), _PIECE):
        if unwanted.is_set():
            return ()
        if decoder.accept(utterance.sound[at : at + _PIECE]):
            words += decoder.result()
    words += decoder.final()
    return tuple(
        replace(word, start=round(word.start + utterance.start, 2), end=round(word.end + utterance.start, 2))
        for word in words
    )


class SecondPasses:
    """Admitted like one more grammar stream each while they last, in threads of their own. `clock`: seconds of work."""

    def __init__(self, decoders: Decoders, admission: Admission, threads: Executor, clock: Callable[[], float]) -> None:
        self._decoders, self._admission, self._threads, self._clock = decoders, admission, threads, clock
        self.refused = 0

    async def again(
        self, language: str, utterance: Utterance, phrases: tuple[str, ...], lag_seconds: float
    ) -> tuple[Word, ...]:
        """Raises Full and Dead."""
        if not self._admission.enter("grammar", lag_seconds):
            self.refused += 1
            raise Full("no room for a second pass")
        unwanted = threading.Event()
        try:
            job = self._threads.submit(self._decode, (language, phrases), utterance, unwanted)
            words, work = await asyncio.wrap_future(job)
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if task is None or task.cancelling():
                raise
            raise Dead("the recogniser is closing") from None  # cancelled by the pool's end, not by our caller
        except Exception as problem:
            log.warning("second pass failed", language=language, problem=type(problem).__name__)
            raise Dead("the second pass failed") from problem
        finally:
            unwanted.set()
            self._admission.leave("grammar")
        if work:
            self._admission.measured("grammar", utterance.seconds, work)
        return words

    def _decode(self, key: Key, utterance: Utterance, unwanted: threading.Event) -> tuple[tuple[Word, ...], float]:
        """In a thread: the words, and the seconds of work."""
        decoder = self._decoders.take(key, freely=False)
        if decoder is None:
            return (), 0.0
        began = self._clock()
        words = decode(decoder, utterance, unwanted)
        work = self._clock() - began
        self._decoders.give_back(key, decoder)
        return words, work
