"""What the queue says of one call while it waits: its present offer, and its end. Events wake, the state decides."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass

import structlog

from kezek_queue.types import Call, CallState, FeedEvent, Kind, Queues

log = structlog.get_logger(__name__)

REOPEN_S = 1.0  # before the events are followed again after they broke


@dataclass(frozen=True, slots=True)
class Offered:
    """An offer as this node may use it: until `deadline` by its own monotonic clock (the loop's)."""

    offer: int
    operator: str
    phone: str
    deadline: float


class Watch:
    """Follows one call. `changed` is set at each change; `offered` is the offer that stands, None when there is none.

    The lease is given by Redis's clock. It is read on ours by a moment that surely came before one of Redis's: we asked
    for the place at `asked_at`, Redis placed the call at `PLACED.at`, so a lease of so many seconds after PLACED.at is
    over on our clock no later than so many seconds after `asked_at`, however late its event was read.
    """

    def __init__(self, queues: Queues, call: str) -> None:
        self.changed = asyncio.Event()
        self.offered: Offered | None = None
        self.ended = ""
        self.asked_at = 0.0
        self._queues, self._call = queues, call
        self._following = asyncio.Event()
        self._behind: float | None = None  # our clock minus Redis's, at most
        self._latest = 0  # the greatest offer seen

    async def follow(self) -> None:
        """Read the call's events for ever; where they break, the state is read and they are followed again."""
        while True:
            try:
                async with self._queues.follow(self._call) as events:
                    self._following.set()
                    async for event in events:
                        await self._take(event)
            except Exception as error:  # noqa: BLE001 - Redis away or a gap: `look` still tells, if slower
                log.warning("watch.broken", call=self._call, error=type(error).__name__)
            self.changed.set()
            await asyncio.sleep(REOPEN_S)

    async def following(self, limit: float) -> None:
        """Wait until events are followed, for at most `limit` seconds: without them the call still polls."""
        with suppress(TimeoutError):
            async with asyncio.timeout(limit):  # wait_for may swallow a cancellation (Python 3.11)
                await self._following.wait()

    async def look(self) -> Call:
        """Read the state itself and set right what events may have missed. Raises QueueErrors."""
        before = self.offered
        call = await self._queues.call(self._call)
        if call.state is CallState.ENDED:
            self.ended = call.end
        elif call.state is CallState.OFFERED and call.offer > self._latest:
            operator = await self._queues.operator(call.operator)
            if operator.call == self._call and operator.until:
                await self._stands(call.offer, call.operator, operator.phone, operator.until)
        elif before is not None and self.offered is before and not _same(call, before):
            self.offered = None
        self.changed.set()
        return call

    def forget(self, offer: int) -> None:
        """This offer is done with, whatever events still come."""
        if self.offered is not None and self.offered.offer == offer:
            self.offered = None

    async def read_clock(self) -> None:
        """Ask Redis for its time, where no PLACED told it (a resumed call) or told it too long ago."""
        asked_at = asyncio.get_running_loop().time()
        self._behind = asked_at - (await self._queues.snapshot()).at

    async def _take(self, event: FeedEvent) -> None:
        match event.kind:
            case Kind.PLACED:
                self._behind = self.asked_at - event.at
            case Kind.OFFERED if int(event.data["offer"]) > self._latest:
                lease_until = float(event.data["lease_until"])
                await self._stands(int(event.data["offer"]), event.operator, str(event.data["phone"]), lease_until)
            case Kind.DECLINED | Kind.LAPSED:
                self.forget(int(event.data["offer"]))
            case Kind.ENDED:
                self.ended = str(event.data["end"])
            case _:
                return
        self.changed.set()

    async def _stands(self, offer: int, operator: str, phone: str, lease_until: float) -> None:
        if self._behind is None:
            await self.read_clock()
        if self._behind is not None and offer > self._latest:
            self._latest = offer
            self.offered = Offered(offer, operator, phone, lease_until + self._behind)


def _same(call: Call, offered: Offered) -> bool:
    return call.state in (CallState.OFFERED, CallState.TALKING) and call.offer == offered.offer
