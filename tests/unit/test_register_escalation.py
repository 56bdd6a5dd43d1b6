"""Who is told of a late ticket, and when; the site's rules for it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from kezek_register.duty_types import Organisation
from kezek_register.escalation import Chain, contact, contact_when_late, owed
from kezek_register.ticket_types import State, TicketMove
from kezek_register.types import Ticket
from kezek_register.work_rules import WorkRulesError, days_of_file, from_table
from kezek_register.worktime import WorkCalendar
from kit.databases import draft

START = datetime(2026, 11, 23, 9, tzinfo=UTC)  # a Monday
HEADS = (Organisation(2, "crew", {}, "water"), Organisation(1, "water", {}))
ANY_TIME = WorkCalendar()


def late(**changes: object) -> Ticket:
    return draft(number="26-000123-4", **{"clock_from": START, "allowed_hours": 4, "accident": True, **changes})


def move(what: str, after: State, hours: float) -> TicketMove:
    return TicketMove(START + timedelta(hours=hours), "x", what, "registered", after)  # type: ignore[arg-type]


def steps(ticket: Ticket, hours: float, taken: tuple[tuple[str, int], ...] = (), **changes: object) -> list[str]:
    told: dict[str, object] = {"moves": [move("assign", "assigned", 0)], "heads": HEADS, **changes}
    found = owed(
        ticket, told["moves"], taken, told["heads"],  # type: ignore[arg-type]
        START + timedelta(hours=hours), ANY_TIME, Chain(),
    )  # fmt: skip
    return [f"{one.step}:{one.organisation}:{one.round}" for one in found]


def test_each_step_comes_at_its_hour() -> None:
    assert steps(late(), 4) == []
    assert steps(late(), 4.01) == ["executor:crew:1"]
    assert steps(late(), 4.5, (("executor", 1),)) == []
    assert steps(late(), 6, (("executor", 1),)) == ["head:water:1", "coordinator::0"]
    after_a_night_off = ["executor:crew:1", "head:water:1", "coordinator::0", "city::0"]
    assert steps(late(), 48) == after_a_night_off


def test_whoever_is_not_there_is_left_out() -> None:
    assert steps(late(), 9, heads=()) == ["coordinator::0", "city::0"]
    assert steps(late(), 9, heads=HEADS[1:])[:2] == ["executor:water:1", "coordinator::0"]


def test_the_next_executor_is_told_and_the_city_is_not_told_again() -> None:
    taken = (("executor", 1), ("head", 1), ("coordinator", 0), ("city", 0))
    handed_on = [move("assign", "assigned", 0), move("hand_on", "assigned", 10)]
    assert steps(late(), 11, taken, moves=handed_on) == ["executor:crew:2", "head:water:2"]
    reopened = [*handed_on, move("report", "reported", 12), move("reopen", "assigned", 13)]
    again = late(clock_from=START + timedelta(hours=13))
    assert steps(again, 16, taken, moves=reopened) == []
    assert len(steps(again, 24, taken, moves=reopened)) == 4


@pytest.mark.parametrize("state", ["reported", "closed", "refused"])
def test_whose_work_is_done_is_not_late(state: State) -> None:
    assert steps(late(state=state), 99) == []


def test_an_organisation_is_told_as_it_wishes_else_its_phone_is_rung() -> None:
    assert contact("sms", "+7700", "+7701") == ("sms", "+7700")
    assert contact("sms", "", "+7701") == ("sms", "+7701")
    assert contact("webhook", "", "+7701") == contact("none", "+7700", "+7701") == ("none", "")
    assert contact_when_late(Organisation(1, "a", {}, channel="none", phone="+7701")) == ("call", "+7701")
    assert contact_when_late(Organisation(1, "a", {}, channel="sms", phone="+7701")) == ("sms", "+7701")
    assert contact_when_late(Organisation(1, "a", {})) == ("none", "")


def test_a_site_says_its_own_hours_and_days(tmp_path: Path) -> None:
    (tmp_path / "days.csv").write_text("date;what\n2026-11-25;holiday;flood\n2026-11-28;working\n", "utf-8")
    rules = from_table(
        {
            "zone": "Asia/Almaty", "country": "KZ", "days": "days.csv", "working_dates": ["2027-01-10"],
            "weekdays": ["08:30-12:30", "13:30-17:30"], "late_h": {"executor": 1, "city": 8.5},
            "city": {"channel": "sms", "address": "+77000000002"}, "language": "kk",
        },
        tmp_path,
    )  # fmt: skip
    calendar = rules.calendar
    assert calendar.hours(date(2026, 11, 24)) == ((510, 750), (810, 1050))
    assert [calendar.is_working(date(2026, 11, day)) for day in (25, 28, 29)] == [False, True, False]
    assert (calendar.is_working(date(2027, 1, 10)), calendar.is_working(date(2026, 12, 16))) == (True, False)
    assert rules.chain.usual == (("executor", 1.0), ("city", 8.5))
    assert (rules.chain.city, rules.chain.coordinator) == (("sms", "+77000000002"), ("none", ""))
    assert rules.language == "kk"
    (tmp_path / "days.toml").write_text('holidays = [2026-11-25]\nworking = ["2026-11-28"]\n', "utf-8")
    assert days_of_file(tmp_path / "days.toml") == days_of_file(tmp_path / "days.csv")


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({"zone": "Mars/Base"}, "zone"),
        ({"country": "XX"}, "country"),
        ({"hours": 1}, "unknown: hours"),
        ({"monday": "18:00-09:00"}, "monday"),
        ({"weekdays": "closed"}, "no working hours"),
        ({"weekdays": "9 to 6"}, "no time of a day"),
        ({"holiday_dates": ["31.12.2026"]}, "no date"),
        ({"holiday_dates": "2026-12-31"}, "a list of dates"),
        ({"late_h": {"mayor": 1}}, "late_h"),
        ({"late_h": {"city": -1}}, "late_h"),
        ({"city": {"channel": "pigeon"}}, "city"),
        ({"days": "nowhere.csv"}, "nowhere.csv"),
    ],
)
def test_a_wrong_table_is_an_error_that_says_where(table: dict[str, object], said: str) -> None:
    with pytest.raises(WorkRulesError, match=said):
        from_table(table)
