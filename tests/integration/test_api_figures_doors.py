"""The doors of the numbers over a real database: the same figures as the feed gave, for managers alone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from kezek_api import problems
from kezek_api.callfile import CallFiles
from kezek_api.doors import manager_of
from kezek_api.history import History
from kezek_api.routes import figures, staffing
from kezek_api.settings import Settings
from kezek_api.shapes_figures import Figures, Totals
from kezek_api.story import RedisStoryteller
from kezek_api.wallboard import Board
from kezek_queue import End, RedisQueues, redis_client
from kezek_queue.figures import Book, By, Story
from kezek_register import Pieces, Register
from kit.api import Line, until
from kit.figures_day import Day, made_up

BEGIN = datetime(2026, 11, 20, 9, tzinfo=UTC)


@pytest.fixture
async def day(register: Register) -> Day:
    """A made-up day, written as the history's writer would."""
    made = made_up(21, calls=80, begin=BEGIN.timestamp())
    times = [(time, f"{number:06}") for number, time in enumerate(made.times)]
    await register.history.write(Pieces(calls=list(made.records.values()), legs=made.legs, times=times))
    return made


@pytest.fixture
async def http(register: Register) -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI()
    problems.install(app)
    app.include_router(figures.router)
    app.include_router(staffing.router)
    app.state.doors = SimpleNamespace(
        settings=SimpleNamespace(service_level_s=20.0, short_abandon_s=5.0, zone=UTC),
        rules=SimpleNamespace(target_pct=80.0),
        register=register,
    )
    app.dependency_overrides[manager_of] = lambda: None
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://kezek") as client:
        yield client


def told_live(day: Day, by: By) -> list[dict[str, Any]]:
    edges = [BEGIN.timestamp() + 900 * number for number in range(13)]
    book = Book(edges, by=by)
    story = Story(watch=book.add, spent=book.spend)
    for event in day.events:
        story.see(event)
    now = datetime.now(UTC).timestamp()
    found = book.figures(now=now, spells=story.open_spells(now))
    return [Figures.of(row).model_dump(mode="json") for row in found]


@pytest.mark.parametrize("by", ["all", "queue", "operator"])
async def test_the_history_tells_what_the_feed_told(http: httpx.AsyncClient, day: Day, by: By) -> None:
    """P5, P21: by way of SQL too, for every quarter of an hour."""
    period = {"since": BEGIN.isoformat(), "until": (BEGIN + timedelta(hours=3)).isoformat()}
    answer = await http.get("/api/figures", params={**period, "every": "15m", "by": by})
    assert answer.status_code == 200, answer.text
    shown, live = answer.json()["figures"], told_live(day, by)
    for row in (*shown, *live):
        assert row.pop("longest_wait_s") >= 0  # of those who wait still it grows from one look to the next
    assert shown == live
    for row in shown:
        assert row["offered"] == sum(row["ends"].values()) + row["in_progress"]


@pytest.fixture
async def board(node_settings: Settings, queues: RedisQueues, register: Register) -> AsyncIterator[Board]:
    """The wallboard and the history's writer, both reading a real line's feed."""
    redis = redis_client(node_settings.redis_url)
    files, stories = CallFiles(redis, site=node_settings.site), RedisStoryteller(redis, site=node_settings.site)
    history = History(queues, register, files, stories, node="one")
    board = Board(service_level_s=20, zone=UTC)
    async with asyncio.TaskGroup() as group:
        parts = [group.create_task(part) for part in (history.run(), board.follow(queues), board.draw(queues))]
        yield board
        for part in parts:
            part.cancel()
    await redis.aclose()


async def test_a_call_is_in_the_history_within_a_minute(
    board: Board, queues: RedisQueues, register: Register, http: httpx.AsyncClient
) -> None:
    """P5, P21: a real line, its feed, the history's writer and SQL: transferred, counted once, each leg its operator's;
    what the wallboard says is what the history says."""
    for name, phone in (("aigul", "201"), ("bolat", "202")):
        await queues.sign_in(name, phone=phone, queues=["hotline"], desk=False)
    await queues.ready("aigul")
    line = await Line(queues, "f1").waits()
    offer = await line.talks()
    await queues.ready("bolat")
    await queues.transfer("f1", offer, wanted="bolat", wrap_up=0)
    last = await line.talks()
    assert last != offer
    await queues.finish("f1", last, wrap_up=0)
    await queues.end("f1", End.ANSWERED)
    await queues.pause("aigul", "break")
    await queues.pause("bolat", "break")
    await Line(queues, "f2").waits()

    async def kept(by: By) -> list[dict[str, Any]]:
        since = datetime.now(UTC) - timedelta(hours=1)
        found = (await http.get("/api/figures", params={"since": since.isoformat(), "every": "all", "by": by})).json()
        return list(found["figures"])

    async def all_is_there() -> bool:
        (whole,) = await kept("all")
        return whole["offered"] == 2 and whole["answered"] == 1 and len(await kept("operator")) == 2

    await until(all_is_there)
    (whole,) = await kept("all")
    mine = {row["operator"]: (row["offered"], row["transferred"]) for row in await kept("operator")}
    assert (whole["in_progress"], whole["transferred"], whole["abandoned"]) == (1, 1, 0)
    assert mine == {"aigul": (1, 1), "bolat": (1, 0)}
    await until(lambda: board.latest is not None and board.latest.totals.answered == 1)
    totals = board.latest.totals if board.latest else Totals()
    assert (totals.offered, totals.answered, totals.in_progress) == (2, 1, 1)
    assert (totals.asa_s, totals.aht_s) == (whole["asa_s"], whole["aht_s"])


async def test_the_period_has_limits_and_defaults(http: httpx.AsyncClient) -> None:
    assert (await http.get("/api/figures")).json()["figures"][-1]["offered"] == 0
    long_ago = {"since": "2026-01-01T00:00:00Z", "until": "2026-03-01T00:00:00Z"}
    refused = await http.get("/api/figures", params={**long_ago, "every": "15m"})
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid")
    for wrong in ({"since": "yesterday"}, {"every": "2h"}, {"by": "phone"}):
        assert (await http.get("/api/figures", params=wrong)).status_code == 422


async def test_staffing_says_how_many_and_what_so_many_would_give(http: httpx.AsyncClient, register: Register) -> None:
    now = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    for week in range(1, 5):
        made = made_up(week, calls=50, begin=(now - timedelta(weeks=week)).timestamp(), length=3600)
        calls = [_renamed(row, f"{week}-") for row in made.records.values()]
        await register.history.write(Pieces(calls=calls))
    unmeasured = (await http.get("/api/staffing", params={"hours": 2})).json()
    assert (unmeasured["aht_s"], unmeasured["hours"][0]["operators"]) == (None, None)
    made = made_up(9, calls=150, begin=(now - timedelta(hours=3)).timestamp(), length=3600)
    times = [(time, f"{number:06}") for number, time in enumerate(made.times)]
    await register.history.write(Pieces(calls=list(made.records.values()), legs=made.legs, times=times))
    told = (await http.get("/api/staffing", params={"hours": 2, "operators": 2})).json()
    assert (told["target_pct"], told["within_s"], len(told["hours"])) == (80.0, 20.0, 2)
    first = told["hours"][0]
    assert (first["basis"], first["calls"]) == ("weeks", 50.0)
    assert first["operators"] >= 1
    assert first["service_level_pct"] >= 80
    assert first["given"]["operators"] == 2
    assert told["hours"][1]["calls"] == 0.0, "nobody called an hour later"
    assert (await http.get("/api/staffing", params={"hours": 1000})).status_code == 422


async def test_they_are_for_managers(http: httpx.AsyncClient) -> None:
    app: FastAPI = http._transport.app  # type: ignore[attr-defined]  # the one of the fixture
    app.dependency_overrides.clear()
    app.state.doors.auth = SimpleNamespace(who=_an_operator)
    for path in ("/api/figures", "/api/staffing"):
        assert (await http.get(path)).status_code == 403


async def _an_operator(token: str | None) -> Any:
    return SimpleNamespace(staff=SimpleNamespace(role="operator"))


def _renamed(row: Any, prefix: str) -> Any:
    return type(row)(**{**{name: getattr(row, name) for name in row.__dataclass_fields__}, "call": prefix + row.call})
