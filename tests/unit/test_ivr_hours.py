"""Opening hours by table, calendar and clock; what is told of them; a wrong table is an error that says where."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from kezek_ivr.hours import Calendar, HoursError, from_table, opening_prompts

ALMATY = ZoneInfo("Asia/Almaty")
TABLE: Mapping[str, Any] = {
    "zone": "Asia/Almaty",
    "holiday_dates": ["2027-03-22"],
    "working_dates": ["2027-03-08"],
    "queues": {
        "main": {
            "weekdays": "08:00-20:00",
            "saturday": ["09:00-13:00", "14:00-18:00"],
            "holidays": "closed",
            "dates": {"2026-12-31": "08:00-14:30"},
        },
        "night": {"every_day": "20:00-24:00"},
        "tours": {"monday": "00:00-24:00"},
    },
}


def at(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=ALMATY).timestamp()


@pytest.mark.parametrize(
    ("queue", "moment", "is_open"),
    [
        ("main", "2027-01-15 08:00", True),  # a Friday
        ("main", "2027-01-15 07:59", False),
        ("main", "2027-01-15 19:59", True),
        ("main", "2027-01-15 20:00", False),
        ("main", "2027-01-16 13:30", False),
        ("main", "2027-01-16 14:00", True),
        ("main", "2027-01-17 12:00", False),
        ("main", "2026-12-31 14:31", False),
        ("main", "2026-12-31 14:29", True),
        ("main", "2027-03-22 12:00", False),
        ("night", "2027-03-22 23:59", True),
        ("emergency", "2027-01-17 03:00", True),
    ],
)
def test_a_queue_is_open_by_its_week_its_days_and_the_local_clock(queue: str, moment: str, is_open: bool) -> None:
    assert from_table(TABLE).is_open(queue, at(moment)) is is_open


@pytest.mark.parametrize(
    ("queue", "moment", "opens", "told"),
    [
        ("main", "2027-01-15 06:00", "2027-01-15 08:00", ("opens/today", "hour/8")),
        ("main", "2027-01-14 21:00", "2027-01-15 08:00", ("opens/tomorrow", "hour/8")),
        ("main", "2027-01-16 13:10", "2027-01-16 14:00", ("opens/today", "hour/14")),
        ("main", "2027-01-16 19:00", "2027-01-18 08:00", ("opens/monday", "hour/8")),
        ("main", "2027-03-19 21:00", "2027-03-20 09:00", ("opens/tomorrow", "hour/9")),
        ("main", "2027-03-20 21:00", "2027-03-23 08:00", ("opens/tuesday", "hour/8")),
        ("tours", "2027-01-19 00:00", "2027-01-25 00:00", ("opens/monday", "hour/0")),
    ],
)
def test_who_comes_too_early_is_told_when_it_opens(queue: str, moment: str, opens: str, told: tuple[str, ...]) -> None:
    found = from_table(TABLE).opens(queue, at(moment))
    assert found is not None
    assert found.timestamp() == at(opens)
    assert opening_prompts(found, datetime.fromtimestamp(at(moment), ALMATY)) == told


def test_an_odd_opening_time_is_told_to_the_next_half_hour_and_a_distant_one_without_its_day() -> None:
    now = datetime(2027, 1, 15, 6, 0, tzinfo=ALMATY)
    assert opening_prompts(now.replace(hour=8, minute=10), now) == ("opens/today", "half/8")
    assert opening_prompts(now.replace(hour=8, minute=45), now) == ("opens/today", "hour/9")
    assert opening_prompts(now.replace(day=25), now) == ("opens/later",)
    assert opening_prompts(None, now) == ("opens/later",)


def test_without_a_table_everything_is_open_and_a_queue_without_any_hours_never_opens() -> None:
    assert from_table({}).is_open("main", 0.0)
    assert Calendar(UTC).opens("main", 0.0) is None
    assert from_table({"queues": {"main": {}}}).opens("main", 0.0) is None


def test_countries_say_their_own_holidays_and_a_working_day_among_them_is_none() -> None:
    pytest.importorskip("holidays")
    calendar = from_table({**TABLE, "holidays": ["KZ", "RU"]})
    assert not calendar.is_open("main", at("2026-12-16 12:00"))  # Independence Day of Kazakhstan, a Wednesday
    assert calendar.is_holiday(datetime(2027, 5, 9, tzinfo=ALMATY).date())
    assert calendar.is_open("main", at("2027-03-08 12:00"))
    with pytest.raises(HoursError, match="no country 'XX'"):
        from_table({"holidays": ["XX"]})


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"zones": "UTC"}, "unknown zones"),
        ({"zone": "Mars/Base"}, "zone: 'Mars/Base'"),
        ({"queues": []}, "queues: a table"),
        ({"queues": {"mian": {}}}, "no queue is named mian"),
        ({"queues": {"main": "08:00-20:00"}}, "queues.main: a table"),
        ({"queues": {"main": {"mondays": "closed"}}}, "queues.main: unknown mondays"),
        ({"queues": {"main": {"monday": "8-20"}}}, "queues.main.monday: 'closed' or hours"),
        ({"queues": {"main": {"monday": "20:00-08:00"}}}, "queues.main.monday"),
        ({"queues": {"main": {"monday": "08:00-24:30"}}}, "queues.main.monday"),
        ({"queues": {"main": {"monday": 8}}}, "queues.main.monday: a list of texts"),
        ({"queues": {"main": {"monday": ["08:00-12:00", "11:00-13:00"]}}}, "two spans overlap"),
        ({"queues": {"main": {"dates": {"soon": "closed"}}}}, "queues.main.dates: a date"),
        ({"queues": {"main": {"dates": []}}}, "queues.main.dates: a table"),
        ({"holidays": "KZ"}, "holidays: a list"),
        ({"holiday_dates": ["01.01.2027"]}, "holiday_dates: a date"),
    ],
)
def test_a_wrong_table_is_an_error_that_says_where_and_what(table: dict[str, Any], message: str) -> None:
    with pytest.raises(HoursError, match=message):
        from_table(table, {"main"})
