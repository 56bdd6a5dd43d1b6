"""Figures of a period and staffing: the history's rows give what the feed gave."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from kezek_api.errors import Invalid
from kezek_api.figures import MOST, edges_of, facts_of, figures
from kezek_api.shapes_figures import Figures as FiguresShape
from kezek_api.staffing import Measured, expected, measured_in, plan, staffing
from kezek_queue.figures import Book, By, Figures, Story, Targets
from kezek_register.types import CallRecord, Leg, OperatorTime
from kit.figures_day import Day, at, made_up

BEGIN = 86_400.0
TARGETS = Targets()
ALMATY = ZoneInfo("Asia/Almaty")


class Rows:
    """The history's three questions, of a made-up day."""

    def __init__(self, day: Day) -> None:
        self.day = day
        self.asked: list[tuple[datetime, datetime]] = []

    async def cohort(self, since: datetime, until: datetime) -> Sequence[CallRecord]:
        self.asked.append((since, until))
        return [row for row in self.day.records.values() if since <= row.since < until]

    async def legs(self, since: datetime, until: datetime) -> Sequence[Leg]:
        return [leg for leg in self.day.legs if since <= self.day.records[leg.call].since < until]

    async def operator_times(self, since: datetime, until: datetime) -> Sequence[OperatorTime]:
        return [time for time in self.day.times if time.began < until and (time.ended is None or time.ended > since)]

    async def arrivals(self, queue: str, since: datetime, until: datetime) -> dict[datetime, int]:
        found: dict[datetime, int] = {}
        for row in self.day.records.values():
            if row.kind == "call" and queue in ("", row.queue) and since <= row.since < until:
                hour = row.since.replace(minute=0, second=0, microsecond=0)
                found[hour] = found.get(hour, 0) + 1
        return found


def register_of(day: Day) -> Any:
    return SimpleNamespace(history=Rows(day))


def by_feed(day: Day, edges: list[float], by: By, now: float) -> list[Figures]:
    book = Book(edges, by=by, targets=TARGETS)
    story = Story(watch=book.add, spent=book.spend)
    for event in day.events:
        story.see(event)
    return book.figures(now=now, spells=story.open_spells(now))


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("by", ["all", "queue", "operator"])
async def test_feed_and_history_give_the_same_figures(seed: int, by: By) -> None:
    """P5, P21: one story told live and kept, with transfers, helpers, callbacks, redials: the same to the last digit,
    for every quarter of an hour."""
    day = made_up(seed)
    since, until = at(BEGIN), at(BEGIN + 3 * 3600)
    kept = await figures(
        register_of(day), since, until, every="15m", by=by, targets=TARGETS, zone=UTC, now=at(BEGIN + 3 * 3600)
    )
    assert kept == by_feed(day, edges_of(since, until, "15m", UTC), by, BEGIN + 3 * 3600)
    for row in kept:
        assert row.offered == sum(row.ends.values()) + row.in_progress
    assert sum(row.offered for row in kept) >= (60 if by != "operator" else 30)


async def test_a_period_is_looked_at_day_by_day_and_its_parts_make_the_whole() -> None:
    day = made_up(4, length=4 * 86_400.0, calls=200)
    register, since, until = register_of(day), at(BEGIN), at(BEGIN + 5 * 86_400)
    whole = await figures(register, since, until, every="all", by="all", targets=TARGETS, zone=UTC, now=until)
    assert len(register.history.asked) == 5
    days = await figures(register, since, until, every="1d", by="all", targets=TARGETS, zone=UTC, now=until)
    assert (len(whole), len(days)) == (1, 5)
    for name in ("offered", "answered", "in_progress", "transferred", "callbacks", "ready_s", "signed_in_s"):
        parts = [getattr(row, name) for row in days]
        assert sum(parts) == pytest.approx(getattr(whole[0], name), abs=0.5), name
    shown = FiguresShape.of(whole[0])
    assert shown.sl_3 == whole[0].levels.sl_3
    assert shown.since == since


def test_days_begin_at_local_midnight() -> None:
    since = datetime(2026, 11, 20, 12, tzinfo=ALMATY)
    edges = edges_of(since, since + timedelta(days=2), "1d", ALMATY)
    told = [datetime.fromtimestamp(edge, ALMATY).hour for edge in edges]
    assert told == [12, 0, 0, 12]
    hours = edges_of(since, since + timedelta(minutes=150), "1h", ALMATY)
    assert [edge - hours[0] for edge in hours] == [0, 3600, 7200, 9000]


def test_what_is_too_long_or_ends_before_it_begins_is_refused() -> None:
    begin = datetime(2026, 1, 1, tzinfo=UTC)
    assert len(edges_of(begin, begin + timedelta(days=31), "15m", UTC)) == MOST + 1
    for until, every in ((timedelta(days=32), "15m"), (timedelta(0), "all"), (timedelta(days=400), "all")):
        with pytest.raises(Invalid):
            edges_of(begin, begin + until, every, UTC)  # type: ignore[arg-type]


def test_rows_of_before_the_legs_were_kept_still_count() -> None:
    moment = at(1000)
    row = CallRecord("c", "", "109", "", "109", "aigul", "answered", moment, at(1010), at(1030), at(1100), "")
    (call,) = facts_of([row], [])
    assert (call.waited_s, call.queue, call.legs) == (20.0, "109", {})


# --- staffing --------------------------------------------------------------------------------------------------------

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)  # a Friday
MIDNIGHT = datetime(2026, 11, 20, tzinfo=UTC)


def test_the_same_hour_of_the_last_weeks_is_what_is_expected() -> None:
    arrivals = {NOON - timedelta(weeks=week): 100 + week for week in (1, 2, 3, 4)}
    assert expected(arrivals, NOON, NOON, MIDNIGHT) == (102.5, "weeks")
    del arrivals[NOON - timedelta(weeks=4)]
    assert expected(arrivals, NOON, NOON, MIDNIGHT) == (102.0, "weeks"), "no history so far back"
    arrivals[NOON - timedelta(weeks=4, hours=1)] = 1
    assert expected(arrivals, NOON, NOON, MIDNIGHT) == (76.5, "weeks"), "nobody called in that hour"


def test_else_what_is_known_of_today_else_it_is_said_to_be_unknown() -> None:
    today = {NOON - timedelta(hours=2): 30, NOON - timedelta(hours=1): 50}
    assert expected(today, NOON, NOON, MIDNIGHT) == (40.0, "today")
    yesterday = {NOON - timedelta(hours=20): 30}
    assert expected(yesterday, NOON, NOON, MIDNIGHT) == (None, "")
    assert expected({}, NOON, NOON, MIDNIGHT) == (None, "")


def test_the_plan_is_the_least_number_that_meets_the_target() -> None:
    measured = Measured(180.0, 300.0)
    told = plan(NOON, 400.0, "weeks", measured, within_s=20, given=15)
    assert told.operators is not None
    assert told.service_level_pct is not None
    assert told.service_level_pct >= 80
    fewer = plan(NOON, 400.0, "weeks", measured, within_s=20, given=told.operators - 1).given
    assert fewer is not None
    assert fewer.service_level_pct < 80
    assert told.given is not None
    assert (told.given.operators, told.given.occupancy_pct > 95, told.given.abandoned_pct > 20) == (15, True, True)
    unknown = plan(NOON, None, "", measured, within_s=20)
    assert (unknown.calls, unknown.operators) == (None, None)
    unmeasured = plan(NOON, 400.0, "weeks", Measured(None, None), within_s=20)
    assert (unmeasured.calls, unmeasured.operators) == (400.0, None)
    assert plan(NOON, 0.0, "weeks", measured, within_s=20).operators == 0


async def test_staffing_measures_handling_and_patience_in_the_history() -> None:
    day = made_up(8, calls=150, begin=1_767_225_600.0, length=7200.0)  # 2026-01-01, 00:00 UTC
    now = at(1_767_225_600.0 + 3 * 3600)
    told = await staffing(register_of(day), "", now=now, hours=3, within_s=20, zone=UTC, given=7)
    assert [hour.hour for hour in told.hours] == [now + timedelta(hours=n) for n in range(3)]
    assert {hour.basis for hour in told.hours} == {"today"}
    assert told.hours[0].calls == 50.0, "150 in three hours"
    facts = facts_of(day.records.values(), day.legs)
    measured = measured_in(facts)
    assert told.aht_s == round(measured.aht_s or 0, 1)
    assert told.patience_s == round(measured.patience_s or 0, 1)
    assert all(hour.operators and hour.given and hour.given.operators == 7 for hour in told.hours)
    nobody = await staffing(register_of(Day()), "", now=now, hours=1, within_s=20, zone=UTC, given=None)
    assert (nobody.aht_s, nobody.patience_s, nobody.hours[0].calls) == (None, None, None)
    assert measured_in([]) == Measured(None, None)
