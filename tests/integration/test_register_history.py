"""The calls' history in SQL, on both dialects: written in pieces, at least once, one row."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

from kezek_register import CallRecord, Register

START = datetime(2026, 11, 20, 9, tzinfo=UTC)
ARRIVED = CallRecord("c1", "+77009990109", "109", "", "", "", "", START, None, None, None, "")


async def test_pieces_of_a_call_become_one_row_in_any_order_and_number(register: Register) -> None:
    """P5: a piece that is written again, or late, changes nothing that is known."""
    placed = replace(ARRIVED, queue="main", language="kk", placed_at=START + timedelta(seconds=20))
    talked = replace(ARRIVED, operator="anna", connected_at=START + timedelta(seconds=40), ticket="26-000001-9")
    ended = replace(ARRIVED, caller="", end="answered", ended_at=START + timedelta(seconds=90))
    for piece in (ended, ARRIVED, talked, placed, ARRIVED, talked, ended):
        await register.history.save(piece)
    assert await register.history.list(START, START + timedelta(hours=1), 10) == [
        CallRecord(
            "c1", "+77009990109", "109", "kk", "main", "anna", "answered", START, placed.placed_at,
            talked.connected_at, ended.ended_at, "26-000001-9",
        )
    ]  # fmt: skip


async def test_counts_by_end_add_up_to_what_was_offered(register: Register) -> None:
    """P5: offered is the sum of the ends and of what is still in progress."""
    ends = ["answered"] * 5 + ["abandoned"] * 2 + [""]
    records = [
        replace(ARRIVED, call=f"c{n}", end=end, since=START + timedelta(minutes=n)) for n, end in enumerate(ends)
    ]
    await asyncio.gather(*(register.history.save(record) for record in records * 2))
    assert await register.history.counts(START) == {"answered": 5, "abandoned": 2, "": 1}
    assert await register.history.counts(START + timedelta(minutes=5)) == {"abandoned": 2, "": 1}


async def test_a_list_is_of_a_time_newest_first(register: Register) -> None:
    for n in range(4):
        await register.history.save(replace(ARRIVED, call=f"c{n}", since=START + timedelta(minutes=n)))
    almaty = timezone(timedelta(hours=5))
    since, until = (START + timedelta(minutes=1)).astimezone(almaty), START + timedelta(minutes=3)
    assert [record.call for record in await register.history.list(since, until, 10)] == ["c2", "c1"]
    assert [record.call for record in await register.history.list(since, until, 1)] == ["c2"]
