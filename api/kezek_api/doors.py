"""What the routes stand on, and who may enter: collaborators in one value, dependencies that hand them out."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Request
from fastapi.requests import HTTPConnection

from kezek_api.auth import Auth, Session
from kezek_api.bulletins.voice import BulletinVoice
from kezek_api.callfile import CallFiles
from kezek_api.desks import Desks
from kezek_api.errors import Forbidden
from kezek_api.feed import Feed
from kezek_api.health import Health
from kezek_api.ladder.service import Ladder
from kezek_api.limits import PHONES, STREAMS, Paces, Places
from kezek_api.photos import AT_ONCE
from kezek_api.published import Published
from kezek_api.rules import Rules
from kezek_api.settings import Settings
from kezek_api.storm.news import News
from kezek_api.story import RedisStoryteller
from kezek_api.streets import StreetName
from kezek_api.supervisors import Supervisors
from kezek_api.wallboard import Board
from kezek_queue import types as line
from kezek_queue.types import Queues
from kezek_register import Register
from kezek_register.checklists import Checklists
from kezek_register.emergency import Services

COOKIE = "kezek_session"


@dataclass(frozen=True, slots=True)
class Doors:
    """Built by the house, handed to the routes whole."""

    settings: Settings
    auth: Auth
    files: CallFiles
    desks: Desks
    feed: Feed
    board: Board
    health: Health
    stories: RedisStoryteller
    register: Register
    queues: Queues
    street_name: StreetName
    rules: Rules
    supervisors: Supervisors
    ladder: Ladder
    bulletin_voice: BulletinVoice
    news: News
    streams: Places = field(default_factory=lambda: Places(STREAMS))
    sip: Places = field(default_factory=lambda: Places(PHONES))
    photos: Places = field(default_factory=lambda: Places(AT_ONCE))
    published: Published = field(default_factory=Published)
    apps: Paces = field(default_factory=Paces)

    @property
    def checklists(self) -> Checklists:
        return self.rules.checklists

    @property
    def services(self) -> Services:
        return self.rules.services

    def extensions(self, operator: line.Operator) -> int:
        """How often this operator may prolong a wrap-up."""
        return self.rules.extensions(operator.queues)


def doors_of(connection: HTTPConnection) -> Doors:
    doors: Doors = connection.app.state.doors
    return doors


async def session_of(connection: HTTPConnection) -> Session:
    """Raises NotSignedIn."""
    return await doors_of(connection).auth.who(connection.cookies.get(COOKIE))


async def operator_of(session: Annotated[Session, Depends(session_of)]) -> Session:
    if session.staff.role != "operator":
        raise Forbidden("For operators only")
    return session


async def manager_of(session: Annotated[Session, Depends(session_of)]) -> Session:
    if session.staff.role != "manager":
        raise Forbidden("For managers only")
    return session


async def staff_of(session: Annotated[Session, Depends(session_of)]) -> Session:
    """Operators and managers: an executor has doors of his own."""
    if session.staff.role not in ("operator", "manager"):
        raise Forbidden("For operators and managers only")
    return session


async def second_line_of(session: Annotated[Session, Depends(session_of)]) -> Session:
    """Who routes tickets and tends outages: managers, and operators of the second line."""
    if session.staff.role != "manager" and not (session.staff.role == "operator" and session.staff.second_line):
        raise Forbidden("For the second line only")
    return session


async def executor_of(session: Annotated[Session, Depends(session_of)]) -> Session:
    if session.staff.role != "executor" or session.staff.organisation_id is None:
        raise Forbidden("For executors only")
    return session


async def loopback(request: Request) -> None:
    """Only from this machine."""
    if not is_loopback(address_of(request)):
        raise Forbidden("From this machine only")


def address_of(request: HTTPConnection) -> str:
    return request.client.host if request.client else ""


def is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def same_site(headers: Mapping[str, str], allowed: tuple[str, ...] = ()) -> bool:
    """True when no other site's page sent this: no Origin at all, our own host, or one of the allowed origins."""
    origin = headers.get("origin")
    if origin is None or origin in allowed:
        return True
    return origin.partition("://")[2] == headers.get("host", "") != ""


OfDoors = Annotated[Doors, Depends(doors_of)]
SignedIn = Annotated[Session, Depends(session_of)]
Operator = Annotated[Session, Depends(operator_of)]
Manager = Annotated[Session, Depends(manager_of)]
AnyStaff = Annotated[Session, Depends(staff_of)]
SecondLine = Annotated[Session, Depends(second_line_of)]
Executor = Annotated[Session, Depends(executor_of)]
