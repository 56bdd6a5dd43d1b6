"""Streets by what somebody types: beginnings, typos, any language, old names. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from kezek_register.names import fold, without_kind
from kezek_register.types import Street

_CUTOFF = 60.0  # rapidfuzz ratio below which two words are strangers
_TYPO = 0.85  # a likeness is worth this much of what the same letters are
_OTHER_LANGUAGE = 0.95
_OTHER_NAME = 0.97
_LATER_WORD = 0.95  # 'українки' for 'лесі українки'


@dataclass(frozen=True, slots=True)
class _Entry:
    street: int  # position in the list
    language: str
    weight: float


class StreetIndex:
    """All names of a town, folded, ready to be searched; 5,000 streets take some milliseconds a search."""

    def __init__(self, streets: Sequence[Street]) -> None:
        self.streets = tuple(streets)
        self.by_id = {street.id: street for street in self.streets}
        self._names: list[str] = []
        self._entries: list[_Entry] = []
        for position, street in enumerate(self.streets):
            for language, name in street.names.items():
                self._add(position, language, name, 1.0)
            for language, name in street.other_names:
                self._add(position, language, name, _OTHER_NAME)

    def _add(self, position: int, language: str, name: str, weight: float) -> None:
        words = without_kind(fold(name)).split()
        for first in range(len(words)):
            self._names.append(" ".join(words[first:]))
            self._entries.append(_Entry(position, language, weight if first == 0 else weight * _LATER_WORD))

    def search(self, text: str, language: str, limit: int = 10) -> list[tuple[Street, float]]:
        """Streets that fit, the best first, with a score of 0..1; `language` comes before the others."""
        asked = without_kind(fold(text[:200]))
        if not asked or limit < 1:
            return []
        best: dict[int, float] = {}

        def offer(entry: _Entry, score: float) -> None:
            score *= entry.weight * (1.0 if entry.language == language else _OTHER_LANGUAGE)
            best[entry.street] = max(score, best.get(entry.street, 0.0))

        for name, entry in zip(self._names, self._entries, strict=True):
            if name.startswith(asked):
                offer(entry, 1.0 if name == asked else 0.9 + 0.09 * len(asked) / len(name))
        if len(asked) >= 3:
            beginnings = [name[: len(asked)] for name in self._names]
            for choices, worth in ((self._names, _TYPO), (beginnings, _TYPO * 0.95)):
                found = process.extract(asked, choices, scorer=fuzz.ratio, limit=None, score_cutoff=_CUTOFF)
                for _, ratio, place in found:
                    offer(self._entries[place], ratio / 100.0 * worth)
        ranked = sorted(best.items(), key=lambda item: (-item[1], item[0]))
        return [(self.streets[position], round(score, 4)) for position, score in ranked[:limit]]
