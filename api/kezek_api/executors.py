"""What an executor may see: the tickets of his own organisation, as his work needs them."""

from __future__ import annotations

from kezek_api.auth import Session
from kezek_api.doors import Doors
from kezek_api.looks import asked
from kezek_register.duty_types import Organisation
from kezek_register.numbers import check
from kezek_register.ticket_types import TicketNote
from kezek_register.types import NotFound, Ticket


async def own_ticket(doors: Doors, session: Session, number: str) -> Ticket:
    """Raises BadNumber, and NotFound for another organisation's too: whether it exists is not told."""
    ticket = await asked(doors.register.tickets.get(number))
    if ticket.organisation_id is None or ticket.organisation_id != session.staff.organisation_id:
        raise NotFound(f"no ticket {check(number)}")
    return ticket


async def own_organisation(doors: Doors, session: Session) -> Organisation:
    """Raises NotFound."""
    return await asked(doors.register.organisations.by_id(session.staff.organisation_id or 0))


async def own_notes(doors: Doors, session: Session, number: str) -> list[TicketNote]:
    """The public ones, and those of people of his own organisation: the others are between operators."""
    colleagues = {
        one.login
        for one in await asked(doors.register.staff.all())
        if one.role == "executor" and one.organisation_id == session.staff.organisation_id
    }
    return [one for one in await asked(doors.register.tickets.notes(number)) if one.public or one.who in colleagues]
