"""Ports of the loopback for the parts of a drill."""

from __future__ import annotations

import asyncio
import random
import socket
from pathlib import Path

LOOPBACK = "127.0.0.1"
# below the range from which the kernel gives ports to whoever connects: a part that is dead finds its port again
FIRST, LAST = 10_000, 32_000
TRIES = 200
LISTENS = "0A"  # a socket's state in /proc/net/tcp
LOOK_S = 0.03


def free_port(kind: socket.SocketKind = socket.SOCK_STREAM) -> int:
    """Where nobody is. Raises OSError when none can be found."""
    for _ in range(TRIES):
        port = random.randrange(FIRST, LAST)  # noqa: S311 - no secret
        with socket.socket(socket.AF_INET, kind) as probe:
            try:
                probe.bind((LOOPBACK, port))
            except OSError:
                continue
            return port
    raise OSError("no port can be had at 127.0.0.1")


def free_range(ports: int) -> int:
    """The first, an even one, of so many UDP ports of which few are taken: Asterisk passes over those."""
    while True:
        first = random.randrange(FIRST, LAST - ports, 2)  # noqa: S311 - no secret
        taken = 0
        for port in range(first, first + ports, 50):
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
                try:
                    probe.bind((LOOPBACK, port))
                except OSError:
                    taken += 1
        if not taken:
            return first


def listened_at(port: int) -> bool:
    """Whether somebody listens there, at any address. Asked of the kernel: a connection would be one more caller."""
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        try:
            lines = Path(table).read_text().splitlines()[1:]
        except OSError:
            continue
        for line in lines:
            _, local, _, state, *_ = line.split(maxsplit=4)
            if state == LISTENS and int(local.rpartition(":")[2], 16) == port:
                return True
    return False


async def listening(port: int) -> None:
    """Until somebody listens there."""
    while not listened_at(port):  # noqa: ASYNC110 - another process, which tells nobody
        await asyncio.sleep(LOOK_S)
