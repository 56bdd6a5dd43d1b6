"""The waiting line's words: states, ends, offers, events. The same words in Lua, SQL, JSON, MQTT and on the screen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


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
    LATER = "later"  # a callback not reached: in the line again at its old place when its pause is over
    ENDED = "ended"


class CallKind(StrEnum):
    CALL = "call"
    CALLBACK = "callback"  # we dial: a call of its own, tied to the one it came from


class Kind(StrEnum):
    """Kinds of feed events; each names the call and the operator it concerns, where there is one.

    `data` by kind (times in unix seconds): arrived {since, place_since, dialled, node, kind, of, priority}; placed
    {priority, position, since, kind}; left {}; offered {offer, phone, exchange, phones: [[phone, exchange], ...],
    lease_until, kind, helper}: one for each operator rung; accepted {offer}; declined {offer, reason, pause};
    lapsed {offer, reason: no_answer | desk_silent | unreachable}; connected {offer, waited_s, helper; connected_at
    of an adopted talk}; held, resumed {offer}; transferred {offer, queue, operator: wanted}; aside {offer, to,
    state}; command {offer, name, ...}; postponed {offer, reason, until, attempts}, with offer 0 of one who dials in
    himself; finished {offer, until, talked_s, held_s, helper, how: finished | transferred | handed_over | helper};
    ended {end, since, placed_at, connected_at, kind, of, place_since, waited_s}; operator {state, reason, until,
    reachable, desk}: told once for a verb, as he is at its end; rung {name, before, since, by, why, because, held, n}:
    of the whole line. `talked_s` is without the hold; a transferred call
    is told as placed too. No number of a caller and no caller's word is in the feed.
    """

    ARRIVED = "arrived"
    PLACED = "placed"
    LEFT = "left"  # out of the line without an end: somebody else serves the caller now
    NOTED = "noted"  # the call's notes changed: read them again (the event carries no words)
    OFFERED = "offered"
    RENEWED = "renewed"  # the offer's lease is longer now
    ACCEPTED = "accepted"
    DECLINED = "declined"
    LAPSED = "lapsed"
    POSTPONED = "postponed"  # a callback was not reached
    CONNECTED = "connected"
    HELD = "held"
    RESUMED = "resumed"
    ASIDE = "aside"  # how the operator's consultation stands
    COMMAND = "command"  # the operator asks the node that conducts the call
    TRANSFERRED = "transferred"  # back in the line for somebody else; the talk with this operator is over
    FINISHED = "finished"  # the talk is over, wrap-up begins
    ENDED = "ended"  # the call has reached its one end
    OPERATOR = "operator"  # an operator's state changed
    RUNG = "rung"  # the ladder of overload: another rung, or held by hand, or let go


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
    joined: tuple[str, ...] = ()  # queues served beside the own ones until the sign-out: second line on demand
    exchange: str = ""  # where the phone is registered; '' with one exchange only
    offer: int = 0  # the fence under which `call` is his; a helper's differs from the owner's
    extensions: int = 0  # times this wrap-up was prolonged


@dataclass(frozen=True, slots=True)
class Waiting:
    """A place: kept while the call is offered, so that nobody's announced place grows when an offer is not taken."""

    call: str
    queue: str
    priority: int  # higher goes first; 0 is usual, 9 is an emergency
    since: float
    position: int  # 1 is next
    kind: CallKind = CallKind.CALL


@dataclass(frozen=True, slots=True)
class Call:
    call: str
    state: CallState
    caller: str  # '' when hidden
    dialled: str
    queue: str
    priority: int
    skills: Mapping[str, int]  # wanted: name -> least level
    since: float  # arrival of this very call
    placed_at: float  # 0 before
    offered_at: float
    connected_at: float
    operator: str
    offer: int
    end: str  # '' while it lives, then a value of End
    node: str  # which node conducts it
    place_since: float = 0.0  # what the place counts from: the arrival, or an earlier call's of the same caller
    kind: CallKind = CallKind.CALL
    of: str = ""  # a callback's original call
    wanted: str = ""  # the one operator it is kept for
    ringing: tuple[str, ...] = ()  # all operators rung under `offer`; `operator` is the first, then who picked up
    helper: str = ""  # a second operator, consulted or in conference
    helper_offer: int = 0
    held_at: float = 0.0  # 0 when not on hold
    aside_to: str = ""  # whom the operator speaks with aside: 'operator:<login>' or 'number:<digits>'
    aside_state: str = ""  # ringing | talking | joined; '' when there is none
    attempts: int = 0  # a callback's dialling attempts so far
    until: float = 0.0  # when a callback LATER is due
    exchange: str = ""  # which has the channel; '' with one exchange only


@dataclass(frozen=True, slots=True)
class QueueLoad:
    queue: str
    waiting: int  # callers not yet connected: waiting or being offered
    longest_wait_s: float
    ready: int  # operators who could be offered a call now
    talking: int  # talks going on with callers of this queue
    answered: int  # since local midnight, as counted in the same scripts
    abandoned: int
    callbacks: int = 0  # of `waiting`; those LATER are not waiting
    refused: int = 0  # since local midnight


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
