"""What a call feels of the ladder of overload, over everything that it may be."""

from __future__ import annotations

from itertools import product

from kezek_ivr.conversation import EMERGENCY
from kezek_ivr.overload import DANGERS, NOTHING, Feels, feels
from kezek_queue.ladder.types import RungRules
from kezek_speech.types import URGENCIES

WORST = RungRules(
    first=("overload",),
    callback="none",
    record=("garbage", "heating", "gas_leak"),
    divert={"hotline": "+77172000109"},
    packs=("curfew",),
    told_last=True,
    topics={"4": "curfew"},
    spared=frozenset({"gas_leak", "fire"}),
)
TOPICS = ("", "garbage", "heating", "lift", "gas_leak", "fire")
BOTH = (False, True)
ALL = product(range(EMERGENCY + 1), TOPICS, BOTH, BOTH, ("hotline", "other"), BOTH)


def test_emergencies_silent_callers_and_those_in_danger_are_on_no_rung() -> None:
    """P9: on the worst of them too; and everybody else feels all of it."""
    for priority, topic, danger, silent, queue, knows in ALL:
        told = feels(WORST, priority, topic, danger, silent, queue, knows)
        everything = Feels(
            first=("overload",),
            callback="none",
            record=topic in ("garbage", "heating"),
            divert="+77172000109" if queue == "hotline" else "",
            packs=("curfew",),
            topics={"4": "curfew"},
            behind=knows,
        )
        spared = priority >= EMERGENCY or danger or silent or topic in WORST.spared
        assert told == (NOTHING if spared else everything), (priority, topic, danger, silent, queue)


def test_without_a_ladder_and_on_a_calm_rung_nothing_is_felt() -> None:
    assert feels(None, 0, "garbage", queue="hotline") == NOTHING
    assert feels(RungRules(), 0, "garbage", queue="hotline") == NOTHING


def test_every_danger_is_one_that_is_heard() -> None:
    assert set(URGENCIES) >= DANGERS
