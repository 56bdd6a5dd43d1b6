"""What is told to whom, and who looked at what: notices, the audit, a person's erasure. For managers."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from kezek_api import problems
from kezek_api.conventions import After, Limit, linked
from kezek_api.doors import Manager, OfDoors
from kezek_api.erasing import erase
from kezek_api.looks import asked, audited
from kezek_api.routes.history import Since, Until, period, subject_of
from kezek_api.shapes import Short
from kezek_api.shapes_governance import (
    AuditView,
    ErasureIn,
    ErasureView,
    Look,
    NoticeKey,
    NoticePage,
    NoticeView,
)
from kezek_register.notice_types import NoticeState

router = APIRouter(prefix="/api", tags=["governance"], responses=problems.RESPONSES)


@router.get("/notices")
async def notices(
    doors: OfDoors,
    session: Manager,
    request: Request,
    response: Response,
    state: Annotated[list[NoticeState] | None, Query(description="May be repeated; all when left out")] = None,
    after: After = "",
    limit: Limit = 50,
) -> NoticePage:
    """What people are told, newest first; `unclear`: nobody knows whether it went out. Each look is written into the
    audit."""
    await audited(doors, session.staff.login, "notices", ",".join(sorted(state or ())))
    page = await asked(doors.register.notices.page(state or (), after, limit))
    linked(request, response, page.cursor)
    return NoticePage(notices=tuple(NoticeView.of(one) for one in page.items), next=page.cursor)


@router.post("/notices/again")
async def again(body: NoticeKey, doors: OfDoors, session: Manager) -> NoticeView:
    """One that is unclear, failed or dropped is sent again: a person has decided."""
    made = await asked(doors.register.notices.again(body.key))
    await audited(doors, session.staff.login, "notice_again", made.about, once_in_s=0)
    return NoticeView.of(made)


@router.get("/audit")
async def audit(
    doors: OfDoors,
    session: Manager,
    request: Request,
    response: Response,
    since: Since = None,
    until: Until = None,
    login: Annotated[Short, Query(description="Of one person")] = "",
    what: Annotated[Short, Query(description="Of one kind, as `what` of an entry names it")] = "",
    after: After = "",
    limit: Annotated[int, Query(ge=1, le=1000)] = 200,
) -> AuditView:
    """Who looked at whose data in [since, until), newest first; looking at it is a look too, its pages are one."""
    first, last = period(since, until)
    await audited(doors, session.staff.login, "audit", subject_of(since, until))
    page = await asked(doors.register.audit.page(first, last, after, limit, login=login, what=what))
    linked(request, response, page.cursor)
    return AuditView(entries=tuple(Look.of(entry) for entry in page.items), next=page.cursor)


@router.post("/persons/erasure")
async def erasure(body: ErasureIn, doors: OfDoors, session: Manager) -> ErasureView:
    """Whoever has this number is taken out: number, name, words, recordings, photos. Tickets and figures remain. For
    ever."""
    settings = doors.settings
    folders = (settings.recordings_folder, settings.photos_folder)
    done = await asked(erase(doors.register, *folders, body.phone, who=session.staff.login, key=settings.key()))
    return ErasureView.of(done)
