"""A callback instead of waiting: on which number, agreed, put into the line at the caller's place, told."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any
from uuid import uuid4

import structlog

from kezek_ivr.conversation import Conversation
from kezek_ivr.dialogue import Dialogue
from kezek_ivr.keying import keyed
from kezek_ivr.settings import ReceptionSettings
from kezek_ivr.steady import QueueAway, steady
from kezek_queue.types import End, QueueError, Queues
from kezek_register.phones import e164
from kezek_telephony.types import TelephonyError

log = structlog.get_logger(__name__)


class Instead:
    def __init__(self, queues: Queues, dialogue: Dialogue, settings: ReceptionSettings) -> None:
        self._queues, self._dialogue, self._settings = queues, dialogue, settings

    async def agree(self, talk: Conversation) -> str:
        """The number to call, E.164 where it can be; '' for a caller who goes on waiting, the emergency's digit for one
        who pressed it. A single digit is a command when nothing follows it. Raises HungUp, LineLost."""
        words, emergency = self._dialogue.callback, self._dialogue.emergency_digit
        caller = talk.line.arrival.caller or ""
        number = e164(caller) or caller
        agree = f"press/{words.agree_digit}"
        prompts: tuple[str, ...] = (words.this_number, agree, words.other_number)
        for _ in range(1 + words.rounds):
            keys = await self._keys(talk, prompts)
            if keys == words.agree_digit and number:
                return number
            if keys == emergency:
                return emergency
            if len(keys) < 2:
                return ""
            number = e164(keys) or ""
            digits = tuple(f"number/{digit}" for digit in number if digit.isdecimal())
            prompts = (words.keyed, *digits, words.right, agree, words.other_number) if number else (words.wrong,)
        return ""

    async def commit(self, talk: Conversation, number: str) -> bool:
        """Into the line; the caller is told and hung up. False when the line would not have it: he goes on waiting."""
        key, notes = uuid4().hex, dict(talk.keeper.notes)
        try:
            callback = await steady(
                lambda: self._queues.callback(
                    talk.call,
                    caller=number,
                    queue=talk.queue,
                    priority=talk.priority,
                    skills=talk.skills,
                    place_since=talk.place_since,
                    key=key,
                ),
                limit=self._settings.queue_limit_s,
                what="callback",
            )
        except (QueueAway, QueueError) as error:
            log.warning("callback.not_taken", call=talk.call, code=error.code)
            return False
        await self._end(talk)
        if callback.of == talk.call:  # else he had asked before, and what is known stands there
            await self._note(callback.call, {**notes, "caller": number, "callback": {"of": talk.call, "joined": False}})
        talk.story.tell("callback_asked", position=talk.position)
        talk.story.tell("ended", end=str(End.CALLBACK))
        with suppress(TelephonyError):
            await talk.line.play(self._dialogue.callback.told, self._dialogue.goodbye, language=talk.language)
            await talk.line.hang_up()
        return True

    async def _note(self, call: str, notes: Mapping[str, Any]) -> None:
        limit = self._settings.notes_limit_s
        with suppress(QueueAway, QueueError):  # the place is sure; who calls and why was copied by the queue itself
            await steady(lambda: self._queues.note(call, notes), limit=limit, what="note")

    async def _end(self, talk: Conversation) -> None:
        """A call that waited has its end with the callback; one that was refused a place gets it here."""
        try:
            await steady(
                lambda: self._queues.end(talk.call, End.CALLBACK), limit=self._settings.closing_limit_s, what="end"
            )
        except (QueueAway, QueueError) as error:
            log.error("end.not_told", call=talk.call, code=error.code)

    async def _keys(self, talk: Conversation, prompts: tuple[str, ...]) -> str:
        words, between_s = self._dialogue.callback, self._dialogue.limits.digit_s
        return await keyed(talk.line, prompts, language=talk.language, answer_s=words.answer_s, between_s=between_s)
