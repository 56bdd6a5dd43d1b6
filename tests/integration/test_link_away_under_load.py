"""The AMI link breaks under load, and what it says is half of the truth: SIP's own count is the history's."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kezek_queue import OperatorState
from kezek_register import CallRecord, Register
from kit.ami_relay import AmiRelay
from kit.api import living_in, until
from kit.sip_agent import SipAgent
from kit.sipp import sipp_load
from kit.valkey import Valkey
from kit.whole import City, hotline

pytestmark = [pytest.mark.timeout(300), pytest.mark.long]

CALLS, RATE, WAITS_S = 40, 2.0, 6.0
AWAY_S = 12.0  # longer than any caller of the load is on the line: some come and go within it
LIMIT_S = 120.0  # an end that nobody heard is found within a minute


@pytest.fixture
async def city(tmp_path: Path, town: Path, valkey: Valkey, site: str) -> AsyncIterator[City]:
    async with hotline(tmp_path / "city", town, valkey, site, house=False, wrap_up_s=1) as made:
        yield made


@contextlib.asynccontextmanager
async def works(city: City, login: str, phone: str) -> AsyncIterator[None]:
    """Takes every call, leaves it to the caller to end it, and is ready again whatever paused him."""
    async with SipAgent.phone(city.asterisk, phone) as agent:

        async def picks_up() -> None:
            while True:
                (await agent.rings(3600)).answer()

        async def is_ready() -> None:
            while True:
                if (await city.queues.operator(login)).state is OperatorState.PAUSED:
                    await city.queues.ready(login)
                await asyncio.sleep(1)

        await city.queues.sign_in(login, phone=phone, queues=["hotline"], desk=False)
        tasks = [asyncio.create_task(picks_up()), asyncio.create_task(is_ready())]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()


@pytest.mark.parametrize(("lost", "doubled"), [(0.0, 0.0), (0.05, 0.2)])
async def test_whoever_called_while_the_link_was_away_is_classified_once(
    city: City, lost: float, doubled: float
) -> None:
    """P1, P5, P6: the connector is away under load, and of the events that it hears some are lost, some come twice."""
    async with (
        AmiRelay(city.asterisk.settings.ami_port, lost=lost, doubled=doubled) as relay,
        living_in(city.settings.model_copy(update={"ami_port": relay.port})) as house,
        works(city, "asel", "1001"),
        works(city, "berik", "1002"),
    ):
        await until(lambda: house.health.view().parts["asterisk"].ok, 20)
        async with sipp_load(city.asterisk, calls=CALLS, rate=RATE, seconds=WAITS_S) as load:
            await asyncio.sleep(5)  # of the load's own time
            await relay.cut()
            await asyncio.sleep(AWAY_S)
            await relay.mend()
            assert await load.wait() == 0, "every caller was answered, and hung up by himself"

        async def told() -> list[CallRecord]:
            now = datetime.now(UTC)
            async with Register.open(city.settings.sql) as register:
                rows = await register.history.cohort(now - timedelta(hours=1), now)
            return rows if len(rows) >= CALLS and all(row.end for row in rows) else []

        rows = await until(told, LIMIT_S)
        assert sorted(row.caller for row in rows) == sorted(f"7702{number}" for number in range(1, CALLS + 1))
        assert {row.end for row in rows} <= {"answered", "abandoned"}
        assert any(row.connected_at for row in rows)
        assert (relay.noise.dropped > 0, relay.noise.doubled > 0) == (lost > 0, doubled > 0)

        async def free() -> bool:
            picture = await city.queues.snapshot()
            busy = (OperatorState.OFFERED, OperatorState.TALKING)
            return not picture.waiting and all(one.state not in busy for one in picture.operators)

        await until(free, LIMIT_S)
