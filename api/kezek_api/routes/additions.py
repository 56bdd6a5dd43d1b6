"""What callers add to outages that are known: seen by everybody at once, until somebody sees to it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Path

from kezek_api import problems
from kezek_api.doors import AnyStaff, Doors, OfDoors
from kezek_api.looks import asked, audited
from kezek_api.routes.outages import OutageId
from kezek_api.shapes_suspicions import Additions, AdditionView, HandledIn
from kezek_register.trouble_types import Addition

router = APIRouter(prefix="/api", tags=["outages"], responses=problems.RESPONSES)


@router.get("/additions")
async def unhandled(doors: OfDoors, session: AnyStaff) -> Additions:
    """Those of all outages to which nobody sees yet, the oldest first."""
    await audited(doors, session.staff.login, "outage_additions", "unhandled")
    return _shown(doors, await asked(doors.register.additions.unhandled()), session.staff.language)


@router.get("/outages/{id}/additions")
async def additions(id: OutageId, doors: OfDoors, session: AnyStaff) -> Additions:
    """The newest first."""
    await asked(doors.register.outages.get(id))
    await audited(doors, session.staff.login, "outage_additions", str(id))
    return _shown(doors, await asked(doors.register.additions.of(id)), session.staff.language)


@router.post("/outages/{id}/additions/{addition}/handled")
async def handled(
    id: OutageId,
    addition: Annotated[int, Path(ge=1, le=2**31 - 1)],
    body: HandledIn,
    doors: OfDoors,
    session: AnyStaff,
) -> AdditionView:
    """Somebody sees to it; the first word stands."""
    login = session.staff.login
    await audited(doors, login, "addition_handled", str(addition), once_in_s=0)
    told = await asked(doors.register.additions.handled(id, addition, login, body.note.strip()))
    return _shown(doors, [told], session.staff.language).additions[0]


def _shown(doors: Doors, found: Sequence[Addition], language: str) -> Additions:
    return Additions(
        additions=tuple(
            AdditionView.of(one, doors.street_name(one.street_id, language) if one.street_id else "") for one in found
        )
    )
