"""What a language does with the names of streets: data for the matching of streets."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from ..text import clean


def _as_it_is(name: str) -> Iterator[str]:
    yield name


@dataclass(frozen=True, slots=True)
class StreetWords:
    """`forms` gives a name's cases, the name itself first. A table's words are cleaned (text.clean)."""

    forms: Callable[[str], Iterable[str]] = _as_it_is
    case_says_street: bool = False  # 'Абайда': the ending alone shows that a place is meant
    kinds: Mapping[str, str] = field(default_factory=dict)  # word of place, in all its cases -> its kind
    titles: frozenset[str] = frozenset()  # may be said or left out: 'академика', 'батыра'
    named: frozenset[str] = frozenset()  # between the word for street and a name: 'имени'
    first_names: frozenset[str] = frozenset()  # common in names of streets: 'Ивана Франко' is not 'Франко'
    modifiers: tuple[str, ...] = ()  # stems that make it another street: 'Большая Садовая'
    leads: frozenset[str] = frozenset()  # a name may stand right behind: 'на', 'угол'
    joins: frozenset[str] = frozenset()  # between two crossing streets: 'и', 'мен'
    crossings: frozenset[str] = frozenset()  # behind a name: 'Абая угол Ленина'
    corners: frozenset[str] = frozenset()  # before two joined names: 'на углу', 'перекрёсток'
    former: frozenset[str] = frozenset()  # an old name follows: 'бывшая'
    ordinary: frozenset[str] = frozenset()  # everyday words: streets only beside a word of place or a number
    years: tuple[str, ...] = ()  # 'летия': glued to a number in the genitive
    ordinals: frozenset[str] = frozenset()  # endings written behind a number: '1-я', '12-й'


def words(text: str) -> frozenset[str]:
    """Words separated by spaces; '_' is a space inside one."""
    return frozenset(clean(word.replace("_", " ")) for word in text.split())


def kinds(text: str) -> dict[str, str]:
    """Lines 'kind: its forms, separated by commas'; the kind itself is one of them."""
    found: dict[str, str] = {}
    for line in filter(None, (each.strip() for each in text.splitlines())):
        kind, forms = line.split(":", 1)
        found |= {clean(form): kind for form in (kind, *forms.split(",")) if form.strip()}
    return found
