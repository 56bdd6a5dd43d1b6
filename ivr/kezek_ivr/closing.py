"""How a call is closed: the operator's wrap-up, the one end, goodbye; or an apology before the fallback takes it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from uuid import uuid4

import structlog

from kezek_ivr.conversation import Conversation
from kezek_ivr.dialogue import Dialogue
from kezek_ivr.forgotten import Forgotten
from kezek_ivr.in_talk import is_given_away
from kezek_ivr.settings import ReceptionSettings
from kezek_ivr.side_tasks import running
from kezek_ivr.steady import QueueAway, steady
from kezek_queue.types import End, QueueError, Queues, Stale, Unknown
from kezek_telephony.types import HungUp, TelephonyError

EndCall = Callable[[Conversation, End], Awaitable[None]]

log = structlog.get_logger(__name__)


class Closing:
    def __init__(self, queues: Queues, dialogue: Dialogue, settings: ReceptionSettings, forgotten: Forgotten) -> None:
        self._queues, self._dialogue, self._settings, self._forgotten = queues, dialogue, settings, forgotten

    async def close(self, talk: Conversation, *, caller_stays: bool, cut: bool = False) -> None:
        """After the talk: the operator's wrap-up begins, the call has its end; beside it a caller still there hears
        goodbye. First `finish`: were we to die between the two, the operator would be free and the call's end follows
        from its connected_at; the other way round he would be held until somebody notices."""
        async with asyncio.TaskGroup() as both:
            both.create_task(self._finish_and_end(talk, End.CUT if cut else End.ANSWERED))
            if caller_stays:
                both.create_task(self._goodbye(talk))

    async def finish(self, talk: Conversation, *, given_away: bool = False, limit: float | None = None) -> bool:
        """Our operator's part in the talk is over, and he wraps up; the call goes on, outside if given away. False: it
        was over, as the queue has it, for the caller was given to another of ours. `limit`: seconds that a caller may
        wait for it."""
        if not talk.offer or talk.finished == talk.offer:  # he was the first to leave it (see Asides), or it is told
            return True
        if talk.watch.transferred == talk.offer:
            return False
        wrap_up = self._settings.wrap_up_s
        try:
            await self._known(
                talk,
                lambda: self._queues.finish(talk.call, talk.offer, wrap_up=wrap_up, given_away=given_away),
                limit=self._settings.closing_limit_s if limit is None else limit,
                what="finish",
            )
            talk.finished = talk.offer
            talk.story.tell("wrap_up", operator=talk.operator, seconds=wrap_up)
        except Stale:
            return False
        except (QueueAway, QueueError) as error:  # ended, or taken over: `end` and the reconciliation set it right
            log.warning("talk.not_finished", call=talk.call, code=error.code)
        return True

    async def finish_soon(self, talk: Conversation) -> bool:
        """The same, but a Redis that is away shall not keep a caller from the goodbye: it is told then, beside it."""
        return await self.finish(talk, limit=self._settings.leave_limit_s)

    async def given_away(self, talk: Conversation) -> bool:
        """Whether the operator gave the caller to somebody else; also one who hung up the moment after he did so."""
        if talk.watch.transferred == talk.offer != 0:
            return True
        try:
            call = await steady(talk.watch.look, limit=self._settings.leave_limit_s, what="look")
        except (QueueAway, QueueError):
            return False
        return is_given_away(call, talk)

    async def end(self, talk: Conversation, end: End) -> None:
        """The call's one end. Nobody waits for it, so that Redis has time to come back; past that, the reconciliation
        with Asterisk's channels ends it."""
        key = uuid4().hex
        if end is End.ABANDONED and talk.talked:
            end = End.ANSWERED  # the line counts so itself, unless it has forgotten the talk
        try:
            await self._known(
                talk,
                lambda: self._queues.end(talk.call, end, key=key),
                limit=self._settings.closing_limit_s,
                what="end",
            )
        except (QueueAway, QueueError) as error:
            log.error("end.not_told", call=talk.call, code=error.code)
        talk.story.tell("ended", end=str(end))

    async def give_up(self, talk: Conversation) -> bool:
        """Out of the line, beside an apology; False when the caller left meanwhile. A talk is left in peace."""
        if talk.connected:
            return True
        async with running(self._leave(talk)) as (leaving,):
            stays = await self._apologise(talk)
            await asyncio.wait({leaving})
        return stays

    async def _known(
        self, talk: Conversation, verb: Callable[[], Awaitable[object]], *, limit: float, what: str
    ) -> None:
        """Also to a line that came back empty. Raises QueueErrors and QueueAway."""
        try:
            await steady(verb, limit=limit, what=what)
        except Unknown:
            await self._forgotten.tell(talk)
            await steady(verb, limit=limit, what=what)

    async def _finish_and_end(self, talk: Conversation, end: End) -> None:
        await self.finish(talk)
        await self.end(talk, end)

    async def _goodbye(self, talk: Conversation) -> None:
        with suppress(TelephonyError):
            await talk.line.play(self._dialogue.goodbye, language=talk.language)
            await talk.line.hang_up()

    async def _leave(self, talk: Conversation) -> None:
        """Nobody rings for this caller now: an offer to him would lapse, and its operator be paused for nothing."""
        try:
            await steady(lambda: self._queues.leave(talk.call), limit=self._settings.leave_limit_s, what="leave")
        except (QueueAway, QueueError) as error:
            log.warning("call.not_out_of_line", call=talk.call, code=error.code)

    async def _apologise(self, talk: Conversation) -> bool:
        try:
            language = talk.language or self._dialogue.language.default
            await talk.line.play(self._dialogue.sorry, language=language)
        except HungUp as left:
            await self.end(talk, End.CUT if left.cut else End.ABANDONED)
            return False
        except TelephonyError as error:
            log.warning("call.no_apology", call=talk.call, code=error.code)
        return True


def end_of(left: HungUp) -> End:
    """Of a caller who is gone before any talk that we know of: cut by the exchange, served unseen, or given up."""
    if left.cut:
        return End.CUT
    return End.ANSWERED if left.talked else End.ABANDONED
