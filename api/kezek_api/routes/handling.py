"""What an operator does with a talk: hold, transfer, consult, record. The line is told; the node that conducts the call
reads it from the feed and does it on the exchange."""

from __future__ import annotations

from datetime import UTC, datetime

from fastapi import APIRouter

from kezek_api import problems
from kezek_api.doors import Doors, OfDoors, Operator
from kezek_api.errors import Forbidden, Invalid
from kezek_api.shapes_handling import ConsultIn, RecordingIn, TransferIn
from kezek_queue.types import Call, CallState, NotAllowed, Unknown
from kezek_register.types import AuditEntry

router = APIRouter(prefix="/api/calls", tags=["calls"], responses=problems.RESPONSES)


@router.post("/{call}/hold", status_code=204)
async def hold(call: str, session: Operator, doors: OfDoors) -> None:
    mine = await _owned(doors, call, session.staff.login)
    if (mine.aside_to or mine.helper) and mine.aside_state != "joined":
        raise NotAllowed("the caller waits while somebody is consulted")
    await doors.queues.command(call, mine.offer, "hold")


@router.post("/{call}/resume", status_code=204)
async def resume(call: str, session: Operator, doors: OfDoors) -> None:
    mine = await _owned(doors, call, session.staff.login)
    await doors.queues.command(call, mine.offer, "resume")


@router.post("/{call}/transfer", status_code=204)
async def transfer(call: str, body: TransferIn, session: Operator, doors: OfDoors) -> None:
    """Blind. To an operator or a queue: the caller waits at his old place. To a number: the exchange dials it, and
    who is not answered there comes back into the line."""
    mine = await _owned(doors, call, session.staff.login)
    if body.number:
        await doors.queues.command(call, mine.offer, "transfer", number=body.number)
        return
    if body.queue and body.queue not in doors.settings.queues:
        raise Invalid("queue: the site has none of this name")
    if body.operator:
        await _colleague(doors, body.operator, session.staff.login)
    await doors.queues.transfer(
        call, mine.offer, queue=body.queue, wanted=body.operator, wrap_up=doors.settings.wrap_up_s
    )


@router.post("/{call}/consult", status_code=204)
async def consult(call: str, body: ConsultIn, session: Operator, doors: OfDoors) -> None:
    """The caller hears music meanwhile. A colleague is kept from other calls from now on."""
    mine = await _owned(doors, call, session.staff.login)
    if mine.aside_to or mine.helper:
        raise NotAllowed("somebody is consulted already")
    if body.number:
        await doors.queues.command(call, mine.offer, "consult", number=body.number)
        return
    await _colleague(doors, body.operator, session.staff.login)
    await doors.queues.invite(call, mine.offer, body.operator)
    await doors.queues.command(call, mine.offer, "consult", operator=body.operator)


@router.post("/{call}/consult/join", status_code=204)
async def join(call: str, session: Operator, doors: OfDoors) -> None:
    """Conference: all three hear each other."""
    mine = await _consulting(doors, call, session.staff.login)
    await doors.queues.command(call, mine.offer, "join")


@router.post("/{call}/consult/complete", status_code=204)
async def complete(call: str, session: Operator, doors: OfDoors) -> None:
    """The caller talks on with the other; this operator wraps up."""
    mine = await _consulting(doors, call, session.staff.login)
    await doors.queues.command(call, mine.offer, "complete")


@router.post("/{call}/consult/cancel", status_code=204)
async def cancel(call: str, session: Operator, doors: OfDoors) -> None:
    """The other leaves, or is rung no more; the caller is back."""
    mine = await _owned(doors, call, session.staff.login)
    await doors.queues.command(call, mine.offer, "cancel")


@router.post("/{call}/recording", status_code=204)
async def recording(call: str, body: RecordingIn, session: Operator, doors: OfDoors) -> None:
    mine = await _owned(doors, call, session.staff.login)
    notes = await doors.queues.notes(call)
    if notes.get("recording", "forbidden") in ("forbidden", "refused"):
        raise NotAllowed("this call may not be recorded")
    what = "recording_on" if body.on else "recording_off"
    await doors.files.note(AuditEntry(session.staff.login, what, call, datetime.now(UTC)))
    await doors.queues.command(call, mine.offer, "record" if body.on else "stop_recording")


async def _owned(doors: Doors, call: str, login: str) -> Call:
    """Raises Forbidden for another's call, NotAllowed outside a talk, Unknown."""
    known = await doors.queues.call(call)
    if login not in (known.operator, known.helper):
        raise Forbidden("Another operator's call")
    if known.state is not CallState.TALKING:
        raise NotAllowed("there is no talk")
    if known.operator != login:
        raise NotAllowed("the call is its owner's to give")
    return known


async def _consulting(doors: Doors, call: str, login: str) -> Call:
    mine = await _owned(doors, call, login)
    if mine.aside_state not in ("talking", "joined"):
        raise NotAllowed("nobody is consulted")
    return mine


async def _colleague(doors: Doors, operator: str, login: str) -> None:
    if operator == login:
        raise Invalid("operator: somebody else is wanted")
    try:
        await doors.queues.operator(operator)
    except Unknown:
        raise Invalid("operator: nobody of this name is at work") from None
