"""Reports on tickets as plain values. A report is of those registered within its period, whatever became of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

ReportBy = Literal["kind", "topic", "organisation", "territory", "channel", "operator", "day", "month"]


@dataclass(frozen=True, slots=True)
class ReportLine:
    """`key`: a code, a login, a date; '' where there is none. Of `registered`: `open`, `closed` and `refused` are all
    there are. Of those with a deadline: `on_time` and `late` are done, `overdue` is not and should be. `to_close_h`:
    mean hours from the registration to the close, None when none is closed."""

    key: str
    registered: int = 0
    open: int = 0
    closed: int = 0
    refused: int = 0
    on_time: int = 0
    late: int = 0
    overdue: int = 0
    reopened: int = 0
    to_close_h: float | None = None


@dataclass(frozen=True, slots=True)
class Report:
    by: ReportBy
    since: datetime
    until: datetime
    lines: tuple[ReportLine, ...]  # the largest first; days and months in their order
    total: ReportLine


@dataclass(frozen=True, slots=True)
class Repeat:
    """One address that asked about one topic again and again."""

    street_id: int | None
    house: str
    flat: str
    topic: str
    numbers: tuple[str, ...]  # oldest first
    last_at: datetime
    open: int


@dataclass(frozen=True, slots=True)
class Overdue:
    number: str
    topic: str
    organisation_id: int | None
    street_id: int | None
    house: str
    due_at: datetime
    late_h: float


@dataclass(frozen=True, slots=True)
class OutageLine:
    outage_id: int
    topic: str
    level: int
    starts_at: datetime
    expected_at: datetime | None
    ended_at: datetime | None
    households: int  # tied to it


@dataclass(frozen=True, slots=True)
class DailySummary:
    """A day for the city's heads. `calls`: end -> how many; `waited_s`: mean of those answered, None without any."""

    day: date
    total: ReportLine
    kinds: tuple[ReportLine, ...]
    topics: tuple[ReportLine, ...]
    organisations: tuple[ReportLine, ...]
    overdue: tuple[Overdue, ...]  # the latest first, of all days
    outages: tuple[OutageLine, ...]  # that were on at any moment of the day
    emergencies: int
    calls: dict[str, int] = field(default_factory=dict)
    waited_s: float | None = None
