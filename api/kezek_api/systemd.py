"""What a service tells systemd over $NOTIFY_SOCKET: that it serves, that it lives, that it ends (sd_notify(3)).

Nothing happens where there is no such socket.
"""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Callable

import structlog

log = structlog.get_logger(__name__)

LIVES_S = 10.0  # where systemd asks for no sign of life: how often the status is told
LEAST_S = 0.05
VARIABLES = ("NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID")


class Systemd:
    """Takes the variables out of the environment: no child shall speak for us."""

    def __init__(self) -> None:
        told = {name: os.environ.pop(name, "") for name in VARIABLES}
        address = told["NOTIFY_SOCKET"]
        self._address = "\0" + address[1:] if address.startswith("@") else address
        ours = told["WATCHDOG_PID"] in ("", str(os.getpid()))
        limit_s = int(told["WATCHDOG_USEC"]) / 1e6 if ours and told["WATCHDOG_USEC"].isdigit() else 0.0
        self._watched = limit_s > 0
        self._every_s = max(LEAST_S, limit_s / 3) if self._watched else LIVES_S

    def tell(self, *facts: str) -> None:
        """'READY=1', 'STATUS=...'. Never waits and never raises: who does not listen misses it."""
        if not self._address:
            return
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK) as notify:
                notify.sendto("\n".join(facts).encode(), self._address)
        except OSError as error:
            log.warning("systemd_not_told", error=type(error).__name__)

    async def lives(self, status: Callable[[], str]) -> None:
        """From the loop itself, for ever: a loop that is stuck, or a process that is frozen, tells nothing."""
        if not self._address:
            return
        while True:
            sign = ["WATCHDOG=1"] if self._watched else []
            self.tell(*sign, f"STATUS={status()}")
            await asyncio.sleep(self._every_s)
