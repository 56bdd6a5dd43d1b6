"""Redis freezes, or is away for longer than a verb waits and comes back with its data: nobody is lost, nobody stuck."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from kit.api import until
from kit.tones import hears
from kit.valkey import Valkey
from kit.whole import City, hotline
from kit.whole_talks import busy

pytestmark = pytest.mark.timeout(180)

LONG_S = 12.0  # longer than any verb is asked again before a caller goes to the fallback (8 s)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Every write is on its disk before it is answered."""
    server = Valkey(tmp_path_factory.mktemp("away"), "--appendonly", "yes", "--appendfsync", "always")
    server.start()
    yield server
    server.kill()


@pytest.fixture(scope="module")
async def city(tmp_path_factory: pytest.TempPathFactory, town: Path, server: Valkey) -> AsyncIterator[City]:
    async with hotline(tmp_path_factory.mktemp("city"), town, server, "whole-away") as made:
        yield made


@pytest.mark.parametrize("how", ["frozen", "killed"])
async def test_what_ended_meanwhile_is_told_and_its_operator_is_free(city: City, server: Valkey, how: str) -> None:
    """P1, P5: a talk and a wait that ended while it was away; a talk that goes on."""
    async with (
        city.citizens() as street,
        city.head() as head,
        busy(city, street) as (asel, talking),
        city.seated("berik") as berik,
    ):
        other, _ = await street.talks(berik, "+77020000061")
        calls = {seat.login: seat.pop["call"] for seat in (asel, berik) if seat.pop}
        waiting = await street.dials(caller="+77020000062")
        waits = await city.row(head, lambda row: row["caller"] == "+77020000062" and not row["end"])
        server.freeze() if how == "frozen" else server.kill()
        await other.hang_up()
        await waiting.hang_up()
        await asyncio.sleep(LONG_S)  # the time for which it is away is what is tried
        server.thaw() if how == "frozen" else server.start()
        row = await city.row(head, lambda row: row["call"] == calls["berik"] and row["end"], 30)
        assert row["end"] == "answered"
        row = await city.row(head, lambda row: row["call"] == waits["call"] and row["end"], 30)
        assert row["end"] == "abandoned"

        async def states() -> dict[str, str]:
            return {one.operator: str(one.state) for one in (await city.queues.snapshot()).operators}

        async def settled() -> bool:
            now = await states()
            return now["asel"] == "talking" and now["berik"] in ("wrap_up", "ready", "paused")

        await until(settled, 20)
        legs = [leg for leg in asel.phone.calls.values() if not leg.over]
        await hears(talking, legs[0])
        await talking.hang_up()
        row = await city.row(head, lambda row: row["call"] == calls["asel"] and row["end"], 30)
        assert row["end"] == "answered"


@pytest.mark.parametrize("how", ["frozen", "killed"])
async def test_who_waits_through_it_is_served(city: City, server: Valkey, how: str) -> None:
    """Longer than a verb's limit: the fallback has him meanwhile, or he is back in our line; somebody answers."""
    async with city.citizens() as street, city.seated("asel", ready=False) as asel:
        await asel.does("POST", "/api/operator/pause", {"reason": "lunch"})
        waiting = await street.dials(caller="+77020000071")

        async def stands() -> bool:
            return len((await city.queues.snapshot()).waiting) == 1

        await until(stands)
        server.freeze() if how == "frozen" else server.kill()
        await asyncio.sleep(LONG_S)
        server.thaw() if how == "frozen" else server.start()

        async def answers() -> bool:
            return (await asel.tries("POST", "/api/operator/ready")).is_success

        await until(answers, 20)
        ring = await asel.phone.rings(30)
        ring.answer()
        await hears(waiting, ring)
        await waiting.hang_up()

        async def free() -> bool:
            one = await city.queues.operator("asel")
            return str(one.state) in ("ready", "wrap_up")

        await until(free, 20)
