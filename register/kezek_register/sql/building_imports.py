"""Buildings from a town's CSV or GeoJSON, with their territories and the networks they hang on.

A column that the file does not have leaves what is known; an empty cell of one that it has makes it unknown.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from kezek_register import rows
from kezek_register.progress import Told, untold
from kezek_register.sql.address_imports import accept, codes, report, sheet, street_finder
from kezek_register.sql.bulk import BATCH, write_many
from kezek_register.sql.database import Database
from kezek_register.sql.place_tables import BuildingPartRow, NetworkPartRow, TerritoryRow
from kezek_register.sql.tables import BuildingRow, table_of
from kezek_register.types import ImportReport

Key = tuple[int, str]  # street, house
# column of the file -> of the table
COLUMNS = {
    "entrances": "entrances", "flats": "flats", "territory": "territory_id", "people": "people", "lifts": "lifts",
    "special_needs": "special_needs", "lon": "lon", "lat": "lat",
}  # fmt: skip


@dataclass(slots=True)
class _Changes:
    added: list[rows.BuildingLine] = field(default_factory=list)
    changed: list[dict[str, Any]] = field(default_factory=list)
    hung: dict[int, frozenset[int]] = field(default_factory=dict)  # building -> its parts from now on
    unchanged: int = 0
    touched: int = 0


async def buildings(database: Database, path: Path, told: Told = untold) -> ImportReport:
    whole = await sheet(path, rows.BUILDINGS)
    async with database.reading_at_length() as session:
        finder = await street_finder(session)
        territories = await codes(session, TerritoryRow)
        parts = await codes(session, NetworkPartRow)
    accepted, refused = await accept(
        whole,
        lambda row: rows.building(row, finder, territories, parts),
        lambda line: (line.street_id, line.house),
        "this house",
        told,
    )
    named = [column for file_column, column in COLUMNS.items() if file_column in whole.columns]
    hanging = "networks" in whole.columns
    async with database.importing() as session:
        known = await _known(session, named)
        hung = await _hung(session) if hanging else {}
        changes = await asyncio.to_thread(_compare, accepted, known, hung, named, hanging)
        await _write(session, changes, named, told)
        if hanging:
            await _hang(session, changes, told)
    return report(len(changes.added), changes.touched, changes.unchanged, refused)


async def _known(session: AsyncSession, named: list[str]) -> dict[Key, tuple[Any, ...]]:
    """(street, house) -> id and what the named columns hold."""
    table = table_of(BuildingRow)
    columns = [table.c.street_id, table.c.house, table.c.id, *(table.c[name] for name in named)]
    return {(row[0], row[1]): tuple(row[2:]) for row in await session.execute(select(*columns))}


async def _hung(session: AsyncSession) -> dict[int, set[int]]:
    hung: dict[int, set[int]] = {}
    for building_id, part_id in await session.execute(select(BuildingPartRow.building_id, BuildingPartRow.part_id)):
        hung.setdefault(building_id, set()).add(part_id)
    return hung


def _compare(
    accepted: list[tuple[int, rows.BuildingLine]],
    known: Mapping[Key, tuple[Any, ...]],
    hung: Mapping[int, set[int]],
    named: list[str],
    hanging: bool,
) -> _Changes:
    changes = _Changes()
    for _, line in accepted:
        was = known.get((line.street_id, line.house))
        if was is None:
            changes.added.append(line)
            continue
        now = tuple(getattr(line, name) for name in named)
        differs = was[1:] != now
        if differs:
            changes.changed.append({"building_id": was[0], **{f"new_{n}": v for n, v in zip(named, now, strict=True)}})
        hangs = hanging and hung.get(was[0], set()) != line.parts
        if hangs:
            changes.hung[was[0]] = line.parts
        changes.touched += differs or hangs
        changes.unchanged += not (differs or hangs)
    return changes


async def _write(session: AsyncSession, changes: _Changes, named: list[str], told: Told) -> None:
    table = table_of(BuildingRow)
    new = [
        {"street_id": line.street_id, "house": line.house, **{name: getattr(line, name) for name in named}}
        for line in changes.added
    ]
    await write_many(session, table, new, told)
    if changes.changed:
        values: dict[str, Any] = {name: bindparam(f"new_{name}") for name in named}
        connection = await session.connection()
        await connection.execute(
            update(table).where(table.c.id == bindparam("building_id")).values(values), changes.changed
        )


async def _hang(session: AsyncSession, changes: _Changes, told: Told) -> None:
    table = table_of(BuildingPartRow)
    stale = list(changes.hung)
    for start in range(0, len(stale), BATCH):
        await session.execute(delete(table).where(table.c.building_id.in_(stale[start : start + BATCH])))
    hung = [(building_id, part) for building_id, parts in changes.hung.items() for part in parts]
    if any(line.parts for line in changes.added):
        ids = await _known(session, [])
        hung += [(ids[line.street_id, line.house][0], part) for line in changes.added for part in line.parts]
    await write_many(session, table, [{"building_id": one, "part_id": part} for one, part in sorted(hung)], told)
