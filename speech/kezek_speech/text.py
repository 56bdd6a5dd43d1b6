"""Text made comparable: folding of letters that are heard alike, and tokens with the recogniser's confidence. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz.utils import default_process

from .types import Word

_APOSTROPHES = re.compile("[\u2019\u02bc`\u00b4']")
_SOUNDS = str.maketrans(
    {
        # Kazakh letters a recogniser (or a Russian speaker) mixes up with their Russian neighbours
        "қ": "к", "ғ": "к", "г": "к", "ң": "н", "ө": "а", "о": "а", "ә": "а", "ү": "у", "ұ": "у", "һ": "х",
        "э": "и", "е": "и", "є": "и", "і": "и", "ї": "и", "ы": "и", "й": "и", "я": "а", "ю": "у", "ё": "а",
        # voiced and unvoiced
        "б": "п", "д": "т", "в": "ф", "з": "с", "ж": "ш", "ґ": "к", "щ": "ш", "ц": "с",
        "ь": "", "ъ": "", " ": "",
    }
)  # fmt: skip
_LETTERS = str.maketrans(
    {
        # what one speaker writes as he hears it and another does not: Kazakh letters as Russian ones, unstressed 'о'
        "қ": "к", "ғ": "г", "ң": "н", "ө": "а", "о": "а", "ә": "а", "ү": "у", "ұ": "у", "һ": "х", "і": "и", "ї": "и",
        "є": "е", "ы": "и", "э": "е", "ґ": "г", "ь": "", "ъ": "", " ": "",
    }
)  # fmt: skip
_REPEATED = re.compile(r"(.)\1+")


def clean(text: str) -> str:
    """Lower case, no punctuation, no apostrophes, 'ё' as 'е', words separated by single spaces."""
    text = _APOSTROPHES.sub("", unicodedata.normalize("NFC", text).lower()).replace("ё", "е")
    return " ".join(default_process(text).replace("_", " ").split())


def sound(text: str) -> str:
    """How it sounds, roughly: unstressed vowels, voiced consonants, spaces and doubled letters do not count."""
    return _REPEATED.sub(r"\1", text.translate(_SOUNDS))


def plain(text: str) -> str:
    """Without the differences that are of spelling alone; unlike in `sound`, other names stay other names."""
    return _REPEATED.sub(r"\1", text.translate(_LETTERS))


@dataclass(frozen=True, slots=True)
class Token:
    text: str  # cleaned
    confidence: float
    word: int  # index of the word it came from


def tokens(words: Sequence[Word]) -> list[Token]:
    """The words' cleaned parts: 'сто-двадцать,' gives two."""
    return [
        Token(part, word.confidence, index) for index, word in enumerate(words) for part in clean(word.text).split()
    ]


def join(parts: Sequence[Token]) -> str:
    return "".join(part.text for part in parts)
