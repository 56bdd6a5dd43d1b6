"""Buildings that have a place on the map: in a box of it, and in some areas."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from kezek_register.areas import Area, Place
from kezek_register.sql import values
from kezek_register.sql.database import Database
from kezek_register.sql.outage_concerned import inside
from kezek_register.sql.place_tables import BuildingPartRow, NetworkPartRow, TerritoryRow
from kezek_register.sql.places import ids_of, parts_of
from kezek_register.sql.tables import BuildingRow, StreetRow
from kezek_register.types import Building

_CHUNK = 500  # ids of one IN


class HouseMaps:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def of_box(
        self, west: float, south: float, east: float, north: float, limit: int
    ) -> list[tuple[Building, Place]]:
        """Degrees, WGS 84; each with where it lies and what it hangs on. What has no coordinates is left out."""
        own, of_street = aliased(TerritoryRow), aliased(TerritoryRow)
        wanted = (
            select(BuildingRow, func.coalesce(own.path, of_street.path))
            .join(StreetRow, StreetRow.id == BuildingRow.street_id)
            .join(own, own.id == BuildingRow.territory_id, isouter=True)
            .join(of_street, of_street.id == StreetRow.territory_id, isouter=True)
            .where(BuildingRow.lon.between(west, east), BuildingRow.lat.between(south, north))
            .order_by(BuildingRow.id)
        )
        async with self._database.reading() as session:
            rows = [(row, path) for row, path in await session.execute(wanted.limit(limit))]
            parts = await _parts(session, [row.id for row, _ in rows])
        return [
            (
                values.building(row),
                Place(row.street_id, row.house, row.id, ids_of(path), parts_of(parts.get(row.id, ()))),
            )
            for row, path in rows
        ]

    async def of_areas(self, areas: Sequence[Area], limit: int) -> list[Building]:
        """What has no coordinates is left out."""
        wanted = select(BuildingRow).join(StreetRow, StreetRow.id == BuildingRow.street_id).order_by(BuildingRow.id)
        async with self._database.reading() as session:
            here = (await inside(session, areas), BuildingRow.lon.is_not(None), BuildingRow.lat.is_not(None))
            return [values.building(row) for row in await session.scalars(wanted.where(*here).limit(limit))]


async def _parts(session: AsyncSession, buildings: Sequence[int]) -> dict[int, list[str]]:
    """building -> the paths of what it hangs on."""
    found: dict[int, list[str]] = {}
    for begin in range(0, len(buildings), _CHUNK):
        wanted = select(BuildingPartRow.building_id, NetworkPartRow.path).join(
            NetworkPartRow, NetworkPartRow.id == BuildingPartRow.part_id
        )
        some = buildings[begin : begin + _CHUNK]
        for building, path in await session.execute(wanted.where(BuildingPartRow.building_id.in_(some))):
            found.setdefault(building, []).append(path)
    return found
