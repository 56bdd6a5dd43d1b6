"""A whole installation in a folder of its own: `kezek up` as a person runs it, on what set-up has made."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).resolve().parents[2]
KEZEK = (sys.executable, "-m", "kezek_api.command")
UP_S = 60.0


@dataclass
class Installation:
    home: Path
    process: asyncio.subprocess.Process
    environment: dict[str, str]

    @property
    def run(self) -> dict[str, Any]:
        return dict(json.loads((self.home / "run.json").read_text()))

    @property
    def page(self) -> str:
        return f"http://{self.run['http_listen']}"

    def password(self, login: str) -> str:
        return str(json.loads((self.home / "secrets.json").read_text())["accounts"][login])

    async def kezek(self, *arguments: str, given: str = "") -> tuple[int, str]:
        """Run a command to its end, `given` as its input; its exit status and what it printed."""
        process = await asyncio.create_subprocess_exec(
            *KEZEK, *arguments, env=self.environment, stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip
        output, _ = await process.communicate(given.encode())
        return process.returncode or 0, output.decode()

    def processes(self) -> set[int]:
        """The supervisor's descendants that are alive."""
        return descendants(self.process.pid)


@contextlib.asynccontextmanager
async def installation(home: Path, *arguments: str, deaf: bool = False, **settings: str) -> AsyncIterator[Installation]:
    """`kezek up` with these arguments, up and healthy (`deaf`: but for the speech); stopped by SIGINT at the end."""
    prepare(home)
    log = (home / "up.txt").open("wb")
    process = await asyncio.create_subprocess_exec(
        *KEZEK, "up", *arguments, env=environment(home, **settings), start_new_session=True,
        stdin=asyncio.subprocess.DEVNULL, stdout=log, stderr=log,
    )  # fmt: skip
    made = Installation(home, process, environment(home, **settings))
    try:
        await until_healthy(made, good=(0, 1) if deaf else (0,))
        yield made
    finally:
        log.close()
        if process.returncode is None:
            process.send_signal(signal.SIGINT)
            async with asyncio.timeout(40):
                await process.wait()


async def set_up(home: Path, **settings: str) -> tuple[int, str]:
    """`kezek setup` in this home: what the checkout has already takes no time, the register is made."""
    prepare(home)
    process = await asyncio.create_subprocess_exec(
        *KEZEK, "setup", env=environment(home, **settings), stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    output, _ = await process.communicate()
    return process.returncode or 0, output.decode()


def prepare(home: Path) -> None:
    """What set-up would make, taken from the checkout; the register and the secrets are made anew."""
    home.mkdir(parents=True, exist_ok=True)
    for name in ("prefix", "prompts", "models"):
        source = ROOT / ".kezek" / name
        if source.exists() and not (home / name).exists():
            (home / name).symlink_to(source)


def environment(home: Path, **settings: str) -> dict[str, str]:
    """Nothing of this shell's KEZEK_*, but these settings (`languages="kk"`)."""
    mine = {name: value for name, value in os.environ.items() if not name.startswith("KEZEK_")}
    told = {f"KEZEK_{name.upper()}": value for name, value in settings.items()}
    return {**mine, **told, "KEZEK_HOME": str(home), "COLUMNS": "200"}


async def until_healthy(made: Installation, good: tuple[int, ...]) -> None:
    """Asked by HTTP until it might be; then `kezek health` has the word: each of its processes costs a second."""
    ends = time.monotonic() + UP_S
    said = ""
    async with httpx.AsyncClient(timeout=5) as client:
        while time.monotonic() < ends:
            if made.process.returncode is not None:
                raise AssertionError(f"kezek up ended: {(made.home / 'up.txt').read_text()[-2000:]}")
            if (made.home / "run.json").exists() and await seems_healthy(client, made.page, every=good == (0,)):
                code, said = await made.kezek("health", "--json")
                if code in good and '"asterisk": {"ok": true' in said:
                    return
            await asyncio.sleep(0.1)
    raise AssertionError(f"not healthy after {UP_S:.0f} s: {said} {(made.home / 'up.txt').read_text()[-2000:]}")


async def seems_healthy(client: httpx.AsyncClient, page: str, *, every: bool) -> bool:
    try:
        parts = (await client.get(f"{page}/health")).json()["parts"]
    except (httpx.HTTPError, ValueError):
        return False
    return all(part["ok"] for part in parts.values()) if every else bool(parts["asterisk"]["ok"])


def descendants(pid: int) -> set[int]:
    found: set[int] = set()
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            parent = int(path.read_text().rpartition(")")[2].split()[1])
            found.add(int(path.parent.name)) if parent == pid else None
    for child in list(found):
        found |= descendants(child)
    return found


async def until(condition: Callable[[], bool], limit_s: float, what: str) -> None:
    """Wait for a condition; AssertionError names it when it has not come after `limit_s` seconds."""
    ends = time.monotonic() + limit_s
    while not condition():
        assert time.monotonic() < ends, f"not within {limit_s} s: {what}"
        await asyncio.sleep(0.05)
