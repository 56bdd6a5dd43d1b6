"""Streets that sound like what was heard. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from .street_names import Entry
from .text import plain, sound

RIVALS = 3  # streets offered for one stretch of words
_CLOSE = 6.0  # of 100: two names this near to each other make both unsure
_WORSE = 14.0  # of 100: a street this much less like the words than the best one is not offered


@dataclass(frozen=True, slots=True)
class Likeness:
    entry: Entry
    score: float  # of 100
    certainty: float  # 0..1


class Alike:
    """Names only: a case ending hardly lowers the likeness. Of one stretch of words, its likest streets."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        named = [entry for entry in entries if entry.name and not entry.head]
        self._plain: dict[str, list[Entry]] = {}
        for entry in named:
            self._plain.setdefault(plain(entry.written), []).append(entry)
        self._searched = [entry for entry in named if not entry.numbered]
        self._sounds = [sound(entry.written) for entry in self._searched]
        self._numbered: dict[str, list[tuple[str, str, Entry]]] = {}
        for entry in (entry for entry in named if entry.numbered):
            digits, rest = apart(entry.written)
            if digits and rest:
                self._numbered.setdefault(digits, []).append((sound(rest), rest, entry))

    def same(self, text: str) -> list[Entry]:
        """Names that differ only in letters nobody hears apart: 'сейфулина', 'момышулы' for 'момышұлы'."""
        return self._plain.get(plain(text), []) if len(text) >= 5 else []

    def numbered(self, digits: str, rest: str, cutoff: float) -> list[Likeness]:
        """Streets with this very number whose words sound like `rest`."""
        found = []
        for rest_sound, written, entry in self._numbered.get(digits, ()):
            score = _score(rest, written, fuzz.ratio(sound(rest), rest_sound))
            if score >= cutoff:
                found.append((entry, score))
        return _ranked(found)

    def find(self, text: str, cutoff: float) -> list[Likeness]:
        """The best first, at most RIVALS streets; rivals lower each other."""
        alike = process.extract(sound(text), self._sounds, scorer=fuzz.ratio, limit=8, score_cutoff=cutoff)
        found = []
        for _, by_sound, index in alike:
            entry = self._searched[index]
            score = _score(text, entry.written, by_sound)
            if score >= cutoff:
                found.append((entry, score))
        return _ranked(found)


def apart(written: str) -> tuple[str, str]:
    """('4', 'аксай') of 'аксай4'; ('', name) of a name without a number."""
    return "".join(filter(str.isdecimal, written)), "".join(letter for letter in written if not letter.isdecimal())


def _score(text: str, written: str, by_sound: float) -> float:
    by_letters = fuzz.ratio(text, written)
    return by_letters if by_letters >= by_sound else (by_letters + 2 * by_sound) / 3


def _ranked(found: Sequence[tuple[Entry, float]]) -> list[Likeness]:
    best: dict[str, tuple[Entry, float]] = {}
    for entry, score in found:
        if score > best.get(entry.reference, (entry, 0.0))[1]:
            best[entry.reference] = entry, score
    ranked = sorted(best.values(), key=lambda each: -each[1])[:RIVALS]
    if not ranked:
        return []
    top = ranked[0][1]
    rival = len(ranked) > 1 and top - ranked[1][1] < _CLOSE
    return [
        Likeness(entry, score, (1 - (100 - score) / 50) * entry.factor * (0.75 if rival else 1.0))
        for entry, score in ranked
        if score > top - _WORSE
    ]
