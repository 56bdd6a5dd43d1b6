"""Numbers that come in figures, and figures said to be doubled: '7а', 'XVIII', 'double oh', 'два нуля'. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from .item import Item
from .packs import Pack
from .packs.pack import Atom

_WITH_LETTER = re.compile(r"(\d{1,4})([^\W\d_])")
_ROMAN = re.compile(r"(?=..)(x{0,3})(ix|iv|v?i{0,3})")
_ROMAN_VALUES = {"x": 10, "ix": 9, "iv": 4, "v": 5, "i": 1}


def in_figures(text: str, pack: Pack) -> list[tuple[str, str, Atom | None, float]]:
    """A word written with figures as (kind, text, atom, fit): one number, a number and a letter, or nothing."""
    if text.isdecimal():
        return [("number", text, Atom(int(text[:15])), 1.0)]
    lettered = _WITH_LETTER.fullmatch(text)
    if lettered and lettered[2] in pack.letters:
        return [("number", lettered[1], Atom(int(lettered[1])), 1.0), ("word", lettered[2], None, 1.0)]
    roman = _ROMAN.fullmatch(text) if pack.language in ("ru", "uk", "kk") else None
    if roman:  # a recogniser's way of writing an ordinal
        rest = roman[2]
        unit = _ROMAN_VALUES.get(rest, 0) if rest in ("ix", "iv") else 5 * rest.count("v") + rest.count("i")
        return [("number", str(10 * len(roman[1]) + unit), Atom(10 * len(roman[1]) + unit), 0.75)]
    return []


def doubled(items: Sequence[Item], pack: Pack) -> list[Item]:
    """With 'double oh' and 'три нуля' as one number each."""
    found: list[Item] = []
    at = 0
    while at < len(items):
        item, after = items[at], items[at + 1] if at + 1 < len(items) else None
        times = pack.repeats.get(item.text, 0)
        figure = after.atom.value if times and after is not None and after.atom is not None else -1
        if after is not None and not times and item.atom is not None and not item.atom.ordinal:
            times, figure = item.atom.value, pack.figures.get(after.text, -1)
        if after is None or not 2 <= times <= 4 or not 0 <= figure <= 9:
            found.append(item)
            at += 1
            continue
        text = str(figure) * times
        found.append(
            replace(
                item, kind="number", text=text, atom=Atom(int(text)), fit=min(item.fit, after.fit), last=after.last,
                confidence=min(item.confidence, after.confidence),
            )
        )  # fmt: skip
        at += 2
    return found
