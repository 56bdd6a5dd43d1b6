"""The operator's desk: one WebSocket, a snapshot, numbered changes, and the ping that says the page is alive.

What is sent is always the difference between what the page shows and how things stand now, read afresh: events only say
that it is time to look. So nothing is sent twice, and a burst of events is one change.
"""

from __future__ import annotations

import asyncio
import json
import secrets
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import structlog
from fastapi import WebSocket, WebSocketDisconnect
from pydantic import TypeAdapter

from kezek_api import shapes
from kezek_api.auth import Session
from kezek_api.callfile import CallFiles
from kezek_api.feed import Ear, Feed
from kezek_api.limits import DESK_MESSAGE, Pace
from kezek_api.present_pop import present_pop
from kezek_api.streets import StreetName, pop_for
from kezek_api.wallboard import Board
from kezek_api.wire import Wire
from kezek_queue.types import End, Operator, Queues, Unknown

log = structlog.get_logger(__name__)

PING_S = 1.0
SILENT_S = 15.0  # a page that says nothing for so long is gone; it has had no calls for most of that
FORGOTTEN_S = 20.0  # what the conductor of a call gets to tell an emptied line of it
SEND_S = 5.0  # a page that takes nothing for so long is gone too

ELSEWHERE = (4001, "signed in elsewhere")
NOT_SIGNED_IN = (4003, "not signed in")
AGAIN = (1013, "try again later")
TOO_FAST = (1008, "too many messages")
RESTARTING = (1012, "restarting")


class Closed(Exception):
    """This desk ends, with the WebSocket's code and reason."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(code, reason)
        self.code = code
        self.reason = reason


class Desk:
    """One page of one operator. `standing` is asked at each ping: why this desk must close, or None."""

    def __init__(
        self,
        socket: WebSocket,
        session: Session,
        *,
        queues: Queues,
        files: CallFiles,
        street_name: StreetName,
        names: Callable[[], Mapping[str, str]],
        extensions: Callable[[Operator], int],
        standing: Callable[[Desk], Awaitable[tuple[int, str] | None]],
    ) -> None:
        self.session = session
        self.id = secrets.token_hex(8)
        self._socket = socket
        self._queues = queues
        self._files = files
        self._street_name = street_name
        self._names = names
        self._extensions = extensions
        self._standing = standing
        self._wire = Wire.of(socket.scope)
        self._ear: Ear | None = None
        self._sending = asyncio.Lock()
        self._wake = asyncio.Event()
        self._answered = asyncio.Event()
        self._bye: Closed | None = None
        self.marked_at = time.monotonic()  # as this operator's desk, in Redis
        self._seq = 0
        self._pings: set[int] = set()
        self._pace = Pace()
        self._heard = time.monotonic()
        self._operator: shapes.Operator | None = None
        self._pop: shapes.Pop | None = None
        self._loads: tuple[shapes.QueueLoad, ...] = ()
        self._loads_text = b""  # still to be sent
        self._forgotten_at = 0.0  # when the line was seen to know nothing of the call on the page; 0: it does
        self._open = False  # the snapshot is out: changes may follow

    @property
    def login(self) -> str:
        return self.session.staff.login

    @property
    def busy(self) -> bool:
        """Its operator has a call."""
        return self._pop is not None

    def close(self, code: int, reason: str) -> None:
        self._bye = Closed(code, reason)
        self._wake.set()

    def look_again(self) -> None:
        self._wake.set()

    async def run(self, feed: Feed, board: Board) -> None:
        """Until the page leaves (raises WebSocketDisconnect) or is sent away (raises Closed)."""
        with feed.listen(self.login, self.look_again) as self._ear, board.listening(self._told) as loads:
            await self._sign_in()
            await self._queues.beat(self.login)
            self._loads = loads
            self._operator, pop = await self._read()
            self._shows(pop)
            await self._send("snapshot", {"operator": self._operator, "pop": self._pop, "queues": self._loads})
            self._open = True
            if self._wire is not None:
                self._wire.hear = self._hears
            try:
                async with asyncio.TaskGroup() as group:
                    group.create_task(self._hear())
                    group.create_task(self._beat())
                    group.create_task(self._end_with(board))
                    group.create_task(self._ping())
                    group.create_task(self._write())
            except ExceptionGroup as several:
                raise _weightiest(several) from None
            finally:
                if self._wire is not None:
                    self._wire.hear = None

    async def _sign_in(self) -> None:
        staff = self.session.staff
        await self._queues.sign_in(staff.login, phone=staff.phone, queues=staff.queues, skills=staff.skills, desk=True)

    async def _hear(self) -> None:
        """Pairs the writer: without a reader nobody notices that the page has gone."""
        while True:
            try:
                self._hears((await self._socket.receive_text()).encode())
            except KeyError:
                raise Closed(1003, "not understood") from None

    def _hears(self, text: bytes) -> None:
        if len(text) > DESK_MESSAGE:
            self.close(1009, "too large")
            return
        if self._pace.too_fast():
            self.close(*TOO_FAST)
            return
        try:
            message = json.loads(text)
        except (ValueError, RecursionError):
            self.close(1003, "not understood")
            return
        self._heard = time.monotonic()
        seq = message.get("seq") if isinstance(message, dict) and message.get("type") == "ack" else None
        if isinstance(seq, int) and seq in self._pings:
            self._pings.clear()
            self._answered.set()

    async def _beat(self) -> None:
        while True:
            await self._answered.wait()
            self._answered.clear()
            try:
                await self._queues.beat(self.login)
            except Unknown:  # the line came back empty, and does not have what was kept of it yet
                await self._sign_in()
                await self._queues.beat(self.login)
                self._wake.set()

    def _told(self, loads: tuple[shapes.QueueLoad, ...], text: bytes) -> None:
        """The loads of the queues go to every page at one time: at once, where it has taken what was sent before."""
        self._loads, self._loads_text = loads, b""
        if not (self._open and self._say("queues", text)):
            self._loads_text = text
            self._wake.set()

    async def _end_with(self, board: Board) -> None:
        await board.closed.wait()
        raise Closed(*RESTARTING)

    async def _ping(self) -> None:
        while True:
            await asyncio.sleep(PING_S)
            fallen = await self._standing(self)
            if fallen is not None:
                raise Closed(*fallen)
            if time.monotonic() - self._heard > SILENT_S:
                raise Closed(1001, "no answer")
            if self._forgotten_at:
                self._wake.set()
            await self._send("ping", {})

    async def _write(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            if self._bye is not None:
                raise self._bye
            if text := self._loads_text:
                self._loads_text = b""
                await self._send("queues", text=text)
            await self._send_changes()

    async def _send_changes(self) -> None:
        try:
            operator, pop = await self._read()
        except Unknown:  # the line came back empty: the next beat is the page's own word that he is here
            return
        if self._pop is not None and pop is None and await self._is_forgotten(self._pop.call):
            pop = self._pop
        if self._pop is not None and (pop is None or pop.call != self._pop.call):
            gone = self._pop
            self._shows(None)
            await self._send("pop_gone", {"call": gone.call, "why": await self._why(gone)})
        if operator != self._operator:
            self._operator = operator
            await self._send("operator", operator)
        if pop is not None and not _same(pop, self._pop):
            self._shows(pop)
            await self._send("pop", pop)

    def _shows(self, pop: shapes.Pop | None) -> None:
        self._pop = pop
        if self._ear is not None:
            self._ear.follow("" if pop is None else pop.call)

    async def _read(self) -> tuple[shapes.Operator, shapes.Pop | None]:
        pop = await present_pop(self._queues, self._files, self.login, time.time(), self._names())
        if pop is not None:
            pop = pop_for(pop, self._street_name, self.session.staff.language)
        operator = await self._queues.operator(self.login)
        extensions = self._extensions(operator)
        return shapes.Operator.of(operator, self.session.staff.name, extensions=extensions), pop

    async def _is_forgotten(self, call: str) -> bool:
        """The line came back empty in the middle of it: the page keeps what is on it until the line is told."""
        try:
            await self._queues.call(call)
        except Unknown:
            self._forgotten_at = self._forgotten_at or time.monotonic()
            return time.monotonic() < self._forgotten_at + FORGOTTEN_S
        self._forgotten_at = 0.0
        return False

    async def _why(self, gone: shapes.Pop) -> str:
        if gone.phase != "ringing":
            return "done"
        try:
            call = await self._queues.call(gone.call)
        except Unknown:
            return "taken_back"
        return "caller_left" if call.end in (End.ABANDONED, End.CUT) else "taken_back"

    async def _send(self, kind: str, data: Any = None, *, text: bytes = b"") -> None:
        """`text`: the data as JSON already."""
        text = text or _ANY.dump_json(data)
        if self._say(kind, text):
            return
        async with asyncio.timeout(SEND_S), self._sending:
            await self._socket.send_text(self._numbered(kind, text).decode())

    def _say(self, kind: str, text: bytes) -> bool:
        """False, and nothing is sent, when the page has not yet taken what was sent before."""
        if self._wire is None or self._sending.locked() or not self._wire.has_room:
            return False
        self._wire.say(self._numbered(kind, text))
        return True

    def _numbered(self, kind: str, text: bytes) -> bytes:
        self._seq += 1
        if kind == "ping":
            self._pings.add(self._seq)
        return b'{"seq":%d,"type":"%s","data":%s}' % (self._seq, kind.encode(), text)


_ANY: TypeAdapter[Any] = TypeAdapter(Any)


def _same(new: shapes.Pop, old: shapes.Pop | None) -> bool:
    """Equal but for the wait, which grows by itself while it rings."""
    return old is not None and new.model_dump(exclude={"waited_s"}) == old.model_dump(exclude={"waited_s"})


def _weightiest(several: ExceptionGroup) -> Exception:
    """Of what ended a desk's tasks: being sent away, then the page's leaving, then whatever else."""
    for kind in (Closed, WebSocketDisconnect, Exception):
        found, _ = several.split(kind)
        if found is not None:
            error: Exception = found
            while isinstance(error, ExceptionGroup):
                error = error.exceptions[0]
            return error
    return several
