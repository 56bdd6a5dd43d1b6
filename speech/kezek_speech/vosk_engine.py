"""The one file that knows Vosk: a model, and a decoder of one stream of 8 kHz sound. Blocking; called in threads only.

Vosk 0.3.45 counts a recogniser's time from its making and never back to zero, so that a reused decoder subtracts the
sound it had before; its grammar needs `ensure_ascii=False` and drops unknown words with no more than a line in its log.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from . import kernels

kernels.choose()  # before the library is loaded

from vosk import KaldiRecognizer, Model, SetLogLevel  # noqa: E402

from .decoding import Decoder, Engine  # noqa: E402
from .types import RATE, NoModel, Word  # noqa: E402

UNKNOWN = "[unk]"
PARTIAL_CONFIDENCE = 0.5  # of words that may still change
PARTIAL_SECONDS = 0.4  # of a partial word, which has no times of its own


class VoskDecoder:
    """Meets Decoder. Free decoding without `phrases`, else only those phrases."""

    def __init__(self, model: Any, phrases: Sequence[str] | None) -> None:
        arguments = [] if phrases is None else [json.dumps(list(phrases), ensure_ascii=False)]
        self._recogniser = KaldiRecognizer(model, RATE, *arguments)
        self._recogniser.SetWords(True)
        # No SetPartialWords: its confidences cost as much again as the decoding. Partial words are unsure anyhow.
        self._fed = 0
        self._base = 0.0

    @property
    def seconds_fed(self) -> float:
        return self._fed / RATE

    def accept(self, sound: bytes) -> bool:
        self._fed += len(sound) // 2
        return bool(self._recogniser.AcceptWaveform(sound))

    def result(self) -> tuple[Word, ...]:
        return self._words(self._recogniser.Result())

    def partial(self) -> tuple[Word, ...]:
        texts = [text for text in json.loads(self._recogniser.PartialResult())["partial"].split() if text != UNKNOWN]
        now = max(0.0, self.seconds_fed - self._base)
        first = max(0.0, now - PARTIAL_SECONDS * len(texts))
        return tuple(
            Word(text, PARTIAL_CONFIDENCE, first + PARTIAL_SECONDS * place, first + PARTIAL_SECONDS * (place + 1))
            for place, text in enumerate(texts)
        )

    def final(self) -> tuple[Word, ...]:
        return self._words(self._recogniser.FinalResult())

    def reset(self) -> None:
        self._recogniser.FinalResult()
        self._recogniser.Reset()
        self._base = self.seconds_fed

    def _words(self, answer: str) -> tuple[Word, ...]:
        return tuple(
            Word(
                text=item["word"],
                confidence=min(1.0, max(0.0, float(item.get("conf", 0.0)))),
                start=round(max(0.0, item["start"] - self._base), 3),
                end=round(max(0.0, item["end"] - self._base), 3),
            )
            for item in json.loads(answer).get("result", ())
            if item["word"] != UNKNOWN
        )


class VoskEngine:
    """Meets Engine: one loaded model (about 0.5 GB), shared by all its decoders."""

    def __init__(self, folder: Path) -> None:
        SetLogLevel(-1)
        try:
            self._model = Model(str(folder))
        except Exception as problem:
            raise NoModel(f"Vosk cannot load the model in {folder}: fetch it anew ({problem})") from problem

    def knows(self, phrase: str) -> bool:
        return all(self._model.vosk_model_find_word(word) >= 0 for word in phrase.split())

    def decoder(self, phrases: Sequence[str] | None) -> VoskDecoder:
        return VoskDecoder(self._model, phrases)


def load(folder: Path) -> Engine:
    """Load a model that `view.prepare` has made ready for 8 kHz. Takes seconds. Raises NoModel."""
    return VoskEngine(folder)


def _meets(engine: VoskEngine, decoder: VoskDecoder) -> tuple[Engine, Decoder]:
    return engine, decoder
