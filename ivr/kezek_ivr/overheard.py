"""Beside a talk: what both say becomes words and fields of the call's notes, while they speak.

Nothing here may hurt the talk: without a recogniser, or with a dead one, the notes say why nothing is heard. The notes
are written by compare and set (see `keeping.rework`), and what an operator mends is kept in a file of its own.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from typing import Any, cast

import structlog

from kezek_ivr.conversation import Conversation
from kezek_ivr.keeping import rework
from kezek_ivr.lookups import Lookups
from kezek_ivr.settings import ReceptionSettings
from kezek_ivr.side_tasks import running
from kezek_ivr.talk_fields import TalkFields
from kezek_ivr.transcript import Side, Transcript
from kezek_ivr.two_passes import decoded_again
from kezek_ivr.types import Unheard
from kezek_queue.types import Queues
from kezek_speech.types import Dead, Ears, Full, NoModel, Phrasebook, Recogniser, SpeechError, Word
from kezek_telephony.types import Switchboard

log = structlog.get_logger(__name__)

OPEN_S = 2.0  # a recogniser is there within this, or it counts as dead
AGAIN_S = 15.0  # after one that was full or died
GATHER_S = 0.35  # at most three writes a second for each call
LAST_WORDS_S = 0.5  # the last utterances' final words follow the end of a talk within this


class Hearing:
    """What all talks of a node hear with. `clock`: unix seconds."""

    def __init__(
        self,
        board: Switchboard,
        ears: Ears,
        phrasebooks: Mapping[str, Phrasebook],
        queues: Queues,
        lookups: Lookups,
        settings: ReceptionSettings,
        clock: Callable[[], float],
    ) -> None:
        self.board, self.ears, self.phrasebooks, self.queues = board, ears, phrasebooks, queues
        self.lookups, self.settings, self.clock = lookups, settings, clock
        self._spare: dict[str, tuple[Phrasebook, list[str]]] = {}

    def spare(self, language: str) -> list[str] | None:
        """Streets and numbers, for a recogniser that has to make room; made once for each state of the town."""
        if (book := self.phrasebooks.get(language)) is None:
            return None
        if language not in self._spare or self._spare[language][0] is not book:
            self._spare[language] = (book, book.phrases("address"))
        return self._spare[language][1]

    def of(self, talk: Conversation, apart: Callable[[], bool]) -> Overheard:
        """`apart`: they do not hear each other now; what is said then is not for these notes."""
        return Overheard(self, talk, apart)


class Overheard:
    """One talk. `attend` for as long as it lasts, then `settle`."""

    def __init__(self, means: Hearing, talk: Conversation, apart: Callable[[], bool]) -> None:
        self._means, self._talk, self._apart = means, talk, apart
        self._transcript = Transcript()
        self._fields: TalkFields | None = None
        self._noted: Unheard = ""  # before the talk
        self._unheard: Unheard | None = None  # None: as the notes have it
        self._over = False
        self._open: dict[Side, Recogniser] = {}
        self._dirty, self._caller_heard, self._silent = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def attend(self) -> None:
        """Never fails: the talk is more."""
        if (how := self._means.settings.in_talk) == "off":
            return
        try:
            await self._begin()
            hearing = [self._hear("caller"), *([self._hear("operator")] if how == "both" else [])]
            async with running(*hearing):
                while True:
                    await self._dirty.wait()
                    await self._write()
                    await asyncio.sleep(GATHER_S)
        except Exception as error:  # noqa: BLE001 - see above
            log.warning("overhearing.failed", call=self._talk.call, error=type(error).__name__)

    async def settle(self) -> None:
        """The talk is over: its last words, as far as they come at once."""
        self._over = True
        with suppress(TimeoutError):
            async with asyncio.timeout(LAST_WORDS_S):
                while self._open:
                    for recogniser in self._open.values():
                        recogniser.flush()
                    self._silent.clear()
                    await self._silent.wait()
        if self._dirty.is_set():
            await self._write()

    async def _begin(self) -> None:
        notes: Mapping[str, Any] = self._talk.keeper.notes
        with suppress(Exception):  # the line is away: what this node knows will do
            async with asyncio.timeout(self._means.settings.notes_limit_s):
                notes = await self._means.queues.notes(self._talk.call) or notes
        self._transcript = Transcript(notes.get("words", ()))
        self._noted = notes.get("unheard", "")
        if (book := self._means.phrasebooks.get(self._talk.language)) is not None:
            fields = cast(Any, notes.get("fields", {}))
            self._fields = TalkFields(fields, book, self._means.lookups, self._talk.language, self._means.clock)

    # --- hearing ----------------------------------------------------------------------------------------------------

    async def _hear(self, side: Side) -> None:
        """One side, again after a while when there was no room. The caller comes first."""
        if side == "operator":
            await self._caller_heard.wait()
        while True:
            try:
                await self._listen(side)
                return None  # there is no more sound
            except NoModel:
                return self._say_unheard(side, "no_model")
            except Full:
                self._say_unheard(side, "recogniser_full")
            except Exception as error:  # noqa: BLE001 - a recogniser of any engine may fail in any way
                log.warning("overhearing.recogniser_failed", error=type(error).__name__)
                self._say_unheard(side, "recogniser_dead")
            await asyncio.sleep(AGAIN_S)

    async def _listen(self, side: Side) -> None:
        async with self._recogniser() as recogniser, self._sound(side) as frames:
            self._open[side] = recogniser
            if side == "caller":
                self._caller_heard.set()
                if (self._unheard or self._noted) not in ("", "silence"):
                    self._say_unheard(side, "")
            try:
                async with running(self._pump(frames, recogniser)) as (pump,):
                    async for heard in recogniser:
                        self._take(side, heard.words, final=heard.final)
                        if side == "caller" and heard.final:
                            await self._second_pass(recogniser, heard.words)
                    if not (self._over or (pump.done() and pump.result())):
                        raise Dead  # the recogniser, or the sound before its first frame
            finally:
                del self._open[side]
                self._silent.set()

    async def _second_pass(self, recogniser: Recogniser, words: Sequence[Word]) -> None:
        """An address in doubt is heard once more, by a grammar of this town; meanwhile the talk's sound is kept."""
        phrases = self._means.spare(self._talk.language)
        if self._fields is not None and phrases and self._fields.doubtful(words):
            self._fields.heard_again(words, await decoded_again(recogniser, phrases))
            self._dirty.set()

    async def _pump(self, frames: AsyncIterator[bytes], recogniser: Recogniser) -> bool:
        """Whether there was any sound."""
        sounded = False
        async for frame in frames:
            sounded = True
            recogniser.push(bytes(len(frame)) if self._apart() else frame)
        recogniser.flush()
        return sounded

    def _take(self, side: Side, words: Sequence[Word], *, final: bool) -> None:
        now = self._means.clock()
        self._transcript.hear(side, " ".join(word.text for word in words), final=final, at=now)
        if self._fields is not None and (final or side == "caller"):
            self._fields.heard(side, words, final=final)
        if side == "caller" and words:
            self._unheard = ""
        self._dirty.set()

    def _say_unheard(self, side: Side, why: Unheard) -> None:
        if side == "caller":
            self._unheard = why
            self._dirty.set()

    def _sound(self, side: Side) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
        line = self._talk.line
        return line.listen() if side == "caller" else self._means.board.overhear(line)

    @asynccontextmanager
    async def _recogniser(self) -> AsyncIterator[Recogniser]:
        """Raises SpeechErrors only: whatever else an engine raises, or its slowness, is Dead."""
        language = self._talk.language
        opening = self._means.ears.open(language, spare=self._means.spare(language), kind="talk")
        try:
            async with asyncio.timeout(OPEN_S):
                recogniser = await opening.__aenter__()
        except (SpeechError, asyncio.CancelledError):
            raise
        except Exception as error:
            raise Dead from error
        try:
            yield recogniser
        finally:
            with suppress(Exception):
                await opening.__aexit__(None, None, None)

    # --- writing ----------------------------------------------------------------------------------------------------

    async def _write(self) -> None:
        self._dirty.clear()
        if self._fields is not None:
            await self._fields.check()
        limit = self._means.settings.queue_limit_s
        await rework(self._means.queues, self._talk.call, limit, lambda _: self._told())
        self._talk.keeper.notes.update(cast(Any, self._told()))  # for a line that comes back empty

    def _told(self) -> dict[str, Any]:
        told: dict[str, Any] = {"words": self._transcript.entries()}
        if self._fields is not None:
            told["fields"] = self._fields.fields
            if self._fields.emergency:
                told["emergency"] = self._talk.keeper.notes.get("emergency", {"how": "words"})
        if self._unheard is not None:
            told["unheard"] = self._unheard
        return told
