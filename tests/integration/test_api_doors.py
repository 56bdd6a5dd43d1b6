"""Who may enter, by which door, and what is said to the others."""

from __future__ import annotations

from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from kezek_api.settings import Settings
from kezek_queue import OperatorState, RedisQueues
from kit.api import House, Line, Page, base_of, living_in, until
from kit.valkey import Valkey


async def test_sign_in_and_out(visitor: Page, queues: RedisQueues) -> None:
    told = await visitor.sign_in("aigul")
    assert told.status_code == 200, told.text
    assert told.json()["staff"] == {
        "login": "aigul",
        "name": "Айгүл",
        "role": "operator",
        "phone": "201",
        "language": "ru",
        "queues": ["hotline"],
        "second_line": False,
    }
    cookie = told.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert (await visitor.http.get("/api/session")).json() == told.json()
    assert (await queues.operator("aigul")).state is OperatorState.PAUSED

    assert (await visitor.http.delete("/api/session")).status_code == 204
    gone = await visitor.http.get("/api/session")
    assert (gone.status_code, gone.json()["code"]) == (401, "not_signed_in")
    assert gone.headers["content-type"] == "application/problem+json"
    assert (await queues.operator("aigul")).state is OperatorState.AWAY


async def test_a_stolen_copy_of_redis_opens_no_session(visitor: Page, house: House) -> None:
    await visitor.sign_in("aigul")
    token = visitor.http.cookies["kezek_session"]
    keys = [key.decode() async for key in house.redis.scan_iter(match=f"*{house.settings.site}*", count=1000)]
    sessions = [key for key in keys if ":session:" in key]
    assert len(sessions) == 1
    assert token not in sessions[0]
    visitor.http.cookies.set("kezek_session", sessions[0].rpartition(":")[2])
    visitor.http.cookies.delete("kezek_session", domain="127.0.0.1")
    assert (await visitor.http.get("/api/session")).status_code == 401


async def test_a_wrong_password_and_an_unknown_login_look_the_same_and_are_throttled(visitor: Page) -> None:
    wrong = await visitor.sign_in("aigul", "wrong")
    unknown = await visitor.sign_in("nobody", "wrong")
    assert wrong.status_code == unknown.status_code == 401
    assert wrong.json() == unknown.json()
    assert wrong.json()["code"] == "wrong_password"
    for _ in range(4):
        assert (await visitor.sign_in("aigul", "wrong")).status_code == 401
    refused = await visitor.sign_in("aigul")
    assert (refused.status_code, refused.json()["code"]) == (429, "too_many_attempts")
    assert int(refused.headers["retry-after"]) > 0
    assert (await visitor.sign_in("bolat")).status_code == 200, "another one's typing errors are not his"


async def test_roles(visitor: Page, house: House) -> None:
    await visitor.sign_in("aigul")
    assert (await visitor.http.get("/api/wallboard")).json()["code"] == "forbidden"
    assert (await visitor.http.get("/api/wallboard/events")).status_code == 403
    async with Page(base_of(house)) as manager:
        await manager.sign_in("dana")
        assert (await manager.http.get("/api/wallboard")).status_code == 200
        assert (await manager.http.post("/api/operator/ready")).json()["code"] == "forbidden"


async def test_another_sites_page_changes_nothing(visitor: Page) -> None:
    await visitor.sign_in("aigul")
    for origin in ("http://evil.example", "null", "http://127.0.0.1.evil.example"):
        told = await visitor.http.post("/api/operator/ready", headers={"Origin": origin})
        assert (told.status_code, told.json()["code"]) == (403, "wrong_origin")
    cookie = f"kezek_session={visitor.http.cookies['kezek_session']}"
    with pytest.raises(InvalidStatus) as refused:
        async with visitor.desk(Origin="http://evil.example", Cookie=cookie):
            pass
    assert refused.value.response.status_code == 403
    assert (await visitor.http.post("/api/operator/ready")).status_code == 200


async def test_only_signed_in_operators_get_a_desk(visitor: Page, house: House) -> None:
    async with visitor.desk() as socket:
        with pytest.raises(ConnectionClosed):
            await socket.recv()
        assert socket.close_code == 4003
    async with Page(base_of(house)) as manager:
        await manager.sign_in("dana")
        async with manager.desk() as socket:
            with pytest.raises(ConnectionClosed):
                await socket.recv()
            assert socket.close_code == 4003


async def test_health_names_the_part_that_is_missing(visitor: Page) -> None:
    async def checked() -> bool:
        parts = (await visitor.http.get("/health")).json()["parts"]
        return bool(parts["sql"]["ok"] and parts["books"]["ok"] and "notifier" in parts)  # which begins after SQL

    await until(checked)
    told = await visitor.http.get("/health")
    health = told.json()
    assert (told.status_code, health["status"]) == (503, "down"), "there is no Asterisk"
    assert {name: part["ok"] for name, part in health["parts"].items()} == {
        "asterisk": False,
        "redis": True,
        "sql": True,
        "books": True,
        "mqtt": True,
        "speech": True,
        "notifier": True,
    }


async def test_health_is_well_when_the_vital_parts_are(visitor: Page, house: House) -> None:
    for part in ("redis", "sql", "books"):
        await until(lambda part=part: house.health.parts[part].ok)
    house.health.mark("asterisk", True)
    view = house.health.view()
    assert view.status == "ok"
    house.health.mark("asterisk", True)
    house.health.mark("speech", False, "no model")
    assert house.health.view().status == "degraded"


async def test_metrics_tell_the_line_and_the_parts(visitor: Page, queues: RedisQueues) -> None:
    await Line(queues, "m1").waits()

    async def shown() -> str:
        text = (await visitor.http.get("/metrics")).text
        return text if 'kezek_queue_waiting{queue="hotline"} 1.0' in text else ""

    text = await until(shown)
    assert 'kezek_part_up{part="redis"} 1.0' in text
    assert 'kezek_calls_ended_total{end="abandoned"} 0.0' in text
    assert 'kezek_line_events_total{event="placed"}' in text
    assert 'kezek_ami_up{exchange=""} 0.0' in text
    assert 'kezek_calls{exchange="",where="ours"} 0.0' in text
    assert "kezek_tickets_unwritten 0.0" in text
    assert 'kezek_part_lost_total{part="redis"} 0.0' in text


async def test_what_is_no_door_is_a_problem_and_the_reference_needs_no_internet(visitor: Page) -> None:
    lost = await visitor.http.get("/api/nothing")
    assert (lost.status_code, lost.json()["code"]) == (404, "not_found")
    broken = await visitor.http.post("/api/session", content=b"{", headers={"content-type": "application/json"})
    assert (broken.status_code, broken.json()["code"]) == (400, "bad_request")
    large = await visitor.http.post("/api/session", content=b"x" * 100_000)
    assert (large.status_code, large.json()["code"]) == (413, "too_large")
    docs = (await visitor.http.get("/api/docs")).text
    assert "/api/operator/wrap-up/done" in docs
    assert "https://" not in docs
    assert "frame-ancestors 'none'" in lost.headers["content-security-policy"]


async def test_reading_the_register(visitor: Page) -> None:
    assert (await visitor.http.get("/api/topics")).status_code == 401
    await visitor.sign_in("aigul")
    streets = (await visitor.http.get("/api/streets", params={"q": "летн"})).json()["streets"]
    assert streets[0]["name"] == "Летняя"
    houses = (await visitor.http.get(f"/api/streets/{streets[0]['id']}/houses")).json()["houses"]
    assert "8" in houses
    assert (await visitor.http.get("/api/streets/4040/houses")).json()["code"] == "not_found"
    topics = (await visitor.http.get("/api/topics")).json()["topics"]
    assert {"kk", "ru", "uk", "en", "ko"} <= topics[0]["names"].keys()
    begun = {one["code"]: (one["kind"], one["parent"]) for one in topics}
    assert begun["hot_water"] == ("incident", "water"), "what its parents say is filled in, its place in the tree stays"
    bad = await visitor.http.get("/api/tickets/26-000001-0")
    assert bad.status_code in (404, 422)
    assert (await visitor.http.get("/api/tickets/hello")).json()["code"] == "bad_number"
    assert (await visitor.http.get("/api/tickets?state=open&limit=5")).json() == {"tickets": [], "next": ""}


async def test_a_node_begins_while_redis_is_away(node_settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "late").mkdir()
    late = Valkey(tmp_path / "late")
    async with (
        living_in(node_settings.model_copy(update={"redis_url": late.url})) as house,
        Page(base_of(house)) as page,
    ):
        told = await page.http.get("/health")
        assert (told.status_code, told.json()["parts"]["redis"]["ok"]) == (503, False)
        refused = await page.sign_in("aigul")
        assert (refused.status_code, refused.json()["code"]) == (503, "unavailable")
        late.start()
        try:
            await until(lambda: house.health.parts["redis"].ok)
            assert (await page.sign_in("aigul")).status_code == 200
        finally:
            late.kill()
