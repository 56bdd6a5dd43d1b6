"""The executor's own doors: the tickets of his organisation, what he does about them, and nobody else's data."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter, Request, Response

from kezek_api import problems
from kezek_api.conventions import After, IfMatch, Limit, OrderKey, etag, linked, wanted
from kezek_api.doors import Executor, OfDoors
from kezek_api.errors import Forbidden
from kezek_api.executors import own_notes, own_organisation, own_ticket
from kezek_api.looks import asked, audited
from kezek_api.routes.tickets import TicketNumber
from kezek_api.shapes import Short
from kezek_api.shapes_duties import OrganisationView
from kezek_api.shapes_executor import (
    Contact,
    ExecutorCard,
    ExecutorMoveIn,
    ExecutorPage,
    ExecutorTicket,
    ExecutorView,
    OrganisationTitle,
    OrganisationTitles,
)
from kezek_api.shapes_ticket_orders import NoteIn
from kezek_api.shapes_tickets import NoteView, PhotoView
from kezek_api.ticket_views import TicketViews
from kezek_register.moves import ENDED, mover_of
from kezek_register.ticket_types import State, TicketFilter

router = APIRouter(prefix="/api/executor", tags=["executor"], responses=problems.RESPONSES)


@router.get("")
async def me(doors: OfDoors, session: Executor) -> ExecutorView:
    own = await own_organisation(doors, session)
    tickets = doors.register.tickets
    return ExecutorView(
        organisation=OrganisationView.of(own),
        open=await asked(tickets.count(TicketFilter(state="open", organisation=own.code))),
        late=await asked(tickets.count(TicketFilter(organisation=own.code, late=True))),
    )


@router.get("/organisations")
async def organisations(doors: OfDoors, session: Executor) -> OrganisationTitles:
    """To whom a ticket can be handed on."""
    every = await asked(doors.register.organisations.all())
    others = [one for one in every if one.active and one.id != session.staff.organisation_id]
    return OrganisationTitles(organisations=tuple(OrganisationTitle(code=one.code, names=one.names) for one in others))


@router.get("/tickets")
async def tickets(
    doors: OfDoors,
    session: Executor,
    request: Request,
    response: Response,
    state: Literal["open"] | State | None = None,
    q: Short = "",
    late: bool = False,
    after: After = "",
    limit: Limit = 50,
) -> ExecutorPage:
    """Newest first."""
    own = await own_organisation(doors, session)
    await audited(doors, session.staff.login, "tickets", f"organisation={own.code}")
    asked_for = TicketFilter(state=state or "", organisation=own.code, text=q, late=late)
    page = await asked(doors.register.tickets.page(asked_for, after, limit))
    linked(request, response, page.cursor)
    views = await TicketViews(doors, session).all(page.items)
    return ExecutorPage(tickets=tuple(ExecutorTicket.of(one) for one in views), next=page.cursor)


@router.get("/tickets/{number}")
async def card(number: TicketNumber, doors: OfDoors, session: Executor, response: Response) -> ExecutorCard:
    ticket = await own_ticket(doors, session, number)
    await audited(doors, session.staff.login, "ticket", ticket.number)
    views = TicketViews(doors, session)
    etag(response, ticket.version)
    return ExecutorCard(
        ticket=ExecutorTicket.of(await views.of(ticket)),
        may=views.may(ticket),
        moves=await views.moves(await asked(doors.register.tickets.moves(ticket.number))),
        notes=tuple(NoteView.of(one) for one in await own_notes(doors, session, ticket.number)),
        photos=tuple(PhotoView.of(one) for one in await asked(doors.register.tickets.photos(ticket.number))),
    )


@router.get("/tickets/{number}/contact")
async def contact(number: TicketNumber, doors: OfDoors, session: Executor) -> Contact:
    """Whom to ring at the door; while the work lasts. Each look is written into the audit."""
    ticket = await own_ticket(doors, session, number)
    if ticket.state in ENDED:
        raise Forbidden("The work is over")
    await audited(doors, session.staff.login, "contact", ticket.number, once_in_s=0)
    return Contact(requester=ticket.requester, caller=ticket.caller, language=ticket.language)


@router.post("/tickets/{number}/moves")
async def move(
    number: TicketNumber,
    body: ExecutorMoveIn,
    doors: OfDoors,
    session: Executor,
    response: Response,
    if_match: IfMatch = None,
    key: OrderKey = "",
) -> ExecutorTicket:
    """Accept, report, hand on. Handed on, it is seen here for the last time."""
    ticket = await own_ticket(doors, session, number)
    moved = await asked(
        doors.register.tickets.move(
            ticket.number,
            body.move,
            mover_of(session.staff),
            wanted(if_match, ticket.version),
            organisation=body.organisation,
            why=body.why,
            key=key,
        )
    )
    etag(response, moved.version)
    return ExecutorTicket.of(await TicketViews(doors, session).of(moved))


@router.post("/tickets/{number}/notes", status_code=201)
async def note(number: TicketNumber, body: NoteIn, doors: OfDoors, session: Executor) -> NoteView:
    ticket = await own_ticket(doors, session, number)
    made = await asked(
        doors.register.tickets.note(ticket.number, mover_of(session.staff), body.text, public=body.public)
    )
    return NoteView.of(made)
