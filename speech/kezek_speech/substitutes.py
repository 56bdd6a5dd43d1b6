"""For a word that a model does not know, what it knows that sounds the same: one word, or two in a row.

A grammar can only hold words of the model; a street named by another one would never be heard. So the nearest
pronounceable words stand in for it and are turned back behind the decoder ('роза бакиева' is Розыбакиева). Pure.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from rapidfuzz import fuzz, process

from .decoding import Decoder
from .types import Word

LEAST = 0.8  # likeness: less is another word
_SHORTEST = 3  # letters of a half

# Letters that telephone speech does not keep apart, in the languages of the packs: unstressed vowels, voice at the end
# of words, soft signs; Kazakh's own letters beside the Russian ones.
_ALIKE = str.maketrans(
    {
        "о": "а", "ә": "а", "ө": "а", "я": "а", "е": "и", "э": "и", "ё": "и", "ы": "и", "і": "и", "ї": "и", "є": "и",
        "й": "и", "ұ": "у", "ү": "у", "ю": "у", "б": "п", "в": "ф", "г": "к", "ґ": "к", "ғ": "к", "қ": "к", "д": "т",
        "ж": "ш", "щ": "ш", "з": "с", "ң": "н", "һ": "х", "ь": None, "ъ": None, "'": None, "’": None, "ʼ": None,
        "-": None, "o": "a", "e": "i", "y": "i", "b": "p", "v": "f", "w": "f", "g": "k", "c": "k", "q": "k", "d": "t",
        "z": "s",
    }
)  # fmt: skip


def sound(word: str) -> str:
    """A simple phonetic key; Hangul by its letters."""
    letters = unicodedata.normalize("NFC", word.lower()).translate(_ALIKE)
    if any("가" <= letter <= "힣" for letter in letters):
        letters = unicodedata.normalize("NFD", letters)
    return "".join(letter for at, letter in enumerate(letters) if at == 0 or letter != letters[at - 1])


@dataclass(frozen=True, slots=True)
class Substitute:
    word: str  # unknown to the model
    instead: tuple[str, ...]  # known to it; () when nothing is near enough
    likeness: float  # 0..1


class Sounds:
    """A model's vocabulary, by sound. Building it takes a second for half a million words."""

    def __init__(self, words: Iterable[str]) -> None:
        self._by_sound: dict[str, str] = {}
        self._by_length: dict[int, list[str]] = defaultdict(list)
        for word in sorted(words, key=lambda word: (len(word), word)):
            key = sound(word)
            if len(key) >= _SHORTEST and key not in self._by_sound:
                self._by_sound[key] = word
                self._by_length[len(key)].append(key)

    def nearest(self, word: str) -> Substitute:
        key = sound(word)
        found, likeness = self._one(key)
        if likeness < 1.0:
            two, likeness_of_two = self._two(key)
            if likeness_of_two > likeness:
                found, likeness = two, likeness_of_two
        return Substitute(word, found, round(likeness, 3)) if likeness >= LEAST else Substitute(word, (), 0.0)

    def _one(self, key: str) -> tuple[tuple[str, ...], float]:
        near = [each for length in range(len(key) - 2, len(key) + 3) for each in self._by_length.get(length, ())]
        hit = process.extractOne(key, near, scorer=fuzz.ratio, score_cutoff=100 * LEAST)
        return ((self._by_sound[hit[0]],), hit[1] / 100) if hit else ((), 0.0)

    def _two(self, key: str) -> tuple[tuple[str, ...], float]:
        """Both halves exactly, or with one sound more between them ('роз-ы-бакиева')."""
        best: tuple[tuple[str, ...], float] = ((), 0.0)
        for at in range(_SHORTEST, len(key) - _SHORTEST + 1):
            right = self._by_sound.get(key[at:])
            if right is None:
                continue
            for left in (key[:at], key[: at - 1], f"{key[: at - 1]}а"):
                if left in self._by_sound:
                    likeness = fuzz.ratio(key, left + key[at:]) / 100
                    if likeness > best[1]:
                        best = (self._by_sound[left], right), likeness
        return best


def missing(words: Iterable[str], known: frozenset[str]) -> list[str]:
    return sorted({word for word in words if word not in known and word.isalpha()})


@dataclass(frozen=True, slots=True)
class Spelling:
    """A grammar as the model can hold it, and how its words are turned back."""

    phrases: tuple[str, ...]
    back: dict[tuple[str, ...], Substitute]
    dropped: int  # phrases that cannot be held at all


def spelled(phrases: Sequence[str], unknown: frozenset[str], substitutes: dict[str, Substitute]) -> Spelling:
    """`unknown`: the words among them that the model lacks. A substitute that the grammar has in its own right would be
    taken for the street: it is not used."""
    own = {word for phrase in phrases for word in phrase.split() if word not in unknown}
    kept: list[str] = []
    back: dict[tuple[str, ...], Substitute] = {}
    dropped = 0
    for phrase in dict.fromkeys(phrases):
        words: list[str] = []
        for word in phrase.split():
            found = substitutes.get(word) if word in unknown else None
            if found is not None and found.instead and not own.issuperset(found.instead):
                if back.setdefault(found.instead, found) == found:  # else two streets would sound the same
                    words += found.instead
                    continue
            elif word not in unknown:
                words.append(word)
                continue
            dropped += phrase != "[unk]"
            break
        else:
            kept.append(" ".join(words))
    return Spelling(tuple(dict.fromkeys(kept)), back, dropped)


class Restoring:
    """Meets Decoder: the substitutes' words become those they stand for, as sure as they are alike."""

    def __init__(self, decoder: Decoder, back: dict[tuple[str, ...], Substitute]) -> None:
        self._decoder, self._back = decoder, back
        self._longest = max(map(len, back))

    @property
    def seconds_fed(self) -> float:
        return self._decoder.seconds_fed

    def accept(self, sound: bytes) -> bool:
        return self._decoder.accept(sound)

    def result(self) -> tuple[Word, ...]:
        return self._restored(self._decoder.result())

    def partial(self) -> tuple[Word, ...]:
        return self._restored(self._decoder.partial())

    def final(self) -> tuple[Word, ...]:
        return self._restored(self._decoder.final())

    def reset(self) -> None:
        self._decoder.reset()

    def _restored(self, words: tuple[Word, ...]) -> tuple[Word, ...]:
        out: list[Word] = []
        at = 0
        while at < len(words):
            for length in range(min(self._longest, len(words) - at), 0, -1):
                span = words[at : at + length]
                found = self._back.get(tuple(word.text for word in span))
                if found is not None:
                    least = min(word.confidence for word in span)
                    out.append(
                        replace(span[0], text=found.word, confidence=round(least * found.likeness, 3), end=span[-1].end)
                    )
                    at += length
                    break
            else:
                out.append(words[at])
                at += 1
        return tuple(out)
