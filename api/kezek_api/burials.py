"""The end of every call that Asterisk ever had, told to the line once, whatever was away meanwhile (P6).

Asterisk tells who left, by an event or by a row of its database, and says who it was. The conductor of the call, if
there is one, comes first. A call that the line does not know came and went while nobody could tell it, unless an
emptied Redis has only forgotten it: that is asked of the history, so that none counts twice (P5). Its row stays until
then.
"""

from __future__ import annotations

import asyncio
from itertools import islice

import structlog

from kezek_api.ours import Ours
from kezek_ivr.notice_rules import NOTICE
from kezek_queue import Call, CallState, End, QueueError, Unknown
from kezek_register import RegisterError
from kezek_register.phones import e164
from kezek_telephony import CallGone

log = structlog.get_logger(__name__)

BURY_S = 5.0  # what the conductor of a call that has gone gets to end it himself
BATCH = 200  # asked of the line at one time
OURS = ("cb-", NOTICE)  # whom we have dialled ourselves


class Burials:
    """`take` whoever left, `tend` every second or so. Several nodes may do the same."""

    def __init__(self, ours: Ours) -> None:
        self._ours = ours
        self._owed: dict[str, tuple[float, CallGone]] = {}  # by call: due by the loop's clock

    def take(self, gone: CallGone) -> None:
        unserved = gone.by_fallback or gone.cut
        due = asyncio.get_running_loop().time() + (0 if unserved else BURY_S)
        self._owed.setdefault(gone.call, (due, gone))

    def owes(self, call: str) -> bool:
        return call in self._owed

    async def tend(self) -> None:
        """What cannot be told now is told later."""
        while batch := self._due():
            try:
                known = await self._ours.queues.calls([gone.call for gone in batch])
                for gone in batch:
                    await self._bury(gone, known[gone.call][0] if gone.call in known else None)
            except QueueError as away:
                log.warning("ends_not_told", number=len(self._owed), code=away.code)
                return

    def _due(self) -> list[CallGone]:
        now = asyncio.get_running_loop().time()
        due = (gone for at, gone in self._owed.values() if at <= now and self._ours.strays(gone.call))
        return list(islice(due, BATCH))

    async def _bury(self, gone: CallGone, call: Call | None) -> None:
        try:
            if call is None:
                await self._bury_forgotten(gone)
            elif call.state is not CallState.ENDED:
                await self._ours.queues.end(gone.call, end_of(gone))
        except RegisterError as away:  # the others need not wait for it
            log.debug("call_not_found", call=gone.call, code=away.code)  # again and again while SQL is away
            self._owed[gone.call] = (asyncio.get_running_loop().time() + BURY_S, gone)
            return
        except Unknown:
            return  # the line has been emptied just now
        del self._owed[gone.call]
        self._ours.telephony.switchboard.settle(gone)

    async def _bury_forgotten(self, gone: CallGone) -> None:
        """Whom we dialled the register tells of, and a dialplan of before this one says of nobody who he was."""
        if not gone.since or gone.call.startswith(OURS) or await self._ours.memory.ended(gone.call):
            return
        await self._ours.queues.bury(
            gone.call,
            caller=e164(gone.caller) or gone.caller,
            dialled=gone.dialled,
            since=gone.since,
            queue=self._ours.queue_of(gone.dialled),
            exchange=self._ours.exchange,
            end=end_of(gone),
            left=gone.left,
        )
        log.warning("call_found", call=gone.call, end=str(end_of(gone)))


def end_of(gone: CallGone) -> End:
    """As far as Asterisk knows: the line knows of talks of its own."""
    if gone.cut:
        return End.CUT
    return End.ANSWERED if gone.by_fallback or gone.talked else End.ABANDONED
