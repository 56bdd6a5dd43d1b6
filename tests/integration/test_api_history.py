"""History, tickets and stories: what may be late is late, what may not be lost is not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from kezek_api.directory import SqlDirectory
from kezek_api.house import House
from kezek_api.settings import Settings
from kezek_api.story import RedisStoryteller, read_story
from kezek_queue import End, OperatorState, RedisQueues
from kezek_register import CallRecord, Register, RegisterError, load_sample
from kit.api import LIMIT_S, Line, Page, base_of, fill, living_in, notes, sign_in_phone, until
from kit.databases import PostgresProxy, PostgresServer, postgres_proxy


@asynccontextmanager
async def node_on_postgres(
    settings: Settings, server: PostgresServer
) -> AsyncIterator[tuple[House, PostgresProxy, Register]]:
    """A node whose database can be taken away, and the register by another way."""
    name = server.database()
    async with postgres_proxy(server) as proxy, Register.open(server.url(name)) as register:
        await register.migrate()
        await load_sample(register)
        await fill(register)
        by_proxy = settings.model_copy(update={"sql_url": server.url(name, proxy.folder)})
        async with living_in(by_proxy) as house:
            await until(lambda: house.health.parts["sql"].ok)
            yield house, proxy, register


async def rows(register: Register) -> list[CallRecord]:
    now = datetime.now(UTC)
    return await register.history.list(now - timedelta(hours=1), now + timedelta(hours=1))


async def test_sql_goes_away_and_the_history_arrives_once(
    node_settings: Settings, queues: RedisQueues, postgres_server: PostgresServer
) -> None:
    """P6: a call that begins and ends while the database is away stands in the history afterwards, once."""
    async with node_on_postgres(node_settings, postgres_server) as (house, proxy, register):
        await sign_in_phone(node_settings.model_copy(update={"sql_url": house.settings.sql_url}), "aigul")
        await proxy.cut()
        line = await Line(queues, "h1").waits(notes())
        offer = await line.talks()
        await queues.finish("h1", offer, wrap_up=0)
        await queues.end("h1", End.ANSWERED)
        await until(lambda: not house.health.parts["sql"].ok)
        assert await rows(register) == []
        await proxy.restore()

        async def written() -> bool:
            return [row.end for row in await rows(register)] == ["answered"]

        await until(written, 20)
        (row,) = await rows(register)
        (ticket,) = await register.tickets.list()
        assert row.ticket == ticket.number
        assert (ticket.call, ticket.confirmed, ticket.operator) == ("h1", False, "aigul")


async def test_a_talk_by_way_of_the_fallback_leaves_a_ticket_too(
    house: House, node_settings: Settings, queues: RedisQueues
) -> None:
    """P6: its operator had no screen, and what the caller had said before the node died is all that there is."""
    await Line(queues, "h2").waits(notes())
    await queues.leave("h2")
    await queues.end("h2", End.ANSWERED)
    async with Register.open(node_settings.sql) as register:

        async def written() -> bool:
            return [row.end for row in await rows(register)] == ["answered"]

        await until(written)
        (row,), (ticket,) = await rows(register), await register.tickets.list()
    assert (row.ticket, row.operator, row.connected_at) == (ticket.number, "", None)
    assert (ticket.call, ticket.confirmed, ticket.street, ticket.caller) == ("h2", False, "Древесная", "+77009990111")


async def test_a_caller_who_gave_up_leaves_none(house: House, node_settings: Settings, queues: RedisQueues) -> None:
    """P21: he stands in the history at once."""
    await Line(queues, "h3").waits(notes())
    await queues.end("h3", End.ABANDONED)
    async with Register.open(node_settings.sql) as register:

        async def written() -> bool:
            return [(row.end, row.ticket) for row in await rows(register)] == [("abandoned", "")]

        await until(written)
        assert await register.tickets.list() == []


async def test_a_manager_calls_back_who_gave_up(house: House, queues: RedisQueues, visitor: Page) -> None:
    """P12, P13: by the doors: listed with 'reached again' open, called back at the old place, and taken back."""
    await Line(queues, "h4").waits(notes())
    await queues.end("h4", End.ABANDONED)
    assert (await visitor.sign_in("dana")).status_code == 200

    async def listed() -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = (await visitor.http.get("/api/abandoned")).json()["abandoned"]
        return rows

    (row,) = await until(listed)
    assert (row["call"], row["callback"], row["reached_by"]) == ("h4", "", "")
    made = (await visitor.http.post("/api/abandoned/h4/callback")).json()
    assert (made["call"], made["state"], made["place_since"]) == ("cb-h4", "waiting", row["since"])

    async def pending() -> bool:
        return [one["callback"] for one in await listed()] == ["pending"]

    await until(pending)
    (callback,) = (await visitor.http.get("/api/callbacks")).json()["callbacks"]
    assert callback == made
    assert (await visitor.http.delete("/api/callbacks/cb-h4")).status_code == 204
    assert (await visitor.http.get("/api/callbacks")).json()["callbacks"] == []

    async def not_reached() -> bool:
        return [one["callback"] for one in await listed()] == [""]

    await until(not_reached)
    (call, cancelled) = sorted((await visitor.http.get("/api/calls")).json()["calls"], key=lambda one: one["kind"])
    assert [(one["call"], one["end"]) for one in (call, cancelled)] == [("h4", "abandoned"), ("cb-h4", "abandoned")]


async def test_a_node_begins_while_sql_is_away(node_settings: Settings, postgres_server: PostgresServer) -> None:
    name = postgres_server.database()
    async with postgres_proxy(postgres_server) as proxy:
        await proxy.cut()
        url = postgres_server.url(name, proxy.folder)
        async with living_in(node_settings.model_copy(update={"sql_url": url})) as house:
            async with Page(base_of(house)) as page:
                told = await page.sign_in("aigul")
                assert (told.status_code, told.json()["code"]) == (503, "unavailable")
            await proxy.restore()
            await until(lambda: house.health.parts["sql"].ok, 20)


async def test_a_demo_calls_story_is_told_and_nobody_elses(house: House, node_settings: Settings) -> None:
    house.stories.tell("", "words", text="nobody's business")
    house.stories.tell("no/token", "words", text="nobody's business")
    house.stories.tell("demo-1", "answered", call="c1")
    house.stories.tell("demo-1", "place", position=1)
    steps: list[dict[str, Any]] = []
    async with (
        asyncio.timeout(LIMIT_S),
        aclosing(read_story(node_settings.redis_url, node_settings.site, "demo-1")) as story,
    ):
        async for step in story:
            steps.append(step)
            if len(steps) == 2:
                house.stories.tell("demo-1", "ended", end="answered")
            if step["step"] == "ended":
                break
    assert [step["step"] for step in steps] == ["answered", "place", "ended"]
    assert steps[1]["position"] == 1
    assert all(step["at"] > 0 for step in steps)
    key = f"kezek:{{{node_settings.site}}}:story:demo-1"
    assert 0 < await house.redis.ttl(key) <= 600
    stories = [key async for key in house.redis.scan_iter(match=f"kezek:{{{node_settings.site}}}:story:*", count=1000)]
    assert len(stories) == 1


async def test_telling_never_waits(house: House) -> None:
    teller = RedisStoryteller(house.redis, site="nobody")
    for _ in range(5000):
        teller.tell("demo-2", "words", text="much")


async def test_the_directory_knows_the_town_in_each_language(node_settings: Settings) -> None:
    async with Register.open(node_settings.sql) as register:
        directory = SqlDirectory(register)
        assert await directory.load() is True
        assert await directory.load() is False
        radio = directory.streets("ru")["радио"]
        assert directory.streets("ru")["телеграфная"] == radio, "the old name is understood too"
        assert directory.streets("ko")["라디오"] == radio
        assert directory.street_name(int(radio), "kk") == "Радио"
        assert directory.street_name(4040, "ru") == ""
        assert directory.topics("uk")["опалення"] == "heating"
        known = await directory.known("+7 700 999 01 11")
        assert known.household is not None
        assert (known.household["person"], known.household["house"], known.language) == ("Марина Примерова", "8", "ru")
        street = known.household["street_id"]
        (near,) = await directory.near([street], "8")
        assert (near.street_id, near.house, near.exact) == (street, "8", True)
        assert await directory.near([street], "404") == []
        assert directory.street_title(street, "ru").startswith("улица ")
        await directory.remember_language(known.household["id"], "kk")
        assert (await directory.known("+77009990111")).language == "kk"
        assert (await directory.known("not a number")).household is None


async def test_a_directory_without_sql_knows_nothing_and_holds_nobody_up(tmp_path: Path) -> None:
    async with Register.open("postgresql+psycopg://nobody@127.0.0.1:9/none") as register:
        directory = SqlDirectory(register, limit_s=0.5)
        assert (await directory.known("+77009990111")).household is None
        with pytest.raises((RegisterError, TimeoutError)):
            await directory.near([1], "8")
        assert directory.street_title(1, "ru") == ""
        await directory.remember_language(1, "kk")
        assert directory.streets("ru") == {}


async def test_an_operator_with_a_phone_alone(node_settings: Settings, queues: RedisQueues) -> None:
    await sign_in_phone(node_settings, "aigul")
    assert (await queues.operator("aigul")).state is OperatorState.READY
    assert await (await Line(queues, "p1").waits()).offered() > 0
