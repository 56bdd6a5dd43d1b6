"""The honest wait, learnt from the feed and asked for at once: what a caller is told and the wallboard shows."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

import structlog

from kezek_queue.figures import Guess, WaitEstimator
from kezek_queue.types import Gap, Operator, Queues

log = structlog.get_logger(__name__)


class Waits:
    """`follow` for ever beside the rest; whoever takes snapshots anyway hands their operators to `know`, for no event
    tells which queues an operator serves."""

    def __init__(self, *, guess: Guess | None = None, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._estimator = WaitEstimator(guess)

    def wait_s(self, queue: str, position: int) -> float | None:
        """Seconds still to wait at this place of the queue (1 is next); None while nobody works there."""
        return self._estimator.wait_s(queue, position, self._clock())

    def know(self, operators: Iterable[Operator]) -> None:
        self._estimator.know(operators, now=self._clock())

    async def follow(self, queues: Queues) -> None:
        """Reads a snapshot and the feed behind it, for ever; after a hole in the feed again from the beginning, with
        what was measured so far."""
        while True:
            snapshot = await queues.snapshot()
            self._estimator.know(snapshot.operators, snapshot.waiting, snapshot.at)
            try:
                async for event in queues.feed(snapshot.feed_id):
                    self._estimator.see(event)
            except Gap:
                log.warning("waits_gap")
