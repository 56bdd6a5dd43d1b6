"""`kezek backup` and `kezek restore` as a person types them: beside a node at work, and a node begun on the result."""

from __future__ import annotations

import asyncio
import json
import stat
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kezek_api.settings import Settings
from kezek_queue import End, RedisQueues
from kezek_register import Register
from kezek_register.moves import Mover
from kit.api import DeskClient, Line, Page, base_of, living_in, notes, until
from kit.databases import PostgresServer, draft
from kit.installation import KEZEK, environment


async def kezek(settings: Settings, *arguments: str, port: int = 9) -> tuple[int, str]:
    """Run the command on this register; `port`: where the node is asked for."""
    told = {"sql_url": settings.sql, "http_listen": f"127.0.0.1:{port}", "timezone": settings.timezone}
    process = await asyncio.create_subprocess_exec(
        *KEZEK, *arguments, env=environment(settings.home, **told),
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    output, _ = await process.communicate()
    return process.returncode or 0, output.decode()


@asynccontextmanager
async def at_work(settings: Settings) -> AsyncIterator[tuple[Page, int]]:
    """A node with an operator at her desk, and its port."""
    async with living_in(settings) as house:
        await until(lambda: house.health.parts["sql"].ok)
        async with Page(base_of(house)) as page:
            assert (await page.sign_in("aigul")).status_code == 200
            async with page.desk() as socket:
                reading = asyncio.create_task(forever(DeskClient(socket)))  # ends with this block
                yield page, house.port
                reading.cancel()


async def forever(desk: DeskClient) -> None:
    while True:
        await desk.next("nothing of this name", limit_s=600)


async def a_ticket(page: Page, queues: RedisQueues, call: str) -> str:
    """Of a talk that she has had; its number."""
    await page.http.post("/api/operator/ready")
    line = await Line(queues, call).waits(notes())
    offer = await line.talks()
    told = (await page.http.post(f"/api/calls/{call}/ticket", json={"topic": "heating"})).json()
    assert told["filed"] is True
    await queues.finish(call, offer, wrap_up=0)
    await queues.end(call, End.ANSWERED)
    return str(told["number"])


async def test_a_town_is_backed_up_at_work_and_moves_to_postgresql(
    node_settings: Settings, queues: RedisQueues, postgres_server: PostgresServer, tmp_path: Path
) -> None:
    """The new node knows the staff, the old ticket, and gives the next one a number of its own."""
    file = tmp_path / "town.kezek"
    async with at_work(node_settings) as (page, port):
        old = await a_ticket(page, queues, "x1")
        code, said = await kezek(node_settings, "backup", str(file), "--json")
        assert code == 0, said
        told = json.loads(said)
        assert told["tables"]["tickets"] == 1
        assert told["bytes"] == file.stat().st_size
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        code, said = await kezek(node_settings, "restore", str(file), "--replace", "--json", port=port)
        assert (code, json.loads(said)["error"]) == (3, "node_runs")
    moved = node_settings.model_copy(update={"sql_url": postgres_server.url(postgres_server.database())})
    code, said = await kezek(moved, "restore", str(file), "--numbers-apart", "0")
    assert code == 0, said
    assert "restored" in said
    async with at_work(moved) as (page, _):
        new = await a_ticket(page, queues, "x2")
    async with Register.open(moved.sql) as register:
        numbers = [ticket.number for ticket in await register.tickets.list()]
    assert sorted(numbers) == sorted({old, new})


async def test_what_is_refused_is_said_in_one_line_without_a_traceback(node_settings: Settings, tmp_path: Path) -> None:
    file = tmp_path / "town.kezek"
    code, said = await kezek(node_settings, "restore", str(file))
    assert (code, "No such file" in said, "Traceback" in said) == (1, True, False)
    assert (await kezek(node_settings, "backup", str(file)))[0] == 0
    code, said = await kezek(node_settings, "restore", str(file), "--json")
    assert (code, json.loads(said)["error"]) == (3, "not_empty")
    code, said = await kezek(node_settings, "restore", str(file), "--replace", "--json")
    assert code == 0, said
    await asyncio.to_thread(lambda: file.write_bytes(file.read_bytes()[:-100]))
    code, said = await kezek(node_settings, "restore", str(file), "--replace")
    assert (code, "not written to its end" in said, "Traceback" in said) == (1, True, False)


@pytest.mark.parametrize("there", [True, False])
async def test_recordings_are_found_where_the_node_has_them(
    node_settings: Settings, tmp_path: Path, there: bool
) -> None:
    day = node_settings.recordings_folder / "2027" / "01" / "15"
    day.mkdir(parents=True)
    if there:
        (day / "a.wav").write_bytes(b"RIFF")
    async with Register.open(node_settings.sql) as register:
        await register.recordings.begin("a", "2027/01/15/a", datetime.now(UTC), datetime.now(UTC))
    code, said = await kezek(node_settings, "backup", str(tmp_path / "town.kezek"), "--recordings", "--json")
    assert code == 0, said
    assert json.loads(said)["recordings"] == int(there)


async def test_photos_come_back_where_the_node_looks_for_them(node_settings: Settings, tmp_path: Path) -> None:
    photo = node_settings.photos_folder / "2027" / "01" / "p.jpg"
    photo.parent.mkdir(parents=True)
    photo.write_bytes(b"jpg")
    async with Register.open(node_settings.sql) as register:
        ticket = await register.tickets.ensure(draft())
        await register.tickets.photo(ticket.number, Mover("boss", "manager"), "2027/01/p.jpg", "image/jpeg", 3)
    file = str(tmp_path / "town.kezek")
    code, said = await kezek(node_settings, "backup", file, "--photos", "--json")
    assert (code, json.loads(said)["photos"]) == (0, 1)
    photo.unlink()
    code, said = await kezek(node_settings, "restore", file, "--replace", "--photos")
    assert code == 0, said
    assert photo.read_bytes() == b"jpg"
