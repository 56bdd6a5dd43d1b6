"""SQL is compiled once in a test process, not once for each test's database: an engine of its own forgets all of it.

A statement's text depends on the kind of the dialect and on nothing that a test chooses.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg, PGDialectAsync_psycopg
from sqlalchemy.dialects.sqlite.aiosqlite import SQLiteDialect_aiosqlite
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.util import LRUCache

KINDS = (PGDialect_psycopg, PGDialectAsync_psycopg, SQLiteDialect_aiosqlite, SQLiteDialect_pysqlite)
_COMPILED: LRUCache[Any, Any] = LRUCache(5_000)


def compiled_once() -> None:
    """For every engine of this process: the key of a compiled statement names its dialect."""
    Engine._compiled_cache = property(lambda _: _COMPILED, lambda _, own: None)  # type: ignore[assignment]
    for kind in KINDS:
        kind.__eq__, kind.__hash__ = _same_kind, _kind  # type: ignore[assignment, method-assign]


def _same_kind(one: Any, other: object) -> bool:
    return type(one) is type(other)


def _kind(one: Any) -> int:
    return hash(type(one))
