"""One call as it is conducted: who is on the line, what is known of it, and what has been decided so far."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from kezek_ivr.honest_wait import ToldWait
from kezek_ivr.keeping import Keeper, Story
from kezek_ivr.types import Recording
from kezek_ivr.watch import Watch
from kezek_queue.types import Call, CallKind, CallState
from kezek_telephony.types import Line

BEHIND = -1  # who knows already, and waits all the same
USUAL = 0
EMERGENCY = 9
KEPT_S = 1.0  # a place that counts from so long before the arrival is an earlier call's


@dataclass(slots=True)
class Conversation:
    line: Line
    keeper: Keeper
    story: Story
    watch: Watch
    queue: str
    language: str = ""
    priority: int = USUAL
    skills: Mapping[str, int] = field(default_factory=dict)  # wanted: name -> least level
    wanted: str = ""  # the one operator
    straight: bool = False  # no more questions: on to the operator
    silent: bool = False  # not a word and not a digit, whatever was asked
    wants_state: bool = False  # of a ticket
    kind: CallKind = CallKind.CALL
    since: float = 0.0  # arrival, by the queue; unix seconds
    place_since: float = 0.0
    placed_at: float = 0.0  # when it came into the line first
    place_kept: bool = False  # of an earlier call: told once
    passed_on: bool = False  # by an operator: told once
    position: int = 0  # the last place told; it never grows
    told_wait: ToldWait = field(default_factory=ToldWait)
    callback_offered: bool = False
    told_outages: set[int] = field(default_factory=set)
    news: int = -1  # of outages, as far as he has been told in the line
    told_bulletins: set[int] = field(default_factory=set)
    recording: Recording = "forbidden"
    operator: str = ""  # who talks or talked with the caller
    offer: int = 0  # the fence; 0 in a talk: none of our operators is in it any more
    talks_since: float = 0.0  # by the loop's clock
    finished: int = 0  # the fence of the talk whose end the queue knows: its operator wraps up, or is free
    divert_to: str = ""  # a number outside, asked for by the operator
    connected: bool = False  # in a talk now, or after the last one
    talked: bool = False  # in a talk at any time: the place that he has now is after a transfer
    joined: bool = True  # False: we called, and he has not yet said that he wants to speak

    @property
    def call(self) -> str:
        return self.line.arrival.call

    def take_over(self, standing: Call) -> None:
        """The call as the queue knows it when it comes into our hands."""
        arrival = self.line.arrival
        self.kind, self.since = standing.kind, standing.since
        self.place_since = standing.place_since or standing.since
        self.place_kept = not arrival.resumed and self.place_since < standing.since - KEPT_S
        # the channel remembers what an empty Redis does not; it remembers nothing below the usual
        self.priority = max(standing.priority, arrival.priority) if arrival.priority else standing.priority
        if self.kind is CallKind.CALL and not standing.placed_at:
            self.priority = max(self.priority, USUAL)  # behind is who knows in this call, not who did in one before it
        self.stands(standing)

    def stands(self, call: Call) -> None:
        """What it waits for now: placing it again must not change that."""
        self.placed_at = call.placed_at or self.placed_at
        if call.state in (CallState.WAITING, CallState.OFFERED, CallState.LATER):
            self.queue, self.skills, self.wanted = call.queue or self.queue, call.skills, call.wanted
            self.priority = max(self.priority, call.priority)
