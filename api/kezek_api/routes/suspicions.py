"""Suspected mass outages: looked at by everybody, confirmed by one press, dismissed with a reason."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from kezek_api import problems
from kezek_api.conventions import After, Limit, etag, linked
from kezek_api.doors import AnyStaff, Doors, OfDoors, SecondLine
from kezek_api.looks import asked, audited
from kezek_api.outages_shown import house_map, outage_view
from kezek_api.routes.wallboard import LIVE, STREAM, Stream
from kezek_api.shapes_outages import OutageView
from kezek_api.shapes_places import HouseMap
from kezek_api.shapes_suspicions import (
    ConfirmIn,
    DismissIn,
    ExtendIn,
    Reports,
    ReportView,
    SuspicionPage,
    SuspicionView,
)
from kezek_api.storm.deciding import confirm as decide
from kezek_api.storm.usual import UNKNOWN
from kezek_api.suspicions_shown import suspicion_view, suspicion_views
from kezek_register.detection.types import SuspicionState
from kezek_register.outage_types import BadOutage

router = APIRouter(prefix="/api/suspicions", tags=["suspicions"], responses=problems.RESPONSES)

SuspicionId = Annotated[int, Path(ge=1, le=2**31 - 1)]


@router.get("")
async def suspicions(
    doors: OfDoors,
    session: AnyStaff,
    request: Request,
    response: Response,
    state: SuspicionState | None = None,
    after: After = "",
    limit: Limit = 50,
) -> SuspicionPage:
    """The newest first."""
    page = await asked(doors.register.suspicions.page(state or "", after, limit))
    linked(request, response, page.cursor)
    views = await suspicion_views(doors, page.items, session.staff.language)
    return SuspicionPage(suspicions=views, next=page.cursor)


@router.get("/events", response_class=Stream, responses={200: {"content": STREAM}})
async def events(doors: OfDoors, session: AnyStaff) -> Stream:
    """`suspicion`, `addition`, `outage`, `bulletin` and `rung`, each with `{revision}`: within a second or two
    something of that kind is another than before. 429 `too_many` for more streams of one person than anybody looks
    at."""
    login = session.staff.login
    doors.streams.need(login)
    stream = Stream(doors.news.events(), headers=LIVE)
    stream.place = doors.streams.taken(login)
    return stream


@router.get("/{id}")
async def suspicion(id: SuspicionId, doors: OfDoors, session: AnyStaff) -> SuspicionView:
    return await suspicion_view(doors, await asked(doors.register.suspicions.get(id)), session.staff.language)


@router.get("/{id}/reports")
async def reports(
    id: SuspicionId,
    doors: OfDoors,
    session: AnyStaff,
    request: Request,
    response: Response,
    after: Annotated[int, Query(ge=0, le=2**31 - 1, description="`next` of the page before, left out at first")] = 0,
    limit: Limit = 50,
) -> Reports:
    """The voices behind it, in the order in which they came, as long as they are kept. Each look is written into the
    audit."""
    await asked(doors.register.suspicions.get(id))
    await audited(doors, session.staff.login, "suspicion_reports", str(id))
    found = await asked(doors.register.troubles.of_suspicion(id, after, limit + 1))
    more = str(found[limit - 1].id) if len(found) > limit else ""
    linked(request, response, more)
    told = tuple(
        ReportView(
            at=one.at,
            source=one.source,
            topic=one.topic,
            says=one.says,
            street_id=one.street_id,
            street=doors.street_name(one.street_id, session.staff.language) if one.street_id else "",
            house=one.house,
            party=one.party,
            sure=one.sure,
            call=one.call,
        )
        for one in found[:limit]
    )
    return Reports(reports=told, next=more)


@router.get("/{id}/map")
async def suspicion_map(id: SuspicionId, doors: OfDoors, session: AnyStaff) -> HouseMap:
    """The buildings concerned."""
    return await house_map(doors, session, (await asked(doors.register.suspicions.get(id))).areas)


@router.post("/{id}/confirm")
async def confirm(
    id: SuspicionId, doors: OfDoors, session: SecondLine, response: Response, body: ConfirmIn | None = None
) -> OutageView:
    """It is an outage from this moment on, and the next caller of its area hears it. Of two who confirm at once one
    opens it, the other gets the same outage."""
    login, told = session.staff.login, body or ConfirmIn(words={})
    await audited(doors, login, "suspicion_confirm", str(id), once_in_s=0)
    outage = await asked(
        decide(
            doors.register,
            id,
            login,
            level=told.level,
            expected_at=told.expected_at,
            words={**told.words},
            topic=told.topic.strip(),
        )
    )
    etag(response, outage.version)
    return await outage_view(doors, outage, session.staff.language)


@router.post("/{id}/dismiss")
async def dismiss(id: SuspicionId, body: DismissIn, doors: OfDoors, session: SecondLine) -> SuspicionView:
    """It is none, and its like has to be surer for some hours. 409 `suspicion_decided` when it is an outage already."""
    login = session.staff.login
    await audited(doors, login, "suspicion_dismiss", str(id), once_in_s=0)
    kept = await asked(doors.register.suspicions.dismiss(id, login, body.why.strip()))
    return await suspicion_view(doors, kept, session.staff.language)


@router.post("/{id}/extend")
async def extend(
    id: SuspicionId, doors: OfDoors, session: SecondLine, response: Response, body: ExtendIn | None = None
) -> OutageView:
    """It has grown beyond its outage, which has its areas too from now on. With `outage_id` it is a part of that one,
    and confirmed with it. 422 `bad_outage` for an outage of another matter."""
    login, to = session.staff.login, body.outage_id if body else None
    if to is not None:
        await _of_one_matter(doors, id, to)
    await audited(doors, login, "suspicion_extend", str(id), once_in_s=0)
    outage = await asked(doors.register.suspicions.extend(id, login, to))
    etag(response, outage.version)
    return await outage_view(doors, outage, session.staff.language)


async def _of_one_matter(doors: Doors, id: int, outage_id: int) -> None:
    """Raises NotFound, BadOutage."""
    kept = await asked(doors.register.suspicions.get(id))
    outage = await asked(doors.register.outages.get(outage_id))
    if kept.topic != UNKNOWN and not doors.rules.detection.same_matter(kept.topic, outage.topic):
        raise BadOutage(f"it is of another matter: {outage.topic}")
