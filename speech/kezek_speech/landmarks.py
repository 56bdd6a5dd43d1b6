"""What it is near to: 'opposite school number five', 'мектептің жанында', in the words as they were heard. Pure.

A house or a street beside the word of nearness is a house or a street, and no landmark.
"""

from __future__ import annotations

from collections.abc import Sequence

from .found import Found
from .item import Item
from .numbers import numbers_at
from .packs import Pack
from .streets import StreetHit

_LONGEST = 80  # characters
_BORDER = {"street", "house", "flat", "entrance", "floor", "phone", "account", "correction", "not", "but"}
_GENITIVE = ("ның", "нің", "дың", "дің", "тың", "тің")


class Landmarks:
    def __init__(self, pack: Pack) -> None:
        self._pack = pack
        self._near = pack.nearby
        self._longest = max((phrase.count(" ") + 1 for phrase in self._near.before), default=0)
        self._trouble = tuple(
            {rule.stems[0].split()[0] for rule in (*pack.topics, *pack.emergencies) if len(rule.stems[0]) >= 3}
        )

    def find(self, items: Sequence[Item], streets: Sequence[StreetHit]) -> list[Found]:
        """In the order of speech; the numbers inside belong to nothing else."""
        taken = {place for hit in streets for place in range(hit.first, hit.last + 1) if hit.confidence >= 0.5}
        found: list[Found] = []
        for at in range(len(items)):
            if found and items[at].first <= found[-1].last:
                continue
            one = self._behind(items, at, taken) or self._ahead(items, at, taken)
            if one is not None:
                found.append(one)
        return found

    def _behind(self, items: Sequence[Item], at: int, taken: set[int]) -> Found | None:
        """The thing behind the word of nearness."""
        for size in range(min(self._longest, len(items) - at), 0, -1):
            phrase = " ".join(item.text for item in items[at : at + size])
            if phrase not in self._near.before:
                continue
            start = at + size
            noun = self._noun(items, start, taken)
            if noun is not None:
                end = self._name(items, noun, taken)
                sure = end == noun or items[end].kind == "number" or items[end].text.startswith(self._near.nouns)
                return self._found(items, at, end, 0.9 if sure else 0.75)
            if phrase in self._near.weak or start >= len(items) or not self._plain(items[start], taken):
                return None
            return self._found(items, at, start, 0.55)
        return None

    def _ahead(self, items: Sequence[Item], at: int, taken: set[int]) -> Found | None:
        """The thing before the word of nearness: 'мектептің жанында'."""
        if items[at].text not in self._near.after or at == 0:
            return None
        noun = items[at - 1]
        known = noun.text.startswith(self._near.nouns)
        if noun.kind in _BORDER or not (known or (noun.text.endswith(_GENITIVE) and self._plain(noun, taken))):
            return None
        start = at - 1
        while known and start and at - start < 4:
            before = items[start - 1]
            inside = before.kind == "number" or before.text in self._pack.number_words
            if before.first in taken or (not inside and not self._plain(before, taken)):
                break
            start -= 1
        return self._found(items, start, at, 0.9 if known else 0.55)

    def _noun(self, items: Sequence[Item], start: int, taken: set[int]) -> int | None:
        """The known thing among the next few words: 'the old central market', 'пятой школы'."""
        for at in range(start, min(start + 4, len(items))):
            item = items[at]
            if item.first in taken:
                return None
            if item.text.startswith(self._near.nouns):
                return at
            ordinal = item.kind == "number" and item.atom is not None and item.atom.ordinal
            if item.kind in _BORDER or (item.kind == "number" and not ordinal):
                return None
            if not ordinal and item.kind != "filler" and not self._plain(item, taken):
                return None
        return None

    def _name(self, items: Sequence[Item], noun: int, taken: set[int]) -> int:
        """The last item of the thing: its number or its name is part of it."""
        following = items[noun + 1] if noun + 1 < len(items) else None
        if following and (following.text.startswith(self._near.nouns) or self._plain(following, taken)):
            noun += 1
        at = noun + 1
        if at < len(items) and items[at].text in self._pack.number_words:
            at += 1
        if at < len(items) and items[at].kind == "number":
            number = numbers_at(items, at, self._pack)[0]
            follower = items[number.end + 1].kind if number.end + 1 < len(items) else ""
            if not number.ordinal and follower not in ("unit", "corpus", "fraction"):
                return number.end
        return noun

    def _plain(self, item: Item, taken: set[int]) -> bool:
        """A word that may name a thing: no verb, no trouble, nobody."""
        return (
            item.kind == "word"
            and len(item.text) >= 3
            and item.first not in taken
            and item.text not in self._near.not_names
            and not item.text.endswith(self._near.verbs)
            and not item.text.startswith(self._trouble)
        )

    def _found(self, items: Sequence[Item], start: int, end: int, certainty: float) -> Found:
        window = items[start : end + 1]
        said = " ".join(item.text for item in window)
        while len(said) > _LONGEST:
            said = said.rpartition(" ")[0] or said[:_LONGEST]
        spoken = min(item.confidence for item in window)
        return Found("landmark", said, certainty * spoken, window[0].first, window[-1].last)
