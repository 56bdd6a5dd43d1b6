"""The bell interrupts one who waits for something else, and takes nobody's own cancellation for its ring."""

from __future__ import annotations

import asyncio

import pytest

from kezek_ivr.bell import Bell

LIMIT_S = 5.0


async def never() -> str:
    await asyncio.Event().wait()
    return "never"


async def test_what_ends_before_the_bell_has_its_result() -> None:
    async def digit() -> str:
        await asyncio.sleep(0)
        return "3"

    bell = Bell()
    assert await bell.or_(digit()) == "3"
    bell.set()  # nobody waits any more
    await asyncio.sleep(0)
    assert bell.is_set()


async def test_the_bell_interrupts_and_the_other_is_cancelled() -> None:
    bell, ended = Bell(), asyncio.Event()

    async def other() -> str:
        try:
            return await never()
        finally:
            ended.set()

    async with asyncio.timeout(LIMIT_S), asyncio.TaskGroup() as group:
        waits = group.create_task(bell.or_(other()))
        await asyncio.sleep(0)
        bell.set()
        assert await waits is None
    assert ended.is_set()
    assert not waits.cancelling()


async def test_a_limit_around_it_or_inside_it_is_not_the_bell() -> None:
    bell = Bell()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await bell.or_(never())

    async def limited() -> str:
        try:
            async with asyncio.timeout(0.01):
                return await never()
        except TimeoutError:
            return "nothing"

    assert await bell.or_(limited()) == "nothing"


async def test_a_cancellation_that_meets_the_ring_goes_through() -> None:
    bell = Bell()
    async with asyncio.timeout(LIMIT_S):
        waits = asyncio.ensure_future(bell.or_(never()))
        await asyncio.sleep(0)
        bell.set()
        waits.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waits


async def test_a_ring_that_the_other_swallows_leaves_no_cancellation_behind() -> None:
    bell = Bell()

    async def deaf() -> str:
        try:
            return await never()
        except asyncio.CancelledError:
            return "heard nothing"

    async def whole() -> int:
        assert await bell.or_(deaf()) == "heard nothing"
        task = asyncio.current_task()
        assert task is not None
        return task.cancelling()

    async with asyncio.timeout(LIMIT_S), asyncio.TaskGroup() as group:
        waits = group.create_task(whole())
        await asyncio.sleep(0)
        bell.set()
        assert await waits == 0
