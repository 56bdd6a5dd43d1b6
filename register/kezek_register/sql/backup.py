"""The whole register into one file, as it stood at one moment, while nodes go on writing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, NullPool, Table, create_engine, event, func, select, text

from kezek_register.progress import Progress, Told, untold
from kezek_register.sql.archive import PHOTOS, RECORDINGS, Manifest, Writer, writing
from kezek_register.sql.errors import translating
from kezek_register.sql.schema import revision_of, revisions, tables_at
from kezek_register.types import RegisterError

BATCH = 1000
NAMING = {"recordings": RECORDINGS, "ticket_photos": PHOTOS}  # tables whose rows name files
Find = Callable[[str], Path | None]  # a file's path by its name in the table; None when it is gone


def back_up(
    url: URL,
    path: Path,
    *,
    find: Mapping[str, Find] | None = None,
    told: Told = untold,
) -> Manifest:
    """Blocking. `find`: by kind (RECORDINGS, PHOTOS); files of a kind that is not there do not go along.

    Raises RegisterError when there is no register of a revision that this program knows, Unavailable, OSError.
    """
    with _reading(url) as connection:
        revision = revision_of(connection)
        if not revision:
            raise RegisterError("this database holds no register")
        if revision not in revisions():
            raise RegisterError(f"the database is of a later program (revision {revision}): use that one's backup")
        manifest = Manifest(revision, datetime.now(UTC).isoformat(timespec="seconds"))
        with writing(path, manifest) as archive:
            files: dict[str, list[str]] = {kind: [] for kind in NAMING.values()}
            for table in tables_at(revision):
                total = connection.execute(select(func.count()).select_from(table)).scalar_one()
                named = files[NAMING[table.name]] if table.name in NAMING else None
                archive.table(table.name, _rows(connection, table, total, told, named))
            for kind, each in (find or {}).items():
                _files(archive, kind, files[kind], each, told)
        return manifest


def _files(archive: Writer, kind: str, files: list[str], find: Find, told: Told) -> None:
    for done, file in enumerate(files, 1):
        found = find(file)
        if found is not None:
            name = f"{file}{found.suffix}" if kind == RECORDINGS else file  # recordings are named without their ending
            try:
                archive.file(kind, name, found)
            except FileNotFoundError:  # its time was over meanwhile
                continue
        told(Progress(f"files of {kind}", done, len(files), "files"))


def _rows(
    connection: Connection, table: Table, total: int, told: Told, files: list[str] | None
) -> Iterator[dict[str, Any]]:
    told(Progress(table.name, 0, total, "rows"))
    found = connection.execution_options(yield_per=BATCH).execute(select(table).order_by(*table.primary_key.columns))
    for done, row in enumerate(found.mappings(), 1):
        if files is not None:
            files.append(str(row["file"]))
        yield dict(row)
        if done % BATCH == 0 or done == total:
            told(Progress(table.name, done, total, "rows"))


@contextmanager
def _reading(url: URL) -> Iterator[Connection]:
    """One moment of the database, for as long as it takes; nobody waits for it."""
    sqlite = url.get_backend_name() == "sqlite"
    if sqlite and not Path(url.database or "").is_file():
        raise RegisterError("this database holds no register")  # and connecting would make an empty file
    with translating():
        engine = create_engine(
            url.set(drivername="sqlite") if sqlite else url, poolclass=NullPool, hide_parameters=True
        )
        if sqlite:

            @event.listens_for(engine, "connect")
            def connected(connection: Any, record: Any) -> None:
                connection.isolation_level = None  # we say BEGIN ourselves

            @event.listens_for(engine, "begin")
            def begun(connection: Connection) -> None:
                connection.exec_driver_sql("BEGIN")

        with engine.begin() as connection:
            if not sqlite:
                connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))
            yield connection
