"""Tickets, streets, topics: reading the register."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Query

from kezek_api import problems
from kezek_api.doors import OfDoors, SignedIn, session_of
from kezek_api.shapes import Houses, Streets, StreetView, Ticket, Tickets, Topics, TopicView
from kezek_api.streets import ticket_for
from kezek_register import street_name
from kezek_register.ticket_types import State
from kezek_register.types import Street

router = APIRouter(prefix="/api", tags=["register"], responses=problems.RESPONSES, dependencies=[Depends(session_of)])


@router.get("/tickets/{number}")
async def ticket(number: Annotated[str, Path(max_length=32)], doors: OfDoors, session: SignedIn) -> Ticket:
    found = Ticket.of(await doors.register.tickets.get(number))
    return ticket_for(found, doors.street_name, session.staff.language)


@router.get("/tickets")
async def tickets(
    doors: OfDoors,
    session: SignedIn,
    state: Literal["open"] | State | None = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
) -> Tickets:
    """Newest first."""
    found = await doors.register.tickets.list(state=state, limit=limit)
    language = session.staff.language
    return Tickets(tickets=tuple(ticket_for(Ticket.of(one), doors.street_name, language) for one in found))


@router.get("/streets")
async def streets(doors: OfDoors, session: SignedIn, q: Annotated[str, Query(max_length=100)] = "") -> Streets:
    """At most 10, the nearest first; in the language of whoever asks."""
    language = session.staff.language
    found = await doors.register.addresses.search(q, language, 10) if q.strip() else []
    return Streets(streets=tuple(_street(street, language) for street, _ in found[:10]))


@router.get("/streets/{id}/houses")
async def houses(id: Annotated[int, Path(ge=1, le=2**31 - 1)], doors: OfDoors) -> Houses:
    await doors.register.addresses.street(id)
    return Houses(houses=tuple(await doors.register.addresses.houses(id)))


@router.get("/topics")
async def topics(doors: OfDoors) -> Topics:
    found = await doors.register.topics.all()
    return Topics(topics=tuple(TopicView(code=one.code, names=one.names, parent=one.parent) for one in found))


def _street(street: Street, language: str) -> StreetView:
    return StreetView(id=street.id, name=street_name(street, language), kind=street.kind)
