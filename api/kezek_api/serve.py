"""`kezek serve`: one node until it is told to end, by signals, and what systemd hears of it."""

from __future__ import annotations

import asyncio
import os
import signal
import threading

from kezek_api.health import Health
from kezek_api.house import House
from kezek_api.settings import Settings
from kezek_api.systemd import Systemd

LAST_RESORT_S = 15.0  # more than the books, the pages and every part together get to end in order
STUCK = 70  # EX_SOFTWARE of sysexits.h


async def run(settings: Settings) -> None:
    """SIGTERM or SIGINT ends it in order, a second one at once. Ready is who serves: what is away is waited for."""
    systemd = Systemd()
    house = House(settings)

    loop = asyncio.get_running_loop()
    timers: list[threading.Timer] = []

    def stop() -> None:
        systemd.tell("STOPPING=1")
        house.stop()
        timers.append(last_resort(settings.drain_s + LAST_RESORT_S, loop))

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
    living = asyncio.create_task(_live(house, systemd))  # ends below
    try:
        await house.serve()
    finally:
        living.cancel()
        for timer in timers:
            timer.cancel()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)


def last_resort(after_s: float, loop: asyncio.AbstractEventLoop) -> threading.Timer:
    """A process that was told to end and is still there then ends at once, whatever hangs in it, and says where: its
    calls are with another node already, what it has not written is pending in Redis. Cancelled by a good end."""

    def give_up() -> None:
        try:
            os.set_blocking(2, False)  # a log that nobody reads must not hold this up, too
            os.write(2, "\n".join(["does not end:", *_whereabouts(loop), ""]).encode())
        finally:
            os._exit(STUCK)

    timer = threading.Timer(after_s, give_up)  # a thread: the loop itself may be what hangs
    timer.daemon = True
    timer.start()
    return timer


def _whereabouts(loop: asyncio.AbstractEventLoop) -> list[str]:
    """Of every task: its name and its places in the code, no values."""
    said = []
    for task in asyncio.all_tasks(loop):
        said += [f"  {task.get_name()}", *(f"    {at.f_code.co_filename}:{at.f_lineno}" for at in task.get_stack())]
    return said


async def _live(house: House, systemd: Systemd) -> None:
    await house.up.wait()
    systemd.tell("READY=1")
    await systemd.lives(lambda: status(house.health))


def status(health: Health) -> str:
    """In one line, with what is waited for."""
    view = health.view()
    missing = [f"{name}: {part.detail}" for name, part in view.parts.items() if not part.ok]
    return "; ".join([view.status, *missing])
