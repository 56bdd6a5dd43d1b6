"""The shapes of the reports (docs/api.md). Titles are in the language asked for; times are in hours."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import AwareDatetime

from kezek_api.shapes import Shape
from kezek_register.report_types import ReportBy, ReportLine

Form = Literal["json", "csv", "xlsx"]


class ReportLineView(Shape):
    """Of `registered`, `open`, `closed` and `refused` are all there are; `on_time`, `late` and `overdue` are of those
    with a deadline."""

    key: str
    title: str
    registered: int
    open: int
    closed: int
    refused: int
    on_time: int
    late: int
    overdue: int
    reopened: int
    to_close_h: float | None

    @classmethod
    def of(cls, line: ReportLine, title: str) -> ReportLineView:
        return cls(
            key=line.key,
            title=title,
            registered=line.registered,
            open=line.open,
            closed=line.closed,
            refused=line.refused,
            on_time=line.on_time,
            late=line.late,
            overdue=line.overdue,
            reopened=line.reopened,
            to_close_h=line.to_close_h,
        )


class ReportView(Shape):
    by: ReportBy
    since: AwareDatetime
    until: AwareDatetime
    lines: list[ReportLineView]
    total: ReportLineView


class RepeatView(Shape):
    street: str
    house: str
    flat: str
    topic: str
    topic_title: str
    numbers: list[str]
    last_at: AwareDatetime
    open: int


class Repeats(Shape):
    repeats: list[RepeatView]


class OverdueView(Shape):
    number: str
    topic: str
    topic_title: str
    organisation_title: str
    street: str
    house: str
    due_at: AwareDatetime
    late_h: float


class OutageLineView(Shape):
    outage_id: int
    topic: str
    topic_title: str
    level: int
    starts_at: AwareDatetime
    expected_at: AwareDatetime | None
    ended_at: AwareDatetime | None
    households: int


class DailyView(Shape):
    """A day for the city's heads. `calls`: end -> how many; `waited_s`: mean of the answered ones."""

    day: date
    total: ReportLineView
    kinds: list[ReportLineView]
    topics: list[ReportLineView]
    organisations: list[ReportLineView]
    overdue: list[OverdueView]
    outages: list[OutageLineView]
    emergencies: int
    calls: dict[str, int]
    waited_s: float | None
