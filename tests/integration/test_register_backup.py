"""A backup of the register and its way back, on both engines and across them."""

from __future__ import annotations

import asyncio
import json
import stat
import zipfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from kezek_register import Register, RegisterError, Ticket
from kezek_register.backups import PHOTOS, RECORDINGS, CannotWrite, NotEmpty, Progress, back_up, restore
from kezek_register.moves import Mover
from kezek_register.sql.migrate import changing, head, upgrade
from kezek_register.sql.schema import revisions, tables_at
from kit.databases import DIALECTS, draft, told
from kit.register_backup import METADATA, NOW, YEAR, a_value, contents, fill


def test_every_table_and_column_of_ours_is_in_a_backup() -> None:
    """A new migration's tables are covered by themselves: this says so."""
    backed = {table.name: {column.name for column in table.columns} for table in tables_at(head())}
    mapped = {table.name: {column.name for column in table.columns} for table in METADATA.sorted_tables}
    assert backed == mapped
    assert len(mapped) >= 17


@pytest.mark.parametrize("target", DIALECTS)
async def test_all_of_it_comes_back_on_either_engine(
    register_url: str, target: str, make_url: Callable[[str], str], tmp_path: Path
) -> None:
    await fill(register_url)
    before = await contents(register_url)
    assert all(len(rows) == 2 for rows in before.values())
    seen: list[Progress] = []
    manifest = await back_up(register_url, tmp_path / "town.kezek", told=seen.append)
    assert stat.S_IMODE((tmp_path / "town.kezek").stat().st_mode) == 0o600
    assert manifest.tables == dict.fromkeys(before, 2)
    assert {each.part for each in seen} == set(before)
    url = make_url(target)
    restored = await restore(url, tmp_path / "town.kezek", year=YEAR, apart=0)
    after = await contents(url)
    assert {name: rows for name, rows in after.items() if not name.startswith("number_")} == {
        name: rows for name, rows in before.items() if not name.startswith("number_")
    }
    assert restored.tables == manifest.tables
    async with Register.open(url) as register:
        await register.migrate()  # nothing is left to be done
    assert await told(url, "SELECT version_num FROM alembic_version") == [(head(),)]


@pytest.mark.parametrize("target", DIALECTS)
async def test_numbers_and_ids_go_on_behind_those_that_were_given(
    register_url: str, target: str, make_url: Callable[[str], str], tmp_path: Path
) -> None:
    """A block that a node had reserved stays reserved, and so does what it may have given since."""

    def clock() -> datetime:
        return NOW

    async with Register.open(register_url, node="n1", clock=clock) as register:
        first = await register.tickets.ensure(draft(call="c1"))
        await back_up(register_url, tmp_path / "town.kezek")
    url = make_url(target)
    assert (await restore(url, tmp_path / "town.kezek", year=YEAR, apart=1000)).next_number == 1101
    async with Register.open(url, node="n2", clock=clock) as register:
        assert await register.tickets.get(first.number) == first
        second = await register.tickets.ensure(draft(call="c2"))
    assert (first.number[:9], second.number[:9]) == ("27-000001", "27-001101")
    blocks = await told(url, "SELECT first, last, node FROM number_blocks ORDER BY first")
    assert blocks == [(1, 100, "n1"), (101, 1100, "restore"), (1101, 1200, "n2")]


async def test_what_is_replaced_had_given_numbers_too(register_url: str, tmp_path: Path) -> None:
    def clock() -> datetime:
        return NOW

    async with Register.open(register_url, node="n1", clock=clock) as register:
        await register.tickets.ensure(draft(call="c1"))
        await back_up(register_url, tmp_path / "town.kezek")
    async with Register.open(register_url, node="n2", clock=clock) as register:
        given = await register.tickets.ensure(draft(call="c2"))
    with pytest.raises(NotEmpty, match="2 tickets"):
        await restore(register_url, tmp_path / "town.kezek", year=YEAR, apart=0)
    await restore(register_url, tmp_path / "town.kezek", year=YEAR, apart=0, replace=True)
    async with Register.open(register_url, node="n3", clock=clock) as register:
        fresh = await register.tickets.ensure(draft(call="c3"))
        assert fresh.number[:9] == "27-000201", f"{given.number} was given before the restore"


async def test_a_backup_is_one_moment_while_calls_are_filed(register_url: str, tmp_path: Path) -> None:
    """Each ticket stands with the call that names it, or neither is there."""
    files = [tmp_path / f"{n}.kezek" for n in range(3)]
    stop = asyncio.Event()

    async def at_work(register: Register) -> int:
        n = 0
        while not stop.is_set():
            n += 1
            made = await register.tickets.ensure(draft(call=f"c{n}"))
            await register.audit.write("dina", made.number, f"c{n}", NOW)
        return n

    async with Register.open(register_url, node="n1") as register:
        writing = asyncio.create_task(at_work(register))
        for file in files:
            await back_up(register_url, file)
        stop.set()
        assert await writing > 0
    for file in files:
        with zipfile.ZipFile(file) as packed:
            tickets = {json.loads(line)["number"] for line in packed.open("tables/tickets.jsonl")}
            looks = {json.loads(line)["what"] for line in packed.open("tables/audit.jsonl")}
        assert len(tickets - looks) <= 1
        assert not looks - tickets


@pytest.mark.parametrize("revision", revisions()[1:])
async def test_a_backup_of_an_older_program_is_brought_up(
    revision: str, make_url: Callable[[str], str], dialect: str, tmp_path: Path
) -> None:
    from kezek_register.sql.database import parsed

    old = make_url("sqlite")
    with changing(parsed(old), timeout_s=5) as connection:
        upgrade(connection, revision)
        old_rows(connection, revision)
    manifest = await back_up(old, tmp_path / "old.kezek")
    assert manifest.revision == revision
    url = make_url(dialect)
    await restore(url, tmp_path / "old.kezek", year=YEAR)
    assert await told(url, "SELECT version_num FROM alembic_version") == [(head(),)]
    assert await told(url, "SELECT login FROM staff") == [("login 1 қазақ\n\"'\\\u2028😀",)]
    assert len((await contents(url))["tickets"]) == 1


def old_rows(connection: Connection, revision: str) -> None:
    for table in tables_at(revision):
        connection.execute(table.insert(), {column.name: a_value(column, 1) for column in table.columns})


async def test_a_database_of_a_later_program_is_left_alone(backup: Path, register_url: str) -> None:
    await told(register_url, "UPDATE alembic_version SET version_num = 'ffff'")
    with pytest.raises(RegisterError, match="later program"):
        await restore(register_url, backup, year=YEAR, replace=True)
    with pytest.raises(RegisterError, match="later program"):
        await back_up(register_url, backup.with_name("other.kezek"))
    assert not backup.with_name("other.kezek").exists()


async def test_somebody_elses_tables_are_left_alone(backup: Path, dialect: str, make_url: Callable[[str], str]) -> None:
    url = make_url(dialect)
    await told(url, "CREATE TABLE calls (x integer)")
    with pytest.raises(NotEmpty, match="not Kezek's"):
        await restore(url, backup, year=YEAR, replace=True)


async def test_where_there_is_nothing_nothing_is_backed_up(empty_url: str, tmp_path: Path) -> None:
    with pytest.raises(RegisterError, match="no register"):
        await back_up(empty_url, tmp_path / "none.kezek")
    assert not (tmp_path / "none.kezek").exists()
    assert not (tmp_path / "kezek.db").exists()


async def test_a_file_that_cannot_be_written_is_told(register_url: str, tmp_path: Path) -> None:
    with pytest.raises(CannotWrite, match="No such file"):
        await back_up(register_url, tmp_path / "nowhere" / "town.kezek")


async def test_recordings_and_photos_go_along_when_asked(
    register_url: str, make_url: Callable[[str], str], tmp_path: Path
) -> None:
    here, there, pictures = tmp_path / "here", tmp_path / "there", tmp_path / "pictures"
    (here / "2027" / "01").mkdir(parents=True)
    (here / "2027" / "01" / "a.wav").write_bytes(sound := bytes(range(256)) * 5000)
    async with Register.open(register_url) as register:
        await register.recordings.begin("a", "2027/01/a", NOW, NOW)
        await register.recordings.begin("b", "2027/01/gone", NOW, NOW)
        number = (await register.tickets.ensure(draft(call="c1"))).number
        for file in ("2027/01/p.jpg", "2027/01/gone.jpg"):
            await register.tickets.photo(number, Mover("boss", "manager"), file, "image/jpeg", 3)
    (here / "2027" / "01" / "p.jpg").write_bytes(b"jpg")

    def there_is(path: Path) -> Path | None:
        return path if path.exists() else None

    find = {RECORDINGS: lambda file: there_is(here / f"{file}.wav"), PHOTOS: lambda file: there_is(here / file)}

    without = await back_up(register_url, tmp_path / "without.kezek")
    assert without.files(RECORDINGS) == without.files(PHOTOS) == []
    manifest = await back_up(register_url, tmp_path / "with.kezek", find=find)
    assert (manifest.files(RECORDINGS), manifest.files(PHOTOS)) == (["2027/01/a.wav"], ["2027/01/p.jpg"])
    await restore(make_url("sqlite"), tmp_path / "with.kezek", year=YEAR, folders={RECORDINGS: there})
    assert [path.read_bytes() for path in there.rglob("*") if path.is_file()] == [sound]
    await restore(make_url("sqlite"), tmp_path / "with.kezek", year=YEAR, folders={PHOTOS: pictures})
    assert [path.read_bytes() for path in pictures.rglob("*") if path.is_file()] == [b"jpg"]


async def test_names_that_the_brand_new_register_reads(
    register_url: str, make_url: Callable[[str], str], dialect: str, tmp_path: Path
) -> None:
    """What a repository wrote, a repository reads: the moment with its zone, the JSON, the empty."""
    async with Register.open(register_url, clock=lambda: NOW) as register:
        made: Ticket = await register.tickets.ensure(draft(call="c1"))
    await back_up(register_url, tmp_path / "town.kezek")
    url = make_url("sqlite" if dialect == "postgresql" else "postgresql")
    await restore(url, tmp_path / "town.kezek", year=YEAR)
    async with Register.open(url) as register:
        assert await register.tickets.get(made.number) == made


async def test_a_number_reserved_in_the_new_year_is_not_given_again(
    register_url: str, make_url: Callable[[str], str], tmp_path: Path
) -> None:
    await back_up(register_url, tmp_path / "old_year.kezek")
    url = make_url("sqlite")
    restored = await restore(url, tmp_path / "old_year.kezek", year=YEAR, apart=500)
    assert restored.next_number == 501
    rows = await told(url, str(text("SELECT year, first, last, node FROM number_blocks")))
    assert rows == [(YEAR, 1, 500, "restore")]
