"""Calls that nobody of this node conducts: set right by what Asterisk says of them.

A call strays when its node dies, or gives it to Asterisk's own queue. Its offers would lapse unserved and its operators
be paused for it; a talk begun meanwhile would be offered to somebody else; its end would never be told. Each of several
exchanges is asked for its own calls alone.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterable

import structlog

from kezek_queue import End, NotAllowed, QueueError, Queues, Stale, Unavailable, Unknown
from kezek_telephony import CallGone, Telephony, TelephonyError
from kezek_telephony.live import LiveCall, Where

log = structlog.get_logger(__name__)

BURY_S = 5.0  # what the conductor of a call that has gone gets to end it himself
AGAIN_S = 1.0


class Strays:
    """Several nodes may do the same at the same time: every verb here may be said twice."""

    def __init__(
        self,
        telephony: Telephony,
        queues: Queues,
        *,
        exchange: str = "",
        conducted: Callable[[str], bool] = lambda call: False,
    ) -> None:
        """`conducted`: by this node, at another exchange."""
        self._telephony, self._queues = telephony, queues
        self._exchange, self._conducted = exchange, conducted
        self._been_up = False
        self._owed = False  # a reconciliation that Redis or Asterisk did not let through

    async def reconcile(self) -> None:
        """Calls that Asterisk no longer has get their end, and their operators are free again. An Asterisk that comes
        back without a single call has restarted: it cut them."""
        self._owed = True
        try:
            live = await self._telephony.switchboard.live_calls()
            end = End.CUT if self._been_up and not live else End.ABANDONED
            gone = await self._queues.reconcile([one.call for one in live], end=end, exchange=self._exchange)
            await self._set_right(live)
        except (TelephonyError, QueueError) as away:
            log.warning("not_reconciled", code=away.code)
            return
        self._been_up, self._owed = True, False
        if gone:
            log.warning("calls_reconciled", number=len(gone))

    async def look(self) -> None:
        """From time to time. Asterisk is only asked when the line holds calls that are not this node's."""
        if self._owed:
            await self.reconcile()
            return
        try:
            waiting = (await self._queues.snapshot()).waiting
            if any(self._strays(each.call) for each in waiting):
                await self._set_right(await self._telephony.switchboard.live_calls())
        except (TelephonyError, QueueError) as away:
            log.debug("strays_not_seen", code=away.code)

    async def bury(self, gone: CallGone) -> None:
        """The end of a call that left: talked to by way of the fallback queue, or gone while its node was away. Its
        conductor, if there is one, comes first."""
        if not gone.by_fallback:
            await asyncio.sleep(BURY_S)
        if not self._strays(gone.call):
            return
        await self._end(gone.call, End.ANSWERED if gone.by_fallback else End.ABANDONED)

    async def _end(self, call: str, end: End) -> None:
        """Asked again while Redis is away; a call that the line does not know, or has ended, is left as it is."""
        while True:
            try:
                await self._queues.end(call, end)
            except Unavailable as away:
                log.warning("end_not_told", call=call, code=away.code)
            except Unknown:
                return
            else:
                return
            await asyncio.sleep(AGAIN_S)

    async def _set_right(self, live: Iterable[LiveCall]) -> None:
        for one in live:
            if not self._strays(one.call):
                continue
            with contextlib.suppress(Unknown, NotAllowed):
                if one.where in (Where.FALLBACK, Where.FALLBACK_TALKING):
                    await self._queues.leave(one.call)
                elif one.where is Where.TALKING and one.offer:
                    await self._talks(one)

    async def _talks(self, one: LiveCall) -> None:
        """Its node died between the ring and the first word: the operator is with this caller, and nobody else's."""
        try:
            await self._queues.accept(one.call, one.offer)
            await self._queues.connect(one.call, one.offer)
        except Stale:  # the lease ran out before anybody looked: the caller at least is offered to nobody else
            await self._queues.end(one.call, End.ANSWERED)

    def _strays(self, call: str) -> bool:
        return self._telephony.lines.get(call) is None and not self._conducted(call)
