"""Counts of the day and the chart of the last hour, out of the feed's events alone. Pure: time comes with the events.

A cohort is the calls that arrived since local midnight, whenever they end; each call is counted once in each place,
so offered = the sum of the ends + in progress holds by construction (PAINS.md, P5). A talk still going on is in
progress. Waiting counts from the place in the line, not from the greeting.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo

from kezek_api.shapes import ChartMinute, Totals
from kezek_queue.types import End, FeedEvent, Kind
from kezek_register.types import CallRecord

CHART_MINUTES = 60


@dataclass(slots=True)
class _Seen:
    arrived: float
    placed: float = 0.0
    connected: float = 0.0
    ended: float = 0.0
    end: str = ""


@dataclass(slots=True)
class _Counts:
    offered: int = 0
    answered: int = 0  # A
    answered_in_time: int = 0  # A_T
    left_queue: int = 0  # B
    waited_s: float = 0.0  # of the answered
    ends: dict[str, int] = field(default_factory=lambda: {end.value: 0 for end in End})


@dataclass(slots=True)
class _Minute:
    offered: int = 0
    answered: int = 0
    abandoned: int = 0
    waiting_max: int = 0
    waiting_last: int = 0


class Tally:
    """`see` each event, again if it must be: only the first of its kind counts for a call."""

    def __init__(self, *, midnight: float, service_level_s: float = 20.0) -> None:
        self._midnight = midnight
        self._target = service_level_s
        self._calls: dict[str, _Seen] = {}
        self._counts = _Counts()
        self._minutes: dict[int, _Minute] = {}
        self._waiting: set[str] = set()

    def see(self, event: FeedEvent) -> None:
        if not event.call:
            return
        seen = self._calls.get(event.call)
        if seen is None:
            seen = self._first(event)
        if seen.ended:
            return
        if event.kind is Kind.PLACED and not seen.placed:
            seen.placed = event.at
            self._wait(event, waiting=True)
        elif event.kind is Kind.CONNECTED and not seen.connected:
            seen.connected = event.at
            self._minute(event.at).answered += 1
            self._wait(event, waiting=False)
            self._answered(seen)
        elif event.kind is Kind.ENDED:
            seen.ended, seen.end = event.at, str(event.data.get("end") or End.CUT)
            if seen.end == End.ABANDONED:
                self._minute(event.at).abandoned += 1
            self._wait(event, waiting=False)
            self._ended(seen)

    def _first(self, event: FeedEvent) -> _Seen:
        """A call whose arrival nobody told is from before the feed's begin: not of today, but it may wait."""
        arrived = event.at if event.kind is Kind.ARRIVED else 0.0
        seen = self._calls[event.call] = _Seen(arrived=float(event.data.get("since") or arrived))
        if seen.arrived:
            self._minute(seen.arrived).offered += 1
        if self._today(seen):
            self._counts.offered += 1
        return seen

    def new_day(self, midnight: float) -> None:
        """Counts anew from this midnight; what ended before is forgotten."""
        if midnight <= self._midnight:
            return
        self._midnight, self._counts = midnight, _Counts()
        self._calls = {call: seen for call, seen in self._calls.items() if not 0 < seen.ended < midnight}
        for seen in self._calls.values():
            if self._today(seen):
                self._counts.offered += 1
                if seen.connected:
                    self._answered(seen)
                if seen.ended:
                    self._ended(seen)

    @property
    def ends(self) -> dict[str, int]:
        return dict(self._counts.ends)

    def totals(self) -> Totals:
        """SL-3 = A_T / (A + B) and ASA = waiting time of the answered / A, A being the calls connected so far."""
        counts = self._counts
        ended = sum(counts.ends.values())
        answered, abandoned = counts.ends[End.ANSWERED], counts.ends[End.ABANDONED]
        return Totals(
            offered=counts.offered,
            answered=answered,
            abandoned=abandoned,
            other_ends=ended - answered - abandoned,
            in_progress=counts.offered - ended,
            service_level_pct=sl_3(counts.answered_in_time, counts.answered, counts.left_queue),
            asa_s=round(counts.waited_s / counts.answered, 1) if counts.answered else None,
        )

    def chart(self, now: float) -> tuple[ChartMinute, ...]:
        """The last 60 minutes, the present one last."""
        present = int(now // 60)
        first = present - CHART_MINUTES + 1
        before = [minute for minute in self._minutes if minute < first]
        carried = self._minutes[max(before)].waiting_last if before else 0
        for old in sorted(before)[:-1]:
            del self._minutes[old]
        drawn = []
        for number in range(first, present + 1):
            minute = self._minutes.get(number)
            if minute is None:
                minute = _Minute(waiting_max=carried, waiting_last=carried)
            carried = minute.waiting_last
            drawn.append(
                ChartMinute(
                    minute=datetime.fromtimestamp(number * 60, UTC),
                    offered=minute.offered,
                    answered=minute.answered,
                    abandoned=minute.abandoned,
                    waiting_max=minute.waiting_max,
                )
            )
        return tuple(drawn)

    def _answered(self, seen: _Seen) -> None:
        if self._today(seen):
            waited = max(0.0, seen.connected - (seen.placed or seen.arrived))
            self._counts.answered += 1
            self._counts.waited_s += waited
            self._counts.answered_in_time += waited <= self._target

    def _ended(self, seen: _Seen) -> None:
        if self._today(seen):
            self._counts.ends[seen.end] = self._counts.ends.get(seen.end, 0) + 1
            self._counts.left_queue += seen.end == End.ABANDONED and seen.placed > 0 and not seen.connected

    def _today(self, seen: _Seen) -> bool:
        return seen.arrived >= self._midnight

    def _wait(self, event: FeedEvent, *, waiting: bool) -> None:
        (self._waiting.add if waiting else self._waiting.discard)(event.call)
        minute = self._minute(event.at)
        minute.waiting_last = len(self._waiting)
        minute.waiting_max = max(minute.waiting_max, minute.waiting_last)

    def _minute(self, at: float) -> _Minute:
        number = int(at // 60)
        if number not in self._minutes:
            waiting = len(self._waiting)
            self._minutes[number] = _Minute(waiting_max=waiting, waiting_last=waiting)
        return self._minutes[number]


def sl_3(answered_in_time: int, answered: int, abandoned: int) -> float | None:
    """SL-3 in per cent: A_T / (A + B), strict. None when there is nothing to divide by."""
    offered = answered + abandoned
    return round(100 * answered_in_time / offered, 1) if offered else None


def midnight_before(now: float, zone: tzinfo) -> float:
    """The zone's last midnight, unix seconds."""
    local = datetime.fromtimestamp(now, zone)
    return local.replace(hour=0, minute=0, second=0, microsecond=0).timestamp()


def as_events(records: Iterable[CallRecord]) -> list[FeedEvent]:
    """History's rows as the events they were written from, in the order of time: for a feed trimmed since."""

    def told() -> Iterator[FeedEvent]:
        for row in records:
            for kind, at in (
                (Kind.ARRIVED, row.since),
                (Kind.PLACED, row.placed_at),
                (Kind.CONNECTED, row.connected_at),
                (Kind.ENDED, row.ended_at),
            ):
                if at is not None:
                    at = at if at.tzinfo else at.replace(tzinfo=UTC)
                    data = {"end": row.end} if kind is Kind.ENDED else {}
                    yield FeedEvent("", kind, at.timestamp(), row.call, row.operator, row.queue, data)

    return sorted(told(), key=lambda event: event.at)
