"""One answer of the caller: a prompt is played, the caller's sound goes to a recogniser, words race with digits."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Container, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

import structlog

from kezek_ivr.dialogue_parts import Question
from kezek_ivr.side_tasks import running
from kezek_ivr.types import Unheard
from kezek_speech.types import Dead, Ears, Full, Heard, NoModel, Recogniser, SpeechError, Word
from kezek_telephony.types import Line

log = structlog.get_logger(__name__)

OPEN_S = 2.0  # a recogniser is there within this, or it counts as dead
LONG_S = 60.0
MOMENT_S = 0.001  # less is now: a timer may fire early by the clock's resolution
FINAL_WORDS_S = 0.7  # the last utterance's final words follow a flush within this, or stay unsure

OnWords = Callable[[Sequence[Word], bool], bool]


@dataclass(frozen=True, slots=True)
class Answer:
    """`digit` ended it when not None. `unheard` says why there are no words, or why there will be no more."""

    words: tuple[Word, ...]
    final: bool  # False: the last words were never final, take them as unsure
    digit: str | None
    unheard: Unheard


class Listening:
    """What has been heard in answer to one question, kept up to date by `pump` and `read`."""

    def __init__(self) -> None:
        self.changed = asyncio.Event()
        self.last_word_at: float | None = None  # loop time
        self.dead = False
        self._finals: list[Word] = []
        self._partial: tuple[Word, ...] = ()

    @property
    def words(self) -> tuple[Word, ...]:
        return (*self._finals, *self._partial)

    @property
    def final(self) -> bool:
        return not self._partial

    async def pump(self, frames: AsyncIterator[bytes], recogniser: Recogniser) -> None:
        async for frame in frames:
            recogniser.push(frame)

    async def read(self, recogniser: Recogniser) -> None:
        """Until the recogniser ends; its end without a flush is its death, which the caller never notices."""
        try:
            async for heard in recogniser:
                self._take(heard)
        except Exception as error:  # noqa: BLE001 - a recogniser of any engine may fail in any way; the call goes on
            log.warning("hearing.recogniser_failed", error=type(error).__name__)
        self.dead = True
        self.changed.set()

    def _take(self, heard: Heard) -> None:
        if heard.final:
            self._finals += heard.words
            self._partial = ()
        else:
            self._partial = heard.words
        if heard.words:
            self.last_word_at = asyncio.get_running_loop().time()
        self.changed.set()


async def hear(
    line: Line,
    ears: Ears,
    question: Question,
    *prompts: str,
    language: str,
    phrases: Sequence[str] | None,
    keys: Container[str],
    enough: OnWords,
) -> Answer:
    """Ask and listen, from the prompt's first second on. Raises HungUp and LineLost, nothing of the recogniser's.

    A digit of `keys` ends the listening; one that means nothing here is passed over, for a double press or a wrong key
    must not cut a sentence short. `enough(words, final)` is told all words of this answer at each change; True ends the
    listening at once. Where no recogniser can be had nothing is asked: the answer comes at once with the reason.
    """
    try:
        async with _recogniser(ears, language, phrases) as recogniser, line.listen() as frames:
            listening = Listening()
            async with running(listening.pump(frames, recogniser), listening.read(recogniser)) as (pump, read):
                await line.play(*prompts, language=language)
                digit = await _wait(line, listening, question, keys, enough)
                if listening.words and not listening.final and not listening.dead:
                    pump.cancel()
                    recogniser.flush()
                    with suppress(TimeoutError):
                        async with asyncio.timeout(FINAL_WORDS_S):  # wait_for may swallow a cancellation (Python 3.11)
                            await read
                    return Answer(listening.words, listening.final, digit, "")
                unheard: Unheard = "recogniser_dead" if listening.dead else "" if listening.words else "silence"
                return Answer(listening.words, listening.final, digit, "" if digit and not listening.dead else unheard)
    except NoModel:
        return Answer((), True, None, "no_model")
    except Full:
        return Answer((), True, None, "recogniser_full")
    except SpeechError:
        return Answer((), True, None, "recogniser_dead")


async def _key(line: Line, keys: Container[str]) -> str:
    while (digit := await line.digit(LONG_S)) is None or digit not in keys:
        pass
    return digit


async def _wait(
    line: Line, listening: Listening, question: Question, keys: Container[str], enough: OnWords
) -> str | None:
    """Until a digit (returned), enough words, silence, or a dead recogniser."""
    loop = asyncio.get_running_loop()
    asked_at = loop.time()
    ends_at = asked_at + question.total_s
    seen: tuple[tuple[Word, ...], bool] = ((), True)
    async with running(_key(line, keys)) as (digit,):
        while not digit.done():
            listening.changed.clear()
            if seen != (now_heard := (listening.words, listening.final)):
                seen = now_heard
                if enough(*seen):
                    return None
            if listening.dead:
                return None
            spoke_at = listening.last_word_at
            quiet_at = (
                asked_at + question.first_word_s if spoke_at is None else max(spoke_at, asked_at) + question.silence_s
            )
            left = min(ends_at, quiet_at) - loop.time()
            if left < MOMENT_S:
                return None
            async with running(listening.changed.wait()) as (changed,):
                await asyncio.wait({digit, changed}, timeout=left, return_when=asyncio.FIRST_COMPLETED)
        pressed: str = digit.result()
        return pressed


@asynccontextmanager
async def _recogniser(ears: Ears, language: str, phrases: Sequence[str] | None) -> AsyncIterator[Recogniser]:
    """A recogniser of the pool. Raises SpeechErrors only: whatever else an engine raises, or its slowness, is Dead."""
    opening = ears.open(language, phrases)
    try:
        async with asyncio.timeout(OPEN_S):
            recogniser = await opening.__aenter__()
    except (SpeechError, asyncio.CancelledError):
        raise
    except Exception as error:
        log.warning("hearing.recogniser_failed", error=type(error).__name__)
        raise Dead from error
    try:
        yield recogniser
    finally:
        with suppress(Exception):  # giving it back is the pool's business, and no reason to disturb a call
            await opening.__aexit__(None, None, None)
