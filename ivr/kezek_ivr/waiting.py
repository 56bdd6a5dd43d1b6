"""The call in the waiting line: placed, told its place from time to time, with music, until it is offered."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any, TypeVar
from uuid import uuid4

import structlog

from kezek_ivr.conversation import EMERGENCY, Conversation
from kezek_ivr.dialogue import Dialogue
from kezek_ivr.forgotten import Forgotten
from kezek_ivr.instead import Instead
from kezek_ivr.keeping import amend
from kezek_ivr.recording import Recorder
from kezek_ivr.settings import ReceptionSettings
from kezek_ivr.side_tasks import running
from kezek_ivr.steady import steady
from kezek_ivr.telling import Telling
from kezek_ivr.waiting_news import News, WaitingNews
from kezek_ivr.watch import Offered
from kezek_queue.types import CallState, Full, NotAllowed, Queues, Unknown, Waiting

log = structlog.get_logger(__name__)

T = TypeVar("T")

MOMENT_S = 0.01  # the shortest wait: a timer may fire early by the clock's resolution
FOLLOW_LIMIT_S = 1.0  # events that cannot be followed by then are polled for


class EndedElsewhere(Exception):
    """The queue has counted this call as over while the caller is still here: only the fallback can serve him."""

    code = "ended_elsewhere"


class WaitingRoom:
    def __init__(
        self,
        queues: Queues,
        dialogue: Dialogue,
        settings: ReceptionSettings,
        telling: Telling,
        instead: Instead,
        recorder: Recorder,
        forgotten: Forgotten,
        news: WaitingNews,
    ) -> None:
        self._forgotten, self._news = forgotten, news
        self._queues, self._dialogue, self._settings = queues, dialogue, settings
        self._telling, self._instead, self._recorder = telling, instead, recorder

    async def place(self, talk: Conversation) -> None:
        """Into the line, or to a higher priority in it. Raises Full, QueueAway, EndedElsewhere."""
        await talk.watch.following(FOLLOW_LIMIT_S)
        talk.watch.asked_at = asyncio.get_running_loop().time()
        waiting = await self._place(talk)
        if talk.priority > talk.line.arrival.priority:  # for whoever takes the call over, should Redis come back empty
            await talk.line.remember(PRIORITY=str(talk.priority))
        talk.position = waiting.position
        talk.story.tell("place", position=waiting.position, queue=waiting.queue, priority=waiting.priority)
        if talk.watch.offered is None:
            await self._look(talk)  # somebody may be free already: then no place is worth telling

    async def again(self, talk: Conversation) -> None:
        """An operator has given the caller to somebody else: in the line once more, told so. Raises as `place`."""
        talk.connected, talk.passed_on = False, True
        talk.watch.forget(talk.offer)
        talk.told_wait.forget()
        await talk.line.music()
        await self._recorder.rest(talk)
        await steady(talk.watch.read_clock, limit=self._settings.queue_limit_s, what="clock")
        call = await steady(talk.watch.look, limit=self._settings.queue_limit_s, what="look")
        talk.priority = call.priority
        talk.stands(call)
        await self.place(talk)

    async def offer(self, talk: Conversation, *, tell_place: bool) -> Offered | None:
        """Wait for an offer, with music; the place is told at once (`tell_place`), then every settings.place_every_s,
        and what goes on at his house as soon as it is known.

        None when he is called back instead, or knows enough: he has been told, and the call has its end. Raises HungUp,
        LineLost, QueueAway, EndedElsewhere.
        """
        loop = asyncio.get_running_loop()
        first, told_at = tell_place, loop.time()
        looked_at = loop.time()
        while talk.watch.offered is None:
            if talk.watch.ended:
                await self._gone_or_ended(talk)
            if first or loop.time() >= told_at + self._settings.place_every_s:
                await self._tell_place(talk, first=first)
                first, told_at = False, loop.time()
                continue
            if (news := self._news.of(talk)) is not None:
                if await self._tell_news(talk, news):
                    return None
                continue
            due = min(told_at + self._settings.place_every_s, looked_at + self._settings.poll_s)
            if await self._digit(talk, await self._idle(talk, due - loop.time())):
                return None
            if talk.watch.unsure or loop.time() >= looked_at + self._settings.poll_s:
                await self._look(talk)
                looked_at = loop.time()
        return talk.watch.offered

    async def rest(self, talk: Conversation, seconds: float) -> None:
        """Do nothing for so long, but notice a caller who leaves. Raises HungUp, LineLost."""
        await talk.line.digit(seconds)

    async def _idle(self, talk: Conversation, seconds: float) -> str | None:
        """Until something changes, a digit (returned) or the time is over. Raises HungUp, LineLost."""
        talk.watch.changed.clear()
        return await talk.watch.changed.or_(talk.line.digit(max(seconds, MOMENT_S)))

    async def _digit(self, talk: Conversation, digit: str | None) -> bool:
        """What a digit means in the line. True: he is called back instead."""
        if digit == self._dialogue.emergency_digit:
            await self._hurry(talk)
        elif digit == self._dialogue.recording.refuse_digit:
            await self._recorder.refuse(talk)
            await talk.line.music()
        elif digit == self._dialogue.callback.digit and talk.callback_offered and talk.priority < EMERGENCY:
            return await self._called_back_instead(talk)
        return False

    async def _called_back_instead(self, talk: Conversation) -> bool:
        """Agree upon a callback, unless an operator is there first."""
        async with running(self._instead.agree(talk), self._offer_comes(talk)) as (agreeing, coming):
            await asyncio.wait({agreeing, coming}, return_when=asyncio.FIRST_COMPLETED)
            if talk.watch.offered is not None:
                return False
            number: str = agreeing.result()
        if number == self._dialogue.emergency_digit:
            await self._hurry(talk)
        elif number and await self._instead.commit(talk, number):
            return True
        await talk.line.music()
        return False

    async def _tell_place(self, talk: Conversation, *, first: bool) -> None:
        position = talk.position
        if not first:
            if self._news.goes_behind(talk):  # the rung has changed since he was told
                await self._behind(talk)
            position = (await self._place(talk)).position
            if talk.watch.offered is not None:
                return
            if position < talk.position:
                talk.position = position
                talk.story.tell("place", position=position, queue=talk.queue, priority=talk.priority)
        told = self._telling.place(talk, position, first=first)
        playing = talk.line.play(*told, language=talk.language, stop_on_digit=False)
        if await self._unless_offered(talk, playing) is not None:
            await talk.line.music()

    async def _tell_news(self, talk: Conversation, news: News) -> bool:
        """True: he knows enough, and the call has its end."""
        digit = await self._unless_offered(talk, self._news.tell(talk, news))
        if digit is not None and self._news.ends(digit):
            await self._news.informed(talk, news, digit)
            return True
        if digit != self._dialogue.emergency_digit:
            self._news.ties(news)
        if digit is None:
            return False
        await talk.line.music()
        if digit != self._dialogue.emergency_digit and self._news.goes_behind(talk):
            await self._behind(talk)
        return await self._digit(talk, digit)

    async def _behind(self, talk: Conversation) -> None:
        waiting = await self._place(talk)
        talk.position = waiting.position  # told anew, from here on
        talk.told_wait.forget()
        talk.story.tell("place", position=waiting.position, queue=waiting.queue, priority=waiting.priority)

    async def _unless_offered(self, talk: Conversation, work: Coroutine[Any, Any, T]) -> T | None:
        """None: an operator was there first, and nobody waits for the end of a prompt."""
        async with running(work, self._offer_comes(talk)) as (doing, coming):
            await asyncio.wait({doing, coming}, return_when=asyncio.FIRST_COMPLETED)
            found: T | None = doing.result() if doing.done() else None
            return found

    async def _offer_comes(self, talk: Conversation) -> None:
        """By its event, or found by looking: events may be lost while he is told or asked something too."""
        while talk.watch.offered is None:
            talk.watch.changed.clear()
            try:
                async with asyncio.timeout(self._settings.poll_s):
                    await talk.watch.changed.wait()
            except TimeoutError:
                with suppress(Exception):  # of Redis, in any way: what he is told goes on, and then it is seen to
                    await talk.watch.look()

    async def _hurry(self, talk: Conversation) -> None:
        if talk.priority != EMERGENCY:
            talk.priority = EMERGENCY
            talk.keeper.set_emergency({"how": "digit"})
            await self.place(talk)
            await amend(self._queues, talk.call, self._settings.notes_limit_s, emergency={"how": "digit"})

    async def _place(self, talk: Conversation) -> Waiting:
        """The place; a call already in the line keeps it, so this asks for it too."""
        key = uuid4().hex
        try:
            return await steady(
                lambda: self._queues.place(
                    talk.call,
                    queue=talk.queue,
                    priority=talk.priority,
                    skills=talk.skills,
                    wanted=talk.wanted,
                    placed_at=talk.placed_at,
                    key=key,
                ),
                limit=self._settings.queue_limit_s,
                what="place",
            )
        except Full:
            raise
        except NotAllowed as error:
            raise EndedElsewhere from error
        except Unknown:
            await self._forgotten.tell(talk)  # the place comes back from the arrival
            return await self._place(talk)

    async def _look(self, talk: Conversation) -> None:
        try:
            call = await steady(talk.watch.look, limit=self._settings.queue_limit_s, what="look")
        except Unknown:
            await self._place(talk)
            return
        talk.stands(call)
        if call.state is CallState.ARRIVED:  # somebody took it for one of the fallback's
            await self._place(talk)

    async def _gone_or_ended(self, talk: Conversation) -> None:
        """The queue says that it is over: mostly the caller has just left, and the line is about to say so."""
        await self.rest(talk, self._settings.poll_s)
        log.error("call.ended_elsewhere", call=talk.call, end=talk.watch.ended)
        raise EndedElsewhere
