"""A report that was taken back is evidence no more, in whichever way it comes; what else its party said stands."""

from datetime import datetime, timedelta

from kezek_api.storm.looking import Looking, Seen
from kezek_api.storm.places import Places
from kezek_api.storm.rules import DetectionRules
from kezek_register import Register
from kezek_register.areas import Area, Place
from kezek_register.detection.detector import MassOutages
from kezek_register.detection.types import Suspicion, TroubleReport
from kezek_register.trouble_types import KeptReport
from kit.trouble_calls import NOON, detector, of_house, report, told


def back(n: int, after_s: float, **more: object) -> TroubleReport:
    """`report` says it was none."""
    return report(n, 3, 5, after_s, topic="", **more)


def only(found: MassOutages) -> Suspicion:
    (one,) = found.open()
    return one


def test_what_a_confirmed_one_explained_is_counted_no_more() -> None:
    found = detector()
    told(found, of_house(6))
    one = only(found)
    found.decided(one.id, "confirmed", one.areas)
    told(found, of_house(3, first=100, begins=400))
    (changed,) = found.report(back(101, 600))
    assert (changed.reports, changed.parties, "call:101" in changed.keys) == (8, 8, False)


def test_another_word_of_the_same_party_stands() -> None:
    """The call was none, the ticket of the same household was; and the other way round."""
    for wrong in (2, 50):
        found = detector()
        told(found, [*of_house(5), report(50, 3, 5, 300, party="household:2")])
        found.report(back(wrong, 400, party="household:2"))
        one = only(found)
        assert (one.parties, one.reports, f"call:{wrong}" in one.keys) == (5, 5, False)
        found.report(back(52 - wrong, 500, party="household:2"))
        assert (only(found).parties, only(found).reports) == (4, 4)


def test_a_place_that_was_mended_wrongly_is_the_first_one_again() -> None:
    """Under another key, taken back: what the call said counts where it said it."""
    found = detector()
    told(found, of_house(4))
    told(found, [report(50 + n, 8, 2, 200 + n, party=f"household:{n}") for n in range(4)])
    assert only(found).areas == (Area("building", building_id=802),)
    told(found, [back(50 + n, 300 + n, party=f"household:{n}") for n in range(4)])
    told(found, of_house(1, first=9, begins=330))
    assert Area("building", building_id=305) in [area for one in found.open() for area in one.areas]


def test_also_when_it_is_no_evidence_any_more() -> None:
    """An hour later the suspicion counts it still; a clock that calls the report too old does not keep it in."""
    found = detector()
    told(found, [*of_house(6), *of_house(6, first=20, begins=3000)])
    before = only(found)
    found.tick(NOON + timedelta(seconds=5400))
    (changed,) = found.report(back(1, 30))
    assert (changed.id, changed.reports, "call:1" in changed.keys) == (before.id, before.reports - 1, False)


def test_one_whose_reports_are_taken_back_fades() -> None:
    """It is weaker by each of them."""
    found = detector()
    told(found, of_house(8))
    before = only(found)
    (first,) = found.report(back(0, 300))
    assert first.score < before.score
    changed = told(found, [back(n, 300 + n) for n in range(1, 6)])
    assert (changed[-1].id, changed[-1].state) == (before.id, "faded")
    assert found.open() == []


def test_who_takes_back_that_nothing_is_missing_speaks_against_it_no_more() -> None:
    found = detector()
    told(found, of_house(12))
    told(found, [report(60 + n, 3, 6 + n, 370 + n) for n in range(3)])
    before = only(found)
    (against,) = found.report(report(90, 3, 5, 400, source="sensor", party="sensor:1", says="on"))
    again = found.report(report(90, 3, 5, 400, source="sensor", party="sensor:1", topic=""))
    if against.state == "open":
        assert [(one.against, round(one.certainty, 6)) for one in again] == [(0, round(before.certainty, 6))]


def test_a_dismissed_one_that_comes_back_is_another_one() -> None:
    """Its id is its own for ever: what was decided of the first is not decided of the second."""
    found = detector()
    told(found, of_house(5))
    one = only(found)
    found.decided(one.id, "dismissed", now=NOON + timedelta(minutes=4))
    told(found, of_house(14, first=100, begins=330))
    assert only(found).id != one.id


class _Anywhere(Places):
    def __init__(self) -> None:
        pass

    def of(self, report: KeptReport) -> Place | None:
        return Place(int(report.street_id or 0), report.house, int(report.building_id or 0))


def test_the_looker_tells_of_what_was_taken_back_and_of_another_topic() -> None:
    """SQL's row of a report that was none has no topic; one of another topic is no word about the first any more."""
    found = detector()
    looking = Looking(Register.__new__(Register), DetectionRules(), lambda: NOON, found, _Anywhere(), Seen())

    def row(id: int, n: int, topic: str, after_s: float) -> KeptReport:
        at: datetime = NOON + timedelta(seconds=after_s)
        told = {"id": id, "key": f"call:{n}", "at": at, "source": "call", "topic": topic, "says": "out"}
        where = {"street_id": 3, "house": "5", "building_id": 305, "part_id": None, "party": f"household:{n}"}
        return KeptReport(**told, **where, sure=1.0, call=str(n), suspicion_id=None, arrived_at=at)  # type: ignore[arg-type]

    for n in range(6):
        looking._hear(row(n, n, "heating", 30 * n))
    looking._hear(row(10, 5, "", 200))
    assert (only(found).parties, only(found).reports) == (5, 5)
    looking._hear(row(11, 4, "water", 210))
    assert (only(found).topic, only(found).parties) == (DetectionRules().topics["heating"], 4)
    looking._hear(row(12, 5, "heating", 220))
    assert only(found).parties == 5
