"""Starts the parts in order, shows them as a live table, stops them in the opposite order."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator, Awaitable, Callable

from rich.console import Console
from rich.live import Live
from rich.table import Table

from kezek_api.supervise.child import Child, Health, Part
from kezek_api.supervise.parts import log_folder
from kezek_api.supervise.plan import Plan

COLOURS = {"up": "green", "starting": "yellow", "down": "red", "stopped": "dim", "own": "cyan"}
REFRESH_S = 0.5


class Supervisor:
    """`async with` starts everything; leaving stops everything. `wait_up` tells when all parts answer."""

    def __init__(self, plan: Plan, parts: list[Part], console: Console) -> None:
        self._plan, self._console = plan, console
        self.children = [Child(part, log_folder(plan.home)) for part in parts]
        others = [name for name in ("redis", "mqtt", "asterisk") if name not in plan.embedded]
        self._own = [Health(name, "own", "as KEZEK_* says") for name in others]

    async def run(self, once_up: Callable[[], Awaitable[None]]) -> None:
        """Until SIGINT or SIGTERM; `once_up` is awaited beside the parts when all of them are up for the first time."""
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stop.set)
        async with asyncio.TaskGroup() as group:
            running = [group.create_task(child.run(), name=child.part.name) for child in self.children]
            showing = group.create_task(self._show(), name="table")
            story = group.create_task(self._after(once_up), name="once up")
            await stop.wait()
            story.cancel()
            self._console.print("Stopping ...")
            for child in reversed(self.children):
                await child.stop()
            for task in running:
                task.cancel()
            showing.cancel()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)

    async def _after(self, once_up: Callable[[], Awaitable[None]]) -> None:
        for child in self.children:
            await child.up.wait()
        await once_up()

    async def _show(self) -> None:
        if not self._console.is_terminal:
            async for line in self._changes():
                self._console.print(line, highlight=False)
            return
        with Live(self.table(), console=self._console, auto_refresh=False) as live:
            while True:
                live.update(self.table(), refresh=True)
                await asyncio.sleep(REFRESH_S)

    async def _changes(self) -> AsyncIterator[str]:
        """Where nobody can redraw a table: a line for each change of a part's state."""
        last: dict[str, str] = {}
        while True:
            for health in self._healths():
                if last.get(health.name) != health.state:
                    last[health.name] = health.state
                    yield f"{health.name}: {health.state} {health.detail}".rstrip()
            await asyncio.sleep(REFRESH_S)

    def _healths(self) -> list[Health]:
        return [*self._own, *(child.health for child in self.children)]

    def status(self) -> str:
        """In one line, with what is not up."""
        missing = [
            f"{one.name}: {one.state} {one.detail}".rstrip()
            for one in self._healths()
            if one.state not in ("up", "own")
        ]
        return "; ".join(missing) or "up"

    def table(self) -> Table:
        table = Table(box=None, padding=(0, 2, 0, 0))
        for title in ("part", "state", "", "pid", "restarts"):
            table.add_column(
                title, justify="right" if title in ("pid", "restarts") else "left", no_wrap=title == "part"
            )
        for health in self._healths():
            state = f"[{COLOURS[health.state]}]{health.state}[/]"
            pid = str(health.pid) if health.pid else ""
            table.add_row(health.name, state, health.detail, pid, str(health.restarts or ""))
        return table
