"""One part as a child process: started, probed, started again when it dies, and never left behind."""

from __future__ import annotations

import asyncio
import ctypes
import os
import signal
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import structlog

log = structlog.get_logger(__name__)

PR_SET_PDEATHSIG = 1
FIRST_WAIT_S, LONGEST_WAIT_S = 0.2, 10.0
STEADY_S = 20.0  # a part that ran this long starts again at once

Probe = Callable[[], Awaitable[str]]  # what there is, in a few words; raises when it is not up


class Waits(Exception):
    """Raised by a probe: the part answers, and says what it waits for."""


@dataclass(frozen=True, slots=True)
class Part:
    """What to run and how to see that it is up.

    `stop_s`: seconds it may take to end in good order; `every_s`: seconds between two probes of a part that is up;
    `frozen_s`: a part that was up and does not answer for so long is killed and started again, 0 is never; `mend`: sees
    to its files before each start, told how many starts failed in a row, and says what it did.
    """

    name: str
    command: Sequence[str | Path]
    probe: Probe
    environment: Mapping[str, str] = field(default_factory=dict)
    stop_s: float = 5.0
    every_s: float = 1.0
    once_up: Callable[[], Awaitable[None]] | None = None
    frozen_s: float = 0.0
    mend: Callable[[int], str] | None = None


@dataclass(slots=True)
class Health:
    """What the table shows of a part. State: starting | up | down | stopped | own (run by somebody else)."""

    name: str
    state: str = "starting"
    detail: str = ""
    pid: int = 0
    restarts: int = 0


class Child:
    """Runs a part until `stop`. The kernel kills it when this process dies, however that happens."""

    def __init__(self, part: Part, log_folder: Path) -> None:
        self.part = part
        self.health = Health(part.name)
        self.up = asyncio.Event()
        self.mended = ""  # what was done to its files
        self._log = log_folder / f"{part.name}.log"
        self._process: asyncio.subprocess.Process | None = None
        self._stopping = False
        self._failed = 0  # starts in a row that did not come up

    async def run(self) -> None:
        wait = FIRST_WAIT_S
        while not self._stopping:
            started = time.monotonic()
            await self._mend()
            self._failed += 1
            await self._start()
            async with asyncio.TaskGroup() as group:
                watching = group.create_task(self._watch(), name=f"probe {self.part.name}")
                assert self._process is not None  # noqa: S101 - just started
                code = await self._process.wait()
                watching.cancel()
            self.up.clear()
            if self._stopping:
                break
            self.health.state, self.health.restarts = "down", self.health.restarts + 1
            self.health.detail = f"ended with {code}; see {self._log.name}"
            log.warning("a part ended", part=self.part.name, code=code)
            wait = FIRST_WAIT_S if time.monotonic() - started > STEADY_S else min(wait * 2, LONGEST_WAIT_S)
            await asyncio.sleep(wait)
        self.health.state, self.health.pid = "stopped", 0

    async def _mend(self) -> None:
        if self.part.mend is None:
            return
        try:
            if done := await asyncio.to_thread(self.part.mend, self._failed):
                log.warning("mended", part=self.part.name, what=done)
                self.mended = done
        except OSError as error:
            log.warning("not_mended", part=self.part.name, error=type(error).__name__)

    async def _start(self) -> None:
        parent = os.getpid()
        self.health.state, self.health.detail = "starting", ""
        with self._log.open("ab") as output:
            self._process = await asyncio.create_subprocess_exec(
                *map(str, self.part.command),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env={**os.environ, **self.part.environment},
                start_new_session=True,  # Ctrl-C reaches the parent alone: it stops the parts in good order
                preexec_fn=lambda: die_with(parent),
            )
        self.health.pid = self._process.pid

    async def _watch(self) -> None:
        answered: float | None = None
        while True:
            try:
                async with asyncio.timeout(5):
                    detail = await self.part.probe()
            except (Exception, TimeoutError) as error:  # noqa: BLE001 - a probe may fail in any way: that is its answer
                first = str(error).splitlines()[0] if str(error) else type(error).__name__
                if self.health.state == "up":
                    self.health.state = "down"
                self.health.detail = first[:80]
                self.up.clear()
                answered = time.monotonic() if isinstance(error, Waits) else answered
                silent_s = time.monotonic() - answered if answered is not None else 0.0
                if 0 < self.part.frozen_s < silent_s:
                    self._kill(silent_s)
                    return
                await asyncio.sleep(0.2)
                continue
            answered, self._failed = time.monotonic(), 0
            self.health.state, self.health.detail = "up", f"{detail} ({self.mended})" if self.mended else detail
            if not self.up.is_set():
                self.up.set()
                if self.part.once_up is not None:
                    await self.part.once_up()
            await asyncio.sleep(self.part.every_s)

    def _kill(self, silent_s: float) -> None:
        log.error("a part is frozen", part=self.part.name, silent_s=round(silent_s))
        if self._process is not None and self._process.returncode is None:
            self._process.kill()

    async def stop(self) -> None:
        """SIGTERM, then SIGKILL after the part's `stop_s` seconds."""
        self._stopping = True
        process = self._process
        if process is None or process.returncode is not None:
            return
        process.send_signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(self.part.stop_s):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()


def die_with(parent: int) -> None:
    """In the child, before it becomes the program: be killed when the parent dies, also by SIGKILL."""
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it died before we asked
        os._exit(1)
