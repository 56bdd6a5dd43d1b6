"""The wallboard's numbers in virtual time, over the line's model: the honest wait, the calendar, the day's totals."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC

from kezek_api.shapes_figures import Wallboard
from kezek_api.waits import Waits
from kezek_api.wallboard import Board
from kezek_ivr import types as ivr
from kezek_queue import End, ModelQueues, keep_ticking
from kit.virtual_time import EPOCH, in_virtual_time, virtual_now


def clock() -> float:
    """Of the first of all days: the model numbers its events from 1, and the wallboard reads on from midnight."""
    return virtual_now() - EPOCH + 3600


@asynccontextmanager
async def hall(open_now: Callable[[str], bool] = lambda queue: True) -> AsyncIterator[tuple[ModelQueues, Board, Waits]]:
    queues, waits = ModelQueues(clock), Waits(clock=clock)
    board = Board(service_level_s=20, clock=clock, zone=UTC, open_now=open_now, waits=waits)
    async with asyncio.TaskGroup() as group:
        work = [waits.follow(queues), board.follow(queues), board.draw(queues), keep_ticking(queues)]
        parts = [group.create_task(part) for part in work]
        await asyncio.sleep(0)
        yield queues, board, waits
        for part in parts:
            part.cancel()


async def works(queues: ModelQueues, *names: str) -> None:
    await queues.phones(names)
    for name in names:
        await queues.sign_in(name, phone=name, queues=["hotline"], desk=False)
        await queues.ready(name)


async def stands(queues: ModelQueues, call: str) -> None:
    await queues.arrive(call, caller="", dialled="109", since=clock(), node="n")
    await queues.place(call, queue="hotline")


async def talks(queues: ModelQueues, call: str) -> int:
    offer = (await queues.call(call)).offer
    await queues.accept(call, offer)
    await queues.connect(call, offer)
    return offer


async def seen(board: Board, what: Callable[[Wallboard], bool]) -> Wallboard:
    async with asyncio.timeout(1.0):
        async for _, picture in board.changes():
            if what(picture):
                return picture
    raise AssertionError("the wallboard has gone")


@in_virtual_time
async def test_the_wallboard_says_what_a_caller_would_be_told_within_a_second() -> None:
    """P15, P21: nobody works: nothing is said; one is free: no wait; then as long as it really takes."""
    async with hall(open_now=lambda queue: queue == "hotline") as (queues, board, waits):
        asked: ivr.Waits = waits
        assert asked.wait_s("hotline", 1) is None
        await works(queues, "1", "2")
        picture = await seen(board, lambda picture: picture.queues[0].ready == 2)
        assert (picture.queues[0].wait_s, picture.queues[0].open) == (0.0, True)
        assert asked.wait_s("hotline", 1) == 0.0
        for number in range(12):
            await stands(queues, f"c{number}")
        for call in ("c0", "c1"):
            await talks(queues, call)
        picture = await seen(board, lambda picture: picture.queues[0].waiting == 10 and bool(picture.queues[0].wait_s))
        wait_s = picture.queues[0].wait_s
        assert wait_s is not None
        assert 300 < wait_s < 12 * 90, "180 s each, two at work, and some lose patience"
        assert (asked.wait_s("hotline", 1) or 0) < (asked.wait_s("hotline", 10) or 0) < wait_s + 60


@in_virtual_time
async def test_the_wait_is_learnt_from_the_talks_themselves() -> None:
    """P15: talks of 20 s: after a hundred of them the wait of the next is 20 s and not the 180 s that were guessed."""
    async with hall() as (queues, _, waits):
        await works(queues, "1")
        for number in range(100):
            await stands(queues, f"c{number}")
            offer = await talks(queues, f"c{number}")
            await asyncio.sleep(20)
            await queues.finish(f"c{number}", offer, wrap_up=0)
            await queues.end(f"c{number}", End.ANSWERED)
        await stands(queues, "last")
        await talks(queues, "last")
        assert 15 < (waits.wait_s("hotline", 1) or 0) < 30


@in_virtual_time
async def test_the_totals_of_the_day_are_live() -> None:
    """P21: handling, occupancy, the longest wait and what was refused, a second after it happened."""
    async with hall(open_now=lambda queue: False) as (queues, board, _):
        await works(queues, "1")
        await stands(queues, "c0")
        offer = await talks(queues, "c0")
        await stands(queues, "c1")
        await asyncio.sleep(60)
        await queues.finish("c0", offer, wrap_up=20)
        await queues.end("c0", End.ANSWERED)
        await asyncio.sleep(20)
        await queues.arrive("c2", caller="", dialled="109", since=clock(), node="n")
        await queues.end("c2", End.REFUSED)
        picture = await seen(board, lambda picture: picture.totals.refused == 1)
        totals = picture.totals
        assert (totals.offered, totals.answered, totals.in_progress) == (3, 1, 1)
        assert (totals.aht_s, totals.longest_wait_s) == (80.0, 80.0)
        assert totals.service_levels.sl_3 == totals.service_level_pct == 100.0
        assert totals.occupancy_pct is not None
        assert totals.occupancy_pct > 95
        assert not picture.queues[0].open
        await queues.callback("c1", caller="+77010000000", node="n")
        picture = await seen(board, lambda picture: picture.totals.callbacks_pending == 1)
        assert picture.ends["callback"] == 1
        assert picture.totals.offered == sum(picture.ends.values()) + picture.totals.in_progress
