"""A small town with trees, for outages: two districts, a substation with two feeders, streets, houses, households."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import insert

from kezek_register import Register
from kezek_register.areas import Area, Place
from kezek_register.outage_types import Outage, Tie
from kezek_register.sql.duty_tables import AssetKindRow, OrganisationRow
from kezek_register.sql.place_tables import BuildingPartRow, NetworkPartRow, TerritoryRow
from kezek_register.sql.tables import Base, BuildingRow, HouseholdRow, PhoneRow, StreetNameRow, StreetRow, TopicRow

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LANGUAGES = ("kk", "ru", "uk", "en")

CITY, NORTH, SOUTH = 1, 2, 3
SUBSTATION, FEEDER_A, FEEDER_B = 1, 2, 3
TREE, RADIO, LONG = 1, 2, 3
STREETS = {TREE: NORTH, RADIO: SOUTH, LONG: SOUTH}


class Clock:
    def __init__(self) -> None:
        self.now = AT

    def __call__(self) -> datetime:
        return self.now

    def later(self, **much: float) -> datetime:
        self.now += timedelta(**much)
        return self.now


@dataclass(frozen=True)
class House:
    id: int
    street: int
    house: str
    parts: tuple[int, ...]
    flats: int

    @property
    def place(self) -> Place:
        territories = (CITY, STREETS[self.street])
        return Place(self.street, self.house, self.id, territories, self.parts)


def houses() -> list[House]:
    """Tree street hangs on feeder A, the odd side of Radio street on B, its even side on nothing that is known."""
    found: list[House] = []
    for street, numbers in {TREE: range(1, 9), RADIO: range(1, 13), LONG: range(1, 31)}.items():
        for number in numbers:
            parts: tuple[int, ...] = ()
            if street == TREE:
                parts = (SUBSTATION, FEEDER_A)
            elif street == RADIO and number % 2:
                parts = (SUBSTATION, FEEDER_B)
            name = f"{number}/2" if street == LONG and number % 5 == 0 else str(number)
            found.append(House(len(found) + 1, street, name, parts, 4 if street == TREE else 1))
    return found


async def build(register: Register) -> list[House]:
    """Written as rows: the town's files are another room's."""
    town = houses()
    names = dict.fromkeys(LANGUAGES, "x")
    territory = [
        {"id": CITY, "code": "city", "kind": "city", "parent_id": None, "path": "/1/", "names": names},
        {"id": NORTH, "code": "north", "kind": "district", "parent_id": CITY, "path": "/1/2/", "names": names},
        {"id": SOUTH, "code": "south", "kind": "district", "parent_id": CITY, "path": "/1/3/", "names": names},
    ]
    parts = [
        {"id": SUBSTATION, "code": "ps-1", "kind": "substation", "parent_id": None, "path": "/1/", "names": names},
        {"id": FEEDER_A, "code": "f-a", "kind": "feeder", "parent_id": SUBSTATION, "path": "/1/2/", "names": names},
        {"id": FEEDER_B, "code": "f-b", "kind": "feeder", "parent_id": SUBSTATION, "path": "/1/3/", "names": names},
    ]
    streets = [
        {"id": street, "code": f"s{street}", "kind": "street", "territory_id": territory_id}
        for street, territory_id in STREETS.items()
    ]
    signs = [
        {"street_id": street, "language": language, "name": f"{name} {language}", "other": False}
        for street, name in {TREE: "Tree", RADIO: "Radio", LONG: "Long"}.items()
        for language in LANGUAGES
    ]
    buildings = [
        {
            "id": house.id,
            "street_id": house.street,
            "house": house.house,
            "entrances": None,
            "flats": house.flats,
            "territory_id": None,
            "people": 3 * house.flats if house.street != LONG else None,
            "lifts": 0,
            "special_needs": "a lung ventilator" if house.house == "3" else "",
            "lon": None,
            "lat": None,
        }
        for house in town
    ]
    hanging = [{"building_id": house.id, "part_id": house.parts[-1]} for house in town if house.parts]
    homes: list[dict[str, Any]] = []
    for house in town:
        for flat in range(1, house.flats + 1):
            name = str(flat) if house.flats > 1 else ""
            homes.append(
                {"id": len(homes) + 1, "building_id": house.id, "flat": name, "person": "Demo", "language": "ru"}
            )
    phones = [{"phone": phone_of(home["id"]), "household_id": home["id"], "position": 0} for home in homes]
    topics = [
        {"code": code, "parent": "", "position": place, "names": names, "accident": False}
        for place, code in enumerate(("water", "heating", "electricity"))
    ]
    owners = [
        {
            "code": code,
            "names": names,
            "parent_id": None,
            "foreign": False,
            "hours": "",
            "phone": "+77172000001",
            "channel": "none",
            "address": "",
            "version": 1,
        }
        for code in ("vodokanal", "networks")
    ]
    kinds = [{"code": "water_pipe", "names": names, "position": 1}]
    rows: list[tuple[type[Base], list[dict[str, Any]]]] = [
        (TerritoryRow, territory),
        (NetworkPartRow, parts),
        (StreetRow, streets),
        (StreetNameRow, signs),
        (BuildingRow, buildings),
        (BuildingPartRow, hanging),
        (HouseholdRow, homes),
        (PhoneRow, phones),
        (TopicRow, topics),
        (OrganisationRow, owners),
        (AssetKindRow, kinds),
    ]
    async with register._database.importing() as session:
        for table, values in rows:
            await session.execute(insert(table), values)
    return town


def phone_of(household_id: int) -> str:
    return f"+7700{household_id:07d}"


_OUTAGE = Outage(
    id=0, state="announced", level=1, topic="water", starts_at=AT, areas=(Area("street", street_id=TREE),),
    asset_kind="water_pipe", cause="burst_pipe", words={"ru": "Вода подвозится"}, organisation="vodokanal",
)  # fmt: skip


def outage(**changes: Any) -> Outage:
    """No water in Tree street."""
    return replace(_OUTAGE, **changes)


def tie(phone: str = "", **changes: Any) -> Tie:
    return Tie(outage_id=0, party="", phone=phone, language="ru", **changes)
