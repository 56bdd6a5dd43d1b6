"""Mentions into the ticket's fields: which value stands, with which confidence, when and where it came from. Pure.

Used while the questions are put and during the talk with an operator. What an operator wrote stands against anything
spoken; what was keyed, against anything but a clear correction.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Literal, cast

from kezek_ivr.types import FieldName, FieldNote, HouseholdNote
from kezek_speech.types import URGENCIES, Mention

Fields = Mapping[FieldName, FieldNote]
Candidate = tuple[str, float]  # a street's id and how sure it is that it was said

FIELDS: tuple[FieldName, ...] = (
    "street", "house", "flat", "entrance", "floor", "landmark", "phone", "account", "topic", "urgency", "duration",
)  # fmt: skip
HOUSEHOLD = 0.6  # confidence in an address known from the number: the caller may be calling about another one
KEYED = 0.95
CONFIRMED = 0.9  # an address that was read back to the caller, and he said yes
CERTAIN = 0.8  # from here on nobody looks twice: of an address only one that the register has
UNCERTAIN = 0.79
CLEAR = 0.5  # a later word this sure is a correction of an earlier one, however sure that was
AUDIBLE = 0.3  # less than this does not displace an address known from the number
UNSURE = 0.6  # times the confidence, for words that never became final
LONGEST_LANDMARK = 80


def from_household(household: HouseholdNote | None) -> dict[FieldName, FieldNote]:
    """The address of a known number. The house's building is not known here: see `addressing`."""
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
    fields: Fields,
    mentions: Iterable[Mention],
    *,
    street_name: Callable[[str], str],
    certainty: float = 1.0,
    at: float | None = None,
) -> dict[FieldName, FieldNote]:
    """The fields after these words: the best mention of each kind (the first in the list), where it beats what stands.

    `certainty` scales the confidences (UNSURE for words that never became final); `at`: unix seconds at which they were
    heard. The order of the fields does not matter: an address known from the number gives way as a whole when the
    caller names another street or house. A field whose source is 'operator' is never changed.
    """
    mentions = list(mentions)
    merged = dict(fields)
    best: dict[FieldName, Mention] = {}
    for mention in mentions:
        if mention.kind != "emergency":
            best.setdefault(mention.kind, mention)
    for name in FIELDS:
        old = merged.get(name)
        if name == "urgency":
            spoken = _urgency(mentions, old, certainty, at)
        elif (mention_ := best.get(name)) is not None:
            spoken = _spoken(mention_, street_name, certainty, at)
        else:
            continue
        if spoken is not None and _beats(spoken, old, corrects=name in best and best[name].corrects):
            merged = _set(merged, name, spoken)
    return merged


def with_keyed(
    fields: Fields, name: Literal["house", "topic"], value: str, *, at: float | None = None
) -> dict[FieldName, FieldNote]:
    """The fields after a value came by keys: it beats anything spoken."""
    return _set(dict(fields), name, _note(value, "keyed", KEYED, at=at))


def street_candidates(mentions: Iterable[Mention], certainty: float = 1.0) -> tuple[Candidate, ...]:
    """The streets that these words may mean, the likeliest first."""
    found: dict[str, float] = {}
    for mention in mentions:
        if mention.kind == "street":
            found.setdefault(mention.value, mention.confidence * certainty)
    return tuple(found.items())


def confirmed(fields: Fields) -> dict[FieldName, FieldNote]:
    """The fields once the caller has said yes to the address: certain when the register has the building."""
    street, house = fields.get("street"), fields.get("house")
    known = house is not None and bool(house["ref"])
    changed = dict(fields)
    if street is not None and street["source"] == "spoken":
        least = CONFIRMED if known else UNCERTAIN
        changed["street"] = cast(FieldNote, {**street, "confidence": max(street["confidence"], least)})
        if known:
            changed["street"].pop("choices", None)
    if house is not None and known and house["source"] == "spoken":
        changed["house"] = cast(FieldNote, {**house, "confidence": max(house["confidence"], CONFIRMED)})
    return changed


def refused(fields: Fields) -> dict[FieldName, FieldNote]:
    """The fields once the caller has said no to the address: what was only spoken of it is gone."""
    return {
        name: note for name, note in fields.items() if name not in ("street", "house") or note["source"] != "spoken"
    }


def is_emergency(mentions: Iterable[Mention], certainty: float = 1.0) -> bool:
    return any(mention.kind == "emergency" and mention.confidence * certainty >= CLEAR for mention in mentions)


def keyed_house(keys: str) -> str:
    """A house number out of keys: '*' is the stroke ('12*2' is 12/2). '' when it is no house number."""
    parts = keys.split("*")
    if len(parts) > 2 or not all(part.isdecimal() and len(part) <= 4 and not part.startswith("0") for part in parts):
        return ""
    return "/".join(parts)


def capped(note: FieldNote, most: float, *, ref: str | None = None) -> FieldNote:
    """With a confidence of `most` at most; `ref` in place of its own where one is given."""
    kept = note["ref"] if ref is None else ref
    return cast(FieldNote, {**note, "ref": kept, "confidence": min(note["confidence"], most)})


def _spoken(mention: Mention, street_name: Callable[[str], str], certainty: float, at: float | None) -> FieldNote:
    value = mention.value
    match mention.kind:
        case "street":
            value = street_name(mention.value)
        case "landmark":
            value = value.strip()[:LONGEST_LANDMARK].rstrip()
    ref = mention.value if mention.kind == "street" else ""
    return _note(value, "spoken", mention.confidence * certainty, ref=ref, words=mention.words, at=at)


def _urgency(
    mentions: Iterable[Mention], old: FieldNote | None, certainty: float, at: float | None
) -> FieldNote | None:
    """What is urgent about it, the heaviest first, joined by commas, with what was heard before; as sure as the least
    sure of them."""
    heard: dict[str, Mention] = {}
    for mention in mentions:
        if mention.kind == "urgency" and mention.value in URGENCIES and mention.confidence * certainty >= AUDIBLE:
            heard.setdefault(mention.value, mention)
    if not heard:
        return None
    known = [code for code in (old["value"].split(",") if old is not None else ()) if code in URGENCIES]
    codes = sorted({*heard, *known}, key=URGENCIES.index)
    confidences = [mention.confidence * certainty for mention in heard.values()]
    if old is not None and set(known) - heard.keys():
        confidences.append(old["confidence"])
    said = [each for each in (old["words"] if old is not None else "").split(", ") if each]
    words = ", ".join(dict.fromkeys([*said, *(mention.words for mention in heard.values())]))
    return _note(",".join(codes), "spoken", min(confidences), words=words, at=at)


def _beats(new: FieldNote, old: FieldNote | None, *, corrects: bool) -> bool:
    if old is None:
        return True
    match old["source"]:
        case "operator":
            return False
        case "keyed":
            return corrects and new["confidence"] >= CERTAIN
        case "household":
            return new["confidence"] >= AUDIBLE
        case _:
            return new["confidence"] >= min(old["confidence"], AUDIBLE if corrects else CLEAR)


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
    at: float | None = None,
) -> FieldNote:
    note: FieldNote = {
        "value": value, "ref": ref, "confidence": round(confidence, 3), "source": source, "words": words,
    }  # fmt: skip
    if at is not None:
        note["at"] = round(at, 3)
    return note
