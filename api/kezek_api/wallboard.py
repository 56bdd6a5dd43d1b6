"""The wallboard: computed once for everybody who looks, whether by GET, SSE or MQTT, and by desks.

A change is shown at once, then what changes within SPACING_S together. While nobody looks a picture is taken each
second only.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, tzinfo

from pydantic import TypeAdapter

from kezek_api.shapes import Operator, QueueLoad, moment
from kezek_api.shapes_figures import Wallboard
from kezek_api.shapes_ladder import RungState
from kezek_api.tally import Tally, midnight_before
from kezek_api.waits import Waits
from kezek_queue import Rung
from kezek_queue import types as line
from kezek_queue.types import FeedEvent, Gap, Queues
from kezek_register.types import CallRecord, Leg, OperatorTime

SPACING_S = 0.2  # changes within this time are shown together
BREATH_S = 1.0  # and without any the picture is still taken: waits grow
SILENCE_S = 15.0  # after so long a stream says that it is there: some proxies end one that says nothing

_LOADS: TypeAdapter[tuple[QueueLoad, ...]] = TypeAdapter(tuple[QueueLoad, ...])


@dataclass(slots=True)
class _Member:
    told: line.Operator
    name: str
    shape: Operator
    text: bytes = b""  # of the shape, once a stream has asked for it

    def written(self) -> bytes:
        self.text = self.text or self.shape.model_dump_json().encode()
        return self.text


class Board:
    """The latest picture and those who wait for the next one.

    `open_now`: is this queue open by the calendar; `waits`: what a caller would be told, who learns the operators from
    the pictures in turn; `rung`: of the ladder of overload."""

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
        rung: Callable[[], Rung] = Rung,
    ) -> None:
        self._open_now, self._rung = open_now, rung
        self._waits = waits
        self._names = names
        self._crew: dict[str, _Member] = {}
        self._clock = clock
        self._zone = zone
        self._tally = Tally(
            midnight=midnight_before(clock(), zone), service_level_s=service_level_s, short_abandon_s=short_abandon_s
        )
        self._after = ""
        self._looking = 0  # desks, streams and MQTT
        self._behind = True  # something happened since the last picture
        self._dirty = asyncio.Event()  # and somebody wants to see it
        self._turned = asyncio.Event()
        self.closed = asyncio.Event()
        self._count = 0
        self._latest: Wallboard | None = None
        self._event = b""
        self._loads: tuple[QueueLoad, ...] = ()
        self._listeners: set[Callable[[tuple[QueueLoad, ...], bytes], None]] = set()
        self._id = ""

    @property
    def latest(self) -> Wallboard | None:
        return self._latest

    @property
    def ends(self) -> Mapping[str, int]:
        return self._tally.ends

    @contextmanager
    def listening(self, told: Callable[[tuple[QueueLoad, ...], bytes], None]) -> Iterator[tuple[QueueLoad, ...]]:
        """`told` hears the queues' loads, with their JSON, as soon as they change: before the picture is drawn. It does
        not wait and does not raise. The loads as they are now; nothing is told before the first picture."""
        self._listeners.add(told)
        try:
            with self._look():
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
        """Takes pictures for ever: at once after a change, where somebody looks, and each second."""
        breath_s = BREATH_S
        while True:
            changed = True
            try:
                async with asyncio.timeout(breath_s):
                    await self._dirty.wait()
            except TimeoutError:
                changed = False
            await self._take(queues)
            breath_s = BREATH_S - SPACING_S if changed else BREATH_S
            if changed:
                await asyncio.sleep(SPACING_S)

    async def picture(self, queues: Queues) -> Wallboard:
        """As things are now."""
        if self._latest is None or (self._behind and not self._looking):
            return await self._take(queues)
        return self._latest

    async def changes(self, after: str = "") -> AsyncIterator[tuple[str, Wallboard]]:
        """Pictures with their ids: the latest at once unless its id is `after`, then each new one, until `close`."""
        seen = after
        with self._look():
            while not self.closed.is_set():
                if self._latest is None or self._id == seen:
                    await self._turned.wait()
                else:
                    seen = self._id
                    yield seen, self._latest

    async def events(self, after: str = "") -> AsyncIterator[bytes]:
        """The same as server-sent events, written once for all streams."""
        seen = after
        with self._look():
            while not self.closed.is_set():
                if self._latest is not None and self._id != seen:
                    seen = self._id
                    yield self._event_of(self._latest)
                    continue
                try:
                    async with asyncio.timeout(SILENCE_S):
                        await self._turned.wait()
                except TimeoutError:
                    yield b": ping\n\n"

    def close(self) -> None:
        """Ends every `changes`."""
        self.closed.set()
        self._turn()

    def _see(self, event: FeedEvent) -> None:
        self._after = event.id
        self._tally.see(event)
        self._behind = True
        if self._looking:
            self._dirty.set()

    @contextmanager
    def _look(self) -> Iterator[None]:
        self._looking += 1
        if self._behind:
            self._dirty.set()
        try:
            yield
        finally:
            self._looking -= 1

    async def _take(self, queues: Queues) -> Wallboard:
        self._behind = False
        self._dirty.clear()
        snapshot = await queues.snapshot(places=False)
        if self._waits is not None:
            self._waits.know(snapshot.operators)
        loads = tuple(self._load(load) for load in snapshot.queues)
        if loads != self._loads:
            self._loads = loads
            text = _LOADS.dump_json(loads)
            for told in list(self._listeners):
                told(loads, text)
        now = self._clock()
        self._tally.new_day(midnight_before(now, self._zone))
        self._tally.crew(snapshot.operators)
        figures = self._tally.figures(now)
        picture = Wallboard.model_construct(
            at=moment(now),
            queues=loads,
            operators=self._crew_of(snapshot.operators),
            totals=self._tally.totals(now, figures),
            ends=figures.ends,
            chart=self._tally.chart(now),
            rung=RungState.of(self._rung()),
        )
        before, self._latest = self._latest, picture  # one in which nothing has changed is new too: the ladder looks on
        if before is None or _said(picture) != _said(before):
            self._count += 1
            self._event, self._id = b"", f"{snapshot.feed_id}.{self._count}"
            self._turn()
        return picture

    def _event_of(self, picture: Wallboard) -> bytes:
        """Of the latest picture. The operators, most of it, are written when they change."""
        if not self._event:
            rest = picture.model_dump_json(exclude={"operators"}).encode()
            operators = b",".join([member.written() for member in self._crew.values()])
            data = b'%b,"operators":[%b]}' % (rest[:-1], operators)
            self._event = b"event: wallboard\ndata: %b\nid: %b\n\n" % (data, self._id.encode())
        return self._event

    def _crew_of(self, operators: tuple[line.Operator, ...]) -> tuple[Operator, ...]:
        """By login. Who is as before keeps his shape: most of two hundred do, from one picture to the next."""
        names, before = self._names(), self._crew
        self._crew = {}
        for one in sorted(operators, key=lambda operator: operator.operator):
            name, known = names.get(one.operator, ""), before.get(one.operator)
            if known is None or known.name != name or (known.told is not one and known.told != one):
                known = _Member(one, name, Operator.of(one, name))
            self._crew[one.operator] = known
        return tuple(member.shape for member in self._crew.values())

    def _load(self, load: line.QueueLoad) -> QueueLoad:
        wait_s = None if self._waits is None else self._waits.wait_s(load.queue, load.waiting + 1)
        return QueueLoad.of(load, wait_s=wait_s, open=self._open_now(load.queue))

    def _turn(self) -> None:
        turned, self._turned = self._turned, asyncio.Event()
        turned.set()


def _said(picture: Wallboard) -> tuple[object, ...]:
    """All but the time."""
    return picture.queues, picture.operators, picture.totals, picture.ends, picture.chart, picture.rung
