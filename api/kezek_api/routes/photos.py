"""Photos of tickets: the file itself as the request's body, at most 8 MiB; for the staff and for executors."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import FileResponse

from kezek_api import photos, problems
from kezek_api.auth import Session
from kezek_api.doors import AnyStaff, Doors, Executor, OfDoors
from kezek_api.errors import Invalid
from kezek_api.executors import own_ticket
from kezek_api.looks import asked, audited
from kezek_api.routes.tickets import TicketNumber
from kezek_api.shapes import Short
from kezek_api.shapes_tickets import PhotoView
from kezek_register.moves import mover_of
from kezek_register.types import NotFound, RegisterError, Ticket, Unavailable

router = APIRouter(prefix="/api", tags=["tickets"], responses=problems.RESPONSES)

PhotoId = Annotated[int, Path(ge=1, le=2**31 - 1)]
Words = Annotated[Short, Query(description="What it shows")]
BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {kind: {"schema": {"type": "string", "format": "binary"}} for kind in photos.MEDIA_TYPES},
    }
}
FILE: dict[int | str, dict[str, Any]] = {
    200: {"content": {kind: {"schema": {"type": "string", "format": "binary"}} for kind in photos.MEDIA_TYPES}}
}


@router.post("/tickets/{number}/photos", status_code=201, openapi_extra=BODY)
async def take(
    number: TicketNumber, doors: OfDoors, session: AnyStaff, request: Request, words: Words = ""
) -> PhotoView:
    ticket = await asked(doors.register.tickets.get(number))
    return await _take(doors, session, ticket, request, words)


@router.get("/tickets/{number}/photos/{id}", response_class=FileResponse, responses=FILE)
async def show(number: TicketNumber, id: PhotoId, doors: OfDoors, session: AnyStaff) -> FileResponse:
    """Each look is written into the audit."""
    ticket = await asked(doors.register.tickets.get(number))
    return await _show(doors, session, ticket, id)


@router.post("/executor/tickets/{number}/photos", status_code=201, openapi_extra=BODY, tags=["executor"])
async def take_own(
    number: TicketNumber, doors: OfDoors, session: Executor, request: Request, words: Words = ""
) -> PhotoView:
    return await _take(doors, session, await own_ticket(doors, session, number), request, words)


@router.get("/executor/tickets/{number}/photos/{id}", response_class=FileResponse, responses=FILE, tags=["executor"])
async def show_own(number: TicketNumber, id: PhotoId, doors: OfDoors, session: Executor) -> FileResponse:
    """Each look is written into the audit."""
    return await _show(doors, session, await own_ticket(doors, session, number), id)


async def _take(doors: Doors, session: Session, ticket: Ticket, request: Request, words: str) -> PhotoView:
    """The file first, its row after; without a row the file goes again. When nobody knows whether there is one (SQL
    went away meanwhile), the books settle it."""
    with doors.photos.taken(session.staff.login):
        if len(await asked(doors.register.tickets.photos(ticket.number))) >= photos.MOST:
            raise Invalid(f"A ticket has at most {photos.MOST} photos")
        folder = doors.settings.photos_folder
        media_type = request.headers.get("content-type", "")
        stored = await photos.store(folder, request.stream(), media_type, datetime.now(UTC))
        try:
            photo = await asked(
                doors.register.tickets.photo(
                    ticket.number, mover_of(session.staff), stored.file, stored.media_type, stored.size, words
                )
            )
        except RegisterError as refused:
            if not isinstance(refused, Unavailable):
                await asyncio.shield(asyncio.to_thread(photos.discard, folder, stored.file))
            raise
        await asyncio.shield(asyncio.to_thread(photos.keep, folder, stored.file))
    return PhotoView.of(photo)


async def _show(doors: Doors, session: Session, ticket: Ticket, id: int) -> FileResponse:
    photo = await asked(doors.register.tickets.photo_of(ticket.number, id))
    file = await asyncio.to_thread(photos.path_of, doors.settings.photos_folder, photo.file)
    if file is None:
        raise NotFound("The photo's file is not there")
    await audited(doors, session.staff.login, "photo", f"{ticket.number}/{id}")
    return FileResponse(file, media_type=photo.media_type, headers={"Cache-Control": "no-store"})
