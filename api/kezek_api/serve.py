"""`kezek serve`: one node until it is told to end, by signals, and what systemd hears of it."""

from __future__ import annotations

import asyncio
import signal

from kezek_api.health import Health
from kezek_api.house import House
from kezek_api.settings import Settings
from kezek_api.systemd import Systemd


async def run(settings: Settings) -> None:
    """SIGTERM or SIGINT ends it in order, a second one at once. Ready is who serves: what is away is waited for."""
    systemd = Systemd()
    house = House(settings)

    def stop() -> None:
        systemd.tell("STOPPING=1")
        house.stop()

    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
    living = asyncio.create_task(_live(house, systemd))  # ends below
    try:
        await house.serve()
    finally:
        living.cancel()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)


async def _live(house: House, systemd: Systemd) -> None:
    await house.up.wait()
    systemd.tell("READY=1")
    await systemd.lives(lambda: status(house.health))


def status(health: Health) -> str:
    """In one line, with what is waited for."""
    view = health.view()
    missing = [f"{name}: {part.detail}" for name, part in view.parts.items() if not part.ok]
    return "; ".join([view.status, *missing])
