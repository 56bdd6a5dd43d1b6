"""A sentence cut for the matching of streets: words one by one, numbers as one span in digits. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .item import Item
from .numbers import numbers_at
from .packs import Pack
from .text import Token


@dataclass(frozen=True, slots=True)
class Span:
    text: str  # a word of place joined; a number in digits
    kind: str  # the item's: 'number', a cue, or 'word'
    place_kind: str  # of a word of place: 'переулок'
    confidence: float
    first: int  # tokens, both inclusive
    last: int


def spans_of(tokens: Sequence[Token], items: Sequence[Item], pack: Pack) -> list[Span]:
    found: list[Span] = []
    at = 0
    while at < len(items):
        item = items[at]
        if item.kind == "number":
            for number in numbers_at(items, at, pack):
                used = items[number.start : number.end + 1]
                found.append(
                    Span(
                        str(number.value),
                        "number",
                        "",
                        number.confidence * number.fit,
                        used[0].first,
                        used[-1].last,
                    )
                )
                at = number.end + 1
            continue
        found += _of_item(item, tokens, pack)
        at += 1
    return found


def _of_item(item: Item, tokens: Sequence[Token], pack: Pack) -> list[Span]:
    kinds = pack.streets.kinds
    if item.kind == "street":
        kind = kinds.get(item.text, "") or _guessed(item.text, kinds)
        return [Span(item.text.replace(" ", ""), "street", kind, item.confidence * item.fit, item.first, item.last)]
    return [
        Span(_anniversary(token.text, pack), item.kind, "", token.confidence, at, at)
        for at, token in enumerate(tokens[item.first : item.last + 1], item.first)
    ]


def _guessed(text: str, kinds: Mapping[str, str]) -> str:
    return next((kind for word, kind in kinds.items() if word[:4] == text[:4]), "")


def _anniversary(text: str, pack: Pack) -> str:
    """'тридцатилетия' -> '30летия'."""
    for ending in pack.streets.years:
        if text.endswith(ending):
            atom = pack.numbers.get(text[: -len(ending)])
            return f"{atom.value}{ending}" if atom is not None else text
    return text
