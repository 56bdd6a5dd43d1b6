"""Whoever changes a citizen's data is written down: every door that changes something leaves a row in the audit, or is
named here as one that touches nobody's."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx

from kezek_api.app import build
from kezek_api.house import House
from kezek_api.noted import Noted
from kezek_queue import RedisQueues
from kezek_register import Register
from kezek_register.notice_types import Notice
from kezek_register.types import AuditEntry
from kit.api import Line, Page, notes, until
from kit.api_roles import _routes
from kit.pictures import PLAIN_JPEG
from kit.register_doors import Town, assigned_to, settle

# the line and who stands in it, the town's own organisations and rules, facts of outages, one's own session
IMPERSONAL = {
    "POST /api/session", "DELETE /api/session", "POST /api/operators/{login}/sign-out", "POST /api/operator/ready",
    "POST /api/operator/pause", "POST /api/operator/decline", "POST /api/operator/wrap-up/extend",
    "POST /api/operator/wrap-up/done", "POST /api/operator/queues", "POST /api/calls/{call}/hold",
    "POST /api/calls/{call}/resume", "POST /api/calls/{call}/transfer", "POST /api/calls/{call}/consult",
    "POST /api/calls/{call}/consult/join", "POST /api/calls/{call}/consult/complete",
    "POST /api/calls/{call}/consult/cancel", "DELETE /api/supervision", "POST /api/organisations",
    "PUT /api/organisations/{code}", "POST /api/duties", "PUT /api/duties/{id}", "DELETE /api/duties/{id}",
    "POST /api/outages", "PUT /api/outages/{id}", "POST /api/outages/{id}/expected", "POST /api/outages/{id}/steps",
    "POST /api/outages/{id}/close", "POST /api/outages/{id}/cancel", "POST /api/webhooks/{id}/test",
    # what is suspected, the ladder, what everybody hears, the ends of outages
    "DELETE /api/bulletins/{id}/sound", "POST /api/bulletins", "POST /api/bulletins/{id}/publish",
    "POST /api/bulletins/{id}/stop", "POST /api/outages/{id}/additions/{addition}/handled",
    "POST /api/outages/{id}/call_out", "POST /api/outages/{id}/life_safety", "POST /api/outages/{id}/reopen",
    "POST /api/outages/{id}/restore", "POST /api/suspicions/{id}/confirm", "POST /api/suspicions/{id}/dismiss",
    "POST /api/suspicions/{id}/extend", "POST /api/suspicions/{id}/word", "POST /api/outages/{id}/word",
    "POST /api/executor/suspicions/{id}/word", "POST /api/executor/outages/{id}/word", "PUT /api/bulletins/{id}",
    "PUT /api/bulletins/{id}/sound", "PUT /api/ladder",
    "POST /api/outages/map", "POST /api/outages/concerned",  # looks, and test_api_looks.py has those
}  # fmt: skip
ELSEWHERE = {
    "PUT /api/calls/{call}/fields": "below",
    "POST /api/calls/{call}/ticket": "below",
    "POST /api/calls/{call}/recording": "below",
    "POST /api/supervision": "test_whole_supervision.py",
    "POST /api/abandoned/{call}/callback": "test_api_callbacks.py",
    "DELETE /api/callbacks/{call}": "test_api_callbacks.py",
    "POST /api/persons/erasure": "test_api_governance.py",
    "POST /open311/v2/requests.{form}": "test_api_open311.py",
}
ANY = {"If-Match": "*"}


async def changes(register: Register, town: Town, at: Callable[[str], Awaitable[httpx.AsyncClient]]) -> dict[str, Any]:
    """'verb path' -> (what the audit says, how it is done)."""
    number, other = await assigned_to(town, "waterworks"), await assigned_to(town, "")
    operator, chief, boss, plumber = [await at(login) for login in ("aigul", "saule", "dana", "erlan")]
    outage = (await chief.post("/api/outages", json=an_outage(town))).json()["id"]
    tie = {"phone": "+77009990155", "tell": True}
    assert (await operator.post(f"/api/outages/{outage}/ties", json=tie)).status_code == 201
    party = (await operator.get(f"/api/outages/{outage}/ties")).json()["ties"][0]["party"]
    emergency = {"call": "c9", "service": "gas", "how": "operator", "context": "Leaks"}
    ours = (await operator.post("/api/emergencies", json=emergency)).json()["id"]
    hook = (await boss.post("/api/webhooks", json={"url": "https://city.example/hook"})).json()["webhook"]["id"]
    await register.notices.add(a_notice())
    await register.notices.drop("ticket:x", "test")
    ticket, own = f"/api/tickets/{number}", f"/api/executor/tickets/{number}"
    picture: dict[str, Any] = {"content": PLAIN_JPEG, "headers": {"Content-Type": "image/jpeg"}}
    return {
        "POST /api/tickets": ("ticket_made", lambda: operator.post("/api/tickets", json={"topic": "heating"})),
        "PATCH /api/tickets/{number}": (
            "ticket_edit", lambda: operator.patch(ticket, json={"flat": "13"}, headers=ANY)),
        "POST /api/tickets/{number}/moves": (
            "ticket_move", lambda: chief.post(f"{ticket}/moves", json={"move": "accept"}, headers=ANY)),
        "POST /api/tickets/{number}/notes": (
            "ticket_note", lambda: operator.post(f"{ticket}/notes", json={"text": "Rang"})),
        "POST /api/tickets/{number}/links": (
            "ticket_link", lambda: operator.post(f"{ticket}/links", json={"number": other, "how": "related"})),
        "PUT /api/tickets/{number}/outage": (
            "ticket_tie", lambda: operator.put(f"{ticket}/outage", json={"outage_id": outage})),
        "POST /api/tickets/{number}/photos": ("photo_added", lambda: operator.post(f"{ticket}/photos", **picture)),
        "POST /api/executor/tickets/{number}/moves": (
            "ticket_move", lambda: plumber.post(f"{own}/moves", json={"move": "report", "why": "Done"}, headers=ANY)),
        "POST /api/executor/tickets/{number}/notes": (
            "ticket_note", lambda: plumber.post(f"{own}/notes", json={"text": "Nobody at home"})),
        "POST /api/executor/tickets/{number}/photos": ("photo_added", lambda: plumber.post(f"{own}/photos", **picture)),
        "POST /api/outages/{id}/ties": (
            "outage_tie", lambda: operator.post(f"/api/outages/{outage}/ties", json={"phone": "+77009990166"})),
        "POST /api/outages/{id}/answered": (
            "outage_answered",
            lambda: closed(chief, operator, outage, party)),
        "POST /api/emergencies": (
            "emergency_handed", lambda: operator.post("/api/emergencies", json={**emergency, "call": "c8"})),
        "POST /api/emergencies/{id}/outcome": (
            "emergency_outcome", lambda: operator.post(f"/api/emergencies/{ours}/outcome", json={"text": "All well"})),
        "POST /api/notices/again": ("notice_again", lambda: boss.post("/api/notices/again", json={"key": "k"})),
        "POST /api/webhooks": (
            "webhook_added", lambda: boss.post("/api/webhooks", json={"url": "https://city.example/other"})),
        "PUT /api/webhooks/{id}": ("webhook_off", lambda: boss.put(f"/api/webhooks/{hook}", json={"active": False})),
        "DELETE /api/webhooks/{id}": ("webhook_removed", lambda: boss.delete(f"/api/webhooks/{hook}")),
    }  # fmt: skip


async def test_every_change_of_a_citizens_data_is_audited(register: Register, tmp_path: Path) -> None:
    town = await settle(register, tmp_path / "photos")
    async with AsyncExitStack() as stack:

        async def at(login: str) -> httpx.AsyncClient:
            return await stack.enter_async_context(town.at_the_door(login))

        walked = await changes(register, town, at)
        assert walked.keys() | IMPERSONAL | ELSEWHERE.keys() == changing(), "send it here, or say why it needs no row"
        for route, (what, send) in walked.items():
            before = await rows(register)
            told = await send()
            assert told.is_success, (route, told.text)
            new = [one for one in await rows(register) if one not in before]
            assert [one.what for one in new] == [what], route
            assert new[0].login in ("aigul", "saule", "dana", "erlan"), route
            assert "+7" not in new[0].subject, route


def changing() -> set[str]:
    doors: Any = SimpleNamespace(settings=SimpleNamespace(origins=()))
    verbs = {"POST", "PUT", "PATCH", "DELETE"}
    routes = list(_routes(build(doors).routes))
    return {f"{verb} {route.path}" for route in routes for verb in verbs & set(route.methods or ())}


async def rows(register: Register) -> list[AuditEntry]:
    now = datetime.now(UTC)
    return await register.audit.list(now - timedelta(hours=1), now + timedelta(hours=1))


async def closed(chief: httpx.AsyncClient, operator: httpx.AsyncClient, outage: int, party: str) -> httpx.Response:
    assert (await chief.post(f"/api/outages/{outage}/close", json={})).is_success
    told = {"party": party, "restored": "yes"}
    return await operator.post(f"/api/outages/{outage}/answered", json=told)


def a_notice() -> Notice:
    return Notice("k", "ticket:x", "state", "sms", "+77009990111", "ru")


def an_outage(town: Town) -> dict[str, Any]:
    begun = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
    return {"topic": "heating", "areas": [{"scope": "street", "street_id": town.street_id}], "starts_at": begun}


async def test_what_an_operator_changes_in_a_call_is_audited_after_the_fact(
    house: House, visitor: Page, queues: RedisQueues
) -> None:
    """Noted with the change itself, without SQL; the books write it, once."""
    await visitor.sign_in("aigul")
    await queues.sign_in("aigul", phone="201", queues=["hotline"], desk=False)
    await queues.ready("aigul")
    await (await Line(queues, "a1").waits({**notes(), "recording": "off"})).talks()
    assert (await visitor.http.put("/api/calls/a1/fields", json={"flat": "12"})).status_code == 200
    assert (await visitor.http.post("/api/calls/a1/recording", json={"on": True})).status_code == 204
    assert (await visitor.http.post("/api/calls/a1/ticket", json={"topic": "heating"})).status_code == 200
    async with Register.open(house.settings.sql) as register:

        async def said() -> list[tuple[str, str, str]]:
            return sorted((one.login, one.what, one.subject) for one in await rows(register) if one.subject == "a1")

        await until(lambda: three(said))
        await Noted(house.files, register).settle()
        whats = ("call_fields", "call_ticket", "recording_on")
        assert await said() == [("aigul", what, "a1") for what in whats]


async def three(said: Callable[[], Awaitable[list[Any]]]) -> bool:
    return len(await said()) >= 3


async def test_an_entry_that_two_books_bring_stands_once(register: Register) -> None:
    one = AuditEntry("aigul", "call_fields", "c1", datetime.now(UTC))
    await register.audit.write_once([one, AuditEntry("aigul", "call_fields", "c2", one.at)])
    await register.audit.write_once([one])
    assert sorted(each.subject for each in await rows(register)) == ["c1", "c2"]
