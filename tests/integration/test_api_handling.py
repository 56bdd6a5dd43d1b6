"""A talk is held, given away and shared through the doors: the line is told, and the feed tells whoever conducts it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager
from typing import Any

import pytest

from kezek_api.supervisors import Supervisors
from kezek_queue import CallState, FeedEvent, Kind, NotAllowed, OperatorState, RedisQueues
from kezek_telephony.types import LinkDown, Phone, Refused
from kit.api import DeskClient, House, Line, Page, base_of, notes, until


@asynccontextmanager
async def at_work(house: House, login: str) -> AsyncIterator[tuple[Page, DeskClient]]:
    async with Page(base_of(house)) as page:
        assert (await page.sign_in(login)).status_code == 200
        async with page.desk() as socket:
            desk = DeskClient(socket)
            await desk.next("snapshot")
            assert (await page.http.post("/api/operator/ready")).status_code == 200
            reading = asyncio.create_task(desk.next("never", limit_s=60))  # answers the pings
            try:
                yield page, desk
            finally:
                reading.cancel()
                await asyncio.gather(reading, return_exceptions=True)


@pytest.fixture
async def talk(house: House, queues: RedisQueues) -> AsyncIterator[tuple[Page, DeskClient, Line]]:
    async with at_work(house, "aigul") as (page, desk):
        line = await Line(queues, "h1").waits(notes())
        await line.talks()
        yield page, desk, line


async def told(queues: RedisQueues, act: Callable[[], Awaitable[Any]], kind: Kind) -> tuple[Any, FeedEvent]:
    """What the door answered, and the first event of this kind since."""
    async with aclosing(queues.feed()) as events:  # type: ignore[type-var]
        answer = await act()
        async with asyncio.timeout(10):
            async for event in events:
                if event.kind is kind:
                    return answer, event
    raise AssertionError("the feed never ends")


@pytest.mark.parametrize(
    ("path", "body", "facts"),
    [
        ("hold", None, {"name": "hold"}),
        ("resume", None, {"name": "resume"}),
        ("transfer", {"number": "102"}, {"name": "transfer", "number": "102"}),
        ("consult", {"number": "+77172000102"}, {"name": "consult", "number": "+77172000102"}),
        ("consult/cancel", None, {"name": "cancel"}),
    ],
)
async def test_what_the_operator_asks_for_is_told_to_the_node_that_conducts_the_call(
    talk: tuple[Page, DeskClient, Line], queues: RedisQueues, path: str, body: object, facts: dict[str, str]
) -> None:
    page, _, _ = talk
    answer, event = await told(queues, lambda: page.http.post(f"/api/calls/h1/{path}", json=body), Kind.COMMAND)
    assert answer.status_code == 204, answer.text
    offer = (await queues.call("h1")).offer
    assert (event.call, event.operator, event.data) == ("h1", "aigul", {**facts, "offer": offer})


async def test_a_call_given_to_a_queue_waits_there_at_its_old_place_and_the_giver_wraps_up(
    talk: tuple[Page, DeskClient, Line], queues: RedisQueues
) -> None:
    """P4: the wrap-up is the giver's, whatever becomes of the call."""
    page, desk, _ = talk
    arrived = (await queues.call("h1")).since
    assert (await page.http.post("/api/calls/h1/transfer", json={"queue": "hotline"})).status_code == 204
    given = await queues.call("h1")
    assert (given.state, given.place_since) == (CallState.WAITING, arrived)
    assert (await queues.operator("aigul")).state is OperatorState.WRAP_UP
    await until(lambda: any(m["type"] == "operator" and m["data"]["state"] == "wrap_up" for m in desk.seen))
    mended = await page.http.put("/api/calls/h1/fields", json={"note": "given to the second line"})
    assert mended.status_code == 200, "the giver still writes it up"


async def test_a_colleague_is_asked_taken_in_and_handed_the_call(
    talk: tuple[Page, DeskClient, Line], queues: RedisQueues, house: House
) -> None:
    page, desk, _ = talk
    async with at_work(house, "bolat") as (_, colleague):
        people = (await page.http.get("/api/colleagues")).json()
        assert [(one["operator"], one["name"], one["state"]) for one in people["operators"]] == [
            ("bolat", "Болат", "ready")
        ]
        assert {"number": "102", "name": "Полиция"} in people["numbers"]
        assert [one["queue"] for one in people["queues"]] == ["hotline"]
        answer, event = await told(
            queues, lambda: page.http.post("/api/calls/h1/consult", json={"operator": "bolat"}), Kind.COMMAND
        )
        assert answer.status_code == 204, answer.text
        assert (event.data["name"], event.data["operator"]) == ("consult", "bolat")
        pop = (await until(lambda: [m["data"] for m in colleague.seen if m["type"] == "pop"]))[-1]
        assert (pop["role"], pop["phase"], pop["words"][0]["text"]) == (
            "helper",
            "ringing",
            "древесная восемь нет отопления",
        )
        too_early = await page.http.post("/api/calls/h1/consult/complete")
        assert (too_early.status_code, too_early.json()["code"]) == (409, "not_allowed")

        call = await queues.call("h1")
        await queues.accept("h1", call.helper_offer, operator="bolat")
        await queues.connect("h1", call.helper_offer)
        await queues.aside("h1", call.offer, "operator:bolat", "talking")
        await until(
            lambda: [m for m in desk.seen if m["type"] == "pop" and (m["data"]["aside"] or {}).get("name") == "Болат"]
        )
        for path, name in (("join", "join"), ("complete", "complete")):
            answer, event = await told(
                queues,
                lambda path=path: page.http.post(f"/api/calls/h1/consult/{path}"),
                Kind.COMMAND,  # type: ignore[misc]
            )
            assert (answer.status_code, event.data["name"]) == (204, name)
        again = await page.http.post("/api/calls/h1/consult", json={"operator": "bolat"})
        assert again.status_code == 409, "one is consulted at a time"


async def test_the_doors_refuse_what_cannot_be_done(
    talk: tuple[Page, DeskClient, Line], queues: RedisQueues, house: House
) -> None:
    page, _, _ = talk
    for body, status in (
        ({}, 422),
        ({"operator": "bolat", "number": "102"}, 422),
        ({"operator": "aigul"}, 422),
        ({"operator": "nobody"}, 422),
        ({"number": "102,Local/evil@x"}, 422),
    ):
        assert (await page.http.post("/api/calls/h1/consult", json=body)).status_code == status, body
    assert (await page.http.post("/api/calls/h1/transfer", json={"queue": "elsewhere"})).status_code == 422
    assert (await page.http.post("/api/calls/h1/recording", json={"on": True})).status_code == 409
    assert (await page.http.post("/api/calls/nothing/hold")).status_code == 404
    async with at_work(house, "bolat") as (other, _):
        assert (await other.http.post("/api/calls/h1/hold")).status_code == 403
    await queues.finish("h1", (await queues.call("h1")).offer, wrap_up=30)
    assert (await page.http.post("/api/calls/h1/hold")).status_code == 409, "the talk is over"


async def test_a_wrap_up_is_prolonged_as_often_as_the_rules_allow(
    talk: tuple[Page, DeskClient, Line], queues: RedisQueues
) -> None:
    """P4."""
    page, _, _ = talk
    early = await page.http.post("/api/operator/wrap-up/extend", json={"seconds": 60})
    assert (early.status_code, early.json()["code"]) == (409, "not_allowed")
    await queues.finish("h1", (await queues.call("h1")).offer, wrap_up=30)
    before = (await queues.operator("aigul")).until
    for left in (1, 0):
        answer = await page.http.post("/api/operator/wrap-up/extend", json={"seconds": 60})
        assert (answer.status_code, answer.json()["extensions_left"]) == (200, left)
    assert (await queues.operator("aigul")).until == pytest.approx(before + 120)
    assert (await page.http.post("/api/operator/wrap-up/extend", json={"seconds": 60})).status_code == 409


async def test_the_second_line_joins_a_queue_and_leaves_it(house: House, queues: RedisQueues) -> None:
    async with at_work(house, "aigul") as (page, _):
        joined = await page.http.post("/api/operator/queues", json={"joined": ["hotline"]})
        assert (joined.status_code, joined.json()["joined"]) == (200, ["hotline"])
        assert (await page.http.post("/api/operator/queues", json={"joined": ["none such"]})).status_code == 422
        assert (await page.http.post("/api/operator/queues", json={"joined": []})).json()["joined"] == []


class Ears:
    """A switchboard's supervising part that writes down what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, ...]] = []
        self.refuses = False

    async def supervise(self, call: str, operator_phone: str, *, phone: Phone, mode: str) -> str:
        if self.refuses:
            raise Refused("no such talk")
        self.asked.append((call, operator_phone, phone.name, mode))
        return f"leg-{phone.name}"

    async def stop_supervising(self, leg: str) -> None:
        self.asked.append(("stop", leg))


async def test_a_manager_hears_one_talk_at_a_time() -> None:
    ears, supervisors = Ears(), Supervisors()
    with pytest.raises(LinkDown):
        await supervisors.begin("dana", "300", operator="aigul", call="c1", operator_phone="201", mode="listen")
    supervisors.use(ears)
    await supervisors.begin("dana", "300", operator="aigul", call="c1", operator_phone="201", mode="listen")
    await supervisors.begin("dana", "300", operator="aigul", call="c1", operator_phone="201", mode="whisper")
    await supervisors.begin("dana", "300", operator="bolat", call="c2", operator_phone="202", mode="barge")
    await supervisors.end("dana")
    await supervisors.end("dana")
    assert ears.asked == [
        ("c1", "201", "300", "listen"),
        ("c1", "201", "300", "whisper"),
        ("stop", "leg-300"),
        ("c2", "202", "300", "barge"),
        ("stop", "leg-300"),
    ]
    ears.refuses = True
    with pytest.raises(NotAllowed):
        await supervisors.begin("dana", "300", operator="aigul", call="c1", operator_phone="201", mode="listen")


async def test_only_managers_listen_and_sign_others_out(
    talk: tuple[Page, DeskClient, Line], queues: RedisQueues, house: House
) -> None:
    page, _, _ = talk
    assert (await page.http.post("/api/supervision", json={"operator": "aigul"})).status_code == 403
    async with Page(base_of(house)) as manager:
        await manager.sign_in("dana")
        deaf = await manager.http.post("/api/supervision", json={"operator": "aigul"})
        assert (deaf.status_code, deaf.json()["code"]) == (409, "not_allowed"), "a manager without a phone"
        assert (await manager.http.delete("/api/supervision")).status_code == 204
        assert (await manager.http.post("/api/operators/aigul/sign-out")).status_code == 204
        assert (await manager.http.post("/api/operators/nobody/sign-out")).status_code == 404
    assert (await queues.operator("aigul")).state is OperatorState.TALKING, "after the talk, not in it"
