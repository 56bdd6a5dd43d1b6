"""Suspicions from reports: found, told apart from pranks and rumours, explained, dismissed, faded."""

from datetime import timedelta

import pytest

from kezek_register.areas import Area, covers
from kezek_register.detection.pace import Pace
from kezek_register.detection.types import Town, replayed
from kit.trouble_calls import HOMES, HOUSES, NOON, STREETS, TOWN, detector, of_house, of_streets, report, told, town


@pytest.mark.parametrize("of", [town(), town(network=False), town(False, False)], ids=["tree", "ground", "addresses"])
def test_a_building_is_found_within_five_calls(of: Town) -> None:
    """Also without a network's tree and without coordinates."""
    found = detector(of)
    told(found, of_house(5, of=of))
    (one,) = found.open()
    assert one.areas == (Area("building", building_id=305),)
    assert (one.parties, one.households, one.topic) == (5, HOMES, "heating")
    assert one.certainty > 0.9


def test_calls_of_two_streets_become_the_feeder() -> None:
    found = detector()
    told(found, of_streets(14, (3, 4)))
    (one,) = found.open()
    assert one.areas == (Area("part", part_id=201),)
    assert one.grown[-1][1] == one.households == 2 * HOUSES * HOMES


def test_without_a_tree_the_streets_between_are_filled() -> None:
    of = town(network=False)
    found = detector(of)
    told(found, of_streets(30, (3, 4, 5), of=of))
    (one,) = found.open()
    places = [spot.place for spot in of.spots]
    out = {place for place in places if any(covers(area, place) for area in one.areas)}
    true = {place for place in places if place.street_id in (3, 4, 5)}
    assert len(out & true) / len(out | true) > 0.8


def test_ordinary_calls_all_over_town_raise_nothing() -> None:
    found = detector()
    calls = [report(n, 1 + (5 * n) % STREETS, 1 + (11 * n) % HOUSES, 1500 * n) for n in range(100)]
    assert told(found, calls) == []


def test_a_party_counts_once() -> None:
    """A prankster redials; also with other addresses."""
    found = detector()
    assert told(found, [report(n, 3, 5, 10 * n, party="phone:x") for n in range(40)]) == []
    assert told(found, [report(100 + n, 3, 1 + n % 9, 500 + n, party="phone:x") for n in range(40)]) == []


def test_one_blocks_wrong_addresses_do_not_lead_away() -> None:
    """Every fourth call is heard as another house of the street, and not surely."""
    found = detector()
    calls = of_house(12)
    for n in range(0, 12, 4):
        calls.insert(n, report(50 + n, 3, 15, 30.0 * n, sure=0.4))
    told(found, calls)
    (one,) = found.open()
    assert one.areas == (Area("building", building_id=305),)


def test_calls_that_know_only_the_street_help() -> None:
    found = detector()
    told(found, [*of_house(3), *(report(10 + n, 3, 0, 100 + n) for n in range(3))])
    (one,) = found.open()
    assert one.reports == 6


@pytest.mark.parametrize("source", ["sensor", "crew"])
def test_a_rumour_dies_by_one_who_knows(source: str) -> None:
    found = detector()
    told(found, of_house(8))
    changed = found.report(report(90, 3, 5, 600, source=source, party="one who knows", says="on"))
    assert [(one.state, one.against) for one in changed] == [("faded", 1)]
    assert found.open() == []


def test_a_sensor_that_said_on_before_does_not_silence_what_came_after() -> None:
    found = detector()
    found.report(report(90, 3, 5, -600, source="sensor", party="sensor:1", says="on"))
    told(found, of_house(6))
    assert len(found.open()) == 1


def test_what_a_confirmed_one_explains_raises_nothing_new() -> None:
    found = detector()
    told(found, of_house(6))
    (one,) = found.open()
    found.decided(one.id, "confirmed", one.areas)
    assert found.open() == []
    changed = told(found, of_house(20, first=100, begins=400))
    assert {(each.id, each.state) for each in changed} == {(one.id, "confirmed")}
    assert changed[-1].reports == 26


def test_a_confirmed_one_goes_on_to_grow() -> None:
    found = detector()
    told(found, of_house(6))
    (one,) = found.open()
    found.decided(one.id, "confirmed", one.areas)
    changed = told(found, of_streets(16, (3, 4), first=100, begins=300))
    assert {each.id for each in changed} == {one.id}
    assert changed[-1].households > one.households
    assert found.open() == []


def test_another_topic_in_its_midst_is_another_suspicion() -> None:
    found = detector()
    told(found, of_streets(12, (3, 4)))
    (heat,) = found.open()
    found.decided(heat.id, "confirmed", heat.areas)
    told(found, of_house(6, first=100, begins=400, topic="gas_leak"))
    (gas,) = found.open()
    assert gas.topic == "gas_leak"


def test_an_outage_opened_by_hand_explains_until_it_is_over() -> None:
    found = detector()
    found.decided("outage:7", "confirmed", [Area("street", street_id=3)], NOON, topic="heating")
    assert told(found, of_house(8)) == []
    found.over("outage:7", NOON + timedelta(minutes=10))
    told(found, of_house(8, first=100, begins=700))
    assert len(found.open()) == 1


def test_what_was_suspected_where_an_outage_is_opened_by_hand_is_explained_by_it_and_does_not_outlive_it() -> None:
    """What the 'no's of an end say, opened as what is left; when that is over nobody is told of a suspicion."""
    found = detector()
    told(found, of_house(5))
    told(found, of_house(5, 8, 4, first=40))
    inside = next(one for one in found.open() if covers(one.areas[0], TOWN.spots[2 * HOUSES + 4].place))
    found.decided("outage:7", "confirmed", [Area("street", street_id=3)], NOON + timedelta(minutes=4), topic="heating")
    (faded,) = found.tick(NOON + timedelta(minutes=5))
    assert (faded.id, faded.state) == (inside.id, "faded")
    (elsewhere,) = found.open()
    found.over("outage:7", NOON + timedelta(minutes=10))
    told(found, of_house(1, first=90, begins=700))
    assert [one.id for one in found.open()] == [elsewhere.id], "what was explained is no evidence any more"


def test_a_dismissed_one_must_come_back_stronger() -> None:
    found = detector()
    told(found, of_house(5))
    (one,) = found.open()
    found.decided(one.id, "dismissed", now=NOON + timedelta(minutes=4))
    assert told(found, of_house(1, first=50, begins=300)) == []
    told(found, of_house(12, first=100, begins=330))
    assert len(found.open()) == 1


def test_one_that_a_crew_ended_is_dismissed_all_the_same_and_its_like_must_come_back_stronger() -> None:
    """The crew's word ends it at once; that it was dismissed for it is written a moment later."""
    found = detector()
    told(found, of_house(5))
    (one,) = found.open()
    (ended,) = found.report(report(40, 3, 5, 200, source="crew", says="on"))
    assert (ended.id, ended.state) == (one.id, "faded")
    found.decided(one.id, "dismissed", now=NOON + timedelta(minutes=4))
    assert told(found, of_house(3, first=50, begins=300)) == []
    told(found, of_house(12, first=100, begins=420))
    assert len(found.open()) == 1


def test_one_fades_when_nobody_calls_any_more() -> None:
    found = detector()
    told(found, of_house(6))
    (one,) = found.open()
    assert found.tick(NOON + timedelta(hours=1)) == []
    (faded,) = found.tick(NOON + timedelta(hours=3))
    assert (faded.id, faded.state) == (one.id, "faded")


def test_two_far_from_each_other_are_two() -> None:
    found = detector()
    both = zip(of_house(8, 1, 1), of_house(8, 12, 20, first=100), strict=True)
    told(found, [one for pair in both for one in pair])
    assert sorted(one.areas[0].building_id or 0 for one in found.open()) == [101, 1220]


def test_two_that_one_feeder_explains_become_one() -> None:
    found = detector()
    told(found, [*of_house(6, 3, 1), *of_house(6, 4, 19, first=50, begins=200)])
    before = {one.id for one in found.open()}
    changed = told(found, of_streets(24, (3, 4), first=100, begins=420))
    (one,) = found.open()
    assert one.areas == (Area("part", part_id=201),)
    if len(before) == 2:
        assert set(one.of) == before - {one.id}
        assert any(each.state == "merged" for each in changed)


def test_a_node_that_starts_finds_the_same() -> None:
    reports = [*of_house(9), *of_streets(20, (7, 8), first=100, begins=67)]
    found = detector()
    told(found, sorted(reports, key=lambda one: one.at))
    again = replayed(detector(), reversed(reports))
    assert again == found.open()
    assert len(again) == 2


def test_a_mended_report_replaces_what_it_said() -> None:
    """An operator has corrected the place, or the topic, or takes it back."""
    found = detector()
    told(found, of_house(5, house=9, first=20))
    assert len(found.open()) == 1
    told(found, of_house(5, 8, 2, first=20))
    (one,) = found.open()
    assert (one.areas, one.parties) == ((Area("building", building_id=802),), 5)
    told(found, of_house(5, 8, 2, first=20, topic=""))
    assert found.open() == []


def test_what_an_operator_mends_counts_at_its_new_place() -> None:
    """Under another key, of the same party."""
    found = detector()
    told(found, [report(n, 5, 1 + n, 30 * n, sure=0.8) for n in range(2)])
    told(found, [report(40 + n, 8, 2, 100 + 30 * n, party=f"household:{n}") for n in range(2)])
    told(found, of_house(3, 8, 2, first=60, begins=200))
    (one,) = found.open()
    assert (one.areas, one.parties) == ((Area("building", building_id=802),), 5)


def test_one_that_ordinary_calls_keep_open_fades() -> None:
    """Half the city was out; hours later the usual calls of so large an area are no sign of it, and a fault inside it
    is found as its own."""
    found = detector()
    told(found, of_streets(60, (1, 2, 3, 4, 5, 6, 7, 8)))
    (wide,) = found.open()
    assert wide.households > 4 * HOUSES * HOMES
    ordinary = [report(500 + n, 1 + (5 * n) % 8, 1 + (11 * n) % HOUSES, 7200 + 1500 * n) for n in range(12)]
    changed = told(found, ordinary)
    assert [(one.id, one.state) for one in changed if one.state == "faded"] == [(wide.id, "faded")]
    told(found, of_house(6, 2, 5, first=900, begins=7200 + 1500 * 12))
    assert [one.areas for one in found.open()] == [(Area("building", building_id=205),)]


def test_a_winter_that_history_does_not_know_is_no_outage() -> None:
    """Ten times as many calls as history has, day after day: they become the usual ones."""
    pace = Pace(lambda at: 0.5)
    for hour in range(24 * 10):
        for n in range(5):
            pace.heard(3600.0 * hour + 600 * n)
    assert pace.factor() > 2.5


def test_a_storm_does_not_become_the_usual_thing() -> None:
    pace = Pace(lambda at: 0.5)
    for hour in range(24 * 10):
        for n in range(200 if hour == 100 else hour % 2):
            pace.heard(3600.0 * hour + 10 * n)
    assert 0.8 < pace.factor() < 1.2


def test_the_pace_of_a_silent_line_is_bounded() -> None:
    pace = Pace(lambda at: 5.0)
    pace.heard(0.0)
    pace.until(3600.0 * 24 * 4000)
    assert pace.factor() == 0.5
