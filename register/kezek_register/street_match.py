"""How well the words that were typed fit a street's name, both in plain letters: beginnings, parts, typos, any order.
Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from kezek_register.names import fold, without_kind
from kezek_register.skeleton import latin
from kezek_register.types import Street

_OTHER_NAME = 0.97
_OTHER_KIND = 0.93
_TYPO = 0.9  # a likeness is worth this much of what the same letters are
_PART = 0.75
_STRANGERS = 0.6  # likeness below which two words have nothing in common
_NUMBER_LETTERS = 4  # what a number weighs: one that is not in the name is a house's
_REST = 0.1  # what a name loses at most of which little was typed


@dataclass(frozen=True, slots=True)
class Name:
    words: tuple[str, ...]
    joined: str
    letters: int
    weight: float


class Matcher:
    """All names of a town's streets, and what two words were found to have in common."""

    def __init__(self, streets: Iterable[Street]) -> None:
        self._names: dict[int, tuple[Name, ...]] = {}
        self._kinds: dict[int, str] = {}
        for street in streets:
            named = [(name, 1.0) for name in street.names.values()]
            named += [(name, _OTHER_NAME) for _, name in street.other_names]
            found: dict[tuple[str, ...], Name] = {}
            for name, weight in named:
                words = tuple(latin(without_kind(fold(name))).split())
                found.setdefault(words, Name(words, "".join(words), sum(map(len, words)), weight))
            self._names[street.id] = tuple(found.values())
            self._kinds[street.id] = street.kind

    def names(self) -> Mapping[int, tuple[Name, ...]]:
        return self._names

    def score(self, asked: Sequence[str], kind: str, street_id: int, known: dict[tuple[str, str], float]) -> float:
        """0..1. `known`: likenesses of words, kept by the caller for as long as he asks the same words."""
        best = max((_fits(asked, name, known) * name.weight for name in self._names.get(street_id, ())), default=0.0)
        return best * _OTHER_KIND if kind and kind != self._kinds.get(street_id) else best


def _fits(asked: Sequence[str], name: Name, known: dict[tuple[str, str], float]) -> float:
    if asked == name.words:
        return 1.0
    left = list(name.words)
    letters = matched = 0.0
    taken = 0
    for word in asked:
        weight = max(len(word), _NUMBER_LETTERS) if word.isdigit() else len(word)
        letters += weight
        best, which = 0.0, -1
        for position, other in enumerate(left):
            pair = (word, other)
            value = known.get(pair)
            if value is None:
                value = known[pair] = alike(word, other)
            if value > best:
                best, which = value, position
        if which >= 0:
            matched += best * weight
            taken += len(left.pop(which))
    by_words = matched / letters * (1.0 - _REST + _REST * taken / name.letters) if letters else 0.0
    if len(asked) == len(name.words) == 1:
        return by_words
    joined = fuzz.ratio("".join(asked), name.joined, score_cutoff=_STRANGERS * 100) / 100.0 * _TYPO
    return max(by_words, joined)


def alike(asked: str, name: str) -> float:
    """Two words, 0..1. Numbers are the same or strangers."""
    if asked == name:
        return 1.0
    if asked.isdigit() or name.isdigit():
        return 0.0
    if name.startswith(asked):
        return 0.85 + 0.12 * len(asked) / len(name)
    best = _PART if len(asked) >= 3 and asked in name else 0.0
    whole = fuzz.ratio(asked, name) / 100.0
    if whole >= _STRANGERS:
        best = max(best, whole * _TYPO)
    if 4 <= len(asked) < len(name):
        beginning = fuzz.ratio(asked, name[: len(asked)]) / 100.0
        if beginning >= 0.7:
            best = max(best, beginning * 0.85)
    return best
