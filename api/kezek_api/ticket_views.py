"""Tickets as their reader sees them: titles in his language, deadlines as they stand now; and the whole card."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress

from kezek_api.auth import Session
from kezek_api.doors import Doors
from kezek_api.looks import asked
from kezek_api.shapes_emergencies import EmergencyView
from kezek_api.shapes_outages import OutageBrief
from kezek_api.shapes_tickets import LinkView, MoveView, NoteView, PhotoView, TicketCard, TicketView
from kezek_register import moves
from kezek_register.areas import Place
from kezek_register.outage_types import Outage
from kezek_register.place_types import name_in
from kezek_register.ticket_types import Move, TicketMove
from kezek_register.types import NotFound, Ticket


class TicketViews:
    """For one reader."""

    def __init__(self, doors: Doors, session: Session) -> None:
        self._doors = doors
        self._register = doors.register
        self._session = session
        self._language = session.staff.language

    async def of(self, ticket: Ticket) -> TicketView:
        return (await self.all([ticket]))[0]

    async def all(self, tickets: Sequence[Ticket]) -> tuple[TicketView, ...]:
        """In their order; what they name is looked up once."""
        if not tickets:
            return ()
        deadlines = await asked(self._register.tickets.deadlines(tickets))
        organisations = await self._organisations(one.organisation_id for one in tickets)
        territories = await self._territories(one.territory_id for one in tickets)
        return tuple(
            TicketView.of_work(
                ticket,
                deadlines[ticket.number],
                street=self._street(ticket),
                organisation=organisations.get(ticket.organisation_id or 0, ("", "")),
                territory=territories.get(ticket.territory_id or 0, ""),
            )
            for ticket in tickets
        )

    async def moves(self, told: Iterable[TicketMove]) -> tuple[MoveView, ...]:
        told = tuple(told)
        titles = {}
        if any(move.organisation for move in told):
            every = await asked(self._register.organisations.all())
            titles = {one.code: name_in(one.names, self._language) for one in every}
        return tuple(MoveView.of(move, titles.get(move.organisation, "")) for move in told)

    async def card(self, ticket: Ticket) -> TicketCard:
        tickets, number = self._register.tickets, ticket.number
        told = await asked(tickets.moves(number))
        outages = await self.outages_at(ticket)
        tied = next((one for one in outages if one.id == ticket.outage_id), None)
        if tied is None and ticket.outage_id is not None:
            tied = await asked(self._register.outages.get(ticket.outage_id))
        emergencies = await asked(self._register.emergencies.of_ticket(number))
        return TicketCard(
            ticket=await self.of(ticket),
            may=self.may(ticket),
            moves=await self.moves(told),
            notes=tuple(NoteView.of(one) for one in await asked(tickets.notes(number))),
            photos=tuple(PhotoView.of(one) for one in await asked(tickets.photos(number))),
            links=tuple(LinkView.of(one) for one in await asked(tickets.links(number))),
            outage=OutageBrief.of(tied, self._language) if tied else None,
            outages=tuple(OutageBrief.of(one, self._language) for one in outages if one.id != ticket.outage_id),
            emergencies=tuple(EmergencyView.of(one) for one in emergencies),
        )

    def may(self, ticket: Ticket) -> tuple[Move, ...]:
        """The moves that the reader has now."""
        return moves.allowed(ticket.state, moves.mover_of(self._session.staff), ticket.organisation_id)

    async def outages_at(self, ticket: Ticket) -> list[Outage]:
        """What is out at its address now; nothing for one that is over, or that names no street of the register."""
        if ticket.state in moves.ENDED or ticket.street_id is None:
            return []
        with suppress(NotFound):
            place: Place = await asked(self._register.places.of_house(ticket.street_id, ticket.house))
            return await asked(self._register.outages.affecting(place))
        return []

    def _street(self, ticket: Ticket) -> str:
        if ticket.street_id is None:
            return ticket.street
        return self._doors.street_name(ticket.street_id, self._language) or ticket.street

    async def _organisations(self, ids: Iterable[int | None]) -> dict[int, tuple[str, str]]:
        if not {one for one in ids if one is not None}:
            return {}
        every = await asked(self._register.organisations.all())
        return {one.id: (one.code, name_in(one.names, self._language)) for one in every}

    async def _territories(self, ids: Iterable[int | None]) -> dict[int, str]:
        wanted = {one for one in ids if one is not None}
        if not wanted:
            return {}
        named = await asked(self._register.area_names.territories(wanted))
        return {id: name_in(names, self._language) for id, names in named.items()}
