"""A country's working time: its week, its holidays with their moved days, and what a site says otherwise. Pure.

Holidays, observed days and working Saturdays are the `holidays` library's; it knows moved days of the years for which a
government has ordered them. A site's own file has the last word: UA, for one, has had no holidays under martial law.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from typing import Any

Hours = tuple[int, int]  # minutes of the day: from, and up to (1440 is midnight)
Span = tuple[datetime, datetime]

LOOK_AHEAD_DAYS = 800
NINE_TO_SIX: tuple[Hours, ...] = ((9 * 60, 18 * 60),)
FIVE_DAYS: tuple[tuple[Hours, ...], ...] = (NINE_TO_SIX,) * 5 + ((),) * 2


class NoWorkingTime(ValueError):
    """The calendar is closed for years: its overrides cannot be meant."""


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """`week`: the hours of each day, Monday first, in their order; `country`: ISO 3166 code, '' for no holidays at all.
    `holidays` and `working`: days that differ from the country's; of a day that is in both, `working` is true.
    A working day that falls on a free day of the week has `moved_hours`."""

    zone: tzinfo = UTC
    country: str = ""
    week: tuple[tuple[Hours, ...], ...] = FIVE_DAYS
    holidays: frozenset[date] = field(default_factory=frozenset)
    working: frozenset[date] = field(default_factory=frozenset)
    moved_hours: tuple[Hours, ...] = NINE_TO_SIX

    def is_working(self, day: date) -> bool:
        return bool(self.hours(day))

    def hours(self, day: date) -> tuple[Hours, ...]:
        """The working hours of a day, () for a free one."""
        usual = self.week[day.weekday()]
        if day in self.working:
            return usual or self.moved_hours
        if day in self.holidays:
            return ()
        free, moved = _of_country(self.country, day.year)
        if day in moved:
            return usual or self.moved_hours
        return () if day in free else usual

    def spans(self, day: date) -> list[Span]:
        """The same as moments. An hour is of the local clock, also on the day when that is changed."""
        spans = [(self._moment(day, begins), self._moment(day, ends)) for begins, ends in self.hours(day)]
        return [(begins, ends) for begins, ends in spans if begins < ends]

    def from_(self, moment: datetime) -> Iterator[Span]:
        """Working time from then on, the span that is under way cut to it. Raises NoWorkingTime when the next is too
        far away."""
        day, free = moment.astimezone(self.zone).date(), 0
        while free < LOOK_AHEAD_DAYS:
            spans = [(max(begins, moment), ends) for begins, ends in self.spans(day) if ends > moment]
            yield from spans
            free = 0 if spans else free + 1
            day += timedelta(days=1)
        raise NoWorkingTime(f"no working time within {LOOK_AHEAD_DAYS} days")

    def _moment(self, day: date, minute: int) -> datetime:
        whole, minute = divmod(minute, 1440)
        local = datetime.combine(day + timedelta(days=whole), time(minute // 60, minute % 60), self.zone)
        return local.astimezone(UTC)


def check_country(country: str) -> None:
    """Raises ValueError for one whose holidays are not known; '' is none at all."""
    _of_country(country, datetime.now(UTC).year)


@lru_cache(maxsize=64)
def _of_country(country: str, year: int) -> tuple[frozenset[date], frozenset[date]]:
    """A year's free days, and its days of the weekend on which people work. Raises ValueError for no country."""
    if not country:
        return frozenset(), frozenset()
    library: Any = importlib.import_module("holidays")  # takes a while: only where a deadline is worked out
    try:
        known = library.country_holidays(country, years=year)
    except NotImplementedError as error:
        raise ValueError(f"{country!r} is no country whose holidays are known") from error
    moved = frozenset(getattr(known, "weekend_workdays", ()))
    return frozenset(known) - moved, frozenset(day for day in moved if day.year == year)
