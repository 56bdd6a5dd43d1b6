"""This town's streets found in what was heard, by likeness of sound. Pure.

Guards: beside a word of place ('улица', 'көшесі') a name may be heard badly; before a house's number, less so; anywhere
else it must be exact, and no everyday word ('мира', 'garden'). Two names nearly as good as each other make both unsure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from .lexer import Item
from .numbers import spell
from .packs import Pack
from .text import Token, clean, join, sound

_WIDEST = 4  # tokens in a name as it was heard
_BESIDE_CUE, _BEFORE_NUMBER = 68.0, 82.0  # of 100


@dataclass(frozen=True, slots=True)
class StreetHit:
    reference: str
    confidence: float
    first: int  # tokens, both inclusive
    last: int
    beside_cue: bool
    ends_in_house: bool  # 'кироводом': the word for house is inside


@dataclass(frozen=True, slots=True)
class _Entry:
    written: str  # without spaces
    reference: str
    factor: float
    name: bool  # the name itself, not one of its cases


class StreetIndex:
    def __init__(self, streets: Mapping[str, str], pack: Pack) -> None:
        self._pack = pack
        self._entries: dict[str, _Entry] = {}
        tails: dict[str, set[str]] = {}
        for name, reference in streets.items():
            spoken = self.spoken(name)
            for form in pack.street_forms(spoken) if spoken else ():
                self._add(form, reference, 1.0, name=form == spoken)
            if " " in spoken:
                tails.setdefault(spoken.split()[-1], set()).add(reference)
        for tail, references in tails.items():
            if len(references) == 1 and len(tail) >= 5 and tail not in pack.numbers:  # 'Шевченка' for 'Тараса Шевченка'
                self._add(tail, next(iter(references)), 0.85)
        # Cases are known exactly; only the names themselves are searched by likeness, which a case ending hardly
        # lowers.
        self._ordered = [entry for entry in self._entries.values() if entry.name]
        self._sounds = [sound(entry.written) for entry in self._ordered]
        self._house_words = sorted(
            (word for word, cue in pack.cues.items() if cue == "house" and len(word) >= 3), key=len, reverse=True
        )
        self._street_words = sorted(
            (word for word, cue in pack.cues.items() if cue == "street" and len(word) >= 5), key=len, reverse=True
        )

    def is_word(self, text: str) -> bool:
        return text in self._entries

    def find(self, tokens: Sequence[Token], items: Sequence[Item]) -> list[StreetHit]:
        """The streets in a sentence, the best first."""
        return _best([*self._beside_cues(tokens, items), *self._before_numbers(tokens, items), *self._exact(tokens)])

    def alone(self, tokens: Sequence[Token], items: Sequence[Item]) -> list[StreetHit]:
        """The street in an answer that may be the street alone."""
        hits = self.find(tokens, items)
        if any(hit.confidence >= 0.7 for hit in hits):
            return hits
        for first in range(len(tokens)):
            for last in range(first, min(first + _WIDEST, len(tokens))):
                whole = first == 0 and last == len(tokens) - 1
                hits += self._match(tokens, first, last, _BESIDE_CUE + 4, whole)
        return _best(hits)

    def spoken(self, name: str) -> str:
        """A name as it is said: numbers in words, without the word for street."""
        words = [
            spell(int(word), self._pack) if word.isdecimal() and len(word) <= 3 else word
            for word in re.sub(r"(\d+)", r" \1 ", clean(name)).split()
        ]
        kept = [word for word in words if self._pack.cues.get(word) != "street"]
        return " ".join(kept or words)

    def _add(self, spoken: str, reference: str, factor: float, *, name: bool = True) -> None:
        written = spoken.replace(" ", "")
        self._entries.setdefault(written, _Entry(written, reference, factor, name))

    def _beside_cues(self, tokens: Sequence[Token], items: Sequence[Item]) -> Iterator[StreetHit]:
        border = {
            item.first
            for item in items
            if item.kind in ("street", "house", "flat", "entrance", "floor") and item.fit > 0.9
        }
        for item in items:
            if item.kind != "street":
                glued = next((word for word in self._street_words if item.text.startswith(word)), "")
                if glued and len(item.text) >= len(glued) + 3:
                    for last in range(item.first, min(item.first + _WIDEST, len(tokens))):
                        yield from self._match(tokens, item.first, last, _BESIDE_CUE, True, skip=len(glued))
                continue
            sides = (self._behind, self._after) if self._pack.street_before_cue else (self._after, self._behind)
            for side in sides:
                found = list(side(tokens, item, border))
                yield from found
                if found:
                    break

    def _after(self, tokens: Sequence[Token], cue: Item, border: set[int]) -> Iterator[StreetHit]:
        start = cue.last + 1
        for last in range(start, min(start + _WIDEST, len(tokens))):
            if last in border:
                break
            yield from self._match(tokens, start, last, _BESIDE_CUE, True)
            if last > start:  # 'улице имени Абая', 'шоссе э Абая'
                yield from self._match(tokens, start + 1, last, _BESIDE_CUE + 12, True)

    def _behind(self, tokens: Sequence[Token], cue: Item, border: set[int]) -> Iterator[StreetHit]:
        cutoff = _BESIDE_CUE if self._pack.street_before_cue else 85.0
        for first in range(cue.first - 1, max(-1, cue.first - 1 - _WIDEST), -1):
            if first in border:
                break
            yield from self._match(tokens, first, cue.first - 1, cutoff, True)

    def _before_numbers(self, tokens: Sequence[Token], items: Sequence[Item]) -> Iterator[StreetHit]:
        ends = [item.first - 1 for item in items if item.kind in ("number", "house") and item.first > 0]
        numbers = {item.first for item in items if item.kind in ("number", "house", "flat")}
        for last in ends:
            if last in numbers:
                continue
            for first in range(last, max(-1, last - _WIDEST), -1):
                if first in numbers:
                    break
                yield from self._match(tokens, first, last, _BEFORE_NUMBER, False)

    def _exact(self, tokens: Sequence[Token]) -> Iterator[StreetHit]:
        for first in range(len(tokens)):
            for last in range(first, min(first + 3, len(tokens))):
                text = join(tokens[first : last + 1])
                entry = self._entries.get(text)
                if entry is not None and len(text) >= 6 and text not in self._pack.ordinary:
                    confidence = 0.7 * entry.factor * min(token.confidence for token in tokens[first : last + 1])
                    yield StreetHit(entry.reference, confidence, first, last, False, False)

    def _match(
        self, tokens: Sequence[Token], first: int, last: int, cutoff: float, beside_cue: bool, skip: int = 0
    ) -> Iterator[StreetHit]:
        window = tokens[first : last + 1]
        heard = join(window)[skip:]
        spoken = min(token.confidence for token in window)
        house = next((word for word in self._house_words if heard.endswith(word) and len(heard) > len(word) + 3), "")
        readings = [(heard, False, 0.0)] + ([(heard[: -len(house)], True, 2.0)] if house else [])
        for text, in_house, loss in readings:
            if len(text) < 2:
                continue
            for reference, score, factor in self._candidates(text, cutoff):
                certainty = (1 - (100 - score + loss + skip / 2) / 50) * factor
                if not beside_cue:
                    certainty *= 0.88 if text not in self._pack.ordinary else 0.6
                if certainty > 0.15:
                    yield StreetHit(reference, certainty * spoken, first, last, beside_cue, in_house)

    def _candidates(self, text: str, cutoff: float) -> list[tuple[str, float, float]]:
        """(reference, score, factor), the best first, at most two streets; rivals lower each other."""
        exact = self._entries.get(text)
        if exact is not None:
            return [(exact.reference, 100.0, exact.factor)]
        alike = process.extract(sound(text), self._sounds, scorer=fuzz.ratio, limit=6, score_cutoff=cutoff)
        scores: dict[str, tuple[float, float]] = {}
        for _, by_sound, index in alike:
            entry = self._ordered[index]
            by_letters = fuzz.ratio(text, entry.written)
            score = by_letters if by_letters >= by_sound else (by_letters + by_sound) / 2
            if score >= cutoff and score > scores.get(entry.reference, (0.0, 0.0))[0]:
                scores[entry.reference] = (score, entry.factor)
        ranked = sorted(((ref, score, factor) for ref, (score, factor) in scores.items()), key=lambda c: -c[1])[:2]
        if len(ranked) == 2 and ranked[0][1] - ranked[1][1] < 6:
            return [(ref, score, factor * 0.75) for ref, score, factor in ranked]
        return ranked[:1]


def _best(hits: list[StreetHit]) -> list[StreetHit]:
    """One hit for each street, the surest; of hits over the same tokens, the better; equal ones in the order of
    speech."""
    kept: list[StreetHit] = []
    for hit in sorted(hits, key=lambda hit: (-round(hit.confidence, 2), hit.first, hit.first - hit.last)):
        overlap = any(hit.first <= other.last and other.first <= hit.last for other in kept)
        if not overlap and all(other.reference != hit.reference for other in kept):
            kept.append(hit)
    return kept
