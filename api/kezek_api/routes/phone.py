"""The operator's phone in the browser: what it needs to know, and its way to Asterisk."""

from __future__ import annotations

import asyncio

from fastapi import APIRouter, Response, WebSocket
from redis.exceptions import RedisError

from kezek_api import browser_phones, problems, sip_relay
from kezek_api.auth import Session
from kezek_api.desk import AGAIN, NOT_SIGNED_IN
from kezek_api.desks import close
from kezek_api.doors import COOKIE, Doors, OfDoors, Operator, operator_of
from kezek_api.errors import DoorError, Forbidden, NoPhone, TooMany
from kezek_api.shapes import Shape

PATH = "/api/phone/sip"
DOMAIN = "kezek"  # the pages' SIP addresses have some host; Asterisk knows phones by their name alone

router = APIRouter(prefix="/api/phone", tags=["phone"], responses=problems.RESPONSES)
sip_router = APIRouter(tags=["phone"])


class Phone(Shape):
    """`websocket`: a path at the page's own origin. `ice`: STUN and TURN servers, `turn:user:password@host:port`."""

    phone: str
    password: str
    uri: str
    websocket: str
    ice: tuple[str, ...]
    queues: tuple[str, ...]


@router.get("")
async def phone(session: Operator, doors: OfDoors, response: Response) -> Phone:
    """The signed-in operator's own phone; 404 when it stands on the desk."""
    number, password = await _phone_of(doors, session)
    response.headers["Cache-Control"] = "no-store"
    return Phone(
        phone=number,
        password=password,
        uri=f"sip:{number}@{DOMAIN}",
        websocket=PATH,
        ice=doors.settings.ice,
        queues=session.staff.queues,
    )


@sip_router.websocket(PATH)
async def sip(socket: WebSocket) -> None:
    """docs/phone.md. Opened first, so that the page can be told why it is refused."""
    doors: Doors = socket.app.state.doors
    if sip_relay.SIP not in socket.scope.get("subprotocols", ()):
        await socket.accept()
        await close(socket, 1002, "the subprotocol is sip")
        return
    await socket.accept(subprotocol=sip_relay.SIP)
    try:
        session = await operator_of(await doors.auth.who(socket.cookies.get(COOKIE)))
        number, _ = await _phone_of(doors, session)
    except (RedisError, OSError, TimeoutError):
        await close(socket, *AGAIN)
    except DoorError as refused:
        reason = NOT_SIGNED_IN[1]
        if isinstance(refused, Forbidden | NoPhone):
            reason = "for operators only" if isinstance(refused, Forbidden) else "no phone in the browser"
        await close(socket, NOT_SIGNED_IN[0], reason)
    else:
        try:
            with doors.sip.taken(session.staff.login):
                ending = await sip_relay.serve(
                    socket, doors.settings.sip_websocket, number, lambda: doors.auth.standing(session)
                )
        except TooMany:
            ending = AGAIN
        await close(socket, *ending)


async def _phone_of(doors: Doors, session: Session) -> tuple[str, str]:
    """Number and password. Raises NoPhone."""
    number = session.staff.phone
    password = await asyncio.to_thread(browser_phones.password_of, doors.settings.browser_phones, number)
    if not doors.settings.sip_websocket or not password:
        raise NoPhone("This phone is not used in a browser")
    return number, password
