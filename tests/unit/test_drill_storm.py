"""The storms of a drill come from its seed alone; each rule of what callers are told by the smallest example that
breaks it (P8, P18)."""

from __future__ import annotations

import math
from array import array
from dataclasses import replace

import pytest

from kezek_api.drill.ear import is_mark
from kezek_api.drill.furnishing import MARK_HZ
from kezek_api.drill.rtp import FRAME, RATE, SILENCE, alaw
from kezek_api.drill.storm import AFTER, RUSH, THEN, callers, storms
from kezek_api.drill.types import (
    CallerPlan,
    Fault,
    Kind,
    Left,
    Outaged,
    OutsideDial,
    Record,
    Seen,
    Storm,
    ToldOver,
    Verdict,
)
from kezek_api.drill.verdict_storm import judge_storms
from kezek_register.phones import e164

HIS, OTHER = "+77050001000", "+77010000001"
STORM = Storm(1, 10.0, 30.0, (HIS,))
OUTAGE = Outaged(STORM, 7, suspected_at=14.0, begins_at=14.0, closing_at=30.0, closed_at=30.5)


def seen(*told_at: float, number: str = HIS, storm: int = 1, left_at: float = 24.0) -> Seen:
    plan = CallerPlan(number, 20.0, "a", "", 60.0, storm, "presses")
    return Seen(plan, "a", 20.1, left_at, Left.RELEASED, told_at=list(told_at))


def mistold(
    *everybody: Seen, end: str = "informed", over: tuple[ToldOver, ...] = (), answered: int = 1,
    faults: tuple[Fault, ...] = (), outage: Outaged = OUTAGE, kind: str = "call",
) -> list[str]:  # fmt: skip
    verdict = Verdict(1)
    rows = [Record(f"c-{one.plan.number}", one.plan.number, kind, end) for one in everybody]
    dials = [OutsideDial(HIS, 40.0 + 10 * n, 41.0 + 10 * n, 45.0 + 10 * n) for n in range(answered)]
    judge_storms(verdict, everybody, [outage], over, dials, rows, faults)
    return verdict.mistold


TIED = (ToldOver(7, HIS, True, ("sent",)),)


def test_who_heard_of_his_outage_and_was_told_once_that_it_is_over_is_well() -> None:
    assert mistold(seen(21.0), over=TIED) == []


@pytest.mark.parametrize(
    ("what", "wrong"),
    [
        ({"told": (12.0,)}, "nobody had confirmed"),
        ({"told": (39.0,)}, "was over for 8.5 s"),
        ({"told": (21.0, 24.0)}, "heard 2 times"),
        ({"told": ()}, "has heard of no outage"),
        ({"told": (21.0,), "over": ()}, "is not tied"),
        ({"told": (21.0,), "over": (ToldOver(7, HIS, True),)}, "0 notices"),
        ({"told": (21.0,), "over": (ToldOver(7, HIS, True, ("sent", "sent")),)}, "2 notices"),
        ({"told": (21.0,), "over": (ToldOver(7, HIS, True, ("pending",)),)}, "not told yet"),
        ({"told": (21.0,), "answered": 2}, "called 2 times"),
        ({"told": (21.0,), "outage": replace(OUTAGE, closed_at=0.0)}, "never closed"),
    ],
)
def test_what_is_told_wrongly_is_named(what: dict[str, object], wrong: str) -> None:
    told = what.pop("told")
    found = mistold(seen(*told), **{"over": TIED, **what})  # type: ignore[arg-type, misc]
    assert any(wrong in line for line in found), found


def test_an_outage_is_nobody_elses() -> None:
    assert any("not his" in line for line in mistold(seen(21.0, number=OTHER, storm=0), end="answered", answered=0))


def test_who_was_held_up_by_a_fault_when_it_ended_may_hear_of_it_when_that_is_mended() -> None:
    frozen = Fault(1, 28.0, Kind.NODE_FROZEN, "n1", 10.0)
    assert mistold(seen(39.0), over=TIED, faults=(frozen,)) == []


def test_who_only_heard_of_it_is_not_called() -> None:
    only_heard = (ToldOver(7, HIS, False),)
    assert mistold(seen(21.0), end="answered", over=only_heard, answered=0) == []
    assert any("called 1 times" in line for line in mistold(seen(21.0), end="answered", over=only_heard))


def test_storms_come_one_after_the_other_and_each_household_dials_once() -> None:
    made = storms(300.0, 90.0)
    assert [one.at_s for one in made] == [17.0, 107.0, 197.0]
    assert len(storms(10.0, 90.0)) == 1, "a short drill has one"
    plans = callers(7, made[1], ["a", "b"])
    assert plans == callers(7, made[1], ["a", "b"])
    assert plans != callers(8, made[1], ["a", "b"])
    assert sorted(one.number for one in plans) == sorted(made[1].numbers)
    assert len(plans) == RUSH + THEN + AFTER
    assert all(e164(one.number) == one.number for one in plans)
    assert sum(one.at_s > made[1].closes_s for one in plans) == AFTER


def test_an_ear_knows_the_tone_of_an_outage_from_everything_else() -> None:
    def packet(hertz: float) -> bytes:
        return alaw(
            array("h", (round(8000 * math.sin(2 * math.pi * hertz * at / RATE)) for at in range(FRAME))).tobytes()
        )

    assert is_mark(packet(MARK_HZ))
    assert not is_mark(packet(440))
    assert not is_mark(SILENCE)
    assert not is_mark(b"\xd5\x55" * (FRAME // 2))
