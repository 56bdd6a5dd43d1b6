"""Reports by their doors: read by managers and the second line, as JSON and as files that a spreadsheet opens."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from kezek_api.report_tables import words
from kezek_register import Register
from kezek_register.moves import Mover
from kit.databases import draft
from kit.register_doors import Town, settle

ANNA = Mover("anna", "operator")
LANGUAGES = ("kk", "ru", "uk", "en")


@pytest.fixture
async def town(register: Register, tmp_path: Path) -> Town:
    made = await settle(register, tmp_path / "photos")
    street = (await register.addresses.streets())[0]
    for _ in range(3):
        note = draft(call="", street_id=street.id, house="4", flat="1", topic="heating", note="=HYPERLINK(1)")
        await register.tickets.register(note, ANNA)
    return made


async def test_a_report_is_read_by_those_who_route(town: Town) -> None:
    for login, status in (("", 401), ("aigul", 403), ("erlan", 403), ("saule", 200), ("dana", 200)):
        async with town.at_the_door(login) as client:
            assert (await client.get("/api/reports", params={"by": "topic"})).status_code == status, login
            assert (await client.get("/api/reports/daily")).status_code == status, login
            assert (await client.get("/api/reports/repeats")).status_code == status, login


async def test_lines_have_titles_in_the_readers_language(town: Town) -> None:
    async with town.at_the_door("dana") as manager:
        report = (await manager.get("/api/reports", params={"by": "topic"})).json()
        assert [(line["key"], line["title"], line["registered"]) for line in report["lines"]] == [
            ("heating", "отопление", 3)
        ]
        assert report["total"]["open"] == 3
        english = {"by": "topic", "language": "en"}  # as a screen asks that speaks another language than its reader
        (line,) = (await manager.get("/api/reports", params=english)).json()["lines"]
        assert line["title"] == "heating"
        table = (await manager.get("/api/reports", params={**english, "format": "csv"})).text
        assert set(next(csv.reader(table.lstrip("\ufeff").splitlines()))) <= set(words("en").values())
        assert (await manager.get("/api/reports", params={"language": "xx"})).status_code == 422
        (again,) = (await manager.get("/api/reports/repeats")).json()["repeats"]
        assert (again["house"], again["flat"], again["topic_title"], len(again["numbers"])) == (
            "4",
            "1",
            "отопление",
            3,
        )
        day = (await manager.get("/api/reports/daily")).json()
        assert day["day"] == datetime.now(ZoneInfo("UTC")).date().isoformat()
        assert (day["total"]["registered"], day["kinds"][0]["key"]) == (3, "incident")


@pytest.mark.parametrize("path", ["/api/reports", "/api/reports/repeats", "/api/reports/daily"])
async def test_files_open_in_a_spreadsheet(path: str, town: Town) -> None:
    async with town.at_the_door("dana") as manager:
        sheet = await manager.get(path, params={"format": "xlsx"})
        assert sheet.status_code == 200
        assert sheet.headers["content-disposition"].endswith('.xlsx"')
        with zipfile.ZipFile(io.BytesIO(sheet.content)) as book:
            assert book.testzip() is None
            assert "xl/worksheets/sheet1.xml" in book.namelist()
            assert not [name for name in book.namelist() if "<f>" in book.read(name).decode("utf-8", "replace")]
        table = await manager.get(path, params={"format": "csv"})
        assert table.content.startswith(b"\xef\xbb\xbf")
        heads = table.text.lstrip("\ufeff").splitlines()[0].split(";")
        assert set(heads) <= set(words("ru").values())


@pytest.mark.parametrize(
    ("path", "params"),
    [
        ("/api/reports", {"by": "nothing"}),
        ("/api/reports", {"since": "2026-03-02T00:00:00Z", "until": "2026-03-01T00:00:00Z"}),
        ("/api/reports", {"since": "1799-01-01T00:00:00Z"}),
        ("/api/reports/daily", {"day": "0001-01-01"}),
        ("/api/reports/daily", {"day": "9999-12-31"}),
        ("/api/reports/repeats", {"at_least": "1"}),
        ("/api/reports", {"format": "pdf"}),
    ],
)
async def test_what_cannot_be_asked_is_said(path: str, params: dict[str, str], town: Town) -> None:
    async with town.at_the_door("dana") as manager:
        told = await manager.get(path, params=params)
        assert told.status_code == 422
        assert told.json()["code"] == "invalid"


def test_the_files_words_are_there_in_every_language() -> None:
    first = set(words("en"))
    for language in LANGUAGES:
        assert set(words(language)) == first
        assert all(words(language).values())
