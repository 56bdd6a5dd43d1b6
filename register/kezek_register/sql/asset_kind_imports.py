"""Kinds of assets from CSV."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import func, insert, select, update

from kezek_register import duty_rows
from kezek_register.progress import Progress, Told, untold
from kezek_register.sql import duty_values
from kezek_register.sql.address_imports import accept, report, sheet
from kezek_register.sql.database import Database
from kezek_register.sql.duty_tables import AssetKindRow
from kezek_register.sql.revisions import bump
from kezek_register.types import ImportReport


async def load(database: Database, path: Path, progress: Told = untold) -> ImportReport:
    """Raises BadFile."""
    whole = await sheet(path, duty_rows.ASSET_KINDS, duty_rows.LIMITS)
    accepted, refused = await accept(whole, duty_rows.asset_kind, lambda kind: kind.code, "this code")
    async with database.importing() as session:
        found = await session.execute(select(AssetKindRow.code, AssetKindRow.names))
        known: dict[str, dict[str, Any]] = dict(found.all())
        last = await session.scalar(select(func.max(AssetKindRow.position))) or 0
        added = [kind for _, kind in accepted if kind.code not in known]
        changed = [kind for _, kind in accepted if kind.code in known and known[kind.code] != kind.names]
        if added:
            rows = [
                {"code": kind.code, "names": kind.names, "position": position}
                for position, kind in enumerate(added, start=last + 1)
            ]
            await session.execute(insert(AssetKindRow), rows)
        if changed:
            await session.execute(update(AssetKindRow), [{"code": kind.code, "names": kind.names} for kind in changed])
        if added or changed:
            await bump(database, session, duty_values.REVISION)
    progress(Progress("asset_kinds", len(whole.rows), len(whole.rows), "rows"))
    return report(len(added), len(changed), len(accepted) - len(added) - len(changed), refused)
