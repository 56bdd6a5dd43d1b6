"""What the pool asks of a speech engine; another engine takes Vosk's place by meeting these two protocols."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from .types import Word


class Decoder(Protocol):
    """One stream's decoder: blocking, used by one thread at a time, reused after `reset`."""

    @property
    def seconds_fed(self) -> float:
        """Seconds of sound since it was made: a decoder's memory grows with use, so that old ones are retired."""
        ...

    def accept(self, sound: bytes) -> bool:
        """Decode; True when the utterance has ended by the engine's own rules (take `result` then)."""
        ...

    def result(self) -> tuple[Word, ...]: ...

    def partial(self) -> tuple[Word, ...]: ...

    def final(self) -> tuple[Word, ...]:
        """End the utterance now."""
        ...

    def reset(self) -> None:
        """Forget the stream: word times start from zero again."""
        ...


class Engine(Protocol):
    """One language's loaded model."""

    def knows(self, phrase: str) -> bool:
        """Whether every word of the phrase is in the model's vocabulary."""
        ...

    def decoder(self, phrases: Sequence[str] | None) -> Decoder: ...
