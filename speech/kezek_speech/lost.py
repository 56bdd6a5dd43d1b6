"""What may have been lost beside a number: a word that was not understood may have been one more part of it. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from .doubts import Doubts
from .item import Item
from .packs import Pack

_PLACES = frozenset({"house", "flat", "entrance", "floor"})
_PARTS = frozenset({"corpus", "fraction"})
_SHORT = 2  # letters: a word no longer than this is a word of everyday, a letter, or a torn piece
_PIECE, _NUMBER, _CUE = 0.6, 0.65, 0.75  # factors: a piece of it, a number heard badly, its word of place heard badly


class Lost:
    def __init__(self, pack: Pack, doubts: Doubts) -> None:
        self._pack, self._doubts = pack, doubts
        self._streets = tuple(word for word, cue in pack.cues.items() if cue == "street" and len(word) >= 5)

    def behind(self, items: Sequence[Item], after: int, streets: set[int]) -> float:
        """Less than 1 when what comes next may have belonged to the number."""
        if after >= len(items):
            return 1.0
        item = items[after]
        beyond = items[after + 1] if after + 1 < len(items) else None
        if item.kind == "but":  # 'двадцать а пять': 25, or 20а and 5
            return (
                _PIECE if beyond is not None and beyond.kind == "number" and not self._counts(items, after + 1) else 1.0
            )
        if item.kind == "filler" and beyond is not None and len(item.text) <= _SHORT:
            if beyond.kind in _PARTS:
                return _PIECE
            if beyond.kind == "word" and beyond.first not in streets and self._doubts.number(beyond.text):
                return _NUMBER
            torn = beyond.atom is not None and not beyond.atom.ordinal and 0 < _value(beyond) < _room(items[after - 1])
            lettered = beyond.kind in ("but", "letter") and self._place(items, after + 2)
            return _PIECE if lettered or (torn and not self._counts(items, after + 1)) else 1.0
        if item.kind == "and":  # 'a hundred and ...'
            return _NUMBER if beyond is None or beyond.kind != "number" else 1.0
        if item.kind == "not" and len(item.text) <= _SHORT:
            return self._short(items, after, streets)
        if item.kind != "word":
            return 1.0
        if self._doubts.glued(item.text):
            return _NUMBER
        if item.first in streets:
            return 1.0
        if len(item.text) <= _SHORT:
            return self._short(items, after, streets)
        if self._doubts.number(item.text):
            return _NUMBER
        if self._place(items, after + 1) or (beyond is not None and beyond.kind in _PARTS):
            return _CUE
        if beyond is None or beyond.kind != "number" or self._counts(items, after + 1):
            return 1.0
        rest = _value(beyond) < _room(items[after - 1])
        return _CUE if rest or not self._doubts.ordinary(item.text) else 1.0

    def ahead(self, items: Sequence[Item], start: int, streets: set[int]) -> float:
        """Less than 1 when what stands before may have belonged to the number."""
        before = items[start - 1] if start else None
        if before is None:
            return 1.0
        if before.kind == "correction" and start > 1 and _room(items[start - 2]) > _value(items[start]):
            return _PIECE  # 'сорок, ой, пять': 45, or 5
        if before.kind == "and" and start > 1 and items[start - 2].kind == "word":
            return _NUMBER  # 'one humded and two'
        if before.kind != "word":
            return 1.0
        if self._doubts.glued(before.text):
            return _NUMBER
        if before.text.startswith(self._streets) and before.text not in self._streets:
            return _NUMBER  # 'көшесіқылық бесінші'
        if before.first in streets:
            return 1.0
        piece = len(before.text) <= _SHORT and not self._everyday(before.text)
        return _NUMBER if piece or self._doubts.number(before.text, before=True) else 1.0

    def _short(self, items: Sequence[Item], at: int, streets: set[int]) -> float:
        """Behind a number stands a short word: 'сто й один', 'шість би під'їзд', 'двадцать то дри'."""
        text = items[at].text
        beyond = items[at + 1] if at + 1 < len(items) else None
        if beyond is not None and beyond.kind == "number":
            return 1.0 if self._everyday(text) and self._counts(items, at + 1) else _PIECE
        if self._place(items, at + 1) and (len(text) == 1 or self._doubts.letter(text)):
            return _PIECE
        if beyond is not None and (beyond.kind in _PARTS or (len(beyond.text) == 1 and self._place(items, at + 2))):
            return _PIECE  # 'девять не о квартира', 'восемь то корпус два'
        if not self._everyday(text):
            return _NUMBER
        if beyond is None or beyond.kind != "word" or beyond.first in streets:
            return 1.0
        piece = len(beyond.text) <= _SHORT and not self._everyday(beyond.text)
        return _NUMBER if piece or self._doubts.number(beyond.text) else 1.0

    def _everyday(self, text: str) -> bool:
        return text in self._pack.short_words or text in self._pack.letters or self._doubts.ordinary(text)

    @staticmethod
    def _place(items: Sequence[Item], at: int) -> bool:
        return at < len(items) and items[at].kind in _PLACES

    @staticmethod
    def _counts(items: Sequence[Item], at: int) -> bool:
        """Whether the number there counts something: 'три дня'."""
        while at < len(items) and items[at].kind == "number":
            at += 1
        return at < len(items) and items[at].kind == "unit"


def _value(item: Item) -> int:
    return item.atom.value if item.atom is not None else 0


def _room(item: Item) -> int:
    """What a number's last word leaves open: 'forty' the units, 'two hundred' all below a hundred."""
    value = _value(item)
    return 100 if value >= 100 else 10 if value >= 10 and value % 10 == 0 else 0
