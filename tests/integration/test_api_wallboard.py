"""The wallboard by SSE and MQTT: one computation, live, resumed."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from typing import Any

import aiomqtt

from kezek_api.settings import Settings
from kezek_queue import End, RedisQueues
from kit.api import LIMIT_S, House, Line, Page, base_of, living_in, until
from kit.broker import MqttBroker


async def pictures(page: Page, last_event_id: str = "") -> AsyncIterator[tuple[str, dict[str, Any]]]:
    """The SSE stream's events as (id, data)."""
    headers = {"Last-Event-ID": last_event_id} if last_event_id else {}
    async with page.http.stream("GET", "/api/wallboard/events", headers=headers) as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        event: dict[str, str] = {}
        async for line in stream.aiter_lines():
            if line:
                name, _, value = line.partition(": ")
                event[name] = value
            elif "data" in event:
                assert event["event"] == "wallboard"
                yield event["id"], json.loads(event["data"])
                event = {}


async def shows(stream: AsyncIterator[tuple[str, dict[str, Any]]], what: Any) -> tuple[str, dict[str, Any]]:
    """The first picture of which this is true."""
    async with asyncio.timeout(LIMIT_S):
        async for id, picture in stream:
            if what(picture):
                return id, picture
    raise AssertionError("the stream ended")


def waiting(picture: dict[str, Any]) -> int:
    return sum(load["waiting"] for load in picture["queues"])


async def test_the_wallboard_is_live_and_resumed(visitor: Page, queues: RedisQueues) -> None:
    """P21: a change is on the wallboard at once, not hours later."""
    await visitor.sign_in("dana")
    async with aclosing(pictures(visitor)) as stream:
        await shows(stream, lambda picture: waiting(picture) == 0)
        await Line(queues, "w1").waits()
        _, picture = await shows(stream, lambda picture: waiting(picture) == 1)
        assert picture["totals"]["in_progress"] == picture["totals"]["offered"] == 1
        load, totals = picture["queues"][0], picture["totals"]
        assert (load["wait_s"], load["open"], load["callbacks"], load["refused"]) == (None, True, 0, 0), "nobody works"
        assert totals["service_levels"] == dict.fromkeys(("sl_1", "sl_2", "sl_3", "sl_4", "sl_5"))
        assert totals.keys() >= {"aht_s", "occupancy_pct", "longest_wait_s", "refused", "callbacks_pending"}
        await queues.end("w1", End.ABANDONED)
        id, picture = await shows(stream, lambda picture: picture["ends"]["abandoned"] == 1)
        assert len(picture["chart"]) == 60
        assert picture["totals"]["service_level_pct"] == 0.0
        assert sum(minute["abandoned"] for minute in picture["chart"]) == 1
        assert max(minute["waiting_max"] for minute in picture["chart"]) == 1
        offered = sum(picture["ends"].values()) + picture["totals"]["in_progress"]
        assert picture["totals"]["offered"] == offered
    await Line(queues, "w2").waits()
    async with aclosing(pictures(visitor, id)) as stream:
        seen, picture = await shows(stream, lambda picture: True)
        assert seen != id
        await shows(stream, lambda picture: waiting(picture) == 1)


async def test_the_day_is_counted_again_after_a_restart(
    visitor: Page, house: House, node_settings: Settings, queues: RedisQueues
) -> None:
    await Line(queues, "w3").waits()
    await queues.end("w3", End.ABANDONED)
    async with living_in(node_settings) as second, Page(base_of(second)) as page:
        await page.sign_in("dana")
        async with aclosing(pictures(page)) as stream:
            await shows(stream, lambda picture: picture["totals"]["abandoned"] == 1)


@asynccontextmanager
async def listener(broker: MqttBroker, *topics: str) -> AsyncIterator[aiomqtt.Client]:
    async with aiomqtt.Client("127.0.0.1", broker.port) as client:
        for topic in topics:
            await client.subscribe(topic)
        yield client


async def heard(client: aiomqtt.Client, what: Any) -> tuple[str, bool, dict[str, Any]]:
    """The first message (topic, retained, payload) of which this is true."""
    async with asyncio.timeout(LIMIT_S):
        async for message in client.messages:
            told = (str(message.topic), bool(message.retain), json.loads(bytes(message.payload)))  # type: ignore[arg-type]
            if what(*told):
                return told
    raise AssertionError("the broker went away")


async def test_an_outage_is_published_and_kept_by_the_broker(
    node_settings: Settings, queues: RedisQueues, mqtt_broker: MqttBroker
) -> None:
    """Who subscribes later hears it too; a tied citizen's number is not in it."""
    topic = f"kezek/{node_settings.site}/outage/#"
    settings = node_settings.model_copy(update={"mqtt_url": mqtt_broker.url})
    async with living_in(settings) as house, Page(base_of(house)) as page:
        await until(lambda: house.health.parts["mqtt"].ok and house.health.parts["sql"].ok)
        await page.sign_in("dana")
        street = {"scope": "street", "street_id": 1}
        outage = {"topic": "water", "areas": [street], "starts_at": "2026-01-01T00:00:00Z", "words": {"ru": "Подвоз"}}
        made = (await page.http.post("/api/outages", json=outage)).json()
        tied = await page.http.post(f"/api/outages/{made['id']}/ties", json={"phone": "+77009990111"})
        assert tied.status_code == 201, tied.text
        async with listener(mqtt_broker, topic) as early:
            await heard(early, lambda topic, kept, payload: payload["id"] == made["id"])
        async with listener(mqtt_broker, topic) as late:
            where, retained, told = await heard(late, lambda *told: True)
        assert (where.rpartition("/")[2], retained, told["state"]) == (str(made["id"]), True, "now")
        assert told["texts"]["ru"]["words"] == "Подвоз"
        assert "+77009990111" not in json.dumps(told)


async def test_loads_calls_and_the_node_are_published(
    node_settings: Settings, queues: RedisQueues, mqtt_broker: MqttBroker
) -> None:
    base = f"kezek/{node_settings.site}"
    settings = node_settings.model_copy(update={"mqtt_url": mqtt_broker.url})
    async with living_in(settings) as house:
        await until(lambda: house.health.parts["mqtt"].ok)
        async with listener(mqtt_broker, f"{base}/call/#") as calls:
            await Line(queues, "q1").waits()
            topic, retained, payload = await heard(calls, lambda topic, kept, payload: payload["event"] == "placed")
            assert (topic, retained) == (f"{base}/call/q1", False)
            assert payload.keys() == {"event", "at", "queue", "operator", "end"}
            async with listener(mqtt_broker, f"{base}/queue/#", f"{base}/node/#") as late:
                _, retained, load = await heard(late, lambda topic, kept, payload: payload.get("waiting") == 1)
                assert load["queue"] == "hotline"
                assert load["at"]
            async with listener(mqtt_broker, f"{base}/node/one") as late:
                _, retained, state = await heard(late, lambda *told: True)
                assert (retained, state["up"]) == (True, True)
            await queues.set_rung("elevated", by="dana", why="буря", held=True, n=0)
            async with listener(mqtt_broker, f"{base}/ladder") as ladder:
                await heard(ladder, lambda topic, kept, payload: payload["name"] == "elevated")
            async with listener(mqtt_broker, f"{base}/ladder") as late:
                _, retained, rung = await heard(late, lambda *told: True)
                assert (retained, rung["by"], rung["why"], rung["held"]) == (True, "dana", "буря", True)
            await queues.end("q1", End.REFUSED)
            _, _, payload = await heard(calls, lambda topic, kept, payload: payload["event"] == "ended")
            assert payload["end"] == "refused"
    async with listener(mqtt_broker, f"{base}/node/one") as late:
        _, retained, state = await heard(late, lambda *told: True)
        assert (retained, state["up"]) == (True, False), "it said good-bye"


async def test_a_broker_that_comes_back_is_told_everything_again(
    node_settings: Settings, queues: RedisQueues, mqtt_broker: MqttBroker
) -> None:
    settings = node_settings.model_copy(update={"mqtt_url": mqtt_broker.url})
    async with living_in(settings) as house, Page(base_of(house)) as page:
        await until(lambda: house.health.parts["mqtt"].ok)
        mqtt_broker.kill()
        await until(lambda: not house.health.parts["mqtt"].ok)
        await Line(queues, "q2").waits()
        assert (await page.sign_in("dana")).status_code == 200, "nothing else minds"
        mqtt_broker.start()
        async with listener(mqtt_broker, f"kezek/{settings.site}/queue/hotline") as late:
            await heard(late, lambda topic, kept, payload: payload["waiting"] == 1)
