"""The model's records of calls and operators, as the Redis hashes hold them: times are whole milliseconds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from .types import Call, CallState, NotAllowed, Operator, OperatorState

PRIORITY_STEP = 10**13  # more milliseconds than any date has: a higher priority goes before any wait


def check_priority(priority: int) -> None:
    if not 0 <= priority <= 9:
        raise NotAllowed("a priority is 0 to 9")


@dataclass(slots=True)
class CallRecord:
    call: str
    caller: str
    dialled: str
    since: int
    node: str
    seen: int  # when a node last said that it conducts the call
    state: CallState = CallState.ARRIVED
    queue: str = ""
    priority: int = 0
    skills: Mapping[str, int] = field(default_factory=dict)
    placed_at: int = 0
    offered_at: int = 0
    connected_at: int = 0
    operator: str = ""
    offer: int = 0
    accepted: bool = False
    end: str = ""

    @property
    def rank(self) -> tuple[int, str]:
        """Sorts callers: higher priority, then longer wait (to the millisecond), then the call's name."""
        return (self.since - self.priority * PRIORITY_STEP, self.call)

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
        )


@dataclass(slots=True)
class OperatorRecord:
    operator: str
    phone: str = ""
    queues: tuple[str, ...] = ()
    skills: Mapping[str, int] = field(default_factory=dict)
    uses_desk: bool = False
    state: OperatorState = OperatorState.AWAY
    since: int = 0
    reason: str = ""
    beat: int = 0
    desk_ok: bool = False
    call: str = ""
    offer: int = 0
    until: int = 0
    idle: int = 0  # idle since: the longest idle is offered first
    next: str = ""  # the command that waits for the talk's or the wrap-up's end: '', paused, away
    next_reason: str = ""

    def view(self, *, reachable: bool) -> Operator:
        return Operator(
            operator=self.operator,
            phone=self.phone,
            state=self.state,
            since=self.since / 1000,
            reason=self.reason,
            queues=self.queues,
            skills=dict(self.skills),
            reachable=reachable,
            desk=self.uses_desk and self.desk_ok,
            call=self.call,
            until=self.until / 1000,
        )
