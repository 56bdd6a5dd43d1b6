"""Who left without an answer, and who was reached since; the ledger of what we dial. On both dialects."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from kezek_register import CallRecord, NotFound, Pieces, Register
from kit.databases import told

START = datetime(2026, 11, 20, 9, tzinfo=UTC)
LOST = CallRecord("a", "+77009990109", "109", "kk", "main", "", "abandoned", START, START, None, START, "")

MONTH_SQLITE = """
    WITH RECURSIVE s(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM s WHERE n < 99999),
      t AS (SELECT n, datetime('2026-11-01', '+' || n || ' seconds') || '.000000' AS at FROM s)
    INSERT INTO calls (call, caller, dialled, language, queue, operator, "end", since, placed_at, ticket)
    SELECT 'm' || n, '+7700' || substr('0000000' || n, -7), '109', '', 'main', '',
      CASE WHEN n % 40 = 0 THEN 'abandoned' ELSE 'answered' END, at, at, '' FROM t
"""
MONTH_POSTGRESQL = """
    INSERT INTO calls (call, caller, dialled, language, queue, operator, "end", since, placed_at, ticket)
    SELECT 'm' || n, '+7700' || lpad(n::text, 7, '0'), '109', '', 'main', '',
      CASE WHEN n % 40 = 0 THEN 'abandoned' ELSE 'answered' END, at, at, ''
    FROM (SELECT n, timestamptz '2026-11-01 00:00Z' + n * interval '1 second' AS at
      FROM generate_series(0, 99999) AS n) AS t
"""


def at(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def later(call: str, minutes: float, **changes: object) -> CallRecord:
    answered = replace(LOST, call=call, since=at(minutes), end="answered", connected_at=at(minutes + 1))
    return replace(answered, **changes)  # type: ignore[arg-type]


async def judged(register: Register, *calls: CallRecord) -> list[tuple[str, object, str, str]]:
    await register.history.write(Pieces(calls=calls))
    found = await register.history.abandoned(START, at(60))
    return [(one.call.call, one.reached_at, one.reached_by, one.callback) for one in found]


async def test_reached_by_the_first_later_call_that_was_answered(register: Register) -> None:
    """P13: a later attempt that failed too is an abandoned call of its own; another number's call is no answer."""
    assert await judged(
        register,
        LOST,
        replace(LOST, call="before", since=at(-30), end="answered", connected_at=at(-29)),
        replace(LOST, call="again", since=at(3)),
        later("answered", 5),
        later("next day", 1440),
        later("somebody else", 2, caller="+77009990110"),
        replace(LOST, call="cut", caller="", since=at(9), end="cut"),
        replace(LOST, call="refused", since=at(8), end="refused"),
        replace(LOST, call="at the greeting", since=at(9), placed_at=None),
    ) == [("cut", None, "", ""), ("again", at(6), "call", ""), ("a", at(6), "call", "")]


async def test_who_was_cut_stands_before_those_who_gave_up(register: Register) -> None:
    """P13: the cut in the order in which they came, for they are to be called back; the others newest first."""
    found = await judged(
        register,
        LOST,
        replace(LOST, call="gave up later", since=at(30)),
        replace(LOST, call="cut later", caller="", since=at(20), end="cut", placed_at=None),
        replace(LOST, call="cut", caller="", since=at(10), end="cut"),
    )
    assert [call for call, *_ in found] == ["cut", "cut later", "gave up later", "a"]


async def test_whom_nobody_heard_before_he_was_cut_is_to_be_called_back(register: Register) -> None:
    """P8: not who dialled again, whatever became of it, nor whose callback was ordered, nor who spoke with somebody."""
    cut = replace(LOST, end="cut", ended_at=at(10))
    numbers = iter(f"+770099901{n}" for n in range(10, 40))

    def caller(call: str, since: float, **changes: object) -> CallRecord:
        return replace(cut, call=call, caller=next(numbers), since=at(since), **changes)  # type: ignore[arg-type]

    again, promised = caller("again", 2), caller("promised", 3)
    await register.history.write(
        Pieces(
            calls=[
                caller("second", 5),
                caller("first", 1),
                caller("emergency", 6, priority=9),
                again,
                replace(again, call="again 2", since=at(11), end="", ended_at=None),
                promised,
                replace(promised, call="cb-promised", kind="callback", of="promised", since=at(11), end="abandoned"),
                caller("spoke", 4, connected_at=at(5)),
                replace(caller("hidden", 4), caller=""),
                caller("gave up", 4, end="abandoned"),
                caller("just now", 4, ended_at=at(20)),
                caller("long ago", -60),
            ]
        )
    )
    found = await register.history.cut(START, at(15))
    assert [call.call for call in found] == ["emergency", "first", "second"]
    assert [call.call for call in await register.history.cut(START, at(15), limit=1)] == ["emergency"]


async def test_reached_by_a_callback(register: Register) -> None:
    """P13: pending while it lives, done when somebody spoke; one that failed changes nothing."""
    callback = replace(LOST, call="cb-a", kind="callback", of="a", since=at(2), end="")
    assert await judged(register, LOST, callback) == [("a", None, "", "pending")]
    assert await judged(register, replace(callback, connected_at=at(7))) == [("a", at(7), "callback", "done")]
    other = replace(LOST, call="b", caller="+77009990110", since=at(1))
    failed = replace(callback, call="cb-b", of="b", caller=other.caller, end="abandoned")
    assert await judged(register, other, failed) == [("b", None, "", ""), ("a", at(7), "callback", "done")]


async def test_a_call_that_the_fallback_answered_reached_him_too(register: Register) -> None:
    by_fallback = later("fallback", 5, connected_at=None, ended_at=at(8))
    assert await judged(register, LOST, by_fallback) == [("a", at(8), "call", "")]


async def test_the_list_is_short_of_a_busy_month_and_as_quick(register: Register) -> None:
    """P13: 100,000 calls; the plan goes by an index, whatever else is there."""
    url, sqlite = register._database.url.render_as_string(hide_password=False), register._database.is_sqlite
    await told(url, MONTH_SQLITE if sqlite else MONTH_POSTGRESQL)
    month = datetime(2026, 11, 1, tzinfo=UTC)
    found = await register.history.abandoned(month, month + timedelta(days=30), 1000)
    assert len(found) == 1000
    assert found[0].call.call == "m99960"
    plan = "EXPLAIN QUERY PLAN" if sqlite else "EXPLAIN"
    wanted = "SELECT * FROM calls WHERE caller IN ('+77000000040') AND since > '2026-11-01'"
    explained = await told(url, f"{plan} {wanted}")
    assert "ix_calls_caller_since" in str(explained)


async def test_one_of_many_claimers_dials(register: Register) -> None:
    """P8: whoever loses the race, or comes later, does not dial; also after it is settled."""
    claims = await asyncio.gather(*(register.outbound.claim("cb-a:7", "cb-a", f"node-{n}") for n in range(40)))
    assert claims.count(True) == 1
    assert [one.key for one in await register.outbound.unsettled()] == ["cb-a:7"]
    winner = (await register.outbound.get("cb-a:7")).node
    assert winner == f"node-{claims.index(True)}"
    assert [one.key for one in await register.outbound.unsettled(winner)] == ["cb-a:7"]
    assert await register.outbound.unsettled("another") == []

    await register.outbound.settle("cb-a:7", "unclear", "asterisk was away")
    assert await register.outbound.unsettled() == []
    settled = await register.outbound.settle("cb-a:7", "answered", "")
    assert (settled.state, settled.settled_at is not None) == ("answered", True)
    assert (await register.outbound.settle("cb-a:7", "not_reached", "busy")).state == "answered"
    assert await register.outbound.claim("cb-a:7", "cb-a", winner) is False
    assert await register.outbound.claim("cb-a:8", "cb-a", winner) is True


async def test_what_nobody_claimed_is_not_there(register: Register) -> None:
    with pytest.raises(NotFound):
        await register.outbound.get("none")
    with pytest.raises(NotFound):
        await register.outbound.settle("none", "answered", "")
    with pytest.raises(NotFound):
        await register.history.get("none")
