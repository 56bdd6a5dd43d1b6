"""What a stream keeps of its last utterance, and that sound decoded once more."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace

from .decoding import Decoder
from .types import FRAME, RATE, Word

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
