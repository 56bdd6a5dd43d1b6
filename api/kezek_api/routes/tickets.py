"""Tickets: the list, the card, entry by hand, and what is done about them."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import AwareDatetime

from kezek_api import problems
from kezek_api.conventions import After, IfMatch, OrderKey, etag, linked, wanted
from kezek_api.doors import AnyStaff, OfDoors
from kezek_api.entry import draft_of, edit_of
from kezek_api.looks import asked, audited
from kezek_api.routes.history import period
from kezek_api.shapes import Short
from kezek_api.shapes_ticket_orders import (
    LinkIn,
    MoveIn,
    NoteIn,
    TicketEdit,
    TicketIn,
    TieTicketIn,
)
from kezek_api.shapes_tickets import (
    LinkView,
    Moves,
    NoteView,
    TicketCard,
    TicketPage,
    TicketView,
)
from kezek_api.ticket_views import TicketViews
from kezek_register.moves import mover_of
from kezek_register.numbers import check
from kezek_register.ticket_types import Channel, State, TicketFilter, TicketKind
from kezek_register.types import Ticket

router = APIRouter(prefix="/api/tickets", tags=["tickets"], responses=problems.RESPONSES)

TicketNumber = Annotated[str, Path(max_length=32)]
RowId = Annotated[int | None, Query(ge=1, le=2**31 - 1)]


@router.get("")
async def tickets(
    doors: OfDoors,
    session: AnyStaff,
    request: Request,
    response: Response,
    state: Literal["open"] | State | None = None,
    kind: TicketKind | None = None,
    topic: Annotated[Short, Query(description="Its children too")] = "",
    organisation: Annotated[Short, Query(description="A code")] = "",
    territory: Annotated[RowId, Query(description="What lies in it too")] = None,
    street: RowId = None,
    building: RowId = None,
    household: RowId = None,
    outage: RowId = None,
    channel: Channel | None = None,
    operator: Short = "",
    caller: Annotated[str, Query(max_length=32, description="A number; beside it nothing else is asked")] = "",
    q: Annotated[Short, Query(description="A number, or words of it")] = "",
    late: bool = False,
    unassigned: bool = False,
    since: AwareDatetime | None = None,
    until: AwareDatetime | None = None,
    after: After = "",
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
) -> TicketPage:
    """Newest first."""
    if since is not None or until is not None:
        period(since, until)
    await audited(doors, session.staff.login, "tickets", "caller" if caller.strip() else _subject(request))
    views = TicketViews(doors, session)
    if caller.strip():
        found = await asked(doors.register.tickets.of_caller(caller, limit))
        return TicketPage(tickets=await views.all(found))
    asked_for = TicketFilter(
        state=state or "",
        kind=kind or "",
        topic=topic,
        organisation=organisation,
        territory=territory,
        street=street,
        building=building,
        household=household,
        outage=outage,
        channel=channel or "",
        operator=operator,
        text=q,
        late=late,
        unassigned=unassigned,
        since=since,
        until=until,
    )
    page = await asked(doors.register.tickets.page(asked_for, after, limit))
    linked(request, response, page.cursor)
    return TicketPage(tickets=await views.all(page.items), next=page.cursor)


@router.post("", status_code=201)
async def register(
    body: TicketIn, doors: OfDoors, session: AnyStaff, response: Response, key: OrderKey = ""
) -> TicketView:
    """By hand: it always works, whatever integration is down. Told twice with one key, it is one ticket."""
    draft = await draft_of(doors.register, body, session.staff)
    kind_said = body.kind is not None
    made = await asked(doors.register.tickets.register(draft, mover_of(session.staff), key=key, kind_said=kind_said))
    etag(response, made.version)
    response.headers["Location"] = f"/api/tickets/{made.number}"
    return await TicketViews(doors, session).of(made)


@router.get("/{number}")
async def ticket(number: TicketNumber, doors: OfDoors, session: AnyStaff, response: Response) -> TicketView:
    found = await _looked_at(number, doors, session.staff.login)
    etag(response, found.version)
    return await TicketViews(doors, session).of(found)


@router.get("/{number}/card")
async def card(number: TicketNumber, doors: OfDoors, session: AnyStaff, response: Response) -> TicketCard:
    found = await _looked_at(number, doors, session.staff.login)
    etag(response, found.version)
    return await TicketViews(doors, session).card(found)


@router.patch("/{number}")
async def edit(
    number: TicketNumber,
    body: TicketEdit,
    doors: OfDoors,
    session: AnyStaff,
    response: Response,
    if_match: IfMatch = None,
) -> TicketView:
    present = await asked(doors.register.tickets.get(number))
    version = wanted(if_match, present.version)
    fields = await edit_of(doors.register, body, present)
    changed = await asked(doors.register.tickets.edit(present.number, fields, version, mover_of(session.staff)))
    etag(response, changed.version)
    return await TicketViews(doors, session).of(changed)


@router.get("/{number}/moves")
async def moves(number: TicketNumber, doors: OfDoors, session: AnyStaff) -> Moves:
    """Oldest first."""
    told = await asked(doors.register.tickets.moves(number))
    return Moves(moves=await TicketViews(doors, session).moves(told))


@router.post("/{number}/moves")
async def move(
    number: TicketNumber,
    body: MoveIn,
    doors: OfDoors,
    session: AnyStaff,
    response: Response,
    if_match: IfMatch = None,
    key: OrderKey = "",
) -> TicketView:
    present = await asked(doors.register.tickets.get(number))
    version = wanted(if_match, present.version)
    moved = await asked(
        doors.register.tickets.move(
            present.number,
            body.move,
            mover_of(session.staff),
            version,
            organisation=body.organisation,
            why=body.why,
            key=key,
        )
    )
    etag(response, moved.version)
    return await TicketViews(doors, session).of(moved)


@router.post("/{number}/notes", status_code=201)
async def note(number: TicketNumber, body: NoteIn, doors: OfDoors, session: AnyStaff) -> NoteView:
    made = await asked(doors.register.tickets.note(number, mover_of(session.staff), body.text, public=body.public))
    return NoteView.of(made)


@router.post("/{number}/links", status_code=201)
async def link(number: TicketNumber, body: LinkIn, doors: OfDoors, session: AnyStaff) -> LinkView:
    """Seen from either; said again, the newer word stands."""
    await asked(doors.register.tickets.link(number, body.number, body.how, mover_of(session.staff)))
    return LinkView(number=check(body.number), how=body.how)


@router.put("/{number}/outage")
async def tie(
    number: TicketNumber, body: TieTicketIn, doors: OfDoors, session: AnyStaff, response: Response
) -> TicketView:
    """His household is told when the outage is over."""
    tied = await asked(doors.register.tickets.tie(number, body.outage_id, mover_of(session.staff)))
    etag(response, tied.version)
    return await TicketViews(doors, session).of(tied)


async def _looked_at(number: str, doors: OfDoors, login: str) -> Ticket:
    found = await asked(doors.register.tickets.get(number))
    await audited(doors, login, "ticket", found.number)
    return found


def _subject(request: Request) -> str:
    """What was asked for, without words and numbers of people, in one spelling."""
    told = [f"{name}={value}" for name, value in sorted(request.query_params.items()) if name not in ("q", "caller")]
    return "&".join(told)[:200]
