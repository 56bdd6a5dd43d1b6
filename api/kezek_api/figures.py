"""Cohorts out of the history: rows become the same facts that the feed tells, and are counted by the same rules."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Literal

from kezek_api.errors import Invalid
from kezek_queue.figures import Book, By, CallFacts, Figures, Spell, Targets
from kezek_queue.figures import Leg as LegFacts
from kezek_queue.types import CallKind
from kezek_register import Register
from kezek_register.types import CallRecord, Leg, OperatorTime

Every = Literal["15m", "30m", "1h", "1d", "all"]
STEPS_S = {"15m": 900.0, "30m": 1800.0, "1h": 3600.0}
MOST = 31 * 96  # intervals at one time: 31 days of quarters
LONGEST = timedelta(days=366)
CHUNK = timedelta(days=1)  # of the history are looked at together


async def figures(
    register: Register,
    since: datetime,
    until: datetime,
    *,
    every: Every,
    by: By,
    targets: Targets,
    zone: tzinfo,
    now: datetime,
) -> list[Figures]:
    """Oldest first. Raises Invalid, Unavailable. Counted day by day, in a thread, so that no call is delayed by it."""
    edges = edges_of(since, until, every, zone)
    book = Book(edges, by=by, targets=targets)
    begin = since
    while begin < until:
        end = min(until, begin + CHUNK)
        calls = await register.history.cohort(begin, end)
        legs = await register.history.legs(begin, end)
        times = await register.history.operator_times(begin, end)
        await asyncio.to_thread(_count, book, calls, legs, times, begin, min(end, now))
        begin = end
    return await asyncio.to_thread(book.figures, now=now.timestamp())


def edges_of(since: datetime, until: datetime, every: Every, zone: tzinfo) -> list[float]:
    """The intervals' edges, unix seconds: steps from `since`, days from local midnight to midnight. Raises Invalid."""
    if since >= until or until - since > LONGEST:
        raise Invalid("since is before until, and by a year at most")
    first, last = since.timestamp(), until.timestamp()
    if every == "1d":
        inner = list(_midnights(since, until, zone))
    elif every == "all":
        inner = []
    else:
        number = math.ceil((last - first) / STEPS_S[every])
        inner = [first + step * STEPS_S[every] for step in range(1, min(number, MOST + 1))]
    if len(inner) >= MOST:
        raise Invalid(f"at most {MOST} intervals")
    return [first, *inner, last]


def facts_of(records: Iterable[CallRecord], legs: Iterable[Leg]) -> list[CallFacts]:
    """As the feed would have told them. Legs of calls that are not among the records are left out."""
    calls = {row.call: _call(row) for row in records}
    for leg in sorted(legs, key=lambda leg: (leg.connected_at, leg.offer)):
        call = calls.get(leg.call)
        if call is not None:
            if not call.legs and call.connected_at and leg.queue:
                call.queue = leg.queue  # where it was first answered
            call.legs[leg.offer] = LegFacts(
                operator=leg.operator,
                queue=leg.queue,
                connected_at=_unix(leg.connected_at),
                finished_at=_unix(leg.finished_at),
                talk_s=leg.talk_s,
                hold_s=leg.hold_s,
                wrap_up_s=leg.wrap_up_s,
                how=leg.how,
            )
    return list(calls.values())


def spells_of(times: Iterable[OperatorTime]) -> tuple[list[Spell], list[Spell]]:
    """Those that are over, and the present ones, whose end is their beginning."""
    closed, present = [], []
    for time in times:
        began = _unix(time.began)
        if time.ended is None:
            present.append(Spell(time.operator, time.state, time.reason, began, began))
        else:
            closed.append(Spell(time.operator, time.state, time.reason, began, _unix(time.ended)))
    return closed, present


def _count(
    book: Book,
    calls: list[CallRecord],
    legs: list[Leg],
    times: list[OperatorTime],
    begin: datetime,
    end: datetime,
) -> None:
    for call in facts_of(calls, legs):
        book.add(call)
    for time in times:
        began, ended = max(_unix(time.began), begin.timestamp()), min(_unix(time.ended) or math.inf, end.timestamp())
        if began < ended:
            book.spend(Spell(time.operator, time.state, time.reason, began, ended))


def _call(row: CallRecord) -> CallFacts:
    placed, connected, ended = _unix(row.placed_at), _unix(row.connected_at), _unix(row.ended_at)
    over = connected or ended
    return CallFacts(
        call=row.call,
        kind=CallKind(row.kind),
        since=_unix(row.since),
        queue=row.queue,
        priority=row.priority,
        placed_at=placed,
        connected_at=connected,
        ended_at=ended,
        end=row.end,
        waited_s=row.waited_s or (max(0.0, over - placed) if placed and over else 0.0),
    )


def _midnights(since: datetime, until: datetime, zone: tzinfo) -> Iterable[float]:
    """Local midnights between the two."""
    day = since.astimezone(zone).date()
    for _ in range(MOST):
        day += timedelta(days=1)
        midnight = datetime(day.year, day.month, day.day, tzinfo=zone)
        if midnight >= until:
            return
        yield midnight.timestamp()


def _unix(at: datetime | None) -> float:
    if at is None:
        return 0.0
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()
