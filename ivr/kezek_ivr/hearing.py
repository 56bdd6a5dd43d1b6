"""One answer of the caller: a prompt is played, the caller's sound goes to a recogniser, words race with digits."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Container, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Protocol

import structlog

from kezek_ivr.dialogue_parts import Question
from kezek_ivr.listening import Listening
from kezek_ivr.side_tasks import running
from kezek_ivr.two_passes import AGAIN_S, decoded_again
from kezek_ivr.types import Unheard
from kezek_speech.types import Dead, Ears, Full, NoModel, Recogniser, SpeechError, Word
from kezek_telephony.types import Line

log = structlog.get_logger(__name__)

OPEN_S = 2.0  # a recogniser is there within this, or it counts as dead
LONG_S = 60.0
MOMENT_S = 0.001  # less is now: a timer may fire early by the clock's resolution
FINAL_WORDS_S = 0.7  # the last utterance's final words follow a flush within this, or stay unsure
PARTIAL_S = 0.15  # between two looks at growing words: each costs some milliseconds in a town of many streets


@dataclass(frozen=True, slots=True)
class Answer:
    """`digit` ended it when not None. `unheard` says why there are no words, or why there will be no more."""

    words: tuple[Word, ...]
    final: bool  # False: the last words were never final, take them as unsure
    again: tuple[Word, ...]  # what second passes made of it
    digit: str | None
    unheard: Unheard


class Taking(Protocol):
    """Who takes the answer in as it grows."""

    def enough(self, words: Sequence[Word], final: bool, again: Sequence[Word]) -> bool:
        """All words so far; True ends the listening at once."""
        ...

    def phrases_again(self) -> Sequence[str]:
        """The grammar by which the last utterance is worth decoding anew, () where it is not."""
        ...


async def hear(
    line: Line,
    ears: Ears,
    question: Question,
    *prompts: str,
    language: str,
    phrases: Sequence[str] | None,
    spare: Sequence[str] | None = None,
    keys: Container[str],
    taking: Taking,
) -> Answer:
    """Ask and listen, from the prompt's first second on. Raises HungUp and LineLost, nothing of the recogniser's.

    A digit of `keys` ends the listening; one that means nothing here is passed over, for a double press or a wrong key
    must not cut a sentence short. Without `phrases` it is decoded freely, under pressure by `spare`. Where no
    recogniser can be had nothing is asked: the answer comes at once with the reason.
    """
    try:
        async with _recogniser(ears, language, phrases, spare) as recogniser, line.listen() as frames:
            listening = Listening()
            async with running(listening.pump(frames, recogniser), listening.read(recogniser)) as (pump, read):
                await line.play(*prompts, language=language)
                waiting = _Waiting(line, listening, recogniser, question, keys, taking)
                digit = await waiting.until_over()
                if listening.words and not listening.final and not listening.failed:
                    pump.cancel()
                    recogniser.flush()
                    with suppress(TimeoutError):
                        async with asyncio.timeout(FINAL_WORDS_S):  # wait_for may swallow a cancellation (Python 3.11)
                            await read
                    if listening.final and digit is None and not waiting.enough():
                        await waiting.second_pass()
                    return Answer(listening.words, listening.final, listening.again, digit, "")
                unheard: Unheard = listening.failed or ("" if listening.words else "silence")
                unheard = "" if digit and not listening.failed else unheard
                return Answer(listening.words, listening.final, listening.again, digit, unheard)
    except NoModel:
        return Answer((), True, (), None, "no_model")
    except Full:
        return Answer((), True, (), None, "recogniser_full")
    except SpeechError:
        return Answer((), True, (), None, "recogniser_dead")


class _Waiting:
    """The end of one answer: a digit, enough words, silence, or a dead recogniser. Second passes run beside it."""

    def __init__(
        self,
        line: Line,
        listening: Listening,
        recogniser: Recogniser,
        question: Question,
        keys: Container[str],
        taking: Taking,
    ) -> None:
        self._line, self._listening, self._recogniser = line, listening, recogniser
        self._question, self._keys, self._taking = question, keys, taking
        self._loop = asyncio.get_running_loop()
        self._seen: tuple[tuple[Word, ...], bool, tuple[Word, ...]] = ((), True, ())
        self._looked_at = -LONG_S
        self._satisfied = False
        self._again: asyncio.Task[None] | None = None
        self._decoded = 0  # finished utterances that a second pass has been thought of for

    async def until_over(self) -> str | None:
        """The digit that ended it, or None."""
        try:
            digit = await self._wait()
            if self._again is not None and not (digit or self._satisfied or self._listening.failed):
                await asyncio.wait({self._again}, timeout=AGAIN_S)
            return digit
        finally:
            if self._again is not None:
                self._again.cancel()

    def enough(self) -> bool:
        """Whether the words so far are all that is needed; each is looked at once."""
        listening = self._listening
        now_heard = (listening.words, listening.final, listening.again)
        if now_heard == self._seen:
            return False
        self._seen, self._looked_at = now_heard, self._loop.time()
        self._satisfied = self._taking.enough(*now_heard)
        return self._satisfied

    async def second_pass(self) -> None:
        """Of the utterance that has just become final, where it is worth it."""
        self._decoded = self._listening.utterances
        if phrases := self._taking.phrases_again():
            self._listening.add_again(await decoded_again(self._recogniser, phrases))

    async def _wait(self) -> str | None:
        listening, question = self._listening, self._question
        asked_at = self._loop.time()
        ends_at = asked_at + question.total_s
        async with running(_key(self._line, self._keys)) as (digit,):
            while not digit.done():
                listening.changed.clear()
                pause = 0.0 if listening.final else self._looked_at + PARTIAL_S - self._loop.time()
                if pause < MOMENT_S and self.enough():
                    return None
                if listening.failed:
                    return None
                self._decode_again()
                spoke_at = listening.last_word_at
                quiet_at = (
                    asked_at + question.first_word_s
                    if spoke_at is None
                    else max(spoke_at, asked_at) + question.silence_s
                )
                left = min(ends_at, quiet_at) - self._loop.time()
                if left < MOMENT_S:
                    return None
                left = min(left, pause) if pause >= MOMENT_S else left
                async with running(listening.changed.wait()) as (changed,):
                    await asyncio.wait({digit, changed}, timeout=left, return_when=asyncio.FIRST_COMPLETED)
            pressed: str = digit.result()
            return pressed

    def _decode_again(self) -> None:
        """While the caller is silent after an utterance, nobody waits for it."""
        idle = self._again is None or self._again.done()
        if idle and self._listening.final and self._listening.utterances > self._decoded:
            self._again = asyncio.create_task(self.second_pass())  # cancelled in `until_over`


async def _key(line: Line, keys: Container[str]) -> str:
    while (digit := await line.digit(LONG_S)) is None or digit not in keys:
        pass
    return digit


@asynccontextmanager
async def _recogniser(
    ears: Ears, language: str, phrases: Sequence[str] | None, spare: Sequence[str] | None
) -> AsyncIterator[Recogniser]:
    """A recogniser of the pool. Raises SpeechErrors only: whatever else an engine raises, or its slowness, is Dead."""
    opening = ears.open(language, phrases, spare=spare, kind="call")
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
