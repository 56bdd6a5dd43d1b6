"""A register with rows in every table, what stands in it, and a backup of it, for the tests of backups."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Boolean, DateTime, Float, Integer, select
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.types import JSON

from kezek_register import Register
from kezek_register.backups import back_up
from kezek_register.sql.history_tables import AuditRow
from kezek_register.sql.tables import UtcDateTime
from kit.databases import PostgresServer, told

METADATA = AuditRow.metadata
NOW = datetime(2027, 3, 4, 5, 6, 7, 890_000, UTC)
YEAR = 2027


@pytest.fixture
def make_url(tmp_path: Path, request: pytest.FixtureRequest) -> Callable[[str], str]:
    """Of a new database of that engine, without tables."""
    made = iter(range(100))

    def new(dialect: str) -> str:
        if dialect == "sqlite":
            return f"sqlite+aiosqlite:///{tmp_path / f'other{next(made)}.db'}"
        server: PostgresServer = request.getfixturevalue("postgres_server")
        return server.url(server.database())

    return new


def a_value(column: Any, n: int) -> Any:
    """Something that is not the default and that not every format can carry."""
    kind = column.type
    if column.foreign_keys:
        referred = next(iter(column.foreign_keys)).column
        return a_value(referred, n if column.primary_key else 1)  # keys made of references differ by row
    if isinstance(kind, (DateTime, UtcDateTime)):
        return NOW
    if isinstance(kind, JSON):
        return {"а": [1, 2.5, None], '"': "\\"} if column.name != "queues" else ["қ", "б"]
    if isinstance(kind, Boolean):
        return bool(n % 2)
    if isinstance(kind, Integer):
        return n
    if isinstance(kind, Float):
        return n + 0.1
    return f"{column.name} {n} қазақ\n\"'\\\u2028😀"


async def fill(url: str, rows: int = 2) -> None:
    """So many rows in every table there is; NULL where one may be, in the last."""
    engine = create_async_engine(url)
    async with engine.begin() as connection:
        for table in METADATA.sorted_tables:
            made = [{column.name: a_value(column, n) for column in table.columns} for n in range(1, rows + 1)]
            made[-1] |= {column.name: None for column in table.columns if column.nullable}
            await connection.execute(table.insert(), made)
    await engine.dispose()


async def contents(url: str) -> dict[str, list[Any]]:
    engine = create_async_engine(url)
    async with engine.connect() as connection:
        found = {
            table.name: [tuple(row) for row in await connection.execute(select(table).order_by(*table.primary_key))]
            for table in METADATA.sorted_tables
        }
    await engine.dispose()
    return found


async def migrated(url: str) -> str:
    async with Register.open(url) as register:
        await register.migrate()
    return url


@pytest.fixture(scope="session")
async def backed_up(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Path:
    """A full register's backup, to copy from."""
    folder = tmp_path_factory.mktemp("backup")
    shutil.copyfile(sqlite_template, folder / "town.db")
    await fill(url := f"sqlite+aiosqlite:///{folder / 'town.db'}", 50)
    await back_up(url, folder / "town.kezek")
    return folder / "town.kezek"


@pytest.fixture
def backup(tmp_path: Path, backed_up: Path) -> Path:
    return shutil.copyfile(backed_up, tmp_path / "town.kezek")


async def tables_of(url: str) -> list[str]:
    return [name for (name,) in await told(url, "SELECT name FROM sqlite_master WHERE type = 'table'")]
