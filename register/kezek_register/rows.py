"""What one line of each CSV says, as plain values. Pure; a line that says nothing useful raises BadRow."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from kezek_register import topic_rows
from kezek_register.csvfile import BadRow, Row
from kezek_register.houses import normalise_flat, normalise_house
from kezek_register.names import KINDS, LANGUAGES, fold
from kezek_register.phones import e164

STREETS = {"needed": ("code", "kind"), "optional": (*LANGUAGES, "other", "territory")}
BUILDINGS = {
    "needed": ("street", "house"),
    "optional": (
        "entrances", "flats", "territory", "people", "lifts", "special_needs", "lon", "lat", "networks",
    ),
}  # fmt: skip
TREES = {"needed": ("code", "kind"), "optional": ("parent", *LANGUAGES)}
HOUSEHOLDS = {"needed": ("street", "house", "phones"), "optional": ("flat", "person", "language")}
TOPICS = {
    "needed": ("code",),
    "optional": (
        "parent", *LANGUAGES, "kind", "asset_kind", "accident", "allowed_hours", "allowed_days", "emergency",
    ),
}  # fmt: skip
LIMITS: Mapping[str, int] = {
    "code": 40,
    "kind": 20,
    "house": 20,
    "flat": 12,
    "other": 400,
    "phones": 200,
    "language": 8,
    "special_needs": 400,
    "networks": 400,
}
_CODE = re.compile(r"[\w.\-]+")
_DEGREES = re.compile(r"-?[0-9]{1,3}(?:\.[0-9]{1,10})?")
_NONE: Mapping[str, int] = MappingProxyType({})
_LARGEST_COUNT = 5_000
_MOST_PEOPLE = 50_000


@dataclass(frozen=True, slots=True)
class StreetLine:
    code: str
    kind: str
    names: tuple[tuple[str, str], ...]  # (language, name), in the order of LANGUAGES
    other_names: tuple[tuple[str, str], ...]
    territory_id: int | None = None


@dataclass(frozen=True, slots=True)
class TreeLine:
    code: str
    kind: str
    parent: str
    names: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class BuildingLine:
    """`parts`: ids of the network's parts that it hangs on."""

    street_id: int
    house: str
    entrances: int | None
    flats: int | None
    territory_id: int | None = None
    people: int | None = None
    lifts: int | None = None
    special_needs: str = ""
    lon: float | None = None
    lat: float | None = None
    parts: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class HouseholdLine:
    street_id: int
    house: str
    flat: str
    person: str
    language: str
    phones: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TopicLine:
    code: str
    parent: str
    names: tuple[tuple[str, str], ...]
    begins: topic_rows.Beginning = topic_rows.NOTHING


LONGEST_QUOTED = 60  # characters of a line that a refusal repeats


class StreetFinder:
    """The street that a line of another file means: its code, or its name where only one street has it."""

    def __init__(self, codes: Mapping[str, int], names: Mapping[int, tuple[str, ...]]) -> None:
        self._codes = codes
        self._found: dict[str, int] = {}  # names that were folded already: a file says each a hundred times
        self._named: dict[str, set[int]] = {}
        for street_id, each in names.items():
            for name in each:
                self._named.setdefault(fold(name), set()).add(street_id)

    def find(self, text: str) -> int:
        """Raises BadRow."""
        if (street_id := self._codes.get(text, self._found.get(text))) is not None:
            return street_id
        found = self._named.get(fold(text), set())
        if len(found) > 1:
            raise BadRow("several streets have this name: give the street's code")
        if not found:
            raise BadRow(f"unknown street: {text[:LONGEST_QUOTED]}")
        return self._found.setdefault(text, next(iter(found)))


def street(row: Row, territories: Mapping[str, int] = _NONE) -> StreetLine:
    kind = row.need("kind").lower()
    if kind not in KINDS:
        raise BadRow(f"kind is one of {', '.join(KINDS)}")
    names = _names(row)
    if not names:
        raise BadRow(f"a name is missing: one of {', '.join(LANGUAGES)}")
    territory = _known(row, "territory", territories)
    return StreetLine(_code(row, "code"), kind, names, _other_names(row.cells["other"]), territory)


def tree(row: Row, kinds: Collection[str]) -> TreeLine:
    kind = row.need("kind").lower()
    if kind not in kinds:
        raise BadRow(f"kind is one of {', '.join(kinds)}")
    names = _names(row)
    if not names:
        raise BadRow(f"a name is missing: one of {', '.join(LANGUAGES)}")
    return TreeLine(_code(row, "code"), kind, row.cells["parent"], names)


def building(
    row: Row, streets: StreetFinder, territories: Mapping[str, int] = _NONE, parts: Mapping[str, int] = _NONE
) -> BuildingLine:
    street_id = streets.find(row.need("street"))
    lon, lat = _degrees(row, "lon", 180.0), _degrees(row, "lat", 90.0)
    if (lon is None) != (lat is None):
        raise BadRow("lon and lat belong together")
    return BuildingLine(
        street_id,
        _house(row),
        _count(row, "entrances"),
        _count(row, "flats"),
        _known(row, "territory", territories),
        _count(row, "people", _MOST_PEOPLE),
        _count(row, "lifts"),
        row.cells.get("special_needs", ""),
        lon,
        lat,
        _parts(row, parts),
    )


def household(row: Row, streets: StreetFinder) -> HouseholdLine:
    street_id = streets.find(row.need("street"))
    flat = normalise_flat(row.cells["flat"])
    if row.cells["flat"] and not flat:
        raise BadRow("flat is no flat number")
    language = row.cells["language"].lower()
    if language and language not in LANGUAGES:
        raise BadRow(f"language is one of {', '.join(LANGUAGES)}, or empty")
    return HouseholdLine(street_id, _house(row), flat, row.cells["person"], language, _phones(row))


def topic(row: Row) -> TopicLine:
    names = _names(row)
    if not names:
        raise BadRow(f"a name is missing: one of {', '.join(LANGUAGES)}")
    return TopicLine(_code(row, "code"), row.cells["parent"], names, topic_rows.beginning(row))


def _code(row: Row, column: str) -> str:
    code = row.need(column)
    if not _CODE.fullmatch(code):
        raise BadRow(f"{column} may hold letters, digits, '_', '-' and '.' only")
    return code


def _names(row: Row) -> tuple[tuple[str, str], ...]:
    names = tuple((language, row.cells[language]) for language in LANGUAGES if row.cells[language])
    if nameless := [language for language, name in names if not fold(name)]:
        raise BadRow(f"{nameless[0]} has no letter in it")
    return names


def _other_names(text: str) -> tuple[tuple[str, str], ...]:
    pairs = []
    for part in filter(None, (each.strip() for each in text.split("|"))):
        language, colon, name = (each.strip() for each in part.partition(":"))
        if not colon or language not in LANGUAGES or not fold(name):
            raise BadRow("other is written language:name, several of them with '|' between")
        pairs.append((language, name))
    return tuple(pairs)


def _house(row: Row) -> str:
    if house := normalise_house(row.need("house")):
        return house
    raise BadRow("house is no house number")


def _count(row: Row, column: str, largest: int = _LARGEST_COUNT) -> int | None:
    text = row.cells.get(column, "")
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) <= 6 and int(text) <= largest):
        raise BadRow(f"{column} is a whole number up to {largest}")
    return int(text)


def _degrees(row: Row, column: str, largest: float) -> float | None:
    text = row.cells.get(column, "")
    if not text:
        return None
    if not _DEGREES.fullmatch(text) or abs(float(text)) > largest:
        raise BadRow(f"{column} is in degrees, from -{largest:.0f} to {largest:.0f}, with a point")
    return float(text)


def _known(row: Row, column: str, codes: Mapping[str, int]) -> int | None:
    code = row.cells.get(column, "")
    if not code:
        return None
    if (found := codes.get(code)) is None:
        raise BadRow(f"unknown {column}")
    return found


def _parts(row: Row, codes: Mapping[str, int]) -> frozenset[int]:
    named = [code.strip() for code in row.cells.get("networks", "").split("|") if code.strip()]
    if unknown := [code for code in named if code not in codes]:
        raise BadRow(f"unknown network part {unknown[0]}")
    return frozenset(codes[code] for code in named)


def _phones(row: Row) -> tuple[str, ...]:
    found: list[str] = []
    for text in filter(None, (each.strip() for each in re.split(r"[|,;]", row.need("phones")))):
        phone = e164(text)
        if phone is None:
            raise BadRow("bad phone number")  # the number itself is personal: the line is named, that is enough
        if phone not in found:
            found.append(phone)
    if not found:
        raise BadRow("phones is missing")
    return tuple(found)
