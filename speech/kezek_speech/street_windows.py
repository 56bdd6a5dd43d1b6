"""Where a street's name may hide when none was heard letter by letter: beside a word of place, before a house's number,
behind 'on'. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .item import Item
from .packs import Pack
from .street_spans import Span
from .text import Token, join

_WIDEST = 4  # tokens in a name as it was heard
_BESIDE_CUE, _BEFORE_NUMBER, _BARE = 68.0, 82.0, 72.0  # of 100: how like a name the words must be
_LONGEST_BARE = 8  # tokens in an answer that may be a name alone


@dataclass(frozen=True, slots=True)
class Window:
    readings: tuple[tuple[str, bool, float], ...]  # text, whether it ended in the word for house, loss of 100
    cutoff: float
    weight: float
    confidence: float
    beside_cue: bool
    first: int  # tokens, both inclusive
    last: int

    @classmethod
    def of_spans(cls, spans: Sequence[Span], weight: float, beside_cue: bool) -> Window:
        heard = min(span.confidence for span in spans)
        return cls((), 0.0, weight, heard, beside_cue, spans[0].first, spans[-1].last)


class Windows:
    """Those of a language; made once."""

    def __init__(self, pack: Pack) -> None:
        self.pack = pack
        self.house_words = _longest_first(pack, "house", 3)
        self.street_words = _longest_first(pack, "street", 5)

    def of(
        self, tokens: Sequence[Token], items: Sequence[Item], taken: Sequence[tuple[int, int]], *, bare: bool
    ) -> Iterator[Window]:
        """`taken` (tokens from, to): the names already known; what they stand beside needs no window."""
        seen: set[tuple[int, int, int]] = set()
        make = _Maker(self, tokens, items, taken)
        for window in (*make.beside_cues(), *make.before_numbers(), *(make.bare() if bare else ())):
            key = window.first, window.last, len(window.readings[0][0])
            if key not in seen:
                seen.add(key)
                yield window


def _longest_first(pack: Pack, kind: str, least: int) -> tuple[str, ...]:
    """The cues of a kind with at least so many letters."""
    return tuple(sorted((word for word, cue in pack.cues.items() if cue == kind and len(word) >= least), key=len)[::-1])


class _Maker:
    def __init__(
        self, words: Windows, tokens: Sequence[Token], items: Sequence[Item], taken: Sequence[tuple[int, int]]
    ) -> None:
        self._tokens, self._items, self._pack, self._taken = tokens, items, words.pack, taken
        self._house_words, self._street_words = words.house_words, words.street_words
        self._everyday = {
            place
            for item in items
            if item.fit == 1.0 and item.kind in ("filler", "correction", "unit", "other", "phone", "account", "not")
            for place in range(item.first, item.last + 1)
        }

    def beside_cues(self) -> Iterator[Window]:
        border = {
            item.first
            for item in self._items
            if item.kind in ("street", "house", "flat", "entrance", "floor") and item.fit > 0.9
        }
        for item in self._items:
            if item.kind == "street":
                if not self._beside_taken(item):
                    yield from self._both_sides(item, border)
                continue
            if not item.text.startswith(self._street_words):
                continue
            glued = next(word for word in self._street_words if item.text.startswith(word))
            if len(item.text) >= len(glued) + 3:
                for last in range(item.first, min(item.first + _WIDEST, len(self._tokens))):
                    yield from self._window(item.first, last, _BESIDE_CUE, 1.0, cue=True, skip=len(glued))

    def _both_sides(self, cue: Item, border: set[int]) -> Iterator[Window]:
        """The side where a name usually stands; the other one where nothing is said on that side."""
        sides = (self._behind, self._after) if self._pack.street_before_cue else (self._after, self._behind)
        for side in sides:
            found = list(side(cue, border))
            yield from found
            if found:
                break

    def _after(self, cue: Item, border: set[int]) -> Iterator[Window]:
        start = cue.last + 1
        weight = 0.9 if self._pack.street_before_cue else 1.0
        for last in range(start, min(start + _WIDEST, len(self._tokens))):
            if last in border:
                break
            yield from self._window(start, last, _BESIDE_CUE, weight, cue=True)
            if last > start:  # 'улице имени Абая', 'шоссе э Абая'
                yield from self._window(start + 1, last, _BESIDE_CUE + 12, weight, cue=True)

    def _behind(self, cue: Item, border: set[int]) -> Iterator[Window]:
        cutoff = _BESIDE_CUE if self._pack.street_before_cue else 85.0
        for first in range(cue.first - 1, max(-1, cue.first - 1 - _WIDEST), -1):
            if first in border:
                break
            yield from self._window(first, cue.first - 1, cutoff, 1.0, cue=True)

    def before_numbers(self) -> Iterator[Window]:
        numbers = {item.first for item in self._items if item.kind in ("number", "house", "flat")}
        for item in self._items:
            last = item.first - 1
            if item.kind not in ("number", "house") or last < 0 or last in numbers or self._beside_taken(item):
                continue
            for first in range(last, max(-1, last - _WIDEST), -1):
                if first in numbers:
                    break
                led = first > 0 and self._tokens[first - 1].text in self._pack.streets.leads
                yield from self._window(
                    first, last, _BESIDE_CUE if led else _BEFORE_NUMBER, 0.95 if led else 0.88, cue=False
                )

    def bare(self) -> Iterator[Window]:
        if len(self._tokens) > _LONGEST_BARE:
            return
        for first in range(len(self._tokens)):
            for last in range(first, min(first + _WIDEST, len(self._tokens))):
                whole = first == 0 and last == len(self._tokens) - 1
                yield from self._window(first, last, _BARE, 1.0 if whole else 0.88, cue=whole)

    def _beside_taken(self, item: Item) -> bool:
        """A name stands on either side; fillers and words of place may lie between."""
        return any(0 <= item.first - end <= 2 or 0 <= start - item.last <= 2 for start, end in self._taken)

    def _window(
        self, first: int, last: int, cutoff: float, weight: float, *, cue: bool, skip: int = 0
    ) -> Iterator[Window]:
        span = range(first, last + 1)
        if first < 0 or all(place in self._everyday for place in span):
            return
        if any(first <= end and start <= last for start, end in self._taken):
            return
        window = self._tokens[first : last + 1]
        heard = join(window)[skip:]
        if not heard or len(heard) > 40:
            return
        if heard in self._pack.streets.ordinary and not cue:
            weight *= 0.7
        if last > first and window[0].text in self._pack.streets.leads:
            weight *= 0.9  # 'на Лебедева' is not 'Налебедева'
        house = next((word for word in self._house_words if heard.endswith(word) and len(heard) > len(word) + 3), "")
        readings = [(heard, False, skip / 2)]
        if house:
            readings.append((heard[: -len(house)], True, 2.0 + skip / 2))
        heard_as = min(token.confidence for token in window)
        yield Window(tuple(readings), cutoff, weight, heard_as, cue, first, last)
