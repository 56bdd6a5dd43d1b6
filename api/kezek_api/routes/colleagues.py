"""Whom a call can be given to; and what a manager does with an operator: hear his talk, sign him out."""

from __future__ import annotations

from fastapi import APIRouter

from kezek_api import problems
from kezek_api.doors import Manager, OfDoors, Operator
from kezek_api.rules import named
from kezek_api.shapes_handling import (
    Colleague,
    ColleagueQueue,
    Colleagues,
    NumberOutside,
    SuperviseIn,
    Supervision,
)
from kezek_queue.types import NotAllowed, OperatorState

router = APIRouter(prefix="/api", tags=["colleagues"], responses=problems.RESPONSES)


@router.get("/colleagues")
async def colleagues(session: Operator, doors: OfDoors) -> Colleagues:
    """In the language of whoever asks; operators who are away are left out, and himself."""
    now = await doors.queues.snapshot()  # fresher than any picture: an operator is chosen by it
    language, rules = session.staff.language, doors.rules
    return Colleagues(
        operators=tuple(
            Colleague(
                operator=one.operator,
                name=doors.desks.name(one.operator),
                state=one.state,
                reachable=one.reachable,
                queues=(*one.queues, *one.joined),
            )
            for one in now.operators
            if one.operator != session.staff.login and one.state is not OperatorState.AWAY
        ),
        queues=tuple(
            ColleagueQueue(
                queue=load.queue,
                name=rules.queue_name(load.queue, language),
                waiting=load.waiting,
                ready=load.ready,
            )
            for load in now.queues
            if load.queue in doors.settings.queues
        ),
        numbers=tuple(NumberOutside(number=number, name=named(names, language)) for number, names in rules.numbers),
    )


@router.post("/supervision")
async def supervise(body: SuperviseIn, session: Manager, doors: OfDoors) -> Supervision:
    """The manager's own phone rings, and he hears the talk; again for the same talk changes the mode."""
    if not session.staff.phone:
        raise NotAllowed("a manager without a phone cannot listen")
    operator = await doors.queues.operator(body.operator)
    if operator.state is not OperatorState.TALKING or not operator.call:
        raise NotAllowed("the operator is in no talk")
    await doors.supervisors.begin(
        session.staff.login, session.staff.phone, operator=body.operator, call=operator.call,
        operator_phone=operator.phone, mode=body.mode,
    )  # fmt: skip
    return Supervision(operator=body.operator, mode=body.mode)


@router.delete("/supervision", status_code=204)
async def stop(session: Manager, doors: OfDoors) -> None:
    await doors.supervisors.end(session.staff.login)


@router.post("/operators/{login}/sign-out", status_code=204)
async def sign_out(login: str, session: Manager, doors: OfDoors) -> None:
    """Away, at once or after the present talk."""
    await doors.queues.sign_out(login)
