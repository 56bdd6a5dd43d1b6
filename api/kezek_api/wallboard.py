"""The wallboard: computed once for everybody who looks, whether by GET, SSE or MQTT."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping
from datetime import UTC, tzinfo

from kezek_api.shapes import Operator, QueueLoad, Wallboard, moment
from kezek_api.tally import Tally, as_events, midnight_before
from kezek_queue.types import FeedEvent, Gap, Queues
from kezek_register.types import CallRecord

SPACING_S = 0.2  # changes within this time are shown together
BREATH_S = 1.0  # and without any the picture is still taken: waits grow


class Board:
    """The latest picture and those who wait for the next one."""

    def __init__(
        self,
        *,
        service_level_s: float,
        names: Callable[[], Mapping[str, str]] = dict,
        clock: Callable[[], float] = time.time,
        zone: tzinfo = UTC,
    ) -> None:
        self._names = names
        self._clock = clock
        self._zone = zone
        self._tally = Tally(midnight=midnight_before(clock(), zone), service_level_s=service_level_s)
        self._after = ""
        self._dirty = asyncio.Event()
        self._turned = asyncio.Event()
        self._closed = False
        self._count = 0
        self._latest: Wallboard | None = None
        self._id = ""

    @property
    def latest(self) -> Wallboard | None:
        return self._latest

    @property
    def ends(self) -> Mapping[str, int]:
        return self._tally.ends

    def seed(self, records: list[CallRecord]) -> None:
        """Today's rows of the history, before `follow`: a feed that was trimmed since midnight loses nothing."""
        for event in as_events(records):
            self._tally.see(event)

    async def follow(self, queues: Queues) -> None:
        """Reads the feed for ever, from midnight on and after a break from where it stopped."""
        midnight = midnight_before(self._clock(), self._zone)
        try:
            async for event in queues.feed(self._after or f"{int(midnight * 1000)}-0"):
                self._see(event)
        except Gap:  # all that is left of it, then: what was seen already counts once
            async for event in queues.feed("0-0"):
                self._see(event)

    async def draw(self, queues: Queues) -> None:
        """Takes pictures for ever: soon after each change, and each second."""
        while True:
            try:
                async with asyncio.timeout(BREATH_S):
                    await self._dirty.wait()
            except TimeoutError:
                pass
            self._dirty.clear()
            await self._take(queues)
            await asyncio.sleep(SPACING_S)

    async def picture(self, queues: Queues) -> Wallboard:
        """The latest picture, or the first one."""
        return self._latest or await self._take(queues)

    async def changes(self, after: str = "") -> AsyncIterator[tuple[str, Wallboard]]:
        """Pictures with their ids: the latest at once unless its id is `after`, then each new one, until `close`."""
        seen = after
        while not self._closed:
            if self._latest is None or self._id == seen:
                await self._turned.wait()
            else:
                seen = self._id
                yield seen, self._latest

    def close(self) -> None:
        """Ends every `changes`."""
        self._closed = True
        self._turn()

    def _see(self, event: FeedEvent) -> None:
        self._after = event.id
        self._tally.see(event)
        self._dirty.set()

    async def _take(self, queues: Queues) -> Wallboard:
        snapshot = await queues.snapshot()
        now = self._clock()
        self._tally.new_day(midnight_before(now, self._zone))
        names = self._names()
        operators = sorted(snapshot.operators, key=lambda operator: operator.operator)
        picture = Wallboard.model_validate(
            {
                "at": moment(now),
                "queues": [QueueLoad.of(load) for load in snapshot.queues],
                "operators": [Operator.of(one, names.get(one.operator, "")) for one in operators],
                "totals": self._tally.totals(),
                "ends": self._tally.ends,
                "chart": self._tally.chart(now),
            }
        )
        if self._latest is None or _said(picture) != _said(self._latest):
            self._count += 1
            self._latest, self._id = picture, f"{snapshot.feed_id}.{self._count}"
            self._turn()
        return picture

    def _turn(self) -> None:
        turned, self._turned = self._turned, asyncio.Event()
        turned.set()


def _said(picture: Wallboard) -> dict[str, object]:
    return picture.model_dump(exclude={"at"})
