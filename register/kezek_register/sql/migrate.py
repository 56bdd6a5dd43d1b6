"""Bringing the tables to this program's shape: alembic run from code, safe for several processes at once.

On PostgreSQL an advisory lock, on SQLite BEGIN EXCLUSIVE, is taken before the first look at the version; whoever comes
second finds the work done. The whole upgrade is one transaction. Where there is nothing to be done alembic is not even
imported: it is a fourteenth of what a process needs to begin.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import URL, Connection, Engine, NullPool, create_engine, event, text
from sqlalchemy.exc import SQLAlchemyError

from kezek_register.sql.errors import translating
from kezek_register.types import RegisterError, Unavailable

if TYPE_CHECKING:
    from alembic.config import Config

_MIGRATIONS = Path(__file__).parent / "migrations"
_ADVISORY_LOCK = 0x6B657A656B  # 'kezek'
_WAL_RETRY_S = 0.02


def config() -> Config:
    """Alembic's configuration with the migrations of this package; env.py wants `attributes['connection']`."""
    from alembic.config import Config

    settings = Config()
    settings.set_main_option("script_location", _MIGRATIONS.as_posix().replace("%", "%%"))
    settings.set_main_option("path_separator", "os")
    return settings


def head() -> str:
    """The version that this program needs."""
    from alembic.script import ScriptDirectory

    return ScriptDirectory.from_config(config()).get_current_head() or ""


def newest() -> str:
    """The same by the files' names, which begin with their revision and follow one another."""
    return max(path.name.partition("_")[0] for path in (_MIGRATIONS / "versions").glob("[0-9]*_*.py"))


def migrate(url: URL, *, timeout_s: float) -> None:
    """Upgrade to head; blocking, so run it in a thread. Raises Unavailable, and RegisterError for a newer database."""
    if _stands(url):
        return
    with changing(url, timeout_s=timeout_s) as connection:
        upgrade(connection)


def _stands(url: URL) -> bool:
    """Nothing is to be done, for certain: whoever cannot tell looks again alone. Raises Unavailable."""
    sqlite = url.get_backend_name() == "sqlite"
    at_once = {"timeout": 0} if sqlite else {}
    engine = _plain(url.set(drivername="sqlite") if sqlite else url, **at_once)
    with translating(), engine.connect() as connection:
        try:
            found = connection.exec_driver_sql("SELECT version_num FROM alembic_version").all()
        except SQLAlchemyError:
            return False
    return [tuple(row) for row in found] == [(newest(),)]


@contextmanager
def changing(url: URL, *, timeout_s: float) -> Iterator[Connection]:
    """One transaction that alone changes the tables' shape; blocking. References are not enforced meanwhile on SQLite
    and looked at in the end. Raises Unavailable, and RegisterError when they do not hold."""
    sqlite = url.get_backend_name() == "sqlite"
    with translating():
        engine = _sqlite(url, timeout_s) if sqlite else _plain(url)
        if sqlite:
            _write_ahead(engine, time.monotonic() + timeout_s)
        with engine.begin() as connection:
            if not sqlite:
                connection.execute(text(f"SET LOCAL lock_timeout = {int(timeout_s * 1000)}"))
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK})
            yield connection
            if sqlite and connection.exec_driver_sql("PRAGMA foreign_key_check").first():
                raise RegisterError("there would be references to rows that are not there; nothing was changed")


def upgrade(connection: Connection, revision: str = "head") -> None:
    """Raises RegisterError for a newer database."""
    from alembic import command
    from alembic.util import CommandError

    settings = config()
    settings.attributes["connection"] = connection
    try:
        command.upgrade(settings, revision)
    except CommandError as error:
        raise RegisterError(f"the database does not fit this program, perhaps it is newer: {error}") from error


def _plain(url: URL, **how: Any) -> Engine:
    return create_engine(url, poolclass=NullPool, hide_parameters=True, connect_args=how)


def _sqlite(url: URL, timeout_s: float) -> Engine:
    # foreign keys stay off here: alembic's batch mode rebuilds tables by copying
    engine = create_engine(
        url.set(drivername="sqlite"), poolclass=NullPool, hide_parameters=True, connect_args={"timeout": timeout_s}
    )

    @event.listens_for(engine, "connect")
    def connected(connection: Any, record: Any) -> None:
        connection.isolation_level = None

    @event.listens_for(engine, "begin")
    def begun(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN EXCLUSIVE")

    return engine


def _write_ahead(engine: Engine, deadline: float) -> None:
    """WAL, once for the life of the file. SQLite answers this one pragma with BUSY at once instead of waiting."""
    while True:
        try:
            with closing(engine.raw_connection()) as raw:
                raw.cursor().execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.Error as error:
            busy = getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_BUSY
            if not busy or time.monotonic() > deadline:
                raise Unavailable(f"SQLite: {error}") from error
        time.sleep(_WAL_RETRY_S)
