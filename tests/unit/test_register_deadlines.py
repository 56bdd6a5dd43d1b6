"""When a ticket is due, over calendars: closed and moved days, pauses, changed clocks; and what its clock is doing."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from kezek_register.deadlines import Pause, deadline, due
from kezek_register.ticket_types import State, TicketMove
from kezek_register.worktime import NoWorkingTime, WorkCalendar
from kit.databases import draft

ALMATY, KYIV, MOSCOW = ZoneInfo("Asia/Almaty"), ZoneInfo("Europe/Kyiv"), ZoneInfo("Europe/Moscow")
BEGINNING = datetime(2024, 1, 1, tzinfo=UTC)

minutes = st.integers(0, 4 * 365 * 1440)
moments = minutes.map(lambda minute: BEGINNING + timedelta(minutes=minute))
days_off = st.frozensets(st.integers(0, 4 * 366).map(lambda n: date(2024, 1, 1) + timedelta(days=n)), max_size=60)
day_hours = st.sampled_from(
    [(), ((540, 1080),), ((540, 780), (840, 1080)), ((0, 1440),), ((480, 500),), ((1380, 1440),), ((30, 210),)]
)


@st.composite
def calendars(draw: st.DrawFn) -> WorkCalendar:
    week = tuple(draw(day_hours) for _ in range(7))
    assume(any(week[:5]))
    zone, country = draw(st.sampled_from([(ALMATY, "KZ"), (KYIV, "UA"), (MOSCOW, "RU"), (UTC, ""), (KYIV, "KZ")]))
    return WorkCalendar(zone, country, week, draw(days_off), draw(days_off))


@st.composite
def pauses_after(draw: st.DrawFn, start: datetime) -> list[Pause]:
    """Ended ones, in their order, none of them on another."""
    edges = sorted(draw(st.lists(st.integers(1, 60 * 24 * 40), max_size=6, unique=True)))
    moments = [start + timedelta(minutes=minute) for minute in edges]
    return list(pairwise(moments))[::2]


def is_open(calendar: WorkCalendar, at: datetime) -> bool:
    """Within working time, its end included."""
    day = at.astimezone(calendar.zone).date()
    return any(begins <= at <= ends for each in (day, day - timedelta(days=1)) for begins, ends in calendar.spans(each))


def worked_s(calendar: WorkCalendar, start: datetime, end: datetime, pauses: list[Pause]) -> float:
    """Working time between two moments without the pauses, counted in another way than the code does."""
    total, day = 0.0, start.astimezone(calendar.zone).date() - timedelta(days=1)
    while day <= end.astimezone(calendar.zone).date():
        for begins, ends in calendar.spans(day):
            begins, ends = max(begins, start), min(ends, end)
            total += max(0.0, (ends - begins).total_seconds())
            for began, ended in pauses:
                assert ended is not None
                total -= max(0.0, (min(ends, ended) - max(begins, began)).total_seconds())
        day += timedelta(days=1)
    return total


@given(calendars(), moments, st.integers(1, 80), st.data())
@settings(max_examples=150, deadline=None)
def test_working_hours_end_in_working_time_and_are_as_many_as_allowed(
    calendar: WorkCalendar, start: datetime, hours: int, data: st.DataObject
) -> None:
    pauses = data.draw(pauses_after(start))
    due_at = due(start, calendar, hours=hours, pauses=pauses)
    assert due_at is not None
    assert is_open(calendar, due_at)
    assert worked_s(calendar, start, due_at, pauses) == hours * 3600


@given(calendars(), moments, st.integers(1, 10), st.data())
@settings(max_examples=150, deadline=None)
def test_working_days_end_when_a_working_day_closes(
    calendar: WorkCalendar, start: datetime, days: int, data: st.DataObject
) -> None:
    pauses = data.draw(pauses_after(start))
    due_at = due(start, calendar, days=days, pauses=pauses)
    assert due_at is not None
    closings = []
    day = start.astimezone(calendar.zone).date() + timedelta(days=1)
    while not closings or closings[-1] < due_at:
        if spans := calendar.spans(day):
            closings.append(spans[-1][1])
        day += timedelta(days=1)
    assert closings[-1] == due_at, "no deadline falls on a closed day"
    counted = [at for at in closings if not any(began <= at < ended for began, ended in pauses if ended is not None)]
    assert len(counted) == days
    assert counted[-1] == due_at


@given(calendars(), moments, st.integers(1, 60), st.booleans(), st.booleans())
@settings(max_examples=150, deadline=None)
def test_more_allowance_and_a_later_beginning_are_never_earlier(
    calendar: WorkCalendar, start: datetime, allowed: int, in_days: bool, by_clock: bool
) -> None:
    def when(begins: datetime, amount: int) -> datetime:
        found = due(begins, calendar, **({"days": amount} if in_days else {"hours": amount, "by_clock": by_clock}))
        assert found is not None
        return found

    assert start < when(start, allowed) < when(start, allowed + 1)
    assert when(start, allowed) <= when(start + timedelta(hours=3), allowed)


@given(calendars(), moments, st.integers(1, 40), st.sampled_from(["days", "hours", "clock"]), st.data())
@settings(max_examples=150, deadline=None)
def test_a_pause_never_makes_it_earlier_and_one_after_the_end_changes_nothing(
    calendar: WorkCalendar, start: datetime, allowed: int, how: str, data: st.DataObject
) -> None:
    told = {"days": allowed} if how == "days" else {"hours": allowed, "by_clock": how == "clock"}
    plain = due(start, calendar, **told)
    assert plain is not None
    pauses = data.draw(pauses_after(start))
    with_pauses = due(start, calendar, **told, pauses=pauses)
    assert with_pauses is not None
    assert with_pauses >= plain
    later = [(with_pauses + timedelta(minutes=1), with_pauses + timedelta(days=3))]
    assert due(start, calendar, **told, pauses=[*pauses, *later]) == with_pauses
    lasting: Pause = (with_pauses + timedelta(minutes=1), None)
    assert due(start, calendar, **told, pauses=[*pauses, lasting]) == with_pauses, "late before it was paused"
    assert due(start, calendar, **told, pauses=[(start, None)]) is None


@given(moments, st.integers(1, 100), st.data())
@settings(deadline=None)
def test_an_accident_s_hours_run_by_the_clock_and_shift_by_the_pauses(
    start: datetime, hours: int, data: st.DataObject
) -> None:
    pauses = data.draw(pauses_after(start))
    due_at = due(start, WorkCalendar(MOSCOW, "RU"), hours=hours, by_clock=True, pauses=pauses)
    assert due_at is not None
    before = [(began, ended) for began, ended in pauses if ended is not None and began < due_at]
    paused = sum(((ended - began) for began, ended in before), timedelta())
    assert due_at == start + timedelta(hours=hours) + paused


@pytest.mark.parametrize(
    ("country", "zone", "start", "days", "due_on"),
    [
        # Nauryz 2026: 21 and 22 March are a weekend, 24 and 25 are free instead
        ("KZ", ALMATY, "2026-03-20T15:00", 1, "2026-03-26T18:00"),
        # 4 May 2024 was worked for 8 May
        ("KZ", ALMATY, "2024-05-03T10:00", 1, "2024-05-04T18:00"),
        # 1 November 2025 was worked for 3 November
        ("RU", MOSCOW, "2025-10-31T10:00", 2, "2025-11-05T18:00"),
        # no holidays under martial law: 24 August 2026 is a Monday
        ("UA", KYIV, "2026-08-21T10:00", 1, "2026-08-24T18:00"),
        # over the change of the clock, 25 October 2026
        ("UA", KYIV, "2026-10-23T10:00", 1, "2026-10-26T18:00"),
    ],
)
def test_known_days(country: str, zone: ZoneInfo, start: str, days: int, due_on: str) -> None:
    begun = datetime.fromisoformat(start).replace(tzinfo=zone)
    due_at = due(begun, WorkCalendar(zone, country), days=days)
    assert due_at == datetime.fromisoformat(due_on).replace(tzinfo=zone)


def test_a_site_has_the_last_word() -> None:
    monday = date(2026, 11, 23)
    sunday = monday - timedelta(days=1)
    calendar = WorkCalendar(holidays=frozenset({monday, sunday}), working=frozenset({sunday}))
    assert [calendar.is_working(day) for day in (sunday, monday)] == [True, False]
    with pytest.raises(NoWorkingTime):
        list(islice(WorkCalendar(week=((),) * 7).from_(BEGINNING), 1))


MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)


def move(after: State, hours: float, what: str = "pause") -> TicketMove:
    return TicketMove(MONDAY + timedelta(hours=hours), "x", what, "accepted", after)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("state", "moves", "at_h", "clock", "due_h"),
    [
        ("assigned", [], 3.0, "running", 4.0),
        ("assigned", [], 4.5, "late", 4.0),
        ("paused", [move("paused", 1)], 99.0, "paused", None),
        ("paused", [move("paused", 5)], 6.0, "late", 4.0),
        ("accepted", [move("paused", 1), move("accepted", 3)], 5.0, "running", 6.0),
        ("reported", [move("reported", 4)], 99.0, "met", 4.0),
        ("closed", [move("reported", 3), move("closed", 9)], 99.0, "met", 4.0),
        ("closed", [move("closed", 5)], 99.0, "missed", 4.0),
        ("refused", [move("paused", 1), move("refused", 50)], 99.0, "met", 53.0),
    ],
)
def test_what_the_clock_is_doing(
    state: State, moves: list[TicketMove], at_h: float, clock: str, due_h: float | None
) -> None:
    ticket = draft(state=state, clock_from=MONDAY, allowed_hours=4, accident=True)
    told = deadline(ticket, moves, MONDAY + timedelta(hours=at_h), WorkCalendar())
    assert told.clock == clock
    assert told.due_at == (MONDAY + timedelta(hours=due_h) if due_h is not None else None)
    if clock in ("running", "late"):
        assert told.left_s == (due_h - at_h) * 3600


def test_a_reopened_ticket_begins_anew() -> None:
    moves = [move("paused", 1), move("reported", 2), move("assigned", 10, "reopen")]
    ticket = draft(state="assigned", clock_from=MONDAY + timedelta(hours=10), allowed_hours=4, accident=True)
    told = deadline(ticket, moves, MONDAY + timedelta(hours=11), WorkCalendar())
    assert (told.clock, told.due_at, told.left_s) == ("running", MONDAY + timedelta(hours=14), 3 * 3600)


def test_without_an_allowance_there_is_no_clock() -> None:
    assert deadline(draft(clock_from=MONDAY), [], MONDAY, WorkCalendar()).clock == "none"
    assert deadline(draft(allowed_days=1), [], MONDAY, WorkCalendar()).clock == "none"
