"""One offer carried out: phones ring, somebody talks or nobody picks up, and the queue is told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress

import structlog

from kezek_ivr.conversation import Conversation
from kezek_ivr.forgotten import Forgotten
from kezek_ivr.handing import Handing
from kezek_ivr.in_talk import InTalk
from kezek_ivr.overheard import Hearing
from kezek_ivr.ports import Emergencies
from kezek_ivr.recording import Recorder
from kezek_ivr.settings import ReceptionSettings
from kezek_ivr.side_tasks import running
from kezek_ivr.steady import QueueAway, steady
from kezek_ivr.watch import Offered
from kezek_queue.types import NotAllowed, Queues, Stale, Unknown
from kezek_telephony.types import (
    Connected,
    Declined,
    Held,
    HungUp,
    LineLost,
    NotTaken,
    Outside,
    Resumed,
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
    """`finish` tells the queue that a talk is over."""

    def __init__(
        self,
        board: Switchboard,
        queues: Queues,
        settings: ReceptionSettings,
        recorder: Recorder,
        forgotten: Forgotten,
        hearing: Hearing,
        finish: Callable[[Conversation], Awaitable[bool]],
        emergencies: Emergencies | None = None,
    ) -> None:
        self._board, self._queues, self._settings, self._recorder = board, queues, settings, recorder
        self._forgotten, self._hearing, self._finish, self._emergencies = forgotten, hearing, finish, emergencies

    async def attempt(self, talk: Conversation, offered: Offered) -> TalkEnded | NotTaken:
        """Ring and follow it to its end; the queue knows the outcome when this returns, but for a talk's end where it
        was more than a plain one.

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

    async def divert(self, talk: Conversation) -> TalkEnded | NotTaken:
        """Ring `talk.divert_to`, after a talk of ours; an emergency service is told first whom it gets, and its outcome
        is written down. Raises HungUp, LineLost."""
        number, talk.divert_to = talk.divert_to, ""
        talk.story.tell("diverted", to=number)
        handing = Handing(self._emergencies, self._queues, self._settings)
        handed = await handing.begin(talk, number)
        outcome: TalkEnded | NotTaken = NotTaken(LINK_DOWN)
        try:
            async for step in self._board.divert(
                talk.line,
                Outside(number),
                seconds=self._settings.divert_s,
                say=handed.say if handed else (),
                language=handed.language if handed else "",
            ):
                if isinstance(step, TalkEnded | NotTaken):
                    outcome = step
        except (HungUp, LineLost):
            outcome = NotTaken("hung_up")
            raise
        except TelephonyError as error:
            log.warning("divert.failed", call=talk.call, code=error.code)
        finally:
            await handing.end(handed, outcome)
        return outcome

    async def _ring(self, talk: Conversation, offered: Offered) -> TalkEnded | NotTaken:
        loop = asyncio.get_running_loop()
        left = offered.deadline - self._settings.lease_margin_s - loop.time()
        phones = dict(offered.phones)
        if left < 1 or not phones:
            return NotTaken(STALE)

        def still_ours() -> bool:
            return talk.watch.offered is offered and loop.time() < offered.deadline - self._settings.lease_margin_s

        steps = self._board.ring(
            talk.line,
            phones=tuple(phones.values()),
            offer=offered.offer,
            seconds=min(self._settings.ring_s, int(left)),
            still_ours=still_ours,
        )
        outcome: TalkEnded | NotTaken = NotTaken(STALE)
        rung, declined = set(phones), asyncio.Queue[Declined]()
        beside = (self._stop_when_gone(talk, offered, rung), self._tell_declined(talk, offered, declined))
        async with running(*beside) as (stopping, _):
            async for step in steps:
                match step:
                    case Ringing():
                        talk.story.tell("ringing", operator=offered.operator, phone=" ".join(phones))
                    case Declined(phone):
                        rung.discard(phone)
                        offered.phones.pop(phone, None)
                        declined.put_nowait(step)
                    case Connected(phone):
                        stopping.cancel()
                        talk.connected, talk.talked, talk.offer = True, True, offered.offer
                        talk.talks_since = loop.time()
                        talk.operator = await self._who(talk, offered, phone)
                        talk.story.tell("connected", operator=talk.operator)
                        break
                    case TalkEnded() | NotTaken():
                        outcome = step  # the last step; the attempt is over when the iteration is
        return await self._talk(talk, steps, several=len(phones) > 1) if talk.connected else outcome

    async def _tell_declined(self, talk: Conversation, offered: Offered, declined: asyncio.Queue[Declined]) -> None:
        """Each who declined while others ring, as soon as he did. What is not told by the end of the ringing goes as
        the ringing goes: all are declined then, or another one has the call."""
        while True:
            step = await declined.get()
            if login := await self._at(talk, offered, step.phone):
                talk.story.tell("not_taken", operator=login, reason=step.reason)
                with suppress(QueueAway):
                    await self._tell(talk, offered, step.reason, pause=True, operator=login)

    async def _who(self, talk: Conversation, offered: Offered, phone: str) -> str:
        """The login at the phone that was picked up; the first's where nobody knows."""
        return await self._at(talk, offered, phone) or offered.operator

    async def _at(self, talk: Conversation, offered: Offered, phone: str) -> str:
        """The login at this phone, '' where nobody knows; asked of the queue where the event that names it was lost."""
        if login := offered.who(phone):
            return login
        try:
            for each in (await self._queues.call(talk.call)).ringing:
                if (await self._queues.operator(each)).phone == phone:
                    return each
        except Exception as error:  # noqa: BLE001 - they talk, whatever the queue says: at worst under the first's name
            log.warning("ring.unknown_operator", call=talk.call, error=type(error).__name__)
        return ""

    async def _talk(self, talk: Conversation, steps: AsyncIterator[RingStep], *, several: bool) -> TalkEnded:
        """From the first word to the last. However the line ends now, the call was answered."""
        began = asyncio.get_running_loop().time()
        ended: TalkEnded | None = None
        limit = self._settings.closing_limit_s
        inside = InTalk(
            self._board,
            self._queues,
            self._settings,
            self._recorder,
            self._forgotten,
            self._hearing,
            talk,
            several=several,
        )
        async with running(inside.confirm(), inside.attend()) as (confirming, _):
            try:
                async for step in steps:
                    match step:
                        case Held() | Resumed():
                            inside.held(isinstance(step, Held))
                        case TalkEnded():
                            ended = _told(talk, step)
                            if inside.plain and not talk.divert_to:  # the next caller need not wait for what follows
                                await self._finish(talk)
            except HungUp:
                pass
            await asyncio.wait({confirming}, timeout=limit)
            await inside.settle(limit)
        if ended is None:
            ended = _told(talk, TalkEnded(asyncio.get_running_loop().time() - began, caller_stays=False))
        return ended

    async def _decline(self, talk: Conversation, offered: Offered, reason: str) -> None:
        """Back to the same place; the operator is paused unless the failure was ours."""
        talk.watch.forget(offered.offer)
        await self._tell(talk, offered, reason, pause=reason not in (STALE, LINK_DOWN))

    async def _tell(
        self, talk: Conversation, offered: Offered, reason: str, *, pause: bool, operator: str = ""
    ) -> None:
        with suppress(Stale, NotAllowed, Unknown):  # somebody else took the offer back: the desk, or the lease's end
            await steady(
                lambda: self._queues.decline(talk.call, offered.offer, reason, pause=pause, operator=operator),
                limit=self._settings.queue_limit_s,
                what="decline",
            )

    async def _stop_when_gone(self, talk: Conversation, offered: Offered, rung: set[str]) -> None:
        """The offer was taken back while it rings (declined on the screen, lapsed, desk lost): stop the phone, or that
        one of several."""
        while talk.watch.offered is offered:
            for phone in sorted(rung - offered.phones.keys()):
                rung.discard(phone)
                await self._stop(talk, phone)
            talk.watch.changed.clear()
            await talk.watch.changed.wait()
        await self._stop(talk, "")

    async def _stop(self, talk: Conversation, phone: str) -> None:
        try:
            await self._board.stop_ringing(talk.line, phone=phone)
        except TelephonyError as error:  # then it rings to its own end, which is soon
            log.warning("ring.not_stopped", call=talk.call, code=error.code)


def _told(talk: Conversation, ended: TalkEnded) -> TalkEnded:
    talk.story.tell("talk_ended", seconds=round(ended.talk_seconds, 1), caller_stays=ended.caller_stays)
    return ended
