"""Writes log lines without ever keeping a call waiting: a bounded store, and a thread that writes.

A disk may be full (ENOSPC), a file at its limit (EFBIG), the reader of a pipe dead (EPIPE), or alive and asleep, which
blocks. Each of them costs lines, which are counted, and never a call.
"""

from __future__ import annotations

import os
import select
import threading
import time
from collections import deque
from collections.abc import Callable

LINES = 10_000  # kept for a reader who is slow
LONGEST = 16_384  # characters of a line; a longer one is cut
AGAIN_S = 1.0  # after lost lines it is tried again so soon to say so
ROOM_S = 0.5  # how long a descriptor that does not block is waited for at one time


class LogWriter:
    """`put` from any thread. `lost` counts what was not written, since the start."""

    def __init__(self, descriptor: int, lost_line: Callable[[int], str], *, lines: int = LINES) -> None:
        """`lost_line`: what is written in place of so many lost ones."""
        self._descriptor = descriptor
        self._lost_line = lost_line
        self._most = lines
        self._lines: deque[str] = deque()
        self._changed = threading.Condition()
        self._untold = 0
        self._torn = False  # the last line stands half in the file
        self._ending = False
        self._idle = True
        self.lost = 0
        self._thread = threading.Thread(target=self._run, name="log", daemon=True)
        self._thread.start()

    def put(self, line: str) -> None:
        """Never waits for the disk, never raises."""
        with self._changed:
            if self._ending or len(self._lines) >= self._most:
                self._lose()
                return
            self._lines.append(line if len(line) <= LONGEST else f"{line[:LONGEST]} ...")
            self._changed.notify()

    def flush(self, limit_s: float) -> None:
        """What was put is written or lost, or the time is over."""
        ends = time.monotonic() + limit_s
        with self._changed:
            self._changed.wait_for(lambda: self._idle and not self._lines, ends - time.monotonic())

    def close(self, limit_s: float) -> None:
        """`flush`, and nothing more is taken. A thread that hangs in a write is left to the end of the process."""
        self.flush(limit_s)
        with self._changed:
            self._ending = True
            self._changed.notify_all()
        self._thread.join(limit_s if self._idle else 0)

    def _lose(self) -> None:
        self.lost += 1
        self._untold += 1

    def _run(self) -> None:
        while (line := self._next()) is not None:
            written = not self._untold or self._tell()
            if line and not (written and self._written(line)):
                with self._changed:
                    self._lose()

    def _next(self) -> str | None:
        """The next line; '' when there is none but lost ones are to be told; None at the end."""
        with self._changed:
            self._idle = True
            self._changed.notify_all()
            told = self._changed.wait_for(
                lambda: self._lines or self._ending, AGAIN_S if self._untold and not self._ending else None
            )
            self._idle = False
            if self._lines:
                return self._lines.popleft()
            return None if told else ""

    def _tell(self) -> bool:
        with self._changed:
            lost = self._untold
        if not self._written(self._lost_line(lost)):
            return False
        with self._changed:
            self._untold -= lost
        return True

    def _written(self, line: str) -> bool:
        """The whole line, or False; what a full disk took of it is ended before the next one."""
        data = (("\n" if self._torn else "") + line + "\n").encode("utf-8", "replace")
        try:
            while data:
                try:
                    data = data[os.write(self._descriptor, data) :]
                    self._torn = True
                except BlockingIOError:  # somebody has made our output one that does not block
                    select.select([], [self._descriptor], [], ROOM_S)
        except (OSError, ValueError):
            return False
        self._torn = False
        return True
