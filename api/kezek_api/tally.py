"""Counts of the day and the chart of the last hour, out of the feed's events alone. Pure: time comes with the events.

A cohort is the calls that arrived since local midnight, whenever they end; each call is counted once in each place,
so offered = the sum of the ends + in progress holds by construction (PAINS.md, P5). A talk still going on is in
progress. Waiting counts from the place in the line, not from the greeting. Callbacks are counted apart.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, tzinfo

from kezek_api.chart import Chart
from kezek_api.figures import facts_of, spells_of
from kezek_api.shapes_figures import ChartMinute, Totals
from kezek_queue.figures import Book, CallFacts, Figures, Spell, Story, Targets
from kezek_queue.types import CallKind, End, FeedEvent, Kind, Operator
from kezek_register.types import CallRecord, Leg, OperatorTime

OUT_OF_LINE = {Kind.CONNECTED, Kind.LEFT, Kind.POSTPONED, Kind.ENDED}


class Tally:
    """`see` each event, again if it must be: only the first of its kind counts for a call."""

    def __init__(self, *, midnight: float, service_level_s: float = 20.0, short_abandon_s: float = 5.0) -> None:
        self._midnight = midnight
        self._targets = Targets(within_s=service_level_s, short_s=short_abandon_s)
        self._book = self._new_book()
        self._story = Story(watch=self._count, spent=self._spend)
        self._chart = Chart()
        self._pending: set[str] = set()  # callbacks asked for and not yet had

    def see(self, event: FeedEvent) -> None:
        before = self._story.calls.get(event.call)
        known, connected, ended = before is not None, False, False
        if before is not None:
            connected, ended = before.connected_at > 0, before.ended_at > 0
        self._story.see(event)
        call = self._story.calls.get(event.call)
        if call is None or event.kind is Kind.OPERATOR:
            return
        if not known and call.since and call.kind is CallKind.CALL:
            self._chart.minute(call.since).offered += 1
        if not ended:
            self._tell_chart(event, call, connected=connected)
        self._note_pending(call)

    def recall(self, records: Iterable[CallRecord], legs: Iterable[Leg], times: Iterable[OperatorTime]) -> None:
        """Today's rows of the history, for a feed that was trimmed since midnight."""
        records = list(records)
        for event in as_events(records):
            self.see(event)
        for call in facts_of(records, legs):
            self._story.recall(call.call, call.legs)
        closed, present = spells_of(times)
        for spell in closed:
            self._spend(spell)
        for spell in present:
            self._story.stands(spell.operator, spell.state, spell.reason, spell.began)

    def crew(self, operators: Iterable[Operator]) -> None:
        """Operators as they stand, where no event has told of them."""
        for one in operators:
            self._story.stands(one.operator, one.state, one.reason, one.since)

    def new_day(self, midnight: float) -> None:
        """Counts anew from this midnight; what ended before is forgotten."""
        if midnight <= self._midnight:
            return
        self._midnight, self._book = midnight, self._new_book()
        self._story.forget(midnight)
        for call in self._story.calls.values():
            self._count(call, 1)

    @property
    def ends(self) -> dict[str, int]:
        return self.figures().ends

    def figures(self, now: float = 0.0) -> Figures:
        """Of today. With `now` those who wait and what operators do at present count, too."""
        spent = self._story.open_seconds(self._midnight, now) if now else None
        return self._book.figures(now=now, spent=spent)[0]

    def totals(self, now: float = 0.0, figures: Figures | None = None) -> Totals:
        """`figures`: those of `now`, when they are there already."""
        return Totals.of(figures or self.figures(now), callbacks_pending=len(self._pending))

    def chart(self, now: float) -> tuple[ChartMinute, ...]:
        """The last 60 minutes, the present one last."""
        return self._chart.drawn(now)

    def _new_book(self) -> Book:
        return Book([self._midnight, math.inf], targets=self._targets)

    def _count(self, call: CallFacts, sign: int) -> None:
        self._book.add(call, sign)

    def _spend(self, spell: Spell) -> None:
        self._book.spend(spell)

    def _tell_chart(self, event: FeedEvent, call: CallFacts, *, connected: bool) -> None:
        if event.kind is Kind.PLACED:
            self._chart.wait(event.call, event.at, waiting=True)
        elif event.kind in OUT_OF_LINE:
            self._chart.wait(event.call, event.at, waiting=False)
        if call.kind is CallKind.CALLBACK:
            return
        if call.connected_at and not connected:
            self._chart.minute(event.at).answered += 1
        elif event.kind is Kind.ENDED and call.end == End.ABANDONED:
            self._chart.minute(event.at).abandoned += 1

    def _note_pending(self, call: CallFacts) -> None:
        if call.kind is CallKind.CALLBACK and not call.connected_at and not call.ended_at:
            self._pending.add(call.call)
        else:
            self._pending.discard(call.call)


def midnight_before(now: float, zone: tzinfo) -> float:
    """The zone's last midnight, unix seconds."""
    local = datetime.fromtimestamp(now, zone)
    return local.replace(hour=0, minute=0, second=0, microsecond=0).timestamp()


def as_events(records: Iterable[CallRecord]) -> list[FeedEvent]:
    """History's rows as the events they were written from, in the order of time: for a feed trimmed since."""

    def told() -> Iterator[FeedEvent]:
        for row in records:
            waited = {"waited_s": row.waited_s} if row.waited_s else {}
            for kind, at, data in (
                (Kind.ARRIVED, row.since, {}),
                (Kind.PLACED, row.placed_at, {}),
                (Kind.CONNECTED, row.connected_at, waited),
                (Kind.ENDED, row.ended_at, {"end": row.end, **waited}),
            ):
                if at is not None:
                    at = at if at.tzinfo else at.replace(tzinfo=UTC)
                    known = {"kind": row.kind, "priority": row.priority}
                    yield FeedEvent("", kind, at.timestamp(), row.call, row.operator, row.queue, {**known, **data})

    return sorted(told(), key=lambda event: event.at)
