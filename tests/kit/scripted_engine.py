"""A scripted engine below the real pool, and a pool with it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path

import pytest
import pytest_asyncio

from kezek_speech import SpeechSettings, VoskEars, Word
from kezek_speech.warmth import speechlike

VOICE = speechlike(1.0)
SILENCE = bytes(16000)


class FakeDecoder:
    """Hears 'word' once it has had speech; a gate holds the thread, `dies` makes it fail."""

    def __init__(self, engine: FakeEngine, phrases: Sequence[str] | None) -> None:
        self.engine = engine
        self.phrases = phrases
        self.fed = 0
        self.began = self.base = 0.0  # seconds
        self.has = False

    @property
    def seconds_fed(self) -> float:
        return self.fed / 16000

    def accept(self, sound: bytes) -> bool:
        (self.engine.gate if self.phrases is None else self.engine.grammar_gate).wait(5)
        if self.engine.dies:
            raise RuntimeError("dead")
        if not self.has:
            self.began = self.fed / 16000 - self.base
        self.fed += len(sound)
        self.has = True
        return False

    def result(self) -> tuple[Word, ...]:
        return self.final()

    def partial(self) -> tuple[Word, ...]:
        return (Word("wo", 0.5, 0, 0.1),) if self.has else ()

    def final(self) -> tuple[Word, ...]:
        had, self.has = self.has, False
        return (Word("word", 0.9, self.began + 0.1, self.began + 0.4),) if had and not self.engine.deaf else ()

    def reset(self) -> None:
        self.has = False
        self.base = self.fed / 16000


class FakeEngine:
    """`unknown`: words that it does not know, beside all that are not ASCII."""

    def __init__(self) -> None:
        self.unknown: set[str] = set()
        self.gate, self.grammar_gate = threading.Event(), threading.Event()
        self.gate.set()
        self.grammar_gate.set()
        self.dies = False
        self.deaf = False
        self.made: list[FakeDecoder] = []

    def knows(self, phrase: str) -> bool:
        return phrase.isascii() and not phrase.startswith("[") and phrase not in self.unknown

    def decoder(self, phrases: Sequence[str] | None) -> FakeDecoder:
        self.made.append(FakeDecoder(self, phrases))
        return self.made[-1]


def settings(folder: Path, **changed: object) -> SpeechSettings:
    """Of a pool with one model, 'en', made of nothing below `folder`."""
    model = folder / "model"
    (model / "conf").mkdir(parents=True, exist_ok=True)
    (model / "conf" / "mfcc.conf").write_text("--dither=1\n--num-ceps=40\n")
    given = {"models": {"en": model}, "work": folder / "work", "streams": 3, "threads": 2, "warm": 1, **changed}
    return SpeechSettings(**given)  # type: ignore[arg-type]


def frames(sound: bytes) -> list[bytes]:
    return [sound[at : at + 320] for at in range(0, len(sound), 320)]


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(30):
        while not condition():  # noqa: ASYNC110 - a thread changes it, which tells no event
            await asyncio.sleep(0.005)


@pytest.fixture(name="engine")
def engine_fixture() -> FakeEngine:
    return FakeEngine()


@pytest_asyncio.fixture(name="ears")
async def ears_fixture(engine: FakeEngine, tmp_path: Path) -> AsyncIterator[VoskEars]:
    async with VoskEars(settings(tmp_path), load=lambda folder: engine) as ears:
        yield ears
        engine.gate.set()
        engine.grammar_gate.set()
