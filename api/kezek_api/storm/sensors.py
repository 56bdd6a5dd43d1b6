"""Sensors that say that something is missing, or is not: over MQTT, from programs that may be wrong or worse.

What is no message of a sensor is refused, counted and not looked at again; nobody gets an answer.
"""

from __future__ import annotations

import json
import re
import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, cast

import structlog
from prometheus_client.core import CounterMetricFamily, Metric

from kezek_api.keeping import unbroken
from kezek_register import Register
from kezek_register.detection.types import Says
from kezek_register.trouble_types import Trouble
from kezek_register.types import NotFound, RegisterError

log = structlog.get_logger(__name__)

LARGEST = 2_048  # bytes of a message
ID = re.compile(r"[A-Za-z0-9_.:-]{1,64}")
ALIKE_S = 60.0  # the same word of a sensor within so long says nothing new
KNOWN = 10_000  # sensors
A_MINUTE = 600  # messages that are taken of all of them together
CLOCK = timedelta(hours=1)  # a sensor's clock that is off by more is not believed


class BadMessage(ValueError):
    """The message names nothing of what it said: a log is no place for it."""


class Sensors:
    """`hear` each message; it never raises. `topics`: those that are looked at."""

    def __init__(self, register: Register, topics: Mapping[str, str], clock: Callable[[], datetime]) -> None:
        self._register, self._topics, self._clock = register, topics, clock
        self._last: OrderedDict[str, tuple[str, float]] = OrderedDict()
        self._minute, self._taken = 0.0, 0
        self.counts = Counter[str]()

    async def hear(self, sensor: str, payload: object) -> None:
        try:
            told = self._read(sensor, payload)
            if told is None or self._too_many():
                self.counts["left"] += 1
                return
            await unbroken(self._write(told, sensor))
            self.counts["taken"] += 1
        except (BadMessage, NotFound) as bad:
            self.counts["refused"] += 1
            log.info("sensor_refused", why=str(bad) if isinstance(bad, BadMessage) else "no such place")
        except RegisterError as away:
            self.counts["lost"] += 1
            self._last.pop(sensor, None)
            log.warning("sensor_not_taken", code=away.code)

    def figures(self) -> Iterator[Metric]:
        found = CounterMetricFamily("kezek_sensor_messages", "Messages of sensors by fate", labels=["how"])
        for how, number in self.counts.items():
            found.add_metric([how], number)
        yield found

    def _read(self, sensor: str, payload: object) -> dict[str, Any] | None:
        """None when it says nothing new."""
        if not ID.fullmatch(sensor):
            raise BadMessage("no id")
        if not isinstance(payload, bytes | bytearray) or len(payload) > LARGEST:
            raise BadMessage("too large")
        try:
            told = json.loads(payload)
        except (ValueError, RecursionError):
            raise BadMessage("no JSON") from None
        if not isinstance(told, dict) or told.get("says") not in ("out", "on"):
            raise BadMessage("says neither out nor on")
        topic = told.get("topic")
        if not isinstance(topic, str) or topic not in self._topics:
            raise BadMessage("no topic that is looked at")
        word, now = f"{topic}:{told['says']}", time.monotonic()
        before = self._last.get(sensor)
        if before is not None and before[0] == word and now < before[1] + ALIKE_S:
            return None
        self._last[sensor] = word, now
        self._last.move_to_end(sensor)
        if len(self._last) > KNOWN:
            self._last.popitem(last=False)
        return told

    def _too_many(self) -> bool:
        now = time.monotonic()
        if now >= self._minute + 60:
            self._minute, self._taken = now, 0
        self._taken += 1
        return self._taken > A_MINUTE

    async def _write(self, told: Mapping[str, Any], sensor: str) -> None:
        at = self._moment(told.get("at"))
        own = told.get("n")
        number = own if isinstance(own, int) and not isinstance(own, bool) and abs(own) < 2**53 else int(at.timestamp())
        place = await self._place(told)
        one = Trouble(
            key=f"sensor:{sensor}:{number}",
            at=at,
            source="sensor",
            topic=str(told["topic"]),
            sensor=sensor,
            says=cast(Says, told["says"]),
            **place,
        )
        await self._register.troubles.add(one)

    async def _place(self, told: Mapping[str, Any]) -> dict[str, Any]:
        """By the register's ids, or the town's own codes of streets and parts. Raises BadMessage, NotFound."""
        building, street, part, house = (told.get(name) for name in ("building", "street", "part", "house"))
        if _is_id(building):
            place = await self._register.places.place(cast(int, building))
            return {"building_id": place.building_id, "street_id": place.street_id, "house": place.house}
        if _is_id(part) or _is_code(part):
            tree = self._register.networks
            node = await (tree.get(part) if isinstance(part, int) else tree.of_code(str(part)))
            return {"part_id": node.id}
        if (_is_id(street) or _is_code(street)) and isinstance(house, str) and 0 < len(house) <= 20:
            id = street if isinstance(street, int) else await self._register.town.street(str(street))
            where = await self._register.places.of_house(id, house)
            return {"street_id": where.street_id, "house": house, "building_id": where.building_id or None}
        raise BadMessage("no place")

    def _moment(self, told: object) -> datetime:
        """By the sensor's clock, if that can be right."""
        now = self._clock()
        try:
            at = datetime.fromisoformat(told) if isinstance(told, str) and len(told) < 40 else now
        except ValueError:
            return now
        return at if at.tzinfo is not None and abs(at - now) <= CLOCK else now


def _is_id(told: object) -> bool:
    return isinstance(told, int) and not isinstance(told, bool) and 0 < told < 2**31


def _is_code(told: object) -> bool:
    return isinstance(told, str) and 0 < len(told) <= 64
