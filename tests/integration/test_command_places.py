"""`kezek sample-town`, `kezek import` and `kezek export` as a person types them, on a register of their own."""

from __future__ import annotations

import asyncio
import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kezek_register import Register
from kit.installation import KEZEK, environment


async def kezek(url: str, home: Path, *arguments: str) -> tuple[int, str]:
    process = await asyncio.create_subprocess_exec(
        *KEZEK, *arguments, env=environment(home, sql_url=url),
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    output, _ = await process.communicate()
    return process.returncode or 0, output.decode()


async def test_a_town_is_made_loaded_written_and_mended(register: Register, register_url: str, tmp_path: Path) -> None:
    """Status 3 and the lines by name when some were refused; the audit says that people's data went out."""
    home, town = tmp_path / "home", tmp_path / "town"
    code, told = await kezek(
        register_url, home, "sample-town", str(town), "--seed", "3", "--buildings", "60", "--streets", "3", "--load"
    )
    assert (code, "60 added" in told) == (0, True), told
    assert (await register.addresses.counts()) == {"streets": 3, "buildings": 60, "households": 30}
    code, told = await kezek(register_url, home, "export", "households", str(tmp_path / "h.csv"), "--json")
    assert (code, json.loads(told)["rows"]) == (0, 30)
    phones = [line.rpartition(";")[2] for line in (town / "households.csv").read_text().splitlines()[1:]]
    assert phones
    assert all(re.fullmatch(r"\+1\d{3}[2-9]11\d{4}", phone) for phone in phones), "nobody can have one of these"
    assert len(set(phones)) == len(phones)
    entries = await register.audit.list(datetime(2020, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))
    assert [(entry.what, entry.subject) for entry in entries] == [("export", "households")]
    code, told = await kezek(register_url, home, "export", "buildings", str(tmp_path / "b.geojson"))
    assert code == 0, told
    (tmp_path / "b.csv").write_text("street;house\ns1;900\nnowhere;1\n")
    code, told = await kezek(register_url, home, "import", "buildings", str(tmp_path / "b.csv"))
    assert (code, "line 3: unknown street" in told) == (3, True), told
    code, told = await kezek(register_url, home, "import", "buildings", str(tmp_path / "b.geojson"), "--json")
    assert (code, json.loads(told)["unchanged"]) == (0, 60)


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
async def test_a_mistake_is_told_in_one_line(register_url: str, tmp_path: Path) -> None:
    for arguments, words in (
        (("import", "planets", "x.csv"), "one of territories"),
        (("import", "streets", str(tmp_path / "no.csv")), "cannot be read"),
        (("export", "streets", str(tmp_path / "s.geojson")), "no geojson of streets"),
        (("sample-town", str(tmp_path), "--buildings", "10", "--streets", "20"), "a town has"),
    ):
        code, told = await kezek(register_url, tmp_path / "home", *arguments)
        assert (code, words in told, "Traceback" in told) == (1, True, False), told
