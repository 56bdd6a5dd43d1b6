"""The manager's lists: abandoned callers, callbacks, calls with their legs; each look is audited. On both dialects."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from kezek_queue import CallState, End, ModelQueues, QueueRules
from kezek_register import AuditEntry, CallRecord, Leg, OperatorTime, Pieces, Register
from kit.history_doors import history_doors

NOW = datetime.now(UTC).replace(microsecond=0)
LOST = CallRecord(
    "a1", "+77009990109", "109", "kk", "main", "", "abandoned", NOW - timedelta(minutes=30),
    NOW - timedelta(minutes=29), None, NOW - timedelta(minutes=28), "", waited_s=60.04,
)  # fmt: skip


def minutes(ago: float) -> datetime:
    return NOW - timedelta(minutes=ago)


@pytest.fixture
def queues() -> ModelQueues:
    """A line of its own, in memory."""
    return ModelQueues()


@pytest.fixture
async def manager(register: Register, queues: ModelQueues, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    async with history_doors(register, queues, tmp_path) as client:
        yield client


async def audit(register: Register) -> list[AuditEntry]:
    return await register.audit.list(minutes(60), NOW + timedelta(hours=1))


async def test_who_was_abandoned_is_called_back_once(
    manager: httpx.AsyncClient, register: Register, queues: ModelQueues
) -> None:
    """P13, P8: the list, a callback at the old place; ordered again it is the same one."""
    await register.history.save(LOST)
    (row,) = (await manager.get("/api/abandoned")).json()["abandoned"]
    assert row == {
        "call": "a1", "caller": "+77009990109", "language": "kk", "queue": "main",
        "since": LOST.since.isoformat().replace("+00:00", "Z"), "waited_s": 60.0, "end": "abandoned",
        "reached_at": None, "reached_by": "", "callback": "",
    }  # fmt: skip
    made = (await manager.post("/api/abandoned/a1/callback")).json()
    again = (await manager.post("/api/abandoned/a1/callback")).json()
    assert made == again
    assert (made["call"], made["of"], made["caller"], made["queue"]) == ("cb-a1", "a1", "+77009990109", "main")
    assert (made["state"], made["position"], made["attempts"], made["operator"]) == ("waiting", 1, 0, "")
    assert made["place_since"] == row["since"]
    assert len((await queues.snapshot()).waiting) == 1
    assert [(entry.login, entry.what, entry.subject) for entry in await audit(register)] == [
        ("dana", "callback_ordered", "a1"), ("dana", "callback_ordered", "a1"), ("dana", "abandoned", "/"),
    ]  # fmt: skip


async def test_whom_one_cannot_call_back(manager: httpx.AsyncClient, register: Register) -> None:
    answered = CallRecord("b", "+77009990110", "109", "", "", "", "answered", NOW, None, None, NOW, "")
    hidden = CallRecord("c", "", "109", "", "", "", "cut", NOW, None, None, NOW, "")
    await register.history.write(Pieces(calls=[answered, hidden]))
    for call, status, code in (("b", 409, "not_allowed"), ("c", 409, "not_allowed"), ("none", 404, "not_found")):
        told = await manager.post(f"/api/abandoned/{call}/callback")
        assert (told.status_code, told.json()["code"]) == (status, code)
        assert "+7700" not in told.text


async def test_one_cut_before_the_line_comes_into_its_numbers_queue(
    manager: httpx.AsyncClient, register: Register
) -> None:
    cut = CallRecord("d", "+77009990111", "109", "", "", "", "cut", minutes(9), None, None, minutes(8), "")
    await register.history.save(cut)
    assert (await manager.post("/api/abandoned/d/callback")).json()["queue"] == "main"


async def test_pending_callbacks_in_the_order_of_the_line(
    manager: httpx.AsyncClient, register: Register, queues: ModelQueues
) -> None:
    """P12: those in the line first, then who is spoken to, and who is tried again later."""
    await queues.configure("main", QueueRules(callback_share=1.0))
    await queues.phones({"201", "202"})
    for login, phone in (("aigul", "201"), ("bolat", "202")):
        await queues.sign_in(login, phone=phone, queues=["main"], desk=False)
    for n in range(4):
        made = await queues.callback(f"o{n}", caller=f"+7700999011{n}", queue="main")
        # the history's reader has seen it arrive
        await register.history.save(
            CallRecord(made.call, made.caller, "", "", "main", "", "", NOW, None, None, None, "", kind="callback")
        )
    await queues.ready("aigul")
    talks = await queues.call("cb-o0")
    await queues.accept(talks.call, talks.offer)
    await queues.connect(talks.call, talks.offer)
    await queues.ready("bolat")
    later = await queues.call("cb-o1")
    await queues.postpone(later.call, later.offer, "no_answer")
    await queues.pause("bolat", "break")  # the next one is back in the line

    told = (await manager.get("/api/callbacks")).json()["callbacks"]
    assert [one["state"] for one in told] == ["waiting", "waiting", "talking", "later"]
    assert [one["position"] for one in told] == [1, 2, 0, 0]
    assert (told[2]["call"], told[2]["operator"]) == ("cb-o0", "aigul")
    assert (told[3]["call"], told[3]["attempts"], told[3]["until"] is not None) == (later.call, 1, True)

    assert (await manager.delete(f"/api/callbacks/{later.call}")).status_code == 204
    assert (await manager.delete(f"/api/callbacks/{later.call}")).status_code == 204, "again is no error"
    assert (await queues.call(later.call)).end == End.ABANDONED
    assert (await manager.delete(f"/api/callbacks/{talks.call}")).status_code == 204
    assert (await queues.call(talks.call)).state is CallState.TALKING, "a talk goes on"
    left = (await manager.get("/api/callbacks")).json()["callbacks"]
    assert [one["state"] for one in left] == ["waiting", "waiting", "talking"]
    looks = [entry.what for entry in await audit(register)]
    assert sorted(looks) == ["callback_cancelled", "callbacks"], "a list renewed is one look"


async def test_only_callbacks_are_taken_back(manager: httpx.AsyncClient, queues: ModelQueues) -> None:
    await queues.arrive("plain", caller="+77009990109", dialled="109", since=0, node="one")
    assert (await manager.delete("/api/callbacks/plain")).status_code == 404
    assert (await manager.delete("/api/callbacks/none")).status_code == 404
    assert (await queues.call("plain")).end == ""


async def test_calls_with_their_legs(manager: httpx.AsyncClient, register: Register) -> None:
    """P5: a transferred call is one row with two legs."""
    call = CallRecord(
        "x1", "+77009990109", "109", "kk", "main", "bolat", "answered", minutes(20), minutes(20), minutes(19),
        minutes(10), "26-000001-9", priority=3, waited_s=60.0, recording="2026/11/20/x1",
    )  # fmt: skip
    legs = [
        Leg("x1", 7, "aigul", "main", minutes(19), minutes(15), 240.0, 0.0, 0.0, "transferred"),
        Leg("x1", 8, "bolat", "second", minutes(14), minutes(10), 200.04, 40.0, 0.0, "finished"),
    ]
    times = [
        OperatorTime("bolat", "wrap_up", "", minutes(10), None),
        OperatorTime("bolat", "ready", "", minutes(9), None),
    ]
    pieces = Pieces(calls=[LOST, call], legs=legs, times=[(time, "") for time in times])
    await register.history.write(pieces)
    first, second = (await manager.get("/api/calls")).json()["calls"]
    assert (first["call"], first["recording"], first["end"], first["priority"]) == ("x1", True, "answered", 3)
    assert [(leg["operator"], leg["talk_s"], leg["hold_s"], leg["wrap_up_s"], leg["how"]) for leg in first["legs"]] == [
        ("aigul", 240.0, 0.0, 0.0, "transferred"), ("bolat", 200.0, 40.0, 60.0, "finished"),
    ]  # fmt: skip
    assert (second["call"], second["legs"], second["recording"]) == ("a1", [], False)
    some = await manager.get("/api/calls", params={"since": minutes(25).isoformat(), "limit": 1})
    assert [row["call"] for row in some.json()["calls"]] == ["x1"]
    assert len(await audit(register)) == 2, "two looks at two periods"


async def test_the_doors_are_for_managers_and_for_periods(manager: httpx.AsyncClient, register: Register) -> None:
    wrong = {"since": NOW.isoformat(), "until": minutes(5).isoformat()}
    assert (await manager.get("/api/abandoned", params=wrong)).json()["code"] == "invalid"
    for since in ("yesterday", "0001-01-01T00:00:00+14:00", "2026-11-20T09:00:00"):
        assert (await manager.get("/api/calls", params={"since": since})).status_code == 422
    for login, status in (("aigul", 403), ("nobody", 401)):
        cookies = {"Cookie": f"kezek_session={login}"}
        manager.cookies.clear()
        for path in ("/api/calls", "/api/abandoned", "/api/callbacks", "/api/recordings/a1"):
            assert (await manager.get(path, headers=cookies)).status_code == status
        assert (await manager.post("/api/abandoned/a1/callback", headers=cookies)).status_code == status
        assert (await manager.delete("/api/callbacks/cb-a1", headers=cookies)).status_code == status
    assert await audit(register) == []
