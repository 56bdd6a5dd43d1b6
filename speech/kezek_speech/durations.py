"""How long it has lasted: 'the second day', 'three hours', 'since yesterday' as ISO 8601. Pure.

Without a clock: 'since the morning' and 'at three o'clock' are left out, for they say nothing without the time of day.
"""

from __future__ import annotations

from collections.abc import Sequence

from .found import Found
from .lexer import Item
from .numbers import Number, numbers_at
from .packs import Pack

_FORMS = {"M": "PT{}M", "H": "PT{}H", "D": "P{}D", "W": "P{}W", "MO": "P{}M", "Y": "P{}Y"}
_MOST = {"M": 600, "H": 240, "D": 365, "W": 60, "MO": 36, "Y": 30}  # more has another meaning, or none
_LONGEST = 4  # items in a fixed phrase


def durations(items: Sequence[Item], pack: Pack) -> list[Found]:
    """In the order of speech; the items' numbers belong to nothing else."""
    found: list[Found] = []
    at = 0
    while at < len(items):
        one = _phrase(items, at, pack) or _counted(items, at, pack)
        if one is None:
            at += 1
            continue
        found.append(one)
        while at < len(items) and items[at].first <= one.last:
            at += 1
    return found


def _phrase(items: Sequence[Item], at: int, pack: Pack) -> Found | None:
    """'since yesterday', 'half an hour', 'already a week'."""
    for size in range(min(_LONGEST, len(items) - at), 0, -1):
        window = items[at : at + size]
        value = pack.lasting.phrases.get(" ".join(item.text for item in window))
        if value is None or (size == 1 and _elsewhere(items, at, at, pack)):
            continue
        spoken = min(item.confidence for item in window)
        return Found("duration", value, 0.9 * spoken, window[0].first, window[-1].last)
    return None


def _counted(items: Sequence[Item], at: int, pack: Pack) -> Found | None:
    """'three days', 'the second day', and the unit alone after 'already'."""
    if items[at].kind != "number":
        return None
    number = numbers_at(items, at, pack)[-1]
    end = number.end + 1
    unit = pack.lasting.units.get(items[end].text, "") if end < len(items) else ""
    if not unit or _elsewhere(items, number.start, end, pack):
        return None
    return _found(items, number, end, unit)


def _found(items: Sequence[Item], number: Number, end: int, unit: str) -> Found | None:
    if not 0 < number.value <= _MOST[unit] or (unit == "Y" and not number.ordinal):
        return None  # 'seventy years' is an age
    confidence = number.fit * min(number.confidence, items[end].confidence) * (0.95 if number.ordinal else 0.9)
    return Found("duration", _FORMS[unit].format(number.value), confidence, items[number.start].first, items[end].last)


def _elsewhere(items: Sequence[Item], start: int, end: int, pack: Pack) -> bool:
    """'in two hours', 'at three o'clock', 'every two days': another time than how long it has lasted."""
    before = items[start - 1].text if start else ""
    after = items[end + 1].text if end + 1 < len(items) else ""
    return before in pack.lasting.not_after or after in pack.lasting.not_before
