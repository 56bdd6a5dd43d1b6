"""Mentions into the ticket's fields: which value stands, with which confidence, and where it came from. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Literal, cast

from kezek_ivr.types import FieldName, FieldNote, HouseholdNote
from kezek_speech.types import Mention

Fields = Mapping[FieldName, FieldNote]

FIELDS: tuple[FieldName, ...] = ("street", "house", "flat", "topic")
HOUSEHOLD = 0.6  # confidence in an address known from the number: the caller may be calling about another one
KEYED = 0.95
NO_SUCH_HOUSE = 0.5  # at most, for a house that the register does not know in that street
CLEAR = 0.5  # a later word this sure is a correction of an earlier one, however sure that was
AUDIBLE = 0.3  # less than this does not displace an address known from the number
UNSURE = 0.6  # times the confidence, for words that never became final


def from_household(household: HouseholdNote | None) -> dict[FieldName, FieldNote]:
    """The address of a known number. The house's building is not known here: see `with_building`."""
    if household is None:
        return {}
    fields = {"street": _note(household["street"], "household", HOUSEHOLD, ref=str(household["street_id"]))}
    fields |= {
        name: _note(value, "household", HOUSEHOLD)
        for name, value in (("house", household["house"]), ("flat", household["flat"]))
        if value
    }
    return cast(dict[FieldName, FieldNote], fields)


def with_mentions(
    fields: Fields, mentions: Iterable[Mention], *, street_name: Callable[[str], str], certainty: float = 1.0
) -> dict[FieldName, FieldNote]:
    """The fields after these words: the best mention of each kind, where it beats what stands.

    `certainty` scales the confidences (UNSURE for words that never became final). The order of the fields does not
    matter: an address known from the number gives way as a whole when the caller names another street or house.
    """
    merged = dict(fields)
    best: dict[FieldName, Mention] = {}
    for mention in mentions:
        if mention.kind in FIELDS:
            best.setdefault(mention.kind, mention)
    for name in FIELDS:
        if (mention_ := best.get(name)) is None:
            continue
        shown = street_name(mention_.value) if name == "street" else mention_.value
        ref = mention_.value if name == "street" else ""
        spoken = _note(shown, "spoken", mention_.confidence * certainty, ref=ref, words=mention_.words)
        if _beats(spoken, merged.get(name)):
            merged = _set(merged, name, spoken)
    return merged


def with_keyed(fields: Fields, name: Literal["house", "topic"], value: str) -> dict[FieldName, FieldNote]:
    """The fields after a value came by keys: it beats anything spoken."""
    return _set(dict(fields), name, _note(value, "keyed", KEYED))


def with_building(fields: Fields, building: int | None) -> dict[FieldName, FieldNote]:
    """The fields once the register was asked for that house in that street: None when there is none, or no answer."""
    house = fields.get("house")
    if house is None:
        return dict(fields)
    checked = cast(FieldNote, {**house, "ref": "" if building is None else str(building)})
    if building is None:
        checked["confidence"] = min(house["confidence"], NO_SUCH_HOUSE)
    return {**fields, "house": checked}


def house_to_check(fields: Fields) -> tuple[int, str] | None:
    """(street id, house) when both are known, to ask the register for."""
    street, house = fields.get("street"), fields.get("house")
    if street is None or house is None or not street["ref"].isdecimal():
        return None
    return int(street["ref"]), house["value"]


def is_emergency(mentions: Iterable[Mention], certainty: float = 1.0) -> bool:
    return any(mention.kind == "emergency" and mention.confidence * certainty >= CLEAR for mention in mentions)


def keyed_house(keys: str) -> str:
    """A house number out of keys: '*' is the stroke ('12*2' is 12/2). '' when it is no house number."""
    parts = keys.split("*")
    if len(parts) > 2 or not all(part.isdecimal() and len(part) <= 4 and not part.startswith("0") for part in parts):
        return ""
    return "/".join(parts)


def _beats(new: FieldNote, old: FieldNote | None) -> bool:
    if old is None:
        return True
    match old["source"]:
        case "operator" | "keyed":
            return False
        case "household":
            return new["confidence"] >= AUDIBLE
        case _:
            return new["confidence"] >= min(old["confidence"], CLEAR)


def _set(fields: dict[FieldName, FieldNote], name: FieldName, note: FieldNote) -> dict[FieldName, FieldNote]:
    old = fields.get(name)
    # a house's ref is its building's, which the words do not know yet
    what: Literal["ref", "value"] = "ref" if name == "street" and old is not None and old["ref"] else "value"
    same = old is not None and old[what] == note[what]
    if old is not None and same:  # said twice, or said and known: the better of both
        note = cast(FieldNote, {**note, "confidence": max(note["confidence"], old["confidence"])})
    changed = {**fields, name: note}
    if name in ("street", "house") and not same:
        below: tuple[FieldName, ...] = ("house", "flat") if name == "street" else ("flat",)
        changed = {key: kept for key, kept in changed.items() if key not in below or kept["source"] != "household"}
        if name == "street" and "house" in changed:
            changed["house"] = cast(FieldNote, {**changed["house"], "ref": ""})
    return changed


def _note(
    value: str,
    source: Literal["spoken", "household", "keyed", "operator"],
    confidence: float,
    *,
    ref: str = "",
    words: str = "",
) -> FieldNote:
    return {"value": value, "ref": ref, "confidence": round(confidence, 3), "source": source, "words": words}
