"""Outages and planned works: opened, mended, closed with one move, and whom they concern."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import AwareDatetime

from kezek_api import problems
from kezek_api.conventions import After, IfMatch, Limit, etag, linked, wanted
from kezek_api.doors import AnyStaff, OfDoors, SecondLine
from kezek_api.entry import tie_of
from kezek_api.looks import asked, audited
from kezek_api.outages_shown import house_map, outage_view, outage_views
from kezek_api.routes.history import period
from kezek_api.shapes import Short
from kezek_api.shapes_duties import Language
from kezek_api.shapes_notices import AnnouncementView
from kezek_api.shapes_outage_orders import (
    AnsweredIn,
    AreasIn,
    CloseIn,
    ExpectIn,
    OutageIn,
    StepIn,
    TieIn,
)
from kezek_api.shapes_outages import (
    Checklist,
    ChecklistLine,
    Checklists,
    ClosingView,
    ConcernedView,
    FirstHelpView,
    OutagePage,
    OutageView,
    Ties,
    TieView,
)
from kezek_api.shapes_places import HouseMap
from kezek_register.checklists import LEVELS
from kezek_register.outage_types import Level, Outage, OutageFilter, OutageState

router = APIRouter(prefix="/api/outages", tags=["outages"], responses=problems.RESPONSES)
checklist_router = APIRouter(prefix="/api", tags=["outages"], responses=problems.RESPONSES)

OutageId = Annotated[int, Path(ge=1, le=2**31 - 1)]
FIRST_HELP = 100  # buildings that are named


@router.get("")
async def outages(
    doors: OfDoors,
    session: AnyStaff,
    request: Request,
    response: Response,
    state: OutageState | Literal["now", "coming", "open", "overdue"] | None = None,
    level: Level | None = None,
    topic: Short = "",
    asset_kind: Short = "",
    organisation: Annotated[Short, Query(description="A code")] = "",
    q: Annotated[Short, Query(description="In its code or its published words")] = "",
    since: AwareDatetime | None = None,
    until: AwareDatetime | None = None,
    after: After = "",
    limit: Limit = 50,
) -> OutagePage:
    """The latest begun first."""
    if since is not None or until is not None:
        period(since, until)
    asked_for = OutageFilter(
        state=state or "",
        level=level or 0,
        topic=topic,
        asset_kind=asset_kind,
        organisation=organisation,
        text=q,
        since=since,
        until=until,
    )
    page = await asked(doors.register.outages.page(asked_for, after, limit))
    linked(request, response, page.cursor)
    views = await outage_views(doors, page.items, session.staff.language, datetime.now(UTC))
    return OutagePage(outages=views, next=page.cursor)


@router.post("", status_code=201)
async def open_outage(body: OutageIn, doors: OfDoors, session: SecondLine, response: Response) -> OutageView:
    """Announced, callers of its area hear it from the next moment on."""
    opened = await asked(doors.register.outages.open(Outage(id=0, **body.fields()), session.staff.login))
    response.headers["Location"] = f"/api/outages/{opened.id}"
    etag(response, opened.version)
    return await outage_view(doors, opened, session.staff.language)


@router.post("/concerned")
async def concerned(body: AreasIn, doors: OfDoors, session: AnyStaff) -> ConcernedView:
    """Who lives in these areas; buildings where somebody needs help first are a look at them."""
    areas = tuple(one.area() for one in body.areas)
    found = await asked(doors.register.outages.concerned(areas))
    first = await asked(doors.register.outages.first_help(areas, FIRST_HELP)) if found.special_needs else []
    if first:
        await audited(doors, session.staff.login, "special_needs", f"{len(first)} buildings")
    language = session.staff.language
    return ConcernedView(
        buildings=found.buildings,
        households=found.households,
        people=found.people,
        special_needs=found.special_needs,
        first_help=tuple(
            FirstHelpView(
                building_id=one.building_id,
                street=doors.street_name(one.street_id, language),
                house=one.house,
                special_needs=one.special_needs,
            )
            for one in first
        ),
    )


@router.post("/map")
async def area_map(body: AreasIn, doors: OfDoors, session: AnyStaff) -> HouseMap:
    return await house_map(doors, session, [one.area() for one in body.areas])


@checklist_router.get("/checklists")
async def checklists(doors: OfDoors, session: AnyStaff) -> Checklists:
    """What is done at an outage of each level, and who is called out."""
    known = doors.checklists
    return Checklists(
        checklists=tuple(
            Checklist(
                level=level,
                lines=tuple(
                    ChecklistLine(
                        list=one.list,
                        position=one.position,
                        code=one.code,
                        names=known.names(one.code),
                        phone=one.phone,
                    )
                    for one in known.steps(level)
                ),
            )
            for level in LEVELS
        )
    )


@router.get("/{id}")
async def outage(id: OutageId, doors: OfDoors, session: AnyStaff, response: Response) -> OutageView:
    found = await asked(doors.register.outages.get(id))
    etag(response, found.version)
    return await outage_view(doors, found, session.staff.language)


@router.put("/{id}")
async def change(
    id: OutageId, body: OutageIn, doors: OfDoors, session: SecondLine, response: Response, if_match: IfMatch = None
) -> OutageView:
    """A draft may be announced by it. Another expected end goes into the history."""
    present = await asked(doors.register.outages.get(id))
    version = wanted(if_match, present.version)
    changed = Outage(id=id, **body.fields())
    updated = await asked(doors.register.outages.update(changed, version, session.staff.login))
    etag(response, updated.version)
    return await outage_view(doors, updated, session.staff.language)


@router.post("/{id}/expected")
async def expect(id: OutageId, body: ExpectIn, doors: OfDoors, session: SecondLine, response: Response) -> OutageView:
    told = await asked(
        doors.register.outages.expect(id, body.expected_at, body.why.strip(), session.staff.login, tell=body.tell)
    )
    etag(response, told.version)
    return await outage_view(doors, told, session.staff.language)


@router.post("/{id}/steps")
async def step(id: OutageId, body: StepIn, doors: OfDoors, session: AnyStaff, response: Response) -> OutageView:
    """A line of the checklist, or of the call-out chain, is done, or is not after all."""
    told = await asked(
        doors.register.outages.step_done(
            id, body.list, body.position, session.staff.login, body.note.strip(), done=body.done
        )
    )
    etag(response, told.version)
    return await outage_view(doors, told, session.staff.language)


@router.post("/{id}/close")
async def close(id: OutageId, body: CloseIn, doors: OfDoors, session: SecondLine, response: Response) -> ClosingView:
    """One move for all its tickets; each tied household is told once. Again changes nothing."""
    closing = await asked(doors.register.outages.close(id, session.staff.login, body.ended_at))
    etag(response, closing.outage.version)
    view = await outage_view(doors, closing.outage, session.staff.language)
    return ClosingView(outage=view, notices=len(closing.notices), tickets=closing.tickets)


@router.post("/{id}/cancel")
async def cancel(id: OutageId, doors: OfDoors, session: SecondLine, response: Response) -> OutageView:
    """What never began, or was no outage. Who was tied is told."""
    closing = await asked(doors.register.outages.cancel(id, session.staff.login))
    etag(response, closing.outage.version)
    return await outage_view(doors, closing.outage, session.staff.language)


@router.get("/{id}/ties")
async def ties(
    id: OutageId,
    doors: OfDoors,
    session: AnyStaff,
    request: Request,
    response: Response,
    after: Annotated[int, Query(ge=0, le=10**9, description="`next` of the page before, left out at first")] = 0,
    limit: Limit = 50,
) -> Ties:
    """In the order in which they came. Each look is written into the audit."""
    await asked(doors.register.outages.get(id))
    await audited(doors, session.staff.login, "outage_ties", str(id))
    found = await asked(doors.register.outages.ties(id, after, limit + 1))
    more = str(after + limit) if len(found) > limit else ""
    linked(request, response, more)
    return Ties(ties=tuple(TieView.of(one) for one in found[:limit]), next=more)


@router.post("/{id}/ties", status_code=201)
async def tie(id: OutageId, body: TieIn, doors: OfDoors, session: AnyStaff) -> TieView:
    """He is told when it is over. The same household again is the same tie."""
    asked_for = await tie_of(doors.register, body, id)
    await audited(doors, session.staff.login, "outage_tie", str(id), once_in_s=0)
    return TieView.of(await asked(doors.register.outages.tie(id, asked_for)))


@router.post("/{id}/answered")
async def answered(id: OutageId, body: AnsweredIn, doors: OfDoors, session: AnyStaff) -> OutageView:
    """What a tied household says when it is told that it is over; 'no' makes a ticket for it."""
    await audited(doors, session.staff.login, "outage_answered", str(id), once_in_s=0)
    await asked(doors.register.outages.answered(id, body.party, body.restored))
    return await outage_view(doors, await asked(doors.register.outages.get(id)), session.staff.language)


@router.get("/{id}/announcement")
async def announcement(
    id: OutageId, doors: OfDoors, session: AnyStaff, language: Language | None = None
) -> AnnouncementView:
    """As it is published; in the language of whoever asks when none is said."""
    found = await asked(doors.register.outages.get(id))
    told = await asked(doors.register.outages.announcement(found, language or session.staff.language))
    return AnnouncementView.of(told)


@router.get("/{id}/map")
async def outage_map(id: OutageId, doors: OfDoors, session: AnyStaff) -> HouseMap:
    """The buildings concerned."""
    return await house_map(doors, session, (await asked(doors.register.outages.get(id))).areas)
