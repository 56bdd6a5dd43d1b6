"""Who answers for what: the rules are kept in memory until one of them, or an organisation, changes."""

from __future__ import annotations

import builtins
from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from kezek_register import duty_areas
from kezek_register.areas import Place
from kezek_register.duty_book import DutyBook
from kezek_register.duty_types import Answer, Duty, Finding, Organisation
from kezek_register.paging import LARGEST, Page, key_of, page_of, size_of
from kezek_register.sql import duty_checks, duty_imports, duty_values
from kezek_register.sql.database import Database
from kezek_register.sql.duty_tables import DutyRow, OrganisationRow
from kezek_register.sql.in_memory import InMemory
from kezek_register.sql.revisions import bump
from kezek_register.types import ImportReport, NotFound, StaleVersion


class Duties:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._book: InMemory[duty_values.Everything, DutyBook] = InMemory(
            database, duty_values.REVISION, duty_values.everything, duty_values.book
        )

    async def who(self, place: Place, asset_kind: str) -> Answer | None:
        """The one who answers there for such an asset, by the most special rule (`areas.rank`); None: nobody does."""
        return (await self._book.fresh()).who(place, asset_kind)

    async def chain(self, organisation: Organisation | str | int) -> tuple[Organisation, ...]:
        """It and its heads, the nearest first; `organisation`: itself, its code or its id. () when it is not known."""
        book = await self._book.fresh()
        if isinstance(organisation, int):
            known = book.by_id.get(organisation)
            return book.chain(known.code) if known else ()
        return book.chain(organisation if isinstance(organisation, str) else organisation.code)

    async def all(self, asset_kind: str | None = None) -> builtins.list[Duty]:
        """The oldest first."""
        book = await self._book.fresh()
        return [duty for duty in book.duties if asset_kind is None or duty.asset_kind == asset_kind]

    async def page(self, asset_kind: str = "", after: str = "", limit: int = LARGEST) -> Page[Duty]:
        """Page by page, the oldest first. Raises BadCursor."""
        limit = size_of(limit)
        first = key_of(after, int)[0] if after else 0
        later = [duty for duty in await self.all(asset_kind or None) if duty.id > first]
        return page_of(later[: limit + 1], limit, lambda each: each, lambda each: (each.id,))

    async def check(self, language: str = "") -> builtins.list[Finding]:
        """Where nobody answers, and where two do that are equally near; all buildings are looked at, which takes some
        seconds for 200,000. `language`: of the examples' addresses."""
        return await duty_checks.findings(self._database, await self._book.fresh(), language)

    async def get(self, duty_id: int) -> Duty:
        """Raises NotFound."""
        async with self._database.reading() as session:
            row = await session.get(DutyRow, duty_id)
            if row is None:
                raise NotFound(f"no rule {duty_id}")
            return await _value(session, row)

    async def add(self, duty: Duty) -> Duty:
        """Its `id` and `version` are given here. Raises BadDuty, NotFound (kind, organisation, or what its area names)
        and Conflict (this kind has a rule for this very area)."""
        async with self._database.writing() as session:
            row = DutyRow(**await _fields(session, duty))
            session.add(row)
            await session.flush()
            await bump(self._database, session, duty_values.REVISION)
            return await _value(session, row)

    async def update(self, duty: Duty, version: int) -> Duty:
        """All but its id. Raises as `add`, and StaleVersion."""
        async with self._database.writing() as session:
            row = await session.scalar(select(DutyRow).where(DutyRow.id == duty.id).with_for_update())
            if row is None:
                raise NotFound(f"no rule {duty.id}")
            if row.version != version:
                raise StaleVersion("somebody changed this rule meanwhile")
            for name, value in (await _fields(session, duty)).items():
                setattr(row, name, value)
            await session.flush()
            await bump(self._database, session, duty_values.REVISION)
            return await _value(session, row)

    async def remove(self, duty_id: int, version: int | None = None) -> None:
        """`version` None: whichever it is. Raises NotFound and StaleVersion."""
        async with self._database.writing() as session:
            wanted = select(DutyRow.version).where(DutyRow.id == duty_id).with_for_update()
            found = await session.scalar(wanted)
            if found is None:
                raise NotFound(f"no rule {duty_id}")
            if version is not None and found != version:
                raise StaleVersion("somebody changed this rule meanwhile")
            await session.execute(delete(DutyRow).where(DutyRow.id == duty_id))
            await bump(self._database, session, duty_values.REVISION)

    async def import_duties(self, csv_path: Path) -> ImportReport:
        """Columns: asset_kind, organisation; territory | part | street with house, from, to, parity; note. Raises
        BadFile. Gaps and overlaps that there are then are in the report's warnings."""
        return await duty_imports.load(self._database, csv_path)


async def _fields(session: AsyncSession, duty: Duty) -> dict[str, Any]:
    tidy = replace(duty, area=duty_areas.tidy(duty.area))
    wanted = select(OrganisationRow.id).where(OrganisationRow.code == duty.organisation)
    organisation_id = await session.scalar(wanted)
    if organisation_id is None:
        raise NotFound(f"no organisation {duty.organisation}")
    return duty_values.duty_fields(tidy, organisation_id)


async def _value(session: AsyncSession, row: DutyRow) -> Duty:
    code = await session.scalar(select(OrganisationRow.code).where(OrganisationRow.id == row.organisation_id))
    return duty_values.duty(row, {row.organisation_id: code or ""})
