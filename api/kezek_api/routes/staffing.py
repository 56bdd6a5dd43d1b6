"""How many operators the next hours need."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query

from kezek_api import problems
from kezek_api.doors import OfDoors, manager_of
from kezek_api.shapes_figures import Staffing
from kezek_api.staffing import staffing

router = APIRouter(
    prefix="/api/staffing", tags=["figures"], responses=problems.RESPONSES, dependencies=[Depends(manager_of)]
)


@router.get("")
async def next_hours(
    doors: OfDoors,
    queue: Annotated[str, Query(max_length=64)] = "",
    hours: Annotated[int, Query(ge=1, le=48)] = 8,
    operators: Annotated[int | None, Query(ge=0, le=10_000)] = None,
) -> Staffing:
    """The present hour and the following ones; `operators` asks what so many would give."""
    settings = doors.settings
    return await staffing(
        doors.register,
        queue,
        now=datetime.now(UTC),
        hours=hours,
        within_s=settings.service_level_s,
        zone=settings.zone,
        given=operators,
        target_pct=doors.rules.target_pct,
    )
