"""Who is called when it is over, and how fast: in the order of need, no faster than operators can take them back."""

from __future__ import annotations

import asyncio

from kezek_ivr.pacing import PaceRules
from kit.citizens import MemoryNotices
from kit.ivr_notices import telling
from kit.ivr_world import World
from kit.scripted_line import Phone, after, in_virtual_time, press

RULES = PaceRules(handling_s=120.0, part=1.0, back=0.1, weight=20.0, trickle_min=1.0)


def households(world: World, notices: MemoryNotices, number: int, key: str = "1") -> None:
    for n in range(number):
        phone = f"+7701000{n:04}"
        world.board.citizen(phone, Phone(answers_after=4), after("told_restored_no", press(key)))
        notices.add(f"outage:12:restored:household:{n}", "restored", phone, topic="heating")


@in_virtual_time
async def test_a_trickle_is_called_while_live_callers_wait_and_duty_phones_do_not_wait_for_it() -> None:
    """P8, P9: a caller is in the line, so nobody is free for those who would come back."""
    async with World.open() as world:
        notices = MemoryNotices()
        households(world, notices, 40)
        await world.queues.arrive("live", caller=None, dialled="109", since=0.0, node="node-1")
        await world.queues.place("live", queue="main")
        async with telling(world, notices, at_once=20, pace=RULES, retries_s=(60.0,)):
            await asyncio.sleep(600)
            assert 8 <= len(world.board.dialled_to) <= 12, "one a minute"
            world.board.citizen("+77010000002", Phone(answers_after=4), after("told_heard", press("1")))
            notices.add("outage:12:call_out:1", "call_out", "+77010000002", topic="heating")
            await asyncio.sleep(15)
            assert "+77010000002" in {number for _, number in world.board.dialled_to}


@in_virtual_time
async def test_the_more_say_that_it_is_still_out_the_fewer_are_called() -> None:
    """P8: the share of those who come back is measured as they answer."""
    made = {}
    for key in ("1", "2"):
        async with World.open(anna_201=Phone(), bolat_202=Phone(), olena_203=Phone()) as world:
            notices = MemoryNotices()
            households(world, notices, 400, key)
            async with telling(world, notices, at_once=50, pace=RULES):
                await asyncio.sleep(900)
            made[key] = len(world.board.dialled_to)
    assert made["1"] > 3 * made["2"] > 0
