"""What a process listens to, as the kernel tells it (/proc/<pid>/net, by the inodes of its descriptors)."""

from __future__ import annotations

import contextlib
import ipaddress
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

KINDS = ("tcp", "tcp6", "udp", "udp6")
LISTENS = "0A"  # TCP
UNCONNECTED = "07"  # UDP: whoever sends is heard


@dataclass(frozen=True, slots=True, order=True)
class Listening:
    program: str
    kind: str  # tcp | tcp6 | udp | udp6
    address: str
    port: int

    @property
    def on_loopback(self) -> bool:
        return ipaddress.ip_address(self.address).is_loopback


def listening(pids: Iterable[int]) -> list[Listening]:
    """Everything these processes can be reached at, sorted."""
    return sorted({one for pid in pids for one in _of(pid)})


def _of(pid: int) -> Iterator[Listening]:
    inodes = set(_inodes(pid))
    for kind in KINDS:
        with contextlib.suppress(OSError):
            for line in Path(f"/proc/{pid}/net/{kind}").read_text().splitlines()[1:]:
                fields = line.split()
                if fields[9] in inodes and fields[3] == (LISTENS if kind.startswith("tcp") else UNCONNECTED):
                    address, _, port = fields[1].partition(":")
                    yield Listening(_program(pid), kind, _address(address), int(port, 16))


def _inodes(pid: int) -> Iterator[str]:
    with contextlib.suppress(OSError):
        for descriptor in Path(f"/proc/{pid}/fd").iterdir():
            with contextlib.suppress(OSError):
                target = str(descriptor.readlink())
                if target.startswith("socket:["):
                    yield target[8:-1]


def _program(pid: int) -> str:
    """The command in a few words, to be read in a failing test."""
    words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    names = [os.fsdecode(word).rpartition("/")[2] for word in words if word]
    return next((name for name in names if name in ("asterisk", "asterisk.conf")), " ".join(names[:4]))


def _address(words: str) -> str:
    """Each word of 32 bits is in the byte order of the machine."""
    raw = b"".join(int(words[at : at + 8], 16).to_bytes(4, "little") for at in range(0, len(words), 8))
    return str(ipaddress.ip_address(raw))
