"""One spelling in plain Latin letters for a name in Cyrillic, Latin or Hangul: what trigrams are made of. Pure.

It is rough on purpose: 'Абая', 'Abaya' and 'ABAIA' are all 'abaia', 'Шевченко' and 'Shevchenko' both 'sevcenko'. Plain
letters also because PostgreSQL takes only those for letters under the locale C.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from kezek_register.names import fold


def _split(text: str) -> list[str]:
    return text.split(" ")


_CYRILLIC = dict(
    zip(
        "абвгдежзийклмнопрстуфхцчшщъыьэюя",
        _split("a b v g d e z z i i k l m n o p r s t u f h c c s s  i  e iu ia"),
        strict=True,
    )
)
_OTHER = {"ў": "u", "ј": "i", "љ": "l", "њ": "n", "ћ": "c", "ђ": "d", "ѓ": "g", "ќ": "k", "ѕ": "z",
          "ß": "s", "ı": "i", "ł": "l", "đ": "d", "ø": "o", "æ": "e", "œ": "e"}  # fmt: skip
_INITIALS = _split("g k n d t l m b p s s  j c c k t p h")
_VOWELS = _split("a e ia ie eo e ieo ie o ua ue oe io u ueo ue ui iu u ui i")
_FINALS = _split(" g k gs n nj nh d l lg lm lb ls lt lp lh m b bs s s ng j c k t p h")
_HANGUL = {
    **{chr(0x1100 + n): letters for n, letters in enumerate(_INITIALS)},
    **{chr(0x1161 + n): letters for n, letters in enumerate(_VOWELS)},
    **{chr(0x11A7 + n): letters for n, letters in enumerate(_FINALS)},
}
_LETTERS = str.maketrans({**_CYRILLIC, **_OTHER, **_HANGUL})
_SOUNDS = (
    ("shch", "s"), ("sch", "s"), ("sh", "s"), ("ch", "c"), ("zh", "z"), ("dzh", "z"), ("kh", "h"), ("gh", "g"),
    ("ts", "c"), ("tz", "c"), ("ph", "f"), ("x", "ks"), ("q", "k"), ("w", "v"), ("y", "i"), ("j", "i"),
)  # fmt: skip
_TWICE = re.compile(r"([a-z])\1+")
_STRANGE = re.compile(r"[^a-z0-9 ]")


@lru_cache(maxsize=16_384)  # a town's names come again and again
def skeleton(text: str) -> str:
    """Lower case words of a-z and 0-9 with one blank between; '' when there is no letter and no digit."""
    return latin(fold(text))


def latin(folded: str) -> str:
    """The same of what `fold` has folded."""
    plain = "".join(
        letter
        for letter in unicodedata.normalize("NFD", folded.translate(_LETTERS))
        if not unicodedata.combining(letter)
    ).translate(_LETTERS)
    for sound, letter in _SOUNDS:
        plain = plain.replace(sound, letter)
    return " ".join(_TWICE.sub(r"\1", _STRANGE.sub("", plain)).split())


def words_of(text: str) -> tuple[str, ...]:
    return tuple(skeleton(text).split())


def trigrams(word: str) -> frozenset[str]:
    """As pg_trgm cuts a word: two blanks before it and one behind."""
    padded = f"  {word} "
    return frozenset(padded[n : n + 3] for n in range(len(padded) - 2))
