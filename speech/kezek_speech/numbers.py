"""Number words to numbers: what a speaker puts together ('two hundred' 'forty' 'five') and what he says one by one.
Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .item import Item
from .packs import Pack

_STRAY = frozenset({"filler", "word", "not"})


@dataclass(frozen=True, slots=True)
class Number:
    value: int
    ordinal: bool
    fit: float
    confidence: float
    start: int  # items, both inclusive
    end: int


def numbers_at(items: Sequence[Item], start: int, pack: Pack) -> list[Number]:
    """The numbers said in a row from `start` on; 'five two zero' are three, 'two hundred forty five' is one."""
    found: list[Number] = []
    at = start
    while at < len(items) and items[at].kind == "number":
        number = _one(items, at, pack)
        found.append(number)
        at = number.end + 1
    return found


def _one(items: Sequence[Item], start: int, pack: Pack) -> Number:
    value, room, end = 0, 10_000, start - 1
    ordinal = False
    torn = 1.0
    at = start
    while at < len(items):
        item = items[at]
        if item.kind == "and" and 0 < value < 10_000 and room <= 1000 and at > start:
            following = items[at + 1] if at + 1 < len(items) else None
            if following is None or following.atom is None or not 0 < following.atom.value < min(room, 100):
                break
            at += 1
            continue
        stray = item.kind in _STRAY and (len(item.text) <= 2 or item.text in pack.hesitations)
        if stray and at > start and 10 <= room <= 100:
            if not _goes_on(items, at + 1, room, pack):
                break
            at, torn = at + 1, 0.6
            continue
        atom = item.atom
        if atom is None or (ordinal and at > start):
            break
        part, size, ordinal_part = atom.value, 1, atom.ordinal
        following = items[at + 1] if at + 1 < len(items) else None
        if (
            not atom.times
            and not atom.ordinal
            and 0 < part < 100
            and following is not None
            and following.atom is not None
            and following.atom.times
            and (following.atom.value == 1000 or part < 10)
            and (following.atom.value > 10 or pack.bare_hundred or 5 <= part <= 8)
        ):
            times = following.atom.value
            if times == 100 and part * times >= room > part and at > start and pack.bare_hundred:
                torn = 0.75  # 'жеті жүз жеті жүз жиырма': 707 120, or 700 720
            else:
                part, size, ordinal_part = part * times, 2, following.atom.ordinal
        if at == start and pack.digit_hundreds and _said_by_digits(items, at, part, size):
            part *= 100
        if at > start and (part == 0 or part >= room):
            break
        value += part
        room = _room(part, pack)
        ordinal = ordinal_part
        end = at + size - 1
        at += size
        if part == 0 or room == 0 or item.text.isdecimal():
            break
    used = items[start : end + 1]
    return Number(
        value=value,
        ordinal=ordinal,
        fit=torn * min(item.fit for item in used),
        confidence=min(item.confidence for item in used),
        start=start,
        end=end,
    )


def _goes_on(items: Sequence[Item], at: int, room: int, pack: Pack) -> bool:
    """Whether a number goes on behind a short word that does not belong there: 'тридцать в восемь', 'отыз то жетінші';
    but 'двадцать в третьем подъезде' are two."""
    atom = items[at].atom if at < len(items) else None
    if atom is None or atom.times or not 0 < atom.value < room:
        return False
    end = at
    while end < len(items) and items[end].atom is not None:
        end += 1
    last = items[end - 1].atom
    if last is not None and last.ordinal and not pack.number_before_cue and items[at - 1].kind == "filler":
        return False
    return end >= len(items) or items[end].kind not in ("unit", "flat", "floor") or pack.number_before_cue


def _said_by_digits(items: Sequence[Item], at: int, part: int, size: int) -> bool:
    """'one twenty three' is a hundred and twenty-three."""
    following = items[at + 1].atom if size == 1 and at + 1 < len(items) else None
    return (
        following is not None
        and 0 < part < 10
        and not items[at].text.isdecimal()
        and 10 <= following.value < 100
        and not following.ordinal
    )


def _room(part: int, pack: Pack) -> int:
    """What may follow a part must be smaller than this: 'forty' leaves room for units, 'twelve' for nothing."""
    if part >= 1000:
        return 1000
    if part >= 100:
        return 100
    if part >= 20:
        return 10
    return 10 if part == 10 and pack.ten_opens else 0


def spell(value: int, pack: Pack) -> str:
    """0..999 in the pack's words, for street names with a number in them. Raises ValueError beyond."""
    if not 0 <= value < 1000:
        raise ValueError(f"{value} is not spelled")
    words = {atom.value: word for word, atom in reversed(list(pack.numbers.items())) if not atom.ordinal}
    if value == 0:
        return words[0]
    parts: list[str] = []
    hundreds, rest = divmod(value, 100)
    if hundreds:
        whole = words.get(hundreds * 100)
        parts += [whole] if whole else [words[hundreds], words[100]]
    if rest:
        tens, units = divmod(rest, 10)
        parts += [words[rest]] if rest in words else [words[tens * 10], words[units]]
    return " ".join(parts)
