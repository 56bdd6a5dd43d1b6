"""A SIP phone without a screen: baresip, driven over its control socket (ctrl_tcp: JSON in netstrings)."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import shutil
import socket
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kezek_api.supervise.child import die_with


class PhoneError(Exception):
    """The phone did not start or does not answer."""

    code = "softphone"


@dataclass(frozen=True, slots=True)
class SipAccount:
    """`user` at `server` ('host:port'). With a password it registers there; without one it only calls."""

    user: str
    server: str
    password: str = ""
    name: str = ""
    register_s: int = 60  # how often

    def line(self) -> str:
        name = f'"{self.name}" ' if self.name else ""
        secret = (
            f";auth_user={self.user};auth_pass={self.password};regint={self.register_s}"
            if self.password
            else ";regint=0"
        )
        return f"{name}<sip:{self.user}@{self.server};transport=udp>{secret};audio_codecs=PCMA,PCMU;answermode=manual\n"


class Softphone:
    """One running phone: `event()` tells what happens to its calls; commands return when baresip has taken them."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, process: asyncio.subprocess.Process
    ) -> None:
        self._reader, self._writer = reader, writer
        self.process = process
        self._events: asyncio.Queue[dict[str, Any]] = asyncio.Queue(200)
        self._replies: asyncio.Queue[dict[str, Any]] = asyncio.Queue(200)
        self._lock = asyncio.Lock()

    async def dial(self, address: str) -> None:
        await self._command("dial", address)

    async def accept(self) -> None:
        await self._command("accept")

    async def hang_up(self) -> None:
        await self._command("hangup")

    async def speak(self, wav: Path) -> None:
        """From now on the microphone is this file (8 kHz mono wav)."""
        await self._command("ausrc", f"aufile,{wav}")

    async def event(self) -> dict[str, Any]:
        """The next event: {'type': 'CALL_INCOMING' | 'CALL_ESTABLISHED' | 'CALL_CLOSED' | 'REGISTER_OK' | ...}."""
        return await self._events.get()

    async def _command(self, command: str, params: str = "") -> None:
        async with self._lock:
            self._writer.write(netstring(json.dumps({"command": command, "params": params, "token": command})))
            await self._writer.drain()
            try:
                async with asyncio.timeout(5):
                    reply = await self._replies.get()
            except TimeoutError as error:
                raise PhoneError(f"baresip does not answer to {command}") from error
            if not reply.get("ok"):
                raise PhoneError(f"baresip refused {command}: {str(reply.get('data'))[:200]}")

    async def read(self) -> None:
        """Sort what baresip says into events and replies until it ends."""
        while True:
            size = int((await self._reader.readuntil(b":"))[:-1])
            message = json.loads((await self._reader.readexactly(size + 1))[:-1])
            box = self._events if message.get("event") else self._replies
            if box.full():  # nobody listens to this phone: the oldest may go
                box.get_nowait()
            box.put_nowait(message)


def netstring(text: str) -> bytes:
    raw = text.encode()
    return b"%d:%s," % (len(raw), raw)


@contextlib.asynccontextmanager
async def softphone(baresip: Path, account: SipAccount, quiet: Path) -> AsyncIterator[Softphone]:
    """A running phone on the loopback; `quiet` is the wav that is its microphone at first. Raises PhoneError."""
    folder = Path(tempfile.mkdtemp(prefix="kezek-phone-"))
    port = free_port()
    (folder / "accounts").write_text(account.line())
    (folder / "accounts").chmod(0o600)
    (folder / "contacts").touch()
    (folder / "config").write_text(_configuration(baresip, port, quiet, folder))
    parent = os.getpid()
    with (folder / "baresip.log").open("wb") as output:
        process = await asyncio.create_subprocess_exec(
            *(str(baresip), "-f", str(folder)),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            preexec_fn=lambda: die_with(parent),
        )
    try:
        reader, writer = await _connect(port, process, folder)
        phone = Softphone(reader, writer, process)
        reading = asyncio.create_task(phone.read(), name="softphone")  # ends with this block, below
        try:
            yield phone
        finally:
            reading.cancel()
            with contextlib.suppress(asyncio.CancelledError, asyncio.IncompleteReadError, ConnectionError):
                await reading
            writer.close()
    finally:
        if process.returncode is None:
            process.terminate()
            try:
                async with asyncio.timeout(3):
                    await process.wait()
            except TimeoutError:
                process.kill()
                await process.wait()
        shutil.rmtree(folder, ignore_errors=True)


async def _connect(
    port: int, process: asyncio.subprocess.Process, folder: Path
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(10):
            while process.returncode is None:
                try:
                    return await asyncio.open_connection("127.0.0.1", port)
                except OSError:
                    await asyncio.sleep(0.05)
    raise PhoneError(f"baresip did not start: {(folder / 'baresip.log').read_text(errors='replace')[-300:]}")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _configuration(baresip: Path, control: int, quiet: Path, folder: Path) -> str:
    private = baresip.parent.parent / "root/usr/lib/baresip/modules"
    modules = private if private.is_dir() else Path("/usr/lib/baresip/modules")
    return f"""\
poll_method epoll
sip_listen 127.0.0.1:0
call_max_calls 1
statmode_default off
call_local_timeout 120
audio_player aufile,{folder}/heard.wav
audio_source aufile,{quiet}
audio_alert aufile,{folder}/alert.wav
audio_buffer 20-160
module_path {modules}
module g711.so
module aufile.so
module ctrl_tcp.so
module_app account.so
module_app menu.so
ctrl_tcp_listen 127.0.0.1:{control}
"""
