"""What a file of planned works refers to, asked of SQL."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import tzinfo
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from kezek_register import planned_works
from kezek_register.outage_types import BadOutage, OutageOver
from kezek_register.planned_works import Finder, Work
from kezek_register.sql.address_imports import sheet, street_finder
from kezek_register.sql.database import Database
from kezek_register.sql.duty_tables import OrganisationRow
from kezek_register.sql.outage_tables import OutageRow
from kezek_register.sql.place_tables import NetworkPartRow, TerritoryRow
from kezek_register.sql.tables import BuildingRow, TopicRow
from kezek_register.types import NotFound

REFUSED = (BadOutage, NotFound, OutageOver)
_CHUNK = 500


async def read(database: Database, path: Path, zone: tzinfo) -> tuple[list[Work], list[tuple[int, str]]]:
    """The file's works and its refused lines. Raises BadFile."""
    columns = {"needed": planned_works.NEEDED, "optional": planned_works.OPTIONAL}
    told = await sheet(path, columns, planned_works.LIMITS)
    async with database.reading() as session:
        finder = await _finder(session)
    works, refused = await asyncio.to_thread(planned_works.works, told.rows, finder, zone)
    return works, [*told.refused, *refused]


async def known(session: AsyncSession, codes: Sequence[str]) -> dict[str, OutageRow]:
    """The works that are there, locked."""
    found: dict[str, OutageRow] = {}
    for begin in range(0, len(codes), _CHUNK):
        wanted = select(OutageRow).where(OutageRow.code.in_(codes[begin : begin + _CHUNK])).with_for_update()
        found |= {row.code: row for row in await session.scalars(wanted) if row.code}
    return found


async def _finder(session: AsyncSession) -> Finder:
    buildings = select(BuildingRow.street_id, BuildingRow.house, BuildingRow.id)
    return Finder(
        streets=await street_finder(session),
        territories=dict((await session.execute(select(TerritoryRow.code, TerritoryRow.id))).all()),
        parts=dict((await session.execute(select(NetworkPartRow.code, NetworkPartRow.id))).all()),
        buildings={(street, house): found for street, house, found in await session.execute(buildings)},
        topics=frozenset(await session.scalars(select(TopicRow.code))),
        organisations=frozenset(
            await session.scalars(select(OrganisationRow.code).where(OrganisationRow.active.is_(True)))
        ),
    )
