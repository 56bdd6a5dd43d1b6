"""What became of the calls: the history with its legs, and the callers who left without an answer.

Each look is written into the audit, with the period that was looked at.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import AwareDatetime

from kezek_api import problems
from kezek_api.doors import Manager, OfDoors
from kezek_api.errors import Invalid
from kezek_api.filing import within
from kezek_api.looks import LIMIT_S, audited
from kezek_api.shapes_history import AbandonedList, AbandonedView, CallRow, Calls
from kezek_register.types import Leg

router = APIRouter(prefix="/api", tags=["history"], responses=problems.RESPONSES)

DAY = timedelta(days=1)

CallId = Annotated[str, Path(max_length=128)]
Since = Annotated[AwareDatetime | None, Query(description="Left out: a day before `until`")]
Until = Annotated[AwareDatetime | None, Query(description="Left out: now")]


@router.get("/calls")
async def calls(
    doors: OfDoors,
    session: Manager,
    since: Since = None,
    until: Until = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> Calls:
    """Those that arrived in [since, until), newest first, each with its legs, in the order of the talks."""
    first, last = period(since, until)
    await audited(doors, session.staff.login, "calls", subject_of(since, until))
    history = doors.register.history
    records = await within(history.list(first, last, limit), LIMIT_S)
    legs: dict[str, list[Leg]] = {record.call: [] for record in records}
    for leg in await within(history.legs_of(list(legs)), LIMIT_S):
        legs[leg.call].append(leg)
    return Calls(calls=tuple(CallRow.of_record(record, legs[record.call]) for record in records))


@router.get("/abandoned")
async def abandoned(
    doors: OfDoors,
    session: Manager,
    since: Since = None,
    until: Until = None,
    limit: Annotated[int, Query(ge=1, le=5000)] = 1000,
) -> AbandonedList:
    """Who left the line without an answer, or was cut, in [since, until), with 'reached again'; those cut first, in the
    order in which they came, then the others, newest first."""
    first, last = period(since, until)
    await audited(doors, session.staff.login, "abandoned", subject_of(since, until))
    found = await within(doors.register.history.abandoned(first, last, limit), LIMIT_S)
    return AbandonedList(abandoned=tuple(AbandonedView.of(one) for one in found))


def period(since: datetime | None, until: datetime | None) -> tuple[datetime, datetime]:
    """Raises Invalid for one that ends before it begins, and for years that no call can be of."""
    if any(not 2000 <= moment.year < 2200 for moment in (since, until) if moment is not None):
        raise Invalid("since, until: a time from 2000 to 2199")
    last = until or datetime.now(UTC)
    first = since or last - DAY
    if first > last:
        raise Invalid("since: is after until")
    return first, last


def subject_of(since: datetime | None, until: datetime | None) -> str:
    """As it was asked for: the same page renewed is the same look."""
    told = [moment.astimezone(UTC).isoformat(timespec="seconds") if moment else "" for moment in (since, until)]
    return "/".join(told)
