"""Prompts by espeak-ng, in each language of the callers: `<home>/prompts/<language>/<name>.wav`, 8 kHz mono.

Each may be replaced by a recorded file of the same name: a file that was not made here is left alone for ever.
"""

from __future__ import annotations

import array
import hashlib
import json
import subprocess
import wave
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import accumulate
from operator import floordiv, sub
from pathlib import Path

from kezek_api.provision.programs import program
from kezek_api.provision.step import CannotHave, Report

VOICES = {"kk": "kk", "ru": "ru", "uk": "uk", "en": "en-gb", "ko": "ko"}
FILES = {"kk": "trk/kk", "ru": "zle/ru", "uk": "zle/uk", "en-gb": "gmw/en"}  # by a name it looks into all its voices
SPEED = 150  # words a minute: a little slower than talk, for a telephone
RATE = 8000
MADE = "made.json"  # name -> [sha256 of text and voice, sha256 of the file]


def make(home: Path, texts: Mapping[str, Mapping[str, str]], report: Report) -> str:
    """Make every prompt of `texts` (language -> name -> text) that is missing or whose text changed."""
    espeak = program(home, "espeak-ng")
    made = kept = 0
    for language, prompts in texts.items():
        folder = home / "prompts" / language
        folder.mkdir(parents=True, exist_ok=True)
        ledger_path = folder / MADE
        ledger: dict[str, list[str]] = json.loads(ledger_path.read_text()) if ledger_path.is_file() else {}
        todo: list[tuple[str, str, str]] = []
        for name, text in prompts.items():
            path = folder / f"{name}.wav"
            wanted = hashlib.sha256(f"{VOICES[language]} {SPEED} {text}".encode()).hexdigest()
            was_text, was_file = ledger.get(name, ["", ""])
            if path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() != was_file:
                kept += 1  # recorded by a person
            elif was_text != wanted or not path.is_file():
                todo.append((name, text, wanted))
        report.say(f"{language}: {len(todo)} of {len(prompts)}")
        with ThreadPoolExecutor(2) as pool:
            for name, wanted, digest in pool.map(partial(_one, espeak, folder, language), todo):
                ledger[name] = [wanted, digest]
                made += 1
        ledger_path.write_text(json.dumps(ledger, indent=1, sort_keys=True))
    count = sum(len(prompts) for prompts in texts.values())
    own = f", {kept} recorded ones kept" if kept else ""
    return f"{count} prompts in {', '.join(texts)}" + (f", {made} made now" if made else "") + own


def _one(espeak: Path, folder: Path, language: str, job: tuple[str, str, str]) -> tuple[str, str, str]:
    name, text, wanted = job
    path = folder / f"{name}.wav"
    path.parent.mkdir(parents=True, exist_ok=True)
    speak(espeak, text, VOICES[language], path)
    return name, wanted, hashlib.sha256(path.read_bytes()).hexdigest()


def speak(
    espeak: Path, text: str, voice: str, path: Path, *, speed: int = SPEED, lead_s: float = 0.0, tail_s: float = 0.0
) -> float:
    """Write `text` as 8 kHz mono wav, silence of `lead_s` before and `tail_s` behind; returns its length in seconds.

    Raises CannotHave when espeak-ng fails.
    """
    said = ("-s", str(speed), "--stdout", text)
    for named in dict.fromkeys((FILES.get(voice, voice), voice)):  # another espeak-ng may keep them elsewhere
        done = subprocess.run([espeak, "-v", named, *said], capture_output=True, check=False)
        at = done.stdout.find(b"data")
        if done.returncode == 0 and at >= 0:
            break
    if done.returncode != 0 or at < 0:
        raise CannotHave(f"espeak-ng cannot speak {voice}: {done.stderr.decode()[-200:]}", "record the prompts instead")
    raw = done.stdout[at + 8 :]
    rate = int.from_bytes(done.stdout[24:28], "little")
    sound = array.array("h", [0] * int(lead_s * RATE))
    sound.extend(resample(array.array("h", raw[: len(raw) // 2 * 2]), rate, RATE))
    sound.extend([0] * int(tail_s * RATE))
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        out.writeframes(sound.tobytes())
    return len(sound) / RATE


def resample(sound: array.array[int], rate: int, wanted: int) -> array.array[int]:
    """To a lower rate: each new sample is the mean of the old ones it covers (a box filter: enough for a telephone)."""
    ratio = rate / wanted
    if ratio <= 1:
        return sound
    sums = list(accumulate(sound, initial=0))
    edges = [int(index * ratio) for index in range(int(len(sound) / ratio) + 1)]
    at = [sums[edge] for edge in edges]
    return array.array("h", map(floordiv, map(sub, at[1:], at), map(sub, edges[1:], edges)))
