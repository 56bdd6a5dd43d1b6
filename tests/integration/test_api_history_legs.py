"""The history of a whole line: transfers, conferences, callbacks; once in the end, whatever is told twice or late."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from redis.asyncio import Redis

from kezek_api.callfile import CallFiles
from kezek_queue import End, Kind
from kezek_register import Register
from kit.history_hall import PHONES, START, Hall, Told, all_calls, write
from kit.valkey import Valkey

QUARTER = timedelta(minutes=15)


@pytest.fixture
async def files(valkey: Valkey, site: str) -> AsyncIterator[CallFiles]:
    async with Redis.from_url(valkey.url) as redis:
        yield CallFiles(redis, site=site)


async def a_transfer_with_a_conference(hall: Hall) -> None:
    """Anna gives c1 to the second line; Bolat consults Zara, who takes it over."""
    q = hall.queues
    await q.ready("anna")
    await hall.waits("c1")
    await hall.passes(10)
    first = await hall.talks("c1")
    await hall.passes(20)
    await q.hold("c1", first)
    await hall.passes(5)
    await q.resume("c1", first)
    await hall.passes(5)
    await q.transfer("c1", first, queue="second", wrap_up=30)
    await hall.passes(7)
    await q.ready("bolat")
    second = await hall.talks("c1")
    await hall.passes(10)
    await q.ready("zara")
    helper = (await q.invite("c1", second, "zara")).offer
    await q.accept("c1", helper)
    await hall.passes(3)
    await q.connect("c1", helper)
    await hall.passes(12)
    await q.hand_over("c1", second, wrap_up=20)
    await hall.passes(8)
    await q.finish("c1", helper, wrap_up=15)
    await q.end("c1", End.ANSWERED)
    await hall.passes(60)


LEGS = [
    ("anna", "main", 25.0, 5.0, 30.0, "transferred"),
    ("bolat", "second", 25.0, 0.0, 20.0, "handed_over"),
    ("zara", "second", 20.0, 0.0, 15.0, "finished"),
]


@pytest.mark.parametrize("order", ["as told", "twice", "by several nodes"])
async def test_a_call_through_a_transfer_and_a_conference_is_one_call(
    register: Register, files: CallFiles, order: str
) -> None:
    """P5: one row, a leg for each operator with his own talk, hold and wrap-up; again, or in any order, the same."""
    hall = await Hall().open()
    await a_transfer_with_a_conference(hall)
    events = hall.events
    if order == "twice":
        events = events + [replace(event, id=event.id.replace("-0", "-1")) for event in events]
    elif order == "by several nodes":
        random.Random(3).shuffle(events)  # noqa: S311 - a shuffle
    await write(Told(hall, events), register, files)

    (call,) = await all_calls(register)
    assert (call.kind, call.queue, call.end, call.language, call.waited_s) == ("call", "main", "answered", "kk", 10.0)
    assert call.placed_at == datetime.fromtimestamp(START, UTC)
    assert call.connected_at == datetime.fromtimestamp(START + 10, UTC)
    assert call.operator == "zara"
    (ticket,) = await register.tickets.list()
    assert (ticket.call, ticket.number, ticket.confirmed) == ("c1", call.ticket, False)
    legs = await register.history.legs_of(["c1"])
    assert [(leg.operator, leg.queue, leg.talk_s, leg.hold_s, leg.wrap_up_s, leg.how) for leg in legs] == LEGS
    states = [
        (time.state, time.reason, ((time.ended or time.began) - time.began).total_seconds())
        for time in await register.history.operator_times(call.since, call.since + timedelta(hours=1))
        if time.operator == "anna"
    ]
    assert states == [("offered", "", 10.0), ("talking", "", 30.0), ("wrap_up", "", 30.0), ("ready", "", 0.0)]


async def test_a_talk_that_goes_on_with_somebody_else_has_no_ticket_yet(register: Register, files: CallFiles) -> None:
    hall = await Hall().open()
    await hall.queues.ready("anna")
    await hall.waits("c1")
    offer = await hall.talks("c1")
    await hall.queues.transfer("c1", offer, queue="second", wrap_up=5)
    await write(Told(hall, hall.events), register, files)
    assert await register.tickets.list() == []
    (call,) = await all_calls(register)
    assert (call.operator, call.end, call.ticket) == ("anna", "", "")
    assert [leg.how for leg in await register.history.legs_of(["c1"])] == ["transferred"]


async def test_a_callback_is_a_call_of_its_own_tied_to_the_one_it_came_from(
    register: Register, files: CallFiles
) -> None:
    """P5, P12, P13: the one ends as callback, the other is answered; who was lost before is reached by it."""
    hall = await Hall().open()
    q = hall.queues
    await hall.waits("lost", 7)
    await hall.passes(30)
    await q.end("lost", End.ABANDONED)
    await hall.passes(700)  # the place is not kept for so long
    await hall.waits("asks", 7)
    await hall.passes(40)
    await q.callback("asks", caller="+77000000007")
    told = Told(hall, hall.events)
    await write(told, register, files)
    day = (datetime.fromtimestamp(START - 1, UTC), datetime.fromtimestamp(START + 86400, UTC))
    (lost,) = await register.history.abandoned(*day)
    assert (lost.call.call, lost.call.waited_s, lost.callback, lost.reached_by) == ("lost", 30.0, "pending", "")
    (open_one,) = await register.history.open_callbacks()
    assert (open_one.call, open_one.of, open_one.kind, open_one.caller) == (
        "cb-asks", "asks", "callback", "+77000000007",
    )  # fmt: skip

    await q.ready("anna")
    offer = (await q.call("cb-asks")).offer
    await q.postpone("cb-asks", offer, "no_answer")
    await hall.passes(310)
    offer = await hall.talks("cb-asks")
    await hall.passes(60)
    await q.finish("cb-asks", offer, wrap_up=0)
    await q.end("cb-asks", End.ANSWERED)
    await write(Told(hall, hall.events), register, files)
    ends = {call.call: (call.kind, call.end) for call in await all_calls(register)}
    assert ends == {
        "lost": ("call", "abandoned"), "asks": ("call", "callback"), "cb-asks": ("callback", "answered"),
    }  # fmt: skip
    (lost,) = await register.history.abandoned(*day)
    assert (lost.callback, lost.reached_by) == ("done", "callback")
    assert await register.history.open_callbacks() == []


async def a_busy_morning(hall: Hall, calls: int, dice: random.Random) -> None:
    """Calls that end in every way, or not at all, over two hours."""
    q = hall.queues
    for login in PHONES:
        await q.ready(login)
    for n in range(calls):
        await hall.waits(f"m{n}", n + 1, dice.choice(["main", "second"]))
        await hall.passes(dice.randint(5, 60))
        for operator in (await q.snapshot()).operators:
            call, offer = operator.call, operator.offer
            if operator.state.value == "offered":
                await q.accept(call, offer)
                await q.connect(call, offer)
            elif operator.state.value == "talking":
                match dice.randint(0, 4):
                    case 0:
                        await q.finish(call, offer, wrap_up=10)
                        await q.end(call, End.ANSWERED)
                    case 1:
                        await q.transfer(call, offer, queue="second", wrap_up=10)
                    case 2:
                        await q.end(call, End.ABANDONED)  # hung up in the talk: answered all the same
        waiting = (await q.snapshot()).waiting
        if waiting and dice.random() < 0.4:
            place = dice.choice(waiting)
            match dice.randint(0, 3):
                case 0:
                    await q.end(place.call, End.ABANDONED)
                case 1 if place.kind.value == "call":
                    await q.callback(place.call, caller=(await q.call(place.call)).caller)
                case 2:
                    await q.end(place.call, dice.choice([End.CUT, End.REFUSED, End.INFORMED]))


@pytest.mark.parametrize("forgotten", [False, True])
async def test_offered_is_the_sum_of_the_ends_and_of_those_in_progress(
    register: Register, files: CallFiles, forgotten: bool
) -> None:
    """P5: for the calls that arrived in any quarter of an hour; told out of order, with repetitions, and also when SQL
    was away for so long that Redis has forgotten the calls."""
    dice = random.Random(11)  # noqa: S311 - a story that can be told again
    hall = await Hall().open()
    await a_busy_morning(hall, 150, dice)
    truth = {call.call: call for call in hall.queues.model.calls.values()}
    events = hall.events
    events = dice.sample(events, len(events)) + [
        replace(event, id=event.id.replace("-0", "-1")) for event in dice.sample(events, 300)
    ]
    await write(Told(hall, events, forgotten=forgotten), register, files)

    counted: Counter[str] = Counter()
    begin, offered = datetime.fromtimestamp(START, UTC), 0
    for quarter in range(20):
        cohort = await register.history.cohort(begin + quarter * QUARTER, begin + (quarter + 1) * QUARTER)
        ends = Counter(call.end for call in cohort)
        expected = Counter(
            call.end
            for call in truth.values()
            if quarter * 900_000 <= call.since - round(START * 1000) < (quarter + 1) * 900_000
        )
        assert ends == expected
        counted += ends
        offered += len(cohort)
    assert offered == len(truth) == sum(counted.values())
    assert {"answered", "abandoned", "callback", "cut", ""} <= set(counted)
    for call in await all_calls(register):
        known = truth[call.call].view()
        assert (call.kind, call.of) == (known.kind.value, known.of)
        assert call.connected_at == (datetime.fromtimestamp(known.connected_at, UTC) if known.connected_at else None)
        waited = (known.connected_at or (call.ended_at.timestamp() if call.ended_at else 0.0)) - known.placed_at
        assert call.waited_s == pytest.approx(waited if known.connected_at or known.end else 0.0, abs=0.002)
    talks = [event for event in hall.events if event.kind is Kind.CONNECTED]
    legs = await register.history.legs(begin, begin + 20 * QUARTER)
    assert len(legs) == len({(leg.call, leg.offer) for leg in legs}) == len(talks)
