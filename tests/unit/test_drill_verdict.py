"""Each rule of a drill's verdict, by the smallest example that breaks it (PAINS.md: how a call may end; P2, P5, P8)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from kezek_api.drill.types import CallerPlan, Fault, Kind, Left, OutsideDial, Record, Ring, Seen, Verdict
from kezek_api.drill.verdict import judge

HIM = "+77010000001"
PLAN = CallerPlan(HIM, at_s=1.0, exchange="a", press="0", patience_s=60.0)
SEEN = Seen(PLAN, exchange="a", answered_at=1.1, left_at=9.0, left=Left.RELEASED, silence_s=0.7, silence_at=2.0)
TALK = Ring("asel", HIM, at_s=3.0, ended_s=8.0, talked_s=4.0)
ROW = Record("a-1.1", HIM, "call", "answered")


def verdict(
    seen: Seen = SEEN,
    rings: tuple[Ring, ...] = (TALK,),
    dials: tuple[OutsideDial, ...] = (),
    rows: tuple[Record, ...] = (ROW,),
    stuck: tuple[str, ...] = (),
    faults: tuple[Fault, ...] = (),
) -> Verdict:
    return judge(7, [seen], rings, dials, rows, stuck, faults)


def killed(at_s: float, exchange: str = "a") -> tuple[Fault, ...]:
    return (Fault(1, at_s, Kind.ASTERISK_KILLED, exchange, 5.0),)


def wrong(told: Verdict) -> dict[str, list[str]]:
    """What is not as it should be."""
    named = {name: getattr(told, name) for name in ("lost", "doubled", "stuck", "misjudged")}
    found = {name: lines for name, lines in named.items() if lines}
    assert told.good == (not found)
    return found


def only(told: Verdict, kind: str, *words: str) -> None:
    """Just one thing is wrong, and it is said in these words."""
    found = wrong(told)
    assert list(found) == [kind], found
    assert len(found[kind]) == 1, found
    for word in words:
        assert word in found[kind][0]


def like(**changes: Any) -> Seen:
    return replace(SEEN, **changes)


def ended(end: str) -> tuple[Record, ...]:
    return (replace(ROW, end=end),)


def test_a_call_that_was_answered_is_well() -> None:
    told = verdict()
    assert wrong(told) == {}
    assert (told.seed, told.offered, told.ends, told.unreached, told.faults) == (7, 1, {"answered": 1}, 0, 0)
    assert (told.longest_silence_s, told.silent) == (0.7, HIM)


# --- lost


def test_a_call_without_a_row_is_lost() -> None:
    told = verdict(rows=())
    only(told, "lost", HIM, "no row")
    assert told.ends == {"none": 1}


def test_a_row_without_an_end_is_lost() -> None:
    told = verdict(rows=ended(""))
    only(told, "lost", HIM, "a-1.1", "no end")
    assert told.ends == {"none": 1}


def test_an_end_that_is_none_of_the_enumeration_is_lost() -> None:
    only(verdict(rows=ended("vanished")), "lost", "vanished")


def test_a_refused_dial_counts_as_taken() -> None:
    only(verdict(like(left=Left.REFUSED, answered_at=0.0), rings=(), rows=()), "lost", "no row")


def test_whom_the_line_let_go_without_anything_is_lost() -> None:
    only(verdict(rings=(), rows=ended("abandoned")), "lost", "hung up on him")


def test_whom_the_line_served_otherwise_is_not_lost() -> None:
    for end in ("informed", "recorded", "callback", "diverted", "refused"):
        assert wrong(verdict(rings=(), rows=ended(end))) == {}


def test_a_callback_is_no_row_of_the_call() -> None:
    callback = Record("cb-a-1.1", HIM, "callback", "")
    assert wrong(verdict(rows=(ROW, callback))) == {}
    only(verdict(rows=(callback,)), "lost", "no row")


def test_whom_no_exchange_heard_is_not_lost() -> None:
    told = verdict(like(left=Left.UNREACHED, exchange="", answered_at=0.0), rings=(), rows=())
    assert wrong(told) == {}
    assert (told.offered, told.unreached, told.ends) == (1, 1, {})


def test_whose_exchange_died_before_it_wrote_him_down_was_heard_by_nobody() -> None:
    told = verdict(like(left=Left.CUT, left_at=1.9), rings=(), rows=(), faults=killed(1.9))
    assert wrong(told) == {}
    assert told.unreached == 1
    only(verdict(like(left=Left.CUT, left_at=2.2), rings=(), rows=(), faults=killed(2.2)), "lost", HIM, "no row")


def test_an_open_row_of_one_whom_no_exchange_answered_is_lost() -> None:
    unreached = like(left=Left.UNREACHED, exchange="", answered_at=0.0)
    only(verdict(unreached, rings=(), rows=ended("")), "lost", "no end")
    assert wrong(verdict(unreached, rings=(), rows=ended("abandoned"))) == {}


# --- doubled


def test_two_rows_of_one_call_are_doubled() -> None:
    only(verdict(rows=(ROW, replace(ROW, call="a-1.2"))), "doubled", "a-1.1", "a-1.2")


def test_an_exchange_that_took_him_too_late_has_a_row_of_its_own() -> None:
    late = Record("a-1.1", HIM, "call", "abandoned")
    taken = Record("b-1.1", HIM, "call", "answered")
    seen = like(exchange="b", tried=("a",))
    assert wrong(verdict(seen, rows=(late, taken))) == {}
    only(verdict(like(exchange="b"), rows=(late, taken)), "doubled", "2 rows")
    only(verdict(seen, rows=(replace(late, end="answered"), taken)), "doubled", "2 rows")


def test_two_operators_who_talk_with_him_at_once_are_doubled() -> None:
    other = Ring("berik", HIM, at_s=5.0, ended_s=8.0, talked_s=2.0)
    only(verdict(rings=(TALK, other)), "doubled", "asel", "berik", "talk")


def test_two_phones_that_ring_for_him_at_once_are_doubled() -> None:
    rung = Ring("berik", HIM, at_s=2.0, ended_s=4.0)
    only(verdict(rings=(TALK, rung)), "doubled", "rung")


def test_one_after_the_other_is_as_it_should_be() -> None:
    rung = Ring("berik", HIM, at_s=1.5, ended_s=3.1)  # both phones tell of one moment
    assert wrong(verdict(rings=(rung, TALK))) == {}


def test_an_emergency_may_ring_several_but_not_talk_with_them() -> None:
    seen = like(plan=replace(PLAN, press="9"))
    rung = Ring("berik", HIM, at_s=3.0, ended_s=4.0)
    assert wrong(verdict(seen, rings=(TALK, rung))) == {}
    only(verdict(seen, rings=(TALK, replace(rung, ended_s=8.0, talked_s=3.0))), "doubled", "talk")


def test_a_phone_whose_exchange_died_rings_on_and_means_nobody() -> None:
    rung = Ring("berik", HIM, at_s=2.0, ended_s=6.0)
    assert wrong(verdict(rings=(rung, TALK), faults=killed(2.5))) == {}
    only(verdict(rings=(rung, TALK), faults=killed(30.0)), "doubled", "rung")


def test_a_citizen_dialled_twice_at_once_is_doubled() -> None:
    dials = (OutsideDial(HIM, 20.0, 0.0, 25.0), OutsideDial(HIM, 22.0, 0.0, 24.0))
    only(verdict(dials=dials), "doubled", "twice at once")


def test_a_citizen_dialled_again_after_he_was_spoken_with_is_doubled() -> None:
    dials = (OutsideDial(HIM, 20.0, 21.0, 25.0), OutsideDial(HIM, 40.0, 0.0, 45.0))
    spoken = Ring("berik", HIM, at_s=21.5, ended_s=25.0, talked_s=3.0)
    only(verdict(rings=(TALK, spoken), dials=dials), "doubled", "again")
    assert wrong(verdict(dials=dials)) == {}, "picked up, and gone before anybody was there: as one not reached"


def test_a_citizen_who_did_not_answer_may_be_dialled_again() -> None:
    assert wrong(verdict(dials=(OutsideDial(HIM, 20.0, 0.0, 25.0), OutsideDial(HIM, 40.0, 41.0, 45.0)))) == {}


def test_a_callback_cut_by_its_exchange_may_be_dialled_again() -> None:
    dials = (OutsideDial(HIM, 20.0, 21.0, 23.0), OutsideDial(HIM, 40.0, 41.0, 45.0))
    assert wrong(verdict(dials=dials, faults=killed(22.0))) == {}


# --- told wrongly by the history


def test_who_talked_was_not_abandoned() -> None:
    only(verdict(rows=ended("abandoned")), "misjudged", "talked for 4.0 s", "abandoned")


def test_a_talk_of_a_moment_may_be_told_either_way() -> None:
    hardly = replace(TALK, talked_s=0.2)
    seen = like(left=Left.HUNG_UP)
    assert wrong(verdict(seen, rings=(hardly,), rows=ended("abandoned"))) == {}
    assert wrong(verdict(seen, rings=(hardly,))) == {}


def test_with_whom_nobody_talked_was_not_answered() -> None:
    only(verdict(like(left=Left.HUNG_UP), rings=()), "misjudged", "no operator's phone")


def test_a_talk_after_a_callback_is_not_this_call_s() -> None:
    later = replace(TALK, at_s=30.0, ended_s=33.0, talked_s=2.0)
    assert wrong(verdict(like(left=Left.HUNG_UP), rings=(later,), rows=ended("abandoned"))) == {}


def test_a_cut_call_is_told_as_cut_or_as_the_talk_it_was() -> None:
    cut = like(left=Left.CUT)
    assert wrong(verdict(cut, rings=(), rows=ended("cut"), faults=killed(8.9))) == {}
    assert wrong(verdict(cut, faults=killed(8.9))) == {}
    only(verdict(cut, rings=(), rows=ended("abandoned"), faults=killed(8.9)), "misjudged", "exchange died")
    only(verdict(cut, rings=(), faults=killed(8.9)), "misjudged", "exchange died")


def test_a_call_is_not_cut_while_its_exchange_lives() -> None:
    hung_up = like(left=Left.HUNG_UP)
    only(verdict(hung_up, rings=(), rows=ended("cut")), "misjudged", "exchange lived")
    only(verdict(hung_up, rings=(), rows=ended("cut"), faults=killed(9.5, "b")), "misjudged", "exchange lived")
    assert wrong(verdict(hung_up, rings=(), rows=ended("cut"), faults=killed(9.5))) == {}


# --- the rest


def test_an_operator_who_takes_nothing_is_stuck() -> None:
    only(verdict(stuck=("asel: took no call",)), "stuck", "asel")


def test_faults_are_counted_by_kind() -> None:
    told = verdict(faults=(*killed(50.0), Fault(2, 3.0, Kind.NODE_KILLED, "one", 1.0), *killed(60.0)))
    assert (told.faults, told.by_kind) == (3, {"asterisk_killed": 2, "node_killed": 1})
