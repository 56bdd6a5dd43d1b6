"""Somebody off shift is telephoned by the ladder of overload: asked once, by night too, and what he says is kept."""

from __future__ import annotations

import asyncio

import pytest

from kit.citizens import MemoryNotices
from kit.ivr_notices import clock, telling
from kit.ivr_world import World
from kit.scripted_line import NEVER, Phone, after, in_virtual_time, press

NUMBER, KEY = "+77010000001", "call_in:7:storm:0"


@pytest.mark.parametrize("key", ["1", "2"])
@in_virtual_time
async def test_he_says_whether_he_comes_and_is_thanked(key: str) -> None:
    async with World.open() as world:
        world.board.citizen(NUMBER, Phone(answers_after=5), after("told_call_in_no", press(key)))
        notices = MemoryNotices()
        notices.add(KEY, "call_in", NUMBER, list="storm")
        async with telling(world, notices, quiet=(clock(-1), clock(+1))):  # nights do not hold for staff
            await asyncio.sleep(7200)
        (line,) = world.board.lines.values()
        assert line.heard == [
            "told_hello", "told_call_in", "told_call_in_yes", "press/1", "told_call_in_no", "press/2", "told_thanks",
        ]  # fmt: skip
        assert (notices.tells[KEY].state, notices.tells[KEY].result) == ("sent", key)
        assert len(world.board.dialled_to) == 1


@in_virtual_time
async def test_whom_one_attempt_does_not_reach_is_not_tried_again() -> None:
    """The next one of the list is called instead."""
    async with World.open() as world:
        world.board.citizen(NUMBER, Phone(answers_after=NEVER))
        notices = MemoryNotices()
        notices.add(KEY, "call_in", NUMBER, list="storm")
        async with telling(world, notices):
            await asyncio.sleep(7200)
        assert notices.tells[KEY].state == "failed"
        assert len(world.board.dialled_to) == 1
