"""Which number belongs to which word of place. Pure.

Words of place and numbers stand in a row; each number belongs to at most one word and each word to at most one number,
its neighbour. Of all such pairings the heaviest is taken: 'подъезд второй этаж седьмой' and 'второй подъезд седьмой
этаж' both come out right.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .corrections import skip
from .item import Item
from .lexer import Lexer
from .packs import Pack
from .runs import Part
from .types import MentionKind

PLACES: dict[str, MentionKind] = {"house": "house", "flat": "flat", "entrance": "entrance", "floor": "floor"}
_BETWEEN = {"filler", "correction", "but"}


@dataclass(frozen=True, slots=True)
class Element:
    """A word of place or a number, and what it is worth alone."""

    at: int  # item
    end: int
    cue: Item | None
    part: Part | None
    alone: float = 0.0


class Pairing:
    def __init__(self, pack: Pack, lexer: Lexer) -> None:
        self._pack = pack
        self._lexer = lexer

    def pairs(
        self, items: Sequence[Item], elements: Sequence[Element]
    ) -> Iterator[tuple[Part, tuple[MentionKind, float]]]:
        """The heaviest pairing of neighbours: (number, its kind and how surely)."""
        best = [0.0]
        paired = [False]
        for place, element in enumerate(elements):
            alone = best[-1] + element.alone
            weight = self._weight(items, elements[place - 1], element) if place else 0.0
            together = best[-2] + weight if weight else -1.0
            best.append(max(alone, together))
            paired.append(together > alone)
        place = len(elements)
        while place:
            if not paired[place]:
                place -= 1
                continue
            left, right = elements[place - 2], elements[place - 1]
            cue, part = (left.cue, right.part) if left.cue is not None else (right.cue, left.part)
            if cue is not None and part is not None:
                sure = 1.0 if left.cue is not None else self._sure_before(items, part, right.end + 1)
                yield part, (PLACES[cue.kind], cue.fit * sure)
            place -= 2

    def _sure_before(self, items: Sequence[Item], part: Part, after: int) -> float:
        """How surely a word of place behind a number is that number's: 'тридцать дом' hardly is, 'третий дом' may be
        the third one from the corner, and what follows may be the word's own number, heard badly."""
        if not self._pack.number_before_cue and (
            not part.ordinal or (part.value < 10 and items[after - 1].kind == "house")
        ):
            return 0.75
        following = items[after] if after < len(items) else None
        doubtful = following is not None and following.kind == "word" and self._lexer.doubts.number(following.text)
        return 0.75 if doubtful else 1.0

    def _weight(self, items: Sequence[Item], left: Element, right: Element) -> float:
        """What it is worth to take two neighbours for a pair; 0 when they are none."""
        pack = self._pack
        if left.cue is not None and right.part is not None:
            if skip(items, left.end + 1, 1, _BETWEEN) != right.at:
                return 0.0
            if left.cue.text.endswith(pack.cue_ends):
                return 0.0
            if right.part.ordinal:
                return right.part.fit * (0.3 if pack.number_before_cue else 0.95)
            return right.part.fit * (0.9 if pack.number_before_cue else 1.0)
        if left.part is not None and right.cue is not None:
            gap = items[left.end + 1 : right.at]
            after = items[right.end + 1] if right.end + 1 < len(items) else None
            if any(item.text not in pack.number_words for item in gap):
                return 0.0
            if after is not None and (after.text in pack.number_words or after.text in pack.counted_from):
                return 0.0
            if left.part.ordinal:
                return left.part.fit * (1.2 if pack.number_before_cue else 1.1)
            return left.part.fit * (1.0 if pack.number_before_cue else 0.3)
        return 0.0
