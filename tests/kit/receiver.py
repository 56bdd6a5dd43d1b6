"""A small real HTTP server: an SMS gateway, or whoever receives webhooks. It answers as it is told to."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True, slots=True)
class Asked:
    method: str
    path: str
    headers: dict[str, str]  # lower case
    body: bytes

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode()))

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(self.path).query))


Answer = tuple[int, str] | tuple[int, str, dict[str, str]] | None  # None: it takes the request and hangs up


@dataclass
class Receiver:
    """`answer` decides by the request; `hold`: requests wait for it before they are answered."""

    answer: Callable[[Asked], Answer] = lambda asked: (200, "ok")
    asked: list[Asked] = field(default_factory=list)
    hold: asyncio.Event = field(default_factory=asyncio.Event)
    url: str = ""

    def __post_init__(self) -> None:
        self.hold.set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while (line := await reader.readline()).strip():
                method, path, _ = line.decode().split(" ", 2)
                headers: dict[str, str] = {}
                while header := (await reader.readline()).decode().strip():
                    name, _, value = header.partition(":")
                    headers[name.lower()] = value.strip()
                body = await reader.readexactly(int(headers.get("content-length", "0")))
                asked = Asked(method, path, headers, body)
                self.asked.append(asked)
                await self.hold.wait()
                answer = self.answer(asked)
                if answer is None:
                    return
                status, text = answer[:2]
                more = answer[2] if len(answer) == 3 else {}
                told = [f"HTTP/1.1 {status} -", f"Content-Length: {len(text.encode())}"]
                told += [f"{name}: {value}" for name, value in more.items()]
                writer.write("\r\n".join([*told, "", text]).encode())
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # the client left, or the test is over
        finally:
            writer.close()


@asynccontextmanager
async def receiving(answer: Callable[[Asked], Answer] | None = None) -> AsyncIterator[Receiver]:
    receiver = Receiver() if answer is None else Receiver(answer)
    server = await asyncio.start_server(receiver.serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    receiver.url = f"http://127.0.0.1:{port}"
    try:
        yield receiver
    finally:
        receiver.hold.set()
        server.close()
