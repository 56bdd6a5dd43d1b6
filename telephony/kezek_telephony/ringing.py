"""Rings for callers: one Redirect for each attempt, then its events are followed to the end of the talk."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import suppress

import structlog

from .ami import AmiLink
from .ami_protocol import AmiEvent
from .attempt import Attempt
from .gone import LOST_CAUSE
from .handling import Handling
from .line import AgiLine
from .live import LiveCall, Where
from .moves import CLEARED
from .ring import Ended, Left, NeverBegun, PhoneHold, Trace, read_result
from .types import (
    Connected,
    Declined,
    Held,
    HungUp,
    LinkDown,
    NotTaken,
    Outside,
    Phone,
    Refused,
    Resumed,
    Ringing,
    RingStep,
    TalkEnded,
    TelephonyError,
)
from .wording import dial_string, outside_number

log = structlog.get_logger(__name__)

SILENT_S = 8.0  # a phone that has not said by then that it rings is dead: SIP itself would wait for 32 s
PATIENCE_S = 10.0  # beyond the ringing time: then Asterisk is asked what has become of the attempt
TALK_CHECK_S = 60.0  # how often a talk that tells nothing is asked after
HOLD_CHECK_S = 10.0  # how often we vouch for a hold
ATTACHED_S = 2.0  # a caller between two sessions of ours


class Ringer:
    """`doubtful` is called for an attempt that tells nothing for long; it shall ask Asterisk and call `recheck`."""

    def __init__(
        self,
        link: AmiLink,
        back_timeout_s: float,
        doubtful: Callable[[], object],
        *,
        silent_s: float = SILENT_S,
        hold_check_s: float = HOLD_CHECK_S,
    ) -> None:
        self._link, self._back_timeout_s, self._doubtful = link, back_timeout_s, doubtful
        self._silent_s, self._hold_check_s = silent_s, hold_check_s
        self._attempts: dict[str, Attempt] = {}
        self._by_leg: dict[str, Attempt] = {}
        self._diverted = time.time_ns() // 1_000_000  # numbers of diversions, unlike any offer's
        self.handling = Handling(link)

    async def ring(
        self, caller: AgiLine, phones: Sequence[Phone], offer: int, seconds: int, still_ours: Callable[[], bool]
    ) -> AsyncIterator[RingStep]:
        """See `types.Switchboard`. One attempt for each call at a time: a second one raises Refused, for its Redirect
        would steal the caller from the first."""
        if not phones or offer < 1 or seconds < 1:
            raise ValueError("no phone, offer or time to ring")
        targets = "&".join(dial_string(phone) for phone in phones)
        several = len(phones) > 1
        long = several or bool(phones[0].exchange)  # an extension holds 79 characters
        ahead = {f"KEZEK_PHONES_{offer}": targets} if long else {}
        extension = f"{offer}*{'' if long else targets}*{seconds}"
        attempt = Attempt(Trace(caller.arrival.call, offer, several=several))
        async for step in self._attempt(caller, attempt, "kezek-ring", extension, ahead, seconds, still_ours):
            yield step

    async def divert(self, caller: AgiLine, to: Outside, seconds: int, say: str = "") -> AsyncIterator[RingStep]:
        """See `types.Switchboard`; `say`: files for Playback."""
        if seconds < 1:
            raise ValueError("no time to ring")
        self._diverted += 1
        extension = f"{self._diverted}*{outside_number(to)}*{seconds}"
        attempt = Attempt(Trace(caller.arrival.call, self._diverted))
        ahead = {"KEZEK_SAY": say}
        async for step in self._attempt(caller, attempt, "kezek-divert", extension, ahead, seconds, lambda: True):
            yield step

    async def stop(self, call: str, phone: str = "") -> None:
        """End the ringing legs alone: the caller's channel has one writer. Does nothing when nothing rings; a leg
        that is only about to ring is ended as soon as it does."""
        attempt = self._attempts.get(call)
        if attempt is None or attempt.trace.connected_at is not None:
            return
        attempt.stopped_phones.add(phone)
        for asked in self._end_legs(attempt):
            try:
                await self._link.reply(asked)
            except Refused:
                log.info("ringing_was_over", call=call)

    def talk(self, call: str) -> Attempt:
        """Raises Refused where there is no talk."""
        attempt = self._attempts.get(call)
        if attempt is None or attempt.trace.connected_at is None:
            raise Refused("there is no talk")
        return attempt

    def take(self, event: AmiEvent) -> None:
        """An event, for the attempt it concerns."""
        attempt = self._attempts.get(event["call"] or event["uniqueid"])
        if attempt is None:
            self.handling.take(event)
            attempt = self._by_leg.get(event["uniqueid"])
        if attempt is None:
            return
        attempt.take(event)
        if event.name == "DialBegin":
            self._by_leg[event["destuniqueid"]] = attempt
            if attempt.stopped_phones and self._link.up:
                self._end_legs(attempt)

    def _end_legs(self, attempt: Attempt) -> list[asyncio.Future[list[AmiEvent]]]:
        return [
            self._link.begin("Hangup", {"Channel": channel, "Cause": str(CLEARED)})
            for channel, phone in attempt.trace.legs.values()
            if attempt.dead or attempt.is_stopped(phone)
        ]

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
                continue
            this = trace.offer in (call.offer, call.trying)
            if ended := read_result(call.result, trace.offer):
                attempt.put(ended)
            elif this and (call.where is Where.TALKING or (call.where is Where.DIVERTED and call.peer)):
                trace.talks_with(call.peer)
                attempt.put(trace.connected(time.time()))
            elif this and call.where in (Where.RINGING, Where.DIVERTED):
                attempt.put(trace.ringing())
            elif not this and attempt.unclear:
                attempt.put(NeverBegun())

    # --- inside -------------------------------------------------------------------------------------------------------

    async def _attempt(
        self,
        caller: AgiLine,
        attempt: Attempt,
        context: str,
        extension: str,
        ahead: dict[str, str],
        seconds: int,
        still_ours: Callable[[], bool],
    ) -> AsyncIterator[RingStep]:
        call = caller.arrival.call
        if call in self._attempts:
            raise Refused("the call is being rung already")
        self._attempts[call] = attempt
        try:
            await caller.wait_back(ATTACHED_S)  # the dialplan may have taken the caller over while we were frozen
            asked = self._begin(caller, context, extension, ahead, still_ours)
            if asked is None:
                yield NotTaken("stale")
                return
            await self._confirm(caller, attempt, asked)
            async for step in self._follow(caller, attempt, seconds):
                yield step
        finally:
            del self._attempts[call]
            self._by_leg = {leg: one for leg, one in self._by_leg.items() if one is not attempt}
            self.handling.talk_over(attempt, caller_stays=caller.cause is None)

    def _begin(
        self,
        caller: AgiLine,
        context: str,
        extension: str,
        ahead: dict[str, str],
        still_ours: Callable[[], bool],
    ) -> asyncio.Future[list[AmiEvent]] | None:
        """Ask, mark, write: nothing is awaited in between. None when the offer is ours no more."""
        if not self._link.up:
            raise LinkDown("not connected to Asterisk")
        if caller.cause is not None:
            raise caller.hung_up()
        if not still_ours():
            return None
        caller.mark_redirected()
        channel = caller.arrival.channel
        try:
            for name, value in ahead.items():
                self._link.begin("Setvar", {"Channel": channel, "Variable": name, "Value": value})
            return self._link.begin(
                "Redirect", {"Channel": channel, "Context": context, "Exten": extension, "Priority": "1"}
            )
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
            patience = self._silent_s if no_sign else self._hold_check_s if attempt.talk.waits else patience
            fact = await attempt.next(patience)
            match fact:
                case None if no_sign and trace.legs and not trace.rang:
                    attempt.dead = True
                    log.warning("phone_silent", call=caller.arrival.call)
                    with suppress(TelephonyError):
                        for asked in self._end_legs(attempt):
                            await self._link.reply(asked)
                case None if attempt.talk.waits:
                    self.handling.vouch(caller, attempt)
                case None:
                    self._doubtful()
                case Ringing() | Declined() | Connected() | Held() | Resumed():
                    yield fact
                case PhoneHold(on):
                    await self.handling.phone_holds(caller, attempt, on)
                case Left(at):
                    if trace.connected_at is None:
                        raise await caller.farewell()
                    cut = caller.cause == LOST_CAUSE and caller.hung_up().cut
                    yield TalkEnded(max(0.0, at - trace.connected_at), caller_stays=False, cut=cut)
                    return
                case NeverBegun():
                    caller.redirect_failed()
                    raise LinkDown("the order to ring was lost")
                case Ended():
                    break
        if fact.talked:
            if trace.connected_at is None:
                yield Connected()
            talked_s = fact.talk_seconds or max(0.0, (fact.at or time.time()) - (trace.connected_at or time.time()))
            caller.returns(self._back_timeout_s)  # the operator is free now: his next caller need not wait for this one
            yield TalkEnded(talked_s, caller_stays=caller.cause is None)
            return
        await caller.wait_back(self._back_timeout_s)
        yield NotTaken("declined" if attempt.stopped else "unreachable" if attempt.dead else fact.reason)
