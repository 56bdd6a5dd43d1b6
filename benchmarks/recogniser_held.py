"""Live streams at one time: the lag from a frame's arrival to its having been decoded (recogniser.py)."""

from __future__ import annotations

import asyncio
import json
import queue
import sys
import threading
import time
from collections import deque
from pathlib import Path
from typing import Any

from recogniser_bare import environment

from kezek_speech import SpeechSettings, VoskEars
from kezek_speech.decoding import Decoder
from kezek_speech.pressure import Place
from kezek_speech.stream import Stream
from kezek_speech.types import FRAME, RATE
from kezek_speech.view import prepare
from kezek_speech.warmth import speechlike

TALK = speechlike(3.0) + bytes(6 * RATE)  # three seconds of speech, three of silence: half talk
WARM_S = 3.0  # of each stream, not counted


class Timed(VoskEars):
    """Tells when each frame of each stream has been decoded."""

    def __init__(self, settings: SpeechSettings) -> None:
        super().__init__(settings)
        self.lags: list[float] = []
        self.arrived: dict[Stream, deque[float]] = {}

    def _stream(self, place: Place, decoder: Decoder) -> Stream:
        stream = super()._stream(place, decoder)
        arrived = self.arrived[stream] = deque()
        told = stream._measured

        def measured(sound: float, work: float) -> None:
            told(sound, work)
            now = time.monotonic()
            for _ in range(min(len(arrived), round(sound * 50))):
                last = arrived.popleft()
            self.lags.append(now - last)

        stream._measured = measured
        return stream


def frames_of(number: int) -> list[bytes]:
    """Everybody is somewhere else in his sentence."""
    start = number * 977 * FRAME % len(TALK)
    turned = TALK[start:] + TALK[:start]
    return [turned[at : at + FRAME] for at in range(0, len(turned), FRAME)]


async def ours(language: str, folder: Path, work: Path, streams: int, seconds: float) -> list[float]:
    settings = SpeechSettings(models={language: folder}, work=work, streams=streams, share=1e9, warm=streams)
    async with Timed(settings) as ears, asyncio.TaskGroup() as group:
        for number in range(streams):
            group.create_task(_live(ears, language, number, seconds))
            await asyncio.sleep(0.02 * 7 / streams)
    return ears.lags


async def _live(ears: Timed, language: str, number: int, seconds: float) -> None:
    frames = frames_of(number)
    async with ears.open(language) as recogniser, asyncio.TaskGroup() as group:

        async def read() -> None:
            async for _ in recogniser:
                pass

        reading = group.create_task(read())
        began = time.monotonic()
        arrived = ears.arrived[recogniser]  # type: ignore[index] - a Stream
        for at in range(round((seconds + WARM_S) * 50)):
            recogniser.push(frames[at % len(frames)])
            arrived.append(time.monotonic())
            if at == round(WARM_S * 50):
                ears.lags.clear()
            await asyncio.sleep(max(0.0, began + 0.02 * (at + 1) - time.monotonic()))
        reading.cancel()


def bare(folder: Path, streams: int, seconds: float) -> list[float]:
    """A thread for each stream, and one that brings everybody's frames."""
    from vosk import KaldiRecognizer, Model, SetLogLevel

    SetLogLevel(-1)
    model = Model(str(folder))
    lags: list[float] = []
    queues: list[queue.SimpleQueue[tuple[bytes, float] | None]] = [queue.SimpleQueue() for _ in range(streams)]

    def decode(mine: queue.SimpleQueue[tuple[bytes, float] | None]) -> None:
        recogniser = KaldiRecognizer(model, RATE)
        recogniser.SetWords(True)
        recogniser.AcceptWaveform(speechlike(2.0))
        recogniser.FinalResult()
        recogniser.Reset()
        while (frame := mine.get()) is not None:
            if recogniser.AcceptWaveform(frame[0]):
                recogniser.Result()
            else:
                recogniser.PartialResult()
            lags.append(time.monotonic() - frame[1])

    threads = [threading.Thread(target=decode, args=(mine,)) for mine in queues]
    for thread in threads:
        thread.start()
    everybody = [frames_of(number) for number in range(streams)]
    time.sleep(2.0 + 0.5 * streams)  # all are warm
    began = time.monotonic()
    for at in range(round((seconds + WARM_S) * 50)):
        if at == round(WARM_S * 50):
            lags.clear()
        for mine, frames in zip(queues, everybody, strict=True):
            mine.put((frames[at % len(frames)], time.monotonic()))
        time.sleep(max(0.0, began + 0.02 * (at + 1) - time.monotonic()))
    for mine in queues:
        mine.put(None)
    for thread in threads:
        thread.join()
    return lags


def percentile(values: list[float], share: float) -> int:
    """Milliseconds."""
    return round(1000 * sorted(values)[min(len(values) - 1, int(share * len(values)))]) if values else -1


async def theirs(folder: Path, streams: int, seconds: float, *, helped: bool) -> list[float]:
    """The bare library's lags, in a process of its own; `helped`: with the kernels that we choose."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, __file__, str(folder), str(streams), str(seconds),
        stdout=asyncio.subprocess.PIPE, env=environment(helped=helped),
    )  # fmt: skip
    told, _ = await process.communicate()
    return [float(each) for each in json.loads(told)]


async def measure(language: str, folder: Path, work: Path, streams: int, seconds: float) -> dict[str, Any]:
    seen = prepare(folder, work)
    plain = await theirs(seen, streams, seconds, helped=False)
    helped = await theirs(seen, streams, seconds, helped=True)
    mine = await ours(language, folder, work, streams, seconds)
    return {
        "streams": streams, "ours_p99_ms": percentile(mine, 0.99),
        "bare_p99_ms": percentile(plain, 0.99), "bare_helped_p99_ms": percentile(helped, 0.99),
    }  # fmt: skip


if __name__ == "__main__":
    print(json.dumps(bare(Path(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]))))
