"""From the end of an answer to its fields: Korean answers of one word over AudioSocket in real time (recogniser.py).

The way is the call's: sound server, pool, phrasebook, fields. Behind it the notes go to Redis and to the operator's
socket, which benchmarks/handover.py times.
"""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any
from uuid import uuid4

from recogniser_cost import sender
from recogniser_held import percentile

from kezek_ivr.prefill import with_mentions
from kezek_speech import SpeechSettings, Vocabulary, VoskEars, build_phrasebook
from kezek_speech.segmenter import level_db
from kezek_speech.types import FRAME
from kezek_telephony.settings import TelephonySettings
from kezek_telephony.sound import SoundServer
from kit.speech_clips import clip

STREETS = ("나무", "여름", "라디오", "병원", "월요일", "화요일")
LIMIT_S = 10.0


def spoken(word: str, voice: str = "ko+f2", quiet_db: float = 45) -> bytes:
    """Up to its last frame that is louder: from there on time counts."""
    sound = clip(word, voice)
    loud = [at for at in range(0, len(sound), FRAME) if level_db(sound[at : at + FRAME]) > quiet_db]
    return sound[: loud[-1] + FRAME]


async def measure(folder: Path, work: Path, answers: int) -> dict[str, Any]:
    book = build_phrasebook("ko", Vocabulary({street: street for street in STREETS}, {}))
    first: list[float] = []
    final: list[float] = []
    settings = SpeechSettings(models={"ko": folder}, work=work, streams=2, warm=1)
    async with VoskEars(settings) as ears, SoundServer(TelephonySettings(sound_port=0)) as server:
        for number in range(answers):
            street = STREETS[number % len(STREETS)]
            file = work / "answer.raw"
            sound = spoken(street)
            file.write_bytes(sound)
            told = await _answer(ears, server, book, file, len(sound) // FRAME * 0.02, street)
            first += told[:1]
            final += told[1:]
    return {
        "answers": answers, "understood": len(final),
        "first_p95_ms": percentile(first, 0.95), "final_p95_ms": percentile(final, 0.95),
        "final_median_ms": percentile(final, 0.5),
    }  # fmt: skip


async def _answer(ears: VoskEars, server: SoundServer, book: Any, file: Path, sent: float, street: str) -> list[float]:
    """Seconds from the last sound: of the first fields, and of the final ones; [] when it was not understood."""
    sound_id = uuid4()
    phrases = book.phrases("street")
    async with server.expect(sound_id) as frames, ears.open("ko", phrases) as recogniser:

        async def pump() -> None:
            async for frame in frames:
                recogniser.push(frame)

        pumping = asyncio.create_task(pump())  # cancelled below
        async with sender(server.port, sound_id, file, "live"):
            while not frames.connection:  # noqa: ASYNC110 - as the sender's process begins
                await asyncio.sleep(0.001)
            ended = time.monotonic() + sent
            times: list[float] = []
            try:
                async with asyncio.timeout(LIMIT_S):
                    async for heard in recogniser:
                        fields = with_mentions({}, book.answer("street", heard.words), street_name=str)
                        if fields.get("street", {}).get("ref") == street:
                            now = time.monotonic() - ended
                            times = times or [now]
                            if heard.final:
                                return [times[0], now]
                        if heard.final:
                            return []
            except TimeoutError:
                return []
            finally:
                pumping.cancel()
    return []
