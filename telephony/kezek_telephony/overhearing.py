"""The operator's own voice in a talk, apart from the caller's: a spy leg after another, on whichever channel it is."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import suppress

from .ami import AmiLink
from .attempt import Attempt
from .line import AgiLine
from .types import Refused, TelephonyError

AGAIN_S = 0.3  # a leg that was handed over or moved is looked for again so soon
TRIES = 5  # in a row that brought no sound: then there is none to be had


class Overhearing:
    """`talk` gives the attempt of a call, and raises Refused where there is no talk."""

    def __init__(self, link: AmiLink, talk: Callable[[str], Attempt]) -> None:
        self._link, self._talk = link, talk

    async def operator(self, caller: AgiLine) -> AsyncGenerator[bytes]:
        """Frames, to the end of the talk. Never raises for want of sound."""
        tries = 0
        while tries < TRIES and (leg := self._leg(caller)):
            tries += 1
            if channel := await self._name(leg):
                async with caller.listen_at(channel) as frames:
                    async for frame in frames:
                        tries = 0
                        yield frame
            await asyncio.sleep(AGAIN_S)

    def _leg(self, caller: AgiLine) -> str:
        """Uniqueid of the channel of the phone that the caller belongs to now, '' when the talk is over."""
        try:
            attempt = self._talk(caller.arrival.call)
        except Refused:
            return ""
        if attempt.trace.end is not None or not caller.alive:
            return ""
        return attempt.talk.phone_leg or attempt.talk.holder or attempt.trace.leg

    async def _name(self, leg: str) -> str:
        """As ChanSpy takes it; '' when it is gone."""
        with suppress(TelephonyError):
            return (await self._link.action("Getvar", {"Channel": leg, "Variable": "CHANNEL(name)"}))["value"]
        return ""
