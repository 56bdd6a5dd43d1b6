"""The AudioSocket server: brings a caller's sound to whoever expects it, and disturbs nobody when nobody does.

A frame is kind (1 byte), length (2 bytes, big-endian), payload; the first one of a connection is the UUID. Each frame
of sound is answered with silence, and so is a pause of the caller's: app_audiosocket gives up after 2 s without.
Written on a Protocol, not on streams: no task and no timer for each frame, nothing to leave behind.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Self, cast
from uuid import UUID

import structlog

from .known import Known
from .listening import stop_listening
from .settings import TelephonySettings

log = structlog.get_logger(__name__)

HANG_UP, IDENTITY, DTMF, SOUND, ERROR = 0x00, 0x01, 0x03, 0x10, 0xFF
FRAME = 320  # bytes of 20 ms: 16-bit little-endian mono at 8 kHz
SILENCE = bytes([SOUND]) + FRAME.to_bytes(2, "big") + bytes(FRAME)
HEADER = 3
UNSENT_LIMIT = 16 * (HEADER + FRAME)  # a peer that does not read gets no more silence


@dataclass(frozen=True, slots=True)
class SoundLimits:
    """Seconds, and frames kept for a listener who is late (500 are 10 s)."""

    identity_s: float = 3.0  # a connection that does not say who it is
    expected_s: float = 3.0  # a listener whose connection does not come
    torn_s: float = 5.0  # within one frame
    idle_s: float = 120.0  # without any sound
    look_s: float = 0.5  # how often a connection is looked at; silence goes out then
    frames: int = 500
    digits: int = 100  # kept of one connection
    unknown: int = 1_000  # connections at one time that have not said yet whose they are


class Sound:
    """What a listener iterates: frames of 320 bytes, the oldest dropped when he is late; ends with the connection."""

    def __init__(self, frames: int) -> None:
        self._frames: deque[bytes] = deque(maxlen=frames)
        self._rest = b""
        self._changed = asyncio.Event()
        self._ended = False
        self.connection: SoundConnection | None = None
        self.dropped = 0  # frames lost because the listener was late
        self.digits = ""  # pressed, as AudioSocket tells them; the line has them from AMI

    def feed(self, sound: bytes) -> None:
        sound = self._rest + sound
        whole = len(sound) - len(sound) % FRAME
        for start in range(0, whole, FRAME):
            self.dropped += len(self._frames) == self._frames.maxlen
            self._frames.append(sound[start : start + FRAME])
        self._rest = sound[whole:]
        self._changed.set()

    def end(self) -> None:
        """No more sound comes; what is there can still be read."""
        self._ended = True
        self._changed.set()

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        while not self._frames:
            if self._ended:
                raise StopAsyncIteration
            self._changed.clear()
            await self._changed.wait()
        return self._frames.popleft()


class SoundServer:
    """`async with SoundServer(settings)`: listens; on leaving every connection is closed and every listener ends."""

    def __init__(
        self, settings: TelephonySettings, limits: SoundLimits | None = None, *, known: Known | None = None
    ) -> None:
        self._settings = settings
        self.known = known or Known(settings.known)
        self.unknown = 0  # connections that have not said yet whose they are
        self.limits = limits or SoundLimits()
        self._expected: dict[UUID, Sound] = {}
        self.connections: set[SoundConnection] = set()
        self._server: asyncio.Server | None = None
        self.closing = False

    @property
    def port(self) -> int:
        """The port it listens on."""
        assert self._server is not None, "not started"  # noqa: S101 - a mistake in the composition root
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: SoundConnection(self), self._settings.sound_host, self._settings.sound_port, backlog=2048
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None  # noqa: S101 - entered
        self.closing = True
        await stop_listening(self._server)
        for connection in list(self.connections):
            connection.abort()
        for sound in self._expected.values():
            sound.end()
        await self._server.wait_closed()

    @asynccontextmanager
    async def expect(self, sound_id: UUID) -> AsyncIterator[Sound]:
        """The sound of the connection that will name this id. Ends empty when none comes within 3 s."""
        sound = Sound(self.limits.frames)
        self._expected[sound_id] = sound
        late = asyncio.get_running_loop().call_later(self.limits.expected_s, self._give_up, sound)
        try:
            yield sound
        finally:
            late.cancel()
            del self._expected[sound_id]
            sound.end()
            if sound.connection is not None:
                sound.connection.abort()
            if sound.dropped:
                log.warning("sound_dropped", frames=sound.dropped)

    def claim(self, sound_id: UUID, connection: SoundConnection) -> Sound | None:
        """Who waits for this id; None when nobody does, or somebody else brings that sound already."""
        sound = self._expected.get(sound_id)
        if sound is None or sound.connection is not None:
            return None
        sound.connection = connection
        return sound

    def _give_up(self, sound: Sound) -> None:
        if sound.connection is None:
            sound.end()


class SoundConnection(asyncio.Protocol):
    def __init__(self, server: SoundServer) -> None:
        self._server = server
        self._buffer = bytearray()
        self._sound: Sound | None = None
        self._look: asyncio.TimerHandle | None = None
        self._counted = False  # among the unknown ones

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        full = self._server.unknown >= self._server.limits.unknown
        if self._server.closing or full or not self._server.known.admits(transport, "sound"):
            self.abort()
            return
        self._server.connections.add(self)
        self._count(1)
        self._began = self._moved = self._sounded = self._now()
        self._look_again()

    def connection_lost(self, _: Exception | None) -> None:
        if self._look is not None:
            self._look.cancel()
        self._server.connections.discard(self)
        self._count(-1)
        if self._sound is not None:
            self._sound.end()

    def eof_received(self) -> bool:
        return False  # close our half too

    def data_received(self, data: bytes) -> None:
        if self._transport.is_closing():
            return
        self._moved = self._now()
        self._buffer += data
        start = 0
        while len(self._buffer) - start >= HEADER:
            end = start + HEADER + int.from_bytes(self._buffer[start + 1 : start + HEADER], "big")
            if self._sound is None and end - start != HEADER + 16:  # no identity: nobody waits for the rest
                self.abort()
                return
            if len(self._buffer) < end:
                break
            kind, payload = self._buffer[start], bytes(self._buffer[start + HEADER : end])
            start = end
            if not self._frame(kind, payload):
                self.abort()
                return
        del self._buffer[:start]

    @property
    def unsent(self) -> int:
        """Bytes the peer has not taken yet."""
        return self._transport.get_write_buffer_size()

    def abort(self) -> None:
        """Close at once; what is unsent is of no use to anybody."""
        self._buffer.clear()
        self._transport.abort()

    def _frame(self, kind: int, payload: bytes) -> bool:
        """One whole frame; False ends the connection."""
        if self._sound is None:
            self._count(-1)
            return kind == IDENTITY and len(payload) == 16 and self._claim(UUID(bytes=payload))
        if kind == SOUND:
            self._sounded = self._now()
            self._sound.feed(payload)
            self._answer()
        elif kind == DTMF and len(payload) == 1:
            if len(self._sound.digits) < self._server.limits.digits:
                self._sound.digits += payload.decode("ascii", errors="replace")
        elif kind in (HANG_UP, ERROR, IDENTITY):
            return False
        return True  # other kinds (sound at other rates) are not for us, but no reason to stop

    def _claim(self, sound_id: UUID) -> bool:
        self._sound = self._server.claim(sound_id, self)
        if self._sound is None:
            log.info("sound_unexpected")
            return False
        self._answer()  # Answer() in the spy leg's dialplan waits half a second for the first sound
        return True

    def _count(self, change: int) -> None:
        if self._counted is (change < 0):
            self._counted = change > 0
            self._server.unknown += change

    def _answer(self) -> None:
        if self.unsent < UNSENT_LIMIT and not self._transport.is_closing():
            self._transport.write(SILENCE)

    def _look_again(self) -> None:
        """Once in a while: is this still somebody?"""
        limits, now = self._server.limits, self._now()
        unknown = self._sound is None and now - self._began > limits.identity_s
        torn = bool(self._buffer) and now - self._moved > limits.torn_s
        idle = now - self._sounded > limits.idle_s
        if unknown or torn or idle:
            self.abort()
            return
        if self._sound is not None and now - self._sounded > limits.look_s:
            self._answer()
        self._look = asyncio.get_running_loop().call_later(limits.look_s, self._look_again)

    def _now(self) -> float:
        return asyncio.get_running_loop().time()
