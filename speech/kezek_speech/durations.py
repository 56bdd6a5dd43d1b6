"""How long it has lasted: 'the second day', 'three hours', 'since yesterday' as ISO 8601. Pure.

Without a clock: 'since the morning' and 'at three o'clock' are left out, for they say nothing without the time of day.
"""

from __future__ import annotations

from collections.abc import Sequence

from .found import Found
from .item import Item
from .numbers import Number, numbers_at
from .packs import Pack, borrowed_packs

_FORMS = {"M": "PT{}M", "H": "PT{}H", "D": "P{}D", "W": "P{}W", "MO": "P{}M", "Y": "P{}Y"}
_MOST = {"M": 600, "H": 240, "D": 365, "W": 60, "MO": 36, "Y": 30}  # more has another meaning, or none
_LONGEST = 4  # items in a fixed phrase


class Durations:
    def __init__(self, pack: Pack) -> None:
        self._pack = pack
        spoken = [pack, *(each for each in borrowed_packs(pack.language) if each.language != "en")]
        self._units = {word: unit for each in reversed(spoken) for word, unit in each.lasting.units.items()}
        self._phrases = {said: value for each in reversed(spoken) for said, value in each.lasting.phrases.items()}
        self._not_after = pack.lasting.not_after

    def find(self, items: Sequence[Item]) -> list[Found]:
        """In the order of speech; the items' numbers belong to nothing else."""
        found: list[Found] = []
        at = 0
        while at < len(items):
            one = self._phrase(items, at) or self._counted(items, at)
            if one is None:
                at += 1
                continue
            found.append(one)
            while at < len(items) and items[at].first <= one.last:
                at += 1
        return found

    def _phrase(self, items: Sequence[Item], at: int) -> Found | None:
        """'since yesterday', 'half an hour', 'already a week'."""
        for size in range(min(_LONGEST, len(items) - at), 0, -1):
            window = items[at : at + size]
            value = self._phrases.get(" ".join(item.text for item in window))
            if value is None or self._elsewhere(items, at, at + size - 1):
                continue
            spoken = min(item.confidence for item in window)
            certainty = 0.9 if size > 1 else 0.7  # 'вчера' alone may be when he rang
            return Found("duration", value, certainty * spoken, window[0].first, window[-1].last)
        return None

    def _counted(self, items: Sequence[Item], at: int) -> Found | None:
        """'three days', 'the second day'."""
        if items[at].kind != "number":
            return None
        number = numbers_at(items, at, self._pack)[-1]
        end = number.end + 1
        unit = self._units.get(items[end].text, "") if end < len(items) else ""
        if not unit or self._elsewhere(items, number.start, end):
            return None
        return _found(items, number, end, unit)

    def _elsewhere(self, items: Sequence[Item], start: int, end: int) -> bool:
        """'in two hours', 'at three o'clock', 'every two days': another time than how long it has lasted."""
        before = items[start - 1].text if start else ""
        after = items[end + 1].text if end + 1 < len(items) else ""
        return before in self._not_after or after in self._pack.lasting.not_before


def _found(items: Sequence[Item], number: Number, end: int, unit: str) -> Found | None:
    if not 0 < number.value <= _MOST[unit] or (unit == "Y" and not number.ordinal):
        return None  # 'seventy years' is an age
    confidence = number.fit * min(number.confidence, items[end].confidence) * (0.95 if number.ordinal else 0.9)
    return Found("duration", _FORMS[unit].format(number.value), confidence, items[number.start].first, items[end].last)
