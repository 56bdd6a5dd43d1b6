"""What speaks against a house, a flat, an entrance or a floor that was said: another one of its kind, somebody else's,
a correction that was not understood, an unlikely value. Such a one is never certain. Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from .corrections import ABSENT
from .found import Found
from .item import Item
from .packs import Pack
from .types import MentionKind

PLACES: frozenset[MentionKind] = frozenset({"house", "flat", "entrance", "floor"})
_UNSURE = 0.75  # at most, where something speaks against it
_THEIRS = 0.7  # factor for what is another's, so that the caller's own comes first
_REACH = 3  # items between the neighbours and their number
_LIKELY: dict[MentionKind, int] = {"house": 999, "flat": 999, "entrance": 20, "floor": 40}  # more is heard wrong


def weighed(items: Sequence[Item], found: Sequence[Found], corrected: Sequence[int], pack: Pack) -> list[Found]:
    """All of them, less sure where something speaks against them."""
    values: dict[MentionKind, set[str]] = {}
    for one in found:
        values.setdefault(one.kind, set()).add(one.value)
    weighed_ = []
    for one in found:
        if one.kind in PLACES:
            if _theirs(items, one, pack):
                one = replace(one, confidence=min(_UNSURE, one.confidence) * _THEIRS)
            elif len(values[one.kind]) > 1 or _unlikely(one) or _half_corrected(items, one, corrected):
                one = replace(one, confidence=min(_UNSURE, one.confidence))
        weighed_.append(one)
    return weighed_


def _unlikely(one: Found) -> bool:
    digits = "".join(letter if letter.isdecimal() else " " for letter in one.value).split()
    return bool(digits) and int(digits[0]) > _LIKELY[one.kind]


def _half_corrected(items: Sequence[Item], one: Found, corrected: Sequence[int]) -> bool:
    """'дом сорок, ой, ...' with nothing that was understood behind it."""
    at = next((at for at, item in enumerate(items) if item.first > one.last), len(items))
    return at < len(items) and items[at].kind == "correction" and items[at].text not in ABSENT and at not in corrected


def _theirs(items: Sequence[Item], one: Found, pack: Pack) -> bool:
    """'у соседей в сорок седьмом', 'из квартиры сорок пять нас топят', 'қырық бесінші пәтерден су ағып жатыр'."""
    start = next((at for at, item in enumerate(items) if item.last >= one.first), 0)
    end = next((at for at, item in enumerate(items) if item.first > one.last), len(items))
    for at in range(start - 1, max(-1, start - 2 - _REACH), -1):
        if items[at].text.startswith(pack.neighbours) and items[at].kind in ("word", "filler"):
            return True
        if items[at].kind in ("number", "street", "correction", "not", "phone", "account"):
            break
    behind = end
    while behind < len(items) and items[behind].kind == one.kind:
        behind += 1
    if end < behind < len(items) and items[behind].text.startswith(pack.neighbours):
        return True  # 'жиырма бірінші пәтердегі көрші'
    if one.kind != "flat":
        return False
    ahead = start - 1
    while ahead >= 0 and items[ahead].kind == "flat":
        ahead -= 1
    if ahead >= 0 and items[ahead].text in pack.out_of:
        return not _calls(items, ahead - 1, pack)
    out = end < len(items) and items[end].kind == "flat" and items[end].text.endswith(pack.out_of_endings)
    return out and not _calls(items, end + 1, pack)


def _calls(items: Sequence[Item], at: int, pack: Pack) -> bool:
    """Whether he says there that he calls from it, or is from it: 'звоню из квартиры пять'."""
    return 0 <= at < len(items) and items[at].text in pack.calls_from
