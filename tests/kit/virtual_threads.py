"""Threads and an engine for stories in virtual time: a piece of work takes as long as its sound says, no processor is
used."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future
from typing import Any

from kezek_speech import Word


class WorkClock:
    """Seconds of work done so far, by all decoders."""

    def __init__(self) -> None:
        self.done = 0.0

    def __call__(self) -> float:
        return self.done


class VirtualThreads(Executor):
    """So many workers on the running loop; each job takes the seconds that it adds to the clock."""

    def __init__(self, workers: int, clock: WorkClock) -> None:
        self._free_at = [0.0] * workers
        self._clock = clock

    def submit(self, work: Callable[..., Any], /, *args: Any, **named: Any) -> Future[Any]:
        loop, job, before = asyncio.get_running_loop(), Future[Any](), self._clock.done
        tell: Callable[[], None]
        try:
            result = work(*args, **named)
        except Exception as error:  # noqa: BLE001 - as an executor does
            failed = error
            tell = lambda: job.set_exception(failed)  # noqa: E731
        else:
            tell = lambda: job.set_result(result)  # noqa: E731
        self._free_at.sort()
        self._free_at[0] = max(self._free_at[0], loop.time()) + self._clock.done - before
        loop.call_at(self._free_at[0], lambda: None if job.cancelled() else tell())
        return job


class CostlyEngine:
    """Meets Engine. `free` and `grammar`: seconds of work for one of sound, times `slowness`."""

    def __init__(self, clock: WorkClock, *, free: float = 0.2, grammar: float = 0.02) -> None:
        self.clock, self.free, self.grammar = clock, free, grammar
        self.slowness = 1.0

    def knows(self, phrase: str) -> bool:
        return True

    def decoder(self, phrases: Sequence[str] | None) -> CostlyDecoder:
        return CostlyDecoder(self, free=phrases is None)


class CostlyDecoder:
    """Meets Decoder: hears a word for each utterance, 'free' or 'grammar'."""

    def __init__(self, engine: CostlyEngine, *, free: bool) -> None:
        self._engine, self._free = engine, free
        self._fed = 0
        self._has = False

    @property
    def seconds_fed(self) -> float:
        return self._fed / 16000

    def accept(self, sound: bytes) -> bool:
        self._fed += len(sound)
        self._has = True
        factor = self._engine.free if self._free else self._engine.grammar
        self._engine.clock.done += len(sound) / 16000 * factor * self._engine.slowness
        return False

    def result(self) -> tuple[Word, ...]:
        return self.final()

    def partial(self) -> tuple[Word, ...]:
        return self._words(0.5)

    def final(self) -> tuple[Word, ...]:
        words, self._has = self._words(0.9), False
        return words

    def reset(self) -> None:
        self._has = False

    def _words(self, confidence: float) -> tuple[Word, ...]:
        return (Word("free" if self._free else "grammar", confidence, 0.0, 0.3),) if self._has else ()
