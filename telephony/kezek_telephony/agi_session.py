"""One FastAGI connection: reads its opening, sends one command at a time, lets no reply meet the wrong command."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass

from .agi import AgiError, Reply, ReplyParser, Request, command, parse_request
from .types import LineLost

LINE_LIMIT = 65_536  # bytes of the longest line taken, and of a whole opening; longer ones end the session


@dataclass(frozen=True, slots=True)
class AgiLimits:
    """Seconds and counts past which a client is no Asterisk of ours."""

    opening_s: float = 5.0
    opening_lines: int = 200
    reply_s: float = 5.0
    openings: int = 2_000  # connections at one time that have not said yet what they are
    sessions: int = 20_000  # all, with the coroutines of their calls; Asterisk's own limit is far below


class AgiSession:
    """A session is open until the socket ends. A command that is cancelled stays in its turn: its reply is read and
    dropped before the next command is sent, so that replies never shift.
    """

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, limits: AgiLimits | None = None
    ) -> None:
        self._reader, self._writer = reader, writer
        self._limits = limits or AgiLimits()
        self._turn = asyncio.Lock()
        self._reply: asyncio.Future[Reply] | None = None
        self._reply_due = 0.0  # by the loop's clock
        self._parser = ReplyParser()
        self.ended = asyncio.Event()

    @property
    def idle(self) -> bool:
        """No command is in progress."""
        return not self._turn.locked() and (self._reply is None or self._reply.done())

    async def opening(self) -> Request:
        """The request. Raises AgiError for a probe (nothing, no FastAGI), a torn or endless opening, a slow client."""
        lines: list[str] = []
        size = 0
        try:
            async with asyncio.timeout(self._limits.opening_s):
                while line := await self._line():
                    lines.append(line)
                    size += len(line)
                    if len(lines) > self._limits.opening_lines or size > LINE_LIMIT:
                        raise AgiError("an endless opening")
        except TimeoutError:
            raise AgiError("a slow opening") from None
        return parse_request(lines)

    async def read_replies(self) -> None:
        """Read until the socket ends; returns then, whatever the reason. Run it beside the commands."""
        try:
            while True:
                reply = self._parser.feed(await self._line())
                if reply is not None and self._reply is not None and not self._reply.done():
                    self._reply.set_result(reply)
        except AgiError:
            pass  # the end of the stream, or no AGI any more: the session is over either way
        finally:
            self.close()

    async def command(self, verb: str, *arguments: str | int, limit_s: float | None = None) -> Reply:
        """Send a command and wait for its reply, `limit_s` seconds at most.

        Raises LineLost when the session is over or Asterisk does not reply in time (the session is closed then), and
        ValueError for arguments that cannot be sent.
        """
        line = command(verb, *arguments)
        limit = self._limits.reply_s if limit_s is None else limit_s
        loop = asyncio.get_running_loop()
        async with self._turn:
            if self._reply is not None and not self._reply.done():  # a cancelled command's; it plays to its end
                await asyncio.wait({self._reply}, timeout=max(0.0, self._reply_due - loop.time()))
                self._need(self._reply.done())
            self._need(not self.ended.is_set())
            self._reply, self._reply_due = loop.create_future(), loop.time() + limit
            try:
                async with asyncio.timeout(limit):
                    self._writer.write(line)
                    await self._writer.drain()
                    return await asyncio.shield(self._reply)
            except (TimeoutError, OSError):
                self.close()
                raise LineLost("no reply") from None

    def close(self) -> None:
        """End the session at once; commands in progress raise LineLost. Asterisk goes on in the dialplan."""
        self.ended.set()
        if self._reply is not None and not self._reply.done():
            self._reply.set_exception(LineLost("the session ended"))
            self._reply.exception()  # seen: a cancelled command has nobody left to look
        self._writer.close()

    async def closed(self) -> None:
        """Close, and wait until the socket is gone."""
        self.close()
        with contextlib.suppress(OSError, TimeoutError):
            async with asyncio.timeout(self._limits.reply_s):
                await self._writer.wait_closed()
                return
        self._writer.transport.abort()

    def _need(self, open_: bool) -> None:
        if not open_:
            self.close()
            raise LineLost("the session is over")

    async def _line(self) -> str:
        try:
            line = await self._reader.readuntil(b"\n")
        except asyncio.IncompleteReadError as torn:
            raise AgiError("torn in a line" if torn.partial else "the end") from None
        except asyncio.LimitOverrunError:
            raise AgiError("too long a line") from None
        except OSError:
            raise AgiError("the socket broke") from None
        return line.decode(errors="replace").rstrip("\r\n")
