"""Who lives in an area: counted in SQL over the trees' paths, for areas that need not be an outage yet."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, bindparam, case, false, func, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from kezek_register.areas import Area, Place, covers
from kezek_register.outage_types import Concerned, FirstHelp
from kezek_register.sql.place_tables import BuildingPartRow, NetworkPartRow, TerritoryRow
from kezek_register.sql.tables import BuildingRow, HouseholdRow, StreetRow


async def concerned(session: AsyncSession, areas: Sequence[Area]) -> Concerned:
    within = await inside(session, areas)
    special = func.sum(case((BuildingRow.special_needs != "", 1), else_=0))
    counts = select(func.count(BuildingRow.id), func.sum(BuildingRow.people), special)
    counts = counts.join(StreetRow, StreetRow.id == BuildingRow.street_id).where(within)
    buildings, people, special_needs = (await session.execute(counts)).one()
    homes = select(func.count(HouseholdRow.id)).join(BuildingRow, BuildingRow.id == HouseholdRow.building_id)
    homes = homes.join(StreetRow, StreetRow.id == BuildingRow.street_id).where(within)
    return Concerned(buildings, await session.scalar(homes) or 0, people or 0, special_needs or 0)


async def first_help(session: AsyncSession, areas: Sequence[Area], limit: int) -> list[FirstHelp]:
    wanted = select(BuildingRow.id, BuildingRow.street_id, BuildingRow.house, BuildingRow.special_needs)
    wanted = wanted.join(StreetRow, StreetRow.id == BuildingRow.street_id)
    wanted = wanted.where(await inside(session, areas), BuildingRow.special_needs != "")
    found = await session.execute(wanted.order_by(BuildingRow.street_id, BuildingRow.id).limit(limit))
    return [FirstHelp(*row) for row in found]


async def inside(session: AsyncSession, areas: Sequence[Area]) -> ColumnElement[bool]:
    """Of a select of BuildingRow with its StreetRow beside it: whether the building lies in one of the areas, as
    `areas.covers` says of its place."""
    within: list[ColumnElement[bool]] = []
    if any(area.scope == "all" for area in areas):
        return true()
    if paths := await _paths(session, TerritoryRow, [area.territory_id for area in areas if area.scope == "territory"]):
        below = select(TerritoryRow.id).where(_starts(TerritoryRow.path, paths))
        within.append(func.coalesce(BuildingRow.territory_id, StreetRow.territory_id).in_(below))
    if paths := await _paths(session, NetworkPartRow, [area.part_id for area in areas if area.scope == "part"]):
        hanging = select(BuildingPartRow.building_id).join(NetworkPartRow, NetworkPartRow.id == BuildingPartRow.part_id)
        within.append(BuildingRow.id.in_(hanging.where(_starts(NetworkPartRow.path, paths))))
    if streets := [area.street_id for area in areas if area.scope == "street"]:
        within.append(BuildingRow.street_id.in_(streets))
    houses = {area.building_id for area in areas if area.scope == "building" and area.building_id}
    houses |= await _in_ranges(session, [area for area in areas if area.scope == "houses"])
    if houses:
        # written into the statement: a database takes some tens of thousands of parameters, not every house of a city
        listed: Any = bindparam("houses", sorted(houses), expanding=True, literal_execute=True, unique=True)
        within.append(BuildingRow.id.in_(listed))
    return or_(false(), *within)


async def _paths(session: AsyncSession, table: type[Any], ids: list[int | None]) -> list[str]:
    if not ids:
        return []
    return list(await session.scalars(select(table.path).where(table.id.in_(ids))))


def _starts(column: Any, paths: list[str]) -> ColumnElement[bool]:
    # digits and slashes only: nothing in a path means anything to LIKE
    return or_(*(column.like(f"{path}%") for path in paths))


async def _in_ranges(session: AsyncSession, areas: list[Area]) -> set[int]:
    """Ranges go by what a person means with house numbers, which SQL cannot say: a street's houses are looked at."""
    found: set[int] = set()
    streets = sorted({area.street_id for area in areas if area.street_id})
    for begin in range(0, len(streets), 500):
        some = streets[begin : begin + 500]
        wanted = select(BuildingRow.id, BuildingRow.street_id, BuildingRow.house)
        for building_id, street_id, house in await session.execute(wanted.where(BuildingRow.street_id.in_(some))):
            place = Place(street_id, house, building_id)
            if any(covers(area, place) for area in areas):
                found.add(building_id)
    return found
