"""Who may answer for something: the city's own and foreign ones, each with its head."""

from __future__ import annotations

import builtins
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from kezek_register import organisation_rules
from kezek_register.duty_types import Organisation
from kezek_register.paging import LARGEST, Page, key_of, page_of, size_of
from kezek_register.sql import duty_values, organisation_imports
from kezek_register.sql.database import Database
from kezek_register.sql.duty_tables import OrganisationRow
from kezek_register.sql.revisions import bump
from kezek_register.types import ImportReport, NotFound, StaleVersion


class Organisations:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, one: Organisation) -> Organisation:
        """Its `id` and `version` are given here. Raises BadOrganisation, NotFound (its head), Conflict (the code)."""
        one = organisation_rules.tidy(one)
        async with self._database.writing() as session:
            parent_id = await self._parent(session, one)
            row = OrganisationRow(code=one.code, **duty_values.organisation_fields(one, parent_id))
            session.add(row)
            await session.flush()
            await bump(self._database, session, duty_values.REVISION)
            return duty_values.organisation(row, await _codes(session))

    async def update(self, one: Organisation, version: int) -> Organisation:
        """All but id and code, found by its code. Raises NotFound, StaleVersion and BadOrganisation."""
        one = organisation_rules.tidy(one)
        async with self._database.writing() as session:
            row = await session.scalar(
                select(OrganisationRow).where(OrganisationRow.code == one.code).with_for_update()
            )
            if row is None:
                raise NotFound(f"no organisation {one.code}")
            if row.version != version:
                raise StaleVersion("somebody changed this organisation meanwhile")
            for name, value in duty_values.organisation_fields(one, await self._parent(session, one)).items():
                setattr(row, name, value)
            await session.flush()
            await bump(self._database, session, duty_values.REVISION)
            return duty_values.organisation(row, await _codes(session))

    async def get(self, code: str) -> Organisation:
        """Raises NotFound."""
        async with self._database.reading() as session:
            row = await session.scalar(select(OrganisationRow).where(OrganisationRow.code == code))
            if row is None:
                raise NotFound(f"no organisation {code}")
            return duty_values.organisation(row, await _codes(session))

    async def by_id(self, organisation_id: int) -> Organisation:
        """Raises NotFound."""
        async with self._database.reading() as session:
            row = await session.get(OrganisationRow, organisation_id)
            if row is None:
                raise NotFound(f"no organisation {organisation_id}")
            return duty_values.organisation(row, await _codes(session))

    async def all(self) -> builtins.list[Organisation]:
        """By code, those that are not active too."""
        async with self._database.reading() as session:
            rows = list(await session.scalars(select(OrganisationRow).order_by(OrganisationRow.code)))
        codes = {row.id: row.code for row in rows}
        return [duty_values.organisation(row, codes) for row in rows]

    async def page(self, after: str = "", limit: int = LARGEST) -> Page[Organisation]:
        """Page by page, by code. Raises BadCursor."""
        limit = size_of(limit)
        first = key_of(after, str)[0] if after else ""
        wanted = select(OrganisationRow).where(OrganisationRow.code > first).order_by(OrganisationRow.code)
        async with self._database.reading() as session:
            rows = (await session.scalars(wanted.limit(limit + 1))).all()
            codes = await _codes(session)
        return page_of(rows, limit, lambda row: duty_values.organisation(row, codes), lambda row: (row.code,))

    async def import_organisations(self, csv_path: Path) -> ImportReport:
        """Columns: code, names by language, parent, foreign, hours, phone, channel, address, active. Raises BadFile."""
        return await organisation_imports.load(self._database, csv_path)

    async def _parent(self, session: AsyncSession, one: Organisation) -> int | None:
        if not one.parent:
            return None
        found = await session.execute(select(OrganisationRow.id, OrganisationRow.code, OrganisationRow.parent_id))
        rows = {organisation_id: (code, parent_id) for organisation_id, code, parent_id in found}
        ids = {code: organisation_id for organisation_id, (code, _) in rows.items()}
        if one.parent not in ids:
            raise NotFound(f"no organisation {one.parent}")
        parents = {code: rows[above][0] if above else "" for code, above in rows.values()}
        organisation_rules.no_ring(one.code, one.parent, parents)
        return ids[one.parent]


async def _codes(session: AsyncSession) -> dict[int, str]:
    found = await session.execute(select(OrganisationRow.id, OrganisationRow.code))
    return dict(found.all())
