"""An address held against the register: certain only when it exists, near ones offered, nothing invented."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kezek_ivr import addressing, prefill
from kezek_ivr.lookups import Lookups
from kezek_ivr.types import FieldName, FieldNote, NearBuilding
from kezek_speech.types import Mention, MentionKind
from kit.directory import TownDirectory, household
from kit.virtual_time import run_virtual

NAMES = {"1": "Abay", "2": "Pushkin", "3": "Garden"}


def said(kind: MentionKind, value: str, confidence: float = 0.9) -> Mention:
    return Mention(kind, value, confidence, f"{kind} {value}")


def looked_up(*mentions: Mention, town: TownDirectory | None = None) -> tuple[dict[FieldName, FieldNote], bool]:
    lookups = Lookups(town or TownDirectory(), limit=1.0)
    heard = prefill.with_mentions({}, mentions, street_name=lambda ref: NAMES.get(ref, ref))
    return run_virtual(addressing.checked(heard, prefill.street_candidates(mentions), lookups, "ru"))


def told(fields: dict[FieldName, FieldNote], name: FieldName) -> tuple[str, str, float]:
    return fields[name]["value"], fields[name]["ref"], fields[name]["confidence"]


def offered(fields: dict[FieldName, FieldNote]) -> list[tuple[str, str, str]]:
    return [(one["street"], one["house"], one["building"]) for one in fields["street"].get("choices", [])]


def test_an_address_of_the_register_is_as_certain_as_it_was_heard() -> None:
    fields, answered = looked_up(said("street", "1"), said("house", "45"))
    assert answered
    assert told(fields, "street") == ("Abay", "1", 0.9)
    assert told(fields, "house") == ("45", "145", 0.9)
    assert offered(fields) == []


def test_a_street_alone_may_be_certain_as_a_street() -> None:
    fields, _ = looked_up(said("street", "1"))
    assert told(fields, "street") == ("Abay", "1", 0.9)


def test_a_house_that_the_register_does_not_know_makes_neither_it_nor_the_street_certain() -> None:
    fields, answered = looked_up(said("street", "1"), said("house", "99"))
    assert answered
    assert told(fields, "street") == ("Abay", "1", prefill.UNCERTAIN)
    assert told(fields, "house") == ("99", "", 0.5)


def test_the_one_candidate_that_has_the_house_is_preferred_and_is_not_certain() -> None:
    fields, _ = looked_up(said("street", "1", 0.9), said("street", "2", 0.7), said("house", "7"))
    assert told(fields, "street") == ("Pushkin", "2", 0.7)
    assert told(fields, "house") == ("7", "207", prefill.UNCERTAIN)
    assert offered(fields) == [("Pushkin", "7", "207")]


def test_a_far_less_likely_street_is_offered_and_not_taken() -> None:
    fields, _ = looked_up(said("street", "1", 0.95), said("street", "2", 0.4), said("house", "7"))
    assert told(fields, "street") == ("Abay", "1", prefill.UNCERTAIN)
    assert offered(fields) == [("Pushkin", "7", "207")]


def test_a_doubtful_address_that_exists_is_offered_beside_its_rivals() -> None:
    town = TownDirectory()
    town.buildings |= {(2, "45"): 245, (3, "45"): 345}
    fields, _ = looked_up(
        said("street", "1", 0.7), said("street", "2", 0.6), said("street", "3", 0.3), said("house", "45"), town=town
    )
    assert told(fields, "street") == ("Abay", "1", 0.7)
    assert offered(fields) == [("Abay", "45", "145"), ("Pushkin", "45", "245"), ("Garden", "45", "345")]


def test_houses_written_alike_in_the_same_street_are_offered() -> None:
    town = TownDirectory()
    town.buildings |= {(1, "50а"): 150, (1, "50/1"): 151, (1, "501"): 152}
    fields, _ = looked_up(said("street", "1"), said("house", "50"), town=town)
    assert told(fields, "house") == ("50", "", 0.5)
    assert offered(fields) == [("Abay", "50/1", "151"), ("Abay", "50а", "150")]


def test_never_more_than_three_are_offered_and_one_call_is_made() -> None:
    town = TownDirectory()
    town.buildings |= {(street, "5"): 500 + street for street in (1, 2, 3)} | {(1, "5а"): 511, (1, "5б"): 512}
    fields, _ = looked_up(*[said("street", str(each), 0.6) for each in (1, 2, 3)], said("house", "5"), town=town)
    assert len(offered(fields)) == 3
    assert town.asked == [((1, 2, 3), "5")]


def test_streets_that_sound_alike_are_offered_before_a_house_is_known() -> None:
    fields, _ = looked_up(said("street", "1", 0.6), said("street", "2", 0.5))
    assert offered(fields) == [("Abay", "", ""), ("Pushkin", "", "")]


@pytest.mark.parametrize("slow", [0.0, 30.0])
def test_a_slow_or_dead_register_leaves_a_guess(slow: float) -> None:
    town = TownDirectory()
    town.slow, town.dead = slow, not slow
    fields, answered = looked_up(said("street", "1"), said("house", "45"), town=town)
    assert not answered
    assert told(fields, "street") == ("Abay", "1", 0.9)
    assert told(fields, "house") == ("45", "", 0.5)


def test_what_an_operator_wrote_stands_whatever_the_register_has() -> None:
    """P17: the operator's street and house are not made others, nor less sure."""
    wrote: dict[FieldName, FieldNote] = {
        "street": {"value": "Abay", "ref": "1", "confidence": 1.0, "source": "operator", "words": ""},
        "house": {"value": "7", "ref": "", "confidence": 1.0, "source": "operator", "words": ""},
    }
    candidates = (("1", 0.9), ("2", 0.9))
    found = [NearBuilding(207, 2, "7", exact=True)]
    fields = addressing.with_near(wrote, candidates, found, NAMES.__getitem__)
    assert told(fields, "street") == ("Abay", "1", 1.0)
    assert told(fields, "house") == ("7", "", 1.0)


def test_an_address_known_from_the_number_is_proved_and_keeps_its_source() -> None:
    known = prefill.from_household(household())
    found = [NearBuilding(145, 1, "45", exact=True)]
    fields = addressing.with_near(known, (), found, NAMES.__getitem__)
    assert told(fields, "house") == ("45", "145", 0.6)
    assert {note["source"] for note in fields.values()} == {"household"}


def test_without_a_street_or_a_house_nothing_is_asked_of_the_register() -> None:
    heard = prefill.with_mentions({}, [said("house", "45")], street_name=str)
    assert addressing.to_check(heard) is None
    assert addressing.to_check({}) is None


@given(
    st.lists(st.tuples(st.sampled_from("123"), st.floats(0.2, 1)), min_size=1, max_size=4),
    st.sampled_from(["45", "7", "9", "99", "50"]),
    st.floats(0.2, 1),
)
def test_only_what_the_register_has_is_ever_certain(
    streets: list[tuple[str, float]], house: str, confidence: float
) -> None:
    mentions = [said("street", ref, sure) for ref, sure in streets]
    fields, _ = looked_up(*mentions, said("house", house, confidence))
    certain = min(fields[name]["confidence"] for name in ("street", "house")) >= prefill.CERTAIN  # type: ignore[index]
    at = (int(fields["street"]["ref"]), fields["house"]["value"])
    assert at in TownDirectory().buildings or not certain
    assert all(fields[name]["confidence"] <= 1 for name in fields)
    assert all(building for _, _, building in offered(fields))
