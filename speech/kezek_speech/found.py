"""Something found in a sentence, before it becomes a mention."""

from __future__ import annotations

from dataclasses import dataclass

from .types import MentionKind


@dataclass(frozen=True, slots=True)
class Found:
    kind: MentionKind
    value: str
    confidence: float
    first: int  # tokens, both inclusive
    last: int
    correction: bool = False  # said instead of an earlier one
