"""Outages in SQL, on both dialects: opened, found by a place, tied, closed with one move."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from kezek_register import Conflict, NotFound, Register
from kezek_register.areas import Area
from kezek_register.outage_types import BadOutage, Outage, OutageOver
from kezek_register.types import StaleVersion
from kit.databases import draft, told
from kit.outages_town import (
    AT,
    FEEDER_B,
    LONG,
    NORTH,
    RADIO,
    TREE,
    Clock,
    House,
    build,
    outage,
    phone_of,
    tie,
)


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


def at(town: list[House], street: int, house: str) -> House:
    return next(each for each in town if (each.street, each.house) == (street, house))


async def test_a_caller_who_waits_no_longer_leaves_the_reading_to_go_on_for_the_next(
    register: Register, town: list[House], monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a slow database each caller would begin it anew otherwise, and none would ever hear of the outage."""
    opened = await register.outages.open(outage(), "anna")
    place = at(town, TREE, "3").place
    announced = register.outages._announced
    reading, may_go_on, read = asyncio.Event(), asyncio.Event(), announced._read
    times = []

    async def slowly(session: AsyncSession) -> list[Outage]:
        times.append(1)
        reading.set()
        await may_go_on.wait()
        return await read(session)

    monkeypatch.setattr(announced, "_read", slowly)
    first = asyncio.create_task(register.outages.affecting(place))
    await reading.wait()
    first.cancel()
    await asyncio.wait({first})
    assert first.cancelled()
    second = asyncio.create_task(register.outages.affecting(place))
    may_go_on.set()
    assert await second == [opened]
    assert len(times) == 1


async def test_an_outage_is_heard_where_it_is(register: Register, town: list[House]) -> None:
    opened = await register.outages.open(outage(), "anna")
    assert (opened.state, opened.version, opened.created_by, opened.created_at) == ("announced", 1, "anna", AT)
    assert opened == await register.outages.get(opened.id)
    assert await register.outages.affecting(at(town, TREE, "3").place) == [opened]
    assert await register.outages.affecting(at(town, RADIO, "3").place) == []
    feeder = await register.outages.open(outage(topic="electricity", areas=(Area("part", part_id=FEEDER_B),)), "anna")
    assert await register.outages.affecting(at(town, RADIO, "3").place) == [feeder]
    assert await register.outages.affecting(at(town, RADIO, "4").place) == []
    assert await register.outages.now() == [feeder, opened]


async def test_what_cannot_be_is_refused(register: Register, town: list[House]) -> None:
    for wrong in (
        {"areas": ()},
        {"areas": (Area("street"),)},
        {"level": 4},
        {"cause": "gremlins"},
        {"expected_at": AT},
        {"ends_itself": True},
        {"state": "restored"},
    ):
        with pytest.raises(BadOutage):
            await register.outages.open(outage(**wrong), "anna")
    for unknown in ({"topic": "nothing"}, {"organisation": "nobody"}, {"areas": (Area("street", street_id=77),)}):
        with pytest.raises(NotFound):
            await register.outages.open(outage(**unknown), "anna")
    await register.outages.open(outage(code="W-1"), "anna")
    with pytest.raises(Conflict):
        await register.outages.open(outage(code="W-1"), "anna")
    with pytest.raises(NotFound):
        await register.outages.get(77)


async def test_two_people_edit_one_outage(register: Register, town: list[House]) -> None:
    opened = await register.outages.open(outage(), "anna")
    moved = outage(id=opened.id, areas=(Area("territory", territory_id=NORTH), Area("street", street_id=LONG)))
    updated = await register.outages.update(moved, opened.version, "anna")
    assert (updated.version, updated.areas) == (2, moved.areas)
    assert await register.outages.affecting(at(town, LONG, "1").place) == [updated]
    with pytest.raises(StaleVersion):
        await register.outages.update(moved, opened.version, "olena")


async def test_a_draft_is_nobodys_business_until_it_is_announced(register: Register, town: list[House]) -> None:
    drafted = await register.outages.open(outage(state="draft"), "anna")
    assert await register.outages.affecting(at(town, TREE, "3").place) == []
    with pytest.raises(OutageOver):
        await register.outages.tie(drafted.id, tie(phone_of(1)))
    announced = await register.outages.update(outage(id=drafted.id), drafted.version, "anna")
    assert await register.outages.affecting(at(town, TREE, "3").place) == [announced]


async def test_a_household_is_tied_once(register: Register, town: list[House]) -> None:
    """P18."""
    opened = await register.outages.open(outage(), "anna")
    first = await register.outages.tie(opened.id, tie(phone_of(1), call="c1"))
    assert (first.party, first.household_id, first.flat, first.calls) == ("household:1", 1, "1", 1)
    again = await register.outages.tie(opened.id, tie(phone_of(1), call="c1"))
    assert again.calls == 1, "the same call, told twice"
    other = await register.outages.tie(opened.id, tie("+77019990000", building_id=1, flat="кв. 1", call="c2"))
    assert (other.party, other.calls, other.phone) == ("household:1", 2, phone_of(1))
    stranger = await register.outages.tie(opened.id, tie("+77019990001", call="c3"))
    assert stranger.party == "phone:+77019990001"
    now = await register.outages.get(opened.id)
    assert (now.ties, now.calls) == (2, 3)
    assert [each.party for each in await register.outages.ties(opened.id)] == ["household:1", "phone:+77019990001"]


async def test_closing_tells_each_household_once_and_reports_its_tickets(
    register: Register, register_url: str, town: list[House], clock: Clock
) -> None:
    """P18, P8."""
    opened = await register.outages.open(outage(), "anna")
    ticket = await register.tickets.confirm(draft(call="c1", household_id=1, topic="water"))
    await register.outages.tie(opened.id, tie(phone_of(1), call="c1", ticket=ticket.number))
    await register.outages.tie(opened.id, tie(phone_of(2), call="c2", tell=False))
    await register.outages.tie(opened.id, tie(phone_of(3), call="c3"))
    clock.later(hours=2)
    closing = await register.outages.close(opened.id, "anna")
    assert (closing.outage.state, closing.outage.ended_at, closing.tickets) == ("restored", clock.now, 1)
    assert [(one.key, one.address) for one in closing.notices] == [
        (f"outage:{opened.id}:restored:household:1", phone_of(1)),
        (f"outage:{opened.id}:restored:household:3", phone_of(3)),
    ]
    assert closing.notices[0].told["ticket"] == ticket.number
    again = await register.outages.close(opened.id, "olena")
    assert (again.outage, again.notices) == (closing.outage, ())
    assert await told(register_url, "SELECT count(*) FROM notices") == [(2,)]
    assert (await register.tickets.get(ticket.number)).state == "reported"
    moved = await told(register_url, "SELECT move, before, after FROM ticket_moves WHERE move = 'report'")
    assert moved == [("report", "registered", "reported")]
    assert await register.outages.affecting(at(town, TREE, "3").place) == []
    with pytest.raises(OutageOver):
        await register.outages.tie(opened.id, tie(phone_of(4)))
    happened = await told(register_url, "SELECT event FROM webhook_events WHERE event LIKE 'outage.%' ORDER BY id")
    assert happened == [("outage.opened",), ("outage.closed",)]


async def test_an_end_lies_between_the_beginning_and_now(register: Register, town: list[House], clock: Clock) -> None:
    opened = await register.outages.open(outage(), "anna")
    clock.later(hours=1)
    for wrong in (AT - timedelta(minutes=1), clock.now + timedelta(minutes=1)):
        with pytest.raises(BadOutage):
            await register.outages.close(opened.id, "anna", wrong)
    closing = await register.outages.close(opened.id, "anna", AT + timedelta(minutes=30))
    assert closing.outage.ended_at == AT + timedelta(minutes=30)


async def test_which_household_somebody_means(register: Register, town: list[House]) -> None:
    """P8: households 1 to 4 are the flats of building 1, 5 to 8 of building 2; phone_of(1) is household 1's."""
    opened = await register.outages.open(outage(), "anna")
    told = {
        "household:1": [tie(phone_of(1)), tie(phone_of(1), building_id=1), tie(phone_of(1), building_id=1, flat="1")],
        "household:2": [tie(phone_of(1), building_id=1, flat="2"), tie(household_id=2)],
        "flat:1:77": [tie(phone_of(1), building_id=1, flat="77")],
        "household:5": [tie(phone_of(1), building_id=2, flat="кв. 1")],
        f"phone:{phone_of(1)}": [tie(phone_of(1), building_id=3)],
        "building:4": [tie(building_id=4)],
    }
    for party, asks in told.items():
        for asked in asks:
            assert (await register.outages.tie(opened.id, asked)).party == party
    with pytest.raises(NotFound):
        await register.outages.tie(opened.id, tie(household_id=9_999))
    with pytest.raises(BadOutage):
        await register.outages.tie(opened.id, tie("12"))


async def test_tickets_tied_by_hand_end_with_their_outage(register: Register, town: list[House], clock: Clock) -> None:
    """P18: nobody of them has called."""
    opened = await register.outages.open(outage(), "anna")
    many = [await register.tickets.confirm(draft(call=f"t{n}", caller=f"+7705{n:07d}")) for n in range(30)]
    many += [await register.tickets.confirm(draft(call=f"h{n}", caller=phone_of(n), flat="")) for n in range(1, 31)]
    async with register._database.writing() as session:
        await session.execute(text("UPDATE tickets SET outage_id = :id"), {"id": opened.id})
    clock.later(hours=1)
    closing = await register.outages.close(opened.id, "anna")
    assert (len(closing.notices), closing.tickets) == (60, 60)
    parties = {one.told["party"] for one in closing.notices}
    assert {f"household:{n}" for n in range(1, 31)} <= parties
    assert all(one.told["ticket"] for one in closing.notices)
