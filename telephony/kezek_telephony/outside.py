"""Dials citizens. The channel's id is the call's, so Asterisk refuses a second one while the first lives (P8)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import structlog

from .ami import AmiLink
from .ami_protocol import AmiEvent, Expect
from .moves import CLEARED, exists
from .ring import CAUSES, number
from .types import Answered, DialStep, LinkDown, NotReached, Outside, Refused, Ringing
from .wording import call_id, outside_number

log = structlog.get_logger(__name__)

PATIENCE_S = 10.0  # beyond the ringing time
CAUSE_LIMIT_S = 0.5  # how long the cause of an end may come after the end
NO_ANSWER = frozenset({16, 18, 19})  # Q.850: cleared by us, no user responding, no answer
BUSY, TIMED_OUT, CONGESTION = 5, 3, 8  # reasons of OriginateResponse: AST_CONTROL_BUSY, _RINGING, _CONGESTION


class Dialling:
    """What Asterisk says of one citizen's channel."""

    def __init__(self) -> None:
        self.rang = asyncio.Event()
        self.gone = asyncio.Event()
        self.cause = 0  # Q.850, once gone

    def take(self, event: AmiEvent) -> None:
        if event.name == "Newstate" and event["channelstatedesc"] == "Ringing":
            self.rang.set()
        elif event.name == "Hangup":
            self.cause = number(event["cause"])
            self.gone.set()


class Dialler:
    def __init__(self, link: AmiLink) -> None:
        self._link = link
        self._dialling: dict[str, Dialling] = {}

    def take(self, event: AmiEvent) -> None:
        dialling = self._dialling.get(event["uniqueid"])
        if dialling is not None:
            dialling.take(event)

    async def dial(
        self, call: str, to: Outside, *, since: float, language: str, seconds: int
    ) -> AsyncIterator[DialStep]:
        """See `types.Switchboard`. Raises Refused when the call lives already, LinkDown before anything was asked."""
        number_ = outside_number(to)
        if seconds < 1:
            raise ValueError("no time to ring")
        if call in self._dialling:
            raise Refused("the call is being dialled already")
        dialling = self._dialling[call_id(call)] = Dialling()
        try:
            shown = await self._link.action("Getvar", {"Variable": "KEZEK_NUMBER"})
            asked = self._link.begin(
                "Originate",
                {
                    "Channel": f"PJSIP/{number_}@trunk",
                    "ChannelId": call,
                    "Context": "kezek-callback",
                    "Exten": "s",
                    "Priority": "1",
                    "Timeout": str(seconds * 1000),
                    "CallerID": f"<{shown['value']}>",
                },
                variables={"KEZEK_CITIZEN": number_, "KEZEK_SINCE": f"{since:.3f}", "KEZEK_LANGUAGE": language},
                expect=Expect.ORIGINATED,
            )
            rang = asyncio.ensure_future(dialling.rang.wait())
            try:
                first: list[asyncio.Future[Any]] = [asked, rang]
                await asyncio.wait(first, timeout=seconds + PATIENCE_S, return_when=asyncio.FIRST_COMPLETED)
                if rang.done():
                    yield Ringing()
                end = await self._end(call, dialling, asked, seconds)
                if isinstance(end, Answered) and not rang.done():
                    yield Ringing()
                yield end
            finally:
                rang.cancel()
        finally:
            del self._dialling[call]

    async def dialled(self, call: str) -> bool | None:
        try:
            return await exists(self._link, call_id(call))
        except LinkDown:
            return None

    async def cancel(self, call: str) -> None:
        with suppress(Refused):  # it is not there (any more)
            await self._link.action("Hangup", {"Channel": call_id(call), "Cause": str(CLEARED)})

    async def _end(
        self, call: str, dialling: Dialling, asked: asyncio.Future[list[AmiEvent]], seconds: int
    ) -> Answered | NotReached:
        try:
            async with asyncio.timeout(seconds + PATIENCE_S):
                messages = await asyncio.shield(asked)
        except (TimeoutError, LinkDown):
            log.warning("dial_unclear", call=call)
            return NotReached("unclear")
        last = messages[-1]
        if last.name != "OriginateResponse":
            raise Refused(last["message"])
        if last["response"] == "Success":
            return Answered()
        with suppress(TimeoutError):
            async with asyncio.timeout(CAUSE_LIMIT_S):
                await dialling.gone.wait()
        if not dialling.gone.is_set() and await self.dialled(call):
            raise Refused("the call lives already")
        return NotReached(reason(number(last["reason"]), dialling.cause))


def reason(told: int, cause: int) -> str:
    """Of NotReached, from the reason of the OriginateResponse and the channel's Q.850 cause."""
    if told == BUSY:
        return "busy"
    if told == TIMED_OUT:
        return "no_answer"
    if cause in CAUSES:
        return CAUSES[cause]
    return "no_answer" if cause in NO_ANSWER else "unreachable"
