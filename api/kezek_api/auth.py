"""Who is at the door: sign-in, sessions in Redis, throttling of wrong passwords.

The cookie holds a random token; Redis and SQL hold only its keyed hash, so neither a copy of them nor one of the key
opens a session. A session carries what the doors need of the staff row: signed in, one works on while SQL is away; and
SQL knows who is signed in when Redis has come back empty.
"""

from __future__ import annotations

import hmac
import json
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import structlog
from redis.asyncio import Redis

from kezek_api.errors import NotSignedIn, TooManyAttempts, WrongPassword
from kezek_api.passwords import Passwords
from kezek_api.sessions import SESSION_S, KeptSessions
from kezek_register.types import NotFound, Staff, Unavailable

log = structlog.get_logger(__name__)

TRIES = 5  # wrong passwords for one login from one address ...
TRIES_ADDRESS = 50  # ... and for all logins from one address, ...
TRIES_S = 300  # ... within this time


@dataclass(frozen=True, slots=True)
class Session:
    """A signed-in person. `id` is the token's keyed hash: it opens nothing."""

    id: str
    staff: Staff


class Auth:
    """Sessions of one site. `staff` reads a staff row: it raises NotFound or Unavailable. `kept`: the sessions in SQL;
    without it an emptied Redis signs everybody out."""

    def __init__(
        self,
        redis: Redis,
        *,
        site: str,
        key: bytes,
        staff: Callable[[str], Awaitable[Staff]],
        passwords: Passwords | None = None,
        kept: KeptSessions | None = None,
    ) -> None:
        self._redis = redis
        self._prefix = f"kezek:{{{site}}}:"
        self._key = key
        self._staff = staff
        self._passwords = passwords or Passwords()
        self._kept = kept

    async def sign_in(self, login: str, password: str, address: str) -> tuple[str, Session]:
        """The cookie's token and the session. An operator's earlier session ends.

        Raises WrongPassword, TooManyAttempts, and Unavailable when the register is away.
        """
        await self._throttle(login, address)
        try:
            staff = await self._staff(login)
        except NotFound:
            staff = None
        right = await self._passwords.verify(password, staff.password_hash if staff else "")
        if staff is None or not right:
            log.info("sign_in_refused")
            raise WrongPassword("Login or password is wrong")
        await self._redis.delete(*self._tries(login, address)[:1])

        token = secrets.token_urlsafe(32)
        session = Session(self._hash(token), staff)
        await self._redis.set(self._session(session.id), _pack(staff), ex=SESSION_S)
        if staff.role == "operator":
            earlier = await self._redis.getset(self._latest(staff.login), session.id)
            await self._redis.expire(self._latest(staff.login), 2 * SESSION_S)
            if earlier:
                await self._redis.delete(self._session(_text(earlier)))
        if self._kept is not None:
            await self._kept.begin(session.id, staff.login, alone=staff.role == "operator")
        log.info("signed_in", login=staff.login, role=staff.role)
        return token, session

    async def who(self, token: str | None) -> Session:
        """The session of this cookie, its time renewed.

        Raises NotSignedIn, and Unavailable when neither Redis knows it nor SQL can be asked."""
        if not token or len(token) > 128:
            raise NotSignedIn("Sign in first")
        id = self._hash(token)
        packed = await self._redis.getex(self._session(id), ex=SESSION_S)
        if packed is None:
            return await self._known_again(id)
        session = Session(id, _unpack(_text(packed)))
        if self._kept is not None:
            self._kept.renew(id, session.staff.login)
        return session

    async def sign_out(self, session: Session) -> None:
        pipe = self._redis.pipeline(transaction=True)
        pipe.delete(self._session(session.id))
        pipe.set(self._out(session.id), "", ex=2 * SESSION_S)  # whatever SQL says of it, while it is away
        await pipe.execute()
        if self._kept is not None:
            await self._kept.end(session.id)

    async def standing(self, session: Session) -> str:
        """'ok', 'elsewhere' when the operator signed in again, or 'out'."""
        return "ok" if await self._redis.exists(self.mark(session)) else await self.ended(session)

    async def _known_again(self, id: str) -> Session:
        """Redis came back empty, or the session is over."""
        if self._kept is None or await self._redis.exists(self._out(id)):
            raise NotSignedIn("Sign in first")
        try:
            staff = await self._staff(await self._kept.login_of(id))
        except NotFound:
            raise NotSignedIn("Sign in first") from None
        session = Session(id, staff)
        await self._put_back(session)
        return session

    async def _put_back(self, session: Session) -> None:
        await self._redis.set(self._session(session.id), _pack(session.staff), ex=SESSION_S, nx=True)
        if session.staff.role == "operator":
            await self._redis.set(self._latest(session.staff.login), session.id, ex=2 * SESSION_S, nx=True)
        log.info("session_known_again", login=session.staff.login)

    def mark(self, session: Session) -> str:
        """The key that is there while the session lasts. For desks, that ask again and again."""
        return self._session(session.id)

    async def ended(self, session: Session) -> str:
        """Why the mark is gone: 'elsewhere' when the operator signed in again, 'out', or 'ok': Redis came back empty,
        and has it again. Where SQL cannot be asked, it is believed: it was there a moment ago."""
        latest = await self._redis.get(self._latest(session.staff.login))
        if latest is not None and _text(latest) != session.id:
            return "elsewhere"
        try:
            await self._known_again(session.id)
        except NotSignedIn:
            return "out"
        except Unavailable:
            await self._put_back(session)
        return "ok"

    async def _throttle(self, login: str, address: str) -> None:
        for key, most in zip(self._tries(login, address), (TRIES, TRIES_ADDRESS), strict=True):
            pipe = self._redis.pipeline(transaction=True)
            pipe.incr(key)
            pipe.expire(key, TRIES_S, nx=True)
            pipe.ttl(key)
            tries, _, left = await pipe.execute()
            if tries > most:
                raise TooManyAttempts("Too many attempts, wait a little", max(1, int(left)))

    def _tries(self, login: str, address: str) -> tuple[str, str]:
        one = self._hash(f"{login}\n{address}")[:32]
        return f"{self._prefix}tries:{one}", f"{self._prefix}tries:{self._hash(address)[:32]}"

    def _session(self, hashed: str) -> str:
        return f"{self._prefix}session:{hashed}"

    def _out(self, hashed: str) -> str:
        return f"{self._prefix}signed_out:{hashed}"

    def _latest(self, login: str) -> str:
        return f"{self._prefix}signed_in:{login}"

    def _hash(self, token: str) -> str:
        return hmac.new(self._key, token.encode(), sha256).hexdigest()


def _text(value: bytes | str) -> str:
    return value.decode() if isinstance(value, bytes) else value


def _pack(staff: Staff) -> str:
    """What was not there once is only told where it says something: a node of an older version reads it too."""
    told: dict[str, Any] = {
        "login": staff.login,
        "name": staff.name,
        "role": staff.role,
        "phone": staff.phone,
        "language": staff.language,
        "queues": list(staff.queues),
        "skills": dict(staff.skills),
    }
    if staff.organisation_id is not None:
        told["organisation_id"] = staff.organisation_id
    if staff.second_line:
        told["second_line"] = True
    return json.dumps(told)


def _unpack(packed: str) -> Staff:
    fields = json.loads(packed)
    return Staff(**{**fields, "queues": tuple(fields["queues"])})
