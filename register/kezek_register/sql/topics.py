"""What people call about."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import insert, select, update

from kezek_register import rows
from kezek_register.sql import values
from kezek_register.sql.address_imports import accept, report, sheet
from kezek_register.sql.database import Database
from kezek_register.sql.tables import TopicRow
from kezek_register.types import ImportReport, Topic


class Topics:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def all(self) -> list[Topic]:
        """In the order of the file they came from."""
        async with self._database.reading() as session:
            found = await session.scalars(select(TopicRow).order_by(TopicRow.position, TopicRow.code))
            return [values.topic(row) for row in found]

    async def import_topics(self, csv_path: Path) -> ImportReport:
        """Columns: code, parent (a code of this file or of the register), kk, ru, uk, en, ko. Raises BadFile."""
        whole = await sheet(csv_path, rows.TOPICS)
        accepted, refused = await accept(whole, rows.topic, lambda line: line.code, "this code")
        added: list[dict[str, Any]] = []
        changed: list[dict[str, Any]] = []
        unchanged = 0
        async with self._database.importing() as session:
            known = {row.code: row for row in await session.scalars(select(TopicRow))}
            codes = known.keys() | {line.code for _, line in accepted}
            position = max((row.position for row in known.values()), default=0)
            for number, line in accepted:
                was = known.get(line.code)
                now: dict[str, Any] = {"code": line.code, "parent": line.parent, "names": dict(line.names)}
                if line.parent and (line.parent not in codes or line.parent == line.code):
                    refused.append((number, "unknown parent topic"))
                elif was is None:
                    position += 1
                    added.append({**now, "position": position})
                elif (was.parent, was.names) != (line.parent, dict(line.names)):
                    changed.append(now)
                else:
                    unchanged += 1
            session.expunge_all()
            if added:
                await session.execute(insert(TopicRow), added)
            if changed:
                await session.execute(update(TopicRow), changed)
        return report(len(added), len(changed), unchanged, refused)
