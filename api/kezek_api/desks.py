"""All desks of this node, and that an operator has one desk only, on whichever node."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import suppress

import structlog
from fastapi import WebSocket, WebSocketDisconnect
from redis.asyncio import Redis
from redis.exceptions import RedisError

from kezek_api.auth import Auth, Session
from kezek_api.callfile import CallFiles
from kezek_api.desk import AGAIN, ELSEWHERE, NOT_SIGNED_IN, RESTARTING, Closed, Desk
from kezek_api.feed import Feed
from kezek_api.streets import StreetName
from kezek_api.wallboard import Board
from kezek_queue.types import Operator, QueueError, Queues
from kezek_register.types import RegisterError

log = structlog.get_logger(__name__)

OWNER_S = 60  # how long an absent desk's mark stays


class Desks:
    """The newest desk of an operator is the desk; an earlier one closes with 4001 (on another node within a ping)."""

    def __init__(
        self,
        redis: Redis,
        *,
        site: str,
        auth: Auth,
        files: CallFiles,
        street_name: StreetName,
        names: Callable[[], Mapping[str, str]] = dict,
        extensions: Callable[[Operator], int] = lambda operator: 0,
    ) -> None:
        """`names`: login -> name; `extensions`: how many of a wrap-up the rules allow this operator."""
        self._redis = redis
        self._prefix = f"kezek:{{{site}}}:desk:"
        self._auth = auth
        self._files = files
        self._street_name = street_name
        self._names = names
        self._extensions = extensions
        self._open: dict[str, Desk] = {}
        self._draining = False

    def __len__(self) -> int:
        return len(self._open)

    def name(self, login: str) -> str:
        """Of a member of staff; the login itself for one not known yet."""
        return self._names().get(login, login)

    def look_again(self, login: str) -> None:
        """Something of this operator's pop changed that the feed does not tell."""
        if login in self._open:
            self._open[login].look_again()

    def signed_in_elsewhere(self, login: str) -> None:
        if login in self._open:
            self._open[login].close(*ELSEWHERE)

    def signed_out(self, session: Session) -> None:
        desk = self._open.get(session.staff.login)
        if desk is not None and desk.session.id == session.id:
            desk.close(*NOT_SIGNED_IN)

    def drain(self) -> None:
        """Whoever has no call goes to another node now, whoever has one when it is over. An operator's place is not the
        desk's: it is kept."""
        self._draining = True
        for desk in self._open.values():
            if not desk.busy:
                desk.close(*RESTARTING)

    async def serve(self, socket: WebSocket, session: Session, *, queues: Queues, feed: Feed, board: Board) -> None:
        """From the opened WebSocket to its end."""
        desk = Desk(
            socket,
            session,
            queues=queues,
            files=self._files,
            street_name=self._street_name,
            names=self._names,
            extensions=self._extensions,
            standing=self._standing,
        )
        login = desk.login
        self.signed_in_elsewhere(login)
        self._open[login] = desk
        log.info("desk_opened", login=login)
        try:
            await self._redis.set(self._prefix + login, desk.id, ex=OWNER_S)
            await desk.run(feed, board)
        except WebSocketDisconnect:
            pass
        except Closed as sent:
            await close(socket, sent.code, sent.reason)
        except (RedisError, QueueError, RegisterError, OSError, TimeoutError) as away:
            log.warning("desk_interrupted", login=login, error=type(away).__name__)
            await close(socket, *AGAIN)
        finally:
            if self._open.get(login) is desk:
                del self._open[login]
            log.info("desk_closed", login=login)

    async def _standing(self, desk: Desk) -> tuple[int, str] | None:
        """Asked by each desk each second: one short command, as a rule."""
        if self._draining and not desk.busy:
            return RESTARTING
        mark = self._prefix + desk.login
        session, owner = await self._redis.mget(self._auth.mark(desk.session), mark)
        if session is None and (why := await self._auth.ended(desk.session)) != "ok":
            return ELSEWHERE if why == "elsewhere" else NOT_SIGNED_IN
        if owner is not None and (owner.decode() if isinstance(owner, bytes) else owner) != desk.id:
            return ELSEWHERE
        now = time.monotonic()
        if owner is None:
            await self._redis.set(mark, desk.id, ex=OWNER_S)
        elif now >= desk.marked_at + OWNER_S / 3:
            await self._redis.expire(mark, OWNER_S)
        else:
            return None
        desk.marked_at = now
        return None


async def close(socket: WebSocket, code: int, reason: str) -> None:
    """Closes, whether or not the page is still there."""
    with suppress(RuntimeError, OSError, WebSocketDisconnect):
        await socket.close(code, reason)
