"""An attempt under way: its trace, a mailbox of facts, and the talk that comes of it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from .ami_protocol import AmiEvent
from .ring import AsideTrace, Fact, Trace
from .types import Connected, Declined, Held, Resumed


class Attempt:
    """A Trace with a mailbox."""

    def __init__(self, trace: Trace) -> None:
        self.trace = trace
        self.stopped_phones: set[str] = set()  # '' is all of them
        self.dead = False  # the phone said nothing at all
        self.unclear = False  # nobody said whether the Redirect was taken
        self.talk = Talk()
        self._facts: asyncio.Queue[Fact] = asyncio.Queue()

    def take(self, event: AmiEvent) -> None:
        """An event that concerns it."""
        fact = self.trace.take(event)
        mine = self.trace.call in (event["uniqueid"], event["call"])
        if self.trace.end or (mine and (event.name == "ConfbridgeJoin" or event["userevent"] == "KezekHeld")):
            self.talk.moved.set()
        if not (isinstance(fact, Declined) and (self.dead or self.is_stopped(fact.phone))):
            self.put(fact)

    def is_stopped(self, phone: str) -> bool:
        """By us."""
        return bool({"", phone} & self.stopped_phones)

    @property
    def stopped(self) -> bool:
        """What rings, or rang last, was stopped by us."""
        last = [phone for _, phone in self.trace.legs.values()]
        return all(map(self.is_stopped, last or [""]))

    def put(self, fact: Fact | None) -> None:
        if isinstance(fact, Connected):
            self.put(self.trace.ringing())  # when it was missed: the steps come whole and in order
        if fact is not None:
            self._facts.put_nowait(fact)

    async def next(self, seconds: float) -> Fact | None:
        """None when nothing came for so long."""
        try:
            async with asyncio.timeout(seconds):
                return await self._facts.get()
        except TimeoutError:
            return None

    def tell_held(self, on: bool) -> None:
        """What the caller hears has changed; said once."""
        if self.talk.held is not on:
            self.talk.held = on
            self.put(Held() if on else Resumed())


class Aside(Attempt):
    """Somebody whom the operator asks. `joined`: the caller hears him too. `how`: of AsideEnded, as soon as it is
    known; '' where the caller has hung up; None while it goes on."""

    def __init__(self, room_leg: str) -> None:
        super().__init__(AsideTrace(room_leg))
        self.room_leg = room_leg
        self.joined = False
        self.how: str | None = None

    @property
    def over(self) -> bool:
        return self.how is not None

    @property
    def connected(self) -> bool:
        return not self.over and self.trace.connected_at is not None


@dataclass(slots=True)
class Talk:
    """What has become of a talk beyond the plain one. Channels are named by their Uniqueid."""

    shared: bool = False  # the operator's leg is in a room, no more in a plain Dial
    holder: str = ""  # the leg of ours the caller belongs to, once shared
    phone_leg: str = ""  # the leg of the holder's phone, where the holder is a Local channel before it
    waits: bool = False  # the caller is outside the room, with music
    deserted: bool = False  # the holder has left, and the caller is on his way back to us
    held: bool = False  # Held was told, and Resumed was not
    aside: Aside | None = None
    in_room: asyncio.Event = field(default_factory=asyncio.Event)  # the holder has entered it
    moved: asyncio.Event = field(default_factory=asyncio.Event)  # the caller is where he was last sent
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)  # one verb at a time
