"""The model's records of calls and operators, as the Redis hashes hold them: times are whole milliseconds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from .types import Call, CallKind, CallState, NotAllowed, Operator, OperatorState

PRIORITY_STEP = 10**13  # more milliseconds than any date has: a higher priority goes before any wait
LEAST = -1  # behind all who wait as usual
AT_WORK = (OperatorState.READY, OperatorState.OFFERED, OperatorState.TALKING, OperatorState.WRAP_UP)
IN_LINE = (CallState.WAITING, CallState.OFFERED)


def check_priority(priority: int) -> None:
    if not LEAST <= priority <= 9:
        raise NotAllowed("a priority is -1 to 9")


@dataclass(slots=True)
class CallRecord:
    call: str
    caller: str
    dialled: str
    since: int
    node: str
    seen: int  # when a node last said that it conducts the call; 0: has no channel yet (a callback not dialled)
    place_since: int
    floor: int = LEAST  # the priority of an earlier call of the same caller: it is not lost by dialling again
    kind: CallKind = CallKind.CALL
    of: str = ""
    state: CallState = CallState.ARRIVED
    queue: str = ""
    priority: int = 0
    skills: Mapping[str, int] = field(default_factory=dict)
    named: str = ""  # the operator it was asked for
    wanted: str = ""  # the one it is still kept for, until `wanted_until`
    wanted_until: int = 0
    lane: str = ""
    placed_at: int = 0
    line_at: int = 0  # since when it stands in the line this time: `placed_at`, or a transfer
    offered_at: int = 0
    connected_at: int = 0
    operator: str = ""
    offer: int = 0
    accepted: bool = False
    ringing: list[str] = field(default_factory=list)
    rung: int = 0  # how many were rung under this offer
    talk_at: int = 0  # the present operator's talk
    held_at: int = 0
    held: int = 0  # milliseconds on hold of the present operator's talk, without the present hold
    helper: str = ""
    helper_offer: int = 0
    helper_accepted: bool = False
    helper_at: int = 0
    aside_to: str = ""
    aside_state: str = ""
    attempts: int = 0
    until: int = 0
    end: str = ""
    exchange: str = ""  # which has the channel
    reached: bool = False  # a callback whose citizen has picked up
    behind_until: int = 0  # until when it stands behind at most, once it has: at priority 0 from then on; 0: for ever
    took: str = ""  # the callback whose place it has, until it stands in the line

    @property
    def rank(self) -> tuple[int, bytes]:
        """Sorts callers: higher priority, then longer wait (to the millisecond), then the call's name."""
        return (self.place_since - self.priority * PRIORITY_STEP, self.call.encode())

    @property
    def behind(self) -> bool:
        return self.priority < 0

    @property
    def to_dial(self) -> bool:
        """A callback whose citizen is not on the line."""
        return self.kind is CallKind.CALLBACK and not self.connected_at

    def view(self) -> Call:
        return Call(
            call=self.call,
            state=self.state,
            caller=self.caller,
            dialled=self.dialled,
            queue=self.queue,
            priority=self.priority,
            skills=dict(self.skills),
            since=self.since / 1000,
            placed_at=self.placed_at / 1000,
            offered_at=self.offered_at / 1000,
            connected_at=self.connected_at / 1000,
            operator=self.operator,
            offer=self.offer,
            end=self.end,
            node=self.node,
            place_since=self.place_since / 1000,
            kind=self.kind,
            of=self.of,
            wanted=self.wanted,
            ringing=tuple(self.ringing),
            helper=self.helper,
            helper_offer=self.helper_offer,
            held_at=self.held_at / 1000,
            aside_to=self.aside_to,
            aside_state=self.aside_state,
            attempts=self.attempts,
            until=self.until / 1000,
            exchange=self.exchange,
        )


@dataclass(slots=True)
class OperatorRecord:
    operator: str
    phone: str = ""
    queues: tuple[str, ...] = ()
    joined: tuple[str, ...] = ()
    skills: Mapping[str, int] = field(default_factory=dict)
    uses_desk: bool = False
    state: OperatorState = OperatorState.AWAY
    since: int = 0
    reason: str = ""
    beat: int = 0
    desk_ok: bool = False
    exchange: str = ""  # where the phone is registered
    up: bool = False  # it is
    call: str = ""
    offer: int = 0
    queue: str = ""  # of `call`
    helps: bool = False  # `call` is another's: this one is its helper
    until: int = 0
    extensions: int = 0
    idle: int = 0  # idle since: the longest idle is offered first
    signed: int = 0  # since when signed in
    busy: int = 0  # milliseconds of talk and wrap-up since then
    share: int = 0  # `busy` of the time signed in, 0..500, when he last became ready
    missed: int = 0  # offers to several, one after another, that nobody picked up
    next: str = ""  # the command that waits for the talk's or the wrap-up's end: '', paused, away
    next_reason: str = ""

    @property
    def able(self) -> bool:
        """The phone is registered and the desk, when one is used, was alive when last looked at (P16, P22)."""
        return self.up and (not self.uses_desk or self.desk_ok)

    @property
    def serving(self) -> tuple[str, ...]:
        return (*self.queues, *(queue for queue in self.joined if queue not in self.queues))

    def view(self) -> Operator:
        return Operator(
            operator=self.operator,
            phone=self.phone,
            state=self.state,
            since=self.since / 1000,
            reason=self.reason,
            queues=self.queues,
            skills=dict(self.skills),
            reachable=self.up,
            desk=self.uses_desk and self.desk_ok,
            call=self.call,
            until=self.until / 1000,
            joined=self.joined,
            exchange=self.exchange,
            offer=self.offer,
            extensions=self.extensions,
        )
