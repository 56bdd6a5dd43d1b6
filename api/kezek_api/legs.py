"""The feed's events as pieces of the history: calls, legs, operators' times. Pure: an event, and the call as it stands.

A call's own hash in Redis lives a day past its end; for an event older than that the event alone must do: only the
caller's number and language are missing then.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from kezek_queue.types import Call, CallKind, FeedEvent, Kind
from kezek_register.types import CallRecord, LegPiece, OperatorTime

OF_A_CALL = frozenset({Kind.ARRIVED, Kind.PLACED, Kind.CONNECTED, Kind.FINISHED, Kind.ENDED})
TOLD = OF_A_CALL | {Kind.OPERATOR, Kind.COMMAND, Kind.RUNG}
SAME_S = 0.0005  # the line counts whole milliseconds


def record_of(event: FeedEvent, call: Call | None, notes: Mapping[str, Any]) -> CallRecord:
    """What is known with this event; '' and None where nothing is. `call`: as it stands now, which may be later.

    `queue` is where it was first answered, else where it stood last; `operator` who had it last.
    """
    data, ended = event.data, event.kind is Kind.ENDED
    connected = _connected(event, call)
    first = event.kind is Kind.CONNECTED and not data.get("helper") and abs(connected - event.at) < SAME_S
    placed = (call.placed_at if call else 0.0) or _number(data, "placed_at")
    if event.kind is Kind.PLACED and not placed:
        placed = event.at
    record = CallRecord(
        call=event.call,
        caller=call.caller if call else "",
        dialled=call.dialled if call else str(data.get("dialled", "")),
        language=str(notes.get("language") or ""),
        queue=event.queue or (call.queue if call else "") if first or not connected else "",
        operator=_operator(event, call),
        end=str(data.get("end") or (call.end if call else "")) if ended else "",
        since=_since(event, call),
        placed_at=moment(placed) if not connected or placed <= connected else None,
        connected_at=moment(connected),
        ended_at=moment(_number(data, "ended_at") or event.at) if ended else None,
        ticket="",
        kind="callback" if _kind(event, call) is CallKind.CALLBACK else "call",
        of=(call.of if call else "") or str(data.get("of") or ""),
        priority=call.priority if call else int(_number(data, "priority")),
    )
    if not first and not ended:
        return record
    waited = data.get("waited_s")
    if waited is None:
        waited = max(0.0, (connected or event.at) - placed) if placed else 0.0
    return replace(record, waited_s=round(float(waited), 3))


def leg_of(event: FeedEvent) -> LegPiece | None:
    """A piece of the leg that the event speaks of."""
    offer = int(_number(event.data, "offer"))
    if event.kind not in (Kind.CONNECTED, Kind.FINISHED) or not offer:
        return None
    told, at = LegPiece(event.call, offer, event.operator, event.queue), _utc(event.at)
    if event.kind is Kind.CONNECTED:
        return replace(told, connected_at=moment(_number(event.data, "connected_at")) or at)
    how = str(event.data.get("how") or ("helper" if event.data.get("helper") else "finished"))
    talked_s, held_s = _number(event.data, "talked_s"), _number(event.data, "held_s")
    return replace(told, finished_at=at, talk_s=talked_s, hold_s=held_s, how=how)


def time_of(event: FeedEvent) -> tuple[OperatorTime, str] | None:
    """The state that an operator came into, and what sorts it among others of the same millisecond."""
    state = str(event.data.get("state", ""))
    if event.kind is not Kind.OPERATOR or not state:
        return None
    reason = str(event.data.get("reason") or "")
    ms, _, n = event.id.partition("-")
    told = f"{int(ms or 0):016d}-{int(n or 0):010d}"
    return OperatorTime(event.operator, state, reason, _utc(event.at), None), told


def moment(seconds: float) -> datetime | None:
    """Unix seconds; 0 is none."""
    return _utc(seconds) if seconds else None


def _utc(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _since(event: FeedEvent, call: Call | None) -> datetime:
    """The arrival; the event's own moment when nobody says it, which a better piece makes earlier."""
    return _utc((call.since if call else 0.0) or _arrived(event) or event.at)


def _arrived(event: FeedEvent) -> float:
    """`since` of a placing is what the place counts from, which may be an earlier call's arrival."""
    return _number(event.data, "since") if event.kind in (Kind.ARRIVED, Kind.ENDED) else 0.0


def _connected(event: FeedEvent, call: Call | None) -> float:
    known = (call.connected_at if call else 0.0) or _number(event.data, "connected_at")
    if not known and event.kind is Kind.CONNECTED and not event.data.get("helper"):
        return event.at
    return known


def _operator(event: FeedEvent, call: Call | None) -> str:
    """Who talks with this event; at the end whom the line knows as the last one, not who was just being rung."""
    if event.kind is Kind.ENDED:
        return call.operator if call is not None and call.connected_at else ""
    talks = event.kind in (Kind.CONNECTED, Kind.FINISHED) and not event.data.get("helper")
    return event.operator if talks else ""


def _kind(event: FeedEvent, call: Call | None) -> CallKind:
    return call.kind if call else CallKind(event.data.get("kind") or CallKind.CALL)


def _number(data: Mapping[str, Any], name: str) -> float:
    return float(data.get(name) or 0)
