"""The tables as the migrations make them, at any revision: what a backup of that time holds, whatever the engine.

Read from a database in memory that the migrations have just made, so a new table or column is here by itself.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, DateTime, MetaData, StaticPool, String, Table, create_engine
from sqlalchemy.types import TypeEngine

from kezek_register.sql.migrate import config, upgrade
from kezek_register.sql.tables import CleanText, UtcDateTime

VERSION_TABLE = "alembic_version"


def revisions() -> list[str]:
    """All that this program knows, the newest first."""
    return [script.revision for script in ScriptDirectory.from_config(config()).walk_revisions()]


def revision_of(connection: Connection) -> str:
    """Of this database; '' when it has no tables of ours."""
    return MigrationContext.configure(connection).get_current_revision() or ""


@cache
def tables_at(revision: str) -> tuple[Table, ...]:
    """Every table of that revision, those first to which others refer. Half a second, once for each."""
    engine = create_engine("sqlite://", poolclass=StaticPool)
    metadata = MetaData()
    with engine.begin() as connection:
        upgrade(connection, revision)
        metadata.reflect(connection)
    engine.dispose()
    tables = [table for table in metadata.sorted_tables if table.name != VERSION_TABLE]
    for table in tables:
        for column in table.columns:
            column.type = _of_any_engine(column.type)
    return tuple(tables)


def _of_any_engine(kind: TypeEngine[Any]) -> TypeEngine[Any]:
    general = kind.as_generic()
    if isinstance(general, DateTime):
        return UtcDateTime()
    return CleanText() if isinstance(general, String) else general
