"""A spoken address held against the register: certain only when it exists there, and the near ones offered.

    fields, answered = await checked(fields, prefill.street_candidates(mentions), lookups, language)

Rules, all for what was spoken (what an operator wrote or a caller keyed is never made another street):
- street and house exist: nothing is lowered;
- the house is not in that street, but in exactly one other street that was nearly as likely: that one, not certain;
- else the street is not certain and the house a guess;
- the register did not answer: the house is a guess, and nobody is asked for it again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import cast

from kezek_ivr.lookups import Lookups
from kezek_ivr.prefill import CERTAIN, UNCERTAIN, Candidate, Fields, capped
from kezek_ivr.types import Choice, FieldName, FieldNote, NearBuilding

NO_SUCH_HOUSE = 0.5  # at most, for a house that the register does not know in that street
PREFERRED_WITHIN = 0.25  # how much less likely a street may be whose house exists, to stand in place of the likeliest
ALIKE = 0.6  # times the street's confidence, for a house that is written alike
MOST_STREETS = 4  # that are looked up
MOST_CHOICES = 3

StreetName = Callable[[str], str]


async def checked(
    fields: Fields, candidates: Sequence[Candidate], lookups: Lookups, language: str
) -> tuple[dict[FieldName, FieldNote], bool]:
    """(the fields as the register sees them, whether it answered). One call of it, within its limit; none without a
    street and a house. `candidates`: streets that the words may mean (`prefill.street_candidates`)."""

    def name(ref: str) -> str:
        return lookups.street_name(ref, language)

    if (asked := to_check(fields, candidates)) is None:
        return with_street_choices(fields, candidates, name), True
    found = await lookups.near(*asked)
    if found is None:
        return with_house_unchecked(fields), False
    return with_near(fields, candidates, found, name), True


def to_check(fields: Fields, candidates: Sequence[Candidate] = ()) -> tuple[tuple[int, ...], str] | None:
    """(street ids, the likeliest first, house) when both are known, to ask the register for."""
    street, house = fields.get("street"), fields.get("house")
    if street is None or house is None or not street["ref"].isdecimal():
        return None
    refs = [ref for ref, _ in _ranked(street, candidates)]
    return tuple(int(ref) for ref in refs[:MOST_STREETS]), house["value"]


def with_near(
    fields: Fields, candidates: Sequence[Candidate], found: Sequence[NearBuilding], name: StreetName
) -> dict[FieldName, FieldNote]:
    """The fields once the register has said which buildings there are near that address. Pure."""
    street, house = fields["street"], fields["house"]
    likely = dict(_ranked(street, candidates))
    exact = {str(each.street_id): each for each in found if each.exact}
    choices = _choices(found, likely, name)
    if (there := exact.get(street["ref"])) is not None:
        kept = _with_choices(street, choices if min(street["confidence"], house["confidence"]) < CERTAIN else [])
        return {**fields, "street": kept, "house": capped(house, 1.0, ref=str(there.id))}
    if street["source"] == "spoken":
        others = [ref for ref in exact if likely.get(ref, 0.0) >= street["confidence"] - PREFERRED_WITHIN]
        if len(others) == 1:
            (ref,) = others
            instead = {**street, "value": name(ref), "ref": ref, "confidence": min(likely[ref], UNCERTAIN)}
            ours = [each for each in choices if each["street_ref"] == ref]
            choices = [*ours, *(each for each in choices if each not in ours)]
            return {
                **fields,
                "street": _with_choices(cast(FieldNote, instead), choices),
                "house": capped(house, UNCERTAIN, ref=str(exact[ref].id)),
            }
        street = capped(street, UNCERTAIN)
    if house["source"] == "operator":
        return {**fields, "street": _with_choices(street, choices), "house": capped(house, 1.0, ref="")}
    return {**fields, "street": _with_choices(street, choices), "house": capped(house, NO_SUCH_HOUSE, ref="")}


def with_house_unchecked(fields: Fields) -> dict[FieldName, FieldNote]:
    """A house of which the register has not said that it exists is a guess; what an operator wrote is his own."""
    house = fields.get("house")
    if house is None or house["ref"] or house["source"] == "operator":
        return dict(fields)
    return {**fields, "house": capped(house, NO_SUCH_HOUSE)}


def with_street_choices(
    fields: Fields, candidates: Sequence[Candidate], name: StreetName
) -> dict[FieldName, FieldNote]:
    """Where the street alone is in doubt: the streets that the words may mean. Pure."""
    street = fields.get("street")
    if street is None or street["source"] != "spoken":
        return dict(fields)
    ranked = _ranked(street, candidates) if street["confidence"] < CERTAIN else []
    choices = [_choice(name(ref), ref, "", "", confidence) for ref, confidence in ranked[:MOST_CHOICES]]
    return {**fields, "street": _with_choices(street, choices if len(choices) > 1 else [])}


def _ranked(street: FieldNote, candidates: Sequence[Candidate]) -> list[Candidate]:
    """The field's own street first; the others only where it came from the same words as they."""
    own = (street["ref"], street["confidence"])
    if street["source"] != "spoken" or street["ref"] not in dict(candidates):
        return [own]
    return [own, *((ref, confidence) for ref, confidence in candidates if ref != street["ref"] and ref.isdecimal())]


def _choices(found: Sequence[NearBuilding], likely: dict[str, float], name: StreetName) -> list[Choice]:
    """None where there is but the one address and it is the very one that was asked for."""
    made = [
        _choice(name(ref), ref, each.house, str(each.id), likely.get(ref, 0.0) * (1.0 if each.exact else ALIKE))
        for each in found
        if (ref := str(each.street_id)) in likely
    ]
    if len(made) == 1 and found[0].exact and next(iter(likely)) == made[0]["street_ref"]:
        return []
    return sorted(made, key=lambda choice: -choice["confidence"])[:MOST_CHOICES]


def _choice(street: str, ref: str, house: str, building: str, confidence: float) -> Choice:
    return {
        "street": street, "street_ref": ref, "house": house, "building": building, "confidence": round(confidence, 3),
    }  # fmt: skip


def _with_choices(street: FieldNote, choices: list[Choice]) -> FieldNote:
    kept = {name: value for name, value in street.items() if name != "choices"}
    return cast(FieldNote, {**kept, "choices": choices} if choices else kept)
