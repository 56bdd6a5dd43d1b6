"""A node on a real Asterisk: a caller dials, the phone rings, the desk shows it, and all of it is written down."""

# ruff: noqa: F811 - fixtures are imported by their names and asked for by the same names
from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from kezek_api.settings import Settings
from kezek_queue import OperatorState, RedisQueues
from kezek_register import Register
from kit.api import (  # noqa: F401 - fixtures among them
    DeskClient,
    House,
    Page,
    base_of,
    living_in,
    node_settings,
    queues,
    site,
    town,
    until,
    valkey,
)
from kit.asterisk import RunningAsterisk, running_asterisk
from kit.sip_agent import SipAgent


@pytest.fixture
async def asterisk() -> AsyncIterator[RunningAsterisk]:
    async with running_asterisk(phones={"201": "phone-201", "202": "phone-202"}) as running:
        yield running


@pytest.fixture
async def house(node_settings: Settings, asterisk: RunningAsterisk) -> AsyncIterator[House]:
    own = asterisk.settings
    settings = node_settings.model_copy(
        update={
            "ami_port": own.ami_port,
            "ami_user": own.ami_user,
            "ami_secret": type(node_settings.ami_secret)(own.ami_secret),  # type: ignore[call-arg]
            "fastagi_listen": f"127.0.0.1:{own.fastagi_port}",
        }
    )
    async with living_in(settings) as house:
        await until(lambda: house.health.view().status == "ok")
        yield house


async def test_a_call_from_the_caller_to_the_ticket(
    house: House, asterisk: RunningAsterisk, queues: RedisQueues
) -> None:
    await queues.phones(())
    async with (
        SipAgent.phone(asterisk, "201") as phone,
        SipAgent.line(asterisk) as citizen,
        Page(base_of(house)) as page,
    ):
        assert (await page.http.get("/health")).status_code == 200
        await page.sign_in("aigul")
        async with page.desk() as socket:
            desk = DeskClient(socket)
            await desk.next("snapshot")
            await page.http.post("/api/operator/ready")

            async def reachable() -> bool:
                return (await queues.operator("aigul")).reachable

            await until(reachable)
            call = await citizen.call("109", caller="+77009990111")
            await call.answered()
            call.press("0")
            pop = (await desk.next("pop", limit_s=30))["data"]
            assert (pop["phase"], pop["caller"]) == ("ringing", "+77009990111")
            assert pop["household"]["person"] == "Марина Примерова"
            ring = await phone.rings()
            ring.answer()
            while pop["phase"] != "talking":
                pop = (await desk.next("pop"))["data"]
            await call.hang_up()
            while pop["phase"] != "wrap_up" or pop["ticket"] is None:
                pop = (await desk.next("pop"))["data"]
            assert (await queues.operator("aigul")).state is OperatorState.WRAP_UP
            async with Register.open(house.settings.sql) as register:

                async def answered() -> bool:
                    return (await register.history.counts(datetime.now(UTC) - timedelta(hours=1))) == {"answered": 1}

                await until(answered)
                ticket = await register.tickets.get(pop["ticket"]["number"])
                assert (ticket.household_id is not None, ticket.operator) == (True, "aigul")


async def test_the_fallback_queue_has_our_operators(
    house: House, asterisk: RunningAsterisk, queues: RedisQueues
) -> None:
    """P20: whoever is signed in here is a member there, paused as here, before anything has gone wrong."""
    async with Page(base_of(house)) as page:
        await page.sign_in("aigul")

        async def member() -> bool:
            told = await asterisk.cli("queue show kezek")
            return "201" in told and "paused" in told

        await until(member, 15)
