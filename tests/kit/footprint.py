"""What a process holds, read from /proc: memory, sockets and files, threads; and how its memory grows call by call."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Footprint:
    rss: int  # bytes, files it has mapped included
    anonymous: int  # bytes of its own
    files: tuple[str, ...]  # what each descriptor is, sockets without their numbers
    threads: int

    @property
    def sockets(self) -> int:
        return self.files.count("socket")


def footprint(pid: int | None = None) -> Footprint:
    """Of this process, when none is named. Raises ProcessLookupError when it is gone."""
    process = Path(f"/proc/{pid or os.getpid()}")
    try:
        status = dict(line.split(":", 1) for line in (process / "status").read_text().splitlines())
        files = sorted(filter(None, map(_what, (process / "fd").iterdir())))
    except FileNotFoundError:
        raise ProcessLookupError(pid) from None
    kilobytes = {name: int(status[name].split()[0]) for name in ("VmRSS", "RssAnon")}
    return Footprint(
        kilobytes["VmRSS"] * 1024, kilobytes["RssAnon"] * 1024, tuple(files), len(list((process / "task").iterdir()))
    )


def _what(descriptor: Path) -> str:
    try:
        return str(descriptor.readlink()).partition(":[")[0]
    except FileNotFoundError:  # closed meanwhile, or the one that lists the folder
        return ""


@dataclass(frozen=True, slots=True)
class Growth:
    """A straight line through (calls, bytes) by least squares."""

    slope: float  # bytes a call
    noise: float  # bytes: the standard deviation of what the line leaves
    unsure: float  # bytes a call: the slope's standard error

    def __str__(self) -> str:
        return f"{self.slope:+.0f} bytes a call (± {self.unsure:.0f}), noise {self.noise / 1024:.0f} kB"


def growth(samples: Sequence[tuple[int, int]]) -> Growth:
    """Of at least three samples."""
    count = len(samples)
    middle = sum(at for at, _ in samples) / count
    level = sum(value for _, value in samples) / count
    spread = sum((at - middle) ** 2 for at, _ in samples)
    slope = sum((at - middle) * (value - level) for at, value in samples) / spread
    left = sum((value - level - slope * (at - middle)) ** 2 for at, value in samples) / (count - 2)
    return Growth(slope, left**0.5, (left / spread) ** 0.5)
