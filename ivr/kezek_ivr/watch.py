"""What the queue says of one call: its present offer, its end, a transfer, the operator's commands. Events wake, the
state decides."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field

import structlog

from kezek_ivr.bell import Bell
from kezek_queue.types import Call, CallState, FeedEvent, Kind, Queues
from kezek_telephony.types import Phone

log = structlog.get_logger(__name__)

REOPEN_S = 1.0  # before the events are followed again after they broke


@dataclass(slots=True, eq=False)
class Offered:
    """An offer as this node may use it: until `deadline` by its own monotonic clock (the loop's)."""

    offer: int
    operator: str  # the first of those rung
    deadline: float
    phones: dict[str, Phone] = field(default_factory=dict)  # by name; who declines drops out
    operators: dict[str, str] = field(default_factory=dict)  # phone's name -> login, as far as it is known

    def drop(self, operator: str) -> None:
        """This operator rings no more; '' is all of them."""
        gone = [phone for phone, login in self.operators.items() if operator in ("", login)]
        for phone in gone or ([] if operator else list(self.phones)):
            self.phones.pop(phone, None)

    def who(self, phone: str) -> str:
        """The login at this phone; the first's where only one rang."""
        return self.operators.get(phone, "" if phone else self.operator)


@dataclass(frozen=True, slots=True)
class Command:
    """What an operator asks of the conductor. `offer`: the fence of whoever asks."""

    name: str
    offer: int
    facts: Mapping[str, str]


class Watch:
    """Follows one call. `changed` is set at each change; `offered` is the offer that stands, None when there is none;
    `helper` the one made to a second operator; `transferred` the fence of the talk that was given away last.

    The lease is given by Redis's clock. It is read on ours by a moment that surely came before one of Redis's: we asked
    for the place at `asked_at`, Redis placed the call at `PLACED.at`, so a lease of so many seconds after PLACED.at is
    over on our clock no later than so many seconds after `asked_at`, however late its event was read.
    """

    def __init__(self, queues: Queues, call: str) -> None:
        self.changed = Bell()
        self.offered: Offered | None = None
        self.helper: Offered | None = None
        self.commands: asyncio.Queue[Command] = asyncio.Queue()
        self.transferred = 0
        self.ended = ""
        self.unsure = False  # events were lost, and the state has not been read since
        self.asked_at: float | None = None  # when we asked for the place
        self._queues, self._call = queues, call
        self._following = asyncio.Event()
        self._behind: float | None = None  # our clock minus Redis's, at most
        self._latest = 0  # the greatest offer seen
        self._reading = False  # an event is being taken that has to wait for the clock

    async def follow(self) -> None:
        """Read the call's events for ever; where they break, the state is read and they are followed again."""
        while True:
            try:
                async with self._queues.follow(self._call, at_once=self._is_taken) as events:
                    self._following.set()
                    async for event in events:
                        await self._take(event)
            except Exception as error:  # noqa: BLE001 - Redis away or a gap: `look` still tells, if slower
                log.warning("watch.broken", call=self._call, error=type(error).__name__)
            self.unsure = True
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
        self.unsure = False
        if call.state is CallState.ENDED:
            self.ended = call.end
        elif call.state is CallState.OFFERED and call.offer > self._latest:
            await self._find(call)
        elif before is not None and self.offered is before:
            if not _same(call, before):
                self.offered = None
            elif call.state is CallState.OFFERED and call.ringing:
                for operator in set(before.operators.values()) - set(call.ringing):
                    before.drop(operator)
        self.changed.set()
        return call

    def forget(self, offer: int) -> None:
        """This offer is done with, whatever events still come."""
        if self.offered is not None and self.offered.offer == offer:
            self.offered = None

    async def read_clock(self) -> None:
        """Ask Redis for its time, where no PLACED told it (a resumed call) or told it too long ago."""
        asked_at = asyncio.get_running_loop().time()
        self._behind = asked_at - await self._queues.now()

    async def _find(self, call: Call) -> None:
        """The offer that stands, from the state of the operators rung under it."""
        found: Offered | None = None
        for login in call.ringing or (call.operator,):
            operator = await self._queues.operator(login)
            if operator.call == self._call and operator.until:
                found = found or Offered(call.offer, login, operator.until)
                found.phones[operator.phone] = Phone(operator.phone, operator.exchange)
                found.operators[operator.phone] = login
        if found is not None:
            if self._behind is None:
                await self.read_clock()
            self._stands(found)

    async def _take(self, event: FeedEvent) -> None:
        """One that had to wait."""
        self._reading = True
        try:
            if self._behind is None and event.kind is Kind.OFFERED:
                await self.read_clock()
            self._see(event)
        finally:
            self._reading = False

    def _is_taken(self, event: FeedEvent) -> bool:
        """Seen in the moment of its reading, unless an earlier one still waits for Redis's clock, or this one would."""
        if self._reading or (self._behind is None and event.kind is Kind.OFFERED):
            return False
        self._see(event)
        return True

    def _see(self, event: FeedEvent) -> None:
        match event.kind:
            case Kind.PLACED if self.asked_at is not None:
                self._place_asked(self.asked_at - event.at)
            case Kind.OFFERED:
                self._offer(event)
            case Kind.RENEWED:
                self._renew(event)
            case Kind.DECLINED | Kind.LAPSED:
                self._over(event)
            case Kind.TRANSFERRED:
                self.transferred = int(event.data["offer"])
                self.forget(self.transferred)
            case Kind.COMMAND:
                facts = {name: str(fact) for name, fact in event.data.items() if name not in ("name", "offer")}
                self.commands.put_nowait(Command(str(event.data["name"]), int(event.data["offer"]), facts))
            case Kind.ENDED:
                self.ended = str(event.data["end"])
            case _:
                return
        self.changed.set()

    def _place_asked(self, behind: float) -> None:
        """Somebody else may have placed the call, long after we asked: of two such bounds the greater one is nearer."""
        self._behind = behind if self._behind is None else max(behind, self._behind)

    def _offer(self, event: FeedEvent) -> None:
        """One event for each operator rung; the first names all phones."""
        data = event.data
        number, phone = int(data["offer"]), str(data["phone"])
        for known in (self.offered, self.helper):
            if known is not None and known.offer == number:
                known.operators[phone] = event.operator
        if number <= self._latest:
            return
        offered = Offered(number, event.operator, float(data["lease_until"]), operators={phone: event.operator})
        pairs = data.get("phones") or [[phone, data.get("exchange", "")]]
        offered.phones = {str(name): Phone(str(name), str(exchange)) for name, exchange in pairs}
        self._stands(offered, helper=bool(data.get("helper")))

    def _stands(self, offered: Offered, *, helper: bool = False) -> None:
        """`offered` with the lease's end still by Redis's clock, which has been read."""
        if self._behind is None or offered.offer <= self._latest:
            return
        offered.deadline += self._behind
        self._latest = offered.offer
        if helper:
            self.helper = offered
        else:
            self.offered = offered

    def _renew(self, event: FeedEvent) -> None:
        for offered in (self.offered, self.helper):
            if offered is not None and offered.offer == int(event.data["offer"]) and self._behind is not None:
                offered.deadline = float(event.data["lease_until"]) + self._behind

    def _over(self, event: FeedEvent) -> None:
        number = int(event.data["offer"])
        if self.helper is not None and self.helper.offer == number:
            self.helper = None
        if self.offered is not None and self.offered.offer == number:
            self.offered.drop(event.operator)
            if not self.offered.phones:
                self.offered = None


def _same(call: Call, offered: Offered) -> bool:
    return call.state in (CallState.OFFERED, CallState.TALKING) and call.offer == offered.offer
