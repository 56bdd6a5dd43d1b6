"""What those who wait in the line are told of, read from SQL: once for all of them, and only while somebody waits."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from kezek_api.outage_news import ASKED_S, OutageNews
from kezek_api.storm.rules import DetectionRules
from kezek_api.storm.sources import WithSuspicions
from kezek_ivr.ports import Concerned
from kezek_register import Register
from kezek_register.areas import Area
from kezek_register.outage_types import Outage
from kezek_register.types import Unavailable
from kit.api import until
from kit.outages_town import RADIO, TREE, build, phone_of
from kit.storm_town import STREET, suspicion

NOW = datetime.now(UTC)


@pytest.fixture
async def town(register: Register) -> Register:
    await build(register)
    return register


@asynccontextmanager
async def watching(register: Register) -> AsyncIterator[WithSuspicions]:
    one = WithSuspicions(register, DetectionRules())
    task = asyncio.create_task(one.watch())
    try:
        yield one
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def home(n: int) -> Concerned:
    """Of Tree street."""
    return Concerned(phone_of(n), "ru", f"c-{n}", household_id=n)


def outage(*areas: Area, **more: Any) -> Outage:
    return Outage(0, "announced", 2, "heating", NOW - timedelta(hours=1), areas, **more)


async def heard(one: WithSuspicions, who: Concerned) -> list[int]:
    """Asked again as a waiting call does, until his house is known."""

    async def known() -> tuple[Sequence[Any]] | None:
        one.news()
        found = one.heard(who)
        return (found,) if found is not None else None

    (found,) = await until(known)
    return [each.id for each in found]


async def changed(one: WithSuspicions, before: int) -> None:
    await until(lambda: one.news() != before)


def counted(register: Register, monkeypatch: pytest.MonkeyPatch) -> list[Callable[..., Any]]:
    """Every question to SQL from now on."""
    asked: list[Callable[..., Any]] = []
    database = register._database
    look, reading = database.look, database.reading

    async def counting(ask: Callable[..., Any]) -> Any:
        asked.append(ask)
        return await look(ask)

    def read() -> Any:
        asked.append(read)
        return reading()

    monkeypatch.setattr(database, "look", counting)
    monkeypatch.setattr(database, "reading", read)
    return asked


async def test_a_confirmed_suspicion_is_news_and_what_is_over_is_heard_no_more(town: Register) -> None:
    """P1, P18."""
    kept = await town.suspicions.write(suspicion(areas=(STREET,)))
    async with watching(town) as one:
        who = home(3)
        assert await heard(one, who) == []
        before = one.news()
        confirmed = await town.suspicions.confirm(kept.id, "dana")
        await changed(one, before)
        assert await heard(one, who) == [confirmed.id]
        assert await heard(one, Concerned("+77000000000", "ru", "c", street_id=RADIO, house="3")) == []
        before = one.news()
        await town.outages.close(confirmed.id, "dana")
        await changed(one, before)
        assert await heard(one, who) == []


async def test_what_only_begins_later_is_nothing_to_interrupt_a_caller_for(town: Register) -> None:
    async with watching(town) as one:
        before = one.news()
        later = Outage(0, "announced", 3, "heating", NOW + timedelta(hours=5), (STREET,))
        await town.outages.open(later, "dana")
        await changed(one, before)
        assert await heard(one, home(3)) == []


async def test_a_thousand_who_wait_cost_no_more_questions_than_one(
    town: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with watching(town) as one:
        people = [home(n) for n in range(1, 33)]
        for who in people:  # as each of them calls
            assert await one.affecting(who) == []
        await heard(one, people[0])
        before = one.news()
        opened = await town.outages.open(outage(STREET), "dana")
        asked = counted(town, monkeypatch)
        await changed(one, before)
        one_s = len(asked)
        for _ in range(1000 // len(people)):
            for who in people:
                one.news()
                found = one.heard(who)
                assert found is not None
                assert [each.id for each in found] == [opened.id]
        assert len(asked) == one_s, "they are answered from memory"


async def test_houses_that_this_node_has_not_seen_are_looked_up_a_few_at_a_time(
    town: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = await town.outages.open(outage(STREET), "dana")
    one = OutageNews(town)
    people = [home(n) for n in range(1, 33)]
    assert [one.at(who) for who in people] == [None] * 32
    asked = counted(town, monkeypatch)
    await one._look()
    few = len(asked)
    found = [one.at(who) for who in people]
    assert 0 < len([each for each in found if each]) < 32
    assert few < 32
    while any(one.at(who) is None for who in people):
        await one._look()
    assert {each.id for who in people for each in one.at(who) or ()} == {opened.id}


async def test_while_nobody_waits_nothing_is_read(town: Register, monkeypatch: pytest.MonkeyPatch) -> None:
    one = OutageNews(town, look_s=0.01)
    asked = counted(town, monkeypatch)
    task = asyncio.create_task(one.run())
    one.number()
    await until(lambda: len(asked) > 3)
    one._asked_at -= ASKED_S  # as if that had been long ago
    await until(lambda: not one._asked.is_set())
    before = len(asked)
    await asyncio.sleep(0.2)
    assert len(asked) == before
    one.number()
    await until(lambda: len(asked) > before)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_a_dead_register_is_no_news_and_ends_nothing(town: Register, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = await town.outages.open(outage(Area("street", street_id=TREE)), "dana")
    async with watching(town) as one:
        assert await heard(one, home(1)) == [opened.id]
        ready = town.outages.ready

        async def dead() -> int:
            raise Unavailable("away")

        monkeypatch.setattr(town.outages, "ready", dead)
        before = one.news()
        assert one.heard(home(30)) is None, "never seen here"
        assert await heard(one, home(1)) == [opened.id]
        monkeypatch.setattr(town.outages, "ready", ready)
        await town.outages.close(opened.id, "dana")
        await changed(one, before)
        assert await heard(one, home(1)) == []
