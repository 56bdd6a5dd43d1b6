"""Word error and field rates of recordings, where a model is at hand: a part of fields.py.

KEZEK_MODELS names the folder of models (one folder for each language); recordings/<language>.tsv in it lists the
recordings: file (16-bit mono WAV of 8 kHz, beside the list), text (what is said), and the columns of fields.py.
"""

from __future__ import annotations

import csv
import tempfile
import wave
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from kezek_speech import Phrasebook, Word, available
from kezek_speech.text import clean
from kezek_speech.types import FRAME, RATE

FIELDS = ("street", "house", "flat", "phone", "account", "problem")
PIECE = 10 * FRAME  # 200 ms of sound at once


def word_errors(said: Sequence[str], heard: Sequence[str]) -> int:
    """Substitutions, insertions and deletions between two rows of words (Levenshtein)."""
    above = list(range(len(heard) + 1))
    for row, word in enumerate(said, 1):
        here = [row]
        for column, other in enumerate(heard, 1):
            here.append(min(above[column] + 1, here[-1] + 1, above[column - 1] + (word != other)))
        above = here
    return above[-1]


def measure(folder: Path, books: Mapping[str, Phrasebook]) -> dict[str, dict[str, Any]]:
    """By language: word error rate, share of fields right, how many recordings; {} where there are none."""
    found = {}
    for model in available(folder, tuple(books)):
        table = folder / "recordings" / f"{model.language}.tsv"
        if table.exists():
            with table.open(encoding="utf-8", newline="") as file:
                listed = [
                    {name: value or "" for name, value in row.items()} for row in csv.DictReader(file, delimiter="\t")
                ]
            found[model.language] = _of_language(model.folder, table.parent, listed, books[model.language])
    return found


def _of_language(model: Path, folder: Path, listed: Sequence[Mapping[str, str]], book: Phrasebook) -> dict[str, Any]:
    from vosk import Model, SetLogLevel

    from kezek_speech.view import prepare
    from kezek_speech.vosk_engine import VoskDecoder

    SetLogLevel(-1)
    errors = words = right = fields = 0
    with tempfile.TemporaryDirectory() as work:
        decoder = VoskDecoder(Model(str(prepare(model, Path(work)))), None)
        for row in listed:
            heard = list(_heard(decoder, folder / row["file"]))
            said = clean(row["text"]).split()
            errors += word_errors(said, [clean(word.text) for word in heard])
            words += len(said)
            best: dict[str, str] = {}
            for mention in book.mentions(heard):
                best.setdefault("problem" if mention.kind == "topic" else mention.kind, mention.value)
            for name in FIELDS:
                wanted = row.get(name, "")
                fields += bool(wanted or best.get(name))
                right += bool(wanted) and best.get(name) == wanted
    return {
        "recordings": len(listed),
        "word_error_rate": round(errors / max(1, words), 4),
        "fields_right": round(right / max(1, fields), 4),
    }


def _heard(decoder: Any, path: Path) -> Sequence[Word]:
    """Raises ValueError for sound that a call would not bring."""
    with wave.open(str(path)) as file:
        if (file.getframerate(), file.getsampwidth(), file.getnchannels()) != (RATE, 2, 1):
            raise ValueError(f"{path.name}: 16-bit mono of {RATE} Hz is wanted")
        sound = file.readframes(file.getnframes())
    found: list[Word] = []
    for start in range(0, len(sound), PIECE):
        if decoder.accept(sound[start : start + PIECE]):
            found += decoder.result()
    found += decoder.final()
    decoder.reset()
    return found


def show(folder: str, measured: Mapping[str, Mapping[str, Any]]) -> None:
    if not measured:
        why = f"{folder} has no model with recordings/<language>.tsv" if folder else "KEZEK_MODELS names no folder"
        print(f"recordings: none measured: {why}")
    for language, rates in measured.items():
        print(
            f"recordings {language}: {rates['recordings']}, word errors {rates['word_error_rate']:.3f}, "
            f"fields right {rates['fields_right']:.3f}"
        )
