"""We have called a citizen, and somebody picked up: is it he, and does he still want to speak?"""

from __future__ import annotations

import asyncio
from contextlib import suppress

import structlog

from kezek_ivr.closing import EndCall
from kezek_ivr.conversation import EMERGENCY, Conversation
from kezek_ivr.dialogue import Dialogue
from kezek_ivr.settings import ReceptionSettings
from kezek_ivr.steady import QueueAway, steady
from kezek_queue.types import Call, End, QueueError, Queues
from kezek_telephony.types import TelephonyError

log = structlog.get_logger(__name__)


class CalledBack:
    """A line that we have dialled. Its offer reserves an operator; who joins under it rings that operator, and
    one whose offer has lapsed meanwhile waits like any caller, at his old place."""

    def __init__(self, queues: Queues, dialogue: Dialogue, settings: ReceptionSettings, end: EndCall) -> None:
        self._queues, self._dialogue, self._settings, self._end = queues, dialogue, settings, end

    async def joins(self, talk: Conversation, standing: Call) -> bool:
        """False: the call is over, for now (an answering machine) or for good. Raises HungUp: see `not_reached`."""
        talk.joined, talk.offer = False, standing.offer
        self._note(talk, joined=False)
        words, emergency = self._dialogue.called_back, self._dialogue.emergency_digit
        await self.renew(talk)
        loop = asyncio.get_running_loop()
        prompts = (words.hello, words.join, f"press/{words.join_digit}", words.no_need, f"press/{words.no_need_digit}")
        await talk.line.play(*prompts, language=talk.language)
        until = loop.time() + words.answer_s
        while (left := until - loop.time()) > 0:
            digit = await talk.line.digit(left)
            if digit == words.no_need_digit:
                await self._end(talk, End.INFORMED)
                await self.farewell(talk, words.thanks)
                return False
            if digit in (words.join_digit, self._dialogue.operator_digit, emergency):
                if digit == emergency:
                    talk.priority = EMERGENCY
                await self._join(talk)
                return True
        await self.not_reached(talk, "no_key")  # an answering machine
        await self.farewell(talk)
        return False

    async def not_reached(self, talk: Conversation, reason: str) -> None:
        """An attempt that did not reach him: the operator is ready as before, the callback later."""
        talk.story.tell("called_back", reached=False, reason=reason)
        try:
            await steady(
                lambda: self._queues.postpone(talk.call, talk.offer, reason),
                limit=self._settings.closing_limit_s,
                what="postpone",
            )
        except (QueueAway, QueueError) as error:  # its lease ran out: it waits at its place, to be dialled again
            log.warning("callback.not_postponed", call=talk.call, code=error.code)

    async def farewell(self, talk: Conversation, *prompts: str) -> None:
        with suppress(TelephonyError):
            if prompts:
                await talk.line.play(*prompts, language=talk.language)
            await talk.line.hang_up()

    async def renew(self, talk: Conversation) -> None:
        """The reserved operator is ours for as long as asking and ringing take."""
        limit, lease_s = self._settings.queue_limit_s, self._settings.called_back_lease_s
        try:
            await steady(lambda: self._queues.renew(talk.call, talk.offer, lease_s), limit=limit, what="renew")
        except QueueError as error:
            log.info("callback.not_reserved", call=talk.call, code=error.code)

    async def _join(self, talk: Conversation) -> None:
        talk.joined = True
        self._note(talk, joined=True)
        talk.story.tell("called_back", reached=True)
        await self.renew(talk)
        await talk.line.play(self._dialogue.called_back.joining, language=talk.language, stop_on_digit=False)
        await talk.line.music()

    def _note(self, talk: Conversation, *, joined: bool) -> None:
        known = talk.keeper.notes.get("callback")
        talk.keeper.set_callback({"of": known["of"] if known else "", "joined": joined})
