"""Clean sentences as a recogniser may hear them: words misheard, torn, joined and lost, as often as in real ones.

What happens to a word, and how often, is what beside each other the columns `reference` and `hypothesis` of a noisy.tsv
show: most words that are not right are nearly right; many are torn in two or joined with their neighbour; short words
vanish; now and then another word stands there, for a number mostly a number that sounds like it. Pure: the same seed
and text give the same words.
"""

from __future__ import annotations

import random
from collections.abc import Sequence

ERRORS = 0.15  # of the words, when nothing else is asked for

_KINDS = (("misheard", 52), ("joined", 17), ("torn", 13), ("lost", 7), ("another", 4), ("added", 7))
_SHORT = 3  # letters: words this long are lost three times as often as others
_NEAR = {
    "о": "а", "а": "о", "е": "и", "и": "е", "я": "е", "ы": "и", "і": "и", "ї": "і", "у": "о", "ю": "у", "э": "е",
    "є": "е", "ә": "а", "ө": "о", "ү": "у", "ұ": "у", "қ": "к", "ғ": "г", "ң": "н", "һ": "х",
    "б": "п", "п": "б", "в": "ф", "ф": "в", "г": "к", "к": "г", "д": "т", "т": "д", "ж": "ш", "ш": "ж",
    "з": "с", "с": "з", "ц": "с", "ч": "ш", "щ": "ш", "м": "н", "н": "м", "р": "л", "л": "р", "х": "к",
    "a": "e", "e": "i", "i": "e", "o": "u", "u": "o", "b": "p", "p": "b", "d": "t", "t": "d", "g": "k", "k": "g",
    "v": "f", "f": "v", "z": "s", "s": "z", "m": "n", "n": "m", "c": "k", "r": "l",
    "l": "r",
}  # fmt: skip
_NUMBERS_ALIKE = (
    "семь восемь", "двенадцать двадцать", "тринадцать тридцать", "пятнадцать пятьдесят", "шестнадцать шестьдесят",
    "семнадцать семьдесят", "восемнадцать восемьдесят", "двести триста", "шестьсот семьсот", "девять десять",
    "сім вісім", "дванадцять двадцять", "тринадцять тридцять", "п'ятнадцять п'ятдесят", "шістнадцять шістдесят",
    "сімнадцять сімдесят", "вісімнадцять вісімдесят", "двісті триста", "дев'ять десять",
    "екі жеті", "алты алтыншы", "алпыс алтыс", "жетпіс жеті", "сексен сегіз", "тоқсан тоғыз",
    "қырық қырқыншы", "бір бірінші",
    "thirteen thirty", "fourteen forty", "fifteen fifty", "sixteen sixty", "seventeen seventy", "eighteen eighty",
    "nineteen ninety", "five nine",
)  # fmt: skip
_ALIKE = {a: b for pair in _NUMBERS_ALIKE for a, b in (pair.split(), pair.split()[::-1])}
_BREATH = {"ru": "э и а в у то не", "uk": "е і а в у то не", "kk": "ә ал ой ғой ше", "en": "a uh the and er"}


def spoiled(text: str, language: str, seed: int, errors: float = ERRORS) -> str:
    """The text with about this share of its words heard badly."""
    chance = random.Random(f"{seed} {text}")  # noqa: S311 - the same errors each time
    heard: list[str] = []
    glue = False
    for word in text.split():
        kind = _kind(word, chance, errors)
        words = _heard(word, kind, language, chance)
        if glue and heard and words:
            words = [heard.pop() + words[0], *words[1:]]
        glue = kind == "joined"
        heard += words
    return " ".join(heard)


def _kind(word: str, chance: random.Random, errors: float) -> str:
    if chance.random() >= errors:
        return ""
    kinds, weights = zip(*_KINDS, strict=True)
    kind: str = chance.choices(kinds, weights)[0]
    if kind == "lost" and len(word) > _SHORT and chance.random() < 2 / 3:
        return "misheard"
    return kind


def _heard(word: str, kind: str, language: str, chance: random.Random) -> Sequence[str]:
    match kind:
        case "lost":
            return []
        case "added":
            return [word, chance.choice(_BREATH[language].split())]
        case "another" if word in _ALIKE:
            return [_ALIKE[word]]
        case "torn" if len(word) > _SHORT:
            cut = chance.randrange(2, len(word) - 1)
            return [_misheard(word[:cut], chance), word[cut:]]
        case "misheard" | "another" | "torn":
            return [_misheard(word, chance)]
    return [word]


def _misheard(word: str, chance: random.Random) -> str:
    """One letter or two are others that sound like them, or are not there, or the beginning or the end is cut off."""
    letters = list(word)
    for _ in range(1 if len(word) < 6 else chance.choice((1, 1, 2))):
        at = chance.randrange(len(letters))
        way = chance.random()
        if way < 0.7:
            letters[at] = _NEAR.get(letters[at], letters[at])
        elif way < 0.9 and len(letters) > _SHORT:
            del letters[at]
        elif len(letters) > 5:
            letters = letters[2:] if chance.random() < 0.5 else letters[:-2]
    return "".join(letters)
