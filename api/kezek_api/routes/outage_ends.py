"""An outage's end: restored part by part, taken back when it was a mistake, what is left of it; who is called out and
who is helped first."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from kezek_api import problems
from kezek_api.conventions import etag
from kezek_api.doors import AnyStaff, OfDoors, SecondLine
from kezek_api.looks import asked, audited
from kezek_api.outages_shown import outage_view, still_out_view
from kezek_api.routes.outages import OutageId
from kezek_api.shapes_outage_ends import (
    LifeSafety,
    LifeSafetyLine,
    ReopenIn,
    RestoreIn,
    SeenToIn,
    StillOutView,
)
from kezek_api.shapes_outages import OutageView

router = APIRouter(prefix="/api/outages", tags=["outages"], responses=problems.RESPONSES)
LIFE_SAFETY = 200  # buildings that are named


@router.post("/{id}/restore")
async def restore(id: OutageId, body: RestoreIn, doors: OfDoors, session: SecondLine, response: Response) -> OutageView:
    """It is over in these parts: each household tied there is told once, callers from there hear of it no more. When
    nothing is left it is closed with it. Again changes nothing."""
    areas = [one.area() for one in body.areas]
    done = await asked(doors.register.outages.restore(id, areas, session.staff.login, body.why.strip()))
    etag(response, done.outage.version)
    return await outage_view(doors, done.outage, session.staff.language)


@router.post("/{id}/reopen")
async def reopen(id: OutageId, body: ReopenIn, doors: OfDoors, session: SecondLine, response: Response) -> OutageView:
    """Closed by mistake: its end is taken back, calls that are still to ask are not made. With `areas` what is left
    there is an outage of its own, which is the answer. Again changes nothing."""
    outages, login, why = doors.register.outages, session.staff.login, body.why.strip()
    if body.areas:
        told = await asked(outages.reopen_part(id, [one.area() for one in body.areas], login, why))
    else:
        told = await asked(outages.reopen(id, login, why, step=body.step, whole=body.whole))
    etag(response, told.version)
    return await outage_view(doors, told, session.staff.language)


@router.get("/{id}/still_out")
async def still_out(id: OutageId, doors: OfDoors, session: AnyStaff) -> StillOutView:
    """What is left of it, by the answers of the households that were told: a house, houses of a street, a part of a
    network; the surest first."""
    return await still_out_view(doors, await asked(doors.register.outages.still_out(id)), session.staff.language)


@router.post("/{id}/call_out")
async def call_out(id: OutageId, doors: OfDoors, session: SecondLine, response: Response) -> OutageView:
    """Its call-out chain is telephoned one after the other until somebody takes it; `steps` say how far it came. While
    it runs, and once somebody has taken it, nothing more."""
    told = await asked(doors.register.outages.begin_chain(id, session.staff.login))
    etag(response, told.version)
    return await outage_view(doors, told, session.staff.language)


@router.get("/{id}/life_safety")
async def life_safety(
    id: OutageId,
    doors: OfDoors,
    session: AnyStaff,
    lifts: Annotated[bool, Query(description="Houses with lifts too")] = False,
) -> LifeSafety:
    """Where somebody needs help first, with addresses. Each look is written into the audit."""
    await audited(doors, session.staff.login, "special_needs", f"outage {id}")
    found = await asked(doors.register.outages.life_safety(id, lifts=lifts, limit=LIFE_SAFETY))
    language = session.staff.language
    return LifeSafety(lines=tuple(LifeSafetyLine.of(one, doors.street_name(one.street_id, language)) for one in found))


@router.post("/{id}/life_safety")
async def seen_to(id: OutageId, body: SeenToIn, doors: OfDoors, session: AnyStaff) -> LifeSafetyLine:
    """Somebody saw to them; the first word stands."""
    login = session.staff.login
    await audited(doors, login, "special_needs", f"outage {id}")
    told = await asked(doors.register.outages.seen_to(id, body.building_id, login, body.note.strip(), done=body.done))
    return LifeSafetyLine.of(told, doors.street_name(told.street_id, session.staff.language))
