"""One recogniser of another machine: sound goes there, words come back; a machine that falls silent is dead."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any, cast

from ..types import Dead, Heard, Purpose, SpeechError, Word
from .wire import BadPeer, Frames, message, proof, read_words, refused, sound_frame


@dataclass(frozen=True, slots=True)
class ClientLimits:
    """Seconds and bytes."""

    connect_s: float = 0.4
    open_s: float = 0.7  # from the connection on
    silent_s: float = 3.0  # a node beats each second
    look_s: float = 0.5
    again_s: float = 5.0
    message: int = 1 << 20
    unsent: int = 10 * 16_000  # of sound: ten seconds; more is not sent


class RemoteRecogniser(asyncio.Protocol):
    """Meets Recogniser, after `opened`. `hello` is what the node said at first."""

    def __init__(self, limits: ClientLimits) -> None:
        self._limits = limits
        self._frames = Frames(limits.message)
        self._ready: deque[Heard] = deque()
        self._changed = asyncio.Event()
        self._ended = False
        self._error: SpeechError | None = None
        self._passes: dict[int, asyncio.Future[tuple[Word, ...]]] = {}
        self._count = 0
        self._look: asyncio.TimerHandle | None = None
        self._flushed = False
        loop = asyncio.get_running_loop()
        self.hello: asyncio.Future[dict[str, Any]] = loop.create_future()
        self._answer: asyncio.Future[None] = loop.create_future()
        self._loop = loop
        self.dropped_seconds = 0.0

    async def opened(
        self,
        language: str,
        phrases: Sequence[str] | None,
        spare: Sequence[str] | None,
        kind: Purpose,
        secret: str,
    ) -> None:
        """Raises NoModel, Full, Dead as the node says, and TimeoutError."""
        async with asyncio.timeout(self._limits.open_s):
            hello = await self.hello
            wish: dict[str, Any] = {
                "open": language,
                "phrases": None if phrases is None else list(phrases),
                "spare": None if spare is None else list(spare),
                "kind": kind,
            }
            if secret:
                wish["proof"] = proof(secret, str(hello.get("hello")))
            self._transport.write(message(wish))
            await self._answer
        self._look_again()

    def push(self, sound: bytes) -> None:
        if self._flushed or self._ended or self._error:
            return
        if self._transport.get_write_buffer_size() > self._limits.unsent:
            self.dropped_seconds += len(sound) / 16_000
            return
        self._transport.write(sound_frame(sound))

    def flush(self) -> None:
        if not (self._flushed or self._ended or self._error):
            self._flushed = True
            self._transport.write(message({"flush": True}))

    async def again(self, phrases: Sequence[str]) -> tuple[Word, ...]:
        if self._transport.is_closing():
            raise Dead("the recogniser node is gone")
        self._count += 1
        number = self._count
        self._passes[number] = self._loop.create_future()
        self._transport.write(message({"again": number, "phrases": list(phrases)}))
        try:
            async with asyncio.timeout(self._limits.again_s):
                return await self._passes[number]
        except TimeoutError:
            raise Dead("the second pass takes too long") from None
        finally:
            del self._passes[number]

    def __aiter__(self) -> AsyncIterator[Heard]:
        return self

    async def __anext__(self) -> Heard:
        while not self._ready:
            if self._error is not None:
                raise type(self._error)(*self._error.args)
            if self._ended:
                raise StopAsyncIteration
            self._changed.clear()
            await self._changed.wait()
        return self._ready.popleft()

    def close(self) -> None:
        if self._look is not None:
            self._look.cancel()
        self._ended = True
        self._changed.set()
        self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._heard_at = self._loop.time()

    def connection_lost(self, _: Exception | None) -> None:
        self._die("the recogniser node is gone")

    def data_received(self, data: bytes) -> None:
        self._heard_at = self._loop.time()
        try:
            for each in self._frames.feed(data):
                if isinstance(each, dict):
                    self._take(each)
        except BadPeer:
            self._die("the recogniser node speaks another language")
            self._transport.abort()

    def _take(self, told: dict[str, Any]) -> None:
        if "heard" in told:
            self._ready.append(Heard(read_words(told["heard"]), final=told.get("final") is True))
        elif "again" in told:
            waiting = self._passes.get(told["again"]) if isinstance(told["again"], int) else None
            if waiting is not None and not waiting.done():
                if "words" in told:
                    waiting.set_result(read_words(told["words"]))
                else:
                    waiting.set_exception(refused(told.get("refused")))
        elif "end" in told:
            self._ended = True
            if told["end"]:
                self._error = refused(told["end"])
        elif "hello" in told:
            if not self.hello.done():
                self.hello.set_result(told)
        elif "opened" in told:
            if not self._answer.done():
                self._answer.set_result(None)
        elif "refused" in told and not self._answer.done():
            self._answer.set_exception(refused(told["refused"]))
        self._changed.set()

    def _look_again(self) -> None:
        if self._ended or self._error:
            return
        if self._loop.time() - self._heard_at > self._limits.silent_s:
            self._die("the recogniser node says nothing any more")
            self._transport.abort()
            return
        self._look = self._loop.call_later(self._limits.look_s, self._look_again)

    def _die(self, why: str) -> None:
        error = Dead(why)
        if not self._ended and self._error is None:
            self._error = error
        waits: list[asyncio.Future[Any]] = [self.hello, self._answer, *self._passes.values()]
        for waiting in waits:
            if not waiting.done():
                waiting.set_exception(error)
                waiting.exception()  # whoever does not wait any more has no complaint
        self._changed.set()


async def connect(host: str, port: int, limits: ClientLimits) -> RemoteRecogniser:
    """Raises OSError and TimeoutError."""
    async with asyncio.timeout(limits.connect_s):
        _, recogniser = await asyncio.get_running_loop().create_connection(lambda: RemoteRecogniser(limits), host, port)
    return recogniser
