"""A backup that was torn, changed or rotted: told, and nothing is touched. And an end in the middle of the way back."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kezek_register import RegisterError
from kezek_register.backups import BadBackup, Progress, restore
from kezek_register.sql.archive import MANIFEST, TABLES
from kezek_register.sql.migrate import head
from kit.register_backup import YEAR, contents, fill, tables_of


def rewritten(backup: Path, change: Callable[[str, bytes], bytes | None], *, more: str = "") -> None:
    """As somebody with a zip program would."""
    with zipfile.ZipFile(backup) as packed:
        entries = {name: packed.read(name) for name in packed.namelist()}
    with zipfile.ZipFile(backup, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in entries.items():
            if (changed := change(name, content)) is not None:
                packed.writestr(name, changed)
        if more:
            packed.writestr(more, "x")


def swapped(name: str, old: bytes, new: bytes) -> Callable[[str, bytes], bytes | None]:
    return lambda entry, content: content.replace(old, new, 1) if entry == name else content


BROKEN: dict[str, tuple[Callable[[Path], object], str]] = {
    "torn": (lambda path: path.write_bytes(path.read_bytes()[:-200]), "not written to its end"),
    "empty": (lambda path: path.write_bytes(b""), "no backup"),
    "another file": (lambda path: path.write_text("SQLite format 3\0"), "no backup"),
    "a row changed": (
        lambda path: rewritten(path, swapped(f"{TABLES}staff.jsonl", b"login 1", b"login 7")),
        "checksum",
    ),
    "a row taken out": (
        lambda path: rewritten(path, lambda n, c: c.split(b"\n", 1)[1] if n == f"{TABLES}calls.jsonl" else c),
        "checksum",
    ),
    "a table taken out": (
        lambda path: rewritten(path, lambda n, c: None if n == f"{TABLES}audit.jsonl" else c),
        "manifest",
    ),
    "something put in": (lambda path: rewritten(path, lambda n, c: c, more="tables/x.jsonl"), "manifest"),
    "no manifest": (lambda path: rewritten(path, lambda n, c: None if n == MANIFEST else c), "no manifest"),
    "half a manifest": (lambda path: rewritten(path, lambda n, c: c[:50] if n == MANIFEST else c), MANIFEST),
    "a later format": (
        lambda path: rewritten(path, swapped(MANIFEST, b'"version": 1', b'"version": 2')),
        "update it",
    ),
    "a later revision": (
        lambda path: rewritten(path, swapped(MANIFEST, head().encode(), b"9999_later")),
        "later program",
    ),
    "a file elsewhere": (
        lambda path: rewritten(path, swapped(MANIFEST, b'"tables/audit', b'"recordings/../audit')),
        "outside",
    ),
}


# a file is looked at before the database is: one engine shows it
@pytest.mark.parametrize(("dialect", "how"), [*(("sqlite", how) for how in BROKEN), ("postgresql", "torn")])
async def test_a_torn_or_changed_file_is_told_and_nothing_is_touched(how: str, backup: Path, register_url: str) -> None:
    await fill(register_url, 1)
    before = await contents(register_url)
    harm, says = BROKEN[how]
    harm(backup)
    with pytest.raises(RegisterError, match=says) as refused:
        await restore(register_url, backup, year=YEAR, replace=True)
    assert isinstance(refused.value, BadBackup) or how == "a later revision"
    assert await contents(register_url) == before


async def test_bits_that_flipped_on_the_disk_are_found(backup: Path, make_url: Callable[[str], str]) -> None:
    for _ in flipped(backup, 40):
        url = make_url("sqlite")
        try:
            await restore(url, backup, year=YEAR)
        except BadBackup:
            assert "alembic_version" not in await tables_of(url)
        # else it was a byte that says nothing (a time stamp): what came back is whole, by its checksums


def flipped(file: Path, times: int) -> Iterator[int]:
    """The file with one byte changed, here and there."""
    whole = file.read_bytes()
    for place in range(40, len(whole), len(whole) // times):
        file.write_bytes(whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :])
        yield place


async def test_an_end_in_the_middle_leaves_what_was_there(backup: Path, register_url: str) -> None:
    """One transaction: the last table's rows are refused, and the first one's have never been."""
    await fill(register_url, 1)
    before = await contents(register_url)

    def stop(progress: Progress) -> None:
        if (progress.part, progress.done) == ("calls", progress.total):
            raise KeyError("the power is cut here")

    with pytest.raises(KeyError, match="power"):
        await restore(register_url, backup, year=YEAR, replace=True, told=stop)
    assert await contents(register_url) == before
