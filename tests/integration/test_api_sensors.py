"""Sensors over MQTT: what they say is a report; what is no message of a sensor is refused, whatever it is."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import aiomqtt
import pytest

from kezek_api.feed import Feed
from kezek_api.health import Health
from kezek_api.mqtt import Publisher
from kezek_api.storm.rules import TOPICS
from kezek_api.storm.sensors import A_MINUTE, Sensors
from kezek_api.storm.suspicion_facts import SuspicionFacts
from kezek_api.waits import Waits
from kezek_api.wallboard import Board
from kezek_register import Register
from kit.api import until
from kit.broker import MqttBroker
from kit.outages_town import FEEDER_A, TREE, build
from kit.storm_town import suspicion

NOW = datetime.now(UTC)


@pytest.fixture
async def town(register: Register) -> Register:
    await build(register)
    return register


def sensors(register: Register) -> Sensors:
    return Sensors(register, TOPICS, lambda: NOW)


def said(**changes: Any) -> bytes:
    return json.dumps({"topic": "electricity", "says": "out", "part": "f-a", "n": 1, **changes}).encode()


async def test_a_sensor_names_a_house_or_a_part_by_id_or_by_the_towns_own_code(town: Register) -> None:
    one = sensors(town)
    await one.hear("meter-1", said())
    await one.hear("meter-2", said(part=FEEDER_A))
    await one.hear("meter-3", said(part=None, building=3))
    await one.hear("meter-4", said(part=None, street="s1", house="2"))
    await one.hear("meter-5", said(part=None, street=TREE, house="77"))
    found = await town.troubles.since(0)
    assert [(each.part_id, each.building_id, each.house) for each in found] == [
        (FEEDER_A, None, ""), (FEEDER_A, None, ""), (None, 3, "3"), (None, 2, "2"), (None, None, "77"),
    ]  # fmt: skip
    assert {each.party for each in found} == {f"sensor:meter-{n}" for n in range(1, 6)}
    assert one.counts == {"taken": 5}


async def test_the_same_message_is_one_report_and_a_clock_that_is_off_is_not_believed(town: Register) -> None:
    await sensors(town).hear("m", said(at="1999-01-01T00:00:00Z"))
    await sensors(town).hear("m", said(at="1999-01-01T00:00:00Z"))
    (found,) = await town.troubles.since(0)
    assert abs(found.at - NOW) < timedelta(seconds=1)
    alike = sensors(town)
    for n in range(2, 20):
        await alike.hear("m", said(n=n))
    assert alike.counts == {"taken": 1, "left": 17}


@pytest.mark.parametrize(
    "payload",
    [
        b"", b"\xff\xfe", b"[" * 100_000, b"[" * 1_500, b"{}", b"null", b"1", b'"out"', said(says="OUT"), said(says=[]),
        said(topic=7), said(topic="taxes"), said(part="../../etc"), said(part=True), said(part=2**40),
        said(part=None), said(part=None, street=TREE), said(part=None, street=TREE, house="x" * 21),
        said(part=None, street="'; DROP TABLE streets", house="1"), said(part=None, building=-1), "no bytes", None,
        said(part="\ud800"), said(part="a\x00b"),
    ],
)  # fmt: skip
async def test_a_hostile_payload_is_refused_and_breaks_nothing(town: Register, payload: object) -> None:
    one = sensors(town)
    await one.hear("m", payload)
    assert one.counts["refused"] == 1
    await one.hear("m2", said())
    assert one.counts["taken"] == 1


async def test_an_id_is_plain_and_a_flood_is_cut_off(town: Register) -> None:
    one = sensors(town)
    await one.hear("../x", said())
    await one.hear("x" * 65, said())
    assert one.counts == {"refused": 2}
    one._taken, one._minute = A_MINUTE, asyncio.get_running_loop().time()
    await one.hear("m", said())
    assert one.counts["left"] == 1


async def test_over_a_real_broker_and_what_is_suspected_is_told_there(town: Register, mqtt_broker: MqttBroker) -> None:
    migrated = asyncio.Event()
    migrated.set()
    board = Board(service_level_s=20, names=dict, zone=UTC, waits=Waits())
    health, hears = Health(), sensors(town)
    facts = SuspicionFacts(town, migrated, look_s=0.05)
    publisher = Publisher(
        mqtt_broker.url, site="s", node="n1", feed=Feed(), board=board, health=health, suspicions=facts, sensors=hears
    )
    running = asyncio.create_task(publisher.run())
    try:
        async with aiomqtt.Client("127.0.0.1", mqtt_broker.port) as client:
            await client.subscribe("kezek/s/suspicions/+", qos=1)
            await until(lambda: health.parts.get("mqtt") is not None and health.parts["mqtt"].ok)
            n = 0

            async def heard() -> None:
                nonlocal n
                while not hears.counts["taken"]:  # it may not have subscribed yet
                    n += 1
                    await client.publish(f"kezek/s/sensors/m{n}", said(n=n), qos=1)
                    await asyncio.sleep(0.1)

            await asyncio.wait_for(heard(), 20)
            kept = await town.suspicions.write(suspicion())
            async with asyncio.timeout(20):
                message = await anext(aiter(client.messages))
            assert str(message.topic) == f"kezek/s/suspicions/{kept.id}"
            assert json.loads(bytes(message.payload))["state"] == "open"  # type: ignore[arg-type]
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
