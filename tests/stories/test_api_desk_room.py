"""Many desks and wallboards in virtual time, over the line's model: told at once, and a slow page holds nobody."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from datetime import UTC
from typing import Any

from kezek_api.auth import Session
from kezek_api.desk import Closed, Desk
from kezek_api.feed import Feed
from kezek_api.wallboard import BREATH_S, SPACING_S, Board
from kezek_api.wire import EXTENSION, Wire
from kezek_queue import ModelQueues, Operator, Snapshot, keep_ticking
from kezek_register import Staff
from kit.virtual_time import EPOCH, in_virtual_time, virtual_now


def clock() -> float:
    """Of the first of all days: the model numbers its events from 1, and the wallboard reads on from midnight."""
    return virtual_now() - EPOCH + 3600


class Counting(ModelQueues):
    snapshots = beats = 0

    def __init__(self) -> None:
        super().__init__(clock)
        self.reads: list[str] = []

    async def operator(self, operator: str) -> Operator:
        self.reads.append(operator)
        return await super().operator(operator)

    async def snapshot(self, *, places: bool = True) -> Snapshot:
        self.snapshots += 1
        return await super().snapshot(places=places)

    async def beat(self, operator: str, *, alive: bool = True) -> None:
        self.beats += 1
        await super().beat(operator, alive=alive)


class Page(Wire):
    """One end of a WebSocket: what was sent to it, and whether it takes more."""

    def __init__(self) -> None:
        self.room = asyncio.Event()
        self.room.set()
        self.sent: list[dict[str, Any]] = []
        self.said: asyncio.Queue[str] = asyncio.Queue()
        self.scope = {"extensions": {EXTENSION: self}}  # type: ignore[assignment]

    @property
    def has_room(self) -> bool:
        return self.room.is_set()

    def say(self, text: bytes) -> None:
        assert self.has_room
        self.sent.append(json.loads(text))

    async def send_text(self, text: str) -> None:
        """The way round, for what has no room."""
        await self.room.wait()
        self.sent.append(json.loads(text))

    async def receive_text(self) -> str:
        return await self.said.get()

    def of(self, kind: str) -> list[Any]:  # type: ignore[override]
        return [message["data"] for message in self.sent if message["type"] == kind]

    @property
    def waiting(self) -> list[int]:
        """As each message told it, of the one queue."""
        return [loads[0]["waiting"] for loads in self.of("queues")]


class Room:
    def __init__(self) -> None:
        self.queues = Counting()
        self.feed, self.board = Feed(), Board(service_level_s=20, clock=clock, zone=UTC)
        self.group = asyncio.TaskGroup()
        self.ends: dict[str, Exception] = {}

    async def sits(self, login: str) -> Page:
        page = Page()

        async def standing(_: Desk) -> None:
            return None

        desk = Desk(
            page,  # type: ignore[arg-type]
            Session(login, Staff(login, login, "operator", login, "en", ("hotline",), {}, "")),
            queues=self.queues,
            files=None,  # type: ignore[arg-type]  # no call is looked at
            street_name=lambda street, language: "",  # type: ignore[arg-type,return-value]
            names=dict,
            extensions=lambda operator: 0,
            standing=standing,
        )

        async def run() -> None:
            try:
                await desk.run(self.feed, self.board)
            except (Closed, TimeoutError) as gone:
                self.ends[login] = gone

        self.group.create_task(run())
        await no_time()
        assert page.sent
        return page

    async def stands(self, call: str) -> None:
        await self.queues.arrive(call, caller="", dialled="109", since=clock(), node="n")
        await self.queues.place(call, queue="hotline")


@asynccontextmanager
async def room() -> AsyncIterator[Room]:
    made = Room()
    async with made.group as group:
        parts = [made.board.follow(made.queues), made.board.draw(made.queues), made.feed.run(made.queues)]
        tasks = [group.create_task(part) for part in (*parts, keep_ticking(made.queues))]
        await asyncio.sleep(3)
        yield made
        made.board.close()
        for task in tasks:
            task.cancel()


def waiting(event: str) -> int:
    """As a wallboard's event tells it, of all queues."""
    return sum(load["waiting"] for load in json.loads(event.split("\n")[1].partition(": ")[2])["queues"])


async def no_time() -> None:
    """Everything that needs no time to pass."""
    for _ in range(30):
        await asyncio.sleep(0)


@in_virtual_time
async def test_every_desk_is_told_at_once_and_a_page_that_takes_nothing_holds_nobody() -> None:
    async with room() as made:
        pages = [await made.sits(f"op{number}") for number in range(20)]
        slow = pages[3]
        await asyncio.sleep(2)
        slow.room.clear()
        for number in range(4):
            await made.stands(f"c{number}")
            await no_time()
            assert all(page.waiting[-1] == number + 1 for page in pages if page is not slow), "with no time between"
            await asyncio.sleep(0.5)
        assert 4 not in slow.waiting
        slow.room.set()
        await no_time()
        assert slow.waiting[-1] == 4
        for page in pages:
            assert [message["seq"] for message in page.sent] == list(range(1, len(page.sent) + 1))
            assert page.sent[0]["type"] == "snapshot"


@in_virtual_time
async def test_a_page_that_takes_nothing_for_long_is_sent_away_alone() -> None:
    async with room() as made:
        slow, quick = await made.sits("op1"), await made.sits("op2")
        slow.room.clear()
        await made.stands("c1")
        for _ in range(20):
            await asyncio.sleep(0.5)
            assert quick.hear is not None
            quick.hear(b'{"type":"ack","seq":%d}' % quick.sent[-1]["seq"])
        assert made.ends.keys() == {"op1"}
        assert quick.waiting[-1] == 1


@in_virtual_time
async def test_an_answered_ping_is_a_beat_and_what_is_no_answer_is_none() -> None:
    async with room() as made:
        page = await made.sits("op1")
        await asyncio.sleep(1.5)
        ping, beats = page.sent[-1], made.queues.beats
        assert ping["type"] == "ping"
        assert page.hear is not None
        for odd in (b'{"type":"ack","seq":999}', b'{"type":"ack","seq":[1]}', b"[]", b'{"seq":%d}' % ping["seq"]):
            page.hear(odd)
        await no_time()
        assert made.queues.beats == beats
        page.hear(b'{"type":"ack","seq":%d}' % ping["seq"])
        await no_time()
        assert made.queues.beats == beats + 1
        page.hear(b"{")
        await no_time()
        assert made.ends["op1"].args[0] == 1003
        assert page.hear is None


@in_virtual_time
async def test_a_desk_is_woken_by_what_concerns_it_alone() -> None:
    async with room() as made:
        mine, other = await made.sits("op1"), await made.sits("op2")
        await made.queues.phones(["op1", "op2"])
        await made.queues.beat("op1")
        await asyncio.sleep(0.1)
        made.queues.reads.clear()
        await made.queues.ready("op1")
        await no_time()
        assert mine.of("operator")[-1]["state"] == "ready"
        assert set(made.queues.reads) == {"op1"}
        made.feed._spread(None)
        await no_time()
        assert set(made.queues.reads) == {"op1", "op2"}, "some events were missed"
        assert not [shown for shown in other.of("operator") if shown["state"] == "ready"]


@in_virtual_time
async def test_the_first_change_after_quiet_is_shown_at_once_and_the_next_ones_together() -> None:
    async with room() as made:
        page = await made.sits("op1")
        await asyncio.sleep(2)
        for quiet in (0.0, 0.05, 0.5, BREATH_S - 0.01, BREATH_S + 0.01):  # wherever the picture of each second falls
            await asyncio.sleep(SPACING_S + quiet)
            before = len(page.waiting)
            await made.stands(f"c{quiet}a")
            await no_time()
            assert len(page.waiting) == before + 1
            for more in "bcd":
                await made.stands(f"c{quiet}{more}")
                await no_time()
            assert len(page.waiting) == before + 1
            await asyncio.sleep(SPACING_S + 0.01)
            assert len(page.waiting) == before + 2
        assert page.waiting[-1] == 20


@in_virtual_time
async def test_while_nobody_looks_the_line_is_read_once_a_second_and_whoever_looks_sees_it_as_it_is() -> None:
    async with room() as made:
        made.queues.snapshots = 0
        for number in range(100):
            await made.stands(f"c{number}")
            await asyncio.sleep(0.1)
        assert 8 <= made.queues.snapshots <= 11
        picture = await made.board.picture(made.queues)
        assert picture.queues[0].waiting == 100
        await asyncio.sleep(BREATH_S * 1.5)
        await made.stands("last")
        async with aclosing(made.board.changes()) as changes, asyncio.timeout(SPACING_S):
            async for _, picture in changes:
                if picture.queues[0].waiting == 101:
                    break


@in_virtual_time
async def test_a_stream_has_the_very_picture_and_says_when_there_is_nothing_new() -> None:
    async with room() as made:
        await made.sits("op1")
        async with aclosing(made.board.events()) as stream:
            for number in range(3):
                await made.stands(f"c{number}")
                event = (await anext(stream)).decode()
                while waiting(event) <= number:
                    event = (await anext(stream)).decode()
                kind, data, last, end, nothing = event.split("\n")
                assert (kind, end, nothing) == ("event: wallboard", "", "")
                assert made.board.latest is not None
                assert json.loads(data.partition(": ")[2]) == json.loads(made.board.latest.model_dump_json())
        async with aclosing(made.board.events(last.partition(": ")[2])) as stream:
            again = await anext(stream)
            assert last.encode() not in again, "it was seen"


@in_virtual_time
async def test_a_stream_without_news_pings() -> None:
    board = Board(service_level_s=20, clock=clock, zone=UTC)
    async with aclosing(board.events()) as stream:
        assert await anext(stream) == b": ping\n\n"
