"""Queue loads, calls, outages and the node's state to an MQTT broker; away today, back tomorrow, nobody waits."""

from __future__ import annotations

import asyncio
import json
import ssl
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote, urlsplit

import aiomqtt
import structlog

from kezek_api.feed import Feed, Look
from kezek_api.health import Health
from kezek_api.ladder.service import Ladder
from kezek_api.outage_facts import OutageFacts
from kezek_api.shapes_ladder import present
from kezek_api.storm.sensors import Sensors
from kezek_api.storm.suspicion_facts import SuspicionFacts
from kezek_api.wallboard import Board
from kezek_queue.types import Kind

log = structlog.get_logger(__name__)

AGAIN_S = (0.5, 1.0, 2.0)
QOS = 1
TIMEOUT_S = 5.0
INCOMING = 1_000  # messages of sensors that wait; more are dropped


class Publisher:
    """`run` for ever. Topics: docs/api.md, 'MQTT'."""

    def __init__(
        self,
        url: str,
        *,
        site: str,
        node: str,
        feed: Feed,
        board: Board,
        health: Health,
        outages: OutageFacts | None = None,
        suspicions: SuspicionFacts | None = None,
        sensors: Sensors | None = None,
        ladder: Ladder | None = None,
    ) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("mqtt", "mqtts") or not parts.hostname:
            raise ValueError("an MQTT address is mqtt://host:port")
        self._parts = parts
        self._base = f"kezek/{site}"
        self._node = node
        self._feed = feed
        self._board = board
        self._health = health
        self._outages = outages
        self._suspicions, self._sensors = suspicions, sensors
        self._ladder = ladder
        self._failures = 0
        self._ending = False

    async def run(self) -> None:
        while True:
            try:
                await self._session()
            except* (aiomqtt.MqttError, OSError, TimeoutError):
                self._health.mark("mqtt", False, "no broker")
            if self._ending:  # a broker that is away has put its own error in the place of this
                raise asyncio.CancelledError
            await asyncio.sleep(AGAIN_S[min(self._failures, len(AGAIN_S) - 1)])
            self._failures += 1

    async def _session(self) -> None:
        will = aiomqtt.Will(self._of_node, self._state(up=False), qos=QOS, retain=True)
        async with aiomqtt.Client(
            self._parts.hostname or "",
            self._parts.port or (8883 if self._parts.scheme == "mqtts" else 1883),
            username=unquote(self._parts.username) if self._parts.username else None,
            password=unquote(self._parts.password) if self._parts.password else None,
            identifier=f"kezek-{self._node}"[:64],
            will=will,
            timeout=TIMEOUT_S,
            keepalive=10,
            max_queued_incoming_messages=INCOMING,
            tls_context=ssl.create_default_context() if self._parts.scheme == "mqtts" else None,
        ) as client:
            await self._publish(client, self._of_node, self._state(up=True), retain=True)
            self._health.mark("mqtt", True)
            self._failures = 0
            try:
                with self._feed.look() as look:
                    async with asyncio.TaskGroup() as group:
                        group.create_task(self._loads(client))
                        group.create_task(self._calls(client, look))
                        group.create_task(self._listen(client))
                        if self._suspicions is not None:
                            group.create_task(self._suspected(client, self._suspicions))
                        if self._outages is not None:
                            group.create_task(self._facts(client, self._outages))
                        if self._ladder is not None:
                            group.create_task(self._rung(client, self._ladder))
            except asyncio.CancelledError:
                self._ending = True
                with suppress(aiomqtt.MqttError, TimeoutError):  # a broker that is away: its will says the same
                    async with asyncio.timeout(1.0):
                        await self._publish(client, self._of_node, self._state(up=False), retain=True)
                raise

    async def _loads(self, client: aiomqtt.Client) -> None:
        sent: dict[str, dict[str, Any]] = {}
        async for _, picture in self._board.changes():
            for load in picture.queues:
                told = load.model_dump()
                if sent.get(load.queue) != told:
                    sent[load.queue] = told
                    payload = json.dumps({**told, "at": picture.at.isoformat()})
                    await self._publish(client, f"{self._base}/queue/{load.queue}", payload, retain=True)

    async def _calls(self, client: aiomqtt.Client, look: AsyncIterator[Look]) -> None:
        """What befell each call: never a number, never a word."""
        async for event in look:
            if event is None or not event.call or event.kind in (Kind.NOTED, Kind.OPERATOR):
                continue
            payload = {
                "event": event.kind.value,
                "at": datetime.fromtimestamp(event.at, UTC).isoformat(),
                "queue": event.queue,
                "operator": event.operator,
                "end": event.data.get("end", ""),
            }
            await self._publish(client, f"{self._base}/call/{event.call}", json.dumps(payload), retain=False)

    async def _facts(self, client: aiomqtt.Client, outages: OutageFacts) -> None:
        """Each node tells the same: a message that is there already stays as it is."""
        async for id, payload in outages.changes():
            await self._publish(client, f"{self._base}/outage/{id}", payload, retain=True)

    async def _rung(self, client: aiomqtt.Client, ladder: Ladder) -> None:
        while True:
            changed = ladder.changed
            await self._publish(client, f"{self._base}/ladder", json.dumps(present(ladder.rung)), retain=True)
            await changed.wait()

    async def _suspected(self, client: aiomqtt.Client, suspicions: SuspicionFacts) -> None:
        async for id, payload in suspicions.changes():
            await self._publish(client, f"{self._base}/suspicions/{id}", payload, retain=True)

    async def _listen(self, client: aiomqtt.Client) -> None:
        """To sensors; and it notices that the broker has gone. Each node hears them: a message twice is one report."""
        beneath = f"{self._base}/sensors/"
        if self._sensors is not None:
            await client.subscribe(f"{beneath}+", qos=QOS, timeout=TIMEOUT_S)
        async for message in client.messages:
            topic = str(message.topic)
            if self._sensors is not None and topic.startswith(beneath) and not message.retain:  # it was heard then
                await self._sensors.hear(topic.removeprefix(beneath), message.payload)

    async def _publish(self, client: aiomqtt.Client, topic: str, payload: str, *, retain: bool) -> None:
        await client.publish(topic, payload, qos=QOS, retain=retain, timeout=TIMEOUT_S)

    @property
    def _of_node(self) -> str:
        return f"{self._base}/node/{self._node}"

    def _state(self, *, up: bool) -> str:
        return json.dumps({"up": up, "at": datetime.fromtimestamp(time.time(), UTC).isoformat()})
