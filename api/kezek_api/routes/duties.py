"""Who answers for what: organisations, kinds of assets, rules."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from kezek_api import problems
from kezek_api.areas_shown import answer_view, duty_views
from kezek_api.conventions import After, IfMatch, etag, linked, wanted
from kezek_api.doors import AnyStaff, Manager, OfDoors, SignedIn
from kezek_api.looks import asked
from kezek_api.shapes import Short
from kezek_api.shapes_duties import (
    Answer,
    AssetKinds,
    AssetKindView,
    Duties,
    DutyIn,
    DutyView,
    Findings,
    FindingView,
    NewOrganisationIn,
    OrganisationIn,
    Organisations,
    OrganisationView,
)
from kezek_register.duty_types import Duty, Organisation
from kezek_register.paging import LARGEST

router = APIRouter(prefix="/api", tags=["duties"], responses=problems.RESPONSES)

OrganisationCode = Annotated[str, Path(max_length=64)]
Many = Annotated[int, Query(ge=1, le=LARGEST)]
DutyId = Annotated[int, Path(ge=1, le=2**31 - 1)]


@router.get("/organisations")
async def organisations(
    doors: OfDoors, session: AnyStaff, request: Request, response: Response, after: After = "", limit: Many = LARGEST
) -> Organisations:
    """By code, those that are not active too."""
    page = await asked(doors.register.organisations.page(after, limit))
    linked(request, response, page.cursor)
    return Organisations(organisations=tuple(OrganisationView.of(one) for one in page.items), next=page.cursor)


@router.post("/organisations", status_code=201)
async def add_organisation(
    body: NewOrganisationIn, doors: OfDoors, session: Manager, response: Response
) -> OrganisationView:
    made = await asked(doors.register.organisations.add(_organisation(body, body.code)))
    etag(response, made.version)
    response.headers["Location"] = f"/api/organisations/{made.code}"
    return OrganisationView.of(made)


@router.get("/organisations/{code}")
async def organisation(
    code: OrganisationCode, doors: OfDoors, session: AnyStaff, response: Response
) -> OrganisationView:
    found = await asked(doors.register.organisations.get(code))
    etag(response, found.version)
    return OrganisationView.of(found)


@router.put("/organisations/{code}")
async def change_organisation(
    code: OrganisationCode,
    body: OrganisationIn,
    doors: OfDoors,
    session: Manager,
    response: Response,
    if_match: IfMatch = None,
) -> OrganisationView:
    present = await asked(doors.register.organisations.get(code))
    version = wanted(if_match, present.version)
    changed = await asked(doors.register.organisations.update(_organisation(body, code), version))
    etag(response, changed.version)
    return OrganisationView.of(changed)


@router.get("/asset-kinds")
async def asset_kinds(doors: OfDoors, session: SignedIn) -> AssetKinds:
    found = await asked(doors.register.asset_kinds.all())
    return AssetKinds(asset_kinds=tuple(AssetKindView.of(one) for one in found))


@router.get("/duties")
async def duties(
    doors: OfDoors,
    session: AnyStaff,
    request: Request,
    response: Response,
    asset_kind: Short = "",
    after: After = "",
    limit: Many = LARGEST,
) -> Duties:
    """The oldest first."""
    page = await asked(doors.register.duties.page(asset_kind, after, limit))
    linked(request, response, page.cursor)
    return Duties(duties=await duty_views(doors, page.items, session.staff.language), next=page.cursor)


@router.get("/duties/check")
async def check(doors: OfDoors, session: Manager) -> Findings:
    """Where nobody answers, and where two do."""
    found = await asked(doors.register.duties.check())
    every = [duty for finding in found for duty in finding.duties]
    shown = dict(zip([duty.id for duty in every], await duty_views(doors, every, session.staff.language), strict=True))
    return Findings(findings=tuple(FindingView.of(one, tuple(shown[duty.id] for duty in one.duties)) for one in found))


@router.get("/duties/answer")
async def answer(
    doors: OfDoors,
    session: AnyStaff,
    street_id: Annotated[int, Query(ge=1, le=2**31 - 1)],
    asset_kind: Annotated[Short, Query(min_length=1)],
    house: Short = "",
) -> Answer:
    """Who answers there for such an asset."""
    place = await asked(doors.register.places.of_house(street_id, house))
    found = await asked(doors.register.duties.who(place, asset_kind))
    return Answer(answer=await answer_view(doors, found, session.staff.language))


@router.post("/duties", status_code=201)
async def add_duty(body: DutyIn, doors: OfDoors, session: Manager, response: Response) -> DutyView:
    made = await asked(doors.register.duties.add(_duty(body, 0)))
    etag(response, made.version)
    return (await duty_views(doors, [made], session.staff.language))[0]


@router.put("/duties/{id}")
async def change_duty(
    id: DutyId, body: DutyIn, doors: OfDoors, session: Manager, response: Response, if_match: IfMatch = None
) -> DutyView:
    present = await asked(doors.register.duties.get(id))
    changed = await asked(doors.register.duties.update(_duty(body, id), wanted(if_match, present.version)))
    etag(response, changed.version)
    return (await duty_views(doors, [changed], session.staff.language))[0]


@router.delete("/duties/{id}", status_code=204)
async def remove_duty(id: DutyId, doors: OfDoors, session: Manager, if_match: IfMatch = None) -> None:
    present = await asked(doors.register.duties.get(id))
    await asked(doors.register.duties.remove(id, wanted(if_match, present.version)))


def _organisation(body: OrganisationIn, code: str) -> Organisation:
    return Organisation(
        id=0,
        code=code,
        names={language: name.strip() for language, name in body.names.items()},
        parent=body.parent.strip(),
        foreign=body.foreign,
        hours=body.hours.strip(),
        phone=body.phone,
        channel=body.channel,
        address=body.address,
        active=body.active,
    )


def _duty(body: DutyIn, id: int) -> Duty:
    return Duty(id, body.asset_kind, body.organisation, body.area.area(), body.note.strip())
