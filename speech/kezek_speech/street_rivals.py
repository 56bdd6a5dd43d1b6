"""What speaks against a street that was heard letter by letter: a longer name that ends like it, another street, the
other one of a corner that was not understood, a correction that was not. Such a one is never certain. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from rapidfuzz import fuzz

from .corrections import ABSENT
from .item import Item
from .packs import Pack
from .street_names import Entry
from .street_spans import Span
from .street_standing import UNSURE
from .text import sound

if TYPE_CHECKING:
    from .streets import StreetHit

_BEGINS_ALIKE = 60.0  # of 100: how like the beginning of a longer name the words before must be
_SECOND = 0.75  # at most, for the shorter name where the longer one may be meant


class LongerNames:
    """Of a name, the listed ones that end with it: 'Льва Толстого' of 'Толстого'."""

    def __init__(self, entries: Iterable[Entry], pack: Pack) -> None:
        self._plain = pack.not_numbers | pack.short_words
        names = [entry for entry in entries if entry.name and entry.factor == 1.0 and not entry.number_alone]
        owners = {entry.written: entry.reference for entry in names}
        self._heads: dict[str, list[tuple[str, str]]] = {}  # reference -> (how the longer one begins, its reference)
        for entry in names:
            words = entry.spoken.split()
            for cut in range(1, len(words)):
                short = owners.get("".join(words[cut:]))
                if short is not None and short != entry.reference:
                    self._heads.setdefault(short, []).append((sound("".join(words[:cut])), entry.reference))

    def of(self, reference: str, spans: Sequence[Span], first: int) -> str:
        """The reference of the longer one that the words before span `first` may begin; '' when there is none."""
        for head, longer in self._heads.get(reference, ()):
            text = ""
            for at in range(first - 1, max(-1, first - 4), -1):
                if spans[at].kind not in ("word", "filler"):
                    break
                text = spans[at].text + text
                if head.isdecimal() and spans[at].kind == "word" and text not in self._plain:
                    return longer  # 'зегізі нші наурыз'
                if text not in self._plain and fuzz.ratio(sound(text), head) >= _BEGINS_ALIKE:
                    return longer
        return ""

    def both(self, hit: StreetHit, spans: Sequence[Span], first: int) -> Iterator[StreetHit]:
        """The street, and before it the longer one where that may be meant."""
        longer = self.of(hit.reference, spans, first)
        if longer:
            yield replace(hit, reference=longer, confidence=min(UNSURE, hit.confidence))
        yield replace(hit, confidence=min(_SECOND, hit.confidence)) if longer else hit


def doubted(hits: Sequence[StreetHit], items: Sequence[Item], pack: Pack) -> list[StreetHit]:
    """The streets heard letter by letter, less sure where the sentence speaks against them."""
    several = len({hit.reference for hit in hits if hit.confidence > UNSURE}) > 1
    crosses = any(item.text in pack.streets.crossings | pack.streets.corners for item in items)
    alone = crosses and len({hit.reference for hit in hits}) == 1  # the other street was not understood
    with_house = [hit for hit in hits if hit.near_house]
    kept = []
    for hit in hits:
        rival = several and not hit.near_house and not _crossing(hits, items, pack)
        if with_house and rival:
            hit = replace(hit, confidence=hit.confidence * _PASSED)
        elif rival or alone or _half_corrected(hit, hits, items) or _half_a_corner(hit, hits, items, pack):
            hit = replace(hit, confidence=min(UNSURE, hit.confidence))
        kept.append(hit)
    return kept


_PASSED = 0.88  # factor for a street named in passing, when another one has the house's number


def _crossing(hits: Sequence[StreetHit], items: Sequence[Item], pack: Pack) -> bool:
    """Whether two of the streets cross: nothing but a word of joining or of place between them."""
    words = pack.streets
    ends = sorted({(hit.first, hit.last) for hit in hits})
    for (_, last), (first, _) in pairwise(ends):
        between = [item for item in items if last < item.first and item.last < first]
        if all(item.kind in ("street", "filler") or item.text in words.joins | words.crossings for item in between):
            return True
    return any(item.text in words.crossings or item.text in words.corners for item in items)


def _half_corrected(hit: StreetHit, hits: Sequence[StreetHit], items: Sequence[Item]) -> bool:
    """'улица Садовая, простите, ...' with no street behind it that was understood."""
    at = next((at for at, item in enumerate(items) if item.first > hit.last), len(items))
    if at >= len(items) or items[at].kind != "correction" or items[at].text in ABSENT:
        return False
    following = items[at + 1] if at + 1 < len(items) else None
    number = any(item.kind == "number" for item in items[:at])
    return following is None or following.kind in ("word", "street") or (following.kind == "number" and not number)


def _half_a_corner(hit: StreetHit, hits: Sequence[StreetHit], items: Sequence[Item], pack: Pack) -> bool:
    """'... и Гоголя, угол' where the other street was not understood."""
    words = pack.streets
    crossing = any(item.text in words.crossings | words.corners for item in items)
    if crossing and any(0 < hit.first - each.last <= 3 and each.confidence < hit.confidence for each in hits):
        return True  # the one said first is the likelier one
    at = next((at for at, item in enumerate(items) if item.first <= hit.first <= item.last), 0) - 1
    while at >= 0 and items[at].kind == "street":
        at -= 1
    if at < 1 or items[at].text not in words.joins:
        return False
    other = next((each for each in hits if each.first <= items[at - 1].last <= each.last), None)
    if other is not None:
        return other.confidence < hit.confidence
    return crossing
