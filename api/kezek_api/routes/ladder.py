"""The ladder of overload: looked at, and moved by hand."""

from __future__ import annotations

from contextlib import suppress

from fastapi import APIRouter

from kezek_api import problems
from kezek_api.doors import AnyStaff, Manager, OfDoors, SecondLine
from kezek_api.ladder import words
from kezek_api.ladder.crew import called_in
from kezek_api.looks import asked, audited
from kezek_api.shapes_ladder import (
    LadderIn,
    LadderView,
    MeasuredView,
    PresentRung,
    RungChangeView,
    RungState,
    RungView,
)
from kezek_register.types import Unavailable

router = APIRouter(prefix="/api/ladder", tags=["ladder"], responses=problems.RESPONSES)

SHOWN = 100  # changes


@router.get("")
async def ladder(doors: OfDoors, session: SecondLine) -> LadderView:
    """Where it stands, what each rung does, what is measured, and what moved it; without its history while SQL is
    away."""
    return await _view(doors, session.staff.language)


@router.get("/rung")
async def present_rung(doors: OfDoors, session: AnyStaff) -> PresentRung:
    """The step that the line stands on now, and what it does."""
    doors.ladder.know(await doors.queues.rung())
    now = doors.ladder.rung
    rules = doors.ladder.rules.rungs[now.name]
    does = words.does(rules, session.staff.language)
    return PresentRung(rung=RungState.of(now), names=dict(rules.names), does=does)


@router.put("")
async def move(body: LadderIn, doors: OfDoors, session: Manager) -> LadderView:
    """By hand, and held there or not; 409 `stale` when somebody, or a rule, has moved it since it was read. Written
    into the audit as far as SQL is there: a storm does not wait for it, and the history has it from the line."""
    login = session.staff.login
    now = await doors.queues.set_rung(body.name, by=login, n=body.n, why=body.why.strip(), held=body.held)
    doors.ladder.know(now)
    with suppress(Unavailable):
        await audited(doors, login, "rung", f"{now.name}{' held' if now.held else ''}", once_in_s=0)
    return await _view(doors, session.staff.language)


async def _view(doors: OfDoors, language: str) -> LadderView:
    service = doors.ladder
    service.know(await doors.queues.rung())
    changes: tuple[RungChangeView, ...] = ()
    with suppress(Unavailable):
        newest = await asked(doors.register.ladder.newest(SHOWN))
        changes = tuple(RungChangeView.of(one, language) for one in newest)
    measured = service.measured
    return LadderView(
        on=service.rules.on,
        rung=RungState.of(service.rung),
        rungs=tuple(RungView.of(name, rules, language) for name, rules in service.rules.rungs.items()),
        measured=MeasuredView.of(measured) if measured else None,
        history=changes,
        called_in=await called_in(doors.register),
    )
