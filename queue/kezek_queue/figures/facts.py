"""What is counted: a call with its legs, the spells of an operator. The feed tells them, and so does the history."""

from __future__ import annotations

from dataclasses import dataclass, field

from kezek_queue.values import CallKind


@dataclass(slots=True)
class Leg:
    """One operator's part of a call; his fence makes it unique. How: finished | transferred | handed_over | helper, ''
    while it goes on. Times in unix seconds, 0 is not yet."""

    operator: str
    queue: str
    connected_at: float
    finished_at: float = 0.0
    talk_s: float = 0.0  # without holds
    hold_s: float = 0.0
    wrap_up_s: float = 0.0
    how: str = ""


@dataclass(slots=True)
class CallFacts:
    """`since` is the arrival, 0 when nobody told it: such a call is of no cohort.

    `queue` is where it was first answered, else where it stood last. `waited_s` counts from the place in the line to
    the first talk, or to the end when there was none; it is known when either has come.
    """

    call: str
    kind: CallKind = CallKind.CALL
    since: float = 0.0
    queue: str = ""
    priority: int = 0
    placed_at: float = 0.0
    connected_at: float = 0.0
    ended_at: float = 0.0
    end: str = ""
    waited_s: float = 0.0
    legs: dict[int, Leg] = field(default_factory=dict)

    @property
    def waiting(self) -> bool:
        return self.placed_at > 0 and not self.connected_at and not self.ended_at


@dataclass(frozen=True, slots=True)
class Spell:
    """An operator was in one state from `began` to `ended`."""

    operator: str
    state: str  # a value of OperatorState
    reason: str
    began: float
    ended: float
