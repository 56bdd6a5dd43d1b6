"""Reports on tickets: tables, repeats, a day for the city's heads; as JSON, and as files for a spreadsheet."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import AwareDatetime

from kezek_api import problems, report_files, report_tables
from kezek_api.doors import OfDoors, SecondLine
from kezek_api.errors import Invalid
from kezek_api.looks import audited
from kezek_api.report_files import CSV, XLSX, Table
from kezek_api.report_names import ReportNames
from kezek_api.routes.history import period, subject_of
from kezek_api.shapes_duties import Language
from kezek_api.shapes_reports import (
    DailyView,
    Form,
    OutageLineView,
    OverdueView,
    Repeats,
    RepeatView,
    ReportLineView,
    ReportView,
)
from kezek_register.report_types import ReportBy, ReportLine

router = APIRouter(prefix="/api/reports", tags=["reports"], responses=problems.RESPONSES)

Since = Annotated[AwareDatetime | None, Query(description="Registered since then; left out: 30 days before `until`")]
Until = Annotated[AwareDatetime | None, Query(description="Left out: now")]
Wanted = Annotated[Language | None, Query(description="Of titles and heads; left out: that of whoever asks")]
MONTH = timedelta(days=30)


@router.get("", response_model=ReportView)
async def report(
    doors: OfDoors,
    session: SecondLine,
    by: ReportBy = "topic",
    since: Since = None,
    until: Until = None,
    language: Wanted = None,
    form: Annotated[Form, Query(alias="format")] = "json",
) -> ReportView | Response:
    """Of the tickets registered in the period: what became of them, by one word of theirs. 422 `too_wide` when there
    are more than can be counted at once."""
    first, last = _month(since, until)
    told = language or session.staff.language
    found = await doors.register.reports.report(by, first, last)
    names = await ReportNames(doors.register, told).read()

    def view(line: ReportLine) -> ReportLineView:
        return ReportLineView.of(line, names.title(by, line))

    made = ReportView(
        by=by, since=first, until=last, lines=[view(line) for line in found.lines], total=view(found.total)
    )
    if form == "json":
        return made
    return as_file(f"report-{by}", [report_tables.of_report(made, told)], form, doors, told)


@router.get("/repeats", response_model=Repeats)
async def repeats(
    doors: OfDoors,
    session: SecondLine,
    since: Since = None,
    until: Until = None,
    at_least: Annotated[int, Query(ge=2, le=100)] = 2,
    language: Wanted = None,
    form: Annotated[Form, Query(alias="format")] = "json",
) -> Repeats | Response:
    """Addresses that asked about one topic again and again, the most often first. Each look is written into the audit:
    flats are among them."""
    first, last = _month(since, until)
    await audited(doors, session.staff.login, "repeats", subject_of(since, until))
    told = language or session.staff.language
    names = await ReportNames(doors.register, told).read()
    found = [
        RepeatView(
            street=names.street(one.street_id),
            house=one.house,
            flat=one.flat,
            topic=one.topic,
            topic_title=names.topic(one.topic),
            numbers=list(one.numbers),
            last_at=one.last_at,
            open=one.open,
        )
        for one in await doors.register.reports.repeats(first, last, at_least)
    ]
    if form == "json":
        return Repeats(repeats=found)
    return as_file("repeats", [report_tables.of_repeats(found, told)], form, doors, told)


@router.get("/daily", response_model=DailyView)
async def daily(
    doors: OfDoors,
    session: SecondLine,
    day: Annotated[date | None, Query(description="Of the town's calendar; left out: today")] = None,
    language: Wanted = None,
    form: Annotated[Form, Query(alias="format")] = "json",
) -> DailyView | Response:
    """The day's summary for the city's heads. As CSV its first table alone."""
    asked = day or datetime.now(doors.settings.zone).date()
    if not 2000 <= asked.year < 2200:
        raise Invalid("day: from 2000 to 2199")
    told = language or session.staff.language
    found = await doors.register.reports.daily(asked)
    names = await ReportNames(doors.register, told).read()

    def views(by: ReportBy, lines: tuple[ReportLine, ...]) -> list[ReportLineView]:
        return [ReportLineView.of(line, names.title(by, line)) for line in lines]

    made = DailyView(
        day=asked,
        total=ReportLineView.of(found.total, ""),
        kinds=views("kind", found.kinds),
        topics=views("topic", found.topics),
        organisations=views("organisation", found.organisations),
        overdue=[
            OverdueView(
                number=one.number,
                topic=one.topic,
                topic_title=names.topic(one.topic),
                organisation_title=names.organisation(one.organisation_id),
                street=names.street(one.street_id),
                house=one.house,
                due_at=one.due_at,
                late_h=one.late_h,
            )
            for one in found.overdue
        ],
        outages=[
            OutageLineView(
                outage_id=one.outage_id,
                topic=one.topic,
                topic_title=names.topic(one.topic),
                level=one.level,
                starts_at=one.starts_at,
                expected_at=one.expected_at,
                ended_at=one.ended_at,
                households=one.households,
            )
            for one in found.outages
        ],
        emergencies=found.emergencies,
        calls=found.calls,
        waited_s=found.waited_s,
    )
    if form == "json":
        return made
    return as_file(f"day-{asked.isoformat()}", report_tables.of_day(made, told), form, doors, told)


def _month(since: datetime | None, until: datetime | None) -> tuple[datetime, datetime]:
    """Raises Invalid."""
    _, last = period(None, until)
    return period(since or last - MONTH, last)


def as_file(name: str, tables: list[Table], form: Form, doors: OfDoors, language: str) -> Response:
    zone = doors.settings.zone
    if form == "csv":
        made, media = report_files.as_csv(tables[0], zone, comma="," if language == "en" else ";"), CSV
    else:
        made, media = report_files.as_xlsx(tables, zone), XLSX
    named = {"Content-Disposition": f'attachment; filename="{name}.{form}"', "Cache-Control": "no-store"}
    return Response(made, media_type=media, headers=named)
