"""Detection under any input: garbage places, wrong clocks, duplicates, floods; and its memory stays as it was."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from kezek_register.areas import Area, Place
from kezek_register.detection.detector import MassOutages
from kezek_register.detection.types import Branch, DetectionSettings, Spot, Town, TroubleReport
from kezek_register.detection.usual import HouseholdsUsual

NOON = datetime(2026, 2, 3, 12, tzinfo=UTC)
TOWN = Town(
    [
        Spot(
            Place(street, str(house), street * 10 + house, (1,), (9, 10 + street)),
            [0, 1, 40][house % 3],
            *((51 + street / 900, 71 + house / 900) if house % 4 else (None, math.nan)),
        )
        for street in range(1, 5)
        for house in range(1, 9)
    ],
    [Branch(1, None, "city")],
    [Branch(9, None, "substation"), *(Branch(10 + n, 9, "feeder") for n in range(1, 5))],
)
IDS = st.integers(-1, 60)
PLACES = st.builds(
    Place,
    street_id=st.integers(-1, 6),
    house=st.sampled_from(["", "1", "2", "3/1", "07", "ъ", "9" * 30, "5"]),
    building_id=IDS,
    territories=st.lists(st.integers(0, 3), max_size=2).map(tuple),
    parts=st.lists(st.integers(8, 16), max_size=2).map(tuple),
)
REPORTS = st.builds(
    TroubleReport,
    key=st.integers(0, 60).map(str),
    at=st.one_of(
        st.integers(0, 1200).map(lambda after: NOON + timedelta(seconds=after)),
        st.datetimes(timezones=st.just(UTC)),
    ),
    source=st.sampled_from(["call", "recorded", "operator", "message", "sensor", "crew"]),
    topic=st.sampled_from(["heating", "water", ""]),
    place=PLACES,
    party=st.integers(0, 40).map(str),
    sure=st.sampled_from([1.0, 0.8, 0.4, 0.0, -3.0, 7.0, math.nan]),
    says=st.sampled_from(["out", "out", "out", "on"]),
)


def detector(town: Town = TOWN) -> MassOutages:
    return MassOutages(town, DetectionSettings(), HouseholdsUsual(1000))


def call(n: int, at: datetime, building: int = 5, **more: Any) -> TroubleReport:
    told = {"key": f"call:{n}", "party": f"household:{n}", "topic": "heating", "place": TOWN.spots[building].place}
    return TroubleReport(at=at, source="call", **{**told, **more})


@settings(max_examples=60, deadline=None)
@given(st.lists(REPORTS, max_size=60), st.lists(st.integers(0, 59), max_size=4))
def test_any_reports_in_any_order_are_borne(reports: list[TroubleReport], decisions: list[int]) -> None:
    """Ids stay, parties count once, certainties are chances, areas are of the town."""
    found = detector()
    closed: set[str] = set()
    for n, one in enumerate(reports):
        for each in found.report(one):
            assert each.id not in closed
            assert 0.0 <= each.certainty <= 1.0
            assert each.score >= 0.0
            assert each.parties <= each.reports
            assert len(set(each.keys)) == len(each.keys)
            if each.state in ("faded", "merged"):
                closed.add(each.id)
        ids = [each.id for each in found.open()]
        assert len(set(ids)) == len(ids)
        if n in decisions and ids:
            found.decided(ids[0], "confirmed" if n % 2 else "dismissed", [Area("street", street_id=1)], one.at)
            if n % 3 == 0:
                found.over(ids[0], one.at)
    for each in found.open():
        assert each.parties >= 1
        assert each.first_at <= each.last_at


def test_an_empty_town_hears_everything_and_says_little() -> None:
    found = detector(Town([]))
    for n in range(50):
        found.report(call(n, NOON + timedelta(seconds=n)))
    assert all(one.areas for one in found.open())


def test_a_key_that_is_known_changes_nothing() -> None:
    found = detector()
    for n in range(8):
        found.report(call(n, NOON + timedelta(seconds=20 * n)))
    before = found.open()
    assert len(before) == 1
    assert [found.report(call(n, NOON + timedelta(seconds=300))) for n in range(8)] == [[]] * 8
    assert found.open() == before


def test_a_report_that_is_too_old_changes_nothing() -> None:
    found = detector()
    found.tick(NOON)
    for n in range(8):
        assert found.report(call(n, NOON - timedelta(hours=3, seconds=n))) == []
    assert found.open() == []


def test_one_clock_that_is_a_day_ahead_does_not_deafen() -> None:
    found = detector()
    found.tick(NOON)
    found.report(call(99, NOON + timedelta(days=1), 20))
    for n in range(6):
        found.report(call(n, NOON + timedelta(seconds=20 * n)))
    assert len(found.open()) == 1


def test_to_have_begun_with_a_clock_that_is_ahead_does_not_deafen() -> None:
    found = detector()
    found.report(call(99, NOON + timedelta(days=400), 20))
    for n in range(9):
        found.report(call(n, NOON + timedelta(seconds=20 * n)))
    assert len(found.open()) == 1


def test_clocks_that_differ_by_minutes_still_make_one() -> None:
    found = detector()
    for n in range(7):
        found.report(call(n, NOON + timedelta(seconds=20 * n, minutes=(4, 0, -5)[n % 3])))
    assert len(found.open()) == 1


def test_a_silent_night_without_ticks_is_no_wrong_clock() -> None:
    found = detector()
    found.report(call(99, NOON, 20))
    for n in range(7):
        found.report(call(n, NOON + timedelta(hours=9, seconds=20 * n)))
    assert len(found.open()) == 1


def test_memory_is_bounded_in_a_flood() -> None:
    """Of topics, keys, parties; and a year later nothing is left."""
    found = detector()
    for n in range(6000):
        found.report(
            call(n, NOON + timedelta(seconds=n / 10), n % len(TOWN.spots), topic=f"t{n}" if n % 3 else "heating")
        )
    assert len(found._topics) <= 65
    assert all(len(topic._evidence) <= 4096 for topic in found._topics.values())
    found.tick(NOON + timedelta(days=1))
    assert found._keys == {}
    assert sum(len(topic._evidence) + len(topic._evidence.areas) for topic in found._topics.values()) == 0
    assert found.open() == []
