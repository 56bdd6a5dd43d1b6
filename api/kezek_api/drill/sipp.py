"""One SIPp that plays a scenario for many calls, and what it sends and receives, read from its trace as it happens."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import socket
import tempfile
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from kezek_api.provision.programs import program
from kezek_api.supervise.child import die_with

SCENARIOS = Path(__file__).parent / "scenarios"
INVITE_AGAIN = 4  # times, after 0.5, 1, 2 and 4 s
_HEAD = re.compile(rb"UDP message (sent|received) \[(\d+)\] bytes:\n\n")


class SippError(Exception):
    """SIPp did not start, or ended before its time."""

    code = "sipp"


@dataclass(frozen=True, slots=True)
class Traced:
    """One SIP message. `status` is 0 for a request; `method` is of the request, or of the one that is answered."""

    sent: bool
    call: str  # Call-ID
    method: str
    status: int
    target: str  # of a request, the user part of its URI
    body: str

    @property
    def sound_port(self) -> int:
        """Where the other end wants its sound; 0 when it does not say."""
        found = re.search(r"^m=audio (\d+)", self.body, re.MULTILINE)
        return int(found[1]) if found else 0


def read_message(text: str, *, sent: bool) -> Traced | None:
    """None for what is no SIP message."""
    head, _, body = text.replace("\r", "").partition("\n\n")
    start, *lines = head.split("\n")
    headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    call, _, method = headers.get("call-id", ""), *headers.get("cseq", "").partition(" ")[1:]
    if not call or not method:
        return None
    words = start.split()
    if start.startswith("SIP/2.0") and len(words) > 1 and words[1].isdigit():
        return Traced(sent, call, method, int(words[1]), "", body)
    target = re.search(r"^\S+ sips?:([^@;\s]*)@", start)
    return Traced(sent, call, method, 0, target[1] if target else "", body)


@dataclass(slots=True)
class Sipp:
    """A running one, at 127.0.0.1:`port`."""

    port: int
    process: asyncio.subprocess.Process


@contextlib.asynccontextmanager
async def sipp(
    home: Path, scenario: str, told: Callable[[Traced], None], *, port: int = 0, values: Mapping[str, str] | None = None
) -> AsyncIterator[Sipp]:
    """Plays scenarios/<scenario>.xml with these values put in, as often as somebody opens a dialogue with it.

    `told` gets each message in the moment of its coming or going. Raises SippError; ended at the end."""
    text = (SCENARIOS / f"{scenario}.xml").read_text("utf-8")
    for name, value in (values or {}).items():
        text = text.replace(f"@{name}@", value)
    port = port or free_port()
    parent = os.getpid()
    with tempfile.TemporaryDirectory(prefix="kezek-sipp-") as folder:
        script, said = Path(folder) / f"{scenario}.xml", Path(folder) / "said.txt"
        script.write_text(text, "utf-8")
        ours, its = os.pipe()
        with said.open("wb") as output:
            process = await asyncio.create_subprocess_exec(
                program(home, "sipp"), "-sf", script, "-i", "127.0.0.1", "-p", str(port), "-cp", str(free_port()),
                "-aa", "-nostdin", "-max_invite_retrans", str(INVITE_AGAIN), "-trace_msg",
                "-message_file", f"/proc/self/fd/{its}",
                pass_fds=(its,), cwd=folder, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL,
                stderr=output, preexec_fn=lambda: die_with(parent),
            )  # fmt: skip
        os.close(its)
        reader = asyncio.StreamReader(limit=2**20)
        pipe = os.fdopen(ours, "rb", 0)
        transport, _ = await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reader), pipe
        )
        reading = asyncio.create_task(_read(reader, told), name=f"sipp {scenario}")  # ends with this block, below
        try:
            await _listens(port, process, said)
            yield Sipp(port, process)
            if process.returncode is not None:
                raise SippError(f"SIPp ended with {process.returncode}: {last_words(said)}")
        finally:
            if process.returncode is None:
                process.kill()
            await process.wait()
            await asyncio.wait({reading}, timeout=1)
            reading.cancel()
            transport.close()


async def _listens(port: int, process: asyncio.subprocess.Process, said: Path) -> None:
    """Returns when its socket is bound."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(10):
            while process.returncode is None:
                if bound(port):
                    return
                await asyncio.sleep(0.02)
    raise SippError(f"SIPp did not start: {last_words(said)}")


def free_port() -> int:
    """Of UDP."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def bound(port: int) -> bool:
    """Whether any socket of this machine has that UDP port."""
    return f":{port:04X} 00000000:0000 " in Path("/proc/net/udp").read_text("ascii")


def last_words(said: Path) -> str:
    return said.read_text("utf-8", "replace")[-300:]


async def _read(reader: asyncio.StreamReader, told: Callable[[Traced], None]) -> None:
    """Each message of the trace, by the size that is written before it."""
    with contextlib.suppress(asyncio.IncompleteReadError):
        while True:
            head = await reader.readuntil(b" bytes:\n\n")
            found = _HEAD.search(head)
            if found is None:
                continue
            text = await reader.readexactly(int(found[2]))
            message = read_message(text.decode("utf-8", "replace"), sent=found[1] == b"sent")
            if message is not None:
                told(message)
