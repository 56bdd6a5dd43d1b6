"""Whatever a file, a page or a setting holds: what is right is kept, and what is wrong is a documented error."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from kezek_api import browser_phones
from kezek_api.limits import FILE
from kezek_api.rules import RulesError, load
from kezek_api.settings import Settings, SettingsError
from kezek_api.sip_frame import MAX_FRAME, METHODS, refusal
from kezek_register import csvfile, rows
from kezek_register.csvfile import BadFile, BadRow
from kezek_register.place_types import TERRITORY_KINDS

QUICK = settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])

# --- the register's CSV

CELLS = st.one_of(
    st.sampled_from(
        [
            '"',
            '""',
            ";",
            ",",
            "\t",
            "",
            "код",
            "1а/2",
            "12-14",
            "2-я",
            "+7 701 555 01 01",
            "\u202e",
            "\x00",
            "9" * 50,
            "ru:Абая;kk:Абай",
            "=cmd|' /C calc'!A0",
            "‮",
            "ﬁ",
            "٣",
            "1e9",
            "-1",
            "á" * 130,
        ]
    ),
    st.text(max_size=30),
)
TABLES = {
    "streets": rows.STREETS,
    "buildings": rows.BUILDINGS,
    "households": rows.HOUSEHOLDS,
    "territories": rows.TREES,
}


@QUICK
@given(
    st.data(),
    st.sampled_from(sorted(TABLES)),
    st.sampled_from([",", ";"]),
    st.lists(st.lists(CELLS, max_size=8), max_size=8),
)
def test_a_town_s_file_is_read_line_by_line(
    tmp_path: Path, data: st.DataObject, name: str, delimiter: str, table: list[list[str]]
) -> None:
    columns = TABLES[name]
    header = [*columns["needed"], *data.draw(st.lists(st.sampled_from(columns["optional"] or ("x",)), max_size=3))]
    content = "\n".join(delimiter.join(line) for line in [header, *table]).encode("utf-8", "replace")
    read_rows(tmp_path, name, content)


@QUICK
@given(st.binary(max_size=300), st.sampled_from(sorted(TABLES)))
@example(b"\xef\xbb\xbf", "streets")
@example(b"\xff\xfea\x00", "streets")
@example(b"code;code\n", "streets")
@example(b"\n" * 100, "streets")
@example(b'"' * 3_999, "streets")
@example(b"," * 3_999, "streets")
def test_any_bytes_are_rows_or_a_bad_file(tmp_path: Path, content: bytes, name: str) -> None:
    read_rows(tmp_path, name, content)


def read_rows(folder: Path, name: str, content: bytes) -> None:
    """As an import does, up to the database."""
    path = folder / "town.csv"
    path.write_bytes(content)
    columns = TABLES[name]
    finder = rows.StreetFinder({"s1": 1}, {1: ("Абая",)})
    try:
        sheet = csvfile.read(path, needed=columns["needed"], optional=columns["optional"], limits=rows.LIMITS)
    except BadFile:
        return
    assert len(sheet.rows) + len(sheet.refused) <= content.count(b"\n") + 1
    parse: dict[str, Any] = {
        "streets": rows.street,
        "buildings": lambda row: rows.building(row, finder),
        "households": lambda row: rows.household(row, finder),
        "territories": lambda row: rows.tree(row, TERRITORY_KINDS),
    }
    for row in sheet.rows:
        assert all(len(cell) <= 4_000 and "\n" not in cell for cell in row.cells.values())
        with contextlib.suppress(BadRow):
            parse[name](row)


def test_a_file_has_so_many_lines_and_columns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csvfile, "MOST_LINES", 10)
    path = tmp_path / "town.csv"
    path.write_text("code\n" + "x\n" * 20)
    with pytest.raises(BadFile, match="more than 10 lines"):
        csvfile.read(path, needed=["code"])
    path.write_text(",".join(f"c{number}" for number in range(300)))
    with pytest.raises(BadFile, match="columns"):
        csvfile.read(path, needed=["c1"])


# --- SIP frames of a page

HEADERS = st.sampled_from(
    [
        "From: <sip:201@kezek>;tag=1",
        "To: <sip:109@kezek>",
        "f: <sip:202@kezek>",
        "Content-Length: 0",
        'From: "x" <sip:201@kezek>',
        "l: 0",
        "Call-ID: a",
        "From : <sip:201@kezek>",
        "Via: SIP/2.0/WS x",
        " folded",
        "Content-Length: 00",
        "FROM: <sip:201@kezek>",
    ]
)
STARTS = st.sampled_from(
    [
        "INVITE sip:109@kezek SIP/2.0",
        "REGISTER sip:kezek SIP/2.0",
        "SIP/2.0 200 OK",
        "REFER sip:x SIP/2.0",
        "invite sip:x SIP/2.0",
        "INVITE sip:x SIP/2.0 ",
    ]
)


@QUICK
@given(
    st.one_of(
        st.text(max_size=200),
        st.builds(
            lambda start, lines, body: "\r\n".join([start, *lines]) + "\r\n\r\n" + body,
            st.one_of(STARTS, st.text(max_size=20)),
            st.lists(st.one_of(HEADERS, st.text(max_size=20)), max_size=6),
            st.text(max_size=30),
        ),
    )
)
@example("INVITE sip:109@kezek SIP/2.0\r\nFrom: <sip:201@kezek>\r\nContent-Length: 0\r\n\r\n")
@example("INVITE sip:109@kezek SIP/2.0\r\nFrom: <sip:202@kezek>\r\nFrom: <sip:201@kezek>\r\nContent-Length: 0\r\n\r\n")
@example("x" * (MAX_FRAME + 1))
@example("INVITE sip:109@kezek SIP/2.0\r\nFrom: " + '"' * 30_000 + "\r\nContent-Length: 0\r\n\r\n")
@example("INVITE sip:109@kezek SIP/2.0\r\nFrom: <sip:201@kezek" + ";" * 30_000 + "\r\nContent-Length: 0\r\n\r\n")
@example("\udcff")
@example("\udcff\udc8fV\r\n\r\n\udc8f")  # found by coverage
@example("INVITE sip:109@kezek SIP/2.0\r\nFrom: <sip:201@kezek>\r\nContent-Length: 3\r\n\r\n\udc8f")
def test_a_frame_that_goes_on_is_one_message_in_the_phone_s_own_name(frame: str) -> None:
    assert refusal(frame, "")
    if refusal(frame, "201"):
        return
    head, _, body = frame.partition("\r\n\r\n")
    start, *lines = head.split("\r\n")
    assert "\n" not in head.replace("\r\n", "")
    assert f"{len(body.encode())}" in head
    if not start.startswith("SIP/2.0 "):
        assert start.split()[0] in METHODS
        own = [line for line in lines if line.partition(":")[0].strip().lower() in ("from", "f")]
        assert len(own) == 1
        assert "sip:201@" in own[0]


# --- what a site writes: rules, run.json, phones, settings

TOML = st.one_of(
    st.text(max_size=80),
    st.lists(
        st.sampled_from(
            [
                "[queues.hotline]",
                "[hours]",
                "[wishes.languages.kk]",
                "capacity = -1",
                "capacity = 1e400",
                "names = {}",
                'zone = "Nowhere/At_all"',
                "kk = 1",
                "relax = [{after_s = nan}]",
                "[callbacks]",
                "from_s = inf",
                "[[numbers]]",
                'number = "112"',
                'weekdays = "9-25"',
                "callback_retries_s = [1, 2]",
                "x" * 300,
            ]
        ),
        max_size=8,
    ).map("\n".join),
)


@QUICK
@given(TOML.map(lambda text: text.encode("utf-8", "replace")))
@example(b"\xff\xfe")
@example(b"a = " + b"[" * 5_000)
@example(b"a = " + b"9" * 5_000)
@example(b"#" * (FILE + 1))
@example(b"[hours]\nweekdays = '00:00-24:00'\nzone = '../../etc/passwd'")
@example(b"[hours]\nzone = '" + b"x" * 5_000 + b"'")
def test_rules_are_right_or_told_to_be_wrong(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "rules.toml"
    path.write_bytes(content)
    try:
        load(path, ["hotline"])
    except RulesError as wrong:
        told = str(wrong)
    else:
        return
    assert told.startswith("rules.toml: ")


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20)),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=10), inner, max_size=4)),
    max_leaves=8,
)
SECRETS = {"ami_secret", "secret_key", "redis_url", "sql_url", "mqtt_url", "ice"}
NAMES = st.sampled_from(sorted(Settings.model_fields))


@QUICK
@given(
    st.one_of(
        st.binary(max_size=60), st.dictionaries(NAMES, JSON, max_size=4).map(lambda told: json.dumps(told).encode())
    )
)
@example(b"[" * 100_000)
@example(b'{"ring_s": ' + b"9" * 5_000 + b"}")
@example(b'{"asterisk_from": "999.1.1.1"}')
@example(b'{"asterisk_from": ["fd00::/129"]}')
@example(b'{"fastagi_listen": "x:' + "²".encode() + b'"}')
@example(b"#" * (FILE + 1))
def test_run_json_is_settings_or_told_to_be_wrong(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "run.json").write_bytes(content)
    with contextlib.suppress(SettingsError):
        Settings.load(tmp_path)


@QUICK
@given(NAMES, st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=60))
@example("numbers", '{"109": {"a": 1}}')
@example("languages", "[")
@example("exchanges", "a=b")
@example("exchanges", "[" * 100_000)
@example("timezone", "../../etc/passwd")
@example("timezone", "x" * 60_000)
@example("http_listen", "x:²")
@example("http_listen", "127.0.0.1:" + "9" * 5_000)
@example("rules", "/\udcff")
def test_a_setting_is_right_or_told_to_be_wrong(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    with monkeypatch.context() as patch:
        patch.setenv(f"KEZEK_{name.upper()}", value)
        try:
            Settings.load("/nonexistent")
        except SettingsError as wrong:
            told = str(wrong)
        else:
            return
    assert name not in SECRETS or len(value) < 20 or value not in told


@QUICK
@given(st.binary(max_size=60))
@example(b"[" * 100_000)
@example(b"#" * (FILE + 1))
def test_a_phone_s_password_is_there_or_not(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "phones.json"
    path.write_bytes(content)
    assert isinstance(browser_phones.password_of(path, "201"), str)
