"""Calls that nobody of this node conducts: set right by what Asterisk says of them.

A call strays when its node dies, or gives it to Asterisk's own queue. Its offers would lapse unserved and its operators
be paused for it; a talk begun meanwhile would be offered to somebody else; its end would never be told. Each of several
exchanges is asked for its own calls alone. What has ended is `burials`' matter.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Collection, Iterable

import structlog

from kezek_api.ours import Ours
from kezek_queue import CallKind, End, NotAllowed, QueueError, Stale, Unknown
from kezek_register import RegisterError
from kezek_register.phones import e164
from kezek_telephony import TelephonyError
from kezek_telephony.live import LiveCall, Where

log = structlog.get_logger(__name__)

ALL_S = 60.0  # how often Asterisk is asked of all its calls, whatever the line holds
WHOLE_S = 1.0  # Asterisk says its beginning in whole seconds


class Strays:
    """Several nodes may do the same at the same time: every verb here may be said twice."""

    def __init__(self, ours: Ours) -> None:
        self._ours, self._telephony, self._queues = ours, ours.telephony, ours.queues
        self._been_up = False
        self._owed = False  # a reconciliation that Redis or Asterisk did not let through
        self._asked_at = asyncio.get_running_loop().time()

    async def reconcile(self) -> None:
        """Calls that Asterisk no longer has get their end, and their operators are free again. Of whom Asterisk tells
        that he left, the burial tells the line; of the others whoever came before it began was cut by its death. One
        that does not say when it began, and comes back without a single call, has restarted."""
        self._owed = True
        board = self._telephony.switchboard
        try:
            live = await board.live_calls()
            restarted = self._been_up and not live and not board.started
            gone = await self._queues.reconcile(
                [*(one.call for one in live), *board.departed()],
                end=End.CUT if restarted else End.ABANDONED,
                exchange=self._ours.exchange,
                cut_before=board.started + WHOLE_S if board.started else 0.0,
            )
            await self._set_right(live)
        except (TelephonyError, QueueError) as away:
            log.warning("not_reconciled", code=away.code)
            return
        self._been_up, self._owed = True, False
        if gone:
            log.warning("calls_reconciled", number=len(gone))

    async def look(self) -> None:
        """From time to time. Asterisk is asked when the line holds calls that are not this node's, or has forgotten a
        talk of this node; and once a minute, for a talk that nobody knows and for an end that nobody heard."""
        if self._owed:
            await self.reconcile()
            return
        try:
            board, now = self._telephony.switchboard, asyncio.get_running_loop().time()
            strays = {each.call for each in (await self._queues.snapshot()).waiting if self._ours.strays(each.call)}
            due, talks = now - self._asked_at >= ALL_S, board.talks()
            if not (due or strays or (talks and talks - (await self._queues.calls(sorted(talks))).keys())):
                return
            live = await board.live_calls()
            unheard = await self._of_here(strays.difference((one.call for one in live), board.departed()))
            if unheard:
                await board.look_again()
            if due or unheard:
                self._asked_at = now
                await self.reconcile()
            else:
                await self._set_right(live)
        except (TelephonyError, QueueError) as away:
            log.debug("strays_not_seen", code=away.code)

    async def _of_here(self, calls: Collection[str]) -> set[str]:
        """Those that should have a channel at this exchange."""
        known = await self._queues.calls(sorted(calls)) if calls else {}
        callers = (call for call, _ in known.values() if call.kind is CallKind.CALL)
        return {call.call for call in callers if call.exchange == self._ours.exchange}

    async def _set_right(self, live: Iterable[LiveCall]) -> None:
        talks = [one for one in live if one.where is Where.TALKING and one.offer]
        known = await self._queues.calls([one.call for one in talks]) if talks else {}
        for one in live:
            with contextlib.suppress(Unknown, NotAllowed):
                if one.where in (Where.FALLBACK, Where.FALLBACK_TALKING):
                    if self._ours.strays(one.call):
                        await self._queues.leave(one.call)
                elif one in talks and (one.call not in known or self._ours.strays(one.call)):
                    await self._talks(one)

    async def _talks(self, one: LiveCall) -> None:
        """Its node died between the ring and the first word, or the line has forgotten it: the operator is with this
        caller, and nobody else's."""
        try:
            await self._queues.accept(one.call, one.offer)
            await self._queues.connect(one.call, one.offer)
        except (Stale, Unknown) as unheard:
            operator = await self._operator_of(one.phone)
            if operator:
                await self._adopt(one, operator)
            elif isinstance(unheard, Stale):  # the caller at least is offered to nobody else
                await self._queues.end(one.call, End.ANSWERED)

    async def _adopt(self, one: LiveCall, operator: str) -> None:
        await self._queues.adopt(
            one.call,
            caller=e164(one.caller) or one.caller,
            dialled=one.dialled,
            since=one.since,
            queue=self._ours.queue_of(one.dialled),
            exchange=self._ours.exchange,
            operator=operator,
            offer=one.offer,
            connected_at=0.0,
            priority=one.priority,
        )
        log.warning("talk_adopted", call=one.call)

    async def _operator_of(self, phone: str) -> str:
        """Who is signed in there, else whose it is; '' when nobody can say."""
        if not phone:
            return ""
        operators = (await self._queues.snapshot(places=False)).operators
        here = next((each.operator for each in operators if each.phone == phone), "")
        if not here:
            with contextlib.suppress(RegisterError):
                here = await self._ours.memory.login_of(phone)
        return here
