"""Looks up what areas name, many at a time, so that they can be told in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from kezek_register.area_words import Named, ids
from kezek_register.areas import Area
from kezek_register.sql import values
from kezek_register.sql.database import Database
from kezek_register.sql.place_tables import NetworkPartRow, TerritoryRow
from kezek_register.sql.tables import BuildingRow, StreetRow
from kezek_register.types import Street

_CHUNK = 500  # ids of one IN


class AreaNames:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, areas: Iterable[Area]) -> Named:
        """What is not in the register is left out."""
        wanted = ids(areas)
        if not any(wanted.values()):
            return Named()
        async with self._database.reading() as session:
            buildings: dict[int, tuple[int, str]] = {}
            for some in _chunks(wanted["buildings"]):
                found = select(BuildingRow.id, BuildingRow.street_id, BuildingRow.house).where(BuildingRow.id.in_(some))
                buildings |= {id: (street, house) for id, street, house in await session.execute(found)}
            streets: dict[int, Street] = {}
            for some in _chunks(wanted["streets"] | {street for street, _ in buildings.values()}):
                rows = select(StreetRow).where(StreetRow.id.in_(some)).options(selectinload(StreetRow.names))
                streets |= {row.id: values.street(row) for row in await session.scalars(rows)}
            territories = await _names(session, TerritoryRow, wanted["territories"])
            parts = await _names(session, NetworkPartRow, wanted["parts"])
        return Named(territories, parts, streets, buildings)

    async def territories(self, ids: Iterable[int]) -> dict[int, dict[str, str]]:
        """Names by id."""
        async with self._database.reading() as session:
            return await _names(session, TerritoryRow, set(ids))

    async def parts(self, ids: Iterable[int]) -> dict[int, dict[str, str]]:
        async with self._database.reading() as session:
            return await _names(session, NetworkPartRow, set(ids))


async def _names(
    session: AsyncSession, table: type[TerritoryRow] | type[NetworkPartRow], ids: set[int]
) -> dict[int, dict[str, str]]:
    names: dict[int, dict[str, str]] = {}
    for some in _chunks(ids):
        found = await session.execute(select(table.id, table.names).where(table.id.in_(some)))
        names |= {id: dict(each) for id, each in found}
    return names


def _chunks(wanted: set[int]) -> Iterator[list[int]]:
    ordered = sorted(wanted)
    for begin in range(0, len(ordered), _CHUNK):
        yield ordered[begin : begin + _CHUNK]
