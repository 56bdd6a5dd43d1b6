"""A city for storms: two substations, four feeders, twelve streets of eight houses with five flats; 480 households.

Feeder 1 feeds the streets 1 to 3, feeder 2 the next three, both hang on substation 1, which is one half of the city.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert

from kezek_ivr.types import KnownCaller
from kezek_register import Register
from kezek_register.areas import Area
from kezek_register.sql.duty_tables import OrganisationRow
from kezek_register.sql.place_tables import BuildingPartRow, NetworkPartRow, TerritoryRow
from kezek_register.sql.tables import Base, BuildingRow, HouseholdRow, PhoneRow, StreetNameRow, StreetRow, TopicRow
from kit.directory import TownDirectory
from kit.outages_town import phone_of

LANGUAGES = ("kk", "ru", "uk", "en")
STREETS = ("Abay", "Pushkin", "Garden", "Lake", "Mill", "River", "Park", "School", "Station", "Steppe", "Birch", "Hill")
HOUSES, FLATS, FEEDERS = 8, 5, 4
TOPICS = {"light": "electricity", "water": "water", "heating": "heating", "lift": "lift", "garbage": "garbage"}
DEVICE = "a lung ventilator"
DEVICES = ((1, 3), (2, 6), (5, 2))  # (street, house)


@dataclass(frozen=True)
class Home:
    id: int
    street: int
    house: int
    flat: int

    @property
    def phone(self) -> str:
        return phone_of(self.id)

    @property
    def house_name(self) -> str:
        return f"{STREETS[self.street - 1]} {self.house}"

    @property
    def name(self) -> str:
        return f"{self.house_name} flat {self.flat}"


def home(street: int, house: int, flat: int) -> Home:
    return Home((building(street, house) - 1) * FLATS + flat, street, house, flat)


def home_of(household_id: int) -> Home:
    house, flat = divmod(household_id - 1, FLATS)
    street, number = divmod(house, HOUSES)
    return Home(household_id, street + 1, number + 1, flat + 1)


def building(street: int, house: int) -> int:
    return (street - 1) * HOUSES + house


def homes(*streets: int) -> Iterator[Home]:
    """All who live there, flat by flat, so that neighbours of one house come apart."""
    for flat in range(1, FLATS + 1):
        for house in range(1, HOUSES + 1):
            for street in streets:
                yield home(street, house, flat)


def street(number: int) -> Area:
    return Area("street", street_id=number)


def substation(number: int) -> int:
    return number


def feeder(number: int) -> int:
    """Of a street it is feeder (street - 1) // 3 + 1."""
    return 2 + number


def _named(name: str) -> dict[str, str]:
    return dict.fromkeys(LANGUAGES, name)


async def build(register: Register) -> None:
    count = len(STREETS)
    parts = [
        {"id": n, "code": f"ps-{n}", "kind": "substation", "parent_id": None, "path": f"/{n}/"} for n in (1, 2)
    ] + [
        {
            "id": feeder(n), "code": f"f-{n}", "kind": "feeder", "parent_id": (n + 1) // 2,
            "path": f"/{(n + 1) // 2}/{feeder(n)}/",
        }
        for n in range(1, FEEDERS + 1)
    ]  # fmt: skip
    for part in parts:
        part["names"] = _named(f"{part['kind']} {str(part['code']).rpartition('-')[2]}")
    standing = [(number, house) for number in range(1, count + 1) for house in range(1, HOUSES + 1)]
    living = [home(number, house, flat) for number, house in standing for flat in range(1, FLATS + 1)]
    rows: list[tuple[type[Base], list[dict[str, Any]]]] = [
        (TerritoryRow, [
            {"id": 1, "code": "city", "kind": "city", "parent_id": None, "path": "/1/", "names": _named("the city")},
        ]),
        (NetworkPartRow, parts),
        (StreetRow, [
            {"id": n, "code": f"s{n}", "kind": "street", "territory_id": 1} for n in range(1, count + 1)
        ]),
        (StreetNameRow, [
            {"street_id": n, "language": language, "name": name, "other": False}
            for n, name in enumerate(STREETS, 1) for language in LANGUAGES
        ]),
        (BuildingRow, [
            {
                "id": building(*at), "street_id": at[0], "house": str(at[1]), "entrances": None, "flats": FLATS,
                "territory_id": None, "people": 3 * FLATS, "lifts": 0, "special_needs": DEVICE if at in DEVICES else "",
                "lon": None, "lat": None,
            }
            for at in standing
        ]),
        (BuildingPartRow, [
            {"building_id": building(*at), "part_id": feeder((at[0] - 1) // 3 + 1)} for at in standing
        ]),
        (HouseholdRow, [
            {
                "id": one.id, "building_id": building(one.street, one.house), "flat": str(one.flat), "person": "Demo",
                "language": "ru",
            }
            for one in living
        ]),
        (PhoneRow, [{"phone": one.phone, "household_id": one.id, "position": 0} for one in living]),
        (TopicRow, [
            {"code": code, "parent": "", "position": at, "names": _named(word), "accident": False}
            for at, (word, code) in enumerate(TOPICS.items())
        ]),
        (OrganisationRow, [{
            "code": "networks", "names": _named("the networks"), "parent_id": None, "foreign": False, "hours": "",
            "phone": "+77172000001", "channel": "none", "address": "", "version": 1,
        }]),
    ]  # fmt: skip
    async with register._database.importing() as session:
        for table, values in rows:
            await session.execute(insert(table), values)


class CityDirectory(TownDirectory):
    """The same city, as a reception asks for it."""

    def __init__(self) -> None:
        super().__init__()
        self.names = dict(enumerate(STREETS, 1))
        self.buildings = {
            (number, str(house)): building(number, house) for number in self.names for house in range(1, HOUSES + 1)
        }
        living = [home(number, house, flat) for number, house in _houses() for flat in range(1, FLATS + 1)]
        self.callers = {one.phone: self._known(one) for one in living}

    def topics(self, language: str) -> dict[str, str]:
        return dict(TOPICS)

    def _known(self, one: Home) -> KnownCaller:
        household = {
            "id": one.id, "person": "Demo", "street_id": one.street, "street": self.names[one.street],
            "house": str(one.house), "flat": str(one.flat),
        }  # fmt: skip
        return KnownCaller(household, "ru", ())  # type: ignore[arg-type]


def _houses() -> Iterator[tuple[int, int]]:
    for number in range(1, len(STREETS) + 1):
        for house in range(1, HOUSES + 1):
            yield number, house
