"""Topics from CSV, with what their tickets begin with."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import insert, select, update

from kezek_register import rows, topic_rows, topic_tree
from kezek_register.progress import Progress, Told, untold
from kezek_register.sql.address_imports import accept, report, sheet
from kezek_register.sql.database import Database
from kezek_register.sql.duty_tables import AssetKindRow
from kezek_register.sql.revisions import bump
from kezek_register.sql.tables import TopicRow
from kezek_register.types import ImportReport

REVISION = "topics"


async def load(database: Database, path: Path, progress: Told = untold) -> ImportReport:
    """Columns that the file has not stay as they are. Raises BadFile."""
    whole = await sheet(path, rows.TOPICS)
    accepted, refused = await accept(whole, rows.topic, lambda line: line.code, "this code")
    columns = [column for column in topic_rows.COLUMNS if column in whole.columns]
    added: list[dict[str, Any]] = []
    changed: list[dict[str, Any]] = []
    unchanged = 0
    async with database.importing() as session:
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
            await bump(database, session, REVISION)
    progress(Progress("topics", len(whole.rows), len(whole.rows), "rows"))
    return report(len(added), len(changed), unchanged, refused)
