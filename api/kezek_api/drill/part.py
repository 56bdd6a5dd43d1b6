"""One process of the site: started, killed, frozen, told to end, kept from writing. The drill is its supervisor.

A part that a fault has ended stays dead until the fault is mended; one that dies by itself is started again at once,
and its death kept.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import resource
import signal
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from kezek_api.supervise.child import die_with

TAIL = 4000  # characters of a log
STEADY_S = 5.0  # a part that ran for so long is started again without a pause
LONGEST_WAIT_S = 5.0
FROZEN_S = 5.0
STOPPED = frozenset("TtZX")  # a thread's state in /proc: stopped, traced, dead

Change = Callable[[bool], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Death:
    """Of a part that nobody had ended. `code` as of asyncio's Process: negative for a signal."""

    part: str
    code: int
    at: float  # unix seconds
    tail: str


async def nothing(lives: bool) -> None:
    """Nobody asks."""


class Part:
    """`start` and `stop`; between them `kill`, `freeze`, `terminate`, `fill_log` and what undoes each."""

    def __init__(
        self,
        name: str,
        command: Sequence[str | Path],
        log: Path,
        *,
        environment: Mapping[str, str],
        user: str | None = None,
        ends_by: signal.Signals = signal.SIGTERM,
        changed: Change = nothing,
    ) -> None:
        """`environment`: all of it. `changed` is awaited with True when a process has been started, with False when it
        has ended."""
        self.name = name
        self.log = log
        self.unasked_deaths: list[Death] = []
        self._command = [str(word) for word in command]
        self._environment = environment
        self._user = user
        self._ends_by = ends_by
        self._changed = changed
        self._process: asyncio.subprocess.Process | None = None
        self._watching: asyncio.Task[None] | None = None
        self._wanted = False
        self._full = False

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.returncode is None

    @property
    def pid(self) -> int:
        """0 when there is none."""
        return self._process.pid if self._process is not None and self.alive else 0

    def tail(self) -> str:
        """The end of its log; '' when it has said nothing."""
        try:
            return self.log.read_text("utf-8", "replace")[-TAIL:]
        except OSError:
            return ""

    # --- its life

    async def start(self) -> None:
        """Returns when the process is there, not when it answers. A part that lives is left as it is."""
        self._wanted = True
        if self._watching is None or self._watching.done():
            await self._spawn()
            self._watching = asyncio.create_task(self._watch(), name=f"part {self.name}")  # ended by `stop`

    async def kill(self) -> None:
        """SIGKILL; returns when the process has gone."""
        self._wanted = False
        self._signal(signal.SIGKILL)
        await self._gone()

    def terminate(self) -> None:
        """Tell it to end in good order; `ended` waits for it."""
        self._wanted = False
        self._signal(self._ends_by)

    async def ended(self, limit_s: float) -> bool:
        """Whether it ended within so many seconds; else it is killed. Only after `terminate`."""
        try:
            async with asyncio.timeout(limit_s):
                await self._gone()
        except TimeoutError:
            await self.kill()
            return False
        return True

    async def stop(self, limit_s: float) -> bool:
        """For good; frozen or not."""
        self.terminate()
        self.thaw()
        return await self.ended(limit_s)

    # --- faults

    async def freeze(self) -> None:
        """Returns when every thread has stopped: the signal takes its time. Raises TimeoutError."""
        self._signal(signal.SIGSTOP)
        async with asyncio.timeout(FROZEN_S):
            while not all(stopped(task) for task in tasks(self.pid)):  # noqa: ASYNC110 - another process
                await asyncio.sleep(0.005)

    def thaw(self) -> None:
        self._signal(signal.SIGCONT)

    def fill_log(self, full: bool = True) -> None:
        """As if the disk were full: no file grows by this process, nor by one that it has begun."""
        self._full = full
        for pid in (self.pid, *descendants(self.pid)) if self.pid else ():
            with contextlib.suppress(ProcessLookupError):
                _, most = resource.prlimit(pid, resource.RLIMIT_FSIZE)
                resource.prlimit(pid, resource.RLIMIT_FSIZE, (0 if full else most, most))

    # --- within

    def _signal(self, number: signal.Signals) -> None:
        if self._process is not None and self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.send_signal(number)

    async def _gone(self) -> None:
        if self._watching is not None:
            await asyncio.wait({self._watching})

    async def _spawn(self) -> None:
        parent = os.getpid()
        with self.log.open("ab") as output:
            self._process = await asyncio.create_subprocess_exec(
                *self._command,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=dict(self._environment),
                user=self._user,
                start_new_session=True,  # Ctrl-C reaches the drill alone
                preexec_fn=lambda: die_with(parent),
            )
        if self._full:
            self.fill_log()
        await self._changed(True)

    async def _watch(self) -> None:
        wait = 0.0
        while True:
            began = time.monotonic()
            process = self._process
            assert process is not None  # noqa: S101 - just started
            code = await process.wait()
            await self._changed(False)
            if not self._wanted:
                return
            self.unasked_deaths.append(Death(self.name, code, time.time(), self.tail()))
            wait = 0.0 if time.monotonic() - began > STEADY_S else min(LONGEST_WAIT_S, wait * 2 + 0.2)
            await asyncio.sleep(wait)
            if not self._wanted:
                return
            await self._spawn()


def tasks(pid: int) -> list[Path]:
    """The threads of a process."""
    try:
        return list(Path(f"/proc/{pid}/task").iterdir())
    except OSError:
        return []


def stopped(task: Path) -> bool:
    """One that ended meanwhile counts as stopped. The name before the state may hold anything but ')'."""
    try:
        return (task / "stat").read_text().rpartition(")")[2].split()[0] in STOPPED
    except OSError:
        return True


def descendants(pid: int) -> list[int]:
    """What a process has begun, and what those have."""
    found: list[int] = []
    for task in tasks(pid):
        with contextlib.suppress(OSError):
            for child in map(int, (task / "children").read_text().split()):
                found += [child, *descendants(child)]
    return found
