"""Organisations from CSV: by their codes; a head may stand further down in the same file."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from kezek_register import duty_rows, organisation_rules
from kezek_register.duty_types import BadOrganisation, Organisation
from kezek_register.progress import Progress, Told, untold
from kezek_register.sql import duty_values
from kezek_register.sql.address_imports import accept, report, sheet
from kezek_register.sql.database import Database
from kezek_register.sql.duty_tables import OrganisationRow
from kezek_register.sql.revisions import bump
from kezek_register.types import ImportReport


async def load(database: Database, path: Path, progress: Told = untold) -> ImportReport:
    """Raises BadFile."""
    whole = await sheet(path, duty_rows.ORGANISATIONS, duty_rows.LIMITS)
    accepted, refused = await accept(whole, duty_rows.organisation, lambda one: one.code, "this code")
    async with database.importing() as session:
        known = {one.code: one for one in (await duty_values.everything(session)).organisations}
        lines = _with_heads(accepted, known, refused)
        added = [one for one in lines if one.code not in known]
        changed = [one for one in lines if one.code in known and not _same(one, known[one.code])]
        await _write(session, added, changed)
        if added or changed:
            await bump(database, session, duty_values.REVISION)
    progress(Progress("organisations", len(whole.rows), len(whole.rows), "rows"))
    return report(len(added), len(changed), len(lines) - len(added) - len(changed), refused)


def _with_heads(
    accepted: list[tuple[int, Organisation]], known: dict[str, Organisation], refused: list[tuple[int, str]]
) -> list[Organisation]:
    """Lines whose heads are there and stand above them; who names a refused one as head is refused too."""
    lines = {one.code: (number, one) for number, one in accepted}
    while True:
        parents = {code: one.parent for code, one in known.items()} | {
            code: one.parent for code, (_, one) in lines.items()
        }
        bad: dict[str, str] = {}
        for code, (_, one) in lines.items():
            if one.parent and one.parent not in parents:
                bad[code] = "unknown head"
                continue
            try:
                organisation_rules.no_ring(code, one.parent, parents)
            except BadOrganisation as ring:
                bad[code] = str(ring)
        if not bad:
            return [one for _, one in lines.values()]
        refused.extend((lines.pop(code)[0], why) for code, why in bad.items())


def _same(one: Organisation, was: Organisation) -> bool:
    return replace(was, id=0, version=1) == one


async def _write(session: AsyncSession, added: list[Organisation], changed: list[Organisation]) -> None:
    if added:
        # heads are told in the second step: they may be in the same file
        rows = [{"code": one.code, "version": 1, **duty_values.organisation_fields(one, None)} for one in added]
        await session.execute(insert(OrganisationRow), rows)
    found = await session.execute(select(OrganisationRow.code, OrganisationRow.id, OrganisationRow.version))
    ids = {code: (organisation_id, version) for code, organisation_id, version in found}
    for one in added:
        if one.parent:
            await _set(session, ids[one.code][0], {"parent_id": ids[one.parent][0]})
    for one in changed:
        organisation_id, version = ids[one.code]
        fields = duty_values.organisation_fields(one, ids[one.parent][0] if one.parent else None)
        await _set(session, organisation_id, {**fields, "version": version + 1})


async def _set(session: AsyncSession, organisation_id: int, fields: dict[str, object]) -> None:
    # around the unit of work: the version is counted here
    table = OrganisationRow.__table__
    await session.execute(update(OrganisationRow).where(table.c.id == organisation_id).values(fields))
