"""The parts of detection: odds, the usual rates, extents on the ground, areas in words."""

from datetime import UTC, datetime, timedelta

import pytest

from kezek_register.announcements import Names
from kezek_register.area_words import Named
from kezek_register.areas import Area, Place, covers
from kezek_register.detection import words
from kezek_register.detection.gazetteer import Gazetteer
from kezek_register.detection.hull import hull, inside
from kezek_register.detection.known import Outages
from kezek_register.detection.lines import areas_of
from kezek_register.detection.odds import bar, certainty, surprise
from kezek_register.detection.regions import Region
from kezek_register.detection.types import Spot, Suspicion, Town
from kezek_register.detection.usual import HouseholdsUsual, LearntUsual
from kezek_register.types import Street

MONDAY = datetime(2026, 3, 2, 18, 30, tzinfo=UTC)


def test_surprise_grows_with_reports_and_falls_with_what_is_usual() -> None:
    assert surprise(1, 2.0, 3.0) == 0.0
    assert 0 < surprise(3, 0.1, 3.0) < surprise(4, 0.1, 3.0) < surprise(4, 0.01, 3.0)


def test_the_bar_is_higher_for_a_busier_topic_and_for_fewer_alarms() -> None:
    assert bar(1.0, 4, 1.0) < bar(10.0, 4, 1.0) < bar(10.0, 4, 0.1)


def test_certainty_follows_the_score_and_falls_by_denials() -> None:
    assert 0.8 < certainty(10.0, 10.0, 1.0) < certainty(15.0, 10.0, 1.0) < 1.0
    assert certainty(30.0, 10.0, 1.0, against=8.0) < 0.5


def test_without_history_nights_are_quiet_and_every_topic_has_a_rate() -> None:
    usual = HouseholdsUsual(20_000)
    assert 0 < usual.rate("never heard of", MONDAY.replace(hour=3)) < usual.rate("heating", MONDAY)
    assert sum(usual.rate("heating", MONDAY.replace(hour=hour)) for hour in range(24)) == pytest.approx(10.0)


def test_history_takes_over_as_it_grows_longer() -> None:
    default = HouseholdsUsual(20_000)
    rates = []
    for weeks in (0, 1, 8, 50):
        counts = [("heating", hour, 5.0 * weeks) for hour in range(168)]
        rates.append(LearntUsual(default, counts, weeks).rate("heating", MONDAY))
    assert rates[0] == default.rate("heating", MONDAY)
    assert rates == sorted(rates)
    assert rates[-1] == pytest.approx(5.0, rel=0.1)
    assert 0 < LearntUsual(default, [], 50).rate("heating", MONDAY) < 0.1


def test_history_is_read_in_the_towns_own_time() -> None:
    counts = [("heating", 23, 500.0)]
    late = LearntUsual(HouseholdsUsual(1), counts, 10, zone=lambda at: at + timedelta(hours=5))
    assert late.rate("heating", MONDAY) > 5 * late.rate("heating", MONDAY - timedelta(hours=5))


def test_the_hull_of_points_holds_them() -> None:
    points = [(0.0, 0.0), (4.0, 0.0), (4.0, 3.0), (0.0, 3.0), (2.0, 1.0)]
    ring = hull(points)
    assert sorted(ring) == sorted(points[:4])
    assert all(inside(one, ring) for one in points)
    assert not inside((5.0, 1.0), ring)


def test_areas_cover_what_the_region_has_and_nothing_else() -> None:
    """Runs of one side of a street, single buildings, whole streets."""
    spots = [Spot(Place(1, str(n), n), 2) for n in range(1, 21)] + [
        Spot(Place(2, str(n), 20 + n), 1) for n in (1, 2, 3)
    ]
    gazetteer = Gazetteer(Town(spots))
    for wanted in ({0, 2, 4, 6}, {3}, set(range(20)), {5, 6, 7, 20, 21, 22}, {0, 9, 10}):
        areas = areas_of(gazetteer, Region(gazetteer, spots=wanted))
        assert {n for n, spot in enumerate(spots) if any(covers(area, spot.place) for area in areas)} == wanted
    assert areas_of(gazetteer, Region(gazetteer, spots={0, 2, 4, 6})) == (
        Area("houses", street_id=1, house_from="1", house_to="7", parity="odd"),
    )


def test_an_outage_explains_its_places_and_its_topic() -> None:
    known = Outages()
    known.put("a", "heating", [Area("houses", street_id=1, house_from="2", house_to="10"), Area("part", part_id=5)])
    assert known.explaining("heating", Place(1, "4")) == "a"
    assert known.explaining("heating", Place(1)) == "a"
    assert known.explaining("heating", Place(9, "4", 3, (), (4, 5))) == "a"
    assert known.explaining("heating", Place(1, "12")) == ""
    assert known.explaining("water", Place(1, "4")) == ""
    known.drop("a")
    assert known.explaining("heating", Place(1, "4")) == ""


def suspicion(**more: object) -> Suspicion:
    told = {"areas": (Area("houses", street_id=1, house_from="40", house_to="62"),), "reports": 17, "span_s": 370.0}
    fixed = {"id": "x", "state": "open", "topic": "heating", "parties": 16, "usual": 0.3, "certainty": 0.99}
    rest = {"score": 20.0, "households": 300, "first_at": MONDAY, "last_at": MONDAY}
    return Suspicion(**{**fixed, **rest, **told, **more})  # type: ignore[arg-type]


NAMES = Names(
    Named(streets={1: Street(1, "street", {"en": "Abay", "ru": "Абая", "kk": "Абай", "uk": "Абая"}, ())}),
    {"heating": {"en": "heating", "ru": "отопление", "kk": "жылу", "uk": "опалення"}},
)


def test_a_suspicion_in_one_line() -> None:
    assert words.line(suspicion(), NAMES, "en") == "17 calls in 6 minutes from Abay street 40–62: heating; usual 0.3"
    assert words.line(suspicion(), NAMES, "ru") == "17 звонков за 6 минут, улица Абая 40–62: отопление; обычно 0,3"
    assert words.line(suspicion(), NAMES, "uk") == "17 дзвінків за 6 хвилин, вулиця Абая 40–62: опалення; зазвичай 0,3"
    assert words.line(suspicion(), NAMES, "kk") == "Абай көшесі 40–62: 6 минут ішінде 17 қоңырау, жылу; әдетте 0,3"
    assert words.line(suspicion(), NAMES, "ko") == words.line(suspicion(), NAMES, "en")


def test_a_part_of_a_network_stands_in_the_sentence_undeclined() -> None:
    feeder = {"kk": "Фидер 7-2", "ru": "Фидер 7-2", "uk": "Фідер 7-2", "en": "Feeder 7-2"}
    names = Names(Named(parts={4: feeder}), NAMES.topics)
    one = suspicion(areas=(Area("part", part_id=4),), reports=31)
    assert words.line(one, names, "kk") == "«Фидер 7-2» нысаны: 6 минут ішінде 31 қоңырау, жылу; әдетте 0,3"
    assert words.line(one, names, "ru") == "31 звонок за 6 минут, объект «Фидер 7-2»: отопление; обычно 0,3"
    assert words.line(one, names, "uk") == "31 дзвінок за 6 хвилин, об’єкт «Фідер 7-2»: опалення; зазвичай 0,3"
    assert words.line(one, names, "en") == "31 calls in 6 minutes from “Feeder 7-2”: heating; usual 0.3"
    assert names.places.title(Area("part", part_id=4), "ru") == "Фидер 7-2", "beside other areas it is its name alone"


def test_words_count_and_never_fail() -> None:
    few = suspicion(reports=21, span_s=0.0, usual=0.0, against=2, topic="unheard", areas=(Area("part", part_id=4),))
    assert (
        words.line(few, NAMES, "ru") == "21 звонок за 1 минуту, адрес неизвестен: unheard; обычно меньше 0,1; против: 2"
    )
    many = suspicion(areas=tuple(Area("street", street_id=1) for _ in range(5)), span_s=3 * 3600.0)
    assert words.line(many, NAMES, "en").startswith(
        "17 calls in 3 hours from Abay street, Abay street, Abay street and 2 more"
    )


def test_the_same_words_in_every_language() -> None:
    tables = [value for name, value in vars(words).items() if name.startswith("_") and isinstance(value, dict)]
    tables = [table for table in tables if "kk" in table]
    assert len(tables) >= 7
    assert all(set(table) == {"kk", "ru", "uk", "en"} for table in tables)
