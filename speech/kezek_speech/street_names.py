"""The names of a town's streets in all the ways they are said: cases, without titles, by the last word, numbers as
digits. Pure.

The number in a name is written in digits ('9мая', 'аксай4'), for it may be said in many ways and must be the same; a
name that is a number alone ('5-й микрорайон') is known by its kind.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from .packs import Pack
from .text import clean

# Certainty of 'Нахимова', 'Космодемьянской', 'Аксай' for whole names: never certain, for there may be another street.
_NO_TITLE, _TAIL, _HEAD = 0.79, 0.77, 0.6
_DIGIT, _NUMBER, _ORDINAL = re.compile(r"\d"), re.compile(r"(\d+)"), re.compile(r"(\d+)[-\s]?([^\W\d]+)")
_SHORTEST_TAIL = 4  # letters


class Entry(NamedTuple):
    """One way to say one street's name; tens of thousands are made for a town."""

    written: str  # without spaces, numbers in digits
    reference: str
    factor: float = 1.0
    kind: str = ""  # what the register calls it: 'переулок'
    name: bool = False  # the name itself, not one of its cases
    case: bool = False  # one of its cases
    number_alone: bool = False
    ordinary: bool = False
    head: bool = False  # 'аксай' of 'аксай-4'
    words: int = 1
    spoken: str = ""
    numbered: bool = False


@dataclass(frozen=True, slots=True)
class StreetName:
    words: tuple[str, ...]  # without the word for street; numbers in digits
    kind: str
    number_alone: bool


def read(name: str, pack: Pack) -> StreetName:
    """A name of the register: '1-я Садовая ул.' -> ('1', 'садовая'), 'улица'."""
    streets = pack.streets
    text = clean(name)
    if not text.isalpha() and _DIGIT.search(text):
        text = clean(_ORDINAL.sub(_without_ending(streets.ordinals), name))
        text = _NUMBER.sub(r" \1 ", text)
    parts = text.split()
    kept, kind, at = [], "", 0
    while at < len(parts):
        size = next((size for size in (2, 1) if " ".join(parts[at : at + size]) in streets.kinds), 0)
        if size:
            kind = streets.kinds[" ".join(parts[at : at + size])]
        kept += [] if size else [parts[at]]
        at += size or 1
    if not kept:  # 'Набережная', 'Линия'
        return StreetName(tuple(parts), "", False)
    return StreetName(tuple(kept), kind, all(word.isdecimal() for word in kept))


def _without_ending(ordinals: frozenset[str]) -> Callable[[re.Match[str]], str]:
    """'12-й' -> '12 '."""

    def shorter(found: re.Match[str]) -> str:
        return found[1] + " " if found[2].lower() in ordinals else found[0]

    return shorter


def entries(streets: Mapping[str, str], pack: Pack) -> list[Entry]:
    """All that may be said for a street of these: names first, then cases, then what is left of long names."""
    names: list[Entry] = []
    cases: list[Entry] = []
    shorter: list[tuple[Entry, str]] = []
    for text, reference in streets.items():
        name = read(text, pack)
        if not name.words:
            continue
        spoken = " ".join(name.words)
        numbered = any(word.isdecimal() for word in name.words)
        ordinary = _ordinary(name, pack)
        for place, form in enumerate(pack.streets.forms(spoken) if not name.number_alone else (spoken,)):
            written = form.replace(" ", "")
            entry = Entry(
                written, reference, 1.0, name.kind, place == 0, place > 0, name.number_alone, ordinary,
                words=len(name.words), spoken=form, numbered=numbered,
            )  # fmt: skip
            (cases if place else names).append(entry)
        if len(name.words) > 1:
            shorter += _shorter(name, reference, pack, numbered)
    return [*names, *cases, *_unshared(shorter)]


def _shorter(name: StreetName, reference: str, pack: Pack, numbered: bool) -> Iterator[tuple[Entry, str]]:
    """(what is left, what must not be shared by two streets): without titles, the last word, the part before a
    number."""
    words, titles = name.words, pack.streets.titles
    if numbered:
        if words[-1].isdecimal() and not words[0].isdecimal() and len("".join(words[:-1])) >= _SHORTEST_TAIL:
            yield Entry("".join(words[:-1]), reference, _HEAD, name.kind, head=True), ""
        return
    own = [word for word in words if word not in titles]
    if not own or len(own[-1]) < _SHORTEST_TAIL or own[-1] in pack.numbers or own[-1] in pack.streets.ordinary:
        return
    if len(own) < len(words):
        for place, form in enumerate(pack.streets.forms(" ".join(own))):
            yield Entry(form.replace(" ", ""), reference, _NO_TITLE, name.kind, place == 0, place > 0), form
    if len(own) > 1:
        for place, form in enumerate(pack.streets.forms(own[-1])):
            yield Entry(form, reference, _TAIL, name.kind, place == 0, place > 0), form


def _unshared(shorter: list[tuple[Entry, str]]) -> Iterator[Entry]:
    owners: dict[str, set[str]] = {}
    for entry, key in shorter:
        if key:
            owners.setdefault(key, set()).add(entry.reference)
    for entry, key in shorter:
        if not key or len(owners[key]) == 1:
            yield entry
        elif entry.name:  # two streets of that name: neither is certain
            yield Entry(entry.written, entry.reference, 0.7, entry.kind, True, entry.case)


def _ordinary(name: StreetName, pack: Pack) -> bool:
    """An everyday word, or a date: 'мира', '9 мая'."""
    words = name.words
    if len(words) == 1:
        return words[0] in pack.streets.ordinary or words[0] in pack.cues or words[0] in pack.numbers
    return len(words) == 2 and words[0].isdecimal() and not words[1].isdecimal()
