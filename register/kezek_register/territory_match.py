"""Territories by what was typed beside a street, and how one says where an address lies. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from kezek_register.address_text import Reading, plain_words
from kezek_register.names import fold
from kezek_register.place_types import Node, name_in
from kezek_register.street_match import alike

_SAME = 0.8  # street_match.alike from which a word means the territory
_SHORTEST = 4  # letters: 'аба' is no beginning of a district
_BEGINNING = 2  # letters of a territory's name that are typed right
_TOLD = 2  # so many names are said of where an address lies


@dataclass(frozen=True, slots=True)
class Placed:
    """A reading without the territory's words; `territories`: what lies in it and what it lies in, for a street may
    run through several districts."""

    reading: Reading
    territories: frozenset[int]


class TerritoryNames:
    def __init__(self, tree: Iterable[Node]) -> None:
        self._nodes = {node.id: node for node in tree}
        self._names: dict[str, list[tuple[tuple[str, ...], Node]]] = {}  # by the beginning of the longest word
        for node in self._nodes.values():
            for words in dict.fromkeys(plain_words(fold(name)) for name in node.names.values()):
                if words:
                    self._names.setdefault(max(words, key=len)[:_BEGINNING], []).append((words, node))

    def title(self, territory_id: int | None, language: str) -> str:
        """'Алматинский район, Казек': the innermost first; '' when it is not known."""
        node = self._nodes.get(territory_id or 0)
        told = [self._nodes[one] for one in reversed(node.path)][:_TOLD] if node else []
        return ", ".join(name_in(each.names, language) for each in told)

    def placed(self, read: Sequence[Reading]) -> list[Placed]:
        """Of the likeliest reading that names a territory beside a street; the deepest territory that fits."""
        for reading in read:
            if len(reading.words) < 2:
                continue
            begun = {word[:_BEGINNING] for word in reading.words}
            named = [each for beginning in begun for each in self._names.get(beginning, ())]
            fits = [(node, left) for words, node in named if (left := _without(reading.words, words))]
            if fits:
                node, left = max(fits, key=lambda fit: (-len(fit[1]), len(fit[0].path), -fit[0].id))
                return [Placed(replace(reading, words=left), self._around(node))]
        return []

    def _around(self, node: Node) -> frozenset[int]:
        below = {each.id for each in self._nodes.values() if node.id in each.path}
        return frozenset(below | set(node.path))


def _without(asked: tuple[str, ...], name: tuple[str, ...]) -> tuple[str, ...]:
    """The words that are left when the name's are taken out; none when the name's are not
    all there."""
    left = list(asked)
    for word in name:
        fitting = [(alike(one, word), one) for one in left if len(one) >= min(_SHORTEST, len(word))]
        best, which = max(fitting, default=(0.0, ""))
        if best < _SAME:
            return ()
        left.remove(which)
    return tuple(left)
