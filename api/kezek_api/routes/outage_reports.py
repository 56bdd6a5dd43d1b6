"""An outage's report: as JSON, and as a file for a spreadsheet."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from kezek_api import problems
from kezek_api.doors import OfDoors, SecondLine
from kezek_api.looks import asked
from kezek_api.outage_report_tables import of_outage
from kezek_api.outages_shown import outage_view
from kezek_api.report_names import ReportNames
from kezek_api.routes.outages import OutageId
from kezek_api.routes.reports import Wanted, as_file
from kezek_api.shapes_outage_report import OutageReportView
from kezek_api.shapes_reports import Form

router = APIRouter(prefix="/api/outages", tags=["outages"], responses=problems.RESPONSES)


@router.get("/{id}/report", response_model=OutageReportView)
async def report(
    id: OutageId,
    doors: OfDoors,
    session: SecondLine,
    language: Wanted = None,
    form: Annotated[Form, Query(alias="format")] = "json",
) -> OutageReportView | Response:
    """It writes itself, from the first report to the last answer; of an outage that goes on as it stands. As CSV its
    first table alone."""
    told = language or session.staff.language
    found = await asked(doors.register.outages.report(id))
    names = await ReportNames(doors.register, told).read()
    view = await outage_view(doors, found.outage, told)
    made = OutageReportView.of(found, view, names.topic(found.outage.topic))
    if form == "json":
        return made
    return as_file(f"outage-{id}", of_outage(made, told), form, doors, told)
