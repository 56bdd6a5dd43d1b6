"""The operator asks somebody while the caller hears music: rung, talked to, joined, handed over to, or left again."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

import structlog

from kezek_ivr.conversation import Conversation
from kezek_ivr.settings import ReceptionSettings
from kezek_ivr.side_tasks import running
from kezek_ivr.steady import QueueAway, steady
from kezek_ivr.watch import Offered
from kezek_queue.types import QueueError, Queues, Stale
from kezek_telephony.types import (
    AsideEnded,
    Connected,
    NotTaken,
    Outside,
    Phone,
    Ringing,
    Switchboard,
    TelephonyError,
)

log = structlog.get_logger(__name__)

INVITED_S = 2.0  # the helper's offer is known within this of the command, which comes after it
LINK_DOWN = "link_down"


@dataclass(slots=True)
class _Aside:
    to: str  # 'operator:<login>' or 'number:<digits>'
    helper: Offered | None = None
    talking: bool = False
    music: bool = False  # for the caller, and told to the queue as a hold


class Asides:
    """The consultations of one talk, one at a time."""

    def __init__(
        self,
        board: Switchboard,
        queues: Queues,
        settings: ReceptionSettings,
        talk: Conversation,
        confirmed: asyncio.Event,
    ) -> None:
        self._board, self._queues, self._settings, self._talk = board, queues, settings, talk
        self._confirmed = confirmed
        self._now: _Aside | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def helper_offer(self) -> int:
        return self._now.helper.offer if self._now is not None and self._now.helper is not None else 0

    @property
    def apart(self) -> bool:
        """The caller hears music meanwhile."""
        return self._now is not None and self._now.music

    def begin(self, facts: Mapping[str, str], group: asyncio.TaskGroup) -> None:
        if self._now is not None:
            log.warning("consult.one_already", call=self._talk.call)
            return
        number, operator = facts.get("number", ""), facts.get("operator", "")
        self._now = _Aside(f"number:{number}" if number else f"operator:{operator}")
        self._task = group.create_task(self._consult(self._now, number, operator))

    async def join(self) -> None:
        await self._board.join(self._talk.line)
        self._talk.story.tell("joined")
        if self._now is not None:
            await self._hears_music(self._now, False)
            await self._tell(self._now, "joined")

    async def settle(self, limit: float) -> None:
        """Wait for the end of the one that goes on: the switchboard ends it with the talk."""
        if self._task is not None:
            await asyncio.wait({self._task}, timeout=limit)

    async def _consult(self, aside: _Aside, number: str, operator: str) -> None:
        how = "not_begun"
        try:
            if number:
                how = await self._follow(aside, Outside(number), self._settings.ring_s)
            elif (helper := await self._invited(operator)) is not None:
                aside.helper = helper
                left = helper.deadline - self._settings.lease_margin_s - asyncio.get_running_loop().time()
                (phone,) = helper.phones.values()
                if left >= 1:
                    async with running(self._stop_when_gone(helper)):
                        how = await self._follow(aside, phone, min(self._settings.ring_s, int(left)))
        except TelephonyError as error:
            log.warning("consult.failed", call=self._talk.call, code=error.code)
            how = LINK_DOWN
        await self._over(aside, how)

    async def _follow(self, aside: _Aside, to: Phone | Outside, seconds: int) -> str:
        """How it ended: as AsideEnded says, or 'not_taken:<reason>'."""
        self._talk.story.tell("consulting", to=aside.to)
        async for step in self._board.consult(self._talk.line, to, seconds=seconds):
            match step:
                case Ringing():
                    await self._tell(aside, "ringing")
                    await self._hears_music(aside, True)
                case Connected():
                    aside.talking = True
                    await self._confirm(aside)
                    await self._tell(aside, "talking")
                case AsideEnded(how):
                    return how
                case NotTaken(reason):
                    return f"not_taken:{reason}"
        return LINK_DOWN

    async def _invited(self, operator: str) -> Offered | None:
        """The helper's offer: its event is there already, or is about to be read."""
        watch = self._talk.watch
        try:
            async with asyncio.timeout(INVITED_S):
                while watch.helper is None or watch.helper.operator != operator:
                    watch.changed.clear()
                    await watch.changed.wait()
                return watch.helper
        except TimeoutError:
            log.warning("consult.not_invited", call=self._talk.call)
            return None

    async def _stop_when_gone(self, helper: Offered) -> None:
        """Declined on the screen, or lapsed: ring him no more."""
        watch = self._talk.watch
        while watch.helper is helper:
            watch.changed.clear()
            await watch.changed.wait()
        if self._now is not None and not self._now.talking:
            try:
                await self._board.retrieve(self._talk.line)
            except TelephonyError as error:
                log.warning("consult.not_stopped", call=self._talk.call, code=error.code)

    async def _confirm(self, aside: _Aside) -> None:
        if (helper := aside.helper) is not None:
            call = self._talk.call
            await self._say(lambda: self._queues.accept(call, helper.offer, operator=helper.operator), "accept")
            await self._say(lambda: self._queues.connect(call, helper.offer), "connect")

    async def _over(self, aside: _Aside, how: str) -> None:
        """The queue learns how it ended: the talk has a new owner, or the helper is free again."""
        talk, helper, wrap_up = self._talk, aside.helper, self._settings.wrap_up_s
        call, offer = talk.call, talk.offer
        await self._hears_music(aside, False)
        await self._tell(aside, "", to="")
        if how == "handed_over":
            if helper is not None:
                await self._say(lambda: self._queues.hand_over(call, offer, wrap_up=wrap_up), "hand_over")
                talk.operator, talk.offer = helper.operator, helper.offer
            else:  # he talks on with somebody outside: ours wraps up, the call's end comes when the line ends
                finish = self._queues.finish
                await self._say(lambda: finish(call, offer, wrap_up=wrap_up, given_away=True), "finish")
                talk.offer = 0
            talk.story.tell("handed_over", to=aside.to)
        elif helper is not None and aside.talking:
            await self._say(lambda: self._queues.finish(call, helper.offer, wrap_up=wrap_up), "finish")
        elif helper is not None:
            reason = how.removeprefix("not_taken:")
            to_blame = how.startswith("not_taken:") and reason not in (LINK_DOWN, "stale")
            await self._say(lambda: self._queues.decline(call, helper.offer, reason, pause=to_blame), "decline")
        if how != "handed_over":
            talk.story.tell("retrieved", how=how)
        talk.watch.helper = None
        self._now = None

    async def _hears_music(self, aside: _Aside, on: bool) -> None:
        """To the caller it is a hold: his time beside a consultation counts as one."""
        if aside.music is not on:
            aside.music = on
            verb, call, offer = self._queues.hold if on else self._queues.resume, self._talk.call, self._talk.offer
            await self._say(lambda: verb(call, offer), "hold")

    async def _tell(self, aside: _Aside, state: str, *, to: str | None = None) -> None:
        call, offer, who = self._talk.call, self._talk.offer, aside.to if to is None else to
        await self._say(lambda: self._queues.aside(call, offer, who, state), "aside")

    async def _say(self, verb: Callable[[], Awaitable[None]], what: str) -> None:
        """After the talk itself has been told. A Stale answer means that somebody else has set it right."""
        await self._confirmed.wait()
        try:
            await steady(verb, limit=self._settings.closing_limit_s, what=what)
        except Stale:
            log.debug("talk.stale", call=self._talk.call, what=what)
        except (QueueAway, QueueError) as error:
            log.warning("talk.not_told", call=self._talk.call, what=what, code=error.code)
