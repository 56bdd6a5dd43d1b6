"""The calls' history in SQL, on both dialects: written in pieces, at least once, one row."""

from __future__ import annotations

import asyncio
import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

from kezek_register import CallRecord, Leg, LegPiece, OperatorTime, Pieces, Recording, Register

START = datetime(2026, 11, 20, 9, tzinfo=UTC)
ARRIVED = CallRecord("c1", "+77009990109", "109", "", "", "", "", START, None, None, None, "")
LEG = Leg("c1", 2**45 + 1, "anna", "main", START)


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


async def test_pieces_of_a_call_become_one_row_in_any_order_and_number(register: Register) -> None:
    """P5: a piece that is written again, or late, changes nothing that is known."""
    placed = replace(ARRIVED, queue="main", language="kk", placed_at=at(20))
    talked = replace(ARRIVED, operator="anna", connected_at=at(40), ticket="26-000001-9", waited_s=20.0)
    ended = replace(ARRIVED, caller="", end="answered", ended_at=at(90))
    for piece in (ended, ARRIVED, talked, placed, ARRIVED, talked, ended):
        await register.history.save(piece)
    assert await register.history.list(START, START + timedelta(hours=1), 10) == [
        CallRecord(
            "c1", "+77009990109", "109", "kk", "main", "anna", "answered", START, placed.placed_at,
            talked.connected_at, ended.ended_at, "26-000001-9", waited_s=20.0,
        )
    ]  # fmt: skip


async def test_what_a_slow_node_writes_after_the_end_changes_nothing(register: Register) -> None:
    """P5: two nodes share the feed; the older picture may come last. Beginnings are the earliest that were told."""
    early = replace(ARRIVED, queue="main", operator="anna", placed_at=at(5), connected_at=at(9), waited_s=4.0)
    late = replace(
        ARRIVED, kind="callback", of="c0", queue="second", operator="bolat", placed_at=at(60), connected_at=at(70),
        end="answered", ended_at=at(99), waited_s=4.5, priority=3,
    )  # fmt: skip
    told = {}
    for order in ((early, late), (late, early)):
        call = f"c{len(told)}"
        for piece in order:
            await register.history.save(replace(piece, call=call))
        told[call] = await register.history.get(call)
    assert told["c0"] == replace(told["c1"], call="c0")
    assert told["c0"] == replace(late, call="c0", placed_at=at(5), connected_at=at(9), queue="main", waited_s=4.0)


async def test_counts_by_end_add_up_to_what_was_offered(register: Register) -> None:
    """P5: offered is the sum of the ends and of what is still in progress."""
    ends = ["answered"] * 5 + ["abandoned"] * 2 + [""]
    records = [
        replace(ARRIVED, call=f"c{n}", end=end, since=START + timedelta(minutes=n)) for n, end in enumerate(ends)
    ]
    await asyncio.gather(*(register.history.save(record) for record in records * 2))
    assert await register.history.counts(START) == {"answered": 5, "abandoned": 2, "": 1}
    assert await register.history.counts(START + timedelta(minutes=5)) == {"abandoned": 2, "": 1}


async def test_a_list_is_of_a_time_newest_first_a_cohort_oldest_first(register: Register) -> None:
    await register.history.write(
        Pieces(calls=[replace(ARRIVED, call=f"c{n}", since=START + timedelta(minutes=n)) for n in range(4)])
    )
    almaty = timezone(timedelta(hours=5))
    since, until = (START + timedelta(minutes=1)).astimezone(almaty), START + timedelta(minutes=3)
    assert [record.call for record in await register.history.list(since, until, 10)] == ["c2", "c1"]
    assert [record.call for record in await register.history.list(since, until, 1)] == ["c2"]
    assert await register.history.cohort(since, until) == [
        replace(ARRIVED, call=f"c{n}", since=START + timedelta(minutes=n)) for n in (1, 2)
    ]


async def test_legs_stand_beside_their_call_with_the_wrap_up_that_followed(register: Register) -> None:
    """P5: a transfer is two legs of one call; what ends a leg and what follows it may be told in any order."""
    first_ends = replace(LEG, finished_at=at(60), talk_s=50.0, hold_s=10.0, how="finished")
    second = replace(LEG, offer=2**45 + 2, operator="bolat", queue="second", connected_at=at(80))
    pieces = [
        Pieces(calls=[ARRIVED]),
        Pieces(legs=[LegPiece("c1", LEG.offer, "anna", "main", connected_at=START)]),
        Pieces(legs=[LegPiece("c1", LEG.offer, "anna", finished_at=at(60), how="transferred")]),
        Pieces(legs=[first_ends]),
        Pieces(times=[(OperatorTime("anna", "talking", "", START, None), "1")]),
        Pieces(times=[(OperatorTime("anna", "wrap_up", "", at(60), None), "2")]),
        Pieces(times=[(OperatorTime("anna", "wrap_up", "", at(70), None), "3")]),  # prolonged, or told again
        Pieces(times=[(OperatorTime("anna", "ready", "", at(90), None), "4")]),
        Pieces(legs=[second]),
    ]
    dice = random.Random(5)  # noqa: S311 - a shuffle
    for _ in range(3):
        for piece in dice.sample(pieces, len(pieces)):
            await register.history.write(piece)
    expected = [replace(first_ends, wrap_up_s=30.0, how="transferred"), second]
    assert await register.history.legs(START, at(1)) == expected
    assert await register.history.legs_of(["c1", "none"]) == expected
    assert await register.history.legs(at(1), at(100)) == []


async def test_a_leg_of_which_only_the_end_was_told(register: Register) -> None:
    await register.history.write(
        Pieces(
            calls=[ARRIVED],
            legs=[LegPiece("c1", 7, "anna", finished_at=at(60), talk_s=50.0, how="finished")],
        )
    )
    (leg,) = await register.history.legs(START, at(1))
    assert (leg.connected_at, leg.wrap_up_s) == (at(10), 0.0)


async def test_an_operators_times_follow_one_another(register: Register) -> None:
    """Told in any order, several in one millisecond; the same state again goes on. Only what overlaps is read."""
    told = [
        (OperatorTime("anna", "paused", "signed_in", at(0), None), "01"),
        (OperatorTime("anna", "ready", "", at(10), None), "02"),
        (OperatorTime("anna", "offered", "", at(10), None), "03"),  # at once: ready for no time at all
        (OperatorTime("anna", "talking", "", at(15), None), "04"),
        (OperatorTime("anna", "talking", "", at(18), None), "05"),
        (OperatorTime("anna", "ready", "", at(30), None), "06"),
        (OperatorTime("bolat", "ready", "", at(5), None), "01"),
        (OperatorTime("zara", "away", "", at(50), None), "01"),
    ]
    dice = random.Random(7)  # noqa: S311 - a shuffle
    for time, key in dice.sample(told * 2, len(told) * 2):
        await register.history.save_operator_time(time, key)
    assert await register.history.operator_times(at(12), at(25)) == [
        OperatorTime("anna", "offered", "", at(10), at(15)),
        OperatorTime("anna", "talking", "", at(15), at(30)),
        OperatorTime("bolat", "ready", "", at(5), None),
    ]
    assert await register.history.operator_times(at(10), at(15)) == [
        OperatorTime("anna", "offered", "", at(10), at(15)),
        OperatorTime("bolat", "ready", "", at(5), None),
    ]
    assert await register.history.operator_times(at(-9), at(0)) == []
    last = await register.history.operator_times(at(40), at(60))
    assert [(time.operator, time.state, time.ended) for time in last] == [
        ("anna", "ready", None), ("bolat", "ready", None), ("zara", "away", None),
    ]  # fmt: skip


async def test_arrivals_by_the_hour(register: Register) -> None:
    """Citizens who called: not those whom we called."""
    minutes = {"a": (0, "main"), "b": (59, "main"), "c": (60, "main"), "d": (200, "main"), "e": (5, "")}
    calls = [
        replace(ARRIVED, call=call, queue=queue, since=START + timedelta(minutes=minute))
        for call, (minute, queue) in minutes.items()
    ]
    calls.append(replace(calls[0], call="cb-a", kind="callback", of="a"))
    await register.history.write(Pieces(calls=calls))
    hour = timedelta(hours=1)
    counted = await register.history.arrivals("main", START, START + 12 * hour)
    assert counted == {START: 2, START + hour: 1, START + 3 * hour: 1}
    assert await register.history.arrivals("", START, START + hour) == {START: 3}
    assert await register.history.arrivals("second", START, START + hour) == {}


async def test_a_recording_is_kept_until_its_time_is_over(register: Register) -> None:
    month = timedelta(days=30)
    await register.recordings.begin("c1", "2026/c1", START, START + month)
    await register.history.write(
        Pieces(calls=[replace(ARRIVED, recording="2026/c1")], recordings=[Recording("c1", "other", at(9), at(9))])
    )
    kept = Recording("c1", "2026/c1", START, START + month)
    assert await register.recordings.of("c1") == kept
    assert await register.recordings.expired(START + month - timedelta(seconds=1)) == []
    assert await register.recordings.expired(START + month) == [kept]
    await register.recordings.forget("c1")
    assert await register.recordings.of("c1") is None
    assert (await register.history.get("c1")).recording == ""


async def test_the_audit_keeps_every_look(register: Register) -> None:
    for seconds in (0, 30, 61):
        await register.audit.write("dana", "recording", "c1", at(seconds), once_in_s=60)
    await register.audit.write("dana", "recording", "c2", at(1), once_in_s=60)
    for _ in range(2):
        await register.audit.write("dana", "callback", "c1", at(2))
    entries = await register.audit.list(START, at(100))
    assert [(entry.what, entry.subject, entry.at) for entry in entries] == [
        ("recording", "c1", at(61)), ("callback", "c1", at(2)), ("callback", "c1", at(2)), ("recording", "c2", at(1)),
        ("recording", "c1", at(0)),
    ]  # fmt: skip
