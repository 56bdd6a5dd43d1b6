"""Bringing the tables to this program's shape: alembic run from code, safe for several processes at once.

On PostgreSQL an advisory lock, on SQLite BEGIN EXCLUSIVE, is taken before the first look at the version; whoever comes
second finds the work done. The whole upgrade is one transaction.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import URL, Connection, Engine, NullPool, create_engine, event, text

from kezek_register.sql.errors import translating
from kezek_register.types import RegisterError, Unavailable

_ADVISORY_LOCK = 0x6B657A656B  # 'kezek'
_WAL_RETRY_S = 0.02


def config() -> Config:
    """Alembic's configuration with the migrations of this package; env.py wants `attributes['connection']`."""
    settings = Config()
    settings.set_main_option("script_location", (Path(__file__).parent / "migrations").as_posix().replace("%", "%%"))
    settings.set_main_option("path_separator", "os")
    return settings


def head() -> str:
    """The version that this program needs."""
    return ScriptDirectory.from_config(config()).get_current_head() or ""


def migrate(url: URL, *, timeout_s: float) -> None:
    """Upgrade to head; blocking, so run it in a thread. Raises Unavailable, and RegisterError for a newer database."""
    with changing(url, timeout_s=timeout_s) as connection:
        upgrade(connection)


@contextmanager
def changing(url: URL, *, timeout_s: float) -> Iterator[Connection]:
    """One transaction that alone changes the tables' shape; blocking. References are not enforced meanwhile on SQLite
    and looked at in the end. Raises Unavailable, and RegisterError when they do not hold."""
    sqlite = url.get_backend_name() == "sqlite"
    with translating():
        engine = _sqlite(url, timeout_s) if sqlite else create_engine(url, poolclass=NullPool, hide_parameters=True)
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
    settings = config()
    settings.attributes["connection"] = connection
    try:
        command.upgrade(settings, revision)
    except CommandError as error:
        raise RegisterError(f"the database does not fit this program, perhaps it is newer: {error}") from error


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
