"""The database goes away: Unavailable within a limit, and everything works again once it is back."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from kezek_register import CallRecord, Register, RegisterSettings, Staff, Unavailable, load_sample
from kezek_register.areas import Place
from kezek_register.duty_types import Emergency
from kezek_register.sql.database import Database
from kit.databases import PostgresServer, draft, free_port, postgres_proxy

NOW = datetime(2026, 11, 20, tzinfo=UTC)
HASTY = RegisterSettings(verb_timeout_s=1.0, busy_timeout_s=0.1, connect_timeout_s=2, migrate_timeout_s=0.2)
VERBS: dict[str, Callable[[Register], Awaitable[object]]] = {
    "ping": lambda register: register.ping(),
    "streets": lambda register: register.addresses.streets(),
    "building": lambda register: register.addresses.building(1, "1"),
    "by_phone": lambda register: register.households.by_phone("+77009990109"),
    "remember_language": lambda register: register.households.remember_language(1, "kk"),
    "topics": lambda register: register.topics.all(),
    "ensure": lambda register: register.tickets.ensure(draft()),
    "confirm": lambda register: register.tickets.confirm(draft()),
    "add": lambda register: register.staff.add(Staff("x", "x", "operator", "", "ru", (), {})),
    "save": lambda register: register.history.save(
        CallRecord("c", "", "109", "", "", "", "", NOW, None, None, None, "")
    ),
    "operator_times": lambda register: register.history.operator_times(NOW, NOW),
    "abandoned": lambda register: register.history.abandoned(NOW, NOW),
    "claim": lambda register: register.outbound.claim("c:1", "c", "one"),
    "audit": lambda register: register.audit.write("dana", "calls", "", NOW),
    "expired": lambda register: register.recordings.expired(NOW),
    "who": lambda register: register.duties.who(Place(), "lift"),
    "begins_with": lambda register: register.topics.begins_with("lift"),
    "hand_off": lambda register: register.emergencies.hand_off(
        Emergency(0, "c", "", "104", "operator", "", NOW, "anna")
    ),
    "sample": load_sample,
    "migrate": lambda register: register.migrate(),
}


@pytest.mark.parametrize("verb", VERBS)
async def test_no_postgresql_there(verb: str) -> None:
    async with Register.open(
        f"postgresql+psycopg://postgres@127.0.0.1:{free_port()}/kezek", settings=HASTY
    ) as register:
        with pytest.raises(Unavailable) as away:
            await VERBS[verb](register)
    assert away.value.code == "unavailable"
    assert "127.0.0.1" not in str(away.value)


@pytest.mark.parametrize("verb", VERBS)
async def test_no_folder_for_the_sqlite_file(verb: str, tmp_path: Path) -> None:
    async with Register.open(f"sqlite+aiosqlite:///{tmp_path}/gone/kezek.db", settings=HASTY) as register:
        with pytest.raises(Unavailable):
            await VERBS[verb](register)


async def test_who_gives_up_a_question_costs_no_connection(postgres_server: PostgresServer) -> None:
    """In an overload many answers are late, and a connection for each would feed it."""

    def backend(connection: Connection) -> int:
        return int(connection.execute(text("SELECT pg_backend_pid()")).scalar_one())

    database = Database(postgres_server.url(postgres_server.database()), RegisterSettings(pool_size=1, max_overflow=0))
    try:
        first = await database.look(backend)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await database.look(lambda connection: connection.execute(text("SELECT pg_sleep(0.3)")).all())
        assert await database.look(backend) == first
    finally:
        await database.close()


async def test_postgresql_breaks_and_comes_back(
    postgres_server: PostgresServer,
    postgres_template: str,
) -> None:
    database = postgres_server.database(postgres_template)
    async with (
        postgres_proxy(postgres_server) as proxy,
        Register.open(postgres_server.url(database, proxy.folder), settings=HASTY) as register,
    ):
        await asyncio.gather(*(register.ping() for _ in range(5)))
        made = await register.tickets.ensure(draft())
        stock = await register.tickets.stock()
        await proxy.cut()
        for verb in ("ping", "by_phone", "confirm", "save"):
            with pytest.raises(Unavailable):
                await VERBS[verb](register)
        # a number can still be spoken, and none of those that were tried in vain is given twice
        spoken = {await register.tickets.number() for _ in range(stock - 5)}
        assert len(spoken) == stock - 5
        assert made.number not in spoken
        await proxy.restore()
        assert await register.tickets.get(made.number) == made
        assert (await register.tickets.confirm(draft())).number == made.number


async def test_a_frozen_postgresql_ends_in_unavailable(
    postgres_server: PostgresServer,
    postgres_template: str,
) -> None:
    database = postgres_server.database(postgres_template)
    async with (
        postgres_proxy(postgres_server) as proxy,
        Register.open(postgres_server.url(database, proxy.folder), settings=HASTY) as register,
    ):
        await register.ping()
        proxy.freeze()
        with pytest.raises(Unavailable):
            await register.tickets.ensure(draft())
        await proxy.cut()
        await proxy.restore()
        await register.tickets.ensure(draft())


async def test_a_stock_that_runs_out_says_so(
    postgres_server: PostgresServer,
    postgres_template: str,
) -> None:
    database = postgres_server.database(postgres_template)
    async with (
        postgres_proxy(postgres_server) as proxy,
        Register.open(
            postgres_server.url(database, proxy.folder), settings=RegisterSettings(block_size=3, verb_timeout_s=1)
        ) as register,
    ):
        assert await register.tickets.stock() == 3
        await proxy.cut()
        assert len({await register.tickets.number() for _ in range(3)}) == 3
        with pytest.raises(Unavailable):
            await register.tickets.number()
        assert await register.tickets.stock() == 0
        await proxy.restore()
        assert await register.tickets.stock() == 3


async def test_an_sqlite_file_locked_by_another(sqlite_template: Path, tmp_path: Path) -> None:
    path = tmp_path / "kezek.db"
    shutil.copyfile(sqlite_template, path)
    async with Register.open(f"sqlite+aiosqlite:///{path}", settings=HASTY) as register:
        await register.ping()
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(Unavailable):
            await register.tickets.ensure(draft())
        assert await register.tickets.list() == []  # WAL: readers go on
        await register.migrate()  # reads that nothing is to be done
        other.execute("UPDATE alembic_version SET version_num = '0001'")
        other.execute("COMMIT")
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(Unavailable):
            await register.migrate()
        other.execute("ROLLBACK")
        other.close()
        await register.tickets.ensure(draft())


async def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    path = tmp_path / "kezek.db"
    path.write_bytes(b"not a database at all\n" * 100)
    async with Register.open(f"sqlite+aiosqlite:///{path}", settings=HASTY) as register:
        for verb in ("topics", "ensure", "migrate"):
            with pytest.raises(Unavailable):
                await VERBS[verb](register)
