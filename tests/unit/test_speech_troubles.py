"""What has happened and what makes it urgent, in callers' words: sentences of our own in tests/fixtures/words; those of
`aside-*` were written first and not looked at while the rest was made to work."""

from __future__ import annotations

import pytest

from kezek_speech import Vocabulary, build_phrasebook
from kezek_speech.packs import LANGUAGES, pack_for
from kezek_speech.types import URGENCIES
from kit.words_texts import differences, rows, said, town

TESTED = ("ru", "uk", "kk", "en")
RIGHT = {"": 0.95, "aside-": 0.85}


def urgencies(language: str, text: str) -> list[str]:
    return [mention.value for mention in town(language).mentions(said(text)) if mention.kind == "urgency"]


@pytest.mark.parametrize("language", TESTED)
@pytest.mark.parametrize("kind", RIGHT)
def test_the_topic_of_a_sentence_is_found(language, kind):
    listed = [row for row in rows(f"{kind}troubles-{language}.tsv") if row["topic"] != "?"]
    wrong = [
        each for each in differences(language, f"{kind}troubles-{language}.tsv", "topic", "topic") if each[1] != "?"
    ]
    assert len(wrong) <= (1 - RIGHT[kind]) * len(listed), wrong


@pytest.mark.parametrize("language", TESTED)
@pytest.mark.parametrize("kind", RIGHT)
def test_what_makes_a_call_urgent_is_found_the_heaviest_first(language, kind):
    listed = rows(f"{kind}troubles-{language}.tsv")
    wrong = [
        (row["text"], row["urgency"], found)
        for row in listed
        if (found := ",".join(urgencies(language, row["text"]))) != row["urgency"]
    ]
    assert len(wrong) <= (1 - RIGHT[kind]) * len(listed), wrong


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("ru", "газом не пахнет"),
        ("ru", "не пахнет газом"),
        ("ru", "запаха газа нет"),
        ("ru", "детей нет"),
        ("ru", "маленьких детей нет"),
        ("ru", "дыма нет"),
        ("ru", "в лифте никто не застрял"),
        ("ru", "топят плохо"),
        ("ru", "на детской площадке сломаны качели"),
        ("ru", "нет холодной воды"),
        ("ru", "девушка примите заявку"),
        ("uk", "газом не пахне"),
        ("uk", "дітей немає"),
        ("uk", "запаху газу немає"),
        ("uk", "на дитячому майданчику зламана лавка"),
        ("kk", "газ иісі жоқ"),
        ("kk", "балалар жоқ"),
        ("en", "there is no smell of gas"),
        ("en", "there are no children here"),
        ("en", "the lift on the fifth floor does not work"),
        ("en", "the street lights are off"),
    ],
)
def test_what_is_denied_or_only_sounds_so_is_not_urgent(language, text):
    assert urgencies(language, text) == []
    emergencies = [mention for mention in town(language).mentions(said(text)) if mention.kind == "emergency"]
    assert emergencies == []


@pytest.mark.parametrize(
    ("language", "text", "wanted"),
    [
        ("ru", "дети есть газом пахнет", ["gas", "children"]),
        ("ru", "отопления нет дети мерзнут", ["children", "cold"]),
        ("ru", "не работает лифт люди застряли", ["lift"]),
        ("uk", "світла немає діти бояться", ["children"]),
        ("kk", "жылу жоқ балалар тоңып отыр", ["children", "cold"]),
        ("en", "no heating the children are freezing", ["children", "cold"]),
        ("ko", "가스 냄새", ["gas"]),
        ("ko", "아이 추워요", ["children", "cold"]),
    ],
)
def test_a_denial_denies_what_stands_beside_it_alone(language, text, wanted):
    assert urgencies(language, text) == wanted


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_knows_every_urgency(language):
    assert {rule.code.removeprefix("!") for rule in pack_for(language).urgencies} == set(URGENCIES)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("ru", "улица пожарная дом пять"),
        ("ru", "проспект газовиков дом семь"),
    ],
)
def test_a_street_tells_of_no_trouble(language, text):
    """Only a street that is known: its words are taken, whatever they mean otherwise."""
    book = build_phrasebook(language, Vocabulary({"пожарная": "1", "газовиков": "2"}, {}))
    assert {mention.kind for mention in book.mentions(said(text))} == {"street", "house"}


def test_the_towns_own_topics_are_found_by_their_names():
    """Vocabulary.topics: a tree's leaf in the town's own words beats the pack's."""
    book = build_phrasebook("ru", Vocabulary({}, {"шлагбаум во дворе": "barrier", "нет отопления": "heating.none"}))
    assert (
        next(m.value for m in book.mentions(said("у нас во дворе сломали шлагбаум")) if m.kind == "topic") == "barrier"
    )
    found = [m.value for m in book.mentions(said("отопления нет второй день")) if m.kind == "topic"]
    assert found[0] == "heating.none"
