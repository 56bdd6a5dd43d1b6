"""Buildings that have a place on the map: those of some areas, and those of a box."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Select, select

from kezek_register.areas import Area
from kezek_register.sql import values
from kezek_register.sql.database import Database
from kezek_register.sql.outage_concerned import inside
from kezek_register.sql.tables import BuildingRow, StreetRow
from kezek_register.types import Building


class HouseMaps:
    """What has no coordinates is left out."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of_areas(self, areas: Sequence[Area], limit: int) -> list[Building]:
        async with self._database.reading() as session:
            wanted = _placed().where(await inside(session, areas))
            return [values.building(row) for row in await session.scalars(wanted.limit(limit))]

    async def of_box(self, west: float, south: float, east: float, north: float, limit: int) -> list[Building]:
        """Degrees, WGS 84; a box over the antimeridian is none of a town's."""
        box = (BuildingRow.lon.between(west, east), BuildingRow.lat.between(south, north))
        async with self._database.reading() as session:
            return [values.building(row) for row in await session.scalars(_placed().where(*box).limit(limit))]


def _placed() -> Select[BuildingRow]:
    wanted = select(BuildingRow).join(StreetRow, StreetRow.id == BuildingRow.street_id)
    return wanted.where(BuildingRow.lon.is_not(None), BuildingRow.lat.is_not(None)).order_by(BuildingRow.id)
