"""The sample town at work without Asterisk: a real register, its doors, time's own work, and telephones by script."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from kezek_api.citizens import SqlNotices, SqlTickets
from kezek_api.tending import Tending
from kezek_ivr.ports import Tell
from kezek_register import Register, load_sample
from kezek_register.work_rules import WorkRules
from kit.api import until
from kit.ivr_notices import TellingNode
from kit.ivr_world import World
from kit.register_doors import Town
from kit.scripted_line import Phone, ScriptedLine, after, press

VODOKANAL, RAILWAY = "vodokanal", "railway"
LIMIT_S = 30.0  # of anything expected, on a busy machine


class Clock:
    """The town's: it stands still until it is told to go on."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def after(self, **much: float) -> None:
        self.now += timedelta(**much)


class Node:
    """What a node does by itself: it tends the register, and dials who is to be told. `die`: as by kill -9."""

    def __init__(self, story: Story, name: str, register: Register) -> None:
        self.tending = Tending(register)
        notices = SqlNotices(register)
        self._telling = TellingNode(story.world, notices, name, clock=story.clock, poll_s=0.05)

    async def die(self) -> None:
        await self._telling.die()


class Story:
    """`town`: whose doors are open: 'erlan' is the waterworks', 'olena' the railway's."""

    def __init__(self, url: str, register: Register, clock: Callable[[], datetime], town: Town, world: World) -> None:
        self.url, self.register, self.clock, self.town, self.world = url, register, clock, town, world
        world.tickets = SqlTickets(register)
        world.clock = lambda: clock().timestamp()
        world.settings = replace(world.settings, directory_limit_s=LIMIT_S)  # what is told counts here, not how soon

    @asynccontextmanager
    async def node(self, name: str) -> AsyncIterator[Node]:
        """A process of its own, by its connection to SQL."""
        async with Register.open(self.url, node=name, clock=self.clock, work=self.register.work.rules) as register:
            node = Node(self, name, register)
            try:
                yield node
            finally:
                await node.die()

    def picks_up(self, number: str, key: str, at: str) -> None:
        """Whoever has this number hears `at` to its end and presses that key."""
        self.world.board.citizen(number, Phone(answers_after=0.01), after(at, press(key)), prompt_seconds=0.01)

    @property
    def phoned(self) -> list[str]:
        return [number for _, number in self.world.board.dialled_to]

    def heard(self, number: str) -> list[str]:
        """What was said in the last call to this number."""
        return [line for line in self.world.board.lines.values() if line.arrival.caller == number][-1].heard

    async def dials(self, *cues: Any, caller: str, language: str) -> ScriptedLine:
        """A citizen's call to 109, to its end."""
        line = self.world.call(*cues, caller=caller, language=language, prompt_seconds=0.01)
        await self.world.serve(line)
        return line

    async def told(self, number: str, what: str) -> Tell:
        """The last notice of that kind about this ticket, once it is settled."""

        async def settled() -> Tell | None:
            found = [one for one in await self.register.notices.of(f"ticket:{number}") if one.what == what]
            last = found[-1] if found and found[-1].state in ("sent", "failed") else None
            return await SqlNotices(self.register).get(last.key) if last else None

        tell: Tell = await until(settled, LIMIT_S)
        return tell


async def written(client: httpx.AsyncClient, **ticket: Any) -> dict[str, Any]:
    """A ticket by hand."""
    told = await client.post("/api/tickets", json=ticket)
    assert told.status_code == 201, told.text
    return dict(told.json())


async def moved(client: httpx.AsyncClient, number: str, move: str, *, desk: str = "executor/", **more: str) -> Any:
    """`desk`: '' for the staff's own doors."""
    path = f"/api/{desk}tickets/{number}/moves"
    told = await client.post(path, json={"move": move, **more}, headers={"If-Match": "*"})
    assert told.status_code == 200, told.text
    return told.json()


@asynccontextmanager
async def story_of(url: str, folder: Path, clock: Callable[[], datetime], rules: WorkRules) -> AsyncIterator[Story]:
    async with Register.open(url, node="n0", clock=clock, work=rules) as register, World.open() as world:
        await load_sample(register)
        ours, theirs = [await register.organisations.get(code) for code in (VODOKANAL, RAILWAY)]
        town = Town(register, ours, theirs, folder)
        for person in town.people().values():
            await register.staff.add(person)
        await town.learn()
        yield Story(url, register, clock, town, world)


def utc_now() -> datetime:
    return datetime.now(UTC)


async def wish(register: Register, code: str, **changes: Any) -> None:
    """The organisation is told otherwise from now on."""
    one = await register.organisations.get(code)
    await register.organisations.update(replace(one, **changes), one.version)
