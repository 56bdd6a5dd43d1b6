"""Managers' doors to what leaves the house and to persons' data; old data goes by rule, `kezek erase` at a wish."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from kezek_api.command_erase import erase_person
from kezek_api.erasing import erase, subject_of
from kezek_api.retention import Retention, RetentionRules
from kezek_api.rules import RulesError, read
from kezek_api.settings import Settings
from kezek_queue import ModelQueues
from kezek_register import CallRecord, NotFound, Register
from kezek_register.notice_types import Notice
from kezek_register.sql.notice_tables import WebhookEventRow
from kit.databases import draft, told
from kit.history_doors import history_doors

NOW = datetime.now(UTC)
PHONE = "+77009990109"


@pytest.fixture
async def manager(register: Register, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    async with history_doors(register, ModelQueues(), tmp_path) as client:
        yield client


async def looks(register: Register) -> list[tuple[str, str]]:
    found = await register.audit.list(NOW - timedelta(hours=1), NOW + timedelta(hours=1))
    return [(entry.what, entry.subject) for entry in reversed(found)]


async def test_notices_are_shown_and_one_is_sent_again(register: Register, manager: httpx.AsyncClient) -> None:
    await register.notices.add(*[Notice(f"k{n}", "outage:1", "restored", "sms", PHONE, "ru") for n in range(3)])
    await register.notices.claim("dead", ("sms",), 1)
    await register.notices.unclear("dead")
    first = await manager.get("/api/notices", params={"limit": 2})
    assert [one["key"] for one in first.json()["notices"]] == ["k2", "k1"]
    rest = await manager.get("/api/notices", params={"limit": 2, "after": first.json()["next"]})
    assert ([one["key"] for one in rest.json()["notices"]], rest.json()["next"]) == (["k0"], "")
    assert 'rel="next"' in first.headers["link"]

    (unclear,) = (await manager.get("/api/notices", params={"state": "unclear"})).json()["notices"]
    assert unclear["key"] == "k0"
    again = await manager.post("/api/notices/again", json={"key": "k0"})
    assert (again.status_code, again.json()["state"]) == (200, "pending")
    assert (await manager.post("/api/notices/again", json={"key": "k0"})).json()["code"] == "conflict"
    assert (await manager.post("/api/notices/again", json={"key": "none"})).status_code == 404
    assert (await manager.get("/api/notices", params={"after": "none"})).json()["code"] == "bad_cursor"
    assert await looks(register) == [
        ("notices", ""),
        ("notices", "unclear"),
        ("notice_again", "outage:1"),
    ]


async def test_webhooks_by_their_doors(register: Register, manager: httpx.AsyncClient) -> None:
    made = await manager.post("/api/webhooks", json={"url": "https://city.example/hook", "events": ["ticket.*"]})
    assert made.status_code == 201
    id, secret = made.json()["webhook"]["id"], made.json()["secret"]
    assert secret.startswith("whsec_")
    listed = await manager.get("/api/webhooks")
    assert secret not in listed.text
    assert listed.json()["webhooks"][0]["active"] is True
    sent = await manager.post(f"/api/webhooks/{id}/test")
    (delivery,) = (await manager.get(f"/api/webhooks/{id}/deliveries")).json()["deliveries"]
    assert (delivery["id"], delivery["event"], delivery["state"]) == (sent.json()["id"], "webhook.test", "pending")
    await manager.post(f"/api/webhooks/{id}/test")
    pages = [await manager.get(f"/api/webhooks/{id}/deliveries", params={"limit": 1})]
    pages.append(await manager.get(pages[0].headers["link"].partition(">")[0][1:]))
    assert [len(page.json()["deliveries"]) for page in pages] == [1, 1]
    assert (pages[1].json()["deliveries"], pages[1].json()["next"]) == ([delivery], "")
    assert (await manager.put(f"/api/webhooks/{id}", json={"active": False})).json()["active"] is False
    assert (await manager.delete(f"/api/webhooks/{id}")).status_code == 204
    assert (await manager.get(f"/api/webhooks/{id}/deliveries")).status_code == 404
    assert [what for what, _ in await looks(register)] == ["webhook_added", "webhook_off", "webhook_removed"]


@pytest.mark.parametrize(
    "body",
    [
        {"url": "ftp://city.example/"},
        {"url": "https://user:password@city.example/"},
        {"url": "https://city.example/", "events": ["everything"]},
        {"url": "https://city.example/", "secret": "short"},
    ],
)
async def test_a_webhook_that_is_none(manager: httpx.AsyncClient, body: dict[str, object]) -> None:
    assert (await manager.post("/api/webhooks", json=body)).status_code == 422


async def test_the_audit_is_read_page_by_page(register: Register, manager: httpx.AsyncClient) -> None:
    for n in range(5):
        await register.audit.write("aigul", "ticket", f"26-{n}", NOW - timedelta(minutes=n // 2))
    await register.audit.write("saule", "photo", "26-9", NOW - timedelta(minutes=9))
    asked = {"limit": "2", "login": "aigul", "until": NOW.isoformat()}
    seen, after = [], ""
    while True:
        told = await manager.get("/api/audit", params={**asked, "after": after})
        seen += [entry["subject"] for entry in told.json()["entries"]]
        if not (after := told.json()["next"]):
            break
        assert 'rel="next"' in told.headers["link"]
    assert seen == ["26-3", "26-2", "26-4"], "until is no part of it"
    one = await manager.get("/api/audit", params={"what": "photo"})
    assert [entry["login"] for entry in one.json()["entries"]] == ["saule"]
    assert (await manager.get("/api/audit", params={"after": "none"})).json()["code"] == "bad_cursor"


async def test_a_person_is_erased_with_his_recordings(
    register: Register, manager: httpx.AsyncClient, tmp_path: Path
) -> None:
    file = tmp_path / "2026" / "c1.wav"
    file.parent.mkdir()
    file.write_bytes(b"sound")
    await register.history.save(CallRecord("c1", PHONE, "109", "", "", "", "", NOW, None, None, None, ""))
    await register.recordings.begin("c1", "2026/c1", NOW, NOW + timedelta(days=1))
    await register.tickets.ensure(draft(caller=PHONE))
    done = await manager.post("/api/persons/erasure", json={"phone": "8 700 999 01 09"})
    assert done.json() == {
        "tickets": 1, "calls": 1, "households": 0, "notices": 0, "outages": 0, "recordings": 1, "photos": 0,
    }  # fmt: skip
    assert not file.exists()
    assert await register.recordings.of("c1") is None
    ((what, subject),) = await looks(register)
    assert what == "erased"
    assert subject.startswith("person:")
    assert not set(subject) & {"+"}
    assert PHONE[1:] not in subject
    assert (await manager.post("/api/persons/erasure", json={"phone": "nobody"})).json()["code"] == "bad_number"

    seen = (await manager.get("/api/audit")).json()["entries"]
    assert [entry["what"] for entry in seen] == ["erased"]
    assert [what for what, _ in await looks(register)] == ["erased", "audit"]


async def test_the_audit_says_it_of_one_number_in_every_spelling(register: Register, tmp_path: Path) -> None:
    assert subject_of("8 700 999 01 09", b"k") == subject_of(PHONE, b"k") != subject_of(PHONE, b"other")
    await erase(register, tmp_path, tmp_path, "101", who="boss", key=b"k")
    assert await looks(register) == [("erased", subject_of("101", b"k"))]


async def test_kezek_erase(
    register: Register, register_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ticket = await register.tickets.ensure(draft(caller=PHONE))
    settings = Settings.load(tmp_path, site="109", node="one", sql_url=register_url, secret_key="for tests alone")
    assert await erase_person(settings, "+7 700 999-01-09", sure=True, as_json=True) == 0
    assert json.loads(capsys.readouterr().out)["tickets"] == 1
    assert (await register.tickets.get(ticket.number)).caller == ""
    assert await erase_person(settings, "nobody", sure=True, as_json=False) == 1
    assert "number" in capsys.readouterr().out


async def test_retention_runs_until_nothing_old_is_left(register: Register, register_url: str) -> None:
    old = NOW - timedelta(days=1100)
    for n in range(3):
        await register.history.save(CallRecord(f"o{n}", PHONE, "109", "", "", "", "", old, None, None, None, ""))
    await register.history.save(CallRecord("new", PHONE, "109", "", "", "", "", NOW, None, None, None, ""))
    async with register._database.writing() as session:
        session.add_all(WebhookEventRow(event="a.b", at=old, body={}) for _ in range(1_200))
    retention = Retention(register, RetentionRules())
    assert await retention.purge() == 3
    assert await retention.purge() == 0
    assert await told(register_url, "SELECT call, caller FROM calls ORDER BY call") == [
        ("new", PHONE), ("o0", ""), ("o1", ""), ("o2", ""),
    ]  # fmt: skip
    assert await told(register_url, "SELECT count(*) FROM webhook_events") == [(0,)]
    forever = RetentionRules(calls_days=0, tickets_days=0, notices_days=0, events_days=0)
    assert await Retention(register, forever).purge() == 0
    with pytest.raises(NotFound):
        await register.notices.get("none")


def test_a_wrong_rule_is_said_at_the_start() -> None:
    with pytest.raises(RulesError, match="retention"):
        read({"retention": {"calls_days": -1}}, ("hotline",))
