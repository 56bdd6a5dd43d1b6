"""One attempt to reach a citizen: claimed, dialled, followed to its end, settled; or found after a crash, and asked."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

import structlog

from kezek_ivr.settings import OutboundSettings
from kezek_ivr.steady import QueueAway, steady
from kezek_ivr.types import Ledger, Settled
from kezek_queue.types import Call, CallState, QueueError, Queues, Stale, Unknown
from kezek_telephony.types import Answered, DialStep, LinkDown, NotReached, Outside, Refused, TelephonyError

log = structlog.get_logger(__name__)

UNCLEAR = "unclear"
AGAIN_S = 0.5  # the line offers it to somebody else within this, if there is one


class Dials(Protocol):
    """The part of a Switchboard that is wanted here; of several exchanges, all of them as one."""

    @property
    def up(self) -> bool: ...

    def dial(self, call: str, to: Outside, *, since: float, language: str, seconds: int) -> AsyncIterator[DialStep]: ...

    async def dialled(self, call: str) -> bool | None: ...

    async def cancel_dial(self, call: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Attempt:
    call: str
    offer: int


def key_of(attempt: Attempt) -> str:
    return f"{attempt.call}:{attempt.offer}"


class Dialling:
    def __init__(self, board: Dials, queues: Queues, ledger: Ledger, settings: OutboundSettings) -> None:
        self._board, self._queues, self._ledger, self._settings = board, queues, ledger, settings
        self.ringing: set[str] = set()  # callbacks whose citizens we are dialling now

    async def carry_out(self, attempt: Attempt) -> None:
        """Dial for this offer, unless somebody does or did already, or the citizen is on the line.

        Raises QueueErrors and QueueAway: then the offer lapses by itself, and what may have been claimed is asked for
        later.
        """
        call = await self._standing(attempt)
        if call is not None and call.node not in ("", self._settings.node):
            await asyncio.sleep(self._settings.elsewhere_s)  # who conducts it comes first: the citizen may be his
            call = await self._standing(attempt)
        if call is None:
            return
        on_line = await self._board.dialled(attempt.call)
        if on_line is None:
            await self._put_aside(attempt, "link_down")
            return
        claimed = await self._claim(attempt)
        if claimed is None:
            await self._put_aside(attempt, "sql_away")
        elif claimed and on_line:  # he waits for this very operator, and nobody may dial; or his phone rings still
            await self.ask(attempt)
        elif claimed:
            await self._dial(attempt, call)

    async def ask(self, attempt: Attempt) -> None:
        """A claim of ours that nobody settled: we died, or SQL was away at its end. Asked of Asterisk until it says.

        Raises QueueErrors and QueueAway: asked again later."""
        while (lives := await self._board.dialled(attempt.call)) is not False:
            if lives and await self._standing(attempt) is None:  # picked up, and with an operator; or another's by now
                await self._settle(attempt, "answered", "on_line")
                return
            await asyncio.sleep(self._settings.poll_s)
        if await self._standing(attempt) is not None:
            await self._postpone(attempt, UNCLEAR)
        await self._settle(attempt, "not_reached", UNCLEAR)

    async def _dial(self, attempt: Attempt, call: Call) -> None:
        """Claimed: from here on every way out settles it, or leaves it to be asked for."""
        renewed = steady(
            lambda: self._queues.renew(attempt.call, attempt.offer, self._settings.lease_s),
            limit=self._settings.queue_limit_s,
            what="renew",
        )
        try:
            await renewed
            notes = await steady(
                lambda: self._queues.notes(attempt.call), limit=self._settings.queue_limit_s, what="notes"
            )
        except (QueueAway, QueueError) as error:
            await self._settle(attempt, "not_reached", error.code)
            return
        reached = await self._reached(attempt, call, str(notes.get("language", "")))
        if reached is None:
            await self._settle(attempt, "answered")
        elif reached == UNCLEAR:
            await self.ask(attempt)
        else:
            await self._postpone(attempt, reached)
            await self._settle(attempt, "not_reached", reached)

    async def _reached(self, attempt: Attempt, call: Call, language: str) -> str | None:
        """None: he picked up, and his line is somebody's to serve. Else the reason."""
        steps = self._board.dial(
            attempt.call, Outside(call.caller), since=call.since, language=language, seconds=self._settings.dial_s
        )
        self.ringing.add(attempt.call)
        try:
            async for step in steps:
                match step:
                    case Answered():
                        return None
                    case NotReached(reason):
                        return reason
        except Refused:  # Asterisk has that channel, or will not dial this number
            return UNCLEAR if await self._board.dialled(attempt.call) else "unreachable"
        except LinkDown:
            return UNCLEAR
        finally:
            self.ringing.discard(attempt.call)
        return UNCLEAR

    async def reconsider(self, name: str) -> None:
        """Cancelled, or nobody is reserved any more: the citizen's phone stops, unless another operator is by then."""
        await asyncio.sleep(AGAIN_S)
        try:
            call = await steady(lambda: self._queues.call(name), limit=self._settings.queue_limit_s, what="call")
            if call.state is not CallState.OFFERED and name in self.ringing:
                await self._board.cancel_dial(name)
        except (QueueAway, QueueError, TelephonyError) as error:  # then it rings to its end, which is soon
            log.warning("outbound.not_cancelled", call=name, code=error.code)

    async def _standing(self, attempt: Attempt) -> Call | None:
        """The call, if it is still offered under this offer and nobody has picked up under it."""
        try:
            call = await steady(
                lambda: self._queues.call(attempt.call), limit=self._settings.queue_limit_s, what="call"
            )
        except Unknown:
            return None
        return call if call.state is CallState.OFFERED and call.offer == attempt.offer else None

    async def _claim(self, attempt: Attempt) -> bool | None:
        """None: SQL is away. A claim that may or may not stand is not ours: it is asked for, as after a crash."""
        try:
            async with asyncio.timeout(self._settings.sql_limit_s):
                return await self._ledger.claim(key_of(attempt), call=attempt.call, node=self._settings.node)
        except Exception as error:  # noqa: BLE001 - whatever is wrong with SQL: not written is not dialled
            log.warning("outbound.not_claimed", call=attempt.call, error=type(error).__name__)
            return None

    async def _put_aside(self, attempt: Attempt, reason: str) -> None:
        """Out of the line: declined it would be offered again at once, and its operator kept from live callers."""
        log.warning("outbound.put_aside", call=attempt.call, reason=reason)
        await steady(lambda: self._queues.leave(attempt.call), limit=self._settings.queue_limit_s, what="leave")

    async def _postpone(self, attempt: Attempt, reason: str) -> None:
        async def postpone() -> None:
            await self._queues.postpone(attempt.call, attempt.offer, reason)

        await self._say(attempt, postpone, "postpone")

    async def _settle(self, attempt: Attempt, state: Settled, reason: str = "") -> None:
        """SQL away: asked again for a while; past that the claim is found at the next look, or start."""

        async def settle() -> None:
            await self._ledger.settle(key_of(attempt), state, reason)

        await self._say(attempt, settle, "settle")

    async def _say(self, attempt: Attempt, verb: Callable[[], Awaitable[None]], what: str) -> None:
        try:
            await steady(verb, limit=self._settings.settle_limit_s, what=what)
        except Stale:  # the lease ran out: it is back in the line by itself
            log.info("outbound.stale", call=attempt.call, what=what)
        except (QueueAway, QueueError) as error:
            log.warning("outbound.not_told", call=attempt.call, what=what, code=error.code)
