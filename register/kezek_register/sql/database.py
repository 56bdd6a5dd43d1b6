"""The engine and its transactions: a verb is one of them, reading or writing, committed here and only here."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from typing import Any, TypeVar

from psycopg import AsyncConnection
from sqlalchemy import Connection, Engine, Table, create_engine, event, make_url, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncConnection as PooledConnection
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase

from kezek_register.settings import RegisterSettings
from kezek_register.sql.errors import translating

T = TypeVar("T")
GoesOn = Callable[[Coroutine[Any, Any, Any]], asyncio.Future[Any]]
_WRITING = "kezek_writing"
_IMPORT_LOCK = 0x6B657A656B + 1  # beside that of the migrations


def parsed(url: str) -> URL:
    """The URL with the async driver we use. Raises ValueError for other databases and for SQLite in memory."""
    parts = make_url(url)
    backend = parts.get_backend_name()
    if backend == "sqlite":
        if not parts.database or parts.database == ":memory:":
            raise ValueError("SQLite needs a file: sqlite+aiosqlite:///path")
        return parts.set(drivername="sqlite+aiosqlite")
    if backend == "postgresql":
        return parts.set(drivername="postgresql+psycopg")
    raise ValueError(f"the register knows sqlite and postgresql, not {backend}")


class _PromptConnection(AsyncConnection[Any]):
    """A cancelled statement closes its connection at once.

    Asking a frozen server to cancel, as psycopg does, would hold up whoever gave up waiting for ten seconds more.
    """

    async def cancel_safe(self, *, timeout: float = 30.0) -> None:
        self.pgconn.finish()


class Database:
    """Connections and transactions. SQLite has one writer in a process at a time, each with BEGIN IMMEDIATE."""

    def __init__(self, url: str, settings: RegisterSettings) -> None:
        self.url = parsed(url)
        self.settings = settings
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.inserting = sqlite.insert if self.is_sqlite else postgresql.insert
        self._engine = _sqlite(self.url, settings) if self.is_sqlite else _postgresql(self.url, settings)
        self._reading = async_sessionmaker(self._engine, expire_on_commit=False)
        writing = self._engine.execution_options(**{_WRITING: True})
        self._writing = async_sessionmaker(writing, expire_on_commit=False)
        # SQLite's own waiting is neither fair nor short: writers of this process queue here instead
        self._turn: AbstractAsyncContextManager[Any] = asyncio.Lock() if self.is_sqlite else nullcontext()
        self._going_on: set[asyncio.Task[Any]] = set()
        self._looks: _SqliteLooks | _PostgresqlLooks
        if self.is_sqlite:
            self._looks = _SqliteLooks(self.url, settings)
        else:
            self._looks = _PostgresqlLooks(self._engine, settings, self.goes_on)

    async def look(self, ask: Callable[[Connection], T]) -> T:
        """A short question that a caller waits for: `ask` runs as a whole beside the loop, each statement sees what is
        committed by then. Raises Unavailable, and what `ask` raises."""
        with translating():
            async with asyncio.timeout(self.settings.verb_timeout_s):
                return await self._looks.look(ask)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """Raises Unavailable."""
        with translating():
            async with asyncio.timeout(self.settings.verb_timeout_s), self._reading() as session, session.begin():
                yield session

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncSession]:
        """Committed when the block ends well. Raises Conflict, NotFound and Unavailable."""
        with translating():
            limit = asyncio.timeout(self.settings.verb_timeout_s)
            async with limit, self._turn, self._writing() as session, session.begin():
                yield session

    @asynccontextmanager
    async def importing(self) -> AsyncIterator[AsyncSession]:
        """Writing that may take minutes; one import at a time, whichever process runs it. Raises as `writing`."""
        with translating():
            async with self._turn, self._writing() as session, session.begin():
                if not self.is_sqlite:
                    await session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _IMPORT_LOCK})
                yield session

    @asynccontextmanager
    async def reading_at_length(self) -> AsyncIterator[AsyncSession]:
        """Without a limit, all of it as it stands at one moment: for imports and exports. Raises Unavailable."""
        with translating():
            async with self._reading() as session, session.begin():
                if not self.is_sqlite:
                    await session.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))
                yield session

    def insert(self, table: type[DeclarativeBase] | Table) -> postgresql.Insert | sqlite.Insert:
        """INSERT of this dialect, for its ON CONFLICT."""
        return self.inserting(table)

    def goes_on(self, work: Coroutine[Any, Any, T]) -> asyncio.Future[T]:
        """Until it is done or the database is closed, also when whoever asked for it has given up."""
        task = asyncio.create_task(work)
        self._going_on.add(task)
        task.add_done_callback(self._going_on.discard)
        return asyncio.shield(task)

    async def close(self) -> None:
        for task in self._going_on:
            task.cancel()
        await asyncio.gather(*self._going_on, return_exceptions=True)
        self._looks.close()
        await self._engine.dispose()


class _SqliteLooks:
    """One turn of a thread for a whole question; through aiosqlite each BEGIN, statement and COMMIT is one."""

    def __init__(self, url: URL, settings: RegisterSettings) -> None:
        self._threads = ThreadPoolExecutor(settings.pool_size, thread_name_prefix="kezek-look")
        self._engine: Engine = create_engine(
            url.set(drivername="sqlite"),
            connect_args={"timeout": settings.busy_timeout_s, "check_same_thread": False},
            isolation_level="AUTOCOMMIT",
            hide_parameters=True,  # callers' numbers and words stay out of tracebacks
            pool_size=settings.pool_size,
        )

    async def look(self, ask: Callable[[Connection], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._asked, ask)

    def _asked(self, ask: Callable[[Connection], T]) -> T:
        with self._engine.connect() as connection:
            return ask(connection)

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._engine.dispose()


class _PostgresqlLooks:
    """The pool's connections without BEGIN and COMMIT: one round trip for each statement.

    Who gives up while he waits for a connection leaves the queue. A question that has begun is let end, within the
    verb's limit: one that is cancelled costs its connection, and in an overload each late answer would cost a new one.
    """

    def __init__(self, engine: AsyncEngine, settings: RegisterSettings, goes_on: GoesOn) -> None:
        self._engine = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._limit, self._goes_on = settings.verb_timeout_s, goes_on

    async def look(self, ask: Callable[[Connection], T]) -> T:
        connection = await self._engine.connect()
        found: T = await self._goes_on(self._asked(connection, ask))
        return found

    async def _asked(self, connection: PooledConnection, ask: Callable[[Connection], T]) -> T:
        async with asyncio.timeout(self._limit):
            try:
                return await connection.run_sync(ask)
            finally:
                await connection.close()

    def close(self) -> None:
        """The pool is the engine's."""


def _sqlite(url: URL, settings: RegisterSettings) -> AsyncEngine:
    engine = create_async_engine(
        url,
        connect_args={"timeout": settings.busy_timeout_s},
        hide_parameters=True,  # callers' numbers and words stay out of tracebacks
        pool_size=settings.pool_size,
        max_overflow=settings.max_overflow,
        pool_timeout=settings.verb_timeout_s,
    )

    @event.listens_for(engine.sync_engine, "connect")
    def connected(connection: Any, record: Any) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves
        cursor = connection.cursor()
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute("PRAGMA synchronous=FULL")  # a ticket that was spoken survives a power cut
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def begun(connection: Connection) -> None:
        # a read that becomes a write later fails or loses updates: a writer says so at once
        writes = connection.get_execution_options().get(_WRITING)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _postgresql(url: URL, settings: RegisterSettings) -> AsyncEngine:
    return create_async_engine(
        url,
        connect_args={
            "async_creator_fn": _PromptConnection.connect,
            "connect_timeout": settings.connect_timeout_s,
            "application_name": "kezek",
        },
        hide_parameters=True,  # callers' numbers and words stay out of tracebacks
        pool_size=settings.pool_size,
        max_overflow=settings.max_overflow,
        pool_timeout=settings.verb_timeout_s,
        pool_pre_ping=True,
    )
