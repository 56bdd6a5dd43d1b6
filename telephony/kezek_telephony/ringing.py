"""Rings operators for callers: one Redirect for each attempt, then its events are followed to the end."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import suppress

import structlog

from .ami import AmiLink
from .ami_protocol import AmiEvent
from .line import AgiLine
from .live import LiveCall, Where
from .ring import Ended, Fact, Left, NeverBegun, Trace, read_result
from .types import Connected, HungUp, LinkDown, NotTaken, Refused, Ringing, RingStep, TalkEnded, TelephonyError

log = structlog.get_logger(__name__)

PHONE = re.compile(r"[A-Za-z0-9_-]{1,40}")
SILENT_S = 8.0  # a phone that has not said by then that it rings is dead: SIP itself would wait for 32 s
PATIENCE_S = 10.0  # beyond the ringing time: then Asterisk is asked what has become of the attempt
TALK_CHECK_S = 60.0  # how often a talk that tells nothing is asked after
ATTACHED_S = 2.0  # a caller between two sessions of ours
CLEARED = 16  # Q.850: normal clearing


class Attempt:
    """A Trace with a mailbox."""

    def __init__(self, call: str, offer: int) -> None:
        self.trace = Trace(call, offer)
        self.stopped = False
        self.dead = False  # the phone said nothing at all
        self.unclear = False  # nobody said whether the Redirect was taken
        self._facts: asyncio.Queue[Fact] = asyncio.Queue()

    def put(self, fact: Fact | None) -> None:
        if isinstance(fact, Connected):
            self.put(self.trace.ringing())  # when it was missed: the steps come whole and in order
        if fact is not None:
            self._facts.put_nowait(fact)

    async def next(self, seconds: float) -> Fact | None:
        """None when nothing came for so long."""
        try:
            async with asyncio.timeout(seconds):
                return await self._facts.get()
        except TimeoutError:
            return None


class Ringer:
    """`doubtful` is called for an attempt that tells nothing for long; it shall ask Asterisk and call `recheck`."""

    def __init__(
        self, link: AmiLink, back_timeout_s: float, doubtful: Callable[[], object], *, silent_s: float = SILENT_S
    ) -> None:
        self._link, self._back_timeout_s, self._doubtful, self._silent_s = link, back_timeout_s, doubtful, silent_s
        self._attempts: dict[str, Attempt] = {}

    async def ring(
        self, caller: AgiLine, phone: str, offer: int, seconds: int, still_ours: Callable[[], bool]
    ) -> AsyncIterator[RingStep]:
        """See `types.Switchboard`. One attempt for each call at a time: a second one raises Refused, for its Redirect
        would steal the caller from the first."""
        if not PHONE.fullmatch(phone) or offer < 1 or seconds < 1:
            raise ValueError("no phone, offer or time to ring")
        call = caller.arrival.call
        if call in self._attempts:
            raise Refused("the call is being rung already")
        attempt = self._attempts[call] = Attempt(call, offer)
        try:
            await caller.wait_back(ATTACHED_S)  # the dialplan may have taken the caller over while we were frozen
            asked = self._begin(caller, f"{offer}*{phone}*{seconds}", still_ours)
            if asked is None:
                yield NotTaken("stale")
                return
            await self._confirm(caller, attempt, asked)
            async for step in self._follow(caller, attempt, seconds):
                yield step
        finally:
            del self._attempts[call]

    async def stop(self, call: str) -> None:
        """End the operator's leg alone: the caller's channel has one writer. Does nothing when nothing rings; a leg
        that is only about to ring is ended as soon as it does."""
        attempt = self._attempts.get(call)
        if attempt is None or attempt.trace.connected_at is not None:
            return
        attempt.stopped = True
        if attempt.trace.leg:
            try:
                await self._link.reply(self._end_leg(attempt))
            except Refused:
                log.info("ringing_was_over", call=call)

    def take(self, event: AmiEvent) -> None:
        """An event, for the attempt it concerns."""
        attempt = self._attempts.get(event["call"] or event["uniqueid"])
        if attempt is None:
            legs = (one for one in self._attempts.values() if one.trace.leg and one.trace.leg == event["channel"])
            attempt = next(legs, None)
        if attempt is None:
            return
        before = attempt.trace.leg
        attempt.put(attempt.trace.take(event))
        if attempt.stopped and attempt.trace.leg != before and self._link.up:
            self._end_leg(attempt)

    def _end_leg(self, attempt: Attempt) -> asyncio.Future[list[AmiEvent]]:
        return self._link.begin("Hangup", {"Channel": attempt.trace.leg, "Cause": str(CLEARED)})

    def attempts(self) -> list[Attempt]:
        """Those under way: to be taken before Asterisk is asked, for it cannot tell of later ones."""
        return list(self._attempts.values())

    def recheck(self, attempts: Iterable[Attempt], live: Iterable[LiveCall]) -> None:
        """Tell attempts what they may have missed, from what Asterisk says of all callers since."""
        now = {call.call: call for call in live}
        for attempt in attempts:
            trace, call = attempt.trace, now.get(attempt.trace.call)
            if call is None:
                attempt.put(Left(time.time()))
            elif ended := read_result(call.result, trace.offer):
                attempt.put(ended)
            elif call.where is Where.TALKING and call.offer == trace.offer:
                attempt.put(trace.connected(time.time()))
            elif call.where is Where.RINGING and call.offer == trace.offer:
                attempt.put(trace.ringing())
            elif call.offer != trace.offer and attempt.unclear:
                attempt.put(NeverBegun())

    # --- inside -------------------------------------------------------------------------------------------------------

    def _begin(
        self, caller: AgiLine, extension: str, still_ours: Callable[[], bool]
    ) -> asyncio.Future[list[AmiEvent]] | None:
        """Ask, mark, write: nothing is awaited in between. None when the offer is ours no more."""
        if not self._link.up:
            raise LinkDown("not connected to Asterisk")
        if caller.cause is not None:
            raise caller.hung_up()
        if not still_ours():
            return None
        caller.mark_redirected()
        headers = {"Channel": caller.arrival.channel, "Context": "kezek-ring", "Exten": extension, "Priority": "1"}
        try:
            return self._link.begin("Redirect", headers)
        except TelephonyError:
            caller.redirect_failed()
            raise

    async def _confirm(self, caller: AgiLine, attempt: Attempt, asked: asyncio.Future[list[AmiEvent]]) -> None:
        """The reply to a Redirect. An unclear end is not guessed: what has become of it is seen by `recheck`."""
        try:
            await self._link.reply(asked)
        except Refused as refused:
            caller.redirect_failed()
            if "not exist" in str(refused):
                raise HungUp from None
            raise
        except LinkDown:
            attempt.unclear = True
            log.warning("redirect_unclear", call=caller.arrival.call)

    async def _follow(self, caller: AgiLine, attempt: Attempt, seconds: int) -> AsyncIterator[RingStep]:
        trace = attempt.trace
        while True:
            patience = seconds + PATIENCE_S if trace.connected_at is None else TALK_CHECK_S
            no_sign = not trace.rang and not attempt.dead
            fact = await attempt.next(self._silent_s if no_sign else patience)
            match fact:
                case None if no_sign and trace.leg and not trace.rang:
                    attempt.dead = True
                    log.warning("phone_silent", call=caller.arrival.call)
                    with suppress(TelephonyError):
                        await self._link.reply(self._end_leg(attempt))
                case None:
                    self._doubtful()
                case Ringing() | Connected():
                    yield fact
                case Left(at):
                    if trace.connected_at is None:
                        raise caller.hung_up()
                    yield TalkEnded(max(0.0, at - trace.connected_at), caller_stays=False)
                    return
                case NeverBegun():
                    caller.redirect_failed()
                    raise LinkDown("the order to ring was lost")
                case Ended():
                    break
        if fact.talked and trace.connected_at is None:
            yield Connected()
        try:
            await caller.wait_back(self._back_timeout_s)
        except HungUp:
            if not fact.talked:
                raise
            yield TalkEnded(fact.talk_seconds, caller_stays=False)
            return
        if fact.talked:
            yield TalkEnded(fact.talk_seconds, caller_stays=True)
        else:
            yield NotTaken("declined" if attempt.stopped else "unreachable" if attempt.dead else fact.reason)
