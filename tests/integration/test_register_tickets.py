"""Tickets in SQL, on both dialects: one for a call, however many write it and however often."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from kezek_register import (
    BadNumber,
    CallRecord,
    Conflict,
    NotFound,
    Pieces,
    Register,
    RegisterSettings,
    Ticket,
    load_sample,
)
from kezek_register.numbers import check, make
from kit.databases import draft, told


async def together(*verbs: asyncio.Future[Ticket] | object) -> list[Ticket]:
    return list(await asyncio.gather(*verbs))  # type: ignore[call-overload]


async def test_a_ticket_from_call_to_confirmation(register: Register) -> None:
    await load_sample(register)
    household = await register.households.by_phone("+77009990109")
    assert household is not None
    assert await register.tickets.open_for(household.id) == []
    heard = draft(household_id=household.id, street_id=household.street.id)
    made = await register.tickets.ensure(heard)
    assert check(made.number) == made.number
    assert (made.confirmed, made.state, made.version, made.provenance) == (False, "registered", 1, {"street": "spoken"})
    assert made.created_at is not None
    assert made.created_at.tzinfo is not None
    assert await register.tickets.open_for(household.id) == [made]

    refreshed = await register.tickets.ensure(draft(household_id=household.id, words="난방 없어요", topic="hot_water"))
    assert (refreshed.number, refreshed.words, refreshed.version) == (made.number, "난방 없어요", 2)
    assert refreshed.created_at == made.created_at

    confirmed = await register.tickets.confirm(draft(topic="heating", operator="anna", note="после 18:00"))
    assert (confirmed.number, confirmed.confirmed, confirmed.operator) == (made.number, True, "anna")
    assert await register.tickets.ensure(draft(topic="lift")) == confirmed
    again = await register.tickets.confirm(draft(topic="heating", operator="anna", note="после 19:00"))
    assert (again.number, again.note) == (made.number, "после 19:00")
    assert await register.tickets.confirm(again) == again
    assert await register.tickets.get(made.number.replace("-", " ")) == again


async def test_what_else_was_said_is_kept_beside_the_address(register: Register) -> None:
    said = {"entrance": "2", "landmark": "возле школы", "urgency": "gas,children", "duration": "P2D"}
    made = await register.tickets.ensure(draft(details=said, confidence={"entrance": 0.9}))
    assert (made.details, made.confidence) == (said, {"entrance": 0.9})
    mended = await register.tickets.ensure(draft(details=said | {"entrance": "3"}))
    assert (mended.number, mended.details["entrance"]) == (made.number, "3")
    many = await register.tickets.confirm(draft(details={"floor": "9"}))
    assert await register.tickets.get(made.number) == many
    assert many.details == {"floor": "9"}


async def test_a_ticket_is_asked_by_a_number_that_is_right(register: Register) -> None:
    with pytest.raises(NotFound):
        await register.tickets.get(make(2026, 77))
    with pytest.raises(BadNumber):
        await register.tickets.get("26-000077-0" if make(2026, 77)[-1] != "0" else "26-000077-1")
    with pytest.raises(BadNumber):
        await register.tickets.confirm(draft(number="26-1"))
    with pytest.raises(ValueError, match="by its call or its number"):
        await register.tickets.ensure(draft(call=""))


async def test_tickets_by_hand_have_no_call(register: Register) -> None:
    first = await register.tickets.confirm(draft(call=""))
    second = await register.tickets.confirm(draft(call=""))
    assert first.number != second.number
    assert (first.call, first.confirmed) == ("", True)
    mended = await register.tickets.confirm(draft(call="", number=first.number, note="mended"))
    assert (mended.number, mended.note, mended.version) == (first.number, "mended", 2)
    assert len(await register.tickets.list()) == 2


async def test_a_number_given_while_sql_was_away_is_kept(register: Register) -> None:
    number = await register.tickets.number()
    made = await register.tickets.ensure(draft(number=number))
    assert made.number == number
    assert (await register.tickets.ensure(draft(number=number))).version == 1
    with pytest.raises(Conflict):
        await register.tickets.ensure(draft(call="another", number=number))
    assert (await register.tickets.confirm(draft(number=await register.tickets.number()))).number == number


async def test_a_ticket_of_a_household_that_is_not_there_is_refused(register: Register) -> None:
    for wrong in ({"household_id": 999}, {"street_id": 999}):
        with pytest.raises(NotFound):
            await register.tickets.ensure(draft(**wrong))
    assert await register.tickets.list() == []


async def test_hostile_words_are_kept_as_words(register: Register) -> None:
    words = "'); DROP TABLE tickets; --\x00\ud800 🔥 " + "ы" * 20_000
    made = await register.tickets.ensure(draft(words=words))
    kept = (await register.tickets.get(made.number)).words
    assert kept == words.replace("\x00", "").replace("\ud800", "?")


async def test_lists_are_newest_first(register: Register) -> None:
    start = datetime(2026, 11, 20, 9, tzinfo=UTC)
    for n in (2, 0, 1):
        state = "closed" if n == 1 else "registered"
        await register.tickets.ensure(draft(call=f"c{n}", created_at=start + timedelta(minutes=n), state=state))
    assert [ticket.call for ticket in await register.tickets.list()] == ["c2", "c1", "c0"]
    assert [ticket.call for ticket in await register.tickets.list(state="open")] == ["c2", "c0"]
    assert [ticket.call for ticket in await register.tickets.list(limit=1)] == ["c2"]


async def test_fifty_at_once_on_one_call_make_one_ticket(register: Register, register_url: str) -> None:
    """P2: whoever writes, in whichever process, it is the same ticket with the same number."""
    async with Register.open(register_url, node="other") as other:
        verbs = [
            verb(draft(note=f"{n}"))
            for n in range(25)
            for verb in (other.tickets.ensure, register.tickets.confirm, register.tickets.ensure)[n % 2 : n % 2 + 2]
        ]
        tickets = await together(*verbs)
    assert len({ticket.number for ticket in tickets}) == 1
    assert [ticket.confirmed for ticket in await register.tickets.list()] == [True]
    assert await told(register_url, "SELECT count(*) FROM tickets") == [(1,)]


async def test_250_read_then_updates_lose_none(register: Register, register_url: str) -> None:
    async with Register.open(register_url, node="other") as other:
        await register.tickets.confirm(draft(note="start"))
        await together(*((register, other)[n % 2].tickets.confirm(draft(note=f"{n}")) for n in range(250)))
    assert [ticket.version for ticket in await register.tickets.list()] == [251]


async def test_numbers_of_two_nodes_never_meet(register: Register, register_url: str) -> None:
    small = RegisterSettings(block_size=7)
    async with Register.open(register_url, node="b", settings=small) as other:
        tickets = await together(
            *((register, other)[n % 2].tickets.ensure(draft(call=f"call-{n}")) for n in range(120))
        )
    assert len({ticket.number for ticket in tickets}) == 120
    assert {check(ticket.number) for ticket in tickets} == {ticket.number for ticket in tickets}
    blocks = await told(register_url, 'SELECT "first", "last" FROM number_blocks ORDER BY "first"')
    ends = [0, *(int(str(last)) for _, last in blocks)]
    assert [first for first, _ in blocks] == [end + 1 for end in ends[:-1]]


async def test_the_year_of_a_number_is_the_clock_s(register_url: str) -> None:
    now = [datetime(2026, 12, 31, 23, 59, tzinfo=UTC)]
    async with Register.open(register_url, clock=lambda: now[0]) as register:
        assert (await register.tickets.ensure(draft(call="old"))).number == make(2026, 1)
        now[0] = datetime(2027, 1, 1, tzinfo=UTC)
        assert (await register.tickets.ensure(draft(call="new"))).number == make(2027, 1)


async def test_cancelled_writers_leave_the_register_usable(register: Register) -> None:
    """P1: an operator's page that goes away in the middle of a confirmation blocks nobody."""
    tasks = [asyncio.ensure_future(register.tickets.confirm(draft(call=f"call-{n % 5}"))) for n in range(40)]
    for n, task in enumerate(tasks):
        if n % 2:
            await asyncio.sleep(0)
            task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    done = [task.result().number for task in tasks if not task.cancelled()]
    assert len(set(done)) == 5
    assert len(await register.tickets.list()) == 5


async def test_tickets_of_many_calls_at_once_are_as_those_one_by_one(register: Register) -> None:
    """Made, brought up to date, left alone when confirmed or the same; each with the number it has had."""
    stale, same, confirmed = [
        await register.tickets.ensure(draft(call=call)) for call in ("stale", "same", "confirmed")
    ]
    confirmed = await register.tickets.confirm(draft(call="confirmed", operator="anna"))
    calls = ("stale", "same", "confirmed", "new")
    spare = [await register.tickets.number() for _ in calls]
    drafts = [draft(call=call, number=number) for call, number in zip(calls, spare, strict=True)]
    drafts[0] = draft(call="stale", number=spare[0], words="난방 없어요", confidence={"street": 0.5})
    when = datetime(2026, 11, 22, 9, tzinfo=UTC)
    arrived = [CallRecord(call, "", "109", "kk", "main", "", "", when, None, None, None, "") for call in calls]
    written = await register.history.write(Pieces(calls=arrived, tickets=drafts))
    assert written["same"] == same
    assert written["confirmed"] == confirmed
    assert written["stale"] == await register.tickets.get(stale.number)
    assert (written["stale"].version, written["stale"].words) == (2, "난방 없어요")
    assert written["stale"].confidence == {"street": 0.5}
    assert written["new"] == await register.tickets.get(spare[3])
    assert (written["new"].version, written["new"].confirmed) == (1, False)
    for call in calls:
        assert (await register.history.get(call)).ticket == written[call].number
    assert await register.history.write(Pieces(tickets=drafts)) == written, "again changes nothing"


async def test_of_several_who_write_the_same_batch_at_once_one_makes_each_ticket(register: Register) -> None:
    calls = [f"call-{n}" for n in range(20)]

    async def write() -> dict[str, Ticket]:
        drafts = [draft(call=call, number=await register.tickets.number()) for call in reversed(calls)]
        return await register.history.write(Pieces(tickets=drafts))

    first, *others = await asyncio.gather(*(write() for _ in range(4)))
    assert all(other == first for other in others)
    assert {ticket.call: ticket for ticket in await register.tickets.list(limit=100)} == first


@pytest.mark.parametrize(("change", "refused"), [({"household_id": 999}, NotFound), ({"number": ""}, Conflict)])
async def test_a_batch_with_a_refused_ticket_leaves_nothing(
    register: Register, change: dict[str, object], refused: type[Exception]
) -> None:
    taken = await register.tickets.ensure(draft(call="first"))
    good = draft(call="good", number=await register.tickets.number())
    bad = draft(call="bad", **{"number": await register.tickets.number(), **change})
    bad = bad if bad.number else draft(call="bad", number=taken.number)
    with pytest.raises(refused):
        await register.history.write(Pieces(tickets=[good, bad]))
    assert [ticket.call for ticket in await register.tickets.list()] == ["first"]
