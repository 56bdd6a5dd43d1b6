"""What is asked about an address: the one part that is missing or doubtful, twice at most, and it always ends."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kezek_ivr.asking_back import AskingBack, Part, Turn, reply
from kezek_ivr.dialogue import Dialogue
from kezek_ivr.types import FieldName, FieldNote
from kezek_speech.types import Word

DIALOGUE = Dialogue.load()
QUESTIONS = {question.name: question for question in DIALOGUE.questions if question.name in ("street", "house")}
CONFIDENCES = st.sampled_from([0.1, 0.29, 0.3, 0.5, 0.54, 0.55, 0.79, 0.95])


def note(value: str, confidence: float, ref: str = "1") -> FieldNote:
    return {"value": value, "ref": ref, "confidence": confidence, "source": "spoken", "words": value}


def fields(street: float | None, house: float | None, building: str = "145") -> dict[FieldName, FieldNote]:
    made: dict[FieldName, FieldNote] = {}
    if street is not None:
        made["street"] = note("Abay", street)
    if house is not None:
        made["house"] = note("45", house, building)
    return made


def asking(*, openly: bool = True, mute: bool = False) -> AskingBack:
    first: tuple[Part, ...] = () if openly else ("street", "house")
    made = AskingBack(QUESTIONS, DIALOGUE.limits, "keep", first=first)
    made.mute = mute
    return made


@pytest.mark.parametrize(
    ("street", "house", "building", "part"),
    [
        (None, None, "", "street"),
        (0.9, None, "", "house"),
        (None, 0.9, "145", "street"),
        (0.2, 0.9, "145", "street"),
        (0.9, 0.2, "145", "house"),
        (0.9, 0.5, "", "house"),
        (0.4, None, "", "anew"),
        (0.4, 0.9, "145", "confirm"),
        (0.9, 0.4, "145", "confirm"),
        (0.55, 0.55, "145", None),
        (0.95, 0.95, "145", None),
    ],
)
def test_the_one_missing_or_doubtful_part_is_asked_for(
    street: float | None, house: float | None, building: str, part: str | None
) -> None:
    assert asking().next(fields(street, house, building), register_silent=False) == part


@pytest.mark.parametrize(("street", "house", "part"), [(0.4, 0.9, "street"), (0.5, 0.4, "house"), (0.9, 0.9, None)])
def test_without_a_voice_the_more_doubtful_part_is_asked_for(street: float, house: float, part: str | None) -> None:
    assert asking(mute=True).next(fields(street, house), register_silent=False) == part


def test_a_house_that_the_register_could_not_prove_is_not_asked_for_again() -> None:
    assert asking().next(fields(0.9, 0.5, ""), register_silent=True) is None


@pytest.mark.parametrize(("building", "part"), [("145", "confirm"), ("", None)])
def test_who_says_the_same_house_again_means_it_and_one_that_exists_may_still_be_read_back(
    building: str, part: str | None
) -> None:
    back, before = asking(), fields(0.9, 0.2, building)
    back.put("house", before)
    now = fields(0.4, 0.5, building)
    back.answered("house", "understood", now)
    assert back.next(now, register_silent=False) == part


@given(
    st.lists(st.tuples(st.none() | CONFIDENCES, st.none() | CONFIDENCES, st.sampled_from(["", "145"])), min_size=1),
    st.lists(st.sampled_from(["understood", "fruitless", "silent"]), min_size=1),
    st.booleans(),
    st.booleans(),
    st.lists(st.booleans(), min_size=1),
)
def test_whatever_is_answered_it_ends_after_two_questions_back(
    states: list[tuple[float | None, float | None, str]],
    turns: list[Turn],
    openly: bool,
    mute: bool,
    refusals: list[bool],
) -> None:
    back = asking(openly=openly, mute=mute)
    asked: list[Part] = []
    for at in range(20):
        now = fields(*states[at % len(states)])
        if (part := back.next(now, register_silent=False)) is None:
            break
        back.put(part, now)
        asked.append(part)
        back.refused = part in ("confirm", "anew") and refusals[at % len(refusals)]
        back.answered(part, turns[at % len(turns)], now)
    else:
        raise AssertionError(f"a loop: {asked}")
    assert back.count <= DIALOGUE.limits.asked_back
    assert len(asked) <= DIALOGUE.limits.asked_back + (0 if openly else 2)


@pytest.mark.parametrize(
    ("language", "said", "meant"),
    [
        ("ru", "да", "yes"), ("ru", "да верно", "yes"), ("ru", "нет", "no"), ("ru", "да нет", "no"),
        ("ru", "да нет отопления", "yes"), ("ru", "неверно", "no"), ("ru", "не верно", "no"), ("ru", "алло", ""),
        ("kk", "иә", "yes"), ("kk", "дұрыс емес", "no"), ("kk", "жоқ", "no"), ("uk", "так", "yes"), ("uk", "ні", "no"),
        ("en", "yes", "yes"), ("en", "not right", "no"), ("ko", "네", "yes"), ("ko", "아니요", "no"), ("en", "", ""),
    ],
)  # fmt: skip
def test_yes_and_no_are_understood_in_each_language(language: str, said: str, meant: str) -> None:
    words = [Word(each, 0.9, 0.0, 0.4) for each in said.split()]
    assert reply(words, DIALOGUE.replies[language], 1.0) == meant


def test_a_yes_that_was_heard_badly_is_none() -> None:
    assert reply([Word("да", 0.4, 0, 0.4)], DIALOGUE.replies["ru"], 1.0) == ""
    assert reply([Word("да", 0.7, 0, 0.4)], DIALOGUE.replies["ru"], 0.6) == ""
