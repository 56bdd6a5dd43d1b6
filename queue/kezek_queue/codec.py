"""Between the scripts' JSON (hashes of strings, whole milliseconds) and the contract's values (seconds)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from .types import (
    Call,
    CallState,
    FeedEvent,
    Kind,
    NotAllowed,
    Operator,
    OperatorState,
    QueueError,
    QueueLoad,
    Snapshot,
    Stale,
    Unknown,
    Waiting,
)

ERRORS: Mapping[str, type[QueueError]] = {error.code: error for error in (Unknown, Stale, NotAllowed)}


def milliseconds(seconds: float) -> int:
    return round(seconds * 1000)


def seconds(text: str) -> float:
    return int(text) / 1000


def levels(skills: Mapping[str, int] | None) -> str:
    """One text for equal skills, so that scripts may compare it."""
    return json.dumps(dict(skills or {}), sort_keys=True, ensure_ascii=False)


def reply_of(text: str) -> Any:
    """What a script replied; raises the QueueError it named."""
    reply = json.loads(text)
    if "error" in reply:
        raise ERRORS[reply["error"]](reply["message"])
    return reply.get("ok")


def call_of(r: Mapping[str, str]) -> Call:
    return Call(
        call=r["call"],
        state=CallState(r["state"]),
        caller=r["caller"],
        dialled=r["dialled"],
        queue=r["queue"],
        priority=int(r["priority"]),
        skills=json.loads(r["skills"]),
        since=seconds(r["since"]),
        placed_at=seconds(r["placed_at"]),
        offered_at=seconds(r["offered_at"]),
        connected_at=seconds(r["connected_at"]),
        operator=r["operator"],
        offer=int(r["offer"]),
        end=r["end"],
        node=r["node"],
    )


def operator_of(r: Mapping[str, Any]) -> Operator:
    return Operator(
        operator=r["operator"],
        phone=r["phone"],
        state=OperatorState(r["state"]),
        since=seconds(r["since"]),
        reason=r["reason"],
        queues=tuple(json.loads(r["queues"])),
        skills=json.loads(r["skills"]),
        reachable=r["reachable"],
        desk=r["desk"],
        call=r["call"],
        until=seconds(r["until"]),
    )


def waiting_of(r: Mapping[str, Any]) -> Waiting:
    return Waiting(r["call"], r["queue"], int(r["priority"]), seconds(r["since"]), int(r["position"]))


def snapshot_of(r: Mapping[str, Any]) -> Snapshot:
    """An empty list comes as {} from cjson, hence the `or ()`."""
    return Snapshot(
        at=seconds(r["at"]),
        feed_id=r["feed_id"],
        queues=tuple(
            QueueLoad(
                queue=load["queue"],
                waiting=load["waiting"],
                longest_wait_s=load["longest_wait"] / 1000,
                ready=load["ready"],
                talking=load["talking"],
                answered=load["answered"],
                abandoned=load["abandoned"],
            )
            for load in r["queues"] or ()
        ),
        operators=tuple(operator_of(one) for one in r["operators"] or ()),
        waiting=tuple(
            Waiting(call, queue, priority, seconds(since), position)
            for call, queue, priority, since, position in r["waiting"] or ()
        ),
    )


def event_of(event_id: str, r: Mapping[str, str]) -> FeedEvent:
    data = json.loads(r["data"])
    if "offer" in data:
        data["offer"] = int(data["offer"])
    return FeedEvent(event_id, Kind(r["kind"]), seconds(r["at"]), r["call"], r["operator"], r["queue"], data)
