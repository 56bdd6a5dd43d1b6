"""The operator's own commands, and the desk."""

from __future__ import annotations

from fastapi import APIRouter, WebSocket
from redis.exceptions import RedisError

from kezek_api import problems
from kezek_api.auth import Session
from kezek_api.desk import AGAIN, NOT_SIGNED_IN
from kezek_api.desks import close
from kezek_api.doors import COOKIE, Doors, OfDoors, Operator, operator_of
from kezek_api.errors import DoorError, Forbidden, Invalid
from kezek_api.shapes import DeclineIn, PauseIn
from kezek_api.shapes import Operator as OperatorView
from kezek_api.shapes_handling import ExtendIn, JoinIn
from kezek_queue import types as queue

router = APIRouter(prefix="/api/operator", tags=["operator"], responses=problems.RESPONSES)
desk_router = APIRouter(tags=["operator"])


@router.post("/ready")
async def ready(session: Operator, doors: OfDoors) -> OperatorView:
    await _signed_in(doors, session)
    return view(await doors.queues.ready(session.staff.login), session, doors)


@router.post("/pause")
async def pause(body: PauseIn, session: Operator, doors: OfDoors) -> OperatorView:
    await _signed_in(doors, session)
    return view(await doors.queues.pause(session.staff.login, body.reason), session, doors)


@router.post("/decline")
async def decline(body: DeclineIn, session: Operator, doors: OfDoors) -> OperatorView:
    """The phone stops ringing; the caller keeps the place; the operator is paused ('declined')."""
    call = await doors.queues.call(body.call)
    login = session.staff.login
    if login not in (call.operator, call.helper, *call.ringing):
        raise Forbidden("Another operator's call")
    await doors.queues.decline(body.call, body.offer, "declined", pause=True, operator=login)
    return view(await doors.queues.operator(session.staff.login), session, doors)


@router.post("/wrap-up/extend")
async def extend_wrap_up(body: ExtendIn, session: Operator, doors: OfDoors) -> OperatorView:
    return view(await doors.queues.extend_wrap_up(session.staff.login, body.seconds), session, doors)


@router.post("/queues")
async def join(body: JoinIn, session: Operator, doors: OfDoors) -> OperatorView:
    """The second line comes to help, or goes back to its own work ([])."""
    if strange := set(body.joined) - set(doors.settings.queues):
        raise Invalid(f"joined: the site has no queue {min(strange)}")
    await _signed_in(doors, session)
    return view(await doors.queues.join(session.staff.login, body.joined), session, doors)


@router.post("/wrap-up/done")
async def wrap_up_done(session: Operator, doors: OfDoors) -> OperatorView:
    await _signed_in(doors, session)
    return view(await doors.queues.wrap_up_done(session.staff.login), session, doors)


@desk_router.websocket("/api/desk")
async def desk(socket: WebSocket) -> None:
    """docs/api.md, 'The desk'. Opened first, so that the page can be told why it is refused."""
    doors: Doors = socket.app.state.doors
    await socket.accept()
    try:
        session = await operator_of(await doors.auth.who(socket.cookies.get(COOKIE)))
    except (RedisError, OSError, TimeoutError):
        await close(socket, *AGAIN)
        return
    except DoorError as refused:
        reason = "for operators only" if isinstance(refused, Forbidden) else NOT_SIGNED_IN[1]
        await close(socket, NOT_SIGNED_IN[0], reason)
        return
    await doors.desks.serve(socket, session, queues=doors.queues, feed=doors.feed, board=doors.board)


def view(operator: queue.Operator, session: Session, doors: Doors) -> OperatorView:
    return OperatorView.of(operator, session.staff.name, extensions=doors.extensions(operator))


async def _signed_in(doors: Doors, session: Session) -> None:
    """Known to the line also after Redis came back empty; one already there keeps the state."""
    staff = session.staff
    await doors.queues.sign_in(staff.login, phone=staff.phone, queues=staff.queues, skills=staff.skills, desk=True)
