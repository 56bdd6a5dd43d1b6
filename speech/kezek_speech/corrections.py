"""What the caller takes back: 'not forty but forty-five'. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from .lexer import Item
from .numbers import numbers_at
from .packs import Pack


def without_negated(items: Sequence[Item], pack: Pack) -> list[Item]:
    """'не сорок, а сорок пять' and 'қырық емес, қырық бес' without the number that is denied."""
    kept = list(items)
    at = 0
    while at < len(kept):
        if kept[at].kind == "not":
            after = numbers_at(kept, at + 1, pack)
            if after:
                beyond = after[-1].end + 1
                if beyond < len(kept) and kept[beyond].kind == "but":
                    kept[at : beyond + 1] = []
                    continue
                if len(after) == 2:  # 'not forty, forty-five'
                    kept[at : after[0].end + 1] = []
                    continue
            if pack.number_before_cue and at + 1 < len(kept) and kept[at + 1].kind == "number":
                start = at
                while start and kept[start - 1].kind == "number":
                    start -= 1
                kept[start : at + 1] = []
                at = start
                continue
        at += 1
    return kept


def skip(items: Sequence[Item], at: int, step: int, kinds: set[str]) -> int:
    """The first place from `at` on, forwards or backwards, whose item is of none of these kinds; it may be outside."""
    while 0 <= at < len(items) and items[at].kind in kinds:
        at += step
    return at
