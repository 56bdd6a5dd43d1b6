"""A site's rules for work on tickets: its working time and whom it tells when one is late. Read from a table, checked.

The shape of the table (TOML), every key optional:

    zone = "Asia/Almaty"                    # UTC where it is left out
    country = "KZ"                          # whose holidays, with the days it moves
    days = "work-days.csv"                  # days that differ, of a file of their own: see `days_of_file`
    holiday_dates = ["2026-12-31"]          # more of them
    working_dates = ["2027-01-10"]          # a Saturday on which people work, or no holiday after all
    weekdays = "09:00-18:00"                # monday ... sunday, weekdays, weekend, every_day; the narrower name wins
    friday = ["09:00-13:00", "14:00-16:00"]
    language = "ru"                         # in which executors are told
    late_h = { executor = 0, head = 24, coordinator = 48, city = 72 }     # hours after the deadline; left out: no step
    late_accident_h = { executor = 0, head = 1, coordinator = 2, city = 4 }
    coordinator = { channel = "sms", address = "+77000000001" }
    city = { channel = "call", address = "+77000000002" }
    ask_by = "call"                         # the citizen, whether it is done; "none": he is not asked
    unheard_days = 3                        # a reported ticket that he has not spoken of is closed then; 0: never
"""

from __future__ import annotations

import csv
import io
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, time
from pathlib import Path
from typing import Any, cast, get_args
from zoneinfo import ZoneInfo

from kezek_register.escalation import ACCIDENT, USUAL, Chain, Steps
from kezek_register.notice_types import NoticeChannel
from kezek_register.ticket_types import EscalationStep
from kezek_register.worktime import FIVE_DAYS, NINE_TO_SIX, Hours, WorkCalendar, check_country

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
GROUPS: Mapping[str, tuple[str, ...]] = {
    "every_day": DAYS,
    "weekdays": DAYS[:5],
    "weekend": DAYS[5:],
    **{day: (day,) for day in DAYS},
}
_KEYS = {
    "zone", "country", "days", "holiday_dates", "working_dates", "language", "late_h", "late_accident_h",
    "coordinator", "city", "ask_by", "unheard_days", *GROUPS,
}  # fmt: skip
_LARGEST_FILE = 1 << 20  # bytes


class WorkRulesError(ValueError):
    """The table or the file of days is wrong; the message names the place and what was expected."""

    code = "work_rules"


@dataclass(frozen=True, slots=True)
class WorkRules:
    calendar: WorkCalendar = field(default_factory=WorkCalendar)
    chain: Chain = field(default_factory=Chain)
    language: str = "ru"
    ask_by: NoticeChannel = "call"
    unheard_days: float = 3.0
    tell_by: NoticeChannel = "call"  # how households hear that their outage is over; the site's [citizens] says it


def from_table(table: Mapping[str, Any], folder: Path = Path()) -> WorkRules:
    """`folder`: where the file of days is looked for, unless its path is whole. Raises WorkRulesError."""
    if strange := table.keys() - _KEYS:
        raise WorkRulesError(f"unknown: {', '.join(sorted(strange))}")
    holidays, working = frozenset[date](), frozenset[date]()
    if days := table.get("days"):
        holidays, working = days_of_file(folder / _text("days", days))
    country = _text("country", table.get("country", ""))
    try:
        zone = ZoneInfo(table["zone"]) if table.get("zone") else UTC
        check_country(country)
    except (KeyError, ValueError, TypeError, OSError) as error:
        raise WorkRulesError(f"zone or country: {error}") from error
    week = _week(table)
    calendar = WorkCalendar(
        zone=zone,
        country=country,
        week=week,
        holidays=holidays | _dates("holiday_dates", table.get("holiday_dates", ())),
        working=working | _dates("working_dates", table.get("working_dates", ())),
        moved_hours=next((hours for hours in week if hours), NINE_TO_SIX),
    )
    coordinator, city = _contact(table, "coordinator"), _contact(table, "city")
    late, accident = _steps(table, "late_h", USUAL), _steps(table, "late_accident_h", ACCIDENT)
    ask_by, unheard = table.get("ask_by", "call"), table.get("unheard_days", 3)
    if ask_by not in get_args(NoticeChannel):
        raise WorkRulesError(f"ask_by: one of {', '.join(get_args(NoticeChannel))}")
    if not _is_amount(unheard):
        raise WorkRulesError("unheard_days: a number, 0 or more")
    language = _text("language", table.get("language", "ru"))
    return WorkRules(calendar, Chain(late, accident, coordinator, city), language, ask_by, float(unheard))


def days_of_file(path: Path) -> tuple[frozenset[date], frozenset[date]]:
    """Days that differ from the country's: (holidays, working days). TOML has `holidays` and `working`, lists of dates;
    CSV has a date and 'holiday' or 'working' in each line, ';' or ',' between, whatever follows. Raises
    WorkRulesError."""
    try:
        if path.stat().st_size > _LARGEST_FILE:
            raise WorkRulesError(f"{path.name}: too large")
        text = path.read_text("utf-8-sig")
        if path.suffix.lower() == ".toml":
            table = tomllib.loads(text)
            if strange := table.keys() - {"holidays", "working"}:
                raise WorkRulesError(f"{path.name}: unknown: {', '.join(sorted(strange))}")
            return _dates("holidays", table.get("holidays", ())), _dates("working", table.get("working", ()))
        return _days_of_csv(text)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, csv.Error) as error:
        raise WorkRulesError(f"{path.name}: {error}") from error


def _days_of_csv(text: str) -> tuple[frozenset[date], frozenset[date]]:
    found: dict[str, set[date]] = {"holiday": set(), "working": set()}
    separator = ";" if ";" in text else ","
    for number, line in enumerate(csv.reader(io.StringIO(text), delimiter=separator), 1):
        cells = [cell.strip() for cell in line]
        if not any(cells) or cells[0].startswith("#") or (number == 1 and cells[0] == "date"):
            continue
        if len(cells) < 2 or cells[1] not in found:
            raise WorkRulesError(f"line {number}: a date and 'holiday' or 'working' are wanted")
        found[cells[1]].add(_date(f"line {number}", cells[0]))
    return frozenset(found["holiday"]), frozenset(found["working"])


def _week(table: Mapping[str, Any]) -> tuple[tuple[Hours, ...], ...]:
    week = dict(zip(DAYS, FIVE_DAYS, strict=True))
    if any(group in table for group in GROUPS):
        week = dict.fromkeys(DAYS, ())
    for group, days in GROUPS.items():  # the narrower names come later
        if group in table:
            week |= dict.fromkeys(days, _hours(group, table[group]))
    if not any(week.values()):
        raise WorkRulesError("the week has no working hours")
    return tuple(week[day] for day in DAYS)


def _hours(where: str, told: Any) -> tuple[Hours, ...]:
    if told == "closed":
        return ()
    spans = []
    for text in (told,) if isinstance(told, str) else tuple(told):
        begins, _, ends = _text(where, text).partition("-")
        spans.append((_minutes(where, begins), _minutes(where, ends) or 1440))
    ordered = [minute for span in spans for minute in span]
    if ordered != sorted(set(ordered)):
        raise WorkRulesError(f"{where}: hours are written 09:00-13:00, one span after the other")
    return tuple(spans)


def _minutes(where: str, text: str) -> int:
    try:
        at = time.fromisoformat(text.strip().replace("24:00", "00:00"))
    except ValueError as error:
        raise WorkRulesError(f"{where}: {text!r} is no time of a day") from error
    return at.hour * 60 + at.minute


def _steps(table: Mapping[str, Any], key: str, usual: Steps) -> Steps:
    told = table.get(key)
    if told is None:
        return usual
    known = get_args(EscalationStep)
    if not isinstance(told, Mapping) or (told.keys() - set(known)):
        raise WorkRulesError(f"{key}: hours for some of {', '.join(known)}")
    if not all(_is_amount(hours) for hours in told.values()):
        raise WorkRulesError(f"{key}: hours are numbers, 0 or more")
    return tuple((cast("EscalationStep", step), float(told[step])) for step in known if step in told)


def _is_amount(told: Any) -> bool:
    return isinstance(told, int | float) and not isinstance(told, bool) and 0 <= told < float("inf")


def _contact(table: Mapping[str, Any], key: str) -> tuple[NoticeChannel, str]:
    told = table.get(key, {})
    if not isinstance(told, Mapping) or told.keys() - {"channel", "address"}:
        raise WorkRulesError(f"{key}: a channel and an address are wanted")
    channel, address = told.get("channel", "none"), told.get("address", "")
    if channel not in get_args(NoticeChannel) or not isinstance(address, str):
        raise WorkRulesError(f"{key}: channel is one of {', '.join(get_args(NoticeChannel))}, address a text")
    return channel, address


def _dates(where: str, told: Any) -> frozenset[date]:
    if isinstance(told, str) or not isinstance(told, list | tuple):
        raise WorkRulesError(f"{where}: a list of dates is wanted")
    return frozenset(_date(where, one) for one in told)


def _date(where: str, told: Any) -> date:
    try:
        return told if type(told) is date else date.fromisoformat(told)
    except (ValueError, TypeError) as error:
        raise WorkRulesError(f"{where}: {told!r} is no date like 2026-12-31") from error


def _text(where: str, told: Any) -> str:
    if not isinstance(told, str):
        raise WorkRulesError(f"{where}: a text is wanted")
    return told
