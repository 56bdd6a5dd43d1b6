"""A hundred thousand events at once: what concerns us is heard, the state is read again, and nothing piles up."""

from __future__ import annotations

import asyncio
import dataclasses
import resource
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import structlog

from kezek_telephony.types import CallGone, Connected, TalkEnded
from kit.ami_relay import AmiRelay
from kit.asterisk import RunningAsterisk, running_asterisk, until
from kit.telephony_office import rest, staffed, until_registered

EVENTS = 100_000
MOST_MB = 150  # the flood itself is 8 MB of text


@pytest.fixture
async def asterisk() -> AsyncIterator[RunningAsterisk]:
    async with running_asterisk() as running:
        yield running


def memory_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1e6


async def test_a_flood_hides_neither_a_talk_nor_an_end(asterisk: RunningAsterisk) -> None:
    """P1, P7."""
    async with AmiRelay(asterisk.settings.ami_port) as relay:
        settings = dataclasses.replace(asterisk.settings, ami_port=relay.port)
        async with staffed(asterisk, settings) as (desk, phone, citizen):
            before = memory_mb()
            waiting, other = await desk.caller(citizen)
            _, line = await desk.caller(citizen)
            following = asyncio.ensure_future(rest(desk.ring(line, "1001", 1)))
            ring = await phone.rings()
            relay.flood(EVENTS)
            ring.answer()
            await waiting.hang_up()
            await until(lambda: ring.sound.packets > 10, what="a talk")
            await ring.hang_up()
            steps = await following
            assert Connected() in steps
            assert isinstance(steps[-1], TalkEnded)
            gone = CallGone(other.arrival.call, 16, False)
            await until(lambda: gone.call in {each.call for each in desk.events if isinstance(each, CallGone)})
            assert desk.telephony.switchboard.up
            assert memory_mb() - before < MOST_MB


async def test_a_flood_that_overflows_what_we_keep_has_everything_read_again(asterisk: RunningAsterisk) -> None:
    """P6, P7: it comes while the states are read, when events are kept for later: the buffer is bounded."""
    async with AmiRelay(asterisk.settings.ami_port) as relay:
        settings = dataclasses.replace(
            asterisk.settings, ami_port=relay.port, event_buffer=1000, reconnect_min_s=0.1, reconnect_max_s=0.3
        )
        async with staffed(asterisk, settings) as (desk, _, citizen):
            board = desk.telephony.switchboard
            call, line = await desk.caller(citizen)
            stays, _ = await desk.caller(citizen)
            before = memory_mb()
            await relay.cut()
            await until(lambda: not board.up, what="down")
            await call.hang_up()
            relay.at_login = EVENTS
            with structlog.testing.capture_logs() as said:
                await relay.mend()
                await until_registered(desk, "1001")
                gone = line.arrival.call
                await until(lambda: gone in {each.call for each in desk.events if isinstance(each, CallGone)})
                await until(lambda: any(one["event"] == "ami_events_overflow" for one in said), what="overflow")
                await until(lambda: board.up, limit=30, what="in step")
            assert [live.call for live in await board.live_calls()] != [gone]
            assert not stays.over
            await stays.hang_up()
            await until(lambda: len({each.call for each in desk.events if isinstance(each, CallGone)}) == 2)
            assert memory_mb() - before < MOST_MB
