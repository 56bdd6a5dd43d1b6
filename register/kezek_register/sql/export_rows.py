"""Each kind of place as the cells of its file, in the words that its import understands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from kezek_register.sql.place_tables import BuildingPartRow, NetworkPartRow, TerritoryRow
from kezek_register.sql.places import ids_of
from kezek_register.sql.tables import BuildingRow, HouseholdRow, PhoneRow, StreetNameRow, StreetRow
from kezek_register.sql.trees import nodes

Cells = Mapping[str, Any]


async def territories(session: AsyncSession) -> list[Cells]:
    middles = await _middles(session)
    told: list[Cells] = []
    for node in await nodes(session, TerritoryRow):
        lon, lat = middles.get(node.id, (None, None))
        told.append({"code": node.code, "kind": node.kind, "parent": node.parent, **node.names, "lon": lon, "lat": lat})
    return told


async def network_parts(session: AsyncSession) -> list[Cells]:
    found = await nodes(session, NetworkPartRow)
    return [{"code": node.code, "kind": node.kind, "parent": node.parent, **node.names} for node in found]


async def streets(session: AsyncSession) -> list[Cells]:
    places = await _codes(session, TerritoryRow)
    cells: dict[int, dict[str, Any]] = {}
    found = select(StreetRow.id, StreetRow.code, StreetRow.kind, StreetRow.territory_id).order_by(StreetRow.id)
    for street_id, code, kind, territory_id in await session.execute(found):
        cells[street_id] = {"code": code, "kind": kind, "territory": places.get(territory_id or 0, ""), "other": ""}
    names = select(StreetNameRow.street_id, StreetNameRow.language, StreetNameRow.name, StreetNameRow.other)
    for street_id, language, name, other in await session.execute(names.order_by(StreetNameRow.id)):
        if other:
            row = cells[street_id]
            row["other"] = "|".join(filter(None, (row["other"], f"{language}:{name}")))
        else:
            cells[street_id][language] = name
    return list(cells.values())


async def buildings(session: AsyncSession) -> list[Cells]:
    places, parts = await _codes(session, TerritoryRow), await _codes(session, NetworkPartRow)
    hung: dict[int, list[str]] = {}
    pairs = select(BuildingPartRow.building_id, BuildingPartRow.part_id).order_by(BuildingPartRow.part_id)
    for building_id, part_id in await session.execute(pairs):
        hung.setdefault(building_id, []).append(parts[part_id])
    found = select(
        BuildingRow.id, StreetRow.code.label("street"), BuildingRow.house, BuildingRow.territory_id,
        BuildingRow.entrances, BuildingRow.flats, BuildingRow.people, BuildingRow.lifts, BuildingRow.special_needs,
        BuildingRow.lon, BuildingRow.lat,
    ).join(StreetRow, StreetRow.id == BuildingRow.street_id)  # fmt: skip
    return [
        {
            **row,
            "territory": places.get(row["territory_id"] or 0, ""),
            "networks": "|".join(hung.get(row["id"], ())),
        }
        for row in (await session.execute(found.order_by(BuildingRow.id))).mappings()
    ]


async def households(session: AsyncSession) -> list[Cells]:
    phones: dict[int, list[str]] = {}
    ordered = select(PhoneRow.household_id, PhoneRow.phone).order_by(PhoneRow.household_id, PhoneRow.position)
    for household_id, phone in await session.execute(ordered):
        phones.setdefault(household_id, []).append(phone)
    found = (
        select(
            HouseholdRow.id, StreetRow.code.label("street"), BuildingRow.house, HouseholdRow.flat, HouseholdRow.person,
            HouseholdRow.language,
        )
        .join(BuildingRow, BuildingRow.id == HouseholdRow.building_id)
        .join(StreetRow, StreetRow.id == BuildingRow.street_id)
    )  # fmt: skip
    rows = (await session.execute(found.order_by(HouseholdRow.id))).mappings()
    return [{**row, "phones": "|".join(phones.get(row["id"], ()))} for row in rows]


async def _codes(session: AsyncSession, table: type[TerritoryRow] | type[NetworkPartRow]) -> dict[int, str]:
    return dict((await session.execute(select(table.id, table.code))).all())


async def _middles(session: AsyncSession) -> dict[int, tuple[float, float]]:
    """Of each territory the mean place of the houses that lie in it, or in what lies in it."""
    territory = func.coalesce(BuildingRow.territory_id, StreetRow.territory_id)
    found = (
        select(TerritoryRow.path, func.count(), func.sum(BuildingRow.lon), func.sum(BuildingRow.lat))
        .join(StreetRow, StreetRow.id == BuildingRow.street_id)
        .join(TerritoryRow, TerritoryRow.id == territory)
        .where(BuildingRow.lon.is_not(None), BuildingRow.lat.is_not(None))
        .group_by(TerritoryRow.path)
    )
    sums: dict[int, tuple[int, float, float]] = {}
    for path, count, lon, lat in await session.execute(found):
        for territory_id in ids_of(path):
            was = sums.get(territory_id, (0, 0.0, 0.0))
            sums[territory_id] = (was[0] + count, was[1] + (lon or 0.0), was[2] + (lat or 0.0))
    return {
        territory_id: (round(lon / count, 7), round(lat / count, 7)) for territory_id, (count, lon, lat) in sums.items()
    }
