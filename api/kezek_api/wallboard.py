"""The wallboard: computed once for everybody who looks, whether by GET, SSE or MQTT."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, tzinfo

from pydantic import TypeAdapter

from kezek_api.shapes import Operator, QueueLoad, moment
from kezek_api.shapes_figures import Wallboard
from kezek_api.tally import Tally, midnight_before
from kezek_api.waits import Waits
from kezek_queue import types as line
from kezek_queue.types import FeedEvent, Gap, Queues
from kezek_register.types import CallRecord, Leg, OperatorTime

SPACING_S = 0.2  # changes within this time are shown together
BREATH_S = 1.0  # and without any the picture is still taken: waits grow

_LOADS: TypeAdapter[tuple[QueueLoad, ...]] = TypeAdapter(tuple[QueueLoad, ...])


class Board:
    """The latest picture and those who wait for the next one.

    `open_now`: is this queue open by the calendar; `waits`: what a caller would be told, who learns the operators from
    the pictures in turn."""

    def __init__(
        self,
        *,
        service_level_s: float,
        names: Callable[[], Mapping[str, str]] = dict,
        clock: Callable[[], float] = time.time,
        zone: tzinfo = UTC,
        short_abandon_s: float = 5.0,
        open_now: Callable[[str], bool] = lambda queue: True,
        waits: Waits | None = None,
    ) -> None:
        self._open_now = open_now
        self._waits = waits
        self._names = names
        self._crew: dict[str, tuple[line.Operator, str, Operator]] = {}
        self._clock = clock
        self._zone = zone
        self._tally = Tally(
            midnight=midnight_before(clock(), zone), service_level_s=service_level_s, short_abandon_s=short_abandon_s
        )
        self._after = ""
        self._dirty = asyncio.Event()
        self._turned = asyncio.Event()
        self.closed = asyncio.Event()
        self._count = 0
        self._latest: Wallboard | None = None
        self._text = ""
        self._loads: tuple[QueueLoad, ...] = ()
        self._listeners: set[Callable[[tuple[QueueLoad, ...], str], None]] = set()
        self._id = ""

    @property
    def latest(self) -> Wallboard | None:
        return self._latest

    @property
    def ends(self) -> Mapping[str, int]:
        return self._tally.ends

    @property
    def text(self) -> str:
        """The latest picture as JSON, made once for all who send it."""
        if not self._text and self._latest is not None:
            self._text = self._latest.model_dump_json()
        return self._text

    @contextmanager
    def listening(self, told: Callable[[tuple[QueueLoad, ...], str], None]) -> Iterator[tuple[QueueLoad, ...]]:
        """`told` hears the queues' loads, with their JSON, as soon as they change: before the picture is drawn. The
        loads as they are now; nothing is told before the first picture."""
        self._listeners.add(told)
        try:
            yield self._loads
        finally:
            self._listeners.discard(told)

    def seed(self, records: Sequence[CallRecord], legs: Sequence[Leg] = (), times: Sequence[OperatorTime] = ()) -> None:
        """Today's rows of the history, before `follow`: a feed that was trimmed since midnight loses nothing."""
        self._tally.recall(records, legs, times)

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
        while not self.closed.is_set():
            if self._latest is None or self._id == seen:
                await self._turned.wait()
            else:
                seen = self._id
                yield seen, self._latest

    def close(self) -> None:
        """Ends every `changes`."""
        self.closed.set()
        self._turn()

    def _see(self, event: FeedEvent) -> None:
        self._after = event.id
        self._tally.see(event)
        self._dirty.set()

    async def _take(self, queues: Queues) -> Wallboard:
        snapshot = await queues.snapshot()
        if self._waits is not None:
            self._waits.know(snapshot.operators)
        loads = tuple(self._load(load) for load in snapshot.queues)
        if loads != self._loads:
            self._loads = loads
            text = _LOADS.dump_json(loads).decode()
            for told in list(self._listeners):
                told(loads, text)
        now = self._clock()
        self._tally.new_day(midnight_before(now, self._zone))
        self._tally.crew(snapshot.operators)
        picture = Wallboard.model_construct(
            at=moment(now),
            queues=loads,
            operators=self._crew_of(snapshot.operators),
            totals=self._tally.totals(now),
            ends=self._tally.ends,
            chart=self._tally.chart(now),
        )
        if self._latest is None or _said(picture) != _said(self._latest):
            self._count += 1
            self._text = ""
            self._latest, self._id = picture, f"{snapshot.feed_id}.{self._count}"
            self._turn()
        return picture

    def _crew_of(self, operators: Iterable[line.Operator]) -> tuple[Operator, ...]:
        """By login. Who is as before keeps his shape: most of two hundred do, from one picture to the next."""
        names, before = self._names(), self._crew
        self._crew = {}
        for one in sorted(operators, key=lambda operator: operator.operator):
            name, known = names.get(one.operator, ""), before.get(one.operator)
            same = known is not None and known[:2] == (one, name)
            self._crew[one.operator] = known if known is not None and same else (one, name, Operator.of(one, name))
        return tuple(shape for _, _, shape in self._crew.values())

    def _load(self, load: line.QueueLoad) -> QueueLoad:
        wait_s = None if self._waits is None else self._waits.wait_s(load.queue, load.waiting + 1)
        return QueueLoad.of(load, wait_s=wait_s, open=self._open_now(load.queue))

    def _turn(self) -> None:
        turned, self._turned = self._turned, asyncio.Event()
        turned.set()


def _said(picture: Wallboard) -> tuple[object, ...]:
    """All but the time."""
    return picture.queues, picture.operators, picture.totals, picture.ends, picture.chart
