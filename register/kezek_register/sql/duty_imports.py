"""Rules from CSV: one for each kind and area; a line of the same kind and area says who answers from now on."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from kezek_register import duty_areas, duty_check, duty_rows
from kezek_register.csvfile import BadRow, Row
from kezek_register.duty_types import Duty
from kezek_register.progress import Progress, Told, untold
from kezek_register.sql import duty_checks, duty_values
from kezek_register.sql.address_imports import accept, report, sheet, street_finder
from kezek_register.sql.database import Database
from kezek_register.sql.duty_tables import AssetKindRow, DutyRow, OrganisationRow
from kezek_register.sql.place_tables import NetworkPartRow, TerritoryRow
from kezek_register.sql.revisions import bump
from kezek_register.sql.tables import BuildingRow
from kezek_register.types import ImportReport


async def load(database: Database, path: Path, progress: Told = untold) -> ImportReport:
    """Raises BadFile."""
    whole = await sheet(path, duty_rows.DUTIES, duty_rows.LIMITS)
    async with database.reading_at_length() as session:
        finders = await _finders(session, with_houses=any(row.cells["house"] for row in whole.rows))
        kinds = set(await session.scalars(select(AssetKindRow.code)))
        found = await session.execute(select(OrganisationRow.code, OrganisationRow.id))
        ids = dict(found.all())

    def parse(row: Row) -> Duty:
        duty = duty_rows.duty(row, finders)
        if duty.asset_kind not in kinds:
            raise BadRow("unknown kind of asset")
        if duty.organisation not in ids:
            raise BadRow("unknown organisation")
        return duty

    accepted, refused = await accept(whole, parse, _key, "a rule for this kind and area")
    async with database.importing() as session:
        known = {_key(duty): duty for duty in (await duty_values.everything(session)).duties}
        added: list[dict[str, Any]] = []
        changed: list[dict[str, Any]] = []
        for _, duty in accepted:
            was = known.get(_key(duty))
            fields = duty_values.duty_fields(duty, ids[duty.organisation])
            if was is None:
                added.append({**fields, "version": 1})
            elif (was.organisation, was.note) != (duty.organisation, duty.note):
                changed.append({**fields, "id": was.id, "version": was.version + 1})
        if added:
            await session.execute(insert(DutyRow), added)
        for row in changed:
            # around the unit of work: the version is counted here
            await session.execute(update(DutyRow).where(DutyRow.id == row["id"]).values(row))
        if added or changed:
            await bump(database, session, duty_values.REVISION)
    progress(Progress("duties", len(whole.rows), len(whole.rows), "rows"))
    told = report(len(added), len(changed), len(accepted) - len(added) - len(changed), refused)
    return replace(told, warnings=tuple(await _warnings(database)))


async def _warnings(database: Database) -> list[str]:
    async with database.reading_at_length() as session:
        book = duty_values.book(await duty_values.everything(session))
    return [duty_check.words(finding) for finding in await duty_checks.findings(database, book, "")]


def _key(duty: Duty) -> tuple[str, str]:
    return duty.asset_kind, duty_areas.key(duty.area)


async def _finders(session: AsyncSession, *, with_houses: bool) -> duty_rows.Finders:
    territories = await session.execute(select(TerritoryRow.code, TerritoryRow.id))
    parts = await session.execute(select(NetworkPartRow.code, NetworkPartRow.id))
    buildings: dict[tuple[int, str], int] = {}
    if with_houses:
        placed = await session.execute(select(BuildingRow.street_id, BuildingRow.house, BuildingRow.id))
        buildings = {(street_id, house): building_id for street_id, house, building_id in placed}
    return duty_rows.Finders(
        dict(territories.all()),
        dict(parts.all()),
        await street_finder(session),
        lambda street_id, house: buildings.get((street_id, house)),
    )
