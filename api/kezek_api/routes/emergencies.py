"""Gas, fire, a person in a lift: what is asked, to whom it is handed over, and what came of it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from kezek_api import problems
from kezek_api.conventions import After, linked
from kezek_api.doors import AnyStaff, Doors, OfDoors
from kezek_api.looks import asked, audited
from kezek_api.shapes import Short
from kezek_api.shapes_emergencies import (
    Emergencies,
    EmergencyIn,
    EmergencyView,
    OutcomeIn,
    RegionView,
    Services,
    ServiceView,
)
from kezek_register.duty_types import Emergency
from kezek_register.numbers import check

router = APIRouter(prefix="/api/emergencies", tags=["emergencies"], responses=problems.RESPONSES)


@router.get("")
async def emergencies(
    doors: OfDoors,
    session: AnyStaff,
    request: Request,
    response: Response,
    open: Annotated[bool, Query(description="Only those without an outcome, the one that waits longest first")] = True,
    after: After = "",
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> Emergencies:
    """Each look is written into the audit: the context may name people."""
    await audited(doors, session.staff.login, "emergencies", "open" if open else "all")
    page = await asked(doors.register.emergencies.page(open, after, limit))
    linked(request, response, page.cursor)
    return Emergencies(emergencies=tuple(EmergencyView.of(one) for one in page.items), next=page.cursor)


@router.get("/services")
async def services(doors: OfDoors, session: AnyStaff, region: Short = "") -> Services:
    """Of the site's own region when none is said."""
    known = doors.services
    return Services(
        region=region or known.region,
        regions=tuple(RegionView(code=code, names=dict(names)) for code, names in known.regions.items()),
        services=tuple(ServiceView.of(one) for one in known.of(region)),
    )


@router.post("", status_code=201)
async def hand_off(body: EmergencyIn, doors: OfDoors, session: AnyStaff) -> EmergencyView:
    """Written down with its context. Told again for the same call and service, it is the same hand-off."""
    subject = check(body.ticket) if body.ticket else body.call
    await audited(doors, session.staff.login, "emergency_handed", subject, once_in_s=0)
    made = await asked(
        doors.register.emergencies.hand_off(
            Emergency(
                id=0,
                call=body.call,
                ticket=body.ticket,
                service=body.service,
                how=body.how,
                context=_context(doors, body),
                handed_at=datetime.now(UTC),
                handed_by=session.staff.login,
                answers=dict(body.answers),
            )
        )
    )
    return EmergencyView.of(made)


@router.post("/{id}/outcome")
async def outcome(
    id: Annotated[int, Path(ge=1, le=2**31 - 1)], body: OutcomeIn, doors: OfDoors, session: AnyStaff
) -> EmergencyView:
    await audited(doors, session.staff.login, "emergency_outcome", str(id), once_in_s=0)
    return EmergencyView.of(await asked(doors.register.emergencies.outcome(id, body.text, session.staff.login)))


def _context(doors: Doors, body: EmergencyIn) -> str:
    """In the language in which the exchange tells services: the two are spoken in one breath."""
    if given := body.context.strip():
        return given
    settings = doors.settings
    language = settings.default_language if settings.default_language in settings.languages else settings.languages[0]
    service = doors.services.by_number(body.service)
    told = doors.services.context(service, body.answers, language) if service else ""
    return f"{told} {body.more.strip()}".strip()
