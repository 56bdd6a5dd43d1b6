"""The kinds of things that break and that somebody answers for."""

from __future__ import annotations

import builtins
from pathlib import Path

from sqlalchemy import select

from kezek_register.duty_types import AssetKind
from kezek_register.sql import asset_kind_imports
from kezek_register.sql.database import Database
from kezek_register.sql.duty_tables import AssetKindRow
from kezek_register.types import ImportReport


class AssetKinds:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def all(self) -> builtins.list[AssetKind]:
        """In the order of the file they came from."""
        wanted = select(AssetKindRow).order_by(AssetKindRow.position, AssetKindRow.code)
        async with self._database.reading() as session:
            return [AssetKind(row.code, dict(row.names)) for row in await session.scalars(wanted)]

    async def import_asset_kinds(self, csv_path: Path) -> ImportReport:
        """Columns: code, kk, ru, uk, en, ko. Raises BadFile."""
        return await asset_kind_imports.load(self._database, csv_path)
