"""A manager dials the service's own number from his telephone and speaks a bulletin: it is kept as a draft."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

import structlog

from kezek_ivr.dialogue import Dialogue
from kezek_ivr.patience import within
from kezek_ivr.ports import Dictations
from kezek_ivr.side_tasks import running
from kezek_telephony.types import HungUp, Line, TelephonyError

log = structlog.get_logger(__name__)

NUMBER = "*44"  # as the dialplan has it, for telephones of ours alone
END = "#"
LIMIT_S = 5.0  # of the register
LONGEST_S = 59.0
A_SECOND = 16_000  # bytes: 16-bit mono at 8 kHz
LEAST = A_SECOND  # less than that is a press by mistake


class Dictating:
    def __init__(self, dictations: Dictations, dialogue: Dialogue) -> None:
        self._dictations, self._dialogue = dictations, dialogue

    async def serve(self, line: Line) -> None:
        """To its end. Whose telephone it is, the dialplan says in place of a name. Raises LineLost."""
        words, phone = self._dialogue.dictating, line.arrival.caller_name
        language = await within(self._dictations.language(phone), None, LIMIT_S, "dictation")
        if language is None:
            log.warning("dictation.refused")
            await self._farewell(line, words.refused, self._dialogue.language.default)
            return
        sound = bytearray()
        try:
            await self._take(line, sound, language)
        except HungUp:  # he has said what he had to say
            await self._kept(phone, language, sound)
            return
        await self._farewell(line, await self._kept(phone, language, sound), language)

    async def _take(self, line: Line, sound: bytearray, language: str) -> None:
        """Until END, for a minute at most. Raises HungUp."""
        loop = asyncio.get_running_loop()
        begun = asyncio.Event()
        async with line.listen() as frames, running(_collect(frames, begun, sound)):
            await line.play(self._dialogue.dictating.hello, language=language, stop_on_digit=False)
            begun.set()
            until = loop.time() + LONGEST_S
            while (left := until - loop.time()) > 0:
                if await line.digit(left) == END:
                    return

    async def _kept(self, phone: str, language: str, sound: bytearray) -> str:
        """The prompt that says what became of it."""
        words = self._dialogue.dictating
        if len(sound) < LEAST:
            return words.nothing
        said = bytes(sound[: int(LONGEST_S) * A_SECOND])
        id = await within(self._dictations.keep(phone, language, said), 0, LIMIT_S, "dictation")
        log.info("dictation.kept", bulletin=id, seconds=round(len(said) / A_SECOND, 1))
        return words.kept if id else words.lost

    async def _farewell(self, line: Line, prompt: str, language: str) -> None:
        with suppress(TelephonyError):
            await line.play(prompt, language=language)
            await line.hang_up()


async def _collect(frames: AsyncIterator[bytes], begun: asyncio.Event, sound: bytearray) -> None:
    """What is said while he hears what to do is not of it."""
    async for frame in frames:
        if begun.is_set():
            sound += frame
