"""Processor time for one second of sound: bare library, pool, and all the way from AudioSocket frames."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from recogniser_grammars import grammar
from vosk import KaldiRecognizer, Model, SetLogLevel

from kezek_speech import SpeechSettings, VoskEars
from kezek_speech.stream import StreamSettings
from kezek_speech.types import FRAME, RATE
from kezek_speech.view import prepare
from kezek_telephony.settings import TelephonySettings
from kezek_telephony.sound import SoundServer

PIECE = 10 * FRAME  # 200 ms: what the bare loop decodes at once, where Python costs it least
WINDOW = 100  # frames on their way: the listener's buffer holds 500


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
    """From the first frame to the last word, in frames of 20 ms pushed at once."""
    async with ears.open(language, phrases) as recogniser:
        began = time.process_time()
        for at in range(0, len(sound), FRAME):
            recogniser.push(sound[at : at + FRAME])
        recogniser.flush()
        async for _ in recogniser:
            pass
        return time.process_time() - began


async def piped(server: SoundServer, ears: VoskEars, language: str, phrases: list[str] | None, file: Path) -> float:
    """The same, from a socket: another process sends, and what it costs is not counted."""
    sound_id = uuid4()
    async with (
        server.expect(sound_id) as frames,
        ears.open(language, phrases) as recogniser,
        sender(server.port, sound_id, file),
    ):

        async def pump() -> None:
            async for frame in frames:
                recogniser.push(frame)
            recogniser.flush()

        began = time.process_time()
        pumping = asyncio.create_task(pump())  # awaited below
        async for _ in recogniser:
            pass
        await pumping
        return time.process_time() - began


@asynccontextmanager
async def sender(port: int, sound_id: UUID, file: Path, *how: str):
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(Path(__file__).with_name("recogniser_sender.py")), str(port), str(sound_id), str(file), *how
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def measure(language: str, folder: Path, work: Path, sound: bytes, turns: int) -> dict[str, dict[str, float]]:
    seconds = len(sound) / 2 / RATE
    file = work / "sound.raw"
    file.write_bytes(sound)
    results: dict[str, dict[str, float]] = {}
    SetLogLevel(-1)
    model = Model(str(prepare(folder, work)))
    settings = SpeechSettings(
        models={language: folder}, work=work, streams=1, threads=1, warm=1,
        stream=StreamSettings(buffer_seconds=seconds + 1),
    )  # fmt: skip
    telephony = TelephonySettings(sound_port=0)
    async with VoskEars(settings) as ears, SoundServer(telephony) as server:
        for kind, phrases in (("free", None), ("grammar", grammar(language))):
            arguments = [] if phrases is None else [json.dumps(phrases, ensure_ascii=False)]
            recogniser = KaldiRecognizer(model, RATE, *arguments)
            recogniser.SetWords(True)
            bare(recogniser, sound)
            await pooled(ears, language, phrases, sound)
            took: dict[str, list[float]] = {"bare": [], "pool": [], "pipeline": []}
            for _ in range(turns):
                took["bare"].append(bare(recogniser, sound))
                took["pool"].append(await pooled(ears, language, phrases, sound))
                took["pipeline"].append(await piped(server, ears, language, phrases, file))
            best = {name: min(values) for name, values in took.items()}
            results[kind] = {f"{name}_rtf": round(value / seconds, 4) for name, value in best.items()}
            results[kind] |= {f"{name}_over_bare": round(best[name] / best["bare"], 3) for name in ("pool", "pipeline")}
    return results
