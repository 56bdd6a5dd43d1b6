"""A recogniser node: serves its own ears to conducting nodes that it knows, one connection for one recogniser."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Self

import structlog

from ..types import Ears, Purpose, Recogniser, SpeechError
from .wire import BEAT_S, UNPROVEN, BadPeer, Frames, message, proven, read_phrases, told_words

log = structlog.get_logger(__name__)

Admits = Callable[[asyncio.BaseTransport], bool]


@dataclass(frozen=True, slots=True)
class NodeLimits:
    """Seconds, bytes, and how many."""

    open_s: float = 3.0  # a connection that does not say what it wants
    idle_s: float = 60.0  # without a word or a sound
    connections: int = 500
    message: int = 8 << 20  # the grammar of a big town is half a megabyte
    unread: int = 1 << 20  # a client that does not take its words is not there
    again: int = 4  # second passes at one time, of one recogniser


class EarsServer:
    """`async with EarsServer(ears, host, port) as server:`; on leaving every connection ends."""

    def __init__(
        self,
        ears: Ears,
        host: str,
        port: int,
        *,
        secret: str = "",
        admits: Admits = lambda _: True,
        limits: NodeLimits | None = None,
    ) -> None:
        self._ears, self._host, self._port, self._secret = ears, host, port, secret
        self._admits = admits
        self.limits = limits or NodeLimits()
        self._server: asyncio.Server | None = None
        self.sessions: set[asyncio.Task[None]] = set()

    @property
    def port(self) -> int:
        assert self._server is not None, "not started"  # noqa: S101 - a mistake in the composition root
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._client, self._host, self._port, backlog=1024)
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None  # noqa: S101 - entered
        self._server.close()
        for task in list(self.sessions):
            task.cancel()
        await asyncio.gather(*self.sessions, return_exceptions=True)
        await self._server.wait_closed()

    async def _client(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - start_server makes one for each
        try:
            if len(self.sessions) < self.limits.connections and self._admits(writer.transport):
                self.sessions.add(task)
                await _Session(self._ears, reader, writer, self.limits, self._secret).serve()
        except (BadPeer, TimeoutError, OSError, EOFError) as error:
            log.info("recogniser client gone", why=type(error).__name__)
        except asyncio.CancelledError:
            if self._server is None or self._server.is_serving():
                raise
        except Exception as error:  # noqa: BLE001 - one client's trouble is not the others'
            log.warning("recogniser client failed", problem=type(error).__name__)
        finally:
            self.sessions.discard(task)
            if writer.transport.get_write_buffer_size() > self.limits.unread:
                writer.transport.abort()
            writer.close()


class _Session:
    def __init__(
        self, ears: Ears, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, limits: NodeLimits, secret: str
    ) -> None:
        self._ears, self._reader, self._writer, self._limits = ears, reader, writer, limits
        self._secret, self._nonce = secret, secrets.token_hex(16)
        self._frames = Frames(limits.message)
        self._passes = 0

    async def serve(self) -> None:
        """Raises BadPeer, TimeoutError, OSError, EOFError."""
        self._tell({"hello": self._nonce, "languages": list(self._ears.languages)})
        wish = await self._wish()
        if not proven(self._secret, self._nonce, wish.get("proof")):
            self._tell({"refused": UNPROVEN})
            await self._writer.drain()
            raise BadPeer("no proof of the secret")
        kind: Purpose = "talk" if wish.get("kind") == "talk" else "call"
        try:
            opening = self._ears.open(
                str(wish["open"]), read_phrases(wish.get("phrases")), spare=read_phrases(wish.get("spare")), kind=kind
            )
            async with opening as recogniser:
                self._tell({"opened": True})
                await self._converse(recogniser)
        except SpeechError as error:
            self._tell({"refused": error.code})
        await self._writer.drain()

    async def _wish(self) -> dict[str, Any]:
        async with asyncio.timeout(self._limits.open_s):
            while True:
                for each in self._frames.feed(await self._some()):
                    if not isinstance(each, dict) or "open" not in each:
                        raise BadPeer("nothing was opened")
                    return each

    async def _converse(self, recogniser: Recogniser) -> None:
        try:
            async with asyncio.TaskGroup() as group:
                telling = group.create_task(self._words(recogniser))
                beating = group.create_task(self._beat())
                reading = group.create_task(self._read(recogniser, group))
                await telling
                beating.cancel()
                await self._writer.drain()
                await reading  # a second pass may still be wanted; the client ends it
        except* (EOFError, OSError, BadPeer) as ends:  # the client hangs up, as each does in the end
            log.debug("recogniser client gone", why=[type(each).__name__ for each in ends.exceptions])

    async def _read(self, recogniser: Recogniser, group: asyncio.TaskGroup) -> None:
        while True:
            async with asyncio.timeout(self._limits.idle_s):
                data = await self._some()
            for each in self._frames.feed(data):
                if isinstance(each, bytes):
                    recogniser.push(each)
                elif each.get("flush"):
                    recogniser.flush()
                elif isinstance(number := each.get("again"), int):
                    phrases = read_phrases(each.get("phrases")) or ()
                    if self._passes >= self._limits.again:
                        raise BadPeer("too many second passes")
                    self._passes += 1
                    group.create_task(self._again(recogniser, number, phrases))

    async def _words(self, recogniser: Recogniser) -> None:
        end = ""
        try:
            async for heard in recogniser:
                self._tell({"heard": told_words(heard.words), "final": heard.final})
        except SpeechError as error:
            end = error.code
        self._tell({"end": end})

    async def _again(self, recogniser: Recogniser, number: int, phrases: tuple[str, ...]) -> None:
        try:
            self._tell({"again": number, "words": told_words(await recogniser.again(phrases))})
        except SpeechError as error:
            self._tell({"again": number, "refused": error.code})
        finally:
            self._passes -= 1

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(BEAT_S)
            self._tell({"beat": 1})

    async def _some(self) -> bytes:
        data = await self._reader.read(1 << 16)
        if not data:
            raise EOFError
        return data

    def _tell(self, told: dict[str, Any]) -> None:
        if self._writer.transport.get_write_buffer_size() > self._limits.unread:
            raise BadPeer("it does not read")
        self._writer.write(message(told))
