"""Finding a street by what an operator types."""

from __future__ import annotations

import pytest

from kezek_register import Street, street_name, street_title
from kezek_register.names import fold, without_kind
from kezek_register.search import StreetIndex

STREETS = [
    Street(1, "street", {"kk": "Абай", "ru": "Абая", "en": "Abay"}, (("ru", "Ленина"),)),
    Street(2, "avenue", {"kk": "Абылай хан", "ru": "Абылай хана"}, ()),
    Street(3, "street", {"uk": "Лесі Українки", "ru": "Леси Украинки"}, ()),
    Street(4, "street", {"kk": "Розыбакиев", "ru": "Розыбакиева"}, ()),
    Street(5, "street", {"ko": "나무", "ru": "Древесная", "en": "Tree"}, ()),
    Street(6, "street", {"ru": "Дзержинского"}, ()),
    Street(7, "lane", {"uk": "Об'їзний", "ru": "Объездной"}, ()),
]


@pytest.mark.parametrize(
    ("typed", "language", "street"),
    [
        ("абая", "ru", 1),
        ("АБАЯ", "ru", 1),
        ("аба", "ru", 1),
        ("абыл", "ru", 2),
        ("ул. Абая", "ru", 1),
        ("улица абая", "ru", 1),
        ("Абай көшесі", "kk", 1),
        ("Abay street", "en", 1),
        ("ленина", "ru", 1),
        ("хана", "ru", 2),
        ("роза бакиева", "ru", 4),
        ("розыбакева", "ru", 4),
        ("українки", "uk", 3),
        ("леси укр", "uk", 3),
        ("나무", "ko", 5),
        ("나", "ko", 5),
        ("дзержынского", "ru", 6),
        ("дзиржин", "ru", 6),
        ("обїзний", "uk", 7),
        ("обʼїзний", "uk", 7),
        ("tree", "ru", 5),
    ],
)
def test_the_right_street_comes_first(typed: str, language: str, street: int) -> None:
    found = StreetIndex(STREETS).search(typed, language)
    assert found[0][0].id == street
    assert all(0 <= score <= 1 for _, score in found)
    assert [score for _, score in found] == sorted((score for _, score in found), reverse=True)


def test_the_same_letters_are_sure_and_a_typo_is_less_so() -> None:
    index = StreetIndex(STREETS)
    assert index.search("розыбакиева", "ru")[0][1] == 1.0
    assert 0.6 < index.search("розибакева", "ru")[0][1] < 0.9


@pytest.mark.parametrize("typed", ["", "   ", "!!!", "zzzzzz", "x" * 100_000])
def test_nonsense_finds_nothing(typed: str) -> None:
    assert StreetIndex(STREETS).search(typed, "ru") == []


def test_the_limit_is_kept() -> None:
    assert len(StreetIndex(STREETS).search("а", "ru", limit=1)) == 1
    assert StreetIndex(STREETS).search("а", "ru", limit=0) == []


def test_a_name_that_is_a_kind_word_is_kept() -> None:
    assert without_kind(fold("улица")) == "улица"
    assert without_kind(fold("Tree street")) == "tree"


def test_names_and_titles_fall_back_to_a_language_there_is() -> None:
    assert street_name(STREETS[5], "kk") == "Дзержинского"
    assert street_title(STREETS[5], "kk") == "улица Дзержинского"
    assert street_title(STREETS[0], "kk") == "Абай көшесі"
    assert street_title(STREETS[4], "en") == "Tree street"
