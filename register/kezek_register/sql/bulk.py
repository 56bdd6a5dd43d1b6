"""Hundreds of thousands of rows into a table: COPY on PostgreSQL, one prepared statement on SQLite."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from psycopg import AsyncConnection, sql
from sqlalchemy import Table, insert
from sqlalchemy.ext.asyncio import AsyncSession

from kezek_register.progress import Progress, Told, untold

BATCH = 5_000
_MANY = 200  # rows


async def write_many(
    session: AsyncSession, table: Table, rows: Sequence[Mapping[str, Any]], told: Told = untold
) -> None:
    """All rows name the same columns, and those take their values as they are: no JSON, no moments."""
    if not rows:
        return
    connection = await session.connection()
    copies = connection.dialect.name == "postgresql"
    for start in range(0, len(rows), BATCH):
        batch = rows[start : start + BATCH]
        if copies:
            driver = (await connection.get_raw_connection()).driver_connection
            assert isinstance(driver, AsyncConnection)  # noqa: S101 - the only one that we open
            await _copy(driver, table.name, batch)
        else:
            await connection.execute(insert(table), batch)
        told(Progress(table.name, start + len(batch), len(rows), "rows"))
    if copies and len(rows) >= _MANY:
        # without statistics the next queries are planned for an empty table, until autovacuum has come by
        await connection.exec_driver_sql(f'ANALYZE "{table.name}"')


async def _copy(connection: AsyncConnection[Any], table: str, rows: Sequence[Mapping[str, Any]]) -> None:
    columns = list(rows[0])
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    async with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            await copy.write_row([row[column] for column in columns])
