"""The ladder as data: the site's rules, what is measured off the wallboard, whom a list calls in, the words."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime, timedelta
from importlib import resources
from typing import Any

import pytest

from kezek_api.ladder import words
from kezek_api.ladder.crew import people
from kezek_api.ladder.measuring import measured_of
from kezek_api.ladder.rules import CallIn, LadderTable, OffShift, rungs_of
from kezek_api.ladder.service import Ladder, below, spared
from kezek_api.rules import RulesError, read
from kezek_api.shapes import QueueLoad
from kezek_api.shapes_figures import ChartMinute, Totals, Wallboard
from kezek_api.shapes_ladder import RungState
from kezek_queue import Operator, OperatorState, Rung
from kezek_queue.ladder.types import RUNGS
from kezek_register.types import Topic

QUEUES = ("hotline", "water")


def test_the_packaged_file_says_what_holds_without_one() -> None:
    told = tomllib.loads(resources.files("kezek_api").joinpath("rules.toml").read_text("utf-8"))
    packaged, default = LadderTable.model_validate(told["ladder"]), LadderTable()
    assert rungs_of(packaged, QUEUES) == rungs_of(default, QUEUES)
    rungs = read({}, QUEUES).ladder.rungs
    assert tuple(rungs) == RUNGS
    assert rungs["overload"].second_line == QUEUES
    assert rungs["normal"].climb.waiting_per_operator is None


def test_a_table_names_what_differs_key_by_key() -> None:
    rungs = read({"ladder": {"elevated": {"wait_s": 0, "divert": {"hotline": "+77172000109"}}}}, QUEUES).ladder.rungs
    assert (rungs["elevated"].climb.wait_s, rungs["elevated"].climb.waiting_per_operator) == (None, 1.5)
    assert rungs["elevated"].divert == {"hotline": "+77172000109"}
    assert rungs["elevated"].names["ru"] == "Повышенный"


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({"ladder": {"roof": {}}}, "roof"),
        ({"ladder": {"elevated": {"wait": 1}}}, "wait"),
        ({"ladder": {"elevated": {"down": 1.5}}}, "down"),
        ({"ladder": {"elevated": {"callback": "some"}}}, "callback"),
        ({"ladder": {"elevated": {"divert": {"gas": "104"}}}}, "gas"),
        ({"ladder": {"elevated": {"divert": {"hotline": "neighbour"}}}}, "divert"),
        ({"ladder": {"overload": {"second_line": ["gas"]}}}, "gas"),
        ({"ladder": {"overload": {"call_in": ["storm"]}}}, "storm"),
        ({"ladder": {"overload": {"packs": ["curfew"]}}}, "curfew"),
        ({"ladder": {"overload": {"names": {"xx": "?"}}}}, "xx"),
        ({"packs": {"a": {"topics": {"9": "curfew"}}}}, "9"),
        ({"packs": {"a": {"topics": {"7": "no_such"}}}}, "topic/no_such"),
        ({"call_in": {"a": {"people": [{"number": "Dana"}]}}}, "number"),
        ({"call_in": {"a": {"people": [{"number": "101", "language": "xx"}]}}}, "xx"),
    ],
)
def test_a_wrong_file_is_an_error_at_start_that_names_the_place(table: dict[str, Any], said: str) -> None:
    with pytest.raises(RulesError, match=said):
        read(table, QUEUES)


NOW = datetime(2026, 11, 3, 12, 30, 30, tzinfo=UTC)


def picture(*, waiting: int = 0, wait_s: float | None = None, states: tuple[OperatorState, ...] = ()) -> Wallboard:
    load = QueueLoad(
        queue="hotline", waiting=waiting, longest_wait_s=0, ready=0, talking=0, answered=0, abandoned=0, callbacks=0,
        refused=0, wait_s=wait_s, open=True,
    )  # fmt: skip
    people = tuple(Operator("o", "201", state, 0.0, "", (), {}, True, True, "", 0.0) for state in states)
    return Wallboard.model_construct(
        at=NOW,
        queues=(load, load.model_copy(update={"wait_s": None})),
        operators=people,
        totals=Totals(),
        ends={},
        chart=tuple(
            ChartMinute(minute=NOW.replace(second=0) - timedelta(minutes=back), offered=offered)
            for back, offered in ((60, 99), (4, 50), (3, 7), (2, 7), (1, 7), (0, 7))
        ),
        rung=RungState.of(Rung()),
    )


def test_what_is_measured() -> None:
    states = (OperatorState.READY, OperatorState.TALKING, OperatorState.WRAP_UP, OperatorState.PAUSED)
    seen = measured_of(picture(waiting=3, wait_s=120, states=states), lines=10, usual_min=2.0)
    assert (seen.waiting, seen.operators, seen.wait_s, seen.free_trunks) == (6, 3, 120, 3)
    assert seen.arrivals_min == 28 / 3.5
    assert (seen.at, seen.usual_min) == (NOW.timestamp(), 2.0)
    assert measured_of(picture(), lines=0, usual_min=None).free_trunks is None


TREE = (
    Topic("gas", {}),
    Topic("gas_leak", {}, parent="gas", emergency="104"),
    Topic("garbage", {}),
    Topic("bins", {}, parent="garbage"),
    Topic("bins_late", {}, parent="bins"),
)


def test_topics_below_are_recorded_too_but_never_one_of_an_emergency_service() -> None:
    """P9."""
    tree = below(TREE)
    assert tree["garbage"] == {"garbage", "bins", "bins_late"}
    assert tree["gas"] == {"gas"}
    assert spared(TREE) == {"gas_leak"}


def test_what_a_rung_does_now_has_its_packs_in_it() -> None:
    table = {
        "ladder": {"overload": {"packs": ["dark"], "first": ["overload"]}},
        "packs": {"dark": {"topics": {"7": "curfew"}, "first": ["curfew-hours", "overload"]}},
    }
    ladder = Ladder(read(table, QUEUES).ladder, lambda: None)
    assert ladder.now("hotline").topics == {}
    ladder.know(Rung("overload", n=1))
    now = ladder.now("hotline")
    assert (now.topics, now.first) == ({"7": "curfew"}, ("overload", "curfew-hours"))


def test_people_are_called_in_in_the_order_of_the_list_each_once_and_not_who_is_here() -> None:
    listed = CallIn(people=tuple(OffShift(number=f"+7701000000{n}", login=f"o{n}") for n in range(4)), enough=2)
    asked = {notice.key for notice in list(people(listed, "storm", "ladder:7", (), {"o1"}))[:1]}
    assert asked == {"call_in:7:storm:0"}
    rest = list(people(listed, "storm", "ladder:7", asked, {"o1"}))
    assert [notice.address for notice in rest] == ["+77010000002", "+77010000003"]


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_a_rules_reason_and_what_a_rung_does_are_said_in_every_language(language: str) -> None:
    measures = ("waiting_per_operator", "wait_s", "arrivals_times_usual", "free_trunks")
    said = [words.why({name: 312.5, "over": 240, "for_s": 30}, language) for name in measures]
    figure = "312.5" if language == "en" else "312,5"
    assert all(figure in one and "240" in one for one in said)
    assert "300" in words.why({"calm_s": 300}, language)
    assert words.why({}, language) == ""
    rungs = read({}, QUEUES).ladder.rungs
    assert len({words.does(rules, language) for rules in rungs.values()}) == 3  # overload and emergency do the same
