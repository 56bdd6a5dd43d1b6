"""The library in a bare loop, in a process of its own: no more than it asks for (recogniser.py).

    python recogniser_bare.py FOLDER SOUND [PHRASES]    a turn for each line that comes in; answers seconds of work

Two ways: as it is installed, and `helped` by the kernels that we choose for it (kezek_speech/kernels.py). A process
reads that choice once, when it loads the library.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from kezek_speech import kernels
from kezek_speech.types import FRAME, RATE

PIECE = 10 * FRAME  # 200 ms: what the loop decodes at once, where Python costs it least


def environment(*, helped: bool) -> dict[str, str]:
    """Of a process that has the library as it is installed, or with our choice of kernels."""
    made = {name: value for name, value in os.environ.items() if name != kernels.NAME}
    if helped:
        kernels.choose(made)
    return made


@asynccontextmanager
async def bare(
    folder: Path, sound: Path, phrases: list[str] | None, *, helped: bool
) -> AsyncIterator[Callable[[], Awaitable[float]]]:
    """Seconds of work of one turn, at each call; warm."""
    given = [] if phrases is None else [json.dumps(phrases, ensure_ascii=False)]
    process = await asyncio.create_subprocess_exec(
        sys.executable, __file__, str(folder), str(sound), *given,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, env=environment(helped=helped),
    )  # fmt: skip
    assert process.stdin
    assert process.stdout
    into, out = process.stdin, process.stdout

    async def turn() -> float:
        into.write(b"\n")
        return float(await out.readline())

    try:
        await turn()
        yield turn
    finally:
        process.kill()
        await process.wait()


def decoded(recogniser: Any, sound: bytes) -> float:
    """Seconds of work."""
    began = time.process_time()
    for at in range(0, len(sound), PIECE):
        if recogniser.AcceptWaveform(sound[at : at + PIECE]):
            json.loads(recogniser.Result())
        else:
            json.loads(recogniser.PartialResult())
    json.loads(recogniser.FinalResult())
    return time.process_time() - began


def main(folder: str, sound: str, *phrases: str) -> None:
    from vosk import KaldiRecognizer, Model, SetLogLevel

    SetLogLevel(-1)
    recogniser = KaldiRecognizer(Model(folder), RATE, *phrases)
    recogniser.SetWords(True)
    for _ in sys.stdin:
        print(decoded(recogniser, Path(sound).read_bytes()), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
