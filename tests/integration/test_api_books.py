"""The books as a process of their own beside a node: killed at any moment they lose nothing, and outlive no node."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import sys
from collections import Counter
from pathlib import Path

import pytest

from kezek_api.callfile import CallFiles
from kezek_api.house import House
from kezek_api.leash import Child, Ended
from kezek_api.settings import Settings
from kezek_queue import End, RedisQueues, redis_client
from kezek_register import Register
from kit.api import DeskClient, Line, Page, base_of, living_in, notes, until
from kit.databases import PostgresServer, draft, postgres_proxy
from kit.history_hall import all_calls
from kit.valkey import Valkey

CALLS = 30
UP_S = 30.0


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text("utf-8")


async def child_of(house: House, *, other_than: int = 0) -> int:
    """Its process, once it writes."""
    await until(lambda: house.books.pid not in (0, other_than) and house.health.parts["books"].ok, UP_S)
    return house.books.pid


async def a_talk(queues: RedisQueues, call: str) -> None:
    offer = await (await Line(queues, call).waits(notes())).talks()
    await queues.finish(call, offer, wrap_up=0)
    await queues.end(call, End.ANSWERED)


async def test_the_books_are_killed_at_work_and_every_row_stands_once(
    node_settings: Settings, queues: RedisQueues
) -> None:
    """P6: killed twice while calls come and go; each time others of the house take no notice, and it is begun again."""
    for login, phone in (("aigul", "201"), ("bolat", "202")):
        await queues.sign_in(login, phone=phone, queues=["hotline"], desk=False)
        await queues.ready(login)
    async with living_in(node_settings.model_copy(update={"books": "own"})) as house:
        pid = await child_of(house)
        for n in range(CALLS):
            await a_talk(queues, f"b{n}")
            if n in (CALLS // 3, 2 * CALLS // 3):
                os.kill(pid, signal.SIGKILL)
                await until(lambda: not house.health.parts["books"].ok)
                assert house.health.view().parts["sql"].ok
                pid = await child_of(house, other_than=pid)
        async with Register.open(node_settings.sql) as register:

            async def written() -> bool:
                calls = await all_calls(register)
                return [(call.end, bool(call.ticket)) for call in calls] == [("answered", True)] * CALLS

            await until(written, 30)
            calls = await all_calls(register)
            legs = await register.history.legs_of([call.call for call in calls])
            tickets = await register.tickets.list(limit=500)
    assert not alive(pid), "the books end with the house"
    assert {call.call: call.ticket for call in calls} == {ticket.call: ticket.number for ticket in tickets}
    assert Counter(leg.call for leg in legs) == {f"b{n}": 1 for n in range(CALLS)}
    assert len(tickets) == len({ticket.number for ticket in tickets}) == CALLS


async def test_while_sql_is_away_the_books_say_so_and_then_make_good(
    node_settings: Settings, queues: RedisQueues, postgres_server: PostgresServer
) -> None:
    """Health names them once they have something to write; rows and tickets come later, once."""
    await queues.sign_in("aigul", phone="201", queues=["hotline"], desk=False)
    await queues.ready("aigul")
    name = postgres_server.database()
    async with postgres_proxy(postgres_server) as proxy, Register.open(postgres_server.url(name)) as register:
        url = postgres_server.url(name, proxy.folder)
        async with living_in(node_settings.model_copy(update={"books": "own", "sql_url": url})) as house:
            pid = await child_of(house)
            await proxy.cut()
            await a_talk(queues, "b1")
            await until(lambda: house.health.parts["books"].detail == "SQL does not answer", UP_S)
            await proxy.restore()

            async def written() -> bool:
                return [(call.end, bool(call.ticket)) for call in await all_calls(register)] == [("answered", True)]

            await until(written, 20)
            await until(lambda: house.health.parts["books"].ok)
            assert house.books.pid == pid, "nothing had to be begun again"
        assert [ticket.call for ticket in await register.tickets.list()] == ["b1"]


async def test_the_pop_learns_the_number_that_another_process_has_written(
    node_settings: Settings, queues: RedisQueues
) -> None:
    async with living_in(node_settings.model_copy(update={"books": "own"})) as house, Page(base_of(house)) as page:
        await child_of(house)
        await page.sign_in("aigul")
        async with page.desk() as socket:
            desk = DeskClient(socket)
            await desk.next("snapshot")
            await page.http.post("/api/operator/ready")
            offer = await (await Line(queues, "b1").waits(notes())).talks()
            await queues.finish("b1", offer, wrap_up=60)
            while not (mark := (await desk.next("pop"))["data"]["ticket"]):
                pass
    assert (mark["confirmed"], mark["filed"]) == (False, True)
    async with Register.open(node_settings.sql) as register:
        assert (await register.tickets.get(mark["number"])).call == "b1"


async def test_a_node_that_is_killed_takes_its_books_with_it(node_settings: Settings) -> None:
    """`kezek serve` gets SIGKILL: its child sees the end of the leash and ends in order."""
    told = node_settings.model_dump(mode="json", exclude_none=True, exclude={"books", "ami_secret", "secret_key"})
    told |= {"ami_secret": "none", "secret_key": "for tests alone"}
    mine = {name: value for name, value in os.environ.items() if not name.startswith("KEZEK_")}
    for name, value in told.items():
        mine[f"KEZEK_{name.upper()}"] = value if isinstance(value, str) else json.dumps(value)
    said = node_settings.home / "serve.txt"
    with said.open("wb") as log:
        node = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "kezek_api.command", "serve",
            env=mine, stdin=asyncio.subprocess.DEVNULL, stdout=log, stderr=log,
        )  # fmt: skip
    try:

        def up() -> list[str]:
            assert node.returncode is None, said.read_text("utf-8")
            text = re.sub(r"\x1b\[[0-9;]*m", "", said.read_text("utf-8"))
            return re.findall(r"child_started .*pid=(\d+)", text) if "part=books" in text else []

        pid = int((await until(up, UP_S))[0])
        assert alive(pid)
    finally:
        node.kill()
        await node.wait()
    await until(lambda: not alive(pid))


async def test_what_a_child_says_of_itself_is_the_houses_and_its_death_is_told(tmp_path: Path) -> None:
    """Settings that it cannot take end it at once; nothing of them is a secret."""
    marks: list[tuple[bool, str]] = []
    settings = Settings.load(tmp_path, site="s", ami_secret="deep", secret_key="deeper", redis_url="nothing://at-all")
    child = Child("books", settings, lambda ok, detail: marks.append((ok, detail)))
    with pytest.raises(Ended):
        await child.run()
    assert marks[-1] == (False, "ended")
    assert child.pid == 0


async def test_marks_are_told_to_all_who_follow_them(valkey: Valkey, site: str) -> None:
    """Also those told before somebody followed: he may have looked just before."""
    async with redis_client(valkey.url) as redis:
        files = CallFiles(redis, site=site)
        await files.numbered([draft(call="m1", number="26-000001-4", operator="anna")])
        seen: list[list[str]] = [[], []]

        async def follow(told: list[str]) -> None:
            async for login in files.marks():
                told.append(login)

        following = [asyncio.create_task(follow(told)) for told in seen]
        try:
            await until(lambda: all(told == ["anna"] for told in seen))
            both = [draft(call=f"m{n}", number="x", operator=login) for n, login in enumerate(("bolat", "zara"))]
            await files.numbered(both)
            await until(lambda: all(told == ["anna", "bolat", "zara"] for told in seen))
        finally:
            for task in following:
                task.cancel()
            await asyncio.gather(*following, return_exceptions=True)
        assert (await files.read("m1")).number == "x"
