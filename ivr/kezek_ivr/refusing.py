"""Closed, or full: told so in the caller's language and counted (REFUSED), never silent. An emergency never is."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

from kezek_ivr.closing import EndCall
from kezek_ivr.conversation import EMERGENCY, Conversation
from kezek_ivr.dialogue import Dialogue
from kezek_ivr.greeting import CUT_SHORT_S
from kezek_ivr.hours import Calendar, opening_prompts
from kezek_ivr.instead import Instead
from kezek_ivr.telling import Telling
from kezek_queue.types import End
from kezek_telephony.types import HungUp, TelephonyError


class Refusing:
    """Who hangs up while he is told has been refused all the same: he had no place that he could have given up."""

    def __init__(
        self, dialogue: Dialogue, telling: Telling, instead: Instead, calendar: Calendar | None, end: EndCall
    ) -> None:
        self._dialogue, self._telling, self._instead = dialogue, telling, instead
        self._calendar, self._end = calendar, end

    async def passes_hours(self, talk: Conversation, now: float) -> bool:
        """False: it is closed (`now`, unix seconds), the caller has been told when it opens; the call has its end."""
        calendar = self._calendar
        if calendar is None or talk.priority == EMERGENCY or calendar.is_open(talk.queue, now):
            return True
        words = self._dialogue.closed
        opens = opening_prompts(calendar.opens(talk.queue, now), datetime.fromtimestamp(now, calendar.zone))
        talk.story.tell("closed")
        try:
            digit = await self._tell(talk, words.answer_s, words.closed, *opens, words.emergency)
            if self._hurries(talk, digit):
                return True
        except HungUp:
            pass
        await self._farewell(talk)
        return False

    async def passes_full(self, talk: Conversation) -> bool:
        """False: the caller has been told, offered a callback where that may be, and the call has its end."""
        words = self._dialogue.in_line
        talk.story.tell("full")
        try:
            if not self._telling.may_call_back(talk):
                digit = await self._tell(talk, CUT_SHORT_S, words.full)
            else:
                offer = self._telling.callback_offer(talk)
                digit = await self._tell(talk, self._dialogue.callback.answer_s, words.full, *offer)
            if digit == self._dialogue.callback.digit and talk.callback_offered:
                number = await self._instead.agree(talk)
                if number != self._dialogue.emergency_digit and number and await self._instead.commit(talk, number):
                    return False
                digit = number
            if self._hurries(talk, digit):
                return True
        except HungUp:
            pass
        await self._farewell(talk, words.call_later)
        return False

    async def _tell(self, talk: Conversation, answer_s: float, *prompts: str) -> str | None:
        cut = await talk.line.play(*prompts, language=talk.language)
        return await talk.line.digit(CUT_SHORT_S if cut else answer_s)

    def _hurries(self, talk: Conversation, digit: str | None) -> bool:
        if digit != self._dialogue.emergency_digit:
            return False
        talk.priority, talk.straight = EMERGENCY, True
        return True

    async def _farewell(self, talk: Conversation, *prompts: str) -> None:
        await self._end(talk, End.REFUSED)
        with suppress(TelephonyError):
            await talk.line.play(*prompts, self._dialogue.goodbye, language=talk.language)
            await talk.line.hang_up()
