"""What people call about, and what a ticket of it begins with."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from kezek_register import rows, topic_rows, topic_tree
from kezek_register.sql import values
from kezek_register.sql.address_imports import accept, report, sheet
from kezek_register.sql.database import Database
from kezek_register.sql.duty_tables import AssetKindRow
from kezek_register.sql.in_memory import InMemory
from kezek_register.sql.revisions import bump
from kezek_register.sql.tables import TopicRow
from kezek_register.types import ImportReport, Topic

_REVISION = "topics"


class Topics:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: InMemory[list[Topic], dict[str, Topic]] = InMemory(
            database, _REVISION, _all, lambda found: {topic.code: topic for topic in found}
        )

    async def all(self) -> list[Topic]:
        """In the order of the file they came from."""
        return list((await self._known.fresh()).values())

    async def begins_with(self, code: str) -> Topic:
        """The topic as a ticket of it begins, with what its parents say filled in (`topic_tree.begins_with`)."""
        return topic_tree.begins_with(code, await self._known.fresh())

    async def import_topics(self, csv_path: Path) -> ImportReport:
        """Columns: code, parent (a code of this file or of the register), kk, ru, uk, en, ko; what its tickets begin
        with: kind, asset_kind, accident, allowed_hours, allowed_days, emergency. Columns that the file has not stay as
        they are. Raises BadFile."""
        whole = await sheet(csv_path, rows.TOPICS)
        accepted, refused = await accept(whole, rows.topic, lambda line: line.code, "this code")
        columns = [column for column in topic_rows.COLUMNS if column in whole.columns]
        added: list[dict[str, Any]] = []
        changed: list[dict[str, Any]] = []
        unchanged = 0
        async with self._database.importing() as session:
            known = {row.code: row for row in await session.scalars(select(TopicRow))}
            kinds = set(await session.scalars(select(AssetKindRow.code)))
            codes = known.keys() | {line.code for _, line in accepted}
            position = max((row.position for row in known.values()), default=0)
            for number, line in accepted:
                was = known.get(line.code)
                begins = line.begins.fields()
                now: dict[str, Any] = {"code": line.code, "parent": line.parent, "names": dict(line.names)}
                now |= {column: begins[column] for column in columns}
                if line.parent and (line.parent not in codes or line.parent == line.code):
                    refused.append((number, "unknown parent topic"))
                elif line.begins.asset_kind not in kinds | {"", topic_tree.NONE}:
                    refused.append((number, "unknown kind of asset"))
                elif was is None:
                    position += 1
                    added.append({**now, "position": position})
                elif any(getattr(was, name) != value for name, value in now.items()):
                    changed.append(now)
                else:
                    unchanged += 1
            session.expunge_all()
            if added:
                await session.execute(insert(TopicRow), added)
            if changed:
                await session.execute(update(TopicRow), changed)
            if added or changed:
                await bump(self._database, session, _REVISION)
        return report(len(added), len(changed), unchanged, refused)


async def _all(session: AsyncSession) -> list[Topic]:
    found = await session.scalars(select(TopicRow).order_by(TopicRow.position, TopicRow.code))
    return [values.topic(row) for row in found]
