"""Mentions into fields: which value stands, how sure it is, where it came from."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kezek_ivr import prefill
from kezek_ivr.types import FieldName, FieldNote
from kezek_speech.types import Mention, MentionKind
from kit.directory import household

STREETS = {"1": "Abay", "2": "Pushkin"}
KINDS: tuple[MentionKind, ...] = ("street", "house", "flat", "topic", "phone", "floor", "emergency")
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


def test_mentions_that_are_no_field_are_passed_over() -> None:
    assert after({}, said("phone", "87010000001"), said("entrance", "2"), said("floor", "3")) == {}


def test_words_that_never_became_final_are_less_sure() -> None:
    fields = prefill.with_mentions({}, [said("topic", "lift", 0.9)], street_name=str, certainty=prefill.UNSURE)
    assert fields["topic"]["confidence"] == pytest.approx(0.54)


def test_keys_beat_words_and_later_keys_beat_earlier_ones() -> None:
    fields = prefill.with_keyed(after({}, said("house", "45", 0.99)), "house", "46")
    assert after(fields, said("house", "45", 1.0))["house"]["value"] == "46"
    assert prefill.with_keyed(fields, "house", "47")["house"]["value"] == "47"


def test_a_house_is_certain_only_when_the_street_has_it() -> None:
    fields = after({}, said("street", "1"), said("house", "45"))
    assert prefill.house_to_check(fields) == (1, "45")
    assert prefill.with_building(fields, 145)["house"]["ref"] == "145"
    assert prefill.with_building(fields, 145)["house"]["confidence"] == 0.9
    assert prefill.with_building(fields, None)["house"]["confidence"] == 0.5


def test_a_house_proved_in_one_street_is_not_proved_in_the_next() -> None:
    proved = prefill.with_building(after({}, said("street", "1"), said("house", "45")), 145)
    assert after(proved, said("street", "2"))["house"]["ref"] == ""


def test_a_house_without_a_street_is_not_asked_of_the_register() -> None:
    assert prefill.house_to_check(after({}, said("house", "45"))) is None
    assert prefill.house_to_check(after({}, said("street", "1"))) is None
    assert prefill.house_to_check({}) is None
    assert prefill.with_building({}, 145) == {}


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
        assert fields["street"]["ref"] in STREETS or fields["street"]["ref"] == "45"


def test_a_caller_who_names_the_house_we_know_keeps_the_flat_we_know() -> None:
    known = prefill.with_building(prefill.from_household(household()), 77)
    assert known["house"]["ref"] == "77"
    said = Mention("house", known["house"]["value"], 0.7, "said")
    named = prefill.with_mentions(known, [said], street_name=str)
    assert (named["house"]["source"], named["flat"]["source"]) == ("spoken", "household")
