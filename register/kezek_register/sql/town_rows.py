"""Everything that has an address, as detection sees it: read in parts, so that a city of 200,000 holds up nobody."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from kezek_register.areas import Place
from kezek_register.detection.types import Branch, Spot, Town
from kezek_register.sql.database import Database
from kezek_register.sql.place_tables import BuildingPartRow, NetworkPartRow, TerritoryRow
from kezek_register.sql.places import ids_of, parts_of
from kezek_register.sql.tables import BuildingRow, HouseholdRow, StreetRow
from kezek_register.types import NotFound

_BATCH = 5_000  # buildings


class WholeTown:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def read(self) -> Town:
        """A building has the households that are known there, else its flats, one at least. Raises Unavailable."""
        spots: list[Spot] = []
        async with self._database.reading_at_length() as session:
            territories = await _branches(session, TerritoryRow)
            parts = await _branches(session, NetworkPartRow)
            last = 0
            while batch := await _spots(session, last):
                spots += batch
                last = batch[-1].place.building_id
        return Town(spots, territories, parts)

    async def street(self, code: str) -> int:
        """By the town's own code. Raises NotFound."""
        async with self._database.reading() as session:
            found = await session.scalar(select(StreetRow.id).where(StreetRow.code == code))
        if found is None:
            raise NotFound("no such street")
        return found

    async def streets(self) -> dict[int, tuple[int, ...]]:
        """Street -> its territories, from the root down: where a house lies that the register does not know."""
        wanted = select(StreetRow.id, TerritoryRow.path)
        wanted = wanted.join(TerritoryRow, TerritoryRow.id == StreetRow.territory_id, isouter=True)
        async with self._database.reading_at_length() as session:
            return {id: ids_of(path) for id, path in await session.execute(wanted)}

    async def parts(self) -> dict[int, tuple[int, ...]]:
        """Part of a network -> itself and all above it, from the root down."""
        async with self._database.reading_at_length() as session:
            found = await session.execute(select(NetworkPartRow.id, NetworkPartRow.path))
            return {id: ids_of(path) for id, path in found}


async def _branches(session: AsyncSession, table: type[TerritoryRow] | type[NetworkPartRow]) -> tuple[Branch, ...]:
    found = await session.execute(select(table.id, table.parent_id, table.kind).order_by(table.path, table.id))
    return tuple(Branch(id, parent, kind) for id, parent, kind in found)


async def _spots(session: AsyncSession, after: int) -> list[Spot]:
    own, of_street = aliased(TerritoryRow), aliased(TerritoryRow)
    wanted: Any = (
        select(
            BuildingRow.id, BuildingRow.street_id, BuildingRow.house, func.coalesce(own.path, of_street.path),
            BuildingRow.flats, BuildingRow.lat, BuildingRow.lon,
        )
        .join(StreetRow, StreetRow.id == BuildingRow.street_id)
        .join(own, own.id == BuildingRow.territory_id, isouter=True)
        .join(of_street, of_street.id == StreetRow.territory_id, isouter=True)
        .where(BuildingRow.id > after)
        .order_by(BuildingRow.id)
        .limit(_BATCH)
    )  # fmt: skip
    rows = (await session.execute(wanted)).all()
    if not rows:
        return []
    here = (BuildingRow.id > after, BuildingRow.id <= rows[-1][0])
    paths = defaultdict[int, list[str]](list)
    hanging = select(BuildingPartRow.building_id, NetworkPartRow.path)
    hanging = hanging.join(NetworkPartRow, NetworkPartRow.id == BuildingPartRow.part_id)
    hanging = hanging.join(BuildingRow, BuildingRow.id == BuildingPartRow.building_id).where(*here)
    for building, path in await session.execute(hanging):
        paths[building].append(path)
    counted = select(HouseholdRow.building_id, func.count()).where(
        HouseholdRow.building_id > after, HouseholdRow.building_id <= rows[-1][0]
    )
    homes: dict[int, int] = dict((await session.execute(counted.group_by(HouseholdRow.building_id))).all())
    return [
        Spot(
            Place(street, house, id, ids_of(path), parts_of(paths.get(id, ()))),
            max(1, homes.get(id, 0) or flats or 1),
            lat,
            lon,
        )
        for id, street, house, path, flats, lat, lon in rows
    ]
