"""The tables: made by the real migrations, by several processes at once, and the same as the mapped classes."""

from __future__ import annotations

import subprocess
import sys

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, create_engine
from sqlalchemy.ext.asyncio import create_async_engine

from kezek_register import Register, RegisterError, Unavailable
from kezek_register.sql.history_tables import AuditRow
from kezek_register.sql.migrate import config, head, newest
from kit.databases import draft, told

MIGRATE = """
import asyncio, sys
from kezek_register import Register, load_sample
print("ready", flush=True)
sys.stdin.readline()
async def main():
    async with Register.open(sys.argv[1]) as register:
        await register.migrate()
        await load_sample(register)
asyncio.run(main())
"""


def test_the_newest_by_the_files_names_is_alembics_head() -> None:
    assert newest() == head() != ""


async def test_upgrade_from_empty_and_again(empty_url: str) -> None:
    async with Register.open(empty_url) as register:
        await register.migrate()
        made = await register.tickets.ensure(draft())
        await register.migrate()
        assert await register.tickets.get(made.number) == made
    assert await told(empty_url, "SELECT version_num FROM alembic_version") == [(head(),)]


def test_two_processes_at_once(empty_url: str) -> None:
    processes = [
        subprocess.Popen(
            [sys.executable, "-W", "error", "-c", MIGRATE, empty_url],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    outputs = [process.communicate(timeout=60)[1] for process in processes]
    assert [process.returncode for process in processes] == [0, 0], "\n".join(outputs)


async def test_the_migrated_tables_are_the_mapped_ones(empty_url: str) -> None:
    async with Register.open(empty_url) as register:
        await register.migrate()

    def differences(connection: Connection) -> list[object]:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, AuditRow.metadata))

    engine = create_async_engine(empty_url)
    async with engine.connect() as connection:
        found = await connection.run_sync(differences)
    await engine.dispose()
    assert found == []


async def test_down_and_up_again(empty_url: str) -> None:
    from alembic import command

    async with Register.open(empty_url) as register:
        await register.migrate()
        engine = create_engine(empty_url.replace("+aiosqlite", ""))
        with engine.begin() as connection:
            settings = config()
            settings.attributes["connection"] = connection
            command.downgrade(settings, "base")
        engine.dispose()
        await register.migrate()
        await register.tickets.ensure(draft())


async def test_a_newer_database_is_refused_with_a_clear_word(empty_url: str) -> None:
    async with Register.open(empty_url) as register:
        await register.migrate()
        await told(empty_url, "UPDATE alembic_version SET version_num = 'ffff'")
        with pytest.raises(RegisterError, match="newer") as refused:
            await register.migrate()
        assert not isinstance(refused.value, Unavailable)


@pytest.mark.parametrize("url", ["sqlite+aiosqlite://", "sqlite+aiosqlite:///:memory:", "mysql://root@localhost/kezek"])
async def test_other_databases_are_refused(url: str) -> None:
    with pytest.raises(ValueError, match=r"SQLite needs a file|sqlite and postgresql"):
        async with Register.open(url):
            pass
