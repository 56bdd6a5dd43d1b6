"""What a dispatcher typed, before any database: keyboard layouts, one spelling for every alphabet, house numbers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kezek_register.address_text import readings
from kezek_register.layouts import other_layouts
from kezek_register.skeleton import skeleton, trigrams
from kezek_register.street_match import alike

RUSSIAN = "йцукенгшщзхъфывапролджэячсмитьбю"
LATIN = "qwertyuiop[]asdfghjkl;'zxcvbnm,."
WORDS = st.text(RUSSIAN.replace("б", "").replace("ю", ""), min_size=1, max_size=12)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Абая", "abaya"), ("Шевченко", "Shevchenko"), ("Жамбыл", "Zhambyl"), ("Хмельницький", "Khmelnytskyi"),
        ("Лесі Українки", "Леси Украинки"), ("Қабанбай батыр", "Kabanbay batyr"), ("나무", "namu"),
        ("Цветочная", "Tsvetochnaya"), ("Об'їзний", "обʼїзний"), ("ПОБЕДЫ", "победы"),
    ],
)  # fmt: skip
def test_alphabets_meet(one: str, other: str) -> None:
    assert skeleton(one) == skeleton(other)


@given(st.text(max_size=60))
def test_a_skeleton_is_plain_and_settled(text: str) -> None:
    told = skeleton(text)
    assert all(letter in "abcdefghijklmnopqrstuvwxyz0123456789 " for letter in told)
    assert "  " not in told
    assert told == told.strip()
    assert all(len(gram) == 3 for word in told.split() for gram in trigrams(word))


@given(WORDS, st.integers(1, 999))
def test_the_wrong_layout_is_undone(word: str, house: int) -> None:
    typed = word.translate(str.maketrans(RUSSIAN, LATIN))
    assert f"{word} {house}" in other_layouts(f"{typed} {house}") or not any(letter.isalpha() for letter in typed)


@given(st.text(st.sampled_from("qwertyuiopasdfghjklzxcvbnm"), min_size=1, max_size=12))
def test_latin_typed_in_cyrillic_is_undone(word: str) -> None:
    typed = word.translate(str.maketrans(LATIN, RUSSIAN))
    assert word in other_layouts(typed)


def test_kazakh_letters_lie_on_digits() -> None:
    assert "қабанбай 5" in other_layouts("0f,fy,fq 5")
    assert "өмір 5/2" in other_layouts("-v3h 5/2")


@given(st.text(max_size=220))
def test_any_text_is_read_somehow(text: str) -> None:
    for reading in readings(text):
        assert reading.words
        assert all(word.isascii() and word.isalnum() for word in reading.words)
    for other in other_layouts(text):
        readings(other)


@given(
    st.text("абвгд", min_size=2, max_size=9),
    st.integers(1, 999),
    st.sampled_from(["{w} {h}", "{h} {w}", "{w}, д. {h}"]),
)
def test_the_house_may_stand_anywhere(word: str, house: int, form: str) -> None:
    read = readings(form.format(w=word, h=house))
    assert any(reading.house == str(house) and reading.words == tuple(skeleton(word).split()) for reading in read)


@given(st.text("abcdefg", min_size=1, max_size=9), st.text("abcdefg", min_size=1, max_size=9))
def test_likeness_is_a_share_and_full_for_the_same(one: str, other: str) -> None:
    assert 0.0 <= alike(one, other) <= 1.0
    assert alike(one, one) == 1.0
    assert (alike(one, other) == 1.0) == (one == other)
