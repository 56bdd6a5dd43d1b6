"""The operator's own voice in a talk, heard apart from the caller's: told once, held against both exchanges."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

from kezek_telephony import Connected
from kit.line_contracts import Contract, loudness
from kit.line_worlds import LIMIT, World
from kit.telephony_steps import talking

LOUD = 1000


async def _until_loud(frames: AsyncIterator[bytes]) -> None:
    async with asyncio.timeout(LIMIT):
        async for frame in frames:
            assert len(frame) == 320
            if loudness(frame) > LOUD:
                return
    raise AssertionError("the sound has ended")


async def each_side_of_a_talk_is_heard_alone(world: World) -> None:
    """P10: both legs are beside the talk; what one side says is not on the other's."""
    async with talking(world) as talk, talk.line.listen() as caller, talk.board.overhear(talk.line) as operator:
        await anext(operator)
        talk.caller.speak()
        await _until_loud(caller)
        async with asyncio.timeout(LIMIT):
            assert not any([loudness(await anext(operator)) > LOUD for _ in range(60)])
            world.speaks("1001")
            await _until_loud(operator)
            loud = [loudness(await anext(caller)) > LOUD for _ in range(130)]
        assert sum(loud) < 60  # what he said himself lasts for 50 frames at most
        await world.hangs_up("1001")
        await talk.ends(stays=True)
        async with asyncio.timeout(LIMIT):
            async for frame in operator:
                assert len(frame) == 320


async def the_operator_is_heard_after_a_hold_and_whoever_has_the_caller_next(world: World) -> None:
    async with contextlib.AsyncExitStack() as stack:
        talk = await stack.enter_async_context(talking(world))
        operator = await stack.enter_async_context(talk.board.overhear(talk.line))
        await anext(operator)
        await talk.board.hold(talk.line)
        await talk.board.resume(talk.line)
        world.speaks("1001")
        await _until_loud(operator)
        await stack.enter_async_context(world.phone("1002", answers=True))
        aside = talk.consult("1002")
        assert await aside.until(2) == Connected()
        await talk.board.join(talk.line)
        await talk.board.hand_over(talk.line)
        await aside.all()

        async def speaks() -> None:
            while True:
                world.speaks("1002")
                await asyncio.sleep(1.0)

        speaking = asyncio.ensure_future(speaks())
        try:
            await _until_loud(operator)
        finally:
            speaking.cancel()
        await talk.caller.hang_up()
        async with asyncio.timeout(LIMIT):
            async for frame in operator:
                assert len(frame) == 320


async def without_a_talk_there_is_nothing_to_overhear(world: World) -> None:
    async with world.call() as (line, _), world.board.overhear(line) as frames:
        assert [frame async for frame in frames] == []


CONTRACTS: list[Contract] = [
    each_side_of_a_talk_is_heard_alone,
    the_operator_is_heard_after_a_hold_and_whoever_has_the_caller_next,
    without_a_talk_there_is_nothing_to_overhear,
]
