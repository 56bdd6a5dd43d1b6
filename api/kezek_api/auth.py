"""Who is at the door: sign-in, sessions in Redis, throttling of wrong passwords.

The cookie holds a random token; Redis holds only its keyed hash, so neither a copy of Redis nor one of the key opens a
session. A session carries what the doors need of the staff row: signed in, one works on while SQL is away.
"""

from __future__ import annotations

import hmac
import json
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from hashlib import sha256

import structlog
from redis.asyncio import Redis

from kezek_api.errors import NotSignedIn, TooManyAttempts, WrongPassword
from kezek_api.passwords import Passwords
from kezek_register.types import NotFound, Staff

log = structlog.get_logger(__name__)

SESSION_S = 12 * 3600  # since the last request
TRIES = 5  # wrong passwords for one login from one address ...
TRIES_ADDRESS = 50  # ... and for all logins from one address, ...
TRIES_S = 300  # ... within this time


@dataclass(frozen=True, slots=True)
class Session:
    """A signed-in person. `id` is the token's keyed hash: it opens nothing."""

    id: str
    staff: Staff


class Auth:
    """Sessions of one site. `staff` reads a staff row: it raises NotFound or Unavailable."""

    def __init__(
        self,
        redis: Redis,
        *,
        site: str,
        key: bytes,
        staff: Callable[[str], Awaitable[Staff]],
        passwords: Passwords | None = None,
    ) -> None:
        self._redis = redis
        self._prefix = f"kezek:{{{site}}}:"
        self._key = key
        self._staff = staff
        self._passwords = passwords or Passwords()

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
        log.info("signed_in", login=staff.login, role=staff.role)
        return token, session

    async def who(self, token: str | None) -> Session:
        """The session of this cookie, its time renewed. Raises NotSignedIn."""
        if not token or len(token) > 128:
            raise NotSignedIn("Sign in first")
        session = self._hash(token)
        packed = await self._redis.getex(self._session(session), ex=SESSION_S)
        if packed is None:
            raise NotSignedIn("Sign in first")
        return Session(session, _unpack(_text(packed)))

    async def sign_out(self, session: Session) -> None:
        await self._redis.delete(self._session(session.id))

    async def standing(self, session: Session) -> str:
        """'ok', 'elsewhere' when the operator signed in again, or 'out'."""
        return "ok" if await self._redis.exists(self.mark(session)) else await self.ended(session)

    def mark(self, session: Session) -> str:
        """The key that is there while the session lasts. For desks, that ask again and again."""
        return self._session(session.id)

    async def ended(self, session: Session) -> str:
        """Why the mark is gone: 'elsewhere' when the operator signed in again, or 'out'."""
        latest = await self._redis.get(self._latest(session.staff.login))
        return "out" if latest is None or _text(latest) == session.id else "elsewhere"

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

    def _latest(self, login: str) -> str:
        return f"{self._prefix}signed_in:{login}"

    def _hash(self, token: str) -> str:
        return hmac.new(self._key, token.encode(), sha256).hexdigest()


def _text(value: bytes | str) -> str:
    return value.decode() if isinstance(value, bytes) else value


def _pack(staff: Staff) -> str:
    return json.dumps(
        {
            "login": staff.login,
            "name": staff.name,
            "role": staff.role,
            "phone": staff.phone,
            "language": staff.language,
            "queues": list(staff.queues),
            "skills": dict(staff.skills),
        }
    )


def _unpack(packed: str) -> Staff:
    fields = json.loads(packed)
    return Staff(**{**fields, "queues": tuple(fields["queues"])})
