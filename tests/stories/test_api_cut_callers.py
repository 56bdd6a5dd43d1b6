"""Whom Asterisk's death cut off is called back at his place, once, unless he has dialled again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

from kezek_api.cut_callers import LOOK_S, CutCallers
from kezek_queue import CallKind, End, ModelQueues, QueueSettings
from kezek_register import CallRecord, Unavailable
from kit.scripted_line import in_virtual_time, virtual_now

AFTER_S = 25.0


@dataclass
class World:
    queues: ModelQueues = field(default_factory=lambda: ModelQueues(virtual_now, QueueSettings()))
    has_trunk: bool = True
    sql_up: bool = True
    open: bool = True
    cut_calls: list[CallRecord] = field(default_factory=list)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        callers = CutCallers(
            self, self.queues, self, after_s=AFTER_S, within_s=7200, queue_of=lambda dialled: "main",
            open_now=lambda queue, at: self.open, clock=virtual_now,
        )  # fmt: skip
        task = asyncio.create_task(callers.run())
        try:
            yield
        finally:
            task.cancel()

    # what SQL remembers

    async def cut(self, since: float, until: float) -> list[CallRecord]:
        if not self.sql_up:
            raise Unavailable("SQL is away")
        return [one for one in self.cut_calls if one.ended_at and one.ended_at.timestamp() <= until]

    async def ended(self, call: str) -> bool:
        return False

    async def login_of(self, phone: str) -> str:
        return ""

    # what happens

    async def is_cut(self, call: str, caller: str, priority: int = 0) -> None:
        """In the line for a minute, then Asterisk dies."""
        since = virtual_now()
        await self.queues.arrive(call, caller=caller, dialled="109", since=since, node="n", queue="main")
        await self.queues.place(call, queue="main", priority=priority, skills={"kk": 1})
        await asyncio.sleep(60)
        await self.queues.end(call, End.CUT)
        self.records(call, caller, since, priority)

    def records(self, call: str, caller: str, since: float, priority: int = 0) -> None:
        came, now = datetime.fromtimestamp(since, UTC), datetime.fromtimestamp(virtual_now(), UTC)
        record = CallRecord(call, caller, "109", "", "", "", "cut", came, came, None, now, "", priority=priority)
        self.cut_calls.append(record)

    async def to_call(self) -> list[tuple[str, float, int]]:
        """The callbacks in the line, the next one first."""
        waiting = [each for each in (await self.queues.snapshot()).waiting if each.kind is CallKind.CALLBACK]
        return [(each.call, each.since, each.priority) for each in sorted(waiting, key=lambda each: each.position)]


@in_virtual_time
async def test_who_was_cut_is_called_back_at_his_place_emergencies_first() -> None:
    world, began = World(), virtual_now()
    async with world.running():
        async with asyncio.TaskGroup() as both:
            both.create_task(world.is_cut("c1", "+77020000001"))
            await asyncio.sleep(1)
            both.create_task(world.is_cut("c2", "+77020000002", priority=9))
        assert await world.to_call() == []
        await asyncio.sleep(AFTER_S + LOOK_S)
        assert await world.to_call() == [("cb-c2", began + 1, 9), ("cb-c1", began, 0)]
        assert (await world.queues.call("cb-c1")).skills == {"kk": 1}
        await asyncio.sleep(600)
        assert len(await world.to_call()) == 2


@in_virtual_time
async def test_who_dials_again_is_not_called() -> None:
    """P8: he has his old place, and is on the line although the history does not know it yet."""
    world, began = World(), virtual_now()
    async with world.running():
        await world.is_cut("c1", "+77020000001")
        await asyncio.sleep(10)
        await world.queues.arrive("c2", caller="+77020000001", dialled="109", since=virtual_now(), node="n")
        place = await world.queues.place("c2", queue="main")
        assert place.since == began
        await asyncio.sleep(600)
        assert await world.to_call() == []


@in_virtual_time
async def test_nobody_is_dialled_without_a_trunk_and_some_seconds_are_left_when_it_is_back() -> None:
    world = World(has_trunk=False)
    async with world.running():
        await world.is_cut("c1", "+77020000001")
        await asyncio.sleep(300)
        assert await world.to_call() == []
        world.has_trunk = True
        await asyncio.sleep(AFTER_S - LOOK_S)
        assert await world.to_call() == []
        await asyncio.sleep(3 * LOOK_S)
        assert len(await world.to_call()) == 1


@in_virtual_time
async def test_a_closed_hotline_calls_back_emergencies_alone_and_sql_is_waited_for() -> None:
    world = World(open=False, sql_up=False)
    async with world.running():
        await world.is_cut("c1", "+77020000001")
        await world.is_cut("c2", "+77020000002", priority=9)
        await asyncio.sleep(60)
        assert await world.to_call() == []
        world.sql_up = True
        await asyncio.sleep(60)
        assert [call for call, *_ in await world.to_call()] == ["cb-c2"]
        world.open = True
        await asyncio.sleep(LOOK_S)
        assert len(await world.to_call()) == 2


@in_virtual_time
async def test_a_callback_that_was_had_is_not_ordered_again_while_the_history_lags() -> None:
    """P8: SQL knows of it minutes later; another node, and one begun anew, look too."""
    world = World()
    await world.is_cut("c1", "+77020000001")
    async with world.running():
        await asyncio.sleep(60)
        assert len(await world.to_call()) == 1
    await world.queues.end("cb-c1", End.ABANDONED)
    async with world.running(), world.running():
        await asyncio.sleep(300)
    assert await world.to_call() == []


@in_virtual_time
async def test_whom_the_line_has_forgotten_is_called_back_as_the_history_knows_him() -> None:
    """P6: also who never had a place."""
    world, since = World(), virtual_now() - 100
    world.records("c1", "+77020000001", since, priority=9)
    async with world.running():
        await asyncio.sleep(60)
        assert await world.to_call() == [("cb-c1", since, 9)]
