"""Mentions into fields: which value stands, how sure it is, where it came from."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kezek_ivr import prefill
from kezek_ivr.types import FieldName, FieldNote
from kezek_speech.types import Mention, MentionKind
from kit.directory import household

STREETS = {"1": "Abay", "2": "Pushkin"}
KINDS: tuple[MentionKind, ...] = get_args(MentionKind)
MENTIONS = st.builds(
    Mention,
    kind=st.sampled_from(KINDS),
    value=st.sampled_from(["1", "2", "45"]),
    confidence=st.floats(0, 1),
    words=st.just("words"),
)


def said(kind: MentionKind, value: str, confidence: float = 0.9) -> Mention:
    return Mention(kind, value, confidence, f"{kind} {value}")


def after(fields: prefill.Fields, *mentions: Mention) -> dict[FieldName, FieldNote]:
    return prefill.with_mentions(fields, mentions, street_name=lambda ref: STREETS.get(ref, ref))


def values(fields: prefill.Fields) -> dict[str, str]:
    return {name: note["value"] for name, note in fields.items()}


def test_a_household_gives_its_address_and_says_so() -> None:
    fields = prefill.from_household(household())
    assert values(fields) == {"street": "Abay", "house": "45", "flat": "12"}
    assert {(note["source"], note["confidence"]) for note in fields.values()} == {("household", 0.6)}
    assert fields["street"]["ref"] == "1"
    assert prefill.from_household(None) == {}


def test_a_house_without_flats_has_none() -> None:
    assert "flat" not in prefill.from_household(household(flat=""))


def test_another_street_drops_the_whole_known_address() -> None:
    assert values(after(prefill.from_household(household()), said("street", "2"))) == {"street": "Pushkin"}


def test_another_house_drops_the_known_flat_alone() -> None:
    fields = after(prefill.from_household(household()), said("house", "46"))
    assert values(fields) == {"street": "Abay", "house": "46"}


def test_the_known_address_said_aloud_becomes_surer_and_keeps_its_flat() -> None:
    fields = after(prefill.from_household(household()), said("street", "1", 0.9), said("house", "45", 0.3))
    assert values(fields) == {"street": "Abay", "house": "45", "flat": "12"}
    assert fields["street"]["confidence"] == 0.9
    assert fields["house"]["confidence"] == 0.6
    assert fields["house"]["source"] == "spoken"


def test_a_mumble_does_not_displace_a_known_address() -> None:
    fields = prefill.from_household(household())
    assert after(fields, said("street", "2", 0.2)) == fields


@pytest.mark.parametrize(
    ("first", "second", "stands"),
    [(0.9, 0.95, "46"), (0.95, 0.6, "46"), (0.9, 0.4, "45"), (0.3, 0.4, "46"), (0.4, 0.3, "45")],
)
def test_a_later_word_wins_when_it_is_clear_or_surer(first: float, second: float, stands: str) -> None:
    fields = after(after({}, said("house", "45", first)), said("house", "46", second))
    assert fields["house"]["value"] == stands


def test_the_best_mention_of_a_kind_is_the_first_in_the_list() -> None:
    assert values(after({}, said("house", "45"), said("house", "46"))) == {"house": "45"}


def test_an_emergency_is_no_field() -> None:
    assert after({}, said("emergency", "fire")) == {}


def test_every_other_kind_is_a_field_with_its_words_and_its_moment() -> None:
    kinds: dict[MentionKind, str] = {
        "entrance": "2", "floor": "3", "flat": "12", "phone": "87010000001", "account": "1234567", "duration": "P2D",
        "topic": "lift", "urgency": "lift", "landmark": "возле школы",
    }  # fmt: skip
    mentions = [said(kind, value) for kind, value in kinds.items()]
    fields = prefill.with_mentions({}, mentions, street_name=str, at=1_800_000_000.5)
    assert values(fields) == kinds
    assert fields["phone"] == {
        "value": "87010000001", "ref": "", "confidence": 0.9, "source": "spoken", "words": "phone 87010000001",
        "at": 1_800_000_000.5,
    }  # fmt: skip


def test_urgencies_are_joined_the_heaviest_first_and_are_as_sure_as_the_least_of_them() -> None:
    fields = after({}, said("urgency", "children", 0.9), said("urgency", "gas", 0.7), said("urgency", "cold", 0.2))
    assert (fields["urgency"]["value"], fields["urgency"]["confidence"]) == ("gas,children", 0.7)
    later = after(fields, said("urgency", "fire", 0.8))
    assert (later["urgency"]["value"], later["urgency"]["confidence"]) == ("gas,fire,children", 0.7)
    assert later["urgency"]["words"] == "urgency children, urgency gas, urgency fire"
    assert after(later, said("urgency", "gas", 0.8))["urgency"]["value"] == "gas,fire,children"


def test_a_landmark_is_no_story() -> None:
    assert len(after({}, said("landmark", "за " * 60))["landmark"]["value"]) <= 80


@pytest.mark.parametrize(
    ("confidence", "corrects", "house"), [(0.9, True, "46"), (0.9, False, "45"), (0.7, True, "45")]
)
def test_what_was_keyed_gives_way_to_a_clear_correction_alone(confidence: float, corrects: bool, house: str) -> None:
    fields = prefill.with_keyed({}, "house", "45")
    said_later = Mention("house", "46", confidence, "no, house 46", corrects=corrects)
    assert after(fields, said_later)["house"]["value"] == house


def test_a_correction_beats_an_earlier_word_though_it_is_less_sure() -> None:
    fields = after({}, said("house", "45", 0.95))
    assert after(fields, Mention("house", "46", 0.4, "no, 46", corrects=True))["house"]["value"] == "46"


def operators(value: str, name: FieldName = "house") -> dict[FieldName, FieldNote]:
    return {name: {"value": value, "ref": "7", "confidence": 1.0, "source": "operator", "words": ""}}


@given(st.lists(MENTIONS, max_size=6), st.sampled_from(prefill.FIELDS))
def test_what_an_operator_wrote_is_never_overwritten(mentions: list[Mention], name: FieldName) -> None:
    """P17: a machine's later word does not displace a person's, whatever is said and however surely."""
    fields = after(operators("45", name), *[replace(each, corrects=True, confidence=1.0) for each in mentions])
    assert (fields[name]["value"], fields[name]["source"]) == ("45", "operator")


def test_a_yes_makes_an_address_of_the_register_certain_and_no_other() -> None:
    fields = after({}, said("street", "1", 0.4), said("house", "45", 0.4))
    proved: dict[FieldName, FieldNote] = {**fields, "house": {**fields["house"], "ref": "145"}}
    assert [prefill.confirmed(proved)[name]["confidence"] for name in ("street", "house")] == [0.9, 0.9]
    assert [prefill.confirmed(fields)[name]["confidence"] for name in ("street", "house")] == [0.79, 0.4]


def test_a_no_takes_back_what_was_spoken_of_the_address_and_nothing_else() -> None:
    fields = prefill.with_keyed(after({}, said("street", "1"), said("topic", "lift")), "house", "45")
    assert values(prefill.refused(fields)) == {"house": "45", "topic": "lift"}


def test_words_that_never_became_final_are_less_sure() -> None:
    fields = prefill.with_mentions({}, [said("topic", "lift", 0.9)], street_name=str, certainty=prefill.UNSURE)
    assert fields["topic"]["confidence"] == pytest.approx(0.54)


def test_keys_beat_words_and_later_keys_beat_earlier_ones() -> None:
    fields = prefill.with_keyed(after({}, said("house", "45", 0.99)), "house", "46")
    assert after(fields, said("house", "45", 1.0))["house"]["value"] == "46"
    assert prefill.with_keyed(fields, "house", "47")["house"]["value"] == "47"


@pytest.mark.parametrize(
    ("keys", "house"),
    [
        ("45", "45"),
        ("12*2", "12/2"),
        ("0", ""),
        ("", ""),
        ("*", ""),
        ("1*", ""),
        ("1*2*3", ""),
        ("12345", ""),
        ("045", ""),
    ],
)
def test_keys_make_a_house_number_or_none(keys: str, house: str) -> None:
    assert prefill.keyed_house(keys) == house


def test_an_emergency_must_be_heard_clearly() -> None:
    assert prefill.is_emergency([said("topic", "lift"), said("emergency", "fire", 0.6)])
    assert not prefill.is_emergency([said("emergency", "fire", 0.3)])


@given(st.lists(st.lists(MENTIONS, max_size=4), max_size=5))
def test_whatever_is_said_confidences_stay_within_bounds_and_keys_stand(utterances: list[list[Mention]]) -> None:
    fields = prefill.with_keyed(prefill.from_household(household()), "house", "7")
    for mentions in utterances:
        fields = after(fields, *mentions)
        assert all(0 <= note["confidence"] <= 1 for note in fields.values())
        assert fields["house"]["value"] == "7"
        assert set(fields) <= set(prefill.FIELDS)
        assert fields["street"]["ref"] in STREETS or fields["street"]["ref"] == "45"


def test_a_caller_who_names_the_house_we_know_keeps_the_flat_we_know() -> None:
    known = prefill.from_household(household())
    known["house"]["ref"] = "77"
    said = Mention("house", known["house"]["value"], 0.7, "said")
    named = prefill.with_mentions(known, [said], street_name=str)
    assert (named["house"]["source"], named["flat"]["source"]) == ("spoken", "household")
