"""The day's counts and the last hour's chart, out of the feed's events alone."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from kezek_api.tally import Tally, as_events
from kezek_queue import End, FeedEvent, Kind
from kezek_register import CallRecord
from kit.figures_day import made_up


def event(kind: Kind, at: float, call: str = "c", **data: object) -> FeedEvent:
    return FeedEvent(f"{int(at * 1000)}-0", kind, at, call, "", "hotline", data)


def test_service_level_and_asa_count_from_the_place_in_the_line() -> None:
    tally = Tally(midnight=0.0)
    for call, placed, connected in (("a", 10.0, 25.0), ("b", 10.0, 40.0)):
        tally.see(event(Kind.ARRIVED, 1.0, call))
        tally.see(event(Kind.PLACED, placed, call))
        tally.see(event(Kind.CONNECTED, connected, call))
        tally.see(event(Kind.ENDED, 60.0, call, end="answered"))
    tally.see(event(Kind.ARRIVED, 2.0, "c"))
    tally.see(event(Kind.ENDED, 3.0, "c", end="abandoned"))
    totals = tally.totals()
    assert totals.asa_s == 22.5
    assert totals.service_level_pct == 50.0, "who hung up before the line is no abandon of the queue"
    assert (totals.offered, totals.answered, totals.abandoned) == (3, 2, 1)


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["a", "b", "c", "d"]),
            st.sampled_from([Kind.ARRIVED, Kind.PLACED, Kind.OFFERED, Kind.CONNECTED, Kind.FINISHED, Kind.ENDED]),
            st.sampled_from([end.value for end in End]),
        ),
        max_size=60,
    ),
    st.integers(0, 5000),
)
def test_every_call_is_counted_once_whatever_is_told(told: list[tuple[str, Kind, str]], midnight: int) -> None:
    """P5: offered = the sum of the ends + in progress, for any events in any order, told twice, over a midnight."""
    tally = Tally(midnight=0.0)
    for at, (call, kind, end) in enumerate(told * 2):
        tally.see(event(kind, 100.0 * at + 1, call, end=end))
        if at == len(told):
            tally.new_day(float(midnight))
        totals = tally.totals()
        assert totals.offered == totals.answered + totals.abandoned + totals.other_ends + totals.in_progress
        assert totals.offered == sum(tally.ends.values()) + totals.in_progress
        assert min(totals.offered, totals.in_progress, totals.other_ends, totals.callbacks_pending) >= 0
        assert totals.offered <= 4


def test_the_chart_is_the_last_hour_and_carries_the_waiting_on() -> None:
    tally = Tally(midnight=0.0)
    tally.see(event(Kind.ARRIVED, 60.0, "a"))
    tally.see(event(Kind.PLACED, 61.0, "a"))
    chart = tally.chart(60.0 * 90)
    assert len(chart) == 60
    assert [minute.waiting_max for minute in chart] == [1] * 60
    tally.see(event(Kind.ENDED, 60.0 * 90 + 1, "a", end="abandoned"))
    last = tally.chart(60.0 * 91)[-2:]
    assert [(minute.abandoned, minute.waiting_max) for minute in last] == [(1, 1), (0, 0)]
    assert [minute.offered for minute in tally.chart(60.0 * 91)] == [0] * 60


def test_history_fills_in_for_a_feed_that_was_trimmed() -> None:
    moment = datetime.fromtimestamp(1000, UTC)
    row = CallRecord("c1", "", "109", "ru", "hotline", "", "abandoned", moment, moment, None, moment, "")
    tally = Tally(midnight=0.0)
    for told in [*as_events([row]), event(Kind.ENDED, 1000.0, "c1", end="abandoned")]:
        tally.see(told)
    assert (tally.totals().offered, tally.totals().abandoned) == (1, 1)
    day = made_up(11)
    tally = Tally(midnight=0.0)
    tally.recall(day.records.values(), day.legs, day.times)
    recalled = tally.totals(100_000.0)
    for told in day.events:
        tally.see(told)
    assert tally.totals(100_000.0) == recalled, "the feed that was left tells it again"
    fresh = Tally(midnight=0.0)
    for told in day.events:
        fresh.see(told)
    assert fresh.totals(100_000.0) == recalled


def test_the_wallboard_has_all_the_days_numbers() -> None:
    """P21: what the manager asks for is counted while it happens."""
    tally = Tally(midnight=0.0, service_level_s=20, short_abandon_s=5)
    for name, state, at in (("ready", "ready", 0.0), ("talking", "talking", 100.0), ("wrap", "wrap_up", 160.0)):
        tally.see(FeedEvent(name, Kind.OPERATOR, at, "", "aigul", "", {"state": state}))
        if name == "ready":
            tally.see(event(Kind.ARRIVED, 80.0, "a", since=80.0))
            tally.see(event(Kind.PLACED, 90.0, "a"))
            tally.see(FeedEvent("c", Kind.CONNECTED, 100.0, "a", "aigul", "hotline", {"offer": 1}))
        if name == "talking":
            tally.see(FeedEvent("f", Kind.FINISHED, 160.0, "a", "aigul", "hotline", {"offer": 1}))
            tally.see(event(Kind.ENDED, 160.0, "a", end="answered"))
    tally.see(FeedEvent("r", Kind.OPERATOR, 180.0, "", "aigul", "", {"state": "ready"}))
    for call, end in (("b", "refused"), ("c", "callback")):
        tally.see(event(Kind.ARRIVED, 170.0, call, since=170.0))
        tally.see(event(Kind.ENDED, 175.0, call, end=end))
    tally.see(event(Kind.ARRIVED, 175.0, "cb-c", since=175.0))
    tally.see(FeedEvent("p", Kind.PLACED, 175.0, "cb-c", "", "hotline", {"kind": "callback"}))
    tally.see(event(Kind.ARRIVED, 176.0, "w"))
    tally.see(event(Kind.PLACED, 180.0, "w"))
    totals = tally.totals(200.0)
    assert (totals.aht_s, totals.occupancy_pct) == (80.0, 40.0), "60 + 20 s of 200"
    assert (totals.refused, totals.callbacks_pending, totals.longest_wait_s) == (1, 1, 20.0)
    assert totals.service_levels.sl_3 == totals.service_level_pct == 100.0
    assert totals.offered == 4
    tally.see(event(Kind.ENDED, 300.0, "cb-c", end="answered"))
    assert tally.totals(300.0).callbacks_pending == 0
    tally.new_day(190.0)
    assert tally.totals(300.0).occupancy_pct == 0.0, "of the new day there is only the time ready"
    tally.crew([])


def test_the_chart_draws_anew_what_has_changed_alone() -> None:
    tally = Tally(midnight=0.0)
    told = [
        event(Kind.ARRIVED, 100.0, "a", since=100.0),
        event(Kind.PLACED, 130.0, "a"),
        event(Kind.ARRIVED, 200.0, "b", since=200.0),
        event(Kind.CONNECTED, 260.0, "a"),
        event(Kind.ARRIVED, 261.0, "c", since=110.0),  # an earlier minute
        event(Kind.ENDED, 262.0, "b", end="abandoned"),
    ]
    for seen in told:
        tally.see(seen)
        before = tally.chart(3600.0)
        assert before == tally.chart(3600.0)
        assert all(one is other for one, other in zip(before, tally.chart(3600.0), strict=True))
        fresh = Tally(midnight=0.0)
        for past in told[: told.index(seen) + 1]:
            fresh.see(past)
        assert tally.chart(3600.0) == fresh.chart(3600.0)
    assert tally.chart(3660.0)[:-1] == tally.chart(3600.0)[1:]
