"""What it is near to, and how long it has lasted."""

from __future__ import annotations

import pytest

from kezek_speech import Vocabulary, Word, build_phrasebook
from kezek_speech.packs import LANGUAGES

STREETS = {"ru": "абая", "uk": "шевченка", "kk": "абай", "en": "garden", "ko": "나무"}
BOOKS = {language: build_phrasebook(language, Vocabulary({STREETS[language]: "s"}, {})) for language in LANGUAGES}


def understood(language: str, text: str) -> dict[str, str]:
    """The best mention of each kind."""
    best: dict[str, str] = {}
    for mention in BOOKS[language].mentions([Word(part, 1.0, 0.0, 0.0) for part in text.split()]):
        best.setdefault(mention.kind, mention.value)
    return best


@pytest.mark.parametrize(
    ("language", "said", "near"),
    [
        ("ru", "возле школы номер пять прорвало трубу", "возле школы номер пять"),
        ("ru", "напротив магазина магнум нет света", "напротив магазина магнум"),
        ("ru", "открыт люк рядом с центральным рынком", "рядом с центральным рынком"),
        ("ru", "яма за аптекой", "за аптекой"),
        ("uk", "навпроти аптеки немає води", "навпроти аптеки"),
        ("uk", "біля школи номер двадцять шість", "біля школи номер двадцять шість"),
        ("uk", "поруч з новою лікарнею", "поруч з новою лікарнею"),
        ("kk", "бесінші мектептің жанында жарық жоқ", "бесінші мектептің жанында"),
        ("kk", "базардың қарсысында құбыр жарылды", "базардың қарсысында"),
        ("en", "opposite the central market a pipe burst", "opposite the central market"),
        ("en", "near school number five", "near school number five"),
        ("ko", "학교 옆 난방", "학교 옆"),
    ],
)
def test_a_landmark_is_kept_in_the_callers_words(language, said, near):
    found = understood(language, said)
    assert found["landmark"] == near
    assert "house" not in found


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("ru", "возле дома сорок пять"),
        ("ru", "рядом с нами ничего нет"),
        ("ru", "я плачу за свет и за воду"),
        ("ru", "напротив улицы абая дом пять"),
        ("uk", "біля будинку сто шістдесят"),
        ("kk", "жүз алпысыншы үйдің жанында"),
        ("en", "near house one hundred and sixty"),
    ],
)
def test_a_house_a_street_and_people_are_no_landmarks(language, said):
    assert "landmark" not in understood(language, said)


def test_a_landmark_has_at_most_eighty_characters():
    said = "напротив " + " ".join(["старой"] * 2) + " школы " + "к" * 300
    assert len(understood("ru", said)["landmark"]) <= 80


@pytest.mark.parametrize(
    ("language", "said", "value"),
    [
        ("ru", "второй день нет воды", "P2D"),
        ("ru", "нет света уже три часа", "PT3H"),
        ("ru", "уже неделю не вывозят мусор", "P1W"),
        ("ru", "со вчерашнего дня холодные батареи", "P1D"),
        ("ru", "полчаса нет света", "PT30M"),
        ("ru", "двадцать минут назад", "PT20M"),
        ("uk", "другий день немає опалення", "P2D"),
        ("uk", "з учора немає води", "P1D"),
        ("uk", "вже п'ять годин", "PT5H"),
        ("kk", "екінші күн жылу жоқ", "P2D"),
        ("kk", "үш сағаттан бері су жоқ", "PT3H"),
        ("kk", "кешеден бері жарық жоқ", "P1D"),
        ("en", "no water for three days", "P3D"),
        ("en", "since yesterday", "P1D"),
        ("ko", "삼 일째 난방", "P3D"),
    ],
)
def test_how_long_it_has_lasted(language, said, value):
    found = understood(language, said)
    assert found["duration"] == value
    assert "house" not in found


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("ru", "через два часа"),
        ("ru", "в три часа ночи"),
        ("ru", "мне семьдесят лет"),
        ("ru", "с утра нет воды"),
        ("uk", "через дві години"),
        ("kk", "екі сағаттан кейін"),
        ("en", "in two hours"),
    ],
)
def test_other_times_are_no_durations(language, said):
    assert "duration" not in understood(language, said)
