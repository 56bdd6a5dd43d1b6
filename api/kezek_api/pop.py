"""Notes, offer and the operator's own changes make the pop; the same three make the ticket. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from kezek_api import shapes
from kezek_api.callfile import FIELDS, Filed
from kezek_ivr.types import FieldNote
from kezek_queue.types import Call, CallKind
from kezek_register.types import DETAILS, Provenance, Ticket

Phase = Literal["ringing", "talking", "wrap_up"]
MOST_WORDS = 20_000  # characters of a ticket's words


def fields_of(notes: Mapping[str, Any], filed: Filed) -> dict[str, FieldNote]:
    """The fields as they stand: the operator's over the caller's; emptied ones are left out."""
    merged: dict[str, FieldNote] = {**notes.get("fields", {}), **filed.fields}
    return {name: merged[name] for name in FIELDS if name in merged and merged[name]["value"]}


def pop_of(
    call: Call,
    notes: Mapping[str, Any],
    filed: Filed,
    *,
    phase: Phase,
    now: float,
    login: str = "",
    names: Mapping[str, str] | None = None,
) -> shapes.Pop:
    """The pop of a call as this operator sees it, its owner by default. `now`: unix seconds, for the wait while it
    still rings. `names`: login -> name."""
    waited = (call.connected_at or now) - (call.placed_at or call.since)
    helps = login != "" and login == call.helper
    callback = notes.get("callback") or {}
    return shapes.Pop.model_validate(
        {
            "call": call.call,
            "offer": call.helper_offer if helps else call.offer,
            "phase": phase,
            "role": "helper" if helps else "owner",
            "kind": call.kind,
            "attempt": call.attempts + 1 if call.kind is CallKind.CALLBACK else 0,
            "dialling": call.kind is CallKind.CALLBACK and phase == "ringing" and not callback.get("joined"),
            "of": call.of,
            "held": phase == "talking" and call.held_at > 0 and call.aside_state in ("", "joined"),
            "aside": _aside(call, names or {}) if phase == "talking" and not helps else None,
            "recording": notes.get("recording", "forbidden"),
            "transferred_by": notes.get("transferred_by", ""),
            "caller": notes.get("caller") or call.caller,
            "caller_name": notes.get("caller_name", ""),
            "language": notes.get("language", ""),
            "since": shapes.moment(call.since),
            "waited_s": round(max(0.0, waited), 1),
            "household": notes.get("household"),
            "open_tickets": notes.get("open_tickets", ()),
            "words": notes.get("words", ()),
            "unheard": notes.get("unheard", ""),
            "emergency": (notes.get("emergency") or {}).get("how", ""),
            "outages": notes.get("outages", ()),
            "still_out": notes.get("still_out"),
            "fields": fields_of(notes, filed),
            "note": filed.note,
            "ticket": mark_of(filed),
        }
    )


def _aside(call: Call, names: Mapping[str, str]) -> dict[str, Any] | None:
    if not call.aside_to:
        return None
    kind, _, who = call.aside_to.partition(":")
    return {"to": call.aside_to, "name": names.get(who, who) if kind == "operator" else who, "state": call.aside_state}


def mark_of(filed: Filed) -> dict[str, Any] | None:
    if not filed.number:
        return None
    return {"number": filed.number, "confirmed": filed.confirmed, "filed": not filed.kept}


def ticket_of(call: Call, notes: Mapping[str, Any], filed: Filed) -> Ticket:
    """The draft of the call's ticket, with a number when one is reserved."""
    fields = fields_of(notes, filed)
    street = fields.get("street")
    household = notes.get("household") or {}
    provenance: dict[str, Provenance] = {name: field["source"] for name, field in fields.items()}
    return Ticket(
        number=filed.reserved,
        state="registered",
        call=call.call,
        caller=notes.get("caller") or call.caller,
        household_id=household.get("id"),
        street_id=_number(street["ref"]) if street else None,
        street=street["value"] if street else "",
        house=_value(fields, "house"),
        flat=_value(fields, "flat"),
        topic=_value(fields, "topic"),
        words=caller_s_words(notes),
        note=filed.note,
        language=notes.get("language", ""),
        operator=filed.operator or call.operator,
        confirmed=filed.confirmed,
        provenance=provenance,
        confidence={name: round(field["confidence"], 3) for name, field in fields.items()},
        details={name: fields[name]["value"] for name in DETAILS if name in fields},
    )


def caller_s_words(notes: Mapping[str, Any]) -> str:
    """What the caller said before the talk and in it: the operator's own words stay in the notes, for a day."""
    said = (each for each in notes.get("words", ()) if each.get("who", "caller") == "caller")
    return " / ".join(each["text"] for each in said if each.get("text"))[:MOST_WORDS]


def keyed(value: str, ref: str = "") -> FieldNote:
    """A field as an operator gives it."""
    return {"value": value, "ref": ref, "confidence": 1.0, "source": "operator", "words": ""}


def settled(present: Mapping[str, FieldNote], given: Mapping[str, FieldNote]) -> dict[str, FieldNote]:
    """The given fields as they go into the file, where nothing that is heard later can change them: what an operator
    lets stand stays as it came, with its source and its confidence."""
    stand = {name: field for name, field in present.items() if name in given and _same(field, given[name])}
    return {**given, **stand}


def _same(present: FieldNote | None, given: FieldNote) -> bool:
    if present is None:
        return not given["value"]
    if given["ref"] and present["ref"]:
        return present["value"] == given["value"] and present["ref"] == given["ref"]
    return present["value"] == given["value"]


def _value(fields: Mapping[str, FieldNote], name: str) -> str:
    return fields[name]["value"] if name in fields else ""


def _number(ref: str) -> int | None:
    return int(ref) if ref.isdigit() else None
