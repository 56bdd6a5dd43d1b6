"""Addresses and topics in SQL, on both dialects: imported, imported again, mended, searched."""

from __future__ import annotations

from pathlib import Path

import pytest

from kezek_register import BadFile, ImportReport, NotFound, Register, load_sample

STREETS = "code;kind;ru;kk;other\nabay;street;Абая;Абай;ru:Ленина\nmira;avenue;Мира;;\n"


def written(tmp_path: Path, name: str, text: str) -> Path:
    path = tmp_path / name
    path.write_text(text)
    return path


async def test_the_sample_town_is_imported_once(register: Register) -> None:
    first = await load_sample(register)
    assert {noun: report.refused for noun, report in first.items()} == dict.fromkeys(first, ())
    assert {noun: report.added for noun, report in first.items()} == {
        "streets": 12, "buildings": 41, "households": 15, "organisations": 14, "asset_kinds": 12, "duties": 18,
        "topics": 22,
    }  # fmt: skip
    assert not any(report.warnings for report in first.values()), "every address and kind of asset has one answer"
    again = await load_sample(register)
    assert again == {noun: ImportReport(0, 0, report.added, ()) for noun, report in first.items()}
    assert await register.addresses.counts() == {"streets": 12, "buildings": 41, "households": 15}


async def test_the_sample_town_can_be_called_in_korean(register: Register) -> None:
    await load_sample(register)
    korean = {street.names["ko"]: street for street in await register.addresses.streets()}
    for word in ("나무", "여름", "라디오", "월요일", "화요일", "병원", "학교", "비행기"):
        assert set(korean[word].names) == {"kk", "ru", "uk", "en", "ko"}
        assert {"1", "4", "8", "9"} <= set(await register.addresses.houses(korean[word].id))
    caller = await register.households.by_phone("+77009990109")
    assert caller is not None
    assert (caller.street.names["ko"], caller.building.house, caller.flat) == ("나무", "4", "12")
    assert (caller.language, caller.person) == ("ko", "Aigerim Demo")
    topics = {topic.code: topic for topic in await register.topics.all()}
    assert topics["heating"].names["ko"] == "난방"
    assert topics["hot_water"].parent == "water"


async def test_a_mended_street_is_changed_and_keeps_its_id(register: Register, tmp_path: Path) -> None:
    path = written(tmp_path, "streets.csv", STREETS)
    assert await register.addresses.import_streets(path) == ImportReport(2, 0, 0, ())
    (before, _) = (await register.addresses.search("ленина", "ru"))[0]
    path.write_text(STREETS.replace("Абая;Абай;ru:Ленина", "Абая Кунанбаева;Абай;").replace("avenue", "street"))
    assert await register.addresses.import_streets(path) == ImportReport(0, 2, 0, ())
    after = await register.addresses.street(before.id)
    assert after.names == {"kk": "Абай", "ru": "Абая Кунанбаева"}
    assert after.other_names == ()
    assert await register.addresses.search("ленина", "ru") == []


async def test_the_buildings_near_an_address_are_those_with_the_number_and_those_written_alike(
    register: Register, tmp_path: Path
) -> None:
    await register.addresses.import_streets(written(tmp_path, "streets.csv", STREETS))
    houses = "".join(f"abay;{house};;\n" for house in ("45", "45а", "45/2", "45/10", "45к1", "450", "4", "46"))
    buildings = f"street;house;entrances;flats\n{houses}mira;45;;\nmira;45б;;\n"
    await register.addresses.import_buildings(written(tmp_path, "buildings.csv", buildings))
    abay, mira = (street.id for street in await register.addresses.streets())
    near = await register.addresses.near([mira, abay], "45")
    assert [(each.street_id, each.house) for each in near] == [(mira, "45"), (abay, "45"), (mira, "45б")]
    near = await register.addresses.near([abay], "45 Б")
    assert [each.house for each in near] == ["45", "45/2", "45/10"]
    assert await register.addresses.near([abay], "45_") == []
    assert await register.addresses.near([abay], "99") == []
    assert await register.addresses.near([], "45") == []
    assert await register.addresses.near([404], "45") == []


async def test_another_process_sees_an_import(register: Register, register_url: str, tmp_path: Path) -> None:
    assert await register.addresses.search("абая", "ru") == []
    async with Register.open(register_url) as other:
        await other.addresses.import_streets(written(tmp_path, "streets.csv", STREETS))
    assert [street.kind for street, _ in await register.addresses.search("абая", "ru")] == ["street"]


async def test_bad_lines_are_named_and_good_ones_kept(register: Register, tmp_path: Path) -> None:
    path = written(tmp_path, "streets.csv", STREETS + 'abay;street;Дубль;;\nx;"street;Рваная;;\n;street;Без кода;;\n')
    report = await register.addresses.import_streets(path)
    assert report == ImportReport(
        2, 0, 0, ((4, "this code is in line 2 already"), (5, "torn quoting"), (6, "code is missing"))
    )
    path = written(
        tmp_path,
        "buildings.csv",
        "street,house,entrances,flats\nabay,45,4,80\nАбая,12 / 2,,\nабай,12/2,1,\nЛенина,7 A,,\nabay,б/н,,\nНет,1,,\n"
        "mira,1,много,\n",
    )
    assert await register.addresses.import_buildings(path) == ImportReport(
        3, 0, 0,
        (
            (4, "this house is in line 3 already"),
            (6, "house is no house number"),
            (7, "unknown street: Нет"),
            (8, "entrances is a whole number up to 5000"),
        ),
    )  # fmt: skip
    abay = (await register.addresses.search("абая", "ru"))[0][0]
    assert await register.addresses.houses(abay.id) == ["7а", "12/2", "45"]
    path.write_text("street,house,entrances,flats\nabay,45,4,90\nabay,12/2,,\n")
    assert await register.addresses.import_buildings(path) == ImportReport(0, 1, 1, ())
    building = await register.addresses.building(abay.id, "дом 45")
    assert building is not None
    assert (building.house, building.entrances, building.flats) == ("45", 4, 90)


async def test_a_building_is_found_however_its_number_is_written(register: Register) -> None:
    await load_sample(register)
    (street, _) = (await register.addresses.search("достык", "kk"))[0]
    found = [await register.addresses.building(street.id, house) for house in ("12/2", "12 дробь 2", "дом 12 / 2")]
    assert found[0] is not None
    assert found == [found[0]] * 3
    for house in ("13", "", "нет", "12/2' OR 1=1"):
        assert await register.addresses.building(street.id, house) is None
    assert await register.addresses.building(999, "1") is None
    assert await register.addresses.houses(999) == []
    with pytest.raises(NotFound):
        await register.addresses.street(999)


async def test_a_useless_file_changes_nothing(register: Register, tmp_path: Path) -> None:
    for verb in (
        register.addresses.import_streets,
        register.addresses.import_buildings,
        register.addresses.import_households,
        register.topics.import_topics,
    ):
        with pytest.raises(BadFile):
            await verb(written(tmp_path, "no.csv", "nothing;of;this\n1;2;3\n"))
    assert await register.addresses.counts() == {"streets": 0, "buildings": 0, "households": 0}


async def test_a_topic_needs_its_parent(register: Register, tmp_path: Path) -> None:
    path = written(tmp_path, "topics.csv", "code;parent;ru\nhot;water;горячая вода\nwater;;вода\nx;y;что\nz;z;сам\n")
    report = await register.topics.import_topics(path)
    assert report == ImportReport(2, 0, 0, ((4, "unknown parent topic"), (5, "unknown parent topic")))
    path.write_text("code;parent;ru;en\nhot;water;горячая вода;hot water\n")
    assert await register.topics.import_topics(path) == ImportReport(0, 1, 0, ())
    assert [(topic.code, topic.names) for topic in await register.topics.all()] == [
        ("hot", {"ru": "горячая вода", "en": "hot water"}),
        ("water", {"ru": "вода"}),
    ]
