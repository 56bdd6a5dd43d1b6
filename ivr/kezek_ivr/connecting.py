"""One offer carried out: the operator's phone rings, somebody talks or nobody picks up, and the queue is told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

import structlog

from kezek_ivr.conversation import Conversation
from kezek_ivr.settings import ReceptionSettings
from kezek_ivr.side_tasks import running
from kezek_ivr.steady import QueueAway, steady
from kezek_ivr.watch import Offered
from kezek_queue.types import End, NotAllowed, QueueError, Queues, Stale, Unknown
from kezek_telephony.types import (
    Connected,
    HungUp,
    LineLost,
    NotTaken,
    Ringing,
    RingStep,
    Switchboard,
    TalkEnded,
    TelephonyError,
)

log = structlog.get_logger(__name__)

LINK_DOWN = "link_down"  # of a NotTaken of ours: the exchange did not answer, the operator is not to blame
STALE = "stale"


class Connecting:
    def __init__(self, board: Switchboard, queues: Queues, settings: ReceptionSettings) -> None:
        self._board, self._queues, self._settings = board, queues, settings

    async def attempt(self, talk: Conversation, offered: Offered) -> TalkEnded | NotTaken:
        """Ring and follow it to its end; the queue knows the outcome when this returns, but for a talk's end.

        Raises HungUp when the caller leaves before the talk, and TelephonyError when the exchange is lost in the talk.
        """
        try:
            outcome = await self._ring(talk, offered)
        except (HungUp, LineLost):
            raise
        except TelephonyError as error:
            if talk.connected:
                raise
            log.warning("ring.failed", call=talk.call, code=error.code)
            outcome = NotTaken(LINK_DOWN)
        if isinstance(outcome, NotTaken):
            talk.story.tell("not_taken", operator=offered.operator, reason=outcome.reason)
            await self._decline(talk, offered, outcome.reason)
        return outcome

    async def _ring(self, talk: Conversation, offered: Offered) -> TalkEnded | NotTaken:
        loop = asyncio.get_running_loop()
        left = offered.deadline - self._settings.lease_margin_s - loop.time()
        if left < 1:
            return NotTaken(STALE)

        def still_ours() -> bool:
            return talk.watch.offered is offered and loop.time() < offered.deadline - self._settings.lease_margin_s

        steps = self._board.ring(
            talk.line,
            phone=offered.phone,
            offer=offered.offer,
            seconds=min(self._settings.ring_s, int(left)),
            still_ours=still_ours,
        )
        outcome: TalkEnded | NotTaken = NotTaken(STALE)
        async with running(self._stop_when_gone(talk, offered)) as (stopping,):
            async for step in steps:
                match step:
                    case Ringing():
                        talk.story.tell("ringing", operator=offered.operator, phone=offered.phone)
                    case Connected():
                        stopping.cancel()
                        talk.connected, talk.operator, talk.offer = True, offered.operator, offered.offer
                        talk.story.tell("connected", operator=offered.operator)
                        break
                    case TalkEnded() | NotTaken():
                        outcome = step  # the last step; the attempt is over when the iteration is
        return await self._talk(talk, offered, steps) if talk.connected else outcome

    async def _talk(self, talk: Conversation, offered: Offered, steps: AsyncIterator[RingStep]) -> TalkEnded:
        """From the first word to the last. However the line ends now, the call was answered."""
        began = asyncio.get_running_loop().time()
        ended: TalkEnded | None = None
        async with running(self._confirm(talk, offered)) as (confirming,):
            try:
                async for step in steps:
                    if isinstance(step, TalkEnded):
                        ended = step
            except HungUp:
                pass
            await asyncio.wait({confirming}, timeout=self._settings.closing_limit_s)
        return ended or TalkEnded(asyncio.get_running_loop().time() - began, caller_stays=False)

    async def _confirm(self, talk: Conversation, offered: Offered) -> None:
        """Tell the queue that they talk; beside the talk, which waits for nobody."""
        limit = self._settings.closing_limit_s
        try:
            await steady(lambda: self._queues.accept(talk.call, offered.offer), limit=limit, what="accept")
            await steady(lambda: self._queues.connect(talk.call, offered.offer), limit=limit, what="connect")
        except (Stale, NotAllowed, Unknown):
            # The lease ran out in the moment of picking up. They do talk: the call must be offered to nobody else.
            log.warning("talk.unfenced", call=talk.call, operator=offered.operator)
            await self._end_answered(talk)
        except QueueAway:
            log.error("talk.not_told", call=talk.call)

    async def _end_answered(self, talk: Conversation) -> None:
        limit = self._settings.closing_limit_s
        try:
            await steady(lambda: self._queues.end(talk.call, End.ANSWERED), limit=limit, what="end")
        except (QueueAway, QueueError) as error:
            log.error("end.not_told", call=talk.call, code=error.code)

    async def _decline(self, talk: Conversation, offered: Offered, reason: str) -> None:
        """Back to the same place; the operator is paused unless the failure was ours."""
        talk.watch.forget(offered.offer)
        pause = reason not in (STALE, LINK_DOWN)
        with suppress(Stale, NotAllowed, Unknown):  # somebody else took the offer back: the desk, or the lease's end
            await steady(
                lambda: self._queues.decline(talk.call, offered.offer, reason, pause=pause),
                limit=self._settings.queue_limit_s,
                what="decline",
            )

    async def _stop_when_gone(self, talk: Conversation, offered: Offered) -> None:
        """The offer was taken back while it rings (declined on the screen, lapsed, desk lost): stop the phone."""
        while talk.watch.offered is offered:
            talk.watch.changed.clear()
            await talk.watch.changed.wait()
        try:
            await self._board.stop_ringing(talk.line)
        except TelephonyError as error:  # then it rings to its own end, which is soon
            log.warning("ring.not_stopped", call=talk.call, code=error.code)
