"""What time alone does, on both databases: a late ticket's chain is told once, also by two nodes and after a restart;
planned works begin and end; a changed calendar moves the deadlines."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from kezek_api.tending import Tending
from kezek_register import Register, load_sample
from kezek_register.areas import Area
from kezek_register.duty_types import Organisation
from kezek_register.escalation import Chain
from kezek_register.moves import Mover
from kezek_register.outage_types import Outage
from kezek_register.work_rules import WorkRules
from kezek_register.worktime import WorkCalendar
from kit.databases import draft, told

ANNA, BOLAT = Mover("anna", "operator"), Mover("bolat", "second_line")
BEGIN = datetime(2026, 3, 2, 9, tzinfo=UTC)  # a Monday


class Clock:
    now = BEGIN

    def __call__(self) -> datetime:
        return self.now


async def at_work(register: Register) -> str:
    """A burst pipe that the waterworks have: 4 hours are allowed."""
    works = Organisation(0, "waterworks", {"ru": "Водоканал"}, phone="+77000000001", channel="call", address="")
    await register.organisations.add(replace(works, address="+77000000001"))
    pipe = draft(call="", kind="incident", topic="", accident=True, allowed_hours=4)
    number = (await register.tickets.register(pipe, ANNA)).number
    await register.tickets.move(number, "assign", BOLAT, organisation="waterworks")
    return number


async def test_each_step_is_taken_once_by_two_nodes_and_after_a_restart(register_url: str) -> None:
    clock = Clock()
    rules = WorkRules(WorkCalendar(), Chain(coordinator=("sms", "+77000000009"), city=("sms", "+77000000010")))

    async def late_told() -> list[tuple[object, ...]]:
        return await told(register_url, "SELECT channel, address FROM notices WHERE what = 'late' ORDER BY id")

    async with (
        Register.open(register_url, node="n1", clock=clock, work=rules) as one,
        Register.open(register_url, node="n2", clock=clock, work=rules) as other,
    ):
        number = await at_work(one)
        nodes = [Tending(one), Tending(other)]
        clock.now = BEGIN + timedelta(hours=3)
        await asyncio.gather(*(node.once() for node in nodes))
        assert await late_told() == []
        clock.now = BEGIN + timedelta(hours=4, minutes=1)
        await asyncio.gather(*(node.once() for node in nodes))
        assert await late_told() == [("call", "+77000000001")]
        clock.now = BEGIN + timedelta(hours=8, minutes=1)
        await asyncio.gather(*(node.once() for node in nodes))
    async with Register.open(register_url, node="n1", clock=clock, work=rules) as again:
        for _ in range(3):
            await Tending(again).once()
        assert await late_told() == [("call", "+77000000001"), ("sms", "+77000000009"), ("sms", "+77000000010")]
        await again.tickets.move(number, "report", Mover("bolat", "second_line"), why="done")
        clock.now += timedelta(days=9)
        await Tending(again).once()
        assert len(await late_told()) == 3, "who has reported is late no more"


async def test_planned_works_come_and_go_by_themselves(register_url: str) -> None:
    clock = Clock()
    async with Register.open(register_url, clock=clock) as register:
        await load_sample(register)
        planned = Outage(
            0, "announced", 3, "hot_water", BEGIN + timedelta(hours=1), (Area("all"),), cause="planned_work",
            expected_at=BEGIN + timedelta(hours=3),
        )  # fmt: skip
        made = await register.outages.open(planned, "dana")
        tending = Tending(register)
        await tending.once()
        assert (await register.outages.get(made.id)).state == "announced"
        for _ in range(2):
            clock.now = BEGIN + timedelta(hours=1, minutes=1)
            await tending.once()
        events = await told(register_url, "SELECT event FROM webhook_events ORDER BY id")
        assert [event for (event,) in events] == ["outage.opened", "outage.started"]


async def test_a_calendar_that_was_changed_moves_the_deadlines(register_url: str) -> None:
    clock = Clock()
    async with Register.open(register_url, clock=clock, work=WorkRules(WorkCalendar())) as register:
        day = draft(call="", kind="complaint", topic="", accident=False, allowed_days=1)
        number = (await register.tickets.register(day, ANNA)).number
        assert (await register.tickets.get(number)).due_at == datetime(2026, 3, 3, 18, tzinfo=UTC)
    holiday = WorkCalendar(holidays=frozenset({datetime(2026, 3, 3, tzinfo=UTC).date()}))
    async with Register.open(register_url, clock=clock, work=WorkRules(holiday)) as register:
        await Tending(register).once()
        assert (await register.tickets.get(number)).due_at == datetime(2026, 3, 4, 18, tzinfo=UTC)
