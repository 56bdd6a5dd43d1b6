"""A node on a real Asterisk: a caller dials, the phone rings, the desk shows it, and all of it is written down."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest

from kezek_api.settings import Settings
from kezek_queue import Kind, OperatorState, RedisQueues
from kezek_register import Register
from kit.api import DeskClient, House, Page, base_of, living_in, until
from kit.asterisk import RunningAsterisk, running_asterisk
from kit.queue_twins import whole_feed
from kit.sip_agent import SipAgent


@pytest.fixture
async def asterisk() -> AsyncIterator[RunningAsterisk]:
    async with running_asterisk(phones={"201": "phone-201", "202": "phone-202"}, fallback_turn_s=3) as running:
        yield running


@pytest.fixture
def settings(node_settings: Settings, asterisk: RunningAsterisk) -> Settings:
    own = asterisk.settings
    return node_settings.model_copy(
        update={
            "ami_port": own.ami_port,
            "ami_user": own.ami_user,
            "ami_secret": type(node_settings.ami_secret)(own.ami_secret),  # type: ignore[call-arg]
            "fastagi_listen": f"127.0.0.1:{own.fastagi_port}",
        }
    )


@asynccontextmanager
async def living(settings: Settings) -> AsyncIterator[House]:
    """A node that has Asterisk. Its end is as good as its death: no offer is declined, no talk is told."""
    async with living_in(settings) as house:
        await until(lambda: house.health.view().status == "ok")
        yield house


@pytest.fixture
async def house(settings: Settings) -> AsyncIterator[House]:
    async with living(settings) as house:
        yield house


async def ready(queues: RedisQueues, operator: str, phone: str) -> None:
    """At a phone alone, registered."""
    await queues.sign_in(operator, phone=phone, queues=["hotline"], desk=False)

    async def reachable() -> bool:
        return (await queues.operator(operator)).reachable

    await until(reachable)
    await queues.ready(operator)


async def calls(queues: RedisQueues, kind: Kind) -> list[str]:
    """Of the events of this kind until now."""
    return [event.call for event in await whole_feed(queues) if event.kind is kind]


async def placed(queues: RedisQueues) -> str:
    """The one call, once it is in the line."""
    return str((await until(lambda: calls(queues, Kind.PLACED)))[0])


async def end_of(queues: RedisQueues, call: str) -> str:
    async def end() -> str:
        return (await queues.call(call)).end

    return str(await until(end, 20))


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


async def test_an_operator_who_picks_up_while_the_node_dies_talks_to_that_caller_alone(
    settings: Settings, asterisk: RunningAsterisk, queues: RedisQueues
) -> None:
    """P1, P2: offered nobody else meanwhile, and free when the caller's channel ends."""
    await queues.phones(())
    async with SipAgent.phone(asterisk, "201") as phone, SipAgent.line(asterisk) as citizen:
        async with living(settings):
            await ready(queues, "aigul", "201")
            call = await citizen.call("109")
            await call.answered()
            call.press("0")
            ring = await phone.rings(30)
        name = await placed(queues)
        ring.answer()
        await until(lambda: ring.talking)
        assert (await queues.call(name)).state == "offered"
        async with living(settings):

            async def talking() -> bool:
                return (await queues.operator("aigul")).state is OperatorState.TALKING

            await until(talking)
            await queues.arrive("another", caller="", dialled="109", since=0, node="one")
            await queues.place("another", queue="hotline")
            assert (await queues.operator("aigul")).call == name
            await call.hang_up()
            assert await end_of(queues, name) == "answered"
            assert (await queues.operator("aigul")).state is OperatorState.WRAP_UP
            assert await calls(queues, Kind.LAPSED) == []


async def test_a_caller_in_the_fallback_is_offered_to_nobody_until_he_is_back(
    settings: Settings, asterisk: RunningAsterisk, queues: RedisQueues
) -> None:
    """P20: a restart of ours while he waits pauses no operator and keeps his place."""
    await queues.phones(())
    async with SipAgent.phone(asterisk, "201") as phone, SipAgent.line(asterisk) as citizen:
        async with living(settings):
            await ready(queues, "aigul", "201")
            await queues.pause("aigul", "lunch")
            call = await citizen.call("109")
            await call.answered()
            call.press("0")
            name = await placed(queues)
            since = (await queues.call(name)).since
        await queues.ready("aigul")
        assert (await queues.call(name)).state == "offered"
        async with living(settings):
            ring = await phone.rings(30)
            ring.answer()

            async def talking() -> bool:
                return (await queues.operator("aigul")).state is OperatorState.TALKING

            await until(talking)
            assert (await queues.call(name)).since == since
            assert await calls(queues, Kind.LAPSED) == []
            assert await calls(queues, Kind.LEFT) in ([], [name])
            await call.hang_up()
            assert await end_of(queues, name) == "answered"


@pytest.mark.parametrize(("talks", "end"), [(True, "answered"), (False, "abandoned")])
async def test_who_left_while_the_node_was_away_is_classified_when_it_is_back(
    settings: Settings, asterisk: RunningAsterisk, queues: RedisQueues, talks: bool, end: str
) -> None:
    """P6: answered by the fallback's operator, or abandoned; and who came and went meanwhile is told of, too."""
    await queues.phones(())
    async with SipAgent.phone(asterisk, "201") as phone, SipAgent.line(asterisk) as citizen:
        async with living(settings):
            call = await citizen.call("109")
            await call.answered()
            call.press("0")
            name = await placed(queues)
        if talks:
            await asterisk.cli("queue add member PJSIP/201 to kezek")
            ring = await phone.rings(30)
            ring.answer()
            await until(lambda: ring.sound.packets > 10)
            await ring.hang_up()
            await call.ended()
        else:
            await call.hang_up()
        other = await citizen.call("109")  # comes and goes while nobody of ours is there
        await other.answered()
        await other.hang_up()
        async with living(settings) as house:
            assert await end_of(queues, name) == end

            async def told() -> bool:
                return len(await calls(queues, Kind.ENDED)) >= 2

            await until(told)
            assert (await calls(queues, Kind.ENDED)).count(name) == 1
            assert house.health.view().status == "ok"


async def test_calls_that_a_restart_of_asterisk_has_cut_get_that_end(
    house: House, asterisk: RunningAsterisk, queues: RedisQueues
) -> None:
    """P1, P6: also those that nobody conducts."""
    earlier = RedisQueues(house.settings.redis_url, house.settings.site, clock=lambda: time.time() - 60)
    async with earlier, SipAgent.line(asterisk) as citizen:
        call = await citizen.call("109")
        await call.answered()
        call.press("0")
        name = await placed(queues)
        await earlier.arrive("nobody's", caller="", dialled="109", since=0, node="two")
        await earlier.place("nobody's", queue="hotline")
        await asterisk.kill()
        await until(lambda: house.health.view().status != "ok")
        await asterisk.start()
        assert await end_of(queues, "nobody's") == "cut"
        assert await end_of(queues, name) == "cut", "by whoever ends it first: its conductor, or the reconciliation"
        assert sorted(await calls(queues, Kind.ENDED)) == sorted([name, "nobody's"])
