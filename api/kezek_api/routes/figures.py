"""The figures of any period, from the history."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import AwareDatetime

from kezek_api import problems
from kezek_api.doors import OfDoors, manager_of
from kezek_api.figures import Every, figures
from kezek_api.shapes_figures import Figures, FiguresList
from kezek_api.tally import midnight_before
from kezek_queue.figures import By, Targets

router = APIRouter(
    prefix="/api/figures", tags=["figures"], responses=problems.RESPONSES, dependencies=[Depends(manager_of)]
)


@router.get("")
async def of_period(
    doors: OfDoors,
    since: Annotated[AwareDatetime | None, Query()] = None,
    until: Annotated[AwareDatetime | None, Query()] = None,
    every: Every = "1h",
    by: By = "all",
) -> FiguresList:
    """Cohorts by arrival, oldest first; today up to now when no period is named."""
    settings, now = doors.settings, datetime.now(UTC)
    until = until or now
    if since is None:
        since = datetime.fromtimestamp(midnight_before((until - timedelta(seconds=1)).timestamp(), settings.zone), UTC)
    targets = Targets(within_s=settings.service_level_s, short_s=settings.short_abandon_s)
    found = await figures(
        doors.register, since, until, every=every, by=by, targets=targets, zone=settings.zone, now=now
    )
    return FiguresList(figures=tuple(Figures.of(one) for one in found))
