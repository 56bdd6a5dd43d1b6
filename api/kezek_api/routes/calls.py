"""What the operator of a call does with it: mend the fields, confirm the ticket."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import Any

from fastapi import APIRouter

from kezek_api import problems
from kezek_api.auth import Session
from kezek_api.callfile import FIELDS
from kezek_api.doors import Doors, OfDoors, Operator
from kezek_api.errors import Forbidden, Invalid
from kezek_api.filing import Filing, within
from kezek_api.pop import fields_of, keyed, pop_of, settled, ticket_of
from kezek_api.present_pop import PHASES
from kezek_api.shapes import Pop, Ticket
from kezek_api.shapes_calls import ConfirmIn, Further, MendIn
from kezek_api.story import tell_ticket
from kezek_api.streets import pop_for, ticket_for
from kezek_ivr.types import FieldNote
from kezek_queue.types import Call, OperatorState
from kezek_register import street_name
from kezek_register.types import NotFound, RegisterError

router = APIRouter(prefix="/api/calls", tags=["calls"], responses=problems.RESPONSES)


@router.put("/{call}/fields")
async def mend(call: str, body: MendIn, session: Operator, doors: OfDoors) -> Pop:
    """Only what is named changes; '' empties a field. A street goes by its id, or by its name alone."""
    known = await _own(doors, call, session)
    notes = await doors.queues.notes(call)
    present = fields_of(notes, await doors.files.read(call))
    given = body.model_dump(exclude_unset=True, exclude_none=True, exclude={"street_id", "street", "note"})
    if body.street_id is not None:
        given["street"] = await _street(doors, body.street_id, notes.get("language", ""))
    elif body.street is not None:
        given["street"] = keyed(body.street)
    changes: dict[str, Any] = settled(present, await _keyed(doors, present, given))
    if body.note is not None:
        changes["note"] = body.note
    if changes:
        await doors.files.write(call, {**changes, "operator": session.staff.login}, what="call_fields")
        doors.desks.look_again(session.staff.login)
        filed = await doors.files.read(call)
        if filed.number and not filed.confirmed and _sql(doors):  # the talk is over, its ticket stands unconfirmed
            with suppress(RegisterError):
                await within(doors.register.tickets.ensure(ticket_of(known, notes, filed)))
    return await _pop(doors, known, session)


@router.post("/{call}/ticket")
async def confirm(call: str, body: ConfirmIn, session: Operator, doors: OfDoors) -> Ticket:
    """The ticket with its registration number; again gives the same number. While SQL is away it is kept, with a number
    of this node's stock and `filed` false, and written when SQL is back; 503 (kept too) when the stock is empty."""
    known = await _own(doors, call, session)
    notes = await doors.queues.notes(call)
    present = fields_of(notes, await doors.files.read(call))
    given: dict[str, Any] = {"house": body.house, "flat": body.flat, "topic": body.topic}
    given |= body.model_dump(exclude_unset=True, exclude_none=True, include=set(Further.model_fields))
    street = present.get("street")
    if body.street_id is not None:
        given["street"] = await _street(doors, body.street_id, notes.get("language", ""), street)
    elif street is not None and street["ref"]:
        given["street"] = keyed("")
    nothing_more: dict[str, Any] = {name: keyed("") for name in FIELDS if name not in present}
    changes = nothing_more | present | settled(present, await _keyed(doors, present, given))
    changes |= {"note": body.note, "operator": session.staff.login}
    await doors.files.write(call, changes, what="call_ticket")

    filed = await doors.files.read(call)
    filing = Filing(doors.files, doors.register)
    ticket, stands = await filing.confirm(ticket_of(known, notes, filed), filed, sql=_sql(doors))
    doors.desks.look_again(session.staff.login)
    if stands:
        tell_ticket(doors.stories, notes, ticket)
    return ticket_for(Ticket.of(ticket, filed=stands), doors.street_name, session.staff.language)


def _sql(doors: Doors) -> bool:
    """Worth asking: nobody waits for a database that is known to be away."""
    part = doors.health.parts["sql"]
    return part.ok or part.detail == "starting"


async def _own(doors: Doors, call: str, session: Session) -> Call:
    """The call, when it is this operator's: ringing, talked to (as helper too), or ended. Raises Forbidden, Unknown."""
    known = await doors.queues.call(call)
    login = session.staff.login
    if login not in (known.operator, known.helper, *known.ringing) and not await _wraps_up(doors, call, login):
        raise Forbidden("Another operator's call")
    return known


async def _wraps_up(doors: Doors, call: str, login: str) -> bool:
    """Given away, but not yet written up."""
    operator = await doors.queues.operator(login)
    return operator.call == call and operator.state is OperatorState.WRAP_UP


async def _pop(doors: Doors, call: Call, session: Session) -> Pop:
    operator = await doors.queues.operator(session.staff.login)
    phase = PHASES.get(operator.state if operator.call == call.call else OperatorState.WRAP_UP, "wrap_up")
    notes, filed = await doors.queues.notes(call.call), await doors.files.read(call.call)
    pop = pop_of(call, notes, filed, phase=phase, now=time.time(), login=session.staff.login)
    return pop_for(pop, doors.street_name, session.staff.language)


async def _street(doors: Doors, street_id: int, language: str, present: FieldNote | None = None) -> FieldNote:
    """The street by its id. While the register is away the present one is taken at its word. Raises Invalid."""
    if present is not None and present["ref"] == str(street_id):
        return keyed(present["value"], present["ref"])
    try:
        street = await within(doors.register.addresses.street(street_id))
    except NotFound:
        raise Invalid("street_id: no such street") from None
    return keyed(street_name(street, language), str(street.id))


async def _keyed(doors: Doors, present: dict[str, FieldNote], given: dict[str, Any]) -> dict[str, FieldNote]:
    """What the operator wrote as fields; a house that exists gets its building's id."""
    fields: dict[str, FieldNote] = {
        name: keyed(value.strip()) if isinstance(value, str) else value for name, value in given.items()
    }
    street = fields.get("street") or present.get("street")
    house = fields.get("house") or present.get("house")
    if street and street["ref"].isdigit() and house and house["value"] and "house" in fields and _sql(doors):
        with suppress(RegisterError):
            building = await within(doors.register.addresses.building(int(street["ref"]), house["value"]))
            if building is not None:
                fields["house"] = keyed(building.house, str(building.id))
    return fields
