"""What a driver says, in the register's words.

RegisterError
  NotFound      also: a reference to a row that is not there
  Conflict      a key is taken, or somebody changed the row meanwhile
  Unavailable   no connection, no answer in time, locked by another process, disk trouble: worth a retry
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from sqlalchemy import exc
from sqlalchemy.orm.exc import StaleDataError

from kezek_register.types import Conflict, NotFound, RegisterError, Unavailable

_FOREIGN_KEY = "23503"  # PostgreSQL's SQLSTATE foreign_key_violation
_SQLITE_MISTAKES = {sqlite3.SQLITE_ERROR, sqlite3.SQLITE_MISUSE, sqlite3.SQLITE_RANGE}  # ours, not the disk's


@contextmanager
def translating() -> Iterator[None]:
    """Raises RegisterErrors for what the database said; a mistake in our own SQL passes through as it is."""
    try:
        yield
    except TimeoutError as error:
        raise Unavailable("the database does not answer in time") from error
    except StaleDataError as error:
        raise Conflict("somebody changed it meanwhile") from error
    except exc.SQLAlchemyError as error:
        known = _known(error)
        if known is None:
            raise
        # what PostgreSQL says of a taken key quotes it: a caller's number does not belong into a log
        raise known from (error if isinstance(known, Unavailable) else None)
    except OSError as error:
        raise Unavailable(f"the database cannot be reached: {error.strerror}") from error


def _known(error: exc.SQLAlchemyError) -> RegisterError | None:
    if isinstance(error, exc.TimeoutError):
        return Unavailable("no free connection to the database")
    if not isinstance(error, exc.DBAPIError):
        return None
    origin: BaseException | None = error.orig
    while origin is not None and not isinstance(origin, (sqlite3.Error, psycopg.Error)):
        origin = origin.__cause__
    if isinstance(error, exc.IntegrityError):
        return _integrity(origin)
    if error.connection_invalidated:
        return Unavailable("the connection to the database broke")
    if isinstance(origin, sqlite3.Error):
        code = getattr(origin, "sqlite_errorcode", None)
        if isinstance(origin, sqlite3.DatabaseError) and code is not None and code & 0xFF not in _SQLITE_MISTAKES:
            return Unavailable(f"SQLite: {origin}")
    if isinstance(origin, psycopg.OperationalError):
        # its message may name a host and a user: the class is enough
        return Unavailable(f"PostgreSQL: {type(origin).__name__}")
    if isinstance(error, exc.InterfaceError):
        return Unavailable("the connection to the database is closed")
    return None


def _integrity(origin: BaseException | None) -> RegisterError:
    sqlite_foreign = getattr(origin, "sqlite_errorname", "") == "SQLITE_CONSTRAINT_FOREIGNKEY"
    if sqlite_foreign or getattr(origin, "sqlstate", "") == _FOREIGN_KEY:
        return NotFound("it refers to something that is not in the register")
    return Conflict(f"it is taken already: {_constraint(origin)}")


def _constraint(origin: BaseException | None) -> str:
    if isinstance(origin, psycopg.Error):
        return origin.diag.constraint_name or ""
    return str(origin).partition("failed: ")[2]
