"""A TCP relay before a real server: what lies between two parts may be cut, half-open or slow.

async with Relay("127.0.0.1:5038") as relay:   # clients connect to 127.0.0.1:relay.port
    await relay.half_open()
    await relay.mend()
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections import deque
from collections.abc import Callable
from typing import Self

from kezek_api.addresses import split_address
from kezek_api.drill.ports import free_port

Change = Callable[[bytes], bytes]  # what goes on of what was heard; one for each connection

LOOPBACK = "127.0.0.1"
MOST = 256 * 1024  # bytes that one direction holds back before nothing more is read
BACKLOG = 1024


class Relay:
    """`cut`, `half_open` and `delay` until `mend`. `close` and `open` say whether the server is there at all: a dead
    one refuses connections, and so does the relay before it."""

    def __init__(
        self, target: str, *, port: int = 0, said: Callable[[], Change] | None = None, there: bool = True
    ) -> None:
        """`target`: 'host:port'. `port`: where clients connect; 0 is any. `said` makes, for each connection, what the
        server's words go through. `there`: as `open` and `close` say."""
        self.port = port or free_port()
        self.target = target
        self.delay_s = 0.0
        self.flowing = True
        self._said = said
        self._cut = False
        self._there = there
        self._sides: set[_Side] = set()
        self._linking: set[asyncio.Task[None]] = set()
        self._mended = asyncio.Event()
        self._mended.set()
        self._socket: socket.socket | None = None
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        """Raises OSError when the port is taken."""
        self._bind()
        await self._listen()
        return self

    async def __aexit__(self, *_: object) -> None:
        self._there = False
        await self._listen()
        if self._socket is not None:
            self._socket.close()
        await self.end()

    # --- faults

    async def cut(self) -> None:
        """Every connection ends, and new ones are refused."""
        self._cut = True
        await self._listen()
        await self.end()

    async def half_open(self) -> None:
        """Connections stay and new ones are taken; nothing comes through, either way."""
        self.flowing = False
        self._mended.clear()

    async def delay(self, seconds: float) -> None:
        """Each direction, in order."""
        self.delay_s = seconds

    async def mend(self) -> None:
        """What was held back comes through."""
        self._cut, self.flowing, self.delay_s = False, True, 0.0
        self._mended.set()
        for side in list(self._sides):
            side.flush()
        await self._listen()

    async def close(self) -> None:
        """The server has gone: connections are refused. Those that it left end as its kernel ends them."""
        self._there = False
        await self._listen()

    async def open(self) -> None:
        """The server listens."""
        self._there = True
        await self._listen()

    async def end(self) -> None:
        """Every connection, at once."""
        for task in list(self._linking):
            task.cancel()
        sides, self._sides = self._sides, set()
        for side in sides:
            side.forget()
        if self._linking:
            await asyncio.wait(self._linking)

    @property
    def clients(self) -> list[asyncio.Transport]:
        """Of those who are connected."""
        return [side.transport for side in self._sides if side.is_client]

    @property
    def held(self) -> int:
        """Bytes on the way that are held back, both ways."""
        return sum(side.held for side in self._sides)

    # --- the port: bound all the time, so that nobody takes it; listened at while the server is there

    def _bind(self) -> None:
        self._socket = socket.socket()
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind((LOOPBACK, self.port))
        self._socket.setblocking(False)

    async def _listen(self) -> None:
        wanted = self._there and not self._cut
        if wanted and self._server is None and self._socket is not None:
            listening, self._socket = self._socket, None
            loop = asyncio.get_running_loop()
            self._server = await loop.create_server(lambda: _Side(self), sock=listening, backlog=BACKLOG)
        elif not wanted and self._server is not None:
            self._server.close()
            self._server = None
            await asyncio.sleep(0)  # the loop lets the socket go
            self._bind()

    # --- connections

    def came(self, client: _Side) -> None:
        self._sides.add(client)
        task = asyncio.create_task(self._link(client))  # ended by `end`
        self._linking.add(task)
        task.add_done_callback(self._linking.discard)

    def went(self, side: _Side) -> None:
        self._sides.discard(side)

    async def _link(self, client: _Side) -> None:
        """A half-open link takes connections and asks nobody."""
        try:
            await self._mended.wait()
            if client.transport.is_closing():
                return
            change = self._said() if self._said is not None else None
            host, port = split_address(self.target)
            loop = asyncio.get_running_loop()
            with contextlib.suppress(OSError):
                _, server = await loop.create_connection(lambda: _Side(self, client, change), host, port)
                self._sides.add(server)
                client.join(server)
        finally:
            if client.other is None:
                client.transport.abort()


class _Side(asyncio.Protocol):
    """One end of a connection; what it hears goes to `other`, at once or when the relay lets it."""

    transport: asyncio.Transport

    def __init__(self, relay: Relay, client: _Side | None = None, change: Change | None = None) -> None:
        """`client`: the one for whom we are the server's side."""
        self.other = client
        self._relay = relay
        self._change = change
        self.is_client = client is None
        self._held: deque[tuple[float, bytes]] = deque()  # b'' is the end
        self.held = 0
        self._choked = False  # the other takes no more for the moment
        self._resting = False  # we read nothing
        self._over = False  # our end has been handed on
        self._lost = False
        self._timer: asyncio.TimerHandle | None = None

    def join(self, server: _Side) -> None:
        self.other = server
        self.flush()

    def forget(self) -> None:
        """The connection ends, and what was held back with it."""
        self._held.clear()
        if self._timer is not None:
            self._timer.cancel()
        self.transport.abort()

    # --- asyncio.Protocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - a TCP connection's
        self.transport = transport
        if self.is_client:
            self._relay.came(self)

    def data_received(self, data: bytes) -> None:
        if self._change is not None:
            data = self._change(data)
        if not data:
            return
        if self.other is not None and not self._held and self._relay.flowing and not self._relay.delay_s:
            self.other.transport.write(data)
        else:
            self._hold(data)

    def eof_received(self) -> bool:
        self._hold(b"")
        return True  # the other way may go on

    def connection_lost(self, exc: Exception | None) -> None:
        self._lost = True
        self.flush()

    def pause_writing(self) -> None:
        self._tell(True)

    def resume_writing(self) -> None:
        self._tell(False)

    # --- holding back

    def _tell(self, choked: bool) -> None:
        if self.other is not None:
            self.other._choked = choked
            self.other._regulate()

    def _hold(self, data: bytes) -> None:
        self._held.append((asyncio.get_running_loop().time(), data))
        self.held += len(data)
        self.flush()

    def flush(self) -> None:
        """Hands on what is due."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        loop = asyncio.get_running_loop()
        while self._held and self.other is not None and self._relay.flowing:
            since, data = self._held[0]
            wait = since + self._relay.delay_s - loop.time()
            if wait > 0:
                self._timer = loop.call_later(wait, self.flush)
                break
            self._held.popleft()
            self.held -= len(data)
            self._hand(self.other, data)
        if self._lost:
            self._leave()
        else:
            self._regulate()

    def _leave(self) -> None:
        """Our end has gone; through a half-open link nobody hears of it."""
        if self.other is None or (self._relay.flowing and not self._held):
            self._relay.went(self)
            if self.other is not None:
                self.other.transport.close()

    def _hand(self, other: _Side, data: bytes) -> None:
        if other.transport.is_closing():
            return
        if data:
            other.transport.write(data)
        elif other._over:
            self.transport.close()
            other.transport.close()
        else:
            self._over = True
            with contextlib.suppress(OSError, RuntimeError):  # it has gone itself
                other.transport.write_eof()

    def _regulate(self) -> None:
        resting = self._choked or self.held > MOST
        if resting != self._resting and not self.transport.is_closing():
            self._resting = resting
            (self.transport.pause_reading if resting else self.transport.resume_reading)()
