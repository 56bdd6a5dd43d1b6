"""Between the scripts' texts (hashes of strings, whole milliseconds) and the contract's values (seconds)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from .rules import QueueRules
from .types import (
    Call,
    CallKind,
    CallState,
    FeedEvent,
    Full,
    Kind,
    NotAllowed,
    Offer,
    Operator,
    OperatorState,
    QueueError,
    Stale,
    Unknown,
    Waiting,
)

CALL_STATES = {str(state): state for state in CallState}  # a look-up is quicker than the class
OPERATOR_STATES = {str(state): state for state in OperatorState}
KINDS = {str(kind): kind for kind in CallKind}
ERRORS: Mapping[str, type[QueueError]] = {error.code: error for error in (Unknown, Stale, NotAllowed, Full)}

text_of = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_sorted_text_of = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode


def notes_of(notes: Mapping[str, Any]) -> str:
    """As they are kept: the same notes are the same text, whoever read them."""
    return json.dumps(notes, ensure_ascii=False)


def mark_of(notes: Mapping[str, Any]) -> str:
    """Stands for the notes in note.lua."""
    return hashlib.sha1(notes_of(notes).encode(), usedforsecurity=False).hexdigest()


def milliseconds(seconds: float) -> int:
    return round(seconds * 1000)


def seconds(text: str) -> float:
    return int(text) / 1000


def levels(skills: Mapping[str, int] | None) -> str:
    """One text for equal skills, so that scripts may compare it."""
    return _levels_text(tuple(skills.items())) if skills else "{}"


# The same few texts come with every reply.


@lru_cache(maxsize=4096)
def _levels_text(skills: tuple[tuple[str, int], ...]) -> str:
    return _sorted_text_of(dict(skills))


@lru_cache(maxsize=4096)
def names_from(text: str) -> tuple[str, ...]:
    return tuple(json.loads(text))


@lru_cache(maxsize=4096)
def _levels_from(text: str) -> dict[str, int]:
    levels: dict[str, int] = json.loads(text)
    return levels


def levels_from(text: str) -> dict[str, int]:
    return _levels_from(text).copy() if text != "{}" else {}


def names(queues: Sequence[str]) -> str:
    return text_of(list(dict.fromkeys(queues)))


def rules_text(rules: QueueRules) -> str:
    """A queue's rules as the scripts read them: milliseconds, the steps in order."""
    steps = sorted(rules.relax, key=lambda step: step.after_s)
    return text_of(
        {
            "strategy": rules.strategy,
            "capacity": rules.capacity,
            "relax": [[milliseconds(step.after_s), step.lower, list(step.drop)] for step in steps],
            "named": milliseconds(rules.named_s),
            "together_from": rules.together_from,
            "together": rules.together,
            "share": rules.callback_share,
            "retries": [milliseconds(pause) for pause in rules.callback_retries_s],
            "lease": milliseconds(rules.callback_lease_s),
            "redial": milliseconds(rules.redial_s),
            "extensions": rules.wrap_up_extensions,
            "reserve": rules.reserve,
            "reserve_behind": rules.reserve_behind,
            "behind": milliseconds(rules.behind_s),
        }
    )


def reply_of(text: str) -> Any:
    """What a script replied; raises the QueueError it named."""
    if text == '{"ok":true}':
        return True
    reply = json.loads(text)
    if "error" in reply:
        raise ERRORS[reply["error"]](reply["message"])
    return reply.get("ok")


def call_of(r: Mapping[str, str]) -> Call:
    """A field that was never set is not there."""
    get, state = r.get, CALL_STATES[r.get("state", "arrived")]
    ringing: tuple[str, ...] = ()
    if state is CallState.OFFERED:
        ringing = tuple(json.loads(r["ringing"])) if get("ringing") else (r["operator"],)
    return Call(
        call=r["call"],
        state=state,
        caller=get("caller", ""),
        dialled=get("dialled", ""),
        queue=get("queue", ""),
        priority=int(get("priority", 0)),
        skills=levels_from(get("skills", "{}")),
        since=seconds(r["since"]),
        placed_at=seconds(get("placed_at", "0")),
        offered_at=seconds(get("offered_at", "0")),
        connected_at=seconds(get("connected_at", "0")),
        operator=get("operator", ""),
        offer=int(get("offer", 0)),
        end=get("end", ""),
        node=get("node", ""),
        place_since=seconds(r["place_since"]),
        kind=KINDS[get("kind", "call")],
        of=get("of", ""),
        wanted=get("wanted", ""),
        ringing=ringing,
        helper=get("helper", ""),
        helper_offer=int(get("helper_offer", 0)),
        held_at=seconds(get("held_at", "0")),
        aside_to=get("aside_to", ""),
        aside_state=get("aside_state", ""),
        attempts=int(get("attempts", 0)),
        until=seconds(get("until", "0")),
        exchange=get("exchange", ""),
    )


def operator_of(r: Mapping[str, Any]) -> Operator:
    get = r.get
    return Operator(
        operator=r["operator"],
        phone=get("phone", ""),
        state=OPERATOR_STATES[get("state", "away")],
        since=seconds(get("since", "0")),
        reason=get("reason", ""),
        queues=names_from(get("queues", "[]")),
        skills=levels_from(get("skills", "{}")),
        reachable=get("up") == "1",
        desk=get("uses_desk") == "1" and get("desk_ok") == "1",
        call=get("call", ""),
        until=seconds(get("until", "0")),
        joined=names_from(get("joined", "[]")),
        exchange=get("exchange", ""),
        offer=int(get("offer", 0)),
        extensions=int(get("extensions", 0)),
    )


def waiting_of(r: Mapping[str, Any]) -> Waiting:
    return Waiting(
        r["call"], r["queue"], int(r["priority"]), seconds(r["since"]), int(r["position"]), CallKind(r["kind"])
    )


def offer_of(r: Mapping[str, Any]) -> Offer:
    return Offer(int(r["offer"]), r["call"], r["operator"], r["phone"], r["queue"], seconds(r["lease_until"]))


def event_of(event_id: str, r: Mapping[str, str]) -> FeedEvent:
    data = json.loads(r["data"])
    if "offer" in data:
        data["offer"] = int(data["offer"])
    return FeedEvent(event_id, Kind(r["kind"]), seconds(r["at"]), r["call"], r["operator"], r["queue"], data)
