"""The pure rules of the doors: settings, the pop and the ticket, problems."""

from __future__ import annotations

import json
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any

import pytest
from starlette.exceptions import HTTPException

from kezek_api import problems
from kezek_api.addresses import split_address
from kezek_api.app import console_file
from kezek_api.callfile import Filed
from kezek_api.doors import is_loopback, same_site
from kezek_api.errors import TooManyAttempts
from kezek_api.health import Health
from kezek_api.pop import fields_of, keyed, pop_of, settled, ticket_of
from kezek_api.rules import RulesError, of_site, read
from kezek_api.settings import Settings, SettingsError
from kezek_api.streets import pop_for
from kezek_api.tally import midnight_before
from kezek_queue import Call, CallState, Unknown
from kezek_register import BadNumber, NotFound, Unavailable, checklists, emergency
from kit.api import notes

CALL = Call(
    call="c1",
    state=CallState.TALKING,
    caller="+77009990111",
    dialled="109",
    queue="hotline",
    priority=0,
    skills={},
    since=1000.0,
    placed_at=1010.0,
    offered_at=1020.0,
    connected_at=1025.0,
    operator="aigul",
    offer=7,
    end="",
    node="one",
)


def test_a_citys_own_files_are_read_at_the_start_and_a_wrong_one_is_said(tmp_path: Path) -> None:
    services, lists = tmp_path / "emergency.toml", tmp_path / "lists.toml"
    services.write_text(emergency.OURS.read_text().replace('gas = "104"', 'gas = "1104"', 1))
    lists.write_text(checklists.OURS.read_text().replace("[words.", '[words.own]\nkk = "1"\n\n[words.', 1))
    rules = of_site(Settings.load(tmp_path, emergency=services, checklists=lists))
    assert rules.services.by_number("1104") is not None
    assert rules.checklists.names("own") == {"kk": "1"}
    services.write_text(services.read_text().replace('"1104"', '"gas"'))
    with pytest.raises(SettingsError, match=r"emergency\.toml: regions\.kz has no number for gas"):
        of_site(Settings.load(tmp_path, emergency=services))
    with pytest.raises(SettingsError, match=r"none\.toml cannot be read"):
        of_site(Settings.load(tmp_path, emergency=tmp_path / "none.toml"))
    with pytest.raises(SettingsError, match=r"none\.toml cannot be read"):
        of_site(Settings.load(tmp_path, checklists=tmp_path / "none.toml"))


def test_a_number_may_have_a_language_and_only_one_that_is_spoken() -> None:
    rules = read({"dialled": {"languages": {"1091": "uk"}}}, ["hotline"])
    assert rules.number_languages == {"1091": "uk"}
    with pytest.raises(RulesError, match="no prompts of fr"):
        read({"dialled": {"languages": {"1091": "fr"}}}, ["hotline"])


@pytest.mark.parametrize(
    ("table", "calls", "written"),
    [
        ({}, (time(21), time(8)), "21:00-08:00"),
        ({"citizens": {"quiet": "22:00-07:00"}}, (time(22), time(7)), "22:00-07:00"),
        ({"citizens": {"quiet": ""}}, (time(0), time(0)), ""),
        # of old
        ({"citizens": {"quiet_from": "20:00"}}, (time(20), time(8)), "20:00-08:00"),
        ({"notices": {"quiet": "23:00-06:00"}}, (time(23), time(6)), "23:00-06:00"),
        ({"notices": {"quiet": ""}}, (time(21), time(8)), "21:00-08:00"),
        ({"notices": {"quiet": "23:00-06:00"}, "citizens": {"quiet_to": "09:00"}}, (time(21), time(9)), "21:00-09:00"),
        ({"notices": {"quiet": "23:00-06:00"}, "citizens": {"quiet": ""}}, (time(0), time(0)), ""),
    ],
)
def test_one_rule_says_when_nobody_is_called_or_written_to(
    table: dict[str, Any], calls: tuple[time, time], written: str
) -> None:
    rules = read(table, ("hotline",))
    assert rules.citizens.settings("one", 40).quiet == calls
    assert rules.notices.quiet == written


def test_how_citizens_are_told_is_a_rule_of_the_site() -> None:
    gateway = {"sms": {"url": "https://sms.example/send"}}
    assert (read({}, ()).work.tell_by, read({}, ()).work.ask_by) == ("call", "call")
    told = {"citizens": {"by": "sms"}, "notices": gateway}
    assert (read(told, ()).work.tell_by, read(told, ()).work.ask_by) == ("sms", "sms")
    asked = read({**told, "work": {"ask_by": "none"}}, ()).work
    assert (asked.tell_by, asked.ask_by) == ("sms", "none")
    with pytest.raises(RulesError, match="gateway"):
        read({"citizens": {"by": "sms"}}, ())
    with pytest.raises(RulesError, match="quiet"):
        read({"citizens": {"quiet": "night"}}, ())


def test_settings_come_from_the_environment_then_the_file_then_the_defaults(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = {"site": "77", "ring_s": 12, "languages": ["ru"], "ami_secret": "s", "home": "elsewhere"}
    (tmp_path / "run.json").write_text(json.dumps(told))
    monkeypatch.setenv("KEZEK_LANGUAGES", "uk, en")
    monkeypatch.setenv("KEZEK_NUMBERS", "109:hotline,112:rescue")
    settings = Settings.load(tmp_path)
    assert (settings.site, settings.ring_s, settings.languages) == ("77", 12, ("uk", "en"))
    assert settings.queues == ("hotline", "rescue")
    assert (settings.home, settings.wrap_up_s) == (tmp_path, 30)
    assert settings.ami_password() == "s"
    assert "s" not in repr(settings.ami_secret)
    monkeypatch.setenv("KEZEK_HOME", str(tmp_path))
    assert Settings.load().site == "77"


def test_settings_may_be_told_to_another_process(tmp_path: Path) -> None:
    """As JSON: what a node's child is told on its leash."""
    exchanges = {"a": {"ami": "127.0.0.1:5038", "fastagi": "127.0.0.1:4573", "sound": "127.0.0.1:4574"}}
    given = {
        "numbers": "109:hotline,112:rescue",
        "languages": "ru,kk",
        "rules": tmp_path / "rules.toml",
        "timezone": "",
    }
    settings = Settings.load(tmp_path, exchanges=exchanges, ring_s=7, recordings=tmp_path / "recordings", **given)
    assert Settings.load(**json.loads(settings.model_dump_json())) == settings


@pytest.mark.parametrize(
    "wrong", [{"http_listen": "here"}, {"timezone": "Nowhere/Land"}, {"site": "a b"}, {"ring_s": 0}]
)
def test_a_wrong_setting_is_named_without_its_value(tmp_path: Path, wrong: dict[str, object]) -> None:
    with pytest.raises(SettingsError, match=next(iter(wrong))):
        Settings.load(tmp_path, **wrong)


def test_no_secret_has_a_default(tmp_path: Path) -> None:
    settings = Settings.load(tmp_path)
    with pytest.raises(SettingsError, match="ami_secret"):
        settings.ami_password()
    with pytest.raises(SettingsError, match="secret_key"):
        settings.key()


def test_addresses() -> None:
    assert split_address("127.0.0.1:8109") == ("127.0.0.1", 8109)
    assert split_address("[::1]:80") == ("::1", 80)
    assert is_loopback("127.0.0.9")
    assert is_loopback("::1")
    assert not is_loopback("192.0.2.1")
    assert not is_loopback("testclient")


def test_whose_page_it_is() -> None:
    host = {"host": "kezek.example:8109"}
    assert same_site(host)
    assert same_site({**host, "origin": "http://kezek.example:8109"})
    assert same_site({**host, "origin": "https://other.example"}, ("https://other.example",))
    assert not same_site({**host, "origin": "http://kezek.example"})
    assert not same_site({**host, "origin": "null"})
    assert not same_site({"origin": "http://"})


def test_the_pop_shows_what_was_said_and_what_the_operator_wrote() -> None:
    filed = Filed(fields={"house": keyed("9"), "topic": keyed("")}, note="urgent", number="26-000001-1")
    pop = pop_of(CALL, notes(), filed, phase="talking", now=2000.0)
    assert pop.waited_s == 15.0, "from the place in the line to the talk"
    assert set(pop.fields) == {"street", "house"}, "what the operator emptied is empty"
    assert pop.fields["house"].source == "operator"
    assert pop.ticket is not None
    assert (pop.note, pop.ticket.number) == ("urgent", "26-000001-1")
    assert pop.ticket.filed
    kept = pop_of(CALL, {}, Filed(number="26-000001-1", confirmed=True, kept=True), phase="wrap_up", now=1020.0)
    assert kept.ticket is not None
    assert (kept.ticket.confirmed, kept.ticket.filed) == (True, False)
    empty = pop_of(CALL, {}, Filed(), phase="ringing", now=1020.0)
    assert (empty.caller, empty.fields, empty.household) == ("+77009990111", {}, None)


def test_the_ticket_remembers_where_each_field_came_from() -> None:
    ticket = ticket_of(CALL, notes(), Filed(fields={"house": keyed("9")}))
    assert (ticket.street_id, ticket.street, ticket.house, ticket.topic) == (1, "Древесная", "9", "heating")
    assert ticket.provenance == {"street": "spoken", "house": "operator", "topic": "spoken"}
    assert ticket.confidence["house"] == 1.0
    assert (ticket.operator, ticket.confirmed) == ("aigul", False)
    assert ticket.words == "древесная восемь нет отопления"


def test_what_an_operator_lets_stand_is_not_his() -> None:
    """P17: it goes into his file all the same, where nothing that is heard later can change it."""
    present = fields_of(notes(), Filed())
    assert settled(present, {"house": keyed("8"), "flat": keyed(""), "topic": keyed("water")}) == {
        "house": present["house"],
        "flat": keyed(""),
        "topic": keyed("water"),
    }
    assert settled(present, {"street": keyed("Летняя", "2")}) == {"street": keyed("Летняя", "2")}


def test_statuses() -> None:
    for error, status, code in (
        (NotFound("no such"), 404, "not_found"),
        (BadNumber("1"), 422, "bad_number"),
        (Unavailable("away"), 503, "unavailable"),
        (Unknown("call"), 404, "unknown"),
        (ConnectionError("10.0.0.1 refused"), 503, "unavailable"),
        (KeyError("x"), 500, "internal"),
    ):
        told = json.loads(bytes(problems.of(error).body))
        assert (told["status"], told["code"]) == (status, code)
        assert "10.0.0.1" not in told["title"]
    assert problems.of(TooManyAttempts("wait", 7)).headers["retry-after"] == "7"


def test_health_is_down_without_a_vital_part() -> None:
    health = Health()
    assert health.view().status == "down"
    for part in ("asterisk", "redis", "sql", "books", "mqtt"):
        health.mark(part, True)
    assert health.view().status == "degraded"
    health.mark("speech", True)
    assert health.view().status == "ok"


def test_without_the_console_the_page_says_how_to_build_it(tmp_path: Path) -> None:

    told = console_file(tmp_path, "")
    assert b"make console" in bytes(told.body)


def test_console_files_and_paths(tmp_path: Path) -> None:

    (tmp_path / "static" / "assets").mkdir(parents=True)
    (tmp_path / "secret.txt").write_text("no")
    (tmp_path / "static" / "index.html").write_text("page")
    (tmp_path / "static" / "assets" / "a.js").write_text("code")
    static = tmp_path / "static"
    assert "immutable" in console_file(static, "assets/a.js").headers["cache-control"]
    assert console_file(static, "manager").headers["cache-control"] == "no-cache"
    for path in ("../secret.txt", "assets/b.js", "api/nothing"):
        with pytest.raises(HTTPException):
            console_file(static, path)


def test_midnight_is_the_towns(tmp_path: Path) -> None:
    zone = Settings.load(tmp_path, timezone="Asia/Almaty").zone
    now = datetime(2026, 11, 21, 20, 30, tzinfo=UTC).timestamp()
    assert datetime.fromtimestamp(midnight_before(now, zone), UTC) == datetime(2026, 11, 21, 19, 0, tzinfo=UTC)
    local = Settings.load(tmp_path).zone
    assert 0 <= now - midnight_before(now, local) < 90_000


def test_an_operator_reads_street_names_in_her_own_language() -> None:
    pop = pop_of(
        CALL,
        {
            "fields": {"street": {"value": "나무", "ref": "7", "confidence": 0.9, "source": "spoken", "words": "나무"}},
            "household": {"id": 1, "person": "", "street_id": 7, "street": "나무", "house": "4", "flat": ""},
        },
        Filed(),
        phase="talking",
        now=0,
    )
    shown = pop_for(pop, lambda street, language: {(7, "kk"): "Ағаш"}.get((street, language), ""), "kk")
    assert (shown.fields["street"].value, shown.fields["street"].words) == ("Ағаш", "나무")
    assert shown.household is not None
    assert shown.household.street == "Ағаш"
    assert pop_for(pop, lambda street, language: "", "kk") == pop
