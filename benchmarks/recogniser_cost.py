"""Processor time for one second of sound: bare library, pool, and all the way from AudioSocket frames."""

from __future__ import annotations

import asyncio
import sys
import time
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID, uuid4

from recogniser_bare import bare
from recogniser_grammars import grammar

from kezek_speech import SpeechSettings, VoskEars
from kezek_speech.stream import StreamSettings
from kezek_speech.types import FRAME, RATE
from kezek_speech.view import prepare
from kezek_telephony.settings import TelephonySettings
from kezek_telephony.sound import SoundServer


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
    results: dict[str, dict[str, float]] = {}
    for kind, phrases in (("free", None), ("grammar", grammar(language))):
        took = await _turns(language, folder, work, sound, phrases, turns)
        best = {name: min(values) / (len(sound) / 2 / RATE) for name, values in took.items()}
        results[kind] = {f"{name}_rtf": round(value, 4) for name, value in best.items()}
        for way in ("pool", "pipeline"):
            results[kind] |= {
                f"{way}_over_{bare}": round(best[way] / best[bare], 3) for bare in ("bare", "bare_helped")
            }
    return results


async def _turns(
    language: str, folder: Path, work: Path, sound: bytes, phrases: list[str] | None, turns: int
) -> dict[str, list[float]]:
    """Seconds of work by way, in turns: what disturbs the machine disturbs them all."""
    file = work / "sound.raw"
    file.write_bytes(sound)
    seen = prepare(folder, work)
    settings = SpeechSettings(
        models={language: folder}, work=work, streams=1, threads=1, warm=1,
        stream=StreamSettings(buffer_seconds=len(sound) / 2 / RATE + 1),
    )  # fmt: skip
    async with (
        VoskEars(settings) as ears,
        SoundServer(TelephonySettings(sound_port=0)) as server,
        bare(seen, file, phrases, helped=False) as plain,
        bare(seen, file, phrases, helped=True) as helped,
    ):
        await asyncio.wrap_future(ears._second_threads.submit(lambda: None))  # the model's memory is put together
        await pooled(ears, language, phrases, sound)
        took: dict[str, list[float]] = {"bare": [], "bare_helped": [], "pool": [], "pipeline": []}
        for _ in range(turns):
            took["bare"].append(await plain())
            took["bare_helped"].append(await helped())
            took["pool"].append(await pooled(ears, language, phrases, sound))
            took["pipeline"].append(await piped(server, ears, language, phrases, file))
    return took
