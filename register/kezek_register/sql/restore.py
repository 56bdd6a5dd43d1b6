"""A backup's file into a database, whole or not at all, whichever engine it came from."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Column, Connection, MetaData, Table, TypeDecorator, func, inspect, select, text
from sqlalchemy.schema import DropTable

from kezek_register.progress import Progress, Told, untold
from kezek_register.sql.archive import BadBackup, Reader, reader_of
from kezek_register.sql.backup import BATCH
from kezek_register.sql.migrate import changing, head, upgrade
from kezek_register.sql.schema import VERSION_TABLE, revision_of, revisions, tables_at
from kezek_register.sql.tables import Base, NumberBlockRow, NumberYearRow, table_of
from kezek_register.types import RegisterError

NODE = "restore"  # who holds the numbers that are left out


class NotEmpty(RegisterError):
    """The database holds something, and nobody said that it may be replaced."""

    code = "not_empty"


@dataclass(frozen=True, slots=True)
class Restored:
    """`next_number`: the running part of the next registration number of this year."""

    tables: Mapping[str, int]
    revision: str
    next_number: int


def restore(
    url: URL,
    archive: Reader,
    *,
    replace: bool,
    apart: int,
    year: int,
    timeout_s: float,
    folders: Mapping[str, Path] | None = None,
    told: Told = untold,
) -> Restored:
    """One transaction, blocking. No node may be at work on this database meanwhile.

    `apart`: so many registration numbers of `year` are left out behind the last reserved one that is known, for those
    that were given after the backup was made. `folders`: where the files go, by kind (archive.RECORDINGS, PHOTOS).

    Raises BadBackup, NotEmpty, Unavailable, and RegisterError for a backup or a database of a later program.
    """
    manifest = archive.manifest
    if manifest.revision not in revisions():
        raise RegisterError(f"the backup is of a later program (revision {manifest.revision}): update this one first")
    _check(archive, told)
    tables = tables_at(manifest.revision)
    if missing := {table.name for table in tables} ^ manifest.tables.keys():
        raise BadBackup(f"its tables are not those of its revision: {', '.join(sorted(missing))}")
    with _files(archive, folders or {}, told), changing(url, timeout_s=timeout_s) as connection:
        reserved = _cleared(connection, replace=replace)
        upgrade(connection, manifest.revision)
        for table in tables:
            _fill(connection, table, archive, manifest.tables[table.name], told)
        upgrade(connection)
        if connection.dialect.name == "postgresql":
            _identities(connection)
        following = _number_on(connection, reserved, year=year, apart=apart)
    return Restored(manifest.tables, head(), following)


def _check(archive: Reader, told: Told) -> None:
    total = sum(entry.bytes for entry in archive.manifest.entries.values())
    done = 0

    def read(size: int) -> None:
        nonlocal done
        done += size
        told(Progress("checksums", done, total, "bytes"))

    archive.check(read)


def _cleared(connection: Connection, *, replace: bool) -> dict[int, int]:
    """Without tables of ours; year -> the first number that nobody had reserved in what was there."""
    revision = revision_of(connection)
    there = set(inspect(connection).get_table_names())
    if not revision:
        if strange := there & Base.metadata.tables.keys():
            raise NotEmpty(f"the database has tables that are not Kezek's: {', '.join(sorted(strange)[:3])}")
        return {}
    if revision not in revisions():
        raise RegisterError(f"the database is of a later program (revision {revision}): update this one first")
    tables = [table for table in tables_at(revision) if table.name in there]
    counts = {table.name: connection.execute(select(func.count()).select_from(table)).scalar_one() for table in tables}
    if any(counts.values()) and not replace:
        held = ", ".join(f"{count} {name}" for name, count in counts.items() if count)
        raise NotEmpty(f"the database is not empty ({held}); --replace gives that up for the backup")
    reserved: dict[int, int] = {}
    for table in tables:
        if table.name == NumberYearRow.__tablename__:
            found = connection.execute(select(table.c.year, table.c.next))
            reserved = {int(row.year): int(row.next) for row in found}
    for table in reversed(tables):
        connection.execute(DropTable(table))
    connection.execute(DropTable(Table(VERSION_TABLE, MetaData())))
    return reserved


@contextmanager
def _files(archive: Reader, folders: Mapping[str, Path], told: Told) -> Iterator[None]:
    """The files of these kinds, under other names until the block has ended well. Raises OSError."""
    written: list[tuple[Path, Path]] = []
    try:
        for kind, folder in folders.items():
            files = archive.manifest.files(kind)
            for done, file in enumerate(files, 1):
                path = folder / file
                path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                beside = path.with_name(f".{path.name}.restored")
                written.append((beside, path))
                with archive.open(kind, file) as source, beside.open("wb") as out:
                    shutil.copyfileobj(source, out)
                told(Progress(f"files of {kind}", done, len(files), "files"))
        yield
        for beside, path in written:
            beside.replace(path)
    finally:
        for beside, _ in written:
            beside.unlink(missing_ok=True)


def _fill(connection: Connection, table: Table, archive: Reader, total: int, told: Told) -> None:
    read = {column.name: reader_of(_kind(column)) for column in table.columns}
    rows = _read(archive, table.name, read)
    done = 0
    told(Progress(table.name, 0, total, "rows"))
    while batch := list(islice(rows, BATCH)):
        connection.execute(table.insert(), batch)
        done += len(batch)
        told(Progress(table.name, done, total, "rows"))


def _kind(column: Column[Any]) -> type:
    plain = column.type.impl_instance if isinstance(column.type, TypeDecorator) else column.type
    return plain.python_type


def _read(archive: Reader, table: str, read: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for row in archive.rows(table):
        if row.keys() != read.keys():
            raise BadBackup(f"a row of {table} has not the columns of its revision")
        try:
            yield {name: read[name](value) for name, value in row.items()}
        except (TypeError, ValueError):
            raise BadBackup(f"a row of {table} has a value of the wrong kind") from None


def _number_on(connection: Connection, reserved: Mapping[int, int], *, year: int, apart: int) -> int:
    """What any node may have given since stays given: the numbering goes on behind it, and the hole is explained."""
    years, blocks = table_of(NumberYearRow), table_of(NumberBlockRow)
    known = {int(row.year): int(row.next) for row in connection.execute(select(years))}
    for each in sorted({*known, *reserved, year}):
        first = known.get(each, 1)
        after = max(first, reserved.get(each, 1)) + (apart if each == year else 0)
        if each not in known:
            connection.execute(years.insert().values(year=each, next=after))
        elif after > first:
            connection.execute(years.update().where(years.c.year == each).values(next=after))
        if after > first:
            hole = {"year": each, "first": first, "last": after - 1, "node": NODE, "reserved_at": datetime.now(UTC)}
            connection.execute(blocks.insert().values(**hole))
        known[each] = after
    return known[year]


def _identities(connection: Connection) -> None:
    """PostgreSQL's sequences know nothing of rows that came with their ids."""
    for table in Base.metadata.sorted_tables:
        for column in table.primary_key.columns:
            named = {"table": f'"{table.name}"', "column": column.name}
            sequence = connection.execute(text("SELECT pg_get_serial_sequence(:table, :column)"), named).scalar()
            if sequence is not None:
                latest = connection.execute(select(func.coalesce(func.max(column), 0))).scalar_one()
                connection.execute(
                    text("SELECT setval(:sequence, :next, false)"), {"sequence": sequence, "next": latest + 1}
                )
