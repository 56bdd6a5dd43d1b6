"""The waiting line's words: states, ends, offers, events. The same words in Lua, SQL, JSON, MQTT and on the screen."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

from .errors import Gap as Gap
from .errors import NotAllowed as NotAllowed
from .errors import QueueError as QueueError
from .errors import Stale as Stale
from .errors import Unavailable as Unavailable
from .errors import Unknown as Unknown


class End(StrEnum):
    """How a call may end. Anything else is lost."""

    ANSWERED = "answered"
    ABANDONED = "abandoned"
    INFORMED = "informed"
    RECORDED = "recorded"
    CALLBACK = "callback"
    DIVERTED = "diverted"
    REFUSED = "refused"
    CUT = "cut"


class OperatorState(StrEnum):
    AWAY = "away"  # not signed in
    READY = "ready"
    PAUSED = "paused"  # with a reason
    OFFERED = "offered"
    TALKING = "talking"
    WRAP_UP = "wrap_up"


class CallState(StrEnum):
    ARRIVED = "arrived"  # in the dialogue: not yet in a queue, or after a talk (then `connected_at` is set)
    WAITING = "waiting"
    OFFERED = "offered"
    TALKING = "talking"
    ENDED = "ended"


class Kind(StrEnum):
    """Kinds of feed events; each names the call and the operator it concerns, where there is one.

    `data` by kind (times in unix seconds): arrived {since, dialled, node}; placed {priority, position, since}; left {};
    offered {offer, phone, lease_until}; accepted {offer}; declined {offer, reason, pause}; lapsed {offer, reason:
    no_answer | desk_silent | unreachable}; connected {offer, waited_s}; finished {offer, until}; ended {end, since,
    connected_at}; operator {state, reason, until, reachable, desk}. No number and no caller's word is in the feed.
    """

    ARRIVED = "arrived"
    PLACED = "placed"
    LEFT = "left"  # out of the line without an end: somebody else serves the caller now
    NOTED = "noted"  # the call's notes changed: read them again (the event carries no words)
    OFFERED = "offered"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    LAPSED = "lapsed"
    CONNECTED = "connected"
    FINISHED = "finished"  # the talk is over, wrap-up begins
    ENDED = "ended"  # the call has reached its one end
    OPERATOR = "operator"  # an operator's state changed


@dataclass(frozen=True, slots=True)
class Offer:
    """One caller offered to one operator until `lease_until`. `offer` is the fencing number: it only ever grows."""

    offer: int
    call: str
    operator: str
    phone: str
    queue: str
    lease_until: float  # unix seconds, by Redis TIME


@dataclass(frozen=True, slots=True)
class Operator:
    operator: str  # login
    phone: str
    state: OperatorState
    since: float  # unix seconds in this state
    reason: str  # of a pause; '' otherwise
    queues: tuple[str, ...]
    skills: Mapping[str, int]  # name -> level 1..9
    reachable: bool  # the phone is registered
    desk: bool  # a page is open and answers; only asked of operators who use one
    call: str  # the call offered, talked to or being wrapped up; '' otherwise
    until: float  # end of a lease or of the wrap-up; 0 when there is none


@dataclass(frozen=True, slots=True)
class Waiting:
    """A place: kept while the call is offered, so that nobody's announced place grows when an offer is not taken."""

    call: str
    queue: str
    priority: int  # higher goes first; 0 is usual, 9 is an emergency
    since: float
    position: int  # 1 is next


@dataclass(frozen=True, slots=True)
class Call:
    call: str
    state: CallState
    caller: str  # '' when hidden
    dialled: str
    queue: str
    priority: int
    skills: Mapping[str, int]  # wanted: name -> least level
    since: float  # arrival
    placed_at: float  # 0 before
    offered_at: float
    connected_at: float
    operator: str
    offer: int
    end: str  # '' while it lives, then a value of End
    node: str  # which node conducts it


@dataclass(frozen=True, slots=True)
class QueueLoad:
    queue: str
    waiting: int  # callers not yet connected: waiting or being offered
    longest_wait_s: float
    ready: int  # operators who could be offered a call now
    talking: int  # talks going on with callers of this queue
    answered: int  # since local midnight, as counted in the same scripts
    abandoned: int


@dataclass(frozen=True, slots=True)
class Snapshot:
    at: float
    feed_id: str  # the feed's last id that this picture includes
    queues: tuple[QueueLoad, ...]
    operators: tuple[Operator, ...]
    waiting: tuple[Waiting, ...]


@dataclass(frozen=True, slots=True)
class FeedEvent:
    id: str  # the stream id: grows
    kind: Kind
    at: float
    call: str = ""
    operator: str = ""
    queue: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)


class Queues(Protocol):
    """The line's verbs. The Redis engine and the pure Python model both are one, and the same tests hold them together.

    Each writing verb is one script, atomic, appends its feed events inside, makes every offer that has become possible,
    and is idempotent: the same `key` again gives the first reply again (a verb without a key makes its own). Verbs that
    carry a fencing number raise Stale when it is not the present one.
    """

    # calls
    async def arrive(
        self, call: str, *, caller: str, dialled: str, since: float, node: str, key: str | None = None
    ) -> Call:
        """A call is with us. A known one is returned as it stands, now conducted by `node`; its place is kept."""
        ...

    async def place(
        self,
        call: str,
        *,
        queue: str,
        priority: int = 0,
        skills: Mapping[str, int] | None = None,
        key: str | None = None,
    ) -> Waiting:
        """Into the line; the place counts from the arrival. A call already there keeps its place."""
        ...

    async def leave(self, call: str) -> None:
        """Out of the line without an end: nobody of ours can serve the caller now, so nobody is offered to him.

        The call is ARRIVED again, a pending offer is taken back (DECLINED, reason 'left') and its operator ready as
        before; a later `place` puts it back to the same place. Outside the line it changes nothing; NotAllowed in a
        talk."""
        ...

    async def note(self, call: str, notes: Mapping[str, Any]) -> None:
        """Keep what is known about the call (JSON; replaced whole) for whoever takes it; lives a day past its end."""
        ...

    async def notes(self, call: str) -> dict[str, Any]: ...

    async def end(self, call: str, end: End, *, key: str | None = None) -> bool:
        """The call's one end; False when it had one already. A waiting place or a pending offer goes with it, and an
        operator still talking to it wraps up. Once connected, ABANDONED is counted as ANSWERED."""
        ...

    # operators
    async def sign_in(
        self,
        operator: str,
        *,
        phone: str,
        queues: Sequence[str],
        skills: Mapping[str, int] | None = None,
        desk: bool,
        key: str | None = None,
    ) -> Operator:
        """AWAY becomes PAUSED('signed_in'); an operator already there keeps the state. `desk`: uses a page, whose
        heartbeat then counts; False for a phone alone."""
        ...

    async def sign_out(self, operator: str, *, key: str | None = None) -> None:
        """AWAY, at once or after the present talk."""
        ...

    async def ready(self, operator: str, *, key: str | None = None) -> Operator:
        """The operator's own command: the last one wins, in a talk it counts for the time after the wrap-up."""
        ...

    async def pause(self, operator: str, reason: str, *, key: str | None = None) -> Operator: ...

    async def phones(self, registered: Collection[str]) -> None:
        """All phones registered now: no offer goes to another one."""
        ...

    async def beat(self, operator: str, *, alive: bool = True) -> None:
        """The desk's page answered (or is gone). A desk silent for `desk_timeout` (3 s) gets no offers."""
        ...

    # offers
    async def accept(self, call: str, offer: int) -> None:
        """The operator's phone was picked up; the lease no longer runs."""
        ...

    async def connect(self, call: str, offer: int) -> None:
        """Both are bridged: ANSWERED is now this call's end to come."""
        ...

    async def decline(self, call: str, offer: int, reason: str, *, pause: bool) -> None:
        """Not taken: the caller is back at the same place, the operator paused with that reason, or ready again."""
        ...

    async def finish(self, call: str, offer: int, *, wrap_up: float) -> None:
        """The talk is over: the operator wraps up for at most `wrap_up` seconds. Does not end the call."""
        ...

    async def wrap_up_done(self, operator: str, *, key: str | None = None) -> Operator: ...

    async def tick(self) -> float:
        """End what is due: leases lapse, wrap-ups end, silent desks lose their offers. Seconds until the next due time,
        at most 1."""
        ...

    async def reconcile(
        self, live_calls: Collection[str], *, end: End = End.ABANDONED, grace_s: float = 5.0
    ) -> tuple[str, ...]:
        """End every call that Asterisk no longer has and free its operator; the calls ended, oldest first.

        `end`: CUT after a restart of Asterisk, ABANDONED when only we were away. A call that arrived less than
        `grace_s` ago is left alone: it may be younger than the list."""
        ...

    # reading
    async def call(self, call: str) -> Call:
        """Raises Unknown."""
        ...

    async def operator(self, operator: str) -> Operator:
        """Raises Unknown."""
        ...

    async def snapshot(self) -> Snapshot: ...

    def feed(self, after: str = "$") -> AsyncIterator[FeedEvent]:
        """Events after that id ('$': from now), for ever."""
        ...

    def follow(self, call: str) -> AbstractAsyncContextManager[AsyncIterator[FeedEvent]]:
        """The events of one call from the moment of entering, none missed; one reader of the feed serves them all.

        This and `feed` raise Gap when events were lost: never a silent hole."""
        ...

    def consume(self, group: str, consumer: str) -> AsyncIterator[FeedEvent]:
        """Durable reading from the feed's start: each event to one consumer of the group, again until acknowledged.

        First what this consumer left, then what dead ones left, then new events, for ever. Raises Gap once when events
        were trimmed before the group read them; a new `consume` goes on behind the hole."""
        ...

    async def acknowledge(self, group: str, event: FeedEvent) -> None: ...
