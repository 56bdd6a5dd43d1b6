"""What an outage explains to the detector, while it goes on and as it ends part by part."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from kezek_api.storm.decisions import Decisions, as_of
from kezek_register.areas import Area, Place, covers
from kezek_register.detection.detector import MassOutages
from kezek_register.detection.types import DetectionSettings, Detector, Spot, Town, TroubleReport
from kezek_register.detection.usual import HouseholdsUsual
from kezek_register.outage_types import Outage, Restoration
from kezek_register.trouble_types import KeptSuspicion

NOW = datetime(2026, 11, 22, 20, 0, tzinfo=UTC)
ABAY, LENIN = Area("street", street_id=1), Area("street", street_id=2)


class Heard:
    def __init__(self) -> None:
        self.explained: list[tuple[str, tuple[Area, ...]]] = []
        self.ended: list[str] = []

    def decided(self, id: str, state: str, areas: Sequence[Area] = (), *_: Any) -> None:
        self.explained.append((id, tuple(areas)))

    def over(self, id: str, now: datetime) -> None:
        self.ended.append(id)


def test_a_part_that_is_restored_explains_nothing_any_more_and_does_again_when_it_was_a_mistake() -> None:
    heard = Heard()
    decisions = Decisions(cast(Detector, heard), {}, {})
    outage = Outage(7, "announced", 2, "heating", NOW, (ABAY, LENIN))
    decisions.goes_on(outage, {}, NOW)
    decisions.goes_on(outage, {}, NOW)
    decisions.goes_on(replace(outage, restorations=(Restoration(1, NOW, "dana", areas=(ABAY,)),)), {}, NOW)
    decisions.goes_on(outage, {}, NOW)
    (first, areas), (second, left), (third, again) = heard.explained
    assert first == second == third
    assert (areas, left, again) == ((ABAY, LENIN), (LENIN,), (ABAY, LENIN))


def test_as_of_a_moment_before_a_step_nothing_was_restored_and_before_it_was_taken_back_it_was() -> None:
    minute = timedelta(minutes=1)
    step = Restoration(1, NOW, "dana", areas=(ABAY,), taken_back_at=NOW + 2 * minute)
    outage = Outage(7, "announced", 2, "heating", NOW - minute, (ABAY, LENIN), restorations=(step,))
    assert [as_of(outage, NOW + n * minute).restored for n in (-1, 0, 1, 2)] == [(), (ABAY,), (ABAY,), ()]


def test_where_a_range_of_houses_is_restored_the_rest_of_its_street_is_explained_still() -> None:
    """P-bad: a nested fault: house by house, and what was said there before it was restored is of the past."""
    spots = tuple(
        Spot(Place(street, str(house), street * 100 + house), 40) for street in (1, 2) for house in range(1, 21)
    )
    detector = MassOutages(Town(spots), DetectionSettings(), HouseholdsUsual(1600))

    def call(house: int, minute: float) -> bool:
        """Somebody of that house, whether it becomes a suspicion."""
        at = NOW + timedelta(minutes=minute)
        place = Place(1, str(house), 100 + house)
        told = TroubleReport(f"{house}:{minute}", at, "call", "heating", place, f"{house}:{minute}")
        return any(one.state == "open" for one in detector.report(told))

    opened = [call(house, house / 4) for house in range(1, 13)]
    (one,) = detector.open()
    assert opened[-1]
    kept = {5: KeptSuspicion(5, "confirmed", "heating", one.areas, 12, 12, 40, 0, NOW, NOW, 1, 1, 1, 9, 0, outage_id=7)}
    decisions = Decisions(detector, {one.id: 5}, {"heating": "heating"})
    outage = Outage(7, "announced", 2, "heating", NOW, (ABAY,))
    decisions.goes_on(outage, kept, NOW + timedelta(minutes=4))
    some = Area("houses", street_id=1, house_from="1", house_to="8")
    step = Restoration(1, NOW + timedelta(minutes=5), "dana", areas=(some,))
    decisions.goes_on(replace(outage, restorations=(step,)), kept, NOW + timedelta(minutes=5))
    assert not call(3, 5.5), "what eight houses said before is no evidence any more"
    assert not any(call(house, 6) for house in (9, 12, 17, 20)), "there it goes on"
    assert detector.open() == []
    again = [call(house, 7 + house / 10) for house in (1, 2, 4, 5, 6, 7, 8)]
    assert again[-1]
    (nested,) = detector.open()
    assert {covers(area, Place(1, "12", 112)) for area in nested.areas} == {False}
    assert any(covers(area, Place(1, "5", 105)) for area in nested.areas)


def test_a_suspicion_that_is_attached_is_explained_and_over_with_its_outage() -> None:
    heard = Heard()
    of = {"d1": 1, "d2": 2}
    kept = {
        id: KeptSuspicion(id, "confirmed", "heating", (ABAY,), 9, 9, 9, 0, NOW, NOW, 1, 1, 1, 9, 0, outage_id=7)
        for id in of.values()
    }
    decisions = Decisions(cast(Detector, heard), of, {})
    outage = Outage(7, "announced", 2, "heating", NOW, (ABAY,))
    decisions.goes_on(outage, {1: kept[1]}, NOW)
    decisions.goes_on(replace(outage, areas=(ABAY, LENIN)), kept, NOW)
    assert [id for id, _ in heard.explained] == ["d1", "d1", "d2"]
    decisions.over(7, NOW)
    assert heard.ended == ["d1", "d2"]
