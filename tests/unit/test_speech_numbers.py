"""Every number from 0 to 9,999, cardinal and ordinal, said as num2words says it, comes back.

Kazakh is 'kz' in num2words 0.5.14, and right as far as it goes: 'жүз' for a hundred, 'бір мың' for a thousand. People
also say 'бір жүз' and 'мың': these must come back too. It has no Kazakh ordinals, so they are made here by the rule of
the grammar (the last word takes -ншы/-нші, -ыншы/-інші; 'жиырма' takes -сыншы, 'қырық' becomes 'қырқыншы').
"""

from __future__ import annotations

import pytest
from num2words import num2words

from kezek_speech import Word
from kezek_speech.lexer import Lexer
from kezek_speech.numbers import numbers_at
from kezek_speech.packs import pack_for
from kezek_speech.text import tokens

LANGUAGES = ("ru", "uk", "kk", "en")
LEXERS = {language: Lexer(pack_for(language)) for language in LANGUAGES}
ORDINALS = {
    "нөл": "нөлінші", "бір": "бірінші", "екі": "екінші", "үш": "үшінші", "төрт": "төртінші", "бес": "бесінші",
    "алты": "алтыншы", "жеті": "жетінші", "сегіз": "сегізінші", "тоғыз": "тоғызыншы", "он": "оныншы",
    "жиырма": "жиырмасыншы", "отыз": "отызыншы", "қырық": "қырқыншы", "елу": "елуінші", "алпыс": "алпысыншы",
    "жетпіс": "жетпісінші", "сексен": "сексенінші", "тоқсан": "тоқсаныншы", "жүз": "жүзінші", "мың": "мыңыншы",
}  # fmt: skip


def cardinal(value: int, language: str) -> str:
    return str(num2words(value, lang={"kk": "kz"}.get(language, language)))


def heard(language: str, said: str) -> list[tuple[int, bool, float]]:
    """(value, ordinal, fit) of the numbers that the words are."""
    words = [Word(part, 1.0, 0.0, 0.0) for part in said.split()]
    items = LEXERS[language].lex(tokens(words), lambda _: False)
    assert items[0].kind == "number", said
    numbers = numbers_at(items, 0, pack_for(language))
    assert numbers[-1].end == len(items) - 1, said
    return [(number.value, number.ordinal, number.fit) for number in numbers]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_cardinal_comes_back(language):
    for value in range(10_000):
        assert heard(language, cardinal(value, language)) == [(value, False, 1.0)], value


@pytest.mark.parametrize("language", ["ru", "uk", "en"])
def test_every_ordinal_comes_back(language):
    for value in range(1, 10_000):
        said = num2words(value, to="ordinal", lang=language)
        assert heard(language, said) == [(value, True, 1.0)], said


def test_every_kazakh_ordinal_comes_back():
    for value in range(10_000):
        *first, last = cardinal(value, "kk").split()
        assert heard("kk", " ".join([*first, ORDINALS[last]])) == [(value, True, 1.0)], value


def test_kazakh_hundreds_with_one_and_thousands_without():
    for value in [*range(100, 200), *range(1000, 2000)]:
        said = cardinal(value, "kk").replace("бір мың", "мың")
        said = f"бір {said}" if said.startswith("жүз") else said
        assert heard("kk", said) == [(value, False, 1.0)], said


@pytest.mark.parametrize(
    ("language", "said", "values"),
    [
        ("ru", "пять два ноль один", [5, 2, 0, 1]),
        ("ru", "сорок пять двенадцать", [45, 12]),
        ("ru", "восемьсот семьдесят два сто", [872, 100]),
        ("ru", "пять сот двадцать", [520]),
        ("kk", "сегіз жеті жүз бір екі жүз отыз төрт", [8, 701, 234]),
        ("kk", "он екі он үш", [12, 13]),
        ("en", "one twenty three", [123]),
        ("en", "one thousand and one", [1001]),
        ("uk", "нуль п'ятдесят сто одинадцять", [0, 50, 111]),
    ],
)
def test_numbers_said_in_a_row_are_told_apart(language, said, values):
    assert [value for value, _, _ in heard(language, said)] == values


@pytest.mark.parametrize(
    ("language", "said", "value"),
    [
        ("ru", "сорак", 40),
        ("ru", "питьдесят", 50),
        ("ru", "пиддесят", 50),
        ("ru", "тренадцать", 13),
        ("ru", "двадцатьпять", 25),
        ("ru", "сто-двадцать", 120),
        ("ru", "восемь сят четыре", 84),
        ("ru", "один нацать", 11),
        ("uk", "шисдесят", 60),
        ("uk", "двісці сорок", 240),
        ("uk", "двадцятьп'ять", 25),
    ],
)
def test_badly_heard_numbers_are_guessed_less_surely(language, said, value):
    number = heard(language, said)[0]
    assert number[0] == value
    if "-" not in said:
        assert number[2] < 1.0
