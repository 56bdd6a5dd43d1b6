"""The names of a town's streets in words, for the grammar of a recogniser: numbers as they are said. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from .numbers import spell
from .packs import Pack
from .street_names import StreetName, read

_WAYS = 6  # to say one number


def spoken(name: str, pack: Pack) -> list[str]:
    """A name without its word for street, as it may be said: '9 мая' as 'девять мая', 'девятое мая', 'девятого мая'."""
    return _ways(read(name, pack), pack)


def _ways(read_name: StreetName, pack: Pack) -> list[str]:
    ways = [""]
    for word in read_name.words:
        said = _number(int(word), pack) if word.isdecimal() and len(word) <= 3 else [word]
        ways = [f"{way} {each}".strip() for way in ways for each in said][: 2 * _WAYS]
    if read_name.number_alone and read_name.kind:
        ways = [f"{way} {read_name.kind}" for way in ways] + [f"{read_name.kind} {way}" for way in ways[:1]]
    return list(dict.fromkeys(ways))


def _number(value: int, pack: Pack) -> list[str]:
    """The cardinal first, then its other cases and the ordinals."""
    plain, ordinal = _forms(value, pack)
    tens, units = value - value % 10, value % 10
    if plain or ordinal or not units:
        return list(dict.fromkeys([spell(value, pack), *plain[1:2], *ordinal]))[:_WAYS]
    whole, cases = _forms(tens, pack)[0], _forms(units, pack)
    genitive = [f"{whole[1]} {cases[0][1]}"] if len(whole) > 1 and len(cases[0]) > 1 else []
    return [spell(value, pack), *genitive, *(f"{whole[0]} {each}" for each in cases[1] if whole)][:_WAYS]


def _forms(value: int, pack: Pack) -> tuple[list[str], list[str]]:
    """Words of one number: cardinals, ordinals."""
    words = [(word, atom.ordinal) for word, atom in pack.numbers.items() if atom.value == value]
    return [word for word, ordinal in words if not ordinal], [word for word, ordinal in words if ordinal]


def phrases(names: Iterable[str], pack: Pack) -> Iterator[str]:
    """All names first, then their cases."""
    said = [way for name in names for way in spoken(name, pack)]
    yield from said
    for way in said:
        yield from pack.streets.forms(way)
