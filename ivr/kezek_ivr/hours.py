"""When a queue is open: weekly hours, holidays of countries, days that differ. Pure; a queue not named is always open.

The shape of the table (TOML), every key optional:

    zone = "Asia/Almaty"                    # UTC where it is left out
    holidays = ["KZ"]                       # of the `holidays` library
    holiday_dates = ["2026-08-24"]          # more of them, or all where the library has none (UA under martial law)
    working_dates = ["2027-01-04"]          # no holiday, whatever the country says
    [queues.main]
    weekdays = "08:00-20:00"                # monday ... sunday, weekdays, weekend, every_day; the narrower name wins
    saturday = ["09:00-13:00", "14:00-18:00"]
    holidays = "closed"                     # left out: a holiday is a day like any other
    dates = { "2026-12-31" = "08:00-14:00" }
"""

from __future__ import annotations

import importlib
from collections.abc import Collection, Container, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, tzinfo
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from kezek_ivr.prompts import WEEKDAYS

Span = tuple[int, int]  # minutes of the day: from, and up to (1440 is midnight)

LOOK_AHEAD_DAYS = 400
GROUPS: Mapping[str, tuple[str, ...]] = {
    "every_day": WEEKDAYS,
    "weekdays": WEEKDAYS[:5],
    "weekend": WEEKDAYS[5:],
    **{day: (day,) for day in WEEKDAYS},
}


class HoursError(Exception):
    """The table of hours is wrong; the message names the place and what was expected."""

    code = "hours"


@dataclass(frozen=True, slots=True)
class QueueHours:
    week: tuple[tuple[Span, ...], ...]  # Monday first
    holidays: tuple[Span, ...] | None = None  # None: as on any other day
    dates: Mapping[date, tuple[Span, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Calendar:
    """Asked in unix seconds. An opening hour is of the local clock, also on the day when that is changed."""

    zone: tzinfo
    queues: Mapping[str, QueueHours] = field(default_factory=dict)
    countries: tuple[Container[date], ...] = ()
    holiday_dates: frozenset[date] = frozenset()
    working_dates: frozenset[date] = frozenset()

    def is_open(self, queue: str, at: float) -> bool:
        hours = self.queues.get(queue)
        if hours is None:
            return True
        now = datetime.fromtimestamp(at, self.zone)
        minute = now.hour * 60 + now.minute
        return any(begins <= minute < ends for begins, ends in self._spans(hours, now.date()))

    def opens(self, queue: str, at: float) -> datetime | None:
        """When a queue that is closed at `at` opens next, by the local clock; None when not within a year."""
        hours = self.queues.get(queue)
        now = datetime.fromtimestamp(at, self.zone)
        for days in range(LOOK_AHEAD_DAYS if hours is not None else 0):
            day = now.date() + timedelta(days=days)
            for begins, _ in self._spans(hours, day) if hours is not None else ():
                opening = datetime.combine(day, time(begins // 60, begins % 60), self.zone)
                if opening.timestamp() > at:
                    return opening
        return None

    def is_holiday(self, day: date) -> bool:
        if day in self.working_dates:
            return False
        return day in self.holiday_dates or any(day in country for country in self.countries)

    def _spans(self, hours: QueueHours, day: date) -> tuple[Span, ...]:
        if day in hours.dates:
            return hours.dates[day]
        if hours.holidays is not None and self.is_holiday(day):
            return hours.holidays
        return hours.week[day.weekday()]


def opening_prompts(opens: datetime | None, now: datetime) -> tuple[str, ...]:
    """The prompts that tell when it opens: by today, tomorrow or the day of the week, to the half hour (rounded up)."""
    if opens is None:
        return ("opens/later",)
    said = opens + timedelta(minutes=-opens.minute % 30)
    days = (said.date() - now.date()).days
    if days > 6:
        return ("opens/later",)
    day = ("today", "tomorrow")[days] if days < 2 else WEEKDAYS[said.weekday()]
    return f"opens/{day}", f"{'half' if said.minute else 'hour'}/{said.hour}"


def from_table(table: Mapping[str, Any], queues: Collection[str] | None = None) -> Calendar:
    """The site's table of hours, checked. `queues`: only these may be named in it. Raises HoursError."""
    known = {"zone", "holidays", "holiday_dates", "working_dates", "queues"}
    _only("the table", table, known)
    hours = table.get("queues", {})
    if not isinstance(hours, Mapping):
        raise HoursError("queues: a table is wanted")
    if queues is not None and (strange := hours.keys() - set(queues)):
        raise HoursError(f"queues: no queue is named {', '.join(sorted(strange))}")
    zone = table.get("zone", "UTC")
    try:
        place = ZoneInfo(zone)
    except (KeyError, ValueError, TypeError, OSError) as error:
        raise HoursError(f"zone: {zone!r} is no time zone") from error
    return Calendar(
        zone=place,
        queues={name: _hours(f"queues.{name}", entry) for name, entry in hours.items()},
        countries=tuple(_country(code) for code in _texts("holidays", table.get("holidays", ()))),
        holiday_dates=frozenset(_date("holiday_dates", each) for each in table.get("holiday_dates", ())),
        working_dates=frozenset(_date("working_dates", each) for each in table.get("working_dates", ())),
    )


def _hours(where: str, entry: object) -> QueueHours:
    if not isinstance(entry, Mapping):
        raise HoursError(f"{where}: a table is wanted")
    _only(where, entry, {*GROUPS, "holidays", "dates"})
    week: dict[str, tuple[Span, ...]] = dict.fromkeys(WEEKDAYS, ())
    for name, days in GROUPS.items():
        if name in entry:
            week |= dict.fromkeys(days, _day(f"{where}.{name}", entry[name]))
    dates = entry.get("dates", {})
    if not isinstance(dates, Mapping):
        raise HoursError(f"{where}.dates: a table of days is wanted")
    return QueueHours(
        week=tuple(week[day] for day in WEEKDAYS),
        holidays=_day(f"{where}.holidays", entry["holidays"]) if "holidays" in entry else None,
        dates={_date(f"{where}.dates", day): _day(f"{where}.dates.{day}", told) for day, told in dates.items()},
    )


def _day(where: str, told: object) -> tuple[Span, ...]:
    if told == "closed":
        return ()
    spans = sorted(_span(where, each) for each in _texts(where, [told] if isinstance(told, str) else told))
    if any(later[0] < earlier[1] for earlier, later in pairwise(spans)):
        raise HoursError(f"{where}: two spans overlap")
    return tuple(spans)


def _span(where: str, told: str) -> Span:
    begins, _, ends = told.partition("-")
    span = _minute(begins), _minute(ends)
    if span[0] is None or span[1] is None or span[0] >= span[1]:
        raise HoursError(f"{where}: 'closed' or hours like '08:00-20:00' are wanted, at most to 24:00, not {told!r}")
    return span[0], span[1]


def _minute(told: str) -> int | None:
    hours, colon, minutes = told.strip().partition(":")
    if not (colon and hours.isdecimal() and minutes.isdecimal() and len(minutes) == 2 and int(minutes) < 60):
        return None
    at = int(hours) * 60 + int(minutes)
    return at if at <= 1440 else None


def _date(where: str, told: object) -> date:
    if isinstance(told, date) and not isinstance(told, datetime):
        return told
    try:
        return date.fromisoformat(str(told))
    except ValueError as error:
        raise HoursError(f"{where}: a date like '2027-01-31' is wanted, not {told!r}") from error


def _texts(where: str, told: object) -> list[str]:
    if not isinstance(told, list | tuple) or not all(isinstance(each, str) for each in told):
        raise HoursError(f"{where}: a list of texts is wanted, not {told!r}")
    return list(told)


def _only(where: str, entry: Mapping[str, Any], known: Collection[str]) -> None:
    if strange := entry.keys() - set(known):
        raise HoursError(f"{where}: unknown {', '.join(sorted(strange))}")


def _country(code: str) -> Container[date]:
    """The holidays of a country, years added as they are asked for."""
    try:
        known: Container[date] = importlib.import_module("holidays").country_holidays(code)
    except ImportError as error:
        raise HoursError("holidays: the library of this name is not installed") from error
    except (NotImplementedError, KeyError) as error:
        raise HoursError(f"holidays: no country {code!r}; name its days in holiday_dates") from error
    return known
