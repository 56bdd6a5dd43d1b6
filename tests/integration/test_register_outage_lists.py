"""Outages listed, counted, published, imported, and their checklists. Both dialects."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from kezek_register import BadFile, NotFound, Register, RegisterSettings, checklists
from kezek_register.areas import Area, covers
from kezek_register.outage_types import BadOutage, Concerned, OutageFilter
from kezek_register.paging import BadCursor
from kit.databases import told
from kit.outages_town import (
    AT,
    CITY,
    FEEDER_B,
    LONG,
    NORTH,
    RADIO,
    SOUTH,
    SUBSTATION,
    TREE,
    Clock,
    House,
    build,
    outage,
    phone_of,
    tie,
)

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


AREAS = {
    "everything": [Area("all")],
    "a city by its districts": [Area("territory", territory_id=CITY)],
    "two districts": [Area("territory", territory_id=NORTH), Area("territory", territory_id=SOUTH)],
    "a substation by its feeders": [Area("part", part_id=SUBSTATION)],
    "a feeder": [Area("part", part_id=FEEDER_B)],
    "a street and one of its houses": [Area("street", street_id=TREE), Area("building", building_id=2)],
    "a side of a street": [Area("houses", street_id=RADIO, parity="even")],
    "a range": [Area("houses", street_id=LONG, house_from="4", house_to="10")],
    "overlapping": [Area("houses", street_id=LONG, house_to="20", parity="odd"), Area("territory", territory_id=SOUTH)],
    "nothing": [Area("building", building_id=9_999), Area("territory", territory_id=9_999)],
}


@pytest.mark.parametrize("areas", AREAS.values(), ids=AREAS.keys())
async def test_who_is_concerned(register: Register, town: list[House], areas: list[Area]) -> None:
    inside = [house for house in town if any(covers(area, house.place) for area in areas)]
    assert await register.outages.concerned(areas) == Concerned(
        buildings=len(inside),
        households=sum(house.flats for house in inside),
        people=sum(3 * house.flats for house in inside if house.street != LONG),
        special_needs=sum(house.house == "3" for house in inside),
    )
    first = await register.outages.first_help(areas)
    assert {one.building_id for one in first} == {house.id for house in inside if house.house == "3"}


async def test_a_list_in_pages(register: Register, town: list[House], clock: Clock) -> None:
    made = [
        await register.outages.open(outage(code=f"W-{n}", starts_at=AT + (n // 2) * HOUR, level=n % 2 + 2), "anna")
        for n in range(7)
    ]
    newest_first = sorted(made, key=lambda one: (one.starts_at, one.id), reverse=True)
    seen, after = [], ""
    while True:
        page = await register.outages.page(after=after, limit=3)
        seen += page.items
        if not (after := page.cursor):
            break
    assert seen == newest_first
    assert (await register.outages.page(OutageFilter(level=3))).items == tuple(
        one for one in newest_first if one.level == 3
    )
    with pytest.raises(BadCursor):
        await register.outages.page(after="nonsense")


async def test_filters(register: Register, town: list[House], clock: Clock) -> None:
    now = await register.outages.open(outage(code="now", expected_at=AT + HOUR, words={"ru": "Порыв на Лесной"}), "a")
    coming = await register.outages.open(outage(code="coming", starts_at=AT + 9 * HOUR, organisation="networks"), "a")
    work = outage(code="itself", level=3, expected_at=AT + HOUR, ends_itself=True, topic="heating")
    itself = await register.outages.open(work, "a")
    drafted = await register.outages.open(outage(code="draft", state="draft"), "a")
    clock.later(hours=2)

    async def found(**wanted: object) -> set[str]:
        page = await register.outages.page(OutageFilter(**wanted))  # type: ignore[arg-type]
        return {one.code for one in page.items}

    assert await found(state="now") == {"now"}
    assert await found(state="coming") == {"coming"}
    assert await found(state="open") == {"now", "coming"}
    assert await found(state="overdue") == {"now"}
    assert await found(state="announced") == {now.code, coming.code, itself.code}
    assert await found(state="draft") == {drafted.code}
    assert await found(organisation="networks") == {"coming"}
    assert await found(topic="heating") == {"itself"}
    assert await found(text="лесной") == {"now"}
    assert await found(text="ITSELF") == {"itself"}
    assert await found(since=AT, until=AT + HOUR) == {"now", "itself", "draft"}


async def test_checklists_follow_the_level(register: Register, town: list[House], clock: Clock) -> None:
    opened = await register.outages.open(outage(level=2), "anna")
    lists = register.outages.checklists
    assert [step.code for step in opened.steps if step.list == "checklist"] == list(lists.checklist[2])
    chain = [(step.code, step.phone) for step in opened.steps if step.list == "call_out"]
    assert chain == [("owner_duty", "+77172000001"), ("owner_head", ""), ("coordinator", "")]
    for step in opened.steps:
        assert set(lists.names(step.code)) == {"kk", "ru", "uk", "en"}

    done = await register.outages.step_done(opened.id, "checklist", 2, "olena", "No gas")
    assert [(step.done_by, step.done_at, step.note) for step in done.steps if step.done_by] == [("olena", AT, "No gas")]
    clock.later(hours=1)
    again = await register.outages.step_done(opened.id, "checklist", 2, "anna")
    assert again.steps == done.steps, "the first word stands"
    undone = await register.outages.step_done(opened.id, "checklist", 2, "anna", done=False)
    assert not [step for step in undone.steps if step.done_at]
    await register.outages.step_done(opened.id, "checklist", 2, "olena")
    with pytest.raises(NotFound):
        await register.outages.step_done(opened.id, "checklist", 99, "anna")

    raised = await register.outages.update(replace(done, level=1), done.version, "anna")
    codes = [step.code for step in raised.steps if step.list == "checklist"]
    assert (codes[0], set(codes)) == ("danger_checked", {*lists.checklist[1]}), "what was done is not asked again"


async def test_a_city_has_lists_of_its_own(register_url: str, town: list[House], tmp_path: Path) -> None:
    path = tmp_path / "checklists.toml"
    ours = checklists.OURS.read_text(encoding="utf-8").replace('code = "coordinator", to = "site", phone = ""', OWN)
    path.write_text(ours, encoding="utf-8")
    async with Register.open(register_url, settings=RegisterSettings(checklists=path)) as other:
        opened = await other.outages.open(outage(level=2), "anna")
    assert [step.phone for step in opened.steps if step.code == "coordinator"] == ["+77172000109"]
    path.write_text("[level.3]\n", encoding="utf-8")
    with pytest.raises(BadFile, match="no level 2"):
        async with Register.open(register_url, settings=RegisterSettings(checklists=path)):
            pass


async def test_a_chain_is_called_out_once(register: Register, register_url: str, town: list[House]) -> None:
    opened = await register.outages.open(outage(level=2), "anna")
    notice = await register.outages.call_out(opened.id, 1, "ru")
    await register.outages.call_out(opened.id, 1, "ru")
    assert (notice.what, notice.address) == ("call_out", "+77172000001")
    assert await told(register_url, "SELECT what, state FROM notices") == [("call_out", "pending")]
    with pytest.raises(BadOutage):
        await register.outages.call_out(opened.id, 3)


async def test_what_is_published(register: Register, town: list[House], clock: Clock) -> None:
    opened = await register.outages.open(outage(expected_at=AT + 2 * HOUR), "anna")
    told = await register.outages.announcement(opened.id, "ru", town[2].place)
    assert (told.phase, told.title, told.words) == ("now", "X: улица Tree ru 3", "Вода подвозится")
    assert told.text == (
        "Аварийное отключение. Начало: 09:00. Ожидаемое окончание: 11:00. Причина: порыв трубы. Исполнитель: x."
    )
    assert told.where == ("улица Tree ru",)
    clock.later(hours=3)
    assert (await register.outages.announcement(opened, "en")).phase == "overdue"
    coming = await register.outages.open(outage(level=3, starts_at=AT + 48 * HOUR, areas=(Area("all"),)), "anna")
    feed = await register.outages.announcements("uk")
    assert [(one.outage_id, one.phase) for one in feed] == [(opened.id, "overdue"), (coming.id, "coming")]
    assert "04.03, 09:00" in feed[1].text
    assert await register.outages.announcements("uk", within=HOUR) == feed[:1]


OWN = 'code = "coordinator", to = "site", phone = "+77172000109"'

WORKS = """\
code;starts;ends;topic;cause;organisation;territory;part;street;house;from;to;parity;ends_itself;level;ru
W-1;2026-03-05 09:00;05.03.2026 17:00;water;;vodokanal;;;s1;1|3|5;;;;yes;;Воду запасите
W-1;2026-03-05 09:00;;;;;;;s2;;2;8;even;;;
W-2;2026-03-06T09:00+05:00;;electricity;third_party;networks;;f-b;;;;;;;2;
W-3;2026-03-07 09:00;2026-03-07 08:00;water;;;north;;;;;;;;;
W-4;tomorrow;;water;;;north;;;;;;;;;
W-5;2026-03-07 09:00;;water;;;;;s1;77;;;;;;
W-6;2026-03-07 09:00;;wine;;;north;;;;;;;;;
W-7;2026-03-07 09:00;;water;;;north;;s1;;;;;;;
W-1;2026-03-05 10:00;;;;;north;;;;;;;;;
;2026-03-05 10:00;;water;;;north;;;;;;;;;
"""


async def test_planned_works_come_as_geojson_with_the_same_report(
    register: Register, town: list[House], tmp_path: Path
) -> None:
    """What the CSV says in a line a feature says in its properties; a wrong one is named by its number."""
    common: dict[str, object] = {"starts": "2026-03-05 09:00", "topic": "water"}
    told: list[dict[str, object]] = [
        {**common, "code": "W-1", "ends": "05.03.2026 17:00", "ends_itself": True, "street": "s1", "house": ["1", 3]},
        {**common, "code": "W-1", "street": "s2", "from": 2, "to": "8", "parity": "even"},
        {**common, "code": "W-2", "territory": "north", "level": 2, "ends_itself": False},
        {**common, "code": "W-3", "street": "s1", "house": "77"},
        {**common, "territory": "north"},
    ]
    point = {"type": "Point", "coordinates": [71.4, 51.1]}
    features = [{"type": "Feature", "geometry": point, "properties": each} for each in told]
    features.append({"type": "Feature", "geometry": {"type": "Point", "coordinates": []}, "properties": common})
    path = tmp_path / "works.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    report = await register.imports.load("works", path)
    assert (report.added, report.changed, report.unchanged) == (2, 0, 0)
    assert report.refused == ((4, "unknown house 77"), (5, "code is missing"), (6, "its geometry has no coordinates"))
    first, second = sorted((await register.outages.page()).items, key=lambda each: each.code)
    assert (first.ends_itself, second.ends_itself, second.level) == (True, False, 2)
    assert first.areas == (
        Area("building", building_id=1),
        Area("building", building_id=3),
        Area("houses", street_id=RADIO, house_from="2", house_to="8", parity="even"),
    )
    again = await register.imports.load("works", path)
    assert (again.added, again.changed, again.unchanged) == (0, 0, 2)


async def test_planned_works_come_from_a_file_and_again(
    register: Register, register_url: str, town: list[House], tmp_path: Path
) -> None:
    path = tmp_path / "works.csv"
    path.write_text(WORKS, encoding="utf-8")
    report = await register.imports.load("works", path)
    assert (report.added, report.changed, report.unchanged) == (2, 0, 0)
    assert report.refused == (
        (5, "the expected end is not after the beginning"),
        (6, "starts is a day and a time: 2026-03-05 09:00 or 05.03.2026 09:00"),
        (7, "unknown house 77"),
        (8, "unknown topic"),
        (9, "a line names a territory, a part of a network, or a street"),
        (10, "line 2 says otherwise of this work: starts_at"),
        (11, "code is missing"),
    )
    page = await register.outages.page()
    second, first = page.items
    assert (first.code, first.level, first.cause, first.ends_itself) == ("W-1", 3, "planned_work", True)
    assert first.areas == (
        Area("building", building_id=1),
        Area("building", building_id=3),
        Area("building", building_id=5),
        Area("houses", street_id=RADIO, house_from="2", house_to="8", parity="even"),
    )
    assert (second.starts_at, second.level, second.organisation) == (AT.replace(day=6, hour=4), 2, "networks")

    again = await register.outages.import_works(path, "anna")
    assert (again.added, again.changed, again.unchanged) == (0, 0, 2)
    assert (await register.outages.page()).items == page.items
    later = await register.outages.expect(first.id, first.starts_at + 20 * HOUR, "Longer", "olena")
    assert (await register.outages.import_works(path, "anna")).unchanged == 2, "somebody here knows better"
    path.write_text(WORKS.replace("05.03.2026 17:00", "05.03.2026 19:00"), encoding="utf-8")
    assert (await register.outages.import_works(path, "anna")).changed == 1
    changed = await register.outages.get(first.id)
    assert (changed.expected_at, len(changed.expectations)) == (AT.replace(day=5, hour=19), len(later.expectations) + 1)

    await register.outages.cancel(first.id, "anna")
    over = await register.outages.import_works(path, "anna")
    assert {(2, "this work is cancelled already"), (3, "this work is cancelled already")} <= set(over.refused)
    path.write_text("starts;topic\n", encoding="utf-8")
    with pytest.raises(BadFile):
        await register.outages.import_works(path, "anna")


async def test_two_nodes_see_each_others_outages(register: Register, register_url: str, town: list[House]) -> None:
    async with Register.open(register_url, node="other") as other:
        assert await other.outages.affecting(town[0].place, AT) == []
        opened = await register.outages.open(outage(), "anna")
        assert await other.outages.affecting(town[0].place, AT) == [opened]
        await register.outages.tie(opened.id, tie(phone_of(1), call="c1"))
        await register.outages.close(opened.id, "anna")
        assert await other.outages.affecting(town[0].place, AT) == []
