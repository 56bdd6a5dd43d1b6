"""Planned works from a CSV: each line an area of a work, the lines of one code are one work. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, tzinfo
from typing import Any, cast

from kezek_register.announcements import LANGUAGES
from kezek_register.areas import Area, Parity
from kezek_register.csvfile import BadRow, Row
from kezek_register.houses import house_key, normalise_house
from kezek_register.outage_rules import checked
from kezek_register.outage_types import CAUSES, BadOutage, Outage
from kezek_register.rows import StreetFinder

NEEDED = ("code", "starts")
OPTIONAL = (
    "ends", "ends_itself", "level", "topic", "asset_kind", "cause", "organisation", "territory", "part", "street",
    "house", "from", "to", "parity", *LANGUAGES,
)  # fmt: skip
LIMITS: Mapping[str, int] = {"house": 400, "code": 60, **dict.fromkeys(LANGUAGES, 1_000)}
_FACTS = ("level", "topic", "asset_kind", "cause", "organisation", "starts_at", "expected_at", "ends_itself", "words")
_YES, _NO = ("yes", "1", "true", "иә", "да", "так"), ("", "no", "0", "false", "жоқ", "нет", "ні")
_DAY_FIRST = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})[ T]+(\d{1,2}):(\d{2})")


@dataclass(frozen=True, slots=True)
class Finder:
    """What the lines' codes mean: ids of territories, parts and buildings (street id, house); codes that there are."""

    streets: StreetFinder
    territories: Mapping[str, int] = field(default_factory=dict)
    parts: Mapping[str, int] = field(default_factory=dict)
    buildings: Mapping[tuple[int, str], int] = field(default_factory=dict)
    topics: frozenset[str] = frozenset()
    organisations: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Work:
    """A work and the lines that tell of it."""

    outage: Outage
    lines: tuple[int, ...]

    def same(self, known: Outage) -> bool:
        """Whether the register has it so already."""
        return self.over(known) == known

    def over(self, known: Outage) -> Outage:
        """The register's own with what the file says; save the end that it told before, when somebody here has
        learned better since."""
        told = {name: getattr(self.outage, name) for name in _FACTS}
        if self.outage.expected_at in {each.expected_at for each in known.expectations}:
            told["expected_at"] = known.expected_at
        areas = self.outage.areas if set(self.outage.areas) != set(known.areas) else known.areas
        return replace(known, **told, areas=areas, state="announced")


def works(rows: Sequence[Row], finder: Finder, zone: tzinfo) -> tuple[list[Work], list[tuple[int, str]]]:
    """And the refused lines with their reasons. A later line of a work may leave out what the first one says, and may
    not say otherwise."""
    found: dict[str, Work] = {}
    refused: list[tuple[int, str]] = []
    for row in rows:
        try:
            code = row.need("code")
            first = found.get(code)
            if first is None:
                found[code] = Work(_outage(row, code, finder, zone), (row.line,))
                continue
            _agrees(row, first, _facts(row, finder, zone))
            areas = tuple(dict.fromkeys((*first.outage.areas, *_areas(row, finder))))
            outage = replace(first.outage, areas=areas)
            checked(outage)
            found[code] = Work(outage, (*first.lines, row.line))
        except (BadRow, BadOutage) as bad:
            refused.append((row.line, str(bad)))
    return list(found.values()), refused


def _outage(row: Row, code: str, finder: Finder, zone: tzinfo) -> Outage:
    told = _facts(row, finder, zone)
    topic = told.get("topic") or row.need("topic")
    fields = {"level": 3, "cause": "planned_work", **told, "topic": topic}
    outage = Outage(id=0, state="announced", code=code, areas=_areas(row, finder), **fields)
    checked(outage)
    return outage


def _facts(row: Row, finder: Finder, zone: tzinfo) -> dict[str, Any]:
    """What the line says of its work; what it leaves out is left out."""
    told: dict[str, Any] = {"starts_at": _moment(row.need("starts"), "starts", zone)}
    cells = row.cells
    if cells["ends"]:
        told["expected_at"] = _moment(cells["ends"], "ends", zone)
    if (itself := cells["ends_itself"].lower()) not in _NO:
        if itself not in _YES:
            raise BadRow("ends_itself is yes or no")
        told["ends_itself"] = True
    if cells["level"]:
        if cells["level"] not in ("1", "2", "3"):
            raise BadRow("level is 3 (planned), 2 (internal) or 1 (external)")
        told["level"] = int(cells["level"])
    for column, known in (("topic", finder.topics), ("organisation", finder.organisations)):
        if cells[column] and cells[column] not in known:
            raise BadRow(f"unknown {column}")
    if cells["cause"] and cells["cause"] not in CAUSES:
        raise BadRow(f"cause is one of {', '.join(CAUSES)}")
    told |= {name: cells[name] for name in ("topic", "asset_kind", "cause", "organisation") if cells[name]}
    if words := {language: cells[language] for language in LANGUAGES if cells[language]}:
        told["words"] = words
    return told


def _agrees(row: Row, first: Work, told: dict[str, Any]) -> None:
    for name, value in told.items():
        if getattr(first.outage, name) != value:
            raise BadRow(f"line {first.lines[0]} says otherwise of this work: {name}")


def _areas(row: Row, finder: Finder) -> tuple[Area, ...]:
    """One, or one for each house that is listed with '|' between."""
    cells = row.cells
    named = [column for column in ("territory", "part", "street") if cells[column]]
    if len(named) != 1:
        raise BadRow("a line names a territory, a part of a network, or a street")
    if named == ["territory"]:
        return (Area("territory", territory_id=_known(cells["territory"], finder.territories, "territory")),)
    if named == ["part"]:
        return (
            Area(
                "part",
                part_id=_known(cells["part"], finder.parts, "part"),
            ),
        )
    street_id = finder.streets.find(cells["street"])
    first, last, parity = _house(cells["from"], "from"), _house(cells["to"], "to"), _parity(cells["parity"])
    if not cells["house"]:
        if not (first or last or parity):
            return (Area("street", street_id=street_id),)
        if first and last and house_key(last) < house_key(first):
            raise BadRow("the last house comes before the first")
        return (Area("houses", street_id=street_id, house_from=first, house_to=last, parity=parity),)
    if first or last or parity:
        raise BadRow("a line has houses, or from, to and parity")
    return tuple(_listed(street_id, text, finder) for text in filter(None, map(str.strip, cells["house"].split("|"))))


def _listed(street_id: int, text: str, finder: Finder) -> Area:
    house = _house(text, "house")
    if building := finder.buildings.get((street_id, house)):
        return Area("building", building_id=building)
    raise BadRow(f"unknown house {house}")


def _known(code: str, known: Mapping[str, int], what: str) -> int:
    if code in known:
        return known[code]
    raise BadRow(f"unknown {what}")


def _house(text: str, column: str) -> str:
    house = normalise_house(text)
    if text and not house:
        raise BadRow(f"{column} is no house number")
    return house


def _parity(text: str) -> Parity:
    if text not in ("", "odd", "even"):
        raise BadRow("parity is odd or even")
    return cast("Parity", text)


def _moment(text: str, column: str, zone: tzinfo) -> datetime:
    """'2026-03-05 09:00', '05.03.2026 09:00' in the town's time, or with a zone of its own."""
    try:
        if found := _DAY_FIRST.fullmatch(text):
            day, month, year, hour, minute = map(int, found.groups())
            return datetime(year, month, day, hour, minute, tzinfo=zone)
        if "T" not in text and " " not in text:
            raise ValueError
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise BadRow(f"{column} is a day and a time: 2026-03-05 09:00 or 05.03.2026 09:00") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)
