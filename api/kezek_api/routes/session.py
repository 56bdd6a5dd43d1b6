"""Sign in, who am I, sign out."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from kezek_api import problems
from kezek_api.doors import COOKIE, OfDoors, SignedIn, address_of
from kezek_api.shapes import SignedIn as SignedInView
from kezek_api.shapes import SignIn, StaffView
from kezek_register.types import Staff

router = APIRouter(prefix="/api/session", tags=["session"], responses=problems.RESPONSES)


def view(staff: Staff) -> SignedInView:
    return SignedInView(
        staff=StaffView(
            login=staff.login,
            name=staff.name,
            role=staff.role,
            phone=staff.phone,
            language=staff.language,
            queues=staff.queues,
            second_line=staff.second_line,
        )
    )


@router.post("")
async def sign_in(body: SignIn, request: Request, response: Response, doors: OfDoors) -> SignedInView:
    """Sets the session's cookie. An operator's earlier session ends, and his earlier desk closes with 4001."""
    token, session = await doors.auth.sign_in(body.login, body.password, address_of(request))
    staff = session.staff
    if staff.role == "operator":
        doors.desks.signed_in_elsewhere(staff.login)
        await doors.queues.sign_in(staff.login, phone=staff.phone, queues=staff.queues, skills=staff.skills, desk=True)
    response.set_cookie(COOKIE, token, httponly=True, samesite="strict", secure=doors.settings.secure_cookies, path="/")
    return view(staff)


@router.get("")
async def who(session: SignedIn) -> SignedInView:
    return view(session.staff)


@router.delete("", status_code=204)
async def sign_out(session: SignedIn, response: Response, doors: OfDoors) -> None:
    """The operator becomes away, at once or after the present talk."""
    await doors.auth.sign_out(session)
    response.delete_cookie(COOKIE, path="/", httponly=True, samesite="strict")
    if session.staff.role == "operator":
        doors.desks.signed_out(session)
        await doors.queues.sign_out(session.staff.login)
