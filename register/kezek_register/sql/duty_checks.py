"""A whole town looked through for gaps and overlaps of its rules."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping

from sqlalchemy import Row, bindparam, func, select

from kezek_register import duty_check
from kezek_register.area_words import Named
from kezek_register.areas import Area, Place
from kezek_register.duty_book import DutyBook
from kezek_register.duty_types import Finding
from kezek_register.sql.area_names import AreaNames
from kezek_register.sql.database import Database
from kezek_register.sql.place_tables import BuildingPartRow, NetworkPartRow, TerritoryRow
from kezek_register.sql.places import ids_of, parts_of
from kezek_register.sql.tables import BuildingRow, StreetRow

_HOUSES = (
    select(
        BuildingRow.id,
        BuildingRow.street_id,
        BuildingRow.house,
        func.coalesce(BuildingRow.territory_id, StreetRow.territory_id),
    )
    .join(StreetRow, StreetRow.id == BuildingRow.street_id)
    .where(BuildingRow.id > bindparam("last"))
    .order_by(BuildingRow.id)
    .limit(20_000)
)
_HUNG = (
    select(BuildingPartRow.building_id, NetworkPartRow.path)
    .join(NetworkPartRow, NetworkPartRow.id == BuildingPartRow.part_id)
    .where(BuildingPartRow.building_id.between(bindparam("first"), bindparam("last")))
)


async def findings(database: Database, book: DutyBook, language: str) -> list[Finding]:
    """Examples are in that language, else in the first that there is. Some seconds for 200,000 buildings."""
    places = await _places(database, with_parts=any(duty.area.scope == "part" for duty in book.duties))
    found = await asyncio.to_thread(duty_check.concerns, book, places)
    named = await AreaNames(database).of(_area(one.example) for one in found)
    return [
        Finding(one.what, one.asset_kind, one.duties, one.buildings, _address(one.example, named, language))
        for one in found
    ]


async def _places(database: Database, *, with_parts: bool) -> list[Place]:
    """Every building, and each street without a house. Some thousand houses at a time: a verb's limit is each one's."""
    async with database.reading() as session:
        trees = await session.execute(select(TerritoryRow.id, TerritoryRow.path))
        territories: dict[int | None, tuple[int, ...]] = {one: ids_of(path) for one, path in trees}
        streets = await session.execute(select(StreetRow.id, StreetRow.territory_id))
        places = [Place(street, territories=territories.get(territory, ())) for street, territory in streets]
    last = 0
    while True:
        async with database.reading() as session:
            buildings = (await session.execute(_HOUSES, {"last": last})).all()
            if not buildings:
                return places
            last = buildings[-1][0]
            some = {"first": buildings[0][0], "last": last}
            parts = (await session.execute(_HUNG, some)).all() if with_parts else []
        places += await asyncio.to_thread(_put_together, territories, buildings, parts)


def _put_together(
    territories: Mapping[int | None, tuple[int, ...]],
    buildings: Iterable[Row[int, int, str, int]],
    parts: Iterable[Row[int, str]],
) -> list[Place]:
    hung: dict[int, list[str]] = {}
    for building, path in parts:
        hung.setdefault(building, []).append(path)
    return [
        Place(street, house, building, territories.get(territory, ()), parts_of(hung.get(building, ())))
        for building, street, house, territory in buildings
    ]


def _area(place: Place) -> Area:
    return Area("street", street_id=place.street_id)


def _address(place: Place, named: Named, language: str) -> str:
    return f"{named.title(_area(place), language)} {place.house}".strip()
