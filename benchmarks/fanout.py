"""From the feed to 200 operators' WebSockets and 20 wallboards: until the last of them has it, over a bare loop.

    python benchmarks/fanout.py [--desks 200] [--boards 20] [--events 60] [--json]

Ours: `kezek serve` (uvicorn, sessions, desks with their pings) on a Valkey of its own. A caller is placed in the line
by the queue's engine, and the time runs until every desk has read the new load of the queue and every wallboard the
whole new picture. The bare loops, each a process of its own, read a stream of the same Valkey and write, for each
entry, the very bytes that ours sent: `same` to as many WebSockets and streams of uvicorn (the figure
`over_bare_loop`), `raw` to as many TCP sockets (`over_bare_tcp`). One client reads all of them by turns, and the median
of each counts. Nothing is compressed.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import statistics
import sys
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

from fanout_bare import RAW, SAME
from handover_site import (
    AMI_SECRET,
    QUEUE,
    SERVE,
    SITE,
    answers,
    free_port,
    process,
    temporary_folder,
    valkey,
    wait_for,
)  # fmt: skip
from pwdlib.hashers.argon2 import Argon2Hasher
from redis.asyncio import Redis
from rich.console import Console
from rich.table import Table

from kezek_api.auth import Auth
from kezek_api.passwords import Passwords
from kezek_queue import RedisQueues
from kezek_register import Staff

KEY, PASSWORD, STREAM = "of one benchmark", "of one benchmark", "bare"
BETWEEN_S = 0.5  # events come this far apart: the wallboard shows what falls within 0.2 s together
UPGRADE = (
    "Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
)  # fmt: skip
WARM = 3  # events that are not counted
ACK = json.dumps({"type": "ack", "seq": 0}).encode()


class Reader(asyncio.Protocol):
    """One socket. `complete` judges what has come since `expect`; `at` is when it was all there."""

    def __init__(self, hello: bytes) -> None:
        self._hello = hello
        self._complete: Callable[[bytearray], bool] | None = None
        self.buffer = bytearray()
        self.opened, self.had = asyncio.Event(), asyncio.Event()
        self.at = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport: asyncio.Transport = transport  # type: ignore[assignment]
        self.transport.write(self._hello)

    def data_received(self, data: bytes) -> None:
        self.opened.set()
        if self._complete is None:
            return
        self.buffer += data
        if self._complete(self.buffer):
            self.at, self._complete = time.perf_counter(), None
            self.had.set()

    def expect(self, complete: Callable[[bytearray], bool]) -> None:
        self.buffer, self._complete = bytearray(), complete
        self.had.clear()

    def say(self, text: bytes) -> None:
        """A masked text frame (RFC 6455), its mask nought."""
        self.transport.write(bytes([0x81, 0x80 | len(text), 0, 0, 0, 0]) + text)


async def opened(port: int, hellos: list[bytes]) -> list[Reader]:
    loop = asyncio.get_running_loop()
    readers = []
    for hello in hellos:
        _, reader = await loop.create_connection(lambda hello=hello: Reader(hello), "127.0.0.1", port)  # type: ignore[misc]
        await reader.opened.wait()
        readers.append(reader)
    return readers


async def last_of(readers: list[Reader]) -> float:
    try:
        async with asyncio.timeout(10):
            for reader in readers:
                await reader.had.wait()
    except TimeoutError:
        late = [reader for reader in readers if not reader.had.is_set()]
        raise AssertionError(
            f"{len(late)} of {len(readers)} sockets have not had it: {bytes(late[0].buffer[-200:])!r}"
        ) from None
    return max(reader.at for reader in readers)


def wants(marker: bytes, end: bytes) -> Callable[[bytearray], bool]:
    """The marker, and then the end of its message."""

    def complete(buffer: bytearray) -> bool:
        found = buffer.find(marker)
        return found >= 0 and buffer.find(end, found) >= 0

    return complete


def request(path: str, token: str, *more: str) -> bytes:
    lines = [f"GET {path} HTTP/1.1", "Host: 127.0.0.1", f"Cookie: kezek_session={token}", *more, "", ""]
    return "\r\n".join(lines).encode()


async def sessions(redis_url: str, operators: int) -> tuple[list[str], str]:
    """Tokens of signed-in operators, and of a manager."""
    cheap = Passwords(hasher=Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1))
    hashed = await cheap.hash(PASSWORD)

    async def staff(login: str) -> Staff:
        manager = login == "manager"
        return Staff(
            login, login, "manager" if manager else "operator", "" if manager else login, "en", (QUEUE,), {}, hashed
        )

    async with Redis.from_url(redis_url) as redis:
        auth = Auth(redis, site=SITE, key=KEY.encode(), staff=staff, passwords=cheap)
        logins = [*(f"op{number:03}" for number in range(operators)), "manager"]
        tokens = [(await auth.sign_in(login, PASSWORD, login))[0] for login in logins]
    return tokens[:-1], tokens[-1]


@contextlib.asynccontextmanager
async def node(folder: Path, redis_url: str, serve: list[str]) -> AsyncIterator[int]:
    port = free_port()
    told = {
        "home": folder, "site": SITE, "node": "one", "redis_url": redis_url, "mqtt_url": "", "ami_port": 9,
        "ami_secret": AMI_SECRET, "fastagi_listen": f"127.0.0.1:{free_port()}", "languages": "en",
        "sound_listen": f"127.0.0.1:{free_port()}", "http_listen": f"127.0.0.1:{port}", "default_language": "en",
        "speech_streams": 0, "numbers": f"109:{QUEUE}", "secret_key": KEY,
    }  # fmt: skip
    mine = {name: value for name, value in os.environ.items() if not name.startswith("KEZEK_")}
    environment = {**mine, **{f"KEZEK_{name.upper()}": str(value) for name, value in told.items()}}
    with (folder / "node.log").open("w") as log:
        async with process(*serve, env=environment, stdout=log, stderr=log):
            yield port


async def placed(queues: RedisQueues, number: int) -> float:
    """One more caller waits; when that was asked."""
    asked = time.perf_counter()
    await queues.place(f"call-{number}", queue=QUEUE)
    return asked


async def measure(folder: Path, asked: argparse.Namespace) -> dict[str, list[float]]:
    times: dict[str, list[float]] = {"ours": [], "desks": [], "same": [], "raw": []}
    async with (
        valkey(folder) as (redis_url, _),
        Redis.from_url(redis_url) as redis,
        contextlib.AsyncExitStack() as bare,
    ):
        await wait_for("valkey", lambda: answers(redis_url))
        tokens, manager = await sessions(redis_url, asked.desks)
        async with node(folder, redis_url, asked.serve) as port, RedisQueues(redis_url, SITE) as queues:
            await wait_for("http", lambda: listens(port))
            for number in range(asked.events + WARM + 1):  # beforehand: an arrival is an event of its own
                await queues.arrive(f"call-{number}", caller="", dialled="109", since=time.time(), node="one")
            await placed(queues, 0)
            hellos = [request("/api/desk", tokens[at], *UPGRADE) for at in range(asked.desks)]
            hellos += [request("/api/wallboard/events", manager)] * asked.boards
            ours = await opened(port, hellos)
            desks, boards = ours[: asked.desks], ours[asked.desks :]
            loops: dict[str, list[Reader]] = {}
            for number in range(1, asked.events + WARM + 1):
                marker = f'"waiting":{number + 1},'.encode()
                for reader in ours:
                    reader.expect(wants(marker, b"}]}" if reader in desks else b"\n\n"))
                began = await placed(queues, number)
                took = {"ours": await last_of(ours) - began, "desks": max(desk.at for desk in desks) - began}
                for desk in desks:
                    desk.say(ACK)  # as a page does when it was told; one that says nothing for 15 s is gone
                if not loops:
                    (folder / "desk").write_bytes(frame_in(desks[0].buffer, marker))
                    (folder / "board").write_bytes(boards[0].buffer)
                    for name, text in (("same", SAME), ("raw", RAW)):
                        loops[name] = await bare_loop(bare, folder, redis_url, name, text, hellos)
                for name, readers in loops.items():
                    await asyncio.sleep(BETWEEN_S)
                    for reader, kind in zip(readers, ["desk"] * asked.desks + ["board"] * asked.boards, strict=True):
                        reader.expect(of_length((folder / kind).stat().st_size))
                    began = time.perf_counter()
                    await redis.xadd(STREAM, {"n": number})
                    took[name] = await last_of(readers) - began
                await asyncio.sleep(BETWEEN_S)
                if number > WARM:
                    for name, seconds in took.items():
                        times[name].append(seconds)
    return times


def of_length(length: int) -> Callable[[bytearray], bool]:
    return lambda buffer: len(buffer) >= length


def frame_in(buffer: bytearray, marker: bytes) -> bytes:
    """The WebSocket frame that holds the marker: what was sent before and after it are others."""
    start = buffer.rfind(b'{"seq"', 0, buffer.find(marker))
    end = buffer.find(b"}]}", start) + 3
    length = end - start
    return bytes(buffer[start - (2 if length < 126 else 4) : end])


async def bare_loop(
    stack: contextlib.AsyncExitStack, folder: Path, redis_url: str, name: str, text: str, hellos: list[bytes]
) -> list[Reader]:
    """A bare loop in a process of its own, and as many sockets to it."""
    port = free_port()
    (folder / f"{name}.py").write_text(text)
    await stack.enter_async_context(process(
        sys.executable, folder / f"{name}.py", redis_url, str(port), folder / "desk", folder / "board"
    ))  # fmt: skip
    await wait_for(name, lambda: listens(port))
    readers = await opened(port, hellos)
    await asyncio.sleep(1)
    return readers


async def listens(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--desks", type=int, default=200)
    parser.add_argument("--boards", type=int, default=20)
    parser.add_argument("--events", type=int, default=60)
    parser.add_argument("--serve", nargs="+", default=list(SERVE), help="the node's command")
    parser.add_argument("--json", action="store_true", help="one last line of figures")
    asked = parser.parse_args()
    with temporary_folder() as folder:
        times = asyncio.run(measure(Path(folder), asked))
    medians: dict[str, Any] = {name: statistics.median(each) * 1000 for name, each in times.items()}
    over = {name: medians["ours"] / medians[name] for name in ("same", "raw")}
    table = Table("", "median, ms", "p90, ms", title=f"{asked.desks} desks and {asked.boards} wallboards")
    names = {"ours": "Kezek", "desks": "of it, the last desk", "same": "bare loop, the same sockets", "raw": "bare TCP"}
    for name, label in names.items():
        table.add_row(label, f"{medians[name]:.1f}", f"{1000 * sorted(times[name])[int(len(times[name]) * 0.9)]:.1f}")
    table.add_row("Kezek over the bare loop", f"{over['same']:.2f}", "")
    table.add_row("Kezek over bare TCP", f"{over['raw']:.2f}", "")
    table.add_row("load average", f"{os.getloadavg()[0]:.1f}", "")
    Console().print(table)
    if asked.json:
        told = {"over_bare_loop": round(over["same"], 2), "over_bare_tcp": round(over["raw"], 2)}
        print(json.dumps({"benchmark": "fanout", **told, "last_ms": round(medians["ours"], 1)}))


if __name__ == "__main__":
    main()
