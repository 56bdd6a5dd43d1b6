"""A caller in a talk with an operator, and what the desks of all operators may do meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from kezek_queue.types import Call, Kind
from kit.ivr_world import World
from kit.scripted_line import NEVER, Phone, ScriptedLine, during, press

STRAIGHT = during("greeting", press("0"))


class Desk:
    """What the API does for the operators of one call."""

    def __init__(self, world: World, line: ScriptedLine) -> None:
        self.world, self.line = world, line

    async def call(self) -> Call:
        return await self.world.state(self.line)

    async def command(self, name: str, **facts: str) -> None:
        call = await self.call()
        await self.world.queues.command(call.call, call.offer, name, **facts)
        await asyncio.sleep(0.5)

    async def transfer(self, **to: Any) -> None:
        call = await self.call()
        await self.world.queues.transfer(call.call, call.offer, wrap_up=10.0, **to)
        await asyncio.sleep(0.5)

    async def consult(self, operator: str) -> None:
        call = await self.call()
        await self.world.queues.invite(call.call, call.offer, operator)
        await self.command("consult", operator=operator)

    async def aside(self) -> tuple[str, str]:
        call = await self.call()
        return call.aside_to, call.aside_state


@asynccontextmanager
async def talking(world: World, **caller: Any) -> AsyncIterator[tuple[ScriptedLine, Desk]]:
    """A caller in a talk with aigul; the others are ready again at the block's beginning."""
    for other in ("berik", "dana"):
        await world.queues.pause(other, "break")
    line = world.call(STRAIGHT, language="ru", caller=None, **caller)
    serving = asyncio.create_task(world.reception.serve(line))
    await asyncio.sleep(8)
    assert (await world.state(line)).operator == "aigul"
    assert line.with_operator
    for other in ("berik", "dana"):
        await world.queues.ready(other)
    yield line, Desk(world, line)
    await serving
    assert world.ends() == ["answered"]
    world.nothing_is_left()


def world_of(**changed: Phone) -> Any:
    phones = {"aigul_201": Phone(talks=NEVER), "berik_202": Phone(talks=30), "dana_203": Phone(talks=30)}
    return World.open(**{**phones, **changed})


def order(world: World, *kinds: Kind) -> list[tuple[str, str]]:
    return [(str(event.kind), event.operator) for event in world.queues.model.feed if event.kind in kinds]
