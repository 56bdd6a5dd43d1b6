"""Words typed with the keyboard in the wrong layout: 'f,fz' is 'абая', 'фифн' is 'abay'. Pure.

Rows of a Latin keyboard (US), of the Russian one, and of the Kazakh one, which has letters on the digits too. Ukrainian
differs from Russian in letters that the search takes for one another.
"""

from __future__ import annotations

import re
from collections.abc import Callable

_LATIN = "`qwertyuiop[]asdfghjkl;'zxcvbnm,."
_RUSSIAN = "ёйцукенгшщзхъфывапролджэячсмитьбю"
_UKRAINIAN = {"і": "s", "ї": "]", "є": "'", "ґ": "`"}
_KAZAKH = dict(zip("2345890-=", "әіңғүұқөһ", strict=True))
_SHIFTED = dict(zip('~{}:"<>', "ёхъжэбю", strict=True))

_TO_CYRILLIC = str.maketrans({**dict(zip(_LATIN, _RUSSIAN, strict=True)), **_SHIFTED})
_TO_LATIN = str.maketrans({**dict(zip(_RUSSIAN, _LATIN, strict=True)), **_UKRAINIAN})
_KAZAKH_KEYS = str.maketrans(_KAZAKH)
_NUMBER = re.compile(r"\d{1,4}[a-zа-я]?(?:[/\-\\]\d{1,4}[a-zа-я]?)?[,.;]?")


def other_layouts(text: str) -> tuple[str, ...]:
    """What the same keys give in the other layouts; house numbers stay as they are. Empty when nothing changes."""
    lower = text.lower()
    found: list[str] = []
    if re.search(r"[a-z]", lower):
        found.append(_by_word(lower, _to_cyrillic))
        found.append(_by_word(lower, _to_kazakh))
    if re.search(r"[а-яёіїєґ]", lower):
        found.append(_by_word(lower, lambda word: word.translate(_TO_LATIN)))
    return tuple(dict.fromkeys(each for each in found if each != lower))


def _by_word(text: str, change: Callable[[str], str]) -> str:
    return " ".join(word if _NUMBER.fullmatch(word) else change(word) for word in text.split())


def _to_cyrillic(word: str) -> str:
    return word.translate(_TO_CYRILLIC)


def _to_kazakh(word: str) -> str:
    letters = sum(letter.isalpha() for letter in word)
    return word.translate(_KAZAKH_KEYS).translate(_TO_CYRILLIC) if letters >= 2 else word.translate(_TO_CYRILLIC)
