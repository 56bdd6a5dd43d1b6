"""The parts of `benchmarks/outage.py` on a tiny town: it measures what it says."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"
POINT = {"type": "Point", "coordinates": [71.4, 51.1]}


@pytest.fixture(scope="module")
def parts() -> Iterator[Any]:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(BENCHMARKS))
        import outage_baselines
        import outage_events
        import outage_faults
        import outage_limit
        import outage_rows
        import outage_runs
        import outage_table
        import outage_town
        import outage_traffic

        yield SimpleNamespace(
            baselines=outage_baselines, events=outage_events, faults=outage_faults, limit=outage_limit,
            rows=outage_rows, runs=outage_runs, table=outage_table, town=outage_town, traffic=outage_traffic,
        )  # fmt: skip


@pytest.fixture(scope="module")
def town(parts: Any) -> Any:
    return parts.town.simulated(1_500, 1)


def file_of(folder: Path, *features: Any) -> Path:
    path = folder / "events.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return path


def test_every_home_has_an_address_of_its_own_in_the_territories_and_on_every_network(town: Any) -> None:
    assert len(town.by_house) == len(town.homes) == len(town.known.spots)
    assert all(len(home.territories) == 3 and len(home.parts) == 5 for home in town.homes)
    for node in town.kinds["feeder"]:
        assert all(node in town.known.spots[index].place.parts for index in town.areas_of[node])
    assert any(len({town.homes[index].street for index in town.areas_of[node]}) > 1 for node in town.kinds["feeder"])


def test_without_a_network_and_coordinates_the_detector_is_told_of_neither(parts: Any, town: Any) -> None:
    bare = parts.town.simulated(1_500, 1, network=False, coordinates=False)
    assert [home.parts for home in bare.homes] == [home.parts for home in town.homes], "the town itself is the same"
    assert not bare.known.parts
    assert all(spot.lat is None and not spot.place.parts for spot in bare.known.spots)


def test_a_month_of_ordinary_days_is_in_order_and_has_redials_and_misheard_addresses(parts: Any, town: Any) -> None:
    line = parts.traffic.Line(town, "test")
    reports = list(parts.traffic.Ordinary(line, "test").reports(0, 240))
    assert len({report.key for report in reports}) == len(reports) > 240 * 2
    assert len({report.party for report in reports}) < 0.9 * len(reports)
    missing = sum(not report.place.house for report in reports) / len(reports)
    assert 0.08 < missing < 0.25
    assert all(a.at <= b.at for a, b in pairwise(reports))


@pytest.mark.parametrize("kind", ["building", "stretch", "feeder", "substation", "half the city"])
def test_a_fault_of_each_size_is_reported_from_where_it_is(parts: Any, town: Any, kind: str) -> None:
    chance = random.Random(kind)  # noqa: S311 - a simulation
    fault = parts.faults.fault(town, kind, chance)
    reports = parts.faults.calls(fault, parts.traffic.Line(town, "test"), parts.traffic.START, chance)
    assert fault.households >= 50
    assert 12 <= len({report.party for report in reports}) <= len(reports)
    right = sum(report.place.building_id - 1 in fault.homes for report in reports)
    assert right > len(reports) / 3, "three quarters of the addresses are heard well enough"
    assert fault.delay_s(0.5) == pytest.approx(600)


def test_overlap_is_households_in_common_over_those_in_either(parts: Any, town: Any) -> None:
    node = town.kinds["feeder"][0]
    homes = frozenset(town.areas_of[node])
    fault = parts.faults.Fault("feeder", "electricity", homes, town.lived_in(homes), 0.05, True)
    report = parts.traffic.Line(town, "test").call(parts.traffic.START, "electricity", min(homes), "household:1")

    def told(scope: str, **of: int) -> Any:
        area = parts.baselines.Area(scope, **of)
        return parts.rows.Suspicion("s", "open", "electricity", (area,), 3, 3, report.at, report.at, 0, 0, 1, 9, 0)

    assert parts.runs.overlap(town, fault, [told("part", part_id=node)]) == 1.0
    everywhere = parts.runs.overlap(town, fault, [told("all")])
    assert everywhere == pytest.approx(fault.households / town.households)
    assert not parts.runs.counts(town, fault, told("part", part_id=town.kinds["feeder"][1]))


def test_baselines_and_the_limit_find_what_the_table_then_tells(parts: Any, town: Any) -> None:
    asked = parts.rows.Asked(faults=1, days=10, detector="count", usual="learnt", seed="1")
    results = parts.rows.results(town, "tree", parts.runs.story(town, 1, "test"), asked)
    assert [each.detector for each in results] == ["count", "scan"]
    found = parts.table.figures(results)
    assert found["faults"] == 5
    assert 1 <= found["calls_p50"] <= 20
    assert 0 < found["overlap"] <= 1
    assert found["delay_over_limit_town"] <= found["delay_over_limit"], "it has more false alarms to keep from"
    for each in results[0].found:
        assert each.limit_calls["alone"] <= 12


def test_events_stand_in_a_town_of_their_own_and_keep_their_order_and_size(parts: Any) -> None:
    found = parts.events.events(BENCHMARKS / "outage_events.geojson")
    assert [each.at for each in found if each.at] == sorted(each.at for each in found if each.at)
    assert {each.substation for each in found} > {"Palm", "Harbor"}
    some = [each for each in found if each.customers < 500][:3]
    chance = random.Random(1)  # noqa: S311 - a simulation
    town, areas = parts.events.town_around(some, chance, "tree")
    for event, homes in zip(some, areas, strict=True):
        assert 0.5 * event.customers <= town.lived_in(homes) <= 2 * event.customers + 150
    assert len({event.feeder for event in some if event.feeder}) <= len(town.kinds["feeder"])


def test_an_event_may_lack_its_time_and_its_network(parts: Any, tmp_path: Path) -> None:
    path = file_of(tmp_path, {"geometry": POINT, "properties": {"CUSTOMERS_AFFECTED": "1,200", "start_time": None}})
    [event] = parts.events.events(path)
    assert (event.customers, event.at, event.feeder) == (1200, None, "")
    dated = {"geometry": POINT, "properties": {"CustomersAffected": 5, "StartTime": 1_722_838_320_000}}
    iso = {"geometry": POINT, "properties": {"CustomersAffected": 5, "StartTime": "2024-08-05T06:12:01Z"}}
    first, second = parts.events.events(file_of(tmp_path, iso, dated))
    assert second.at - first.at == timedelta(seconds=1)


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("{", "no JSON"),
        ("[]", "FeatureCollection"),
        ('{"features": []}', "1 to 400 features"),
        ('{"features": [5]}', "feature 1: its geometry is no Point"),
        ('{"features": [{"geometry": {"type": "Point", "coordinates": ["a", 1]}}]}', "no longitude and latitude"),
        ('{"features": [{"geometry": {"type": "Point", "coordinates": [0, 99]}}]}', "no longitude and latitude"),
        ('{"features": [{"geometry": {"type": "Point", "coordinates": [0, 9]}}]}', "feature 1: it has no properties"),
    ],
)
def test_a_broken_file_of_events_is_refused_with_where_and_why(parts: Any, tmp_path: Path, said: str, why: str) -> None:
    path = tmp_path / "events.geojson"
    path.write_text(said, encoding="utf-8")
    with pytest.raises(parts.events.BadEvents, match=why):
        parts.events.events(path)


@pytest.mark.parametrize(
    ("properties", "why"),
    [
        ({}, "CustomersAffected is no number: None"),
        ({"CustomersAffected": "many"}, "CustomersAffected is no number"),
        ({"CustomersAffected": 0}, "CustomersAffected is not within 1 and"),
        ({"CustomersAffected": 10**9}, "CustomersAffected is not within 1 and"),
        ({"CustomersAffected": 5, "StartTime": "yesterday"}, "StartTime is neither"),
        ({"CustomersAffected": 5, "StartTime": 10**30}, "StartTime is neither"),
    ],
)
def test_a_broken_event_is_named(parts: Any, tmp_path: Path, properties: dict[str, Any], why: str) -> None:
    with pytest.raises(parts.events.BadEvents, match=f"feature 1: {why}"):
        parts.events.events(file_of(tmp_path, {"geometry": POINT, "properties": properties}))


def test_no_file_at_all_is_said_so(parts: Any, tmp_path: Path) -> None:
    with pytest.raises(parts.events.BadEvents, match="No such file"):
        parts.events.events(tmp_path / "none")
