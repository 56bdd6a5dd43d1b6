"""A real Asterisk for a test: a fresh instance in a folder of its own, on free ports, gone afterwards.

    async with running_asterisk(nodes=["127.0.0.1:4573"]) as asterisk: ...

Callers and operators' phones: `kit.sip_agent`. An independent caller with real sound: `sipp_call`.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import shutil
import signal
import socket
import sqlite3
import tempfile
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from kezek_telephony.instance import Instance, InstanceValues, write_instance
from kezek_telephony.settings import TelephonySettings

ROOT = Path(__file__).resolve().parents[2]
PREFIX = ROOT / ".kezek" / "prefix"
PHONES = {"1001": "pw-1001", "1002": "pw-1002", "1003": "pw-1003"}


def free_port(kind: int = socket.SOCK_STREAM) -> int:
    """A port below the kernel's own range, so that no outgoing connection of anybody takes it meanwhile."""
    while True:
        port = random.randrange(10_000, 32_000)  # noqa: S311 - no secret
        with socket.socket(socket.AF_INET, kind) as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


async def until(condition: Callable[[], object], limit: float = 15.0, what: str = "") -> None:
    """Wait for a condition; the test fails when it has not come within `limit` seconds."""
    try:
        async with asyncio.timeout(limit):
            while not condition():  # noqa: ASYNC110 - any condition, of any process
                await asyncio.sleep(0.02)
    except TimeoutError:
        pytest.fail(f"not within {limit} s: {what or condition}")


def stopped(task: Path) -> bool:
    """A thread's state in /proc is T; the name before it may hold anything but ')'."""
    return (task / "stat").read_text().rpartition(")")[2].split()[0] == "T"


@dataclass
class RunningAsterisk:
    instance: Instance
    settings: TelephonySettings  # as a node of ours needs them: AMI, its FastAGI port
    sip_port: int
    phones: Mapping[str, str]
    line_password: str
    trunk_port: int  # where the city exchange is dialled: `SipAgent.trunk`
    process: asyncio.subprocess.Process | None = field(default=None, repr=False)

    async def start(self) -> None:
        self.process = await asyncio.create_subprocess_exec(
            *self.instance.command(), stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        await self.instance.wait_booted(60)

    async def kill(self) -> None:
        """As a power cut would."""
        if self.process and self.process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self.process.send_signal(signal.SIGCONT)
                self.process.kill()
            await self.process.wait()

    async def freeze(self) -> None:
        """Returns when every thread has stopped: the signal takes its time."""
        assert self.process
        self.process.send_signal(signal.SIGSTOP)
        tasks = Path(f"/proc/{self.process.pid}/task")
        await until(lambda: all(stopped(task) for task in tasks.iterdir()), what="frozen")

    def thaw(self) -> None:
        assert self.process
        self.process.send_signal(signal.SIGCONT)

    async def cli(self, command: str) -> str:
        return await self.instance.cli(command)

    def database(self) -> str:
        """What would survive a power cut now (Asterisk writes its database down once a second).

        Read without a lock: a commit of Asterisk's that finds the file locked is rolled back, and its rows are lost.
        Read in the middle of one there is nothing."""
        file = f"file:{self.instance.folder}/db/astdb.sqlite3?mode=ro&immutable=1"
        with (
            contextlib.suppress(sqlite3.DatabaseError),
            contextlib.closing(sqlite3.connect(file, uri=True)) as db,
        ):
            return "\n".join(f"{key}: {value}" for key, value in db.execute("select key, value from astdb"))
        return ""

    def log(self) -> str:
        path = self.instance.folder / "log" / "messages"
        return path.read_text("utf-8", "replace") if path.exists() else ""


@contextlib.asynccontextmanager
async def running_asterisk(
    *, nodes: Sequence[str] = (), phones: Mapping[str, str] | None = None, numbers: Sequence[str] = ("109",),
    prompts: str = "", **changes: object,
) -> AsyncIterator[RunningAsterisk]:  # fmt: skip
    """`nodes`: our FastAGI servers; by default one, at `settings.fastagi_port`. `changes` go into InstanceValues."""
    if not (PREFIX / "bin" / "asterisk").exists():
        pytest.skip("no Asterisk in .kezek/prefix: run the set-up")
    folder = Path(tempfile.mkdtemp(prefix="kezek-ast-"))
    ami, fastagi, trunk = free_port(), free_port(), free_port(socket.SOCK_DGRAM)
    rtp = random.randrange(10_000, 31_000, 2)  # noqa: S311 - no secret
    phones = PHONES if phones is None else phones
    values = InstanceValues(**{
        "ami_port": ami, "ami_secret": "ami-test-secret", "sip_port": free_port(socket.SOCK_DGRAM),
        "rtp_first": rtp, "rtp_last": rtp + 500, "nodes": tuple(nodes) or (f"127.0.0.1:{fastagi}",),
        "line_password": "line-test", "phones": phones, "numbers": tuple(numbers), "qualify_s": 0,
        "trunk_contact": f"127.0.0.1:{trunk}", **changes,
    })  # type: ignore[arg-type]  # fmt: skip
    settings = TelephonySettings(
        ami_port=ami, ami_secret=values.ami_secret, fastagi_port=fastagi, sound_port=0, prompts=prompts
    )
    instance = write_instance(folder, PREFIX, values)
    asterisk = RunningAsterisk(instance, settings, values.sip_port, phones, values.line_password, trunk)
    try:
        await asterisk.start()
        yield asterisk
    finally:
        await asterisk.kill()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
async def asterisk() -> AsyncIterator[RunningAsterisk]:
    """A fresh Asterisk for one test; it boots in half a second."""
    async with running_asterisk() as running:
        yield running
