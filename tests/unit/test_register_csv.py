"""A town's CSV is not trusted: each bad line is named, each good one kept, a useless file says why."""

from __future__ import annotations

from pathlib import Path

import pytest

from kezek_register import rows
from kezek_register.csvfile import BadFile, BadRow, Row, Sheet, read
from kezek_register.rows import StreetFinder


def sheet(tmp_path: Path, content: str | bytes, needed: tuple[str, ...] = ("code", "name")) -> Sheet:
    path = tmp_path / "town.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read(path, needed=needed, optional=("note",))


@pytest.mark.parametrize(
    "content",
    [
        "code;name\na;Абая\n",
        "code,name\na,Абая\n",
        "\ufeffcode;name\r\na;Абая\r\n",
        "Name; CODE\nАбая;a",
        'code;name\n"a";"Абая"\n',
        "code;name;more\na;  Абая  ;ignored\n\n;;\n",
    ],
)
def test_the_same_table_in_several_spellings(tmp_path: Path, content: str) -> None:
    found = sheet(tmp_path, content)
    assert [dict(row.cells) for row in found.rows] == [{"code": "a", "name": "Абая", "note": ""}]
    assert found.rows[0].line == 2
    assert found.refused == ()


def test_a_delimiter_inside_quotes_is_text(tmp_path: Path) -> None:
    assert sheet(tmp_path, 'code,name\na,"Абая, старая"\n').rows[0].cells["name"] == "Абая, старая"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("a;Аб\x00ая".encode(), "control characters in name"),
        ("a;Аб\x1b[31mая".encode(), "control characters in name"),
        ("a;Аб\u202eая".encode(), "control characters in name"),
        ("a;Аб\u2028ая".encode(), "control characters in name"),
        ("a;" + "я" * 121, "name is longer than 120 characters"),
        ("a;" + "я" * 5000, "the line is longer than 4000 bytes"),
        ('a;"Абая', "torn quoting"),
        ('a;"Аб"ая', "torn quoting"),
        ("a", "1 cells where the header has 2"),
        ("a;b;c", "3 cells where the header has 2"),
        (b"a;\xc0\xe1\xe0\xff", "not UTF-8"),
    ],
)
def test_a_hostile_line_is_named_and_the_rest_kept(tmp_path: Path, line: str | bytes, reason: str) -> None:
    raw = line.encode() if isinstance(line, str) else line
    found = sheet(tmp_path, b"code;name\nx;first\n" + raw + b"\ny;last\n")
    assert found.refused == ((3, reason),)
    assert [(row.line, row.cells["name"]) for row in found.rows] == [(2, "first"), (4, "last")]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is empty"),
        (b"\xef\xbb\xbf \n", "is empty"),
        ("code;name\n".encode("utf-16"), "UTF-16"),
        (b"\xea\xee\xe4;name\n", "not UTF-8"),
        (b"code;title\n", "no column name"),
        (b"just some text\n", "no column code, name"),
        (b"code;name;code\n", "twice: code"),
        (b'code;"name\n', "torn quoting"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "not UTF-8"),
    ],
)
def test_a_useless_file_says_why(tmp_path: Path, content: bytes, says: str) -> None:
    with pytest.raises(BadFile, match=says) as refused:
        sheet(tmp_path, content)
    assert refused.value.code == "bad_file"


def test_a_file_that_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match="cannot be read"):
        read(tmp_path / "no.csv", needed=("code",))
    with pytest.raises(BadFile, match="cannot be read"):
        read(tmp_path, needed=("code",))


FINDER = StreetFinder({"abay": 1, "sad1": 2, "sad2": 3}, {1: ("Абая", "Абай"), 2: ("Садовая",), 3: ("Садовая",)})


def household(**cells: str) -> rows.HouseholdLine:
    usual = {"street": "abay", "house": "45", "flat": "12", "person": "", "language": "", "phones": "+77009990109"}
    return rows.household(Row(2, {**usual, **cells}), FINDER)


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"street": ""}, "street is missing"),
        ({"street": "Нет такой"}, "unknown street: Нет такой"),
        ({"street": "садовая"}, "several streets have this name"),
        ({"house": "б/н"}, "house is no house number"),
        ({"flat": "?"}, "flat is no flat number"),
        ({"language": "de"}, "language is one of"),
        ({"phones": "12345"}, "bad phone number"),
        ({"phones": "+77009990109|"}, ""),
        ({"phones": "|"}, "phones is missing"),
        ({"phones": ""}, "phones is missing"),
    ],
)
def test_a_household_that_makes_no_sense(cells: dict[str, str], reason: str) -> None:
    if not reason:
        assert household(**cells).phones == ("+77009990109",)
        return
    with pytest.raises(BadRow, match=reason) as refused:
        household(**cells)
    assert "7700" not in str(refused.value)
    assert "12345" not in str(refused.value)


def test_a_street_is_found_by_code_and_by_a_name_of_its_own() -> None:
    assert household(street="абай").street_id == household(street="Абая").street_id == 1
    assert household(phones="8 700 999 01 09 | +7 700 999 01 10|87009990109").phones == ("+77009990109", "+77009990110")


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"code": ""}, "code is missing"),
        ({"code": "a b"}, "code may hold"),
        ({"kind": "road"}, "kind is one of"),
        ({"ru": ""}, "a name is missing"),
        ({"ru": "---"}, "ru has no letter in it"),
        ({"other": "Ленина"}, "other is written"),
        ({"other": "de:Leninstrasse"}, "other is written"),
    ],
)
def test_a_street_that_makes_no_sense(cells: dict[str, str], reason: str) -> None:
    usual = {"code": "abay", "kind": "street", "kk": "", "ru": "Абая", "uk": "", "en": "", "ko": "", "other": ""}
    with pytest.raises(BadRow, match=reason):
        rows.street(Row(2, {**usual, **cells}))


@pytest.mark.parametrize("count", ["-1", "two", "1.5", "99999", "٣"])
def test_a_building_with_nonsense_for_a_count(count: str) -> None:
    with pytest.raises(BadRow, match="entrances is a whole number"):
        rows.building(Row(2, {"street": "abay", "house": "45", "entrances": count, "flats": ""}), FINDER)
