"""The operator's desk: the pop comes to whom it rings, changes with the call, and goes with it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest
from websockets.exceptions import ConnectionClosed

from kezek_api.settings import Settings
from kezek_ivr.keeping import rework
from kezek_queue import CallState, End, OperatorState, RedisQueues
from kezek_register import Register
from kit.api import DeskClient, House, Line, Page, base_of, living_in, notes, until


@asynccontextmanager
async def ready_desk(visitor: Page, login: str) -> AsyncIterator[DeskClient]:
    assert (await visitor.sign_in(login)).status_code == 200
    async with visitor.desk() as socket:
        client = DeskClient(socket)
        await client.next("snapshot")
        assert (await visitor.http.post("/api/operator/ready")).json()["state"] in ("ready", "offered")
        yield client


async def sent_away(desk: DeskClient) -> None:
    """Reads on until the server closes."""
    with pytest.raises(ConnectionClosed):
        await desk.next("never")


async def test_a_call_from_the_ring_to_the_end_of_the_wrap_up(visitor: Page, queues: RedisQueues, house: House) -> None:
    async with ready_desk(visitor, "aigul") as desk:
        line = await Line(queues, "d1").waits(notes())
        pop = (await desk.next("pop"))["data"]
        assert (pop["call"], pop["phase"], pop["language"]) == ("d1", "ringing", "ru")
        assert pop["words"][0]["text"] == "древесная восемь нет отопления"
        assert pop["fields"]["house"] == {
            "value": "8",
            "ref": "",
            "confidence": 0.6,
            "source": "spoken",
            "words": "восемь",
            "at": None,
            "choices": [],
        }
        assert pop["ticket"] is None

        offer = await line.talks()
        while pop["phase"] != "talking":
            pop = (await desk.next("pop"))["data"]
        assert pop["offer"] == offer

        mended = await visitor.http.put("/api/calls/d1/fields", json={"house": "8", "flat": "40", "note": "second day"})
        assert mended.status_code == 200, mended.text
        assert mended.json()["fields"]["flat"] == {
            "value": "40",
            "ref": "",
            "confidence": 1.0,
            "source": "operator",
            "words": "",
            "at": None,
            "choices": [],
        }
        assert mended.json()["fields"]["house"]["source"] == "spoken", "what was let stand keeps its source"
        pop = (await desk.next("pop"))["data"]
        assert pop["note"] == "second day"

        body = {"street_id": 2, "house": "8", "flat": "40", "topic": "heating", "note": "second day"}
        first = await visitor.http.post("/api/calls/d1/ticket", json=body)
        assert first.status_code == 200, first.text
        ticket = first.json()
        assert (ticket["confirmed"], ticket["filed"]) == (True, True)
        assert (ticket["street"], ticket["operator"]) == ("Летняя", "aigul")
        assert ticket["provenance"]["street"] == "operator", "the caller's words named another street"
        assert ticket["provenance"]["topic"] == "spoken"
        again = await visitor.http.post("/api/calls/d1/ticket", json=body)
        assert again.json()["number"] == ticket["number"]
        pop = (await desk.next("pop"))["data"]
        assert pop["ticket"] == {"number": ticket["number"], "confirmed": True, "filed": True}
        read = (await visitor.http.get(f"/api/tickets/{ticket['number']}")).json()
        assert {name: read[name] for name in again.json()} == again.json(), "the register tells more, and nothing else"

        await queues.finish("d1", offer, wrap_up=60)
        await queues.end("d1", End.ANSWERED)
        while pop["phase"] != "wrap_up":
            pop = (await desk.next("pop"))["data"]
        assert (await visitor.http.post("/api/operator/wrap-up/done")).json()["state"] == "ready"
        assert (await desk.next("pop_gone"))["data"] == {"call": "d1", "why": "done"}
        seqs = [message["seq"] for message in desk.seen]
        assert seqs == sorted(seqs)
        assert seqs[0] == 1


async def test_what_an_operator_mends_stays_whatever_is_heard_at_the_same_moment(
    visitor: Page, queues: RedisQueues
) -> None:
    """P17: he writes while the recogniser does, and while the recording is switched on beside both."""
    async with ready_desk(visitor, "aigul"):
        line = await Line(queues, "d1").waits(notes())
        await line.talks()
        over = asyncio.Event()

        async def overhears() -> None:
            heard = 0
            while not over.is_set():
                heard += 1
                note = {"value": str(heard), "ref": "", "confidence": 0.99, "source": "spoken", "words": "", "at": 1.5}
                fields = {"house": note, "floor": note, "flat": note}
                said = {"question": "talk", "text": str(heard), "final": True, "who": "caller"}
                await rework(queues, "d1", 5, lambda kept: {"fields": {**kept["fields"], **fields}, "words": [said]})  # noqa: B023

        async def records() -> None:
            while not over.is_set():
                on = (await queues.notes("d1")).get("switched", 0)
                assert await rework(queues, "d1", 5, lambda kept: {"switched": kept.get("switched", 0) + 1})
                assert (await queues.notes("d1"))["switched"] > on

        async with asyncio.TaskGroup() as group:
            group.create_task(overhears())
            group.create_task(records())
            for house in ("45", "46", "45/2"):
                mended = await visitor.http.put("/api/calls/d1/fields", json={"house": house, "floor": "", "flat": "1"})
                assert mended.json()["fields"]["house"]["value"] == house
                assert "floor" not in mended.json()["fields"], "emptied by the operator"
            shown = mended.json()["fields"]
            over.set()
        body = {"street_id": 2, "house": "45/2", "flat": "1", "topic": "heating"}
        ticket = (await visitor.http.post("/api/calls/d1/ticket", json=body)).json()
        assert (ticket["house"], ticket["flat"], ticket["details"]) == ("45/2", "1", {})
        assert shown["flat"]["value"] == "1"
        late = {"value": "9", "ref": "", "confidence": 0.99, "source": "spoken", "words": "девять"}
        await rework(queues, "d1", 5, lambda kept: {"fields": dict.fromkeys(("house", "entrance", "topic"), late)})
        mended = await visitor.http.put("/api/calls/d1/fields", json={"note": "x"})
        fields = {name: field["value"] for name, field in mended.json()["fields"].items()}
        assert (fields["house"], fields["topic"]) == ("45/2", "heating"), "the ticket is confirmed as it stood"
        assert "entrance" not in fields


async def test_all_that_was_heard_is_shown_and_kept_with_the_ticket(visitor: Page, queues: RedisQueues) -> None:
    """What was said by whom and when, in doubt between which addresses; the further fields go into the ticket."""
    heard = notes()
    said = {"ref": "", "confidence": 0.9, "source": "spoken", "words": "", "at": 1_800_000_000.5}
    choices = [{"street": "Летняя", "street_ref": "2", "house": "8", "building": "1", "confidence": 0.7}]
    heard["fields"]["street"] |= {"choices": choices, "at": 1_800_000_000.0}
    told = {"entrance": "2", "landmark": "возле школы", "urgency": "gas,children", "duration": "P2D"}
    heard["fields"] |= {name: {**said, "value": value} for name, value in told.items()}
    heard["words"] += [
        {"question": "talk", "text": "какой подъезд", "final": True, "who": "operator", "at": 1_800_000_000.0},
        {"question": "talk", "text": "второй", "final": False, "who": "caller", "at": 1_800_000_001.0},
    ]
    async with ready_desk(visitor, "aigul") as desk:
        line = await Line(queues, "d1").waits(heard)
        pop = (await desk.next("pop"))["data"]
        assert pop["fields"]["street"]["choices"] == choices
        assert pop["fields"]["entrance"]["at"] == "2027-01-15T08:00:00.500000Z"
        assert [words["who"] for words in pop["words"]][-2:] == ["operator", "caller"]
        await line.talks()
        for wrong in ({"urgency": "noise"}, {"duration": "for ever"}, {"phone": "me"}):
            assert (await visitor.http.put("/api/calls/d1/fields", json=wrong)).status_code == 422
        await visitor.http.put("/api/calls/d1/fields", json={"urgency": "gas", "phone": "+7 700 999 01 11"})
        body = {"street_id": 2, "house": "8", "flat": "", "topic": "heating"}
        ticket = (await visitor.http.post("/api/calls/d1/ticket", json=body)).json()
        assert ticket["details"] == {**told, "urgency": "gas", "phone": "+7 700 999 01 11"}
        assert (ticket["provenance"]["entrance"], ticket["provenance"]["phone"]) == ("spoken", "operator")
        assert "второй" in ticket["words"]
        assert "подъезд" not in ticket["words"], "the operator's own words are not the citizen's"
        read = (await visitor.http.get(f"/api/tickets/{ticket['number']}")).json()
        assert read["details"]["landmark"] == "возле школы"


async def test_words_that_come_while_it_rings_are_shown(visitor: Page, queues: RedisQueues) -> None:
    async with ready_desk(visitor, "aigul") as desk:
        await Line(queues, "d2").waits(notes(words=[], fields={}))
        assert (await desk.next("pop"))["data"]["words"] == []
        await queues.note("d2", notes())
        assert (await desk.next("pop"))["data"]["fields"]["street"]["value"] == "Древесная"


async def test_the_pop_comes_to_the_ringing_operator_alone(visitor: Page, queues: RedisQueues, house: House) -> None:
    """P14: nobody else sees it; it goes when the call is another's, within 300 ms."""
    async with Page(base_of(house)) as other, ready_desk(visitor, "aigul") as first:
        line = await Line(queues, "d3").waits(notes())
        offer = (await first.next("pop"))["data"]["offer"]
        async with ready_desk(other, "bolat") as second:
            assert second.seen[0]["data"]["pop"] is None
            declined = time.monotonic()
            told = await visitor.http.post("/api/operator/decline", json={"call": "d3", "offer": offer})
            assert (told.json()["state"], told.json()["reason"]) == ("paused", "declined")
            assert (await first.next("pop_gone"))["data"] == {"call": "d3", "why": "taken_back"}
            assert (await second.next("pop"))["data"]["call"] == "d3"
            assert time.monotonic() - declined < 5, "0.3 s on an idle machine; benchmarks measure it"
            stale = await visitor.http.post("/api/operator/decline", json={"call": "d3", "offer": offer})
            assert (stale.status_code, stale.json()["code"]) == (403, "forbidden")
            refused = await visitor.http.put("/api/calls/d3/fields", json={"house": "1"})
            assert refused.json()["code"] == "forbidden"
            await line.talks()
            await visitor.http.post("/api/operator/ready")
            await first.next("operator")
            assert [message["type"] for message in first.seen].count("pop") == 1


async def test_the_caller_leaves_while_it_rings(visitor: Page, queues: RedisQueues) -> None:
    async with ready_desk(visitor, "aigul") as desk:
        await Line(queues, "d4").waits(notes())
        await desk.next("pop")
        await queues.end("d4", End.ABANDONED)
        assert (await desk.next("pop_gone"))["data"] == {"call": "d4", "why": "caller_left"}


async def test_a_reconnect_shows_the_pop_once(visitor: Page, queues: RedisQueues) -> None:
    """P14: after a lost connection the new snapshot holds the pop, and nothing repeats it."""
    async with ready_desk(visitor, "aigul") as desk:
        await Line(queues, "d5").waits(notes())
        await desk.next("pop")
        desk.socket.transport.abort()
        async with visitor.desk() as socket:
            back = DeskClient(socket)
            snapshot = (await back.next("snapshot"))["data"]
            assert snapshot["pop"]["call"] == "d5"
            assert snapshot["operator"]["state"] == "offered", "the offer outlives a blink of the connection"
            while back.pings < 2:
                await back.next("ping")
            assert [message["type"] for message in back.seen if message["type"] not in ("operator", "queues")] == [
                "snapshot"
            ]


async def test_a_second_sign_in_takes_the_desk_over(visitor: Page, house: House) -> None:
    async with ready_desk(visitor, "aigul") as desk, Page(base_of(house)) as other:
        assert (await other.sign_in("aigul")).status_code == 200
        await sent_away(desk)
        assert (desk.socket.close_code, desk.socket.close_reason) == (4001, "signed in elsewhere")
        assert (await visitor.http.get("/api/session")).json()["code"] == "not_signed_in"
        async with other.desk() as socket:
            assert (await DeskClient(socket).next("snapshot"))["data"]["operator"]["state"] == "ready"


async def test_a_sign_in_at_another_node_takes_the_desk_over_too(visitor: Page, node_settings: Settings) -> None:
    async with ready_desk(visitor, "aigul") as desk:
        settings = node_settings.model_copy(update={"node": "two"})
        async with living_in(settings) as second, Page(base_of(second)) as other:
            await other.sign_in("aigul")
            await sent_away(desk)
            assert desk.socket.close_code == 4001


async def test_signing_out_closes_the_desk(visitor: Page) -> None:
    async with ready_desk(visitor, "aigul") as desk:
        await visitor.http.delete("/api/session")
        await sent_away(desk)
        assert desk.socket.close_code == 4003


async def test_a_silent_desk_gets_no_calls(visitor: Page, queues: RedisQueues) -> None:
    """P22: a page that leaves the ping unanswered for 3 s is passed over; answering brings it back."""
    async with ready_desk(visitor, "aigul") as desk:

        async def passed_over() -> bool:
            await desk.next("ping", "operator", "queues", answer=False)
            return not (await queues.operator("aigul")).desk

        await until(passed_over)
        line = await Line(queues, "d6").waits(notes())
        assert (await queues.call(line.call)).state is CallState.WAITING
        while (await desk.next("ping", "pop", "queues", "operator"))["type"] != "pop":
            pass
        assert (await queues.call(line.call)).operator == "aigul"


async def test_a_page_that_talks_nonsense_is_sent_away(visitor: Page) -> None:
    async with ready_desk(visitor, "aigul") as desk:
        await desk.socket.send("{")
        await sent_away(desk)
        assert desk.socket.close_code == 1003


async def test_pause_with_a_reason_and_ready_again(visitor: Page, queues: RedisQueues) -> None:
    async with ready_desk(visitor, "aigul") as desk:
        paused = await visitor.http.post("/api/operator/pause", json={"reason": "lunch"})
        assert (paused.json()["state"], paused.json()["reason"]) == ("paused", "lunch")
        while (await desk.next("operator"))["data"]["reason"] != "lunch":
            pass
        wrong = await visitor.http.post("/api/operator/pause", json={"reason": "because"})
        assert (wrong.status_code, wrong.json()["code"]) == (422, "invalid")
        assert (await queues.operator("aigul")).state is OperatorState.PAUSED


async def test_no_talk_without_a_ticket(visitor: Page, queues: RedisQueues, house: House) -> None:
    """The operator confirms nothing: the ticket stands all the same, unconfirmed, and so does the history's row."""
    async with ready_desk(visitor, "aigul") as desk:
        line = await Line(queues, "d7").waits(notes())
        await desk.next("pop")
        offer = await line.talks()
        await queues.finish("d7", offer, wrap_up=60)
        while (pop := (await desk.next("pop"))["data"])["ticket"] is None:
            pass
        assert pop["ticket"]["confirmed"] is False
        ticket = (await visitor.http.get(f"/api/tickets/{pop['ticket']['number']}")).json()
        assert (ticket["street"], ticket["house"], ticket["topic"]) == ("Древесная", "8", "heating")
        assert ticket["confidence"]["house"] == pytest.approx(0.6)
        await queues.end("d7", End.ANSWERED)
        async with Register.open(house.settings.sql) as register:

            async def answered() -> bool:
                return (await register.history.counts(datetime.now(UTC) - timedelta(days=1))).get("answered") == 1

            await until(answered)
