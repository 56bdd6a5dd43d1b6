"""What an operator confirms gets its number at once and stands in SQL, whatever dies in between."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from kezek_api.callfile import CallFiles, Filed
from kezek_api.filing import Clerk, Filing
from kezek_api.house import House
from kezek_api.settings import Settings
from kezek_queue import End, RedisQueues
from kezek_register import Register, Ticket, load_sample
from kit.api import DeskClient, Line, Page, base_of, fill, living_in, notes, until
from kit.databases import PostgresProxy, PostgresServer, draft, postgres_proxy, told

BODY = {"street_id": 1, "house": "9", "flat": "", "topic": "heating", "note": "second day"}


@dataclass
class Town:
    """A database that can be taken away from the nodes, and the register by another way."""

    settings: Settings
    proxy: PostgresProxy
    register: Register
    url: str

    @asynccontextmanager
    async def node(self) -> AsyncIterator[House]:
        """A node that has seen its database, with numbers in stock."""
        blocks = await self.blocks()
        async with living_in(self.settings) as house:
            await until(lambda: house.health.parts["sql"].ok)

            async def stocked() -> bool:
                return await self.blocks() > blocks

            await until(stocked)
            yield house

    async def blocks(self) -> int:
        return len(await told(self.url, "SELECT first FROM number_blocks"))

    async def tickets(self) -> list[Ticket]:
        return await self.register.tickets.list()


@pytest.fixture
async def city(node_settings: Settings, postgres_server: PostgresServer) -> AsyncIterator[Town]:
    name = postgres_server.database()
    url = postgres_server.url(name)
    async with postgres_proxy(postgres_server) as proxy, Register.open(url) as register:
        await register.migrate()
        await load_sample(register)
        await fill(register)
        through = node_settings.model_copy(update={"sql_url": postgres_server.url(name, proxy.folder)})
        yield Town(through, proxy, register, url)


@asynccontextmanager
async def at_work(house: House, queues: RedisQueues) -> AsyncIterator[tuple[Page, DeskClient]]:
    async with Page(base_of(house)) as page:
        assert (await page.sign_in("aigul")).status_code == 200
        async with page.desk() as socket:
            desk = DeskClient(socket)
            await desk.next("snapshot")
            await page.http.post("/api/operator/ready")
            yield page, desk


async def confirm(page: Page, call: str, **changes: Any) -> httpx.Response:
    return await page.http.post(f"/api/calls/{call}/ticket", json={**BODY, **changes})


async def marked(desk: DeskClient, mark: dict[str, Any]) -> None:
    """Reads on until the pop bears this mark."""
    while (await desk.next("pop"))["data"]["ticket"] != mark:
        pass


async def away(city: Town, house: House) -> None:
    await city.proxy.cut()
    await until(lambda: not house.health.parts["sql"].ok)


async def test_sql_is_away_and_the_caller_is_told_a_number_all_the_same(city: Town, queues: RedisQueues) -> None:
    """P20: the number comes from the node's own stock; the ticket gets into SQL once, with that number."""
    async with city.node() as house, at_work(house, queues) as (page, desk):
        line = await Line(queues, "f1").waits(notes())
        offer = await line.talks()
        await city.proxy.cut()  # the node does not know it yet
        first = await confirm(page, "f1")
        assert first.status_code == 200, first.text
        ticket = first.json()
        assert (ticket["confirmed"], ticket["filed"], ticket["house"]) == (True, False, "9")
        assert ticket["created_at"]
        await marked(desk, {"number": ticket["number"], "confirmed": True, "filed": False})
        again = await confirm(page, "f1", flat="40")
        assert (again.json()["number"], again.json()["filed"]) == (ticket["number"], False)

        await queues.finish("f1", offer, wrap_up=60)
        await queues.end("f1", End.ANSWERED)
        await city.proxy.restore()
        await marked(desk, {"number": ticket["number"], "confirmed": True, "filed": True})
        (row,) = await city.tickets()
        assert (row.number, row.confirmed, row.house, row.flat) == (ticket["number"], True, "9", "40")
        assert (row.call, row.operator, row.note) == ("f1", "aigul", "second day")
        assert (await page.http.get(f"/api/tickets/{row.number}")).json()["filed"] is True
        assert await house.files.unwritten() == {}


async def test_another_node_writes_what_one_that_died_has_promised(city: Town, queues: RedisQueues) -> None:
    """Nothing more ever happens to that call: the confirmation does not depend on its events."""
    async with city.node() as house, at_work(house, queues) as (page, _):
        await (await Line(queues, "f2").waits(notes())).talks()
        await away(city, house)
        number = (await confirm(page, "f2")).json()["number"]
    assert await city.tickets() == []
    async with living_in(city.settings) as house:
        assert not house.health.parts["sql"].ok
        async with Page(base_of(house)) as page:
            assert (await page.sign_in("aigul")).json()["code"] == "unavailable"
        await city.proxy.restore()

        async def written() -> bool:
            return [(ticket.number, ticket.confirmed) for ticket in await city.tickets()] == [(number, True)]

        await until(written, 20)
        assert await house.files.unwritten() == {}


async def test_without_a_number_the_operator_is_told_so_and_the_ticket_comes_later(
    city: Town, queues: RedisQueues
) -> None:
    """A node that began while SQL was away has no numbers: 503, and still nothing is lost."""
    async with city.node() as house, at_work(house, queues) as (page, _):
        cookies = dict(page.http.cookies)
        await (await Line(queues, "f3").waits(notes())).talks()
        await away(city, house)
    async with living_in(city.settings) as house, Page(base_of(house)) as page:
        page.http.cookies.update(cookies)
        refused = await confirm(page, "f3")
        assert (refused.status_code, refused.json()["code"]) == (503, "unavailable")
        await city.proxy.restore()

        async def written() -> bool:
            return [(ticket.call, ticket.confirmed) for ticket in await city.tickets()] == [("f3", True)]

        await until(written, 20)
        (row,) = await city.tickets()
        again = await confirm(page, "f3")
        assert again.json()["number"] == row.number


async def test_a_database_that_hangs_holds_nobody_up_for_long(city: Town, queues: RedisQueues) -> None:
    """The page gives up after 10 s; the caller on the line waits as well."""
    async with city.node() as house, at_work(house, queues) as (page, desk):
        await (await Line(queues, "f4").waits(notes())).talks()
        city.proxy.freeze()
        kept = await confirm(page, "f4", street_id=1)
        assert (kept.status_code, kept.json()["filed"]) == (200, False), kept.text
        await city.proxy.cut()
        await city.proxy.restore()
        await marked(desk, {"number": kept.json()["number"], "confirmed": True, "filed": True})
        assert len(await city.tickets()) == 1


async def test_the_talk_that_ended_before_it_was_confirmed_keeps_its_number(city: Town, queues: RedisQueues) -> None:
    """The history has written the ticket unconfirmed; the confirmation while SQL is away is of the same ticket."""
    async with city.node() as house, at_work(house, queues) as (page, desk):
        offer = await (await Line(queues, "f5").waits(notes())).talks()
        await queues.finish("f5", offer, wrap_up=60)
        while not (mark := (await desk.next("pop"))["data"]["ticket"]):
            pass
        assert mark["confirmed"] is False
        await away(city, house)
        kept = await confirm(page, "f5")
        assert (kept.json()["number"], kept.json()["filed"]) == (mark["number"], False)
        await city.proxy.restore()
        await marked(desk, {"number": mark["number"], "confirmed": True, "filed": True})
        (row,) = await city.tickets()
        assert (row.number, row.confirmed, row.house) == (mark["number"], True, "9")


async def test_several_who_write_the_same_ticket_at_once_write_one(city: Town, node_settings: Settings) -> None:
    """Clerks of three nodes and the history: one row for a call, with the number that was spoken."""
    async with living_in(node_settings) as house:  # for its Redis: it is on another database
        files = CallFiles(house.redis, site="elsewhere")
        filing = Filing(files, city.register)
        await city.register.tickets.stock()
        spoken: dict[str, str] = {}
        for n in range(20):
            ticket, stands = await filing.confirm(draft(call=f"g{n}", house="9"), Filed(), sql=False)
            assert not stands
            spoken[ticket.call] = ticket.number
        made_good: list[Ticket] = []

        async def made(ticket: Ticket) -> None:
            made_good.append(ticket)

        async def history() -> None:
            for call in spoken:
                await filing.ensure(draft(call=call, house="8"), await files.read(call))

        async def done() -> bool:
            told = {ticket.call for ticket in made_good}  # each is told just after it was written
            return told == set(spoken) and await files.unwritten() == {}

        clerks = [Clerk(files, city.register, made) for _ in range(3)]
        tasks = [asyncio.create_task(work) for work in (*(clerk.run() for clerk in clerks), history())]
        try:
            await until(done)
            await tasks[-1]
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        rows = await city.register.tickets.list(limit=100)
        assert {row.call: row.number for row in rows} == spoken
        assert {(row.confirmed, row.house) for row in rows} == {(True, "9")}
