"""Callbacks: ordered for somebody who left, listed, and taken back."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from fastapi import APIRouter, Response

from kezek_api import problems
from kezek_api.doors import Doors, Manager, OfDoors
from kezek_api.filing import within
from kezek_api.looks import LIMIT_S, audited
from kezek_api.routes.history import CallId
from kezek_api.shapes_history import Callback, Callbacks
from kezek_queue.types import Call, CallKind, CallState, End, NotAllowed, Unknown
from kezek_register.types import CallRecord, NotFound

router = APIRouter(prefix="/api", tags=["callbacks"], responses=problems.RESPONSES)

LOST = (End.ABANDONED, End.CUT)
SILENT_S = 600.0  # a list renewed meanwhile is one look for the audit


@router.post("/abandoned/{call}/callback")
async def order(call: CallId, doors: OfDoors, session: Manager) -> Callback:
    """He is called back at the place of that call; again gives the same one, and so does a callback of the same number
    that lives already. 409 `not_allowed` for a hidden number, and for a call that was no lost one."""
    record = await within(doors.register.history.get(call), LIMIT_S)
    if record.end not in LOST or record.kind != "call":
        raise NotAllowed("This call was neither abandoned nor cut")
    if not record.caller:
        raise NotAllowed("The number is hidden")
    await audited(doors, session.staff.login, "callback_ordered", call, once_in_s=0)
    made = await doors.queues.callback(
        call,
        caller=record.caller,
        queue=record.queue or _queue_of(doors, record),
        priority=record.priority,
        place_since=record.since.timestamp(),
    )
    return Callback.of_call(made, (await _positions(doors)).get(made.call, 0))


@router.get("/callbacks")
async def pending(doors: OfDoors, session: Manager) -> Callbacks:
    """In the order of the line; then those in a talk, and last those to be tried again later, the next one first."""
    await audited(doors, session.staff.login, "callbacks", "", once_in_s=SILENT_S)
    positions = await _positions(doors)
    # the picture of the line does not show those outside of it; the history knows each that has no end
    outside = await within(doors.register.history.open_callbacks(), LIMIT_S)
    names = list(dict.fromkeys([*positions, *(record.call for record in outside)]))
    calls = await asyncio.gather(*(_call(doors, name) for name in names))
    living = [call for call in calls if call is not None and call.state is not CallState.ENDED]
    living.sort(
        key=lambda call: (call.call not in positions, call.until, positions.get(call.call, 0), call.place_since)
    )
    return Callbacks(callbacks=tuple(Callback.of_call(call, positions.get(call.call, 0)) for call in living))


@router.delete("/callbacks/{call}", status_code=204)
async def cancel(call: CallId, doors: OfDoors, session: Manager) -> Response:
    """Not wanted any more: it leaves the line, and dialling stops. A talk that has begun goes on. Again is no error.

    It ends as `abandoned`: no operator spoke to him, he was told nothing, and none of the other ends is true. A
    callback is in no list of abandoned callers and in no count of them; its original stays there as not reached.
    """
    known = await doors.queues.call(call)
    if known.kind is not CallKind.CALLBACK:
        raise NotFound("No such callback")
    if known.connected_at or known.state is CallState.ENDED:
        return Response(status_code=204)
    await audited(doors, session.staff.login, "callback_cancelled", call, once_in_s=0)
    with suppress(Unknown):
        await doors.queues.end(call, End.ABANDONED)
    return Response(status_code=204)


async def _positions(doors: Doors) -> dict[str, int]:
    """Callbacks in the line, in its order: queue by queue, the next one first."""
    snapshot = await doors.queues.snapshot()
    return {place.call: place.position for place in snapshot.waiting if place.kind is CallKind.CALLBACK}


async def _call(doors: Doors, name: str) -> Call | None:
    try:
        return await doors.queues.call(name)
    except Unknown:
        return None


def _queue_of(doors: Doors, record: CallRecord) -> str:
    """Of a call that was cut before it came into a line."""
    numbers = doors.settings.numbers
    return numbers.get(record.dialled) or next(iter(numbers.values()), "")
