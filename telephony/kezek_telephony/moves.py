"""Moves callers and legs between a plain talk, the room named by the call, and the place beside it where one waits.

An ordinary talk is a plain Dial. The first hold or consultation sends the operator's leg into a room and the caller
beside it (the dialplan's kezek-held and kezek-room). From then on the caller is moved in and out, and legs of ours come
and go; the dialplan itself gives the caller back to us when none of ours is left, whether we live or not.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress

from .ami import AmiLink
from .ami_protocol import AmiEvent
from .attempt import Attempt, Talk
from .line import AgiLine
from .types import Refused, TelephonyError

HELD_S = 30  # a caller held by a service that is silent for so long is back with the operator
MOVE_S = 3.0  # how long a channel may take to where it was sent
CLEARED = 16  # Q.850: normal clearing
BARGED = "KEZEK_BARGED"  # on the caller's channel: the leg of a supervisor who speaks in the talk


class Moves:
    """`legs` finds the attempt of a leg: the holder of each shared talk and its phone, both halves of each aside."""

    def __init__(self, link: AmiLink) -> None:
        self.link = link
        self.legs: dict[str, Attempt] = {}

    async def part(self, caller: AgiLine, attempt: Attempt) -> None:
        """The caller waits with music, the operator's leg is in the room."""
        talk = attempt.talk
        if talk.waits:
            return
        move = {"Channel": caller.arrival.channel, "Context": "kezek-held", "Exten": "s", "Priority": "1"}
        if not talk.shared:
            if not attempt.trace.leg:
                raise Refused("the operator's leg is not known")
            self.hold_for(attempt, attempt.trace.leg)
            move |= {
                "ExtraChannel": talk.holder,
                "ExtraContext": "kezek-room",
                "ExtraExten": "ours",
                "ExtraPriority": "1",
            }
        self.vouch(caller, attempt)
        await self._move(talk, move)
        first, talk.shared, talk.waits = not talk.shared, True, True
        await _soon(talk.in_room)
        if first:
            await self._bring_supervisor(caller)

    async def together(self, caller: AgiLine, attempt: Attempt) -> None:
        """The caller is in the room too, with whoever of ours is there."""
        if attempt.talk.waits:
            move = {"Channel": caller.arrival.channel, "Context": "kezek-room", "Exten": "caller", "Priority": "1"}
            await self._move(attempt.talk, move)
            attempt.talk.waits = False
            attempt.tell_held(False)

    def hold_for(self, attempt: Attempt, leg: str, phone_leg: str = "") -> None:
        """The caller belongs to this leg from now on; `phone_leg` is the phone's own where that is another one."""
        talk = attempt.talk
        self.forget(attempt)
        talk.holder, talk.phone_leg = leg, phone_leg
        self.legs |= dict.fromkeys(filter(None, (leg, phone_leg)), attempt)

    def forget(self, attempt: Attempt) -> None:
        for leg in (attempt.talk.holder, attempt.talk.phone_leg):
            self.legs.pop(leg, None)

    def vouch(self, caller: AgiLine, attempt: Attempt) -> None:
        """The caller on hold has a living service, and waits for this leg. Raises LinkDown."""
        until = int(time.time()) + HELD_S
        self.set(caller, KEZEK_HOLDER=attempt.talk.holder, KEZEK_HELD_UNTIL=str(until))

    def set(self, caller: AgiLine, **variables: str) -> None:
        """On the caller's channel; written before this returns. Raises LinkDown."""
        for name, value in variables.items():
            self.link.begin("Setvar", {"Channel": caller.arrival.channel, "Variable": name, "Value": value})

    def name_partner(self, attempt: Attempt, phone: str) -> None:
        """Whoever finds this talk later knows with whom it is. Raises LinkDown."""
        told = {"Channel": attempt.trace.call, "Variable": "KEZEK_WITH", "Value": phone}
        self.link.begin("Setvar", told)

    def hang_up(self, leg: str) -> asyncio.Future[list[AmiEvent]]:
        """Written before this returns. Raises LinkDown."""
        return self.link.begin("Hangup", {"Channel": leg, "Cause": str(CLEARED)})

    async def _move(self, talk: Talk, move: dict[str, str]) -> None:
        """Asterisk refuses to move a channel that is still on its way: so its arrival is awaited."""
        talk.moved.clear()
        await self.link.reply(self.link.begin("Redirect", move))
        await _soon(talk.moved)

    async def _bring_supervisor(self, caller: AgiLine) -> None:
        """One who had barged into the plain talk speaks in the room from now on."""
        with suppress(TelephonyError):  # the talk is more
            asked = {"Channel": caller.arrival.channel, "Variable": BARGED}
            if leg := (await self.link.action("Getvar", asked))["value"]:
                move = {"Channel": leg, "Context": "kezek-supervise", "Exten": "barge", "Priority": "1"}
                await self.link.action("Redirect", move)


async def exists(link: AmiLink, uniqueid: str) -> bool:
    """Whether this channel lives. Raises LinkDown."""
    reply = await link.action("Getvar", {"Variable": f"CHANNEL_EXISTS({uniqueid})"})
    return reply["value"] == "1"


async def _soon(event: asyncio.Event) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(MOVE_S):
            await event.wait()
