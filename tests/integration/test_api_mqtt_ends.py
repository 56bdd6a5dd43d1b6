"""P1: a node that is told to end ends, also while its broker is frozen, dead, or never came."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from datetime import UTC

import pytest

from kezek_api.feed import Feed
from kezek_api.health import Health
from kezek_api.mqtt import Publisher
from kezek_api.waits import Waits
from kezek_api.wallboard import Board
from kit.api import until
from kit.broker import MqttBroker

ENDS_S = 9.0  # a farewell, and the client's own limit


@pytest.mark.parametrize("how", ["well", "frozen", "dead", "never there"])
async def test_a_publisher_that_is_told_to_end_ends(how: str, mqtt_broker: MqttBroker) -> None:
    if how == "never there":
        mqtt_broker.kill()
    health = Health()
    board = Board(
        service_level_s=20, names=dict, zone=UTC, short_abandon_s=5, open_now=lambda queue: True, waits=Waits()
    )
    publisher = Publisher(mqtt_broker.url, site="s", node="n1", feed=Feed(), board=board, health=health)
    task = asyncio.create_task(publisher.run())
    await until(lambda: "mqtt" in health.parts and health.parts["mqtt"].ok is (how != "never there"))
    pid = mqtt_broker._process.pid if mqtt_broker._process is not None else 0
    if how == "frozen":
        os.kill(pid, signal.SIGSTOP)
    elif how == "dead":
        mqtt_broker.kill()
    began = time.monotonic()
    task.cancel()
    await asyncio.wait([task], timeout=ENDS_S)
    if how == "frozen":
        os.kill(pid, signal.SIGCONT)
    assert task.cancelled(), f"after {time.monotonic() - began:.1f} s"
