"""What can be done in a talk: release, hold, conference, hand over. One verb at a time for each talk (`Talk.turn`)."""

from __future__ import annotations

import time
from contextlib import suppress

from .ami import AmiLink
from .ami_protocol import AmiEvent
from .attempt import Aside, Attempt
from .line import AgiLine
from .moves import Moves, exists
from .ring import Left, Over, PhoneHold
from .types import Refused, TelephonyError


class Handling:
    """The verbs raise Refused and LinkDown."""

    def __init__(self, link: AmiLink) -> None:
        self.moves = Moves(link)

    # --- the verbs ------------------------------------------------------------------------------------------------

    async def release(self, caller: AgiLine, attempt: Attempt) -> None:
        talk = attempt.talk
        async with talk.turn:
            holder = talk.holder or attempt.trace.leg
            if not holder:
                raise Refused("the operator's leg is not known")
            self.moves.set(caller, KEZEK_AFTER="waiting")  # should we die now, he is no caller who had his talk
            if talk.aside:
                self.moves.hang_up(talk.aside.room_leg)
                end_aside(attempt, "operator_left")
            await self.moves.link.reply(self.moves.hang_up(holder))

    async def hold(self, caller: AgiLine, attempt: Attempt) -> None:
        async with attempt.talk.turn:
            need_no_aside(attempt)
            await self.moves.part(caller, attempt)
            attempt.tell_held(True)

    async def resume(self, caller: AgiLine, attempt: Attempt) -> None:
        async with attempt.talk.turn:
            need_no_aside(attempt)
            await self.moves.together(caller, attempt)

    async def join(self, caller: AgiLine, attempt: Attempt) -> None:
        async with attempt.talk.turn:
            aside = asked(attempt)
            await self.moves.together(caller, attempt)
            aside.joined = True

    async def hand_over(self, caller: AgiLine, attempt: Attempt) -> None:
        talk = attempt.talk
        async with talk.turn:
            aside = asked(attempt)
            operator = talk.holder
            self._hand_over(attempt, aside)  # before the operator leaves: the caller on hold waits for the other one
            if talk.waits:
                self.moves.vouch(caller, attempt)
            await self.moves.together(caller, attempt)
            with suppress(Refused):  # he has hung up himself
                await self.moves.link.reply(self.moves.hang_up(operator))

    async def retrieve(self, caller: AgiLine, attempt: Attempt) -> None:
        async with attempt.talk.turn:
            aside = attempt.talk.aside
            if aside is None:
                raise Refused("nobody is asked")
            with suppress(Refused):  # he has hung up himself
                await self.moves.link.reply(self.moves.hang_up(aside.room_leg))
            await self.moves.together(caller, attempt)
            end_aside(attempt, "retrieved")

    # --- told by the ringer ---------------------------------------------------------------------------------------

    def take(self, event: AmiEvent) -> None:
        """An event of a leg in a room, or of one that is asked."""
        leg = event["call"] or event["uniqueid"]
        legs = self.moves.legs
        attempt = legs.get(leg) or next(
            (one for one in legs.values() if isinstance(one, Aside) and leg and leg in one.trace.legs), None
        )
        if attempt is None:
            return
        if isinstance(attempt, Aside):
            attempt.take(event)
        elif event.name in ("Hold", "Unhold") and leg == attempt.talk.phone_leg:
            attempt.put(PhoneHold(event.name == "Hold"))
        elif event.name == "ConfbridgeJoin" and leg == attempt.talk.holder:
            attempt.talk.in_room.set()
        elif event.name == "Hangup" and leg == attempt.talk.holder:
            self._holder_left(attempt)

    async def phone_holds(self, caller: AgiLine, attempt: Attempt, on: bool) -> None:
        """By the phone's own key. In a plain talk Asterisk plays the music, in a room we must."""
        if not attempt.talk.shared:
            attempt.tell_held(on)
        elif attempt.talk.aside is None:
            with suppress(TelephonyError):
                await (self.hold if on else self.resume)(caller, attempt)

    def vouch(self, caller: AgiLine, attempt: Attempt) -> None:
        """Again and again while the caller waits beside the room."""
        with suppress(TelephonyError):
            self.moves.vouch(caller, attempt)

    def talk_over(self, attempt: Attempt, *, caller_stays: bool) -> None:
        self.moves.forget(attempt)
        end_aside(attempt, "operator_left" if caller_stays else "")

    async def recheck(self) -> None:
        """After events may have been missed: those who were asked and are there no more. Raises LinkDown."""
        for aside in {one for one in self.moves.legs.values() if isinstance(one, Aside)}:
            if not aside.over and not await exists(self.moves.link, aside.room_leg):
                aside.put(Left(time.time()))

    # --- inside ---------------------------------------------------------------------------------------------------

    def _holder_left(self, attempt: Attempt) -> None:
        """In a conference the caller stays with the one who was asked; else the dialplan brings him back to us."""
        aside = attempt.talk.aside
        if attempt.trace.end is not None:
            return  # the caller went first
        if aside is not None and aside.joined and aside.connected:
            with suppress(TelephonyError):  # the link broke just now: what it has missed is looked up
                self._hand_over(attempt, aside)
        else:
            attempt.talk.deserted = True

    def _hand_over(self, attempt: Attempt, aside: Aside) -> None:
        """Raises LinkDown."""
        phone = next((phone for _, phone in aside.trace.legs.values()), "")
        self.moves.name_partner(attempt, phone)
        self.moves.hold_for(attempt, aside.room_leg, aside.trace.leg)
        end_aside(attempt, "handed_over")


def asked(attempt: Attempt) -> Aside:
    aside = attempt.talk.aside
    if aside is None or not aside.connected:
        raise Refused("nobody has been asked")
    return aside


def need_no_aside(attempt: Attempt) -> None:
    if attempt.talk.aside is not None and not attempt.talk.aside.joined:
        raise Refused("the operator asks somebody")


def end_aside(attempt: Attempt, how: str) -> None:
    """Does nothing where nobody is asked."""
    aside, attempt.talk.aside = attempt.talk.aside, None
    if aside is not None:
        aside.how = how
        aside.put(Over())
