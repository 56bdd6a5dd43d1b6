"""The shapes of the history's doors (docs/api.md): calls with their legs, abandoned callers, callbacks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from pydantic import AwareDatetime

from kezek_api.shapes import Shape, moment
from kezek_queue import types as line
from kezek_register import types as register


class LegView(Shape):
    operator: str
    queue: str
    connected_at: AwareDatetime
    talk_s: float
    hold_s: float
    wrap_up_s: float
    how: Literal["", "finished", "transferred", "handed_over", "helper"]  # '' while it goes on

    @classmethod
    def of(cls, value: register.Leg) -> LegView:
        return cls.model_validate(
            {
                "operator": value.operator,
                "queue": value.queue,
                "connected_at": value.connected_at,
                "talk_s": round(value.talk_s, 1),
                "hold_s": round(value.hold_s, 1),
                "wrap_up_s": round(value.wrap_up_s, 1),
                "how": value.how,
            }
        )


class CallRow(Shape):
    call: str
    kind: Literal["call", "callback"]
    of: str
    caller: str
    language: str
    queue: str
    priority: int
    since: AwareDatetime
    waited_s: float
    end: str  # '' while it lives
    ended_at: AwareDatetime | None
    ticket: str
    recording: bool
    legs: tuple[LegView, ...]

    @classmethod
    def of_record(cls, value: register.CallRecord, legs: Sequence[register.Leg]) -> CallRow:
        return cls.model_validate(
            {
                "call": value.call,
                "kind": value.kind,
                "of": value.of,
                "caller": value.caller,
                "language": value.language,
                "queue": value.queue,
                "priority": value.priority,
                "since": value.since,
                "waited_s": round(value.waited_s, 1),
                "end": value.end,
                "ended_at": value.ended_at,
                "ticket": value.ticket,
                "recording": bool(value.recording),
                "legs": [LegView.of(leg) for leg in legs],
            }
        )


class Calls(Shape):
    calls: tuple[CallRow, ...]


class AbandonedView(Shape):
    call: str
    caller: str
    language: str
    queue: str
    since: AwareDatetime
    waited_s: float
    end: str
    reached_at: AwareDatetime | None
    reached_by: Literal["", "call", "callback"]
    callback: Literal["", "pending", "done"]

    @classmethod
    def of(cls, value: register.Abandoned) -> AbandonedView:
        record = value.call
        return cls(
            call=record.call,
            caller=record.caller,
            language=record.language,
            queue=record.queue,
            since=record.since,
            waited_s=round(record.waited_s, 1),
            end=record.end,
            reached_at=value.reached_at,
            reached_by=value.reached_by,
            callback=value.callback,
        )


class AbandonedList(Shape):
    abandoned: tuple[AbandonedView, ...]


class Callback(Shape):
    call: str
    of: str
    caller: str
    queue: str
    since: AwareDatetime | None
    place_since: AwareDatetime | None
    position: int  # 1 is next; 0 outside the line
    state: Literal["waiting", "offered", "talking", "later"]
    attempts: int
    until: AwareDatetime | None  # when it is tried again, of one that is 'later'
    operator: str

    @classmethod
    def of_call(cls, value: line.Call, position: int = 0) -> Callback:
        return cls.model_validate(
            {
                "call": value.call,
                "of": value.of,
                "caller": value.caller,
                "queue": value.queue,
                "since": moment(value.since),
                "place_since": moment(value.place_since),
                "position": position,
                "state": _STATES[value.state],
                "attempts": value.attempts,
                "until": moment(value.until),
                "operator": value.operator,
            }
        )


_STATES = {
    line.CallState.ARRIVED: "talking",  # after the talk, until it ends
    line.CallState.WAITING: "waiting",
    line.CallState.OFFERED: "offered",
    line.CallState.TALKING: "talking",
    line.CallState.LATER: "later",
}


class Callbacks(Shape):
    callbacks: tuple[Callback, ...]
