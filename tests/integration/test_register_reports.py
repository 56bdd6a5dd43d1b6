"""Reports, on both dialects: of the tickets registered in a period, what became of them; repeats; a day's summary."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from kezek_register import Register, load_sample
from kezek_register.areas import Area
from kezek_register.duty_types import Duty, Organisation
from kezek_register.moves import KEZEK, Mover
from kezek_register.outage_types import Outage
from kezek_register.report_types import Report, ReportBy, ReportLine
from kezek_register.sql import reports
from kezek_register.types import CallRecord
from kezek_register.worktime import WorkCalendar
from kit.databases import draft

ANNA = Mover("anna", "operator")
BOSS = Mover("boss", "manager")
BEGIN = datetime(2026, 3, 2, 8, tzinfo=UTC)  # a Monday


class Clock:
    def __init__(self) -> None:
        self.now = BEGIN

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def town(register_url: str, clock: Clock) -> AsyncIterator[Register]:
    async with Register.open(register_url, clock=clock, calendar=WorkCalendar()) as register:
        await load_sample(register)
        yield register


async def in_period(town: Register, by: ReportBy) -> Report:
    return await town.reports.report(by, BEGIN - timedelta(days=1), BEGIN + timedelta(days=30))


async def test_what_became_of_those_who_asked(town: Register, clock: Clock) -> None:
    """`open`, `closed` and `refused` are all there are; on time, late and overdue are of those with a deadline."""
    numbers = []
    for n in range(4):
        accident = draft(call="", kind="incident", topic="heating", allowed_hours=4, accident=True, house=str(n))
        numbers.append((await town.tickets.register(accident, ANNA)).number)
    thanks = await town.tickets.register(draft(call="", kind="thanks", topic=""), ANNA)
    await town.tickets.ensure(draft(call="nobody-confirmed-it"))
    for number in numbers[:3]:
        if (await town.tickets.get(number)).organisation_id is None:
            await a_plumber(town)
            await town.tickets.move(number, "assign", BOSS, organisation="plumber")
    clock.now += timedelta(hours=1)
    await town.tickets.move(numbers[0], "report", BOSS, why="done")
    clock.now += timedelta(hours=5)
    await town.tickets.move(numbers[1], "report", BOSS, why="done late")
    await town.tickets.move(numbers[0], "verify", BOSS)
    await town.tickets.move(numbers[3], "refuse", BOSS, why="not ours")
    await town.tickets.move(thanks.number, "close", BOSS, why="thank you")
    report = await in_period(town, "kind")
    lines = {line.key: line for line in report.lines}
    assert lines["incident"] == ReportLine(
        "incident", registered=4, open=2, closed=1, refused=1, on_time=1, late=2, overdue=1, to_close_h=6.0
    )
    assert (lines["thanks"].registered, lines["thanks"].closed) == (1, 1)
    assert (report.total.registered, report.total.open + report.total.closed + report.total.refused) == (5, 5)
    for by in ("topic", "organisation", "territory", "channel", "operator", "day", "month"):
        each = await in_period(town, by)
        assert each.total == report.total
        assert sum(line.registered for line in each.lines) == 5
    assert [line.key for line in (await in_period(town, "day")).lines] == ["2026-03-02"]


async def a_plumber(town: Register) -> None:
    if "plumber" not in {each.code for each in await town.organisations.all()}:
        await town.organisations.add(Organisation(0, "plumber", {"en": "Plumber"}))


async def test_addresses_that_ask_again_and_again(town: Register, clock: Clock) -> None:
    street = (await town.addresses.streets())[0]
    for n in range(5):
        clock.now += timedelta(hours=1)
        house = "1" if n < 3 else str(n)
        await town.tickets.register(draft(call="", street_id=street.id, house=house, flat="2", topic="heating"), ANNA)
    (again,) = await town.reports.repeats(BEGIN, BEGIN + timedelta(days=1))
    assert (again.street_id, again.house, again.flat, again.topic) == (street.id, "1", "2", "heating")
    assert len(again.numbers) == again.open == 3
    assert again.last_at == BEGIN + timedelta(hours=3)
    assert await town.reports.repeats(BEGIN, BEGIN + timedelta(days=1), at_least=4) == []


async def test_a_day_for_the_heads_of_the_city(town: Register, clock: Clock) -> None:
    await town.tickets.register(draft(call="", topic="heating", allowed_hours=1, accident=True), ANNA)
    outage = Outage(0, "announced", 2, "heating", BEGIN, (Area("all"),), cause="burst_pipe")
    await town.outages.open(outage, "boss")
    talked = CallRecord(
        "", "+77009990109", "109", "ru", "hotline", "anna", "", BEGIN, BEGIN, BEGIN + timedelta(seconds=8),
        BEGIN + timedelta(minutes=3), "", waited_s=8.0,
    )  # fmt: skip
    for n, end in enumerate(("answered", "answered", "abandoned")):
        await town.history.save(replace(talked, call=f"c{n}", end=end))
    clock.now += timedelta(hours=4)
    day = await town.reports.daily(date(2026, 3, 2))
    assert (day.total.registered, day.total.overdue) == (1, 1)
    assert [(each.topic, each.late_h) for each in day.overdue] == [("heating", 3.0)]
    assert [(each.topic, each.level, each.ended_at, each.households) for each in day.outages] == [
        ("heating", 2, None, 0)
    ]
    assert day.calls == {"answered": 2, "abandoned": 1}
    assert day.waited_s == 8.0
    empty = await town.reports.daily(date(2026, 3, 1))
    assert (empty.total.registered, empty.outages, empty.calls, empty.waited_s) == (0, (), {}, None)


async def test_a_period_that_is_too_wide_is_refused(town: Register, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reports, "LARGEST", 1)
    for _ in range(2):
        await town.tickets.register(replace(draft(call=""), number=""), KEZEK)
    with pytest.raises(reports.TooWide):
        await in_period(town, "kind")


async def test_a_foreign_owner_stands_under_his_own_name(town: Register, tmp_path: Path) -> None:
    await town.organisations.add(Organisation(0, "metro", {"en": "Underground"}, foreign=True))
    kinds = tmp_path / "kinds.csv"
    kinds.write_text("code;en\nheat_main;heat main\n", "utf-8")
    await town.asset_kinds.import_asset_kinds(kinds)
    street = (await town.addresses.streets())[0]
    await town.duties.add(Duty(0, "heat_main", "metro", Area("street", street_id=street.id)))
    await town.tickets.register(draft(call="", street_id=street.id, house="4", asset_kind="heat_main"), ANNA)
    assert [line.key for line in (await in_period(town, "organisation")).lines] == ["metro"]
