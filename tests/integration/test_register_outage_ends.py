"""How outages end: expected, by themselves, by a person's word, and what households say then. Both dialects."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from kezek_register import Register
from kezek_register.moves import Mover
from kezek_register.outage_types import BadOutage, OutageOver
from kit.databases import draft, told
from kit.outages_town import AT, TREE, Clock, House, build, outage, phone_of, tie

HOUR = timedelta(hours=1)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def register(register_url: str, clock: Clock) -> AsyncIterator[Register]:
    async with Register.open(register_url, node="test", clock=clock) as opened:
        yield opened


@pytest.fixture
async def town(register: Register) -> list[House]:
    return await build(register)


async def events(url: str) -> list[str]:
    rows = await told(url, "SELECT event FROM webhook_events WHERE event LIKE 'outage.%' ORDER BY id")
    return [str(event) for (event,) in rows]


async def test_what_was_expected_stays_in_the_history(
    register: Register, register_url: str, town: list[House], clock: Clock
) -> None:
    opened = await register.outages.open(outage(expected_at=AT + 2 * HOUR), "anna")
    clock.later(hours=1)
    moved = await register.outages.expect(opened.id, AT + 4 * HOUR, "A second leak", "olena")
    assert (moved.expected_at, moved.version) == (AT + 4 * HOUR, 2)
    assert [(each.expected_at, each.who, each.why) for each in moved.expectations] == [
        (AT + 2 * HOUR, "anna", ""),
        (AT + 4 * HOUR, "olena", "A second leak"),
    ]
    assert await register.outages.expect(opened.id, AT + 4 * HOUR, "", "olena") == moved, "nothing new was said"
    unknown = await register.outages.expect(opened.id, None, "The crew has left", "olena")
    assert unknown.expected_at is None
    later = await register.outages.update(replace(unknown, expected_at=AT + 5 * HOUR), unknown.version, "anna")
    assert [each.expected_at for each in later.expectations][-1] == AT + 5 * HOUR
    for wrong in (AT, clock.now, clock.now - HOUR):
        with pytest.raises(BadOutage):
            await register.outages.expect(opened.id, wrong, "", "anna")
    assert await events(register_url) == ["outage.opened", *["outage.expected"] * 2, "outage.updated"]
    assert await register.outages.affecting(town[0].place) == [replace(later, ties=0, calls=0)]


async def test_a_new_end_is_told_once_to_each_household_when_that_is_wished(
    register: Register, register_url: str, town: list[House]
) -> None:
    """P18."""
    opened = await register.outages.open(outage(), "anna")
    await register.outages.tie(opened.id, tie(phone_of(1), call="c1"))
    await register.outages.tie(opened.id, tie(phone_of(2), call="c2"))
    await register.outages.expect(opened.id, AT + HOUR, "", "anna", tell=True, tell_by="sms")
    await register.outages.expect(opened.id, AT + 2 * HOUR, "", "anna")
    rows = await told(register_url, "SELECT what, channel, address FROM notices ORDER BY id")
    assert rows == [("expected_moved", "sms", phone_of(1)), ("expected_moved", "sms", phone_of(2))]


async def test_a_planned_work_begins_and_ends_by_itself(
    register: Register, register_url: str, town: list[House], clock: Clock
) -> None:
    planned = outage(
        level=3, cause="planned_work", starts_at=AT + HOUR, expected_at=AT + 3 * HOUR, ends_itself=True, code="W-1"
    )
    opened = await register.outages.open(planned, "anna")
    place = town[0].place
    assert await register.outages.affecting(place) == []
    assert await register.outages.affecting(place, within=2 * HOUR) == [opened]
    assert await register.outages.tick() == []
    clock.later(hours=1)
    assert await register.outages.affecting(place) == [opened], "by the clock, without a tick"
    assert [one.id for one in await register.outages.tick()] == [opened.id]
    assert await register.outages.tick() == []
    await register.outages.tie(opened.id, tie(phone_of(1), call="c1"))
    clock.later(hours=5)
    assert await register.outages.affecting(place) == []
    (ended,) = await register.outages.tick()
    assert (ended.state, ended.ended_at) == ("restored", AT + 3 * HOUR)
    assert await register.outages.tick() == []
    assert await events(register_url) == ["outage.opened", "outage.started", "outage.closed"]
    assert await told(register_url, "SELECT key FROM notices") == [(f"outage:{opened.id}:restored:household:1",)]


async def test_a_work_that_nobody_watched_begins_and_ends_in_one_tick(
    register: Register, register_url: str, town: list[House], clock: Clock
) -> None:
    await register.outages.open(
        outage(level=3, starts_at=AT + HOUR, expected_at=AT + 2 * HOUR, ends_itself=True), "anna"
    )
    overdue = await register.outages.open(outage(level=3, starts_at=AT + HOUR, expected_at=AT + 2 * HOUR), "anna")
    clock.later(hours=9)
    assert sorted(one.state for one in await register.outages.tick()) == ["announced", "restored"]
    assert await register.outages.now() == [await register.outages.get(overdue.id)], "until somebody says it is over"
    assert (await events(register_url))[2:] == ["outage.started", "outage.closed", "outage.started"]


async def test_what_does_not_take_place_is_cancelled_and_who_waits_is_told(
    register: Register, register_url: str, town: list[House], clock: Clock
) -> None:
    opened = await register.outages.open(outage(), "anna")
    ticket = await register.tickets.confirm(draft(call="c1", household_id=1, topic="water"))
    await register.outages.tie(opened.id, tie(phone_of(1), call="c1", ticket=ticket.number))
    closing = await register.outages.cancel(opened.id, "anna", "A mistake")
    assert (closing.outage.state, len(closing.notices), closing.tickets) == ("cancelled", 1, 1)
    assert closing.notices[0].told["cancelled"] is True
    kept = await register.tickets.get(ticket.number)
    assert (kept.outage_id, kept.state) == (None, ticket.state)
    again = await register.outages.cancel(opened.id, "anna")
    assert (again.outage, again.notices) == (closing.outage, ())
    assert await register.outages.affecting(town[0].place) == []
    for verb in (register.outages.close(opened.id, "anna"), register.outages.expect(opened.id, None, "x", "anna")):
        with pytest.raises(OutageOver):
            await verb
    assert await events(register_url) == ["outage.opened", "outage.cancelled"]


async def closed(register: Register, clock: Clock, number: str = "") -> int:
    opened = await register.outages.open(outage(), "anna")
    await register.outages.tie(opened.id, tie(phone_of(1), call="c1", ticket=number))
    clock.later(hours=2)
    await register.outages.close(opened.id, "anna")
    return opened.id


async def test_yes_closes_the_ticket(register: Register, town: list[House], clock: Clock) -> None:
    ticket = await register.tickets.confirm(draft(call="c1", household_id=1, topic="water"))
    outage_id = await closed(register, clock, ticket.number)
    said = await register.outages.answered(outage_id, "household:1", "yes")
    assert (said.restored, said.ticket) == ("yes", ticket.number)
    now = await register.tickets.get(ticket.number)
    assert (now.state, now.verified) == ("closed", "yes")
    assert await register.outages.answered(outage_id, "household:1", "unreached") == said


async def test_no_opens_the_ticket_again(register: Register, town: list[House], clock: Clock) -> None:
    ticket = await register.tickets.confirm(draft(call="c1", household_id=1, topic="water"))
    outage_id = await closed(register, clock, ticket.number)
    assert (await register.outages.answered(outage_id, "household:1", "unreached")).restored == "unreached"
    said = await register.outages.answered(outage_id, "household:1", "no")
    assert (said.restored, said.ticket) == ("no", ticket.number)
    now = await register.tickets.get(ticket.number)
    assert (now.verified, now.state) == ("no", "registered")
    assert await register.outages.answered(outage_id, "household:1", "yes") == said, "'no' stands"
    assert [move.move for move in await register.tickets.moves(ticket.number)][-2:] == ["report", "reopen"]
    assert (await register.outages.get(outage_id)).still_out == 1


async def test_no_of_a_household_without_a_ticket_makes_one(
    register: Register, register_url: str, town: list[House], clock: Clock
) -> None:
    outage_id = await closed(register, clock)
    said = await register.outages.answered(outage_id, "household:1", "no")
    made = await register.tickets.get(said.ticket)
    assert (made.household_id, made.street_id, made.house, made.flat) == (1, TREE, "1", "1")
    assert (made.topic, made.outage_id, made.caller, made.asset_kind) == ("water", outage_id, phone_of(1), "water_pipe")
    assert made.street == "улица Tree ru"
    assert await register.outages.answered(outage_id, "household:1", "no") == said
    assert await told(register_url, "SELECT count(*) FROM tickets") == [(1,)]


async def test_an_answer_that_was_killed_halfway_is_finished_by_the_next(
    register: Register, register_url: str, town: list[House], clock: Clock
) -> None:
    """P8: between the answer and its ticket the process may die."""
    outage_id = await closed(register, clock)
    first = await register.outages.answered(outage_id, "household:1", "no")
    await told(register_url, "UPDATE outage_ties SET ticket_id = NULL")
    again = await register.outages.answered(outage_id, "household:1", "no")
    assert again == first
    assert await told(register_url, "SELECT count(*) FROM tickets") == [(1,)]


async def test_who_was_told_together_answers_together(register: Register, town: list[House], clock: Clock) -> None:
    """One number, two flats: he is called once for both (P8)."""
    opened = await register.outages.open(outage(), "anna")
    await register.outages.tie(opened.id, tie("+77019990000", building_id=1, flat="1", call="c1"))
    await register.outages.tie(opened.id, tie("+77019990000", building_id=1, flat="2", call="c2"))
    clock.later(hours=1)
    closing = await register.outages.close(opened.id, "anna")
    (notice,) = closing.notices
    assert notice.told["parties"] == ["household:1", "household:2"]
    await register.outages.answered(opened.id, notice.told["party"], "yes")
    assert [one.restored for one in await register.outages.ties(opened.id)] == ["yes", "yes"]


async def test_a_ticket_tied_by_hand_is_told_and_reported_too(
    register: Register, town: list[House], clock: Clock
) -> None:
    """P18: tied by an operator to the ticket alone, without any call of the outage's."""
    opened = await register.outages.open(outage(), "anna")
    ticket = await register.tickets.confirm(draft(call="c9", household_id=5, caller=phone_of(5), topic="water"))
    await register.tickets.tie(ticket.number, opened.id, Mover("anna", "operator"))
    clock.later(hours=1)
    closing = await register.outages.close(opened.id, "anna")
    assert ([one.address for one in closing.notices], closing.tickets) == ([phone_of(5)], 1)


async def test_the_wish_to_be_told_may_change(register: Register, town: list[House], clock: Clock) -> None:
    opened = await register.outages.open(outage(), "anna")
    await register.outages.tie(opened.id, tie(phone_of(1), call="c1", tell=False))
    other = await register.outages.tie(opened.id, tie("+77019990000", household_id=1, call="c2"))
    assert (other.tell, other.phone) == (True, "+77019990000"), "who first wishes to be told is told"
    assert (await register.outages.wish(opened.id, other.party, tell=False)).tell is False
    assert (await register.outages.close(opened.id, "anna")).notices == ()
