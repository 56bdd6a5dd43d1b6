"""Late tickets, on both dialects: each step of the chain once, also after a restart and when several nodes take it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from kezek_register import Register, load_sample
from kezek_register.escalation import Chain
from kezek_register.moves import Mover
from kezek_register.ticket_types import TicketFilter
from kezek_register.types import Ticket
from kezek_register.work_rules import WorkRules
from kezek_register.worktime import WorkCalendar
from kit.databases import draft, told

ANNA, BOLAT = Mover("anna", "operator"), Mover("bolat", "second_line")
RULES = WorkRules(chain=Chain(coordinator=("sms", "+77000000009"), city=("none", "")), language="kk")


class Town:
    """The sample town with a clock of its own."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 23, 9, tzinfo=UTC)  # a Monday
        self.register: Register

    def after(self, hours: float) -> None:
        self.now += timedelta(hours=hours)

    async def leak(self, house: str = "1") -> Ticket:
        """A leak, 8 hours by the clock; in Monday street's houses from 8 on the pipes are the railway's."""
        street = next(one for one in await self.register.addresses.streets() if one.names["en"] == "Monday")
        asked = draft(call="", topic="leak", street_id=street.id, street="Monday", house=house, household_id=None)
        return await self.register.tickets.register(asked, ANNA)


@pytest.fixture
async def town(register_url: str) -> AsyncIterator[Town]:
    town = Town()
    async with Register.open(register_url, node="one", clock=lambda: town.now, work=RULES) as register:
        await load_sample(register)
        town.register = register
        yield town


async def test_a_ticket_goes_to_whom_the_rules_say_and_is_due_as_its_topic_says(town: Town) -> None:
    """A ticket for a foreign owner is followed under the same number."""
    ours, theirs = await town.leak("1"), await town.leak("8")
    codes = {one.id: one.code for one in await town.register.organisations.all()}
    assert [codes[one.organisation_id or 0] for one in (ours, theirs)] == ["vodokanal", "railway"]
    assert (ours.state, ours.kind, ours.asset_kind, ours.accident) == ("assigned", "incident", "water_pipe", True)
    assert ours.due_at == town.now + timedelta(hours=8)
    assert ours.building_id is not None
    assert [(one.move, one.who) for one in await town.register.tickets.moves(ours.number)] == [
        ("register", "anna"),
        ("assign", "kezek"),
    ]
    page = await town.register.tickets.page(TicketFilter(organisation="railway", topic="water"))
    assert [one.number for one in page.items] == [theirs.number]
    assert (await town.register.tickets.page(TicketFilter(organisation="railway", topic="lift"))).items == ()


async def test_each_step_is_taken_once(town: Town) -> None:
    late = await town.leak()
    town.after(8)
    assert await town.register.work.chase() == []
    town.after(0.5)
    page = await town.register.tickets.page(TicketFilter(late=True))
    assert [one.number for one in page.items] == [late.number]
    assert [one.step for one in await town.register.work.chase()] == ["executor"]
    assert await town.register.work.chase() == []
    town.after(3)
    assert [(one.step, one.organisation) for one in await town.register.work.chase()] == [
        ("head", "housing"),
        ("coordinator", ""),
    ]
    notices = await town.register.notices.of(f"ticket:{late.number}")
    assert [(one.what, one.channel, one.told.get("step")) for one in notices] == [
        ("assigned", "call", None),
        ("late", "call", "executor"),
        ("late", "sms", "head"),
        ("late", "sms", "coordinator"),
    ]
    assert {one.language for one in notices} == {"kk"}
    assert "+7700999" not in str([one.told for one in notices]), "nothing of the caller goes to the executors"
    town.after(99)
    assert [(one.step, one.notice_key) for one in await town.register.work.chase()] == [("city", "")]
    taken = await town.register.work.escalations(late.number)
    assert [one.step for one in taken] == ["executor", "head", "coordinator", "city"]


async def test_several_nodes_and_a_restart_take_each_step_once(town: Town, register_url: str) -> None:
    """P8: a late executor is phoned once, whoever finds him late."""
    for _ in range(3):
        await town.leak()
    town.after(9)
    async with (
        Register.open(register_url, node="two", clock=lambda: town.now, work=RULES) as second,
        Register.open(register_url, node="three", clock=lambda: town.now, work=RULES) as third,
    ):
        nodes = (town.register, second, third)
        rounds = await asyncio.gather(*(node.work.chase() for node in nodes for _ in range(2)))
    steps = [(one.number, one.step) for taken in rounds for one in taken]
    assert len(steps) == len(set(steps)) == 6, "three executors and their heads"
    async with Register.open(register_url, node="one again", clock=lambda: town.now, work=RULES) as again:
        assert await again.work.chase() == []
    assert await told(register_url, "SELECT count(*) FROM notices WHERE what = 'late'") == [(6,)]


async def test_who_reports_between_the_look_and_the_call_is_not_told(town: Town) -> None:
    late = await town.leak()
    town.after(9)
    (step, *_) = await town.register.work.late()
    await town.register.tickets.move(late.number, "report", BOLAT)
    assert not await town.register.work.escalate(step, await town.register.work.notice(step))
    told_of = await town.register.notices.of(f"ticket:{late.number}")
    assert [(one.what, one.state) for one in told_of] == [("assigned", "dropped"), ("verify", "pending")]


async def test_a_pause_stops_the_clock_and_the_next_executor_is_told(town: Town) -> None:
    made = await town.leak()
    number = made.number
    paused = await town.register.tickets.move(number, "pause", BOLAT, why="ждём экскаватор")
    assert paused.due_at is None
    town.after(100)
    assert await town.register.work.chase() == []
    resumed = await town.register.tickets.move(number, "resume", BOLAT)
    assert resumed.due_at == town.now + timedelta(hours=8)
    town.after(8.5)
    assert [one.step for one in await town.register.work.chase()] == ["executor"]
    handed = await town.register.tickets.move(number, "hand_on", BOLAT, organisation="railway", why="их труба")
    assert handed.due_at == resumed.due_at
    assert [(one.step, one.organisation) for one in await town.register.work.chase()] == [("executor", "railway")]
    done = await town.register.tickets.move(number, "report", BOLAT)
    assert done.due_at is None
    told_now = await town.register.tickets.deadlines([done])
    assert (told_now[number].clock, told_now[number].due_at) == ("missed", resumed.due_at)
    again = await town.register.tickets.move(number, "reopen", BOLAT)
    assert again.due_at == town.now + timedelta(hours=8)


async def test_a_confirmed_call_goes_to_its_executor_and_on_when_it_is_mended(town: Town) -> None:
    streets = {one.names["en"]: one.id for one in await town.register.addresses.streets()}
    asked = draft(topic="leak", street_id=streets["Tree"], house="4", operator="anna")
    codes = {one.id: one.code for one in await town.register.organisations.all()}
    heard = await town.register.tickets.ensure(asked)
    assert (heard.state, heard.organisation_id) == ("registered", None), (
        "a machine has heard it: nobody works on it yet"
    )
    assert (heard.due_at, heard.asset_kind) == (town.now + timedelta(hours=8), "water_pipe")
    confirmed = await town.register.tickets.confirm(asked)
    assert (confirmed.state, codes[confirmed.organisation_id or 0]) == ("assigned", "vodokanal")
    mended = await town.register.tickets.confirm(draft(topic="lift", street_id=streets["Tree"], house="4"))
    assert (mended.state, codes[mended.organisation_id or 0]) == ("assigned", "lift")
    assert mended.due_at == town.now + timedelta(hours=24)
    await town.register.tickets.move(mended.number, "accept", BOLAT)
    kept = await town.register.tickets.confirm(draft(topic="leak", street_id=streets["Tree"], house="4"))
    assert (kept.state, codes[kept.organisation_id or 0]) == ("accepted", "lift"), "somebody is at work"
    moves = [(one.move, one.organisation) for one in await town.register.tickets.moves(mended.number)]
    assert moves == [("register", ""), ("assign", "vodokanal"), ("assign", "lift"), ("accept", "")]


async def test_mending_changes_what_follows(town: Town, register_url: str) -> None:
    made = await town.leak("1")
    codes = {one.id: one.code for one in await town.register.organisations.all()}
    moved = await town.register.tickets.edit(made.number, {"house": "8", "note": "угол"}, made.version, BOLAT)
    assert (codes[moved.organisation_id or 0], moved.note, moved.version) == ("railway", "угол", made.version + 1)
    assert moved.building_id != made.building_id
    allowed = await town.register.tickets.edit(made.number, {"allowed_hours": 20}, moved.version, BOLAT)
    assert allowed.due_at == town.now + timedelta(hours=20)
    assert (await town.register.tickets.edit(made.number, {"note": ""}, allowed.version, BOLAT)).kind == "incident"
    audit = await told(register_url, "SELECT login, what, subject FROM audit WHERE what <> 'ticket_made' ORDER BY id")
    assert audit == [("bolat", "ticket_edit", made.number)] * 3


async def test_deadlines_follow_a_changed_calendar(town: Town, register_url: str) -> None:
    asked = draft(call="", topic="garbage", household_id=None)  # one working day
    made = await town.register.tickets.register(asked, ANNA)
    assert made.due_at == datetime(2026, 11, 24, 18, tzinfo=UTC)
    free = WorkCalendar(holidays=frozenset({datetime(2026, 11, 24, tzinfo=UTC).date()}))
    async with Register.open(register_url, clock=lambda: town.now, work=WorkRules(free)) as other:
        assert (await other.work.recount(), await other.work.recount()) == (1, 0)
    again = await town.register.tickets.get(made.number)
    assert (again.due_at, again.version) == (datetime(2026, 11, 25, 18, tzinfo=UTC), made.version)


async def test_the_citizen_is_asked_once_and_what_he_leaves_open_is_closed(town: Town, register_url: str) -> None:
    """Told by the ledger: a report that was taken back before the call is not asked about."""
    made = await town.leak()
    tickets, work = town.register.tickets, town.register.work
    await tickets.move(made.number, "report", BOLAT, why="заменили")
    await tickets.move(made.number, "reopen", BOLAT)
    await tickets.move(made.number, "report", BOLAT)
    asked = [one for one in await town.register.notices.of(f"ticket:{made.number}") if one.what == "verify"]
    assert [(one.state, one.channel, one.address) for one in asked] == [
        ("dropped", "call", made.caller),
        ("pending", "call", made.caller),
    ]
    town.after(71)
    assert await work.close_unheard() == 0
    town.after(2)
    assert (await work.close_unheard(), await work.close_unheard()) == (1, 0)
    closed = await tickets.get(made.number)
    assert (closed.state, closed.verified) == ("closed", "unreached")
    assert [one.state for one in await town.register.notices.of(f"ticket:{made.number}") if one.what == "verify"] == [
        "dropped",
        "dropped",
    ]
