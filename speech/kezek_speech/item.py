"""A word, or a few, with what it means in a sentence about a place."""

from __future__ import annotations

from dataclasses import dataclass

from .packs.pack import Atom


@dataclass(frozen=True, slots=True)
class Item:
    kind: str  # 'number', a Cue, or 'word'
    text: str
    atom: Atom | None
    fit: float  # 0..1
    confidence: float  # the recogniser's, the worst of the words
    first: int  # tokens, both inclusive
    last: int
    word: int = -1  # the recogniser's word it came from
