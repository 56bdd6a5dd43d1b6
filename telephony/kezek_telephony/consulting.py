"""The operator asks somebody while the caller waits: the leg is originated into their room and followed to its end."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from uuid import uuid4

import structlog

from .attempt import Aside, Attempt
from .line import AgiLine
from .moves import Moves
from .ring import Ended, Left, Over
from .types import (
    AsideEnded,
    AsideStep,
    Connected,
    LinkDown,
    NotTaken,
    Outside,
    Phone,
    Refused,
    Ringing,
    TelephonyError,
)
from .wording import dial_string, outside_number

log = structlog.get_logger(__name__)

PATIENCE_S = 5.0  # beyond the ringing time: then Asterisk is asked what has become of it
CHECK_S = 30.0


class Consulting:
    """`doubtful` is called for one who tells nothing for long."""

    def __init__(self, moves: Moves, doubtful: Callable[[], object]) -> None:
        self._moves, self._doubtful = moves, doubtful

    async def consult(
        self, caller: AgiLine, attempt: Attempt, to: Phone | Outside, seconds: int
    ) -> AsyncIterator[AsideStep]:
        """See `types.Switchboard`. Left unfinished, it leaves everybody where he is."""
        if seconds < 1:
            raise ValueError("no time to ring")
        kind, target = ("outside", outside_number(to)) if isinstance(to, Outside) else ("phone", dial_string(to))
        talk, legs = attempt.talk, self._moves.legs
        if talk.aside is not None:
            raise Refused("somebody is asked already")
        aside = talk.aside = Aside(f"{caller.arrival.call}-aside-{uuid4().hex[:8]}")
        legs[aside.room_leg] = legs[aside.trace.call] = aside
        try:
            async with talk.turn:
                await self._moves.part(caller, attempt)
            if not aside.over:
                await self._ask(attempt, aside, kind, target, seconds)
            async for step in self._follow(caller, attempt, aside, seconds):
                yield step
        finally:
            if talk.aside is aside:
                talk.aside = None
            for leg in (aside.room_leg, aside.trace.call):
                if legs.get(leg) is aside:  # and not the one to whom the caller was handed
                    del legs[leg]

    async def _ask(self, attempt: Attempt, aside: Aside, kind: str, target: str, seconds: int) -> None:
        """The Local channel of one who is asked. Not possible: as if unreachable."""
        shown = next((phone for _, phone in attempt.trace.legs.values()), "")
        try:
            await self._moves.link.action(
                "Originate",
                {
                    "Channel": f"Local/{kind}@kezek-aside/n",
                    "ChannelId": aside.room_leg,
                    "OtherChannelId": aside.trace.call,
                    "Context": "kezek-room",
                    "Exten": "ours",
                    "Priority": "1",
                    "Timeout": str((seconds + 2) * 1000),
                    "Async": "true",
                },
                variables={
                    "__KEZEK_ROOM": attempt.trace.call,
                    "__KEZEK_TO": target,
                    "__KEZEK_SHOWN": shown,
                    "__KEZEK_SECONDS": str(seconds),
                },
            )
        except Refused:
            aside.put(Ended("UNREACHABLE", 0, 0.0))
        except LinkDown:
            log.warning("aside_unclear", call=attempt.trace.call)  # its events, or `recheck`, tell

    def _let_ring(self, attempt: Attempt, aside: Aside, seconds: int) -> None:
        """A ringing tone for the operator, which the dialplan ends; he can do without it."""
        with suppress(TelephonyError):
            self._moves.link.begin(
                "Originate",
                {
                    "Channel": "Local/ringing@kezek-aside/n",
                    "Context": "kezek-room",
                    "Exten": "tone",
                    "Priority": "1",
                    "Timeout": str(seconds * 1000),
                    "Async": "true",
                },
                variables={"__KEZEK_ROOM": attempt.trace.call, "__KEZEK_ASKED": aside.room_leg},
            )

    async def _follow(self, caller: AgiLine, attempt: Attempt, aside: Aside, seconds: int) -> AsyncIterator[AsideStep]:
        while True:
            fact = await aside.next(CHECK_S if aside.connected else seconds + PATIENCE_S)
            match fact:
                case None:
                    self._doubtful()
                case Ringing():
                    self._let_ring(attempt, aside, seconds)
                    yield fact
                case Connected():
                    yield fact
                case Over() | Ended() | Left():
                    break
        async with attempt.talk.turn:
            if aside.how is None:
                aside.how = why(attempt)
                attempt.talk.aside = None
                if aside.how == "left":
                    await self._back_together(caller, attempt)
        if not aside.how:
            raise caller.hung_up()
        if aside.how == "left" and aside.trace.connected_at is None:
            yield NotTaken(fact.reason if isinstance(fact, Ended) else "unreachable")
        else:
            yield AsideEnded(aside.how)

    async def _back_together(self, caller: AgiLine, attempt: Attempt) -> None:
        try:
            await self._moves.together(caller, attempt)
        except Refused:
            if caller.cause is None:
                raise


def why(attempt: Attempt) -> str:
    """Of one who was asked and is gone. When the caller or the operator went first, the dialplan has sent him away."""
    if attempt.trace.end is None and not attempt.talk.deserted:
        return "left"
    return "" if isinstance(attempt.trace.end, Left) else "operator_left"
