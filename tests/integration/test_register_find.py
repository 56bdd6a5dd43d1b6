"""Addresses as a dispatcher types them, on both databases: the same answers from FTS5's trigrams and from pg_trgm."""

from __future__ import annotations

from pathlib import Path

import pytest

from kezek_register import Register, load_sample

TERRITORIES = (
    "code;kind;parent;ru;kk;uk\n"
    "kazek;city;;Казек;Қазек;Казек\nnorth;district;kazek;Северный район;Солтүстік ауданы;\n"
    "south;district;kazek;Южный район;;\nvishn;community;;Вишнёвое;;Вишневе\n"
)
STREETS = (
    "code;kind;ru;kk;uk;en;other;territory\n"
    "abay;street;Абая;Абай;;;ru:Ленина;kazek\n"
    "abaya2;avenue;Абая Кунанбаева;;;;;kazek\n"
    "rozy;street;Розыбакиева;Розыбакиев;;;;kazek\n"
    "kab;street;Кабанбай батыра;Қабанбай батыр;;;;kazek\n"
    "lesi;street;Леси Украинки;;Лесі Українки;;;kazek\n"
    "march;street;8 Марта;8 наурыз;;;;kazek\n"
    "mkr5;microdistrict;5;5;;;;kazek\n"
    "shev;street;Шевченко;;Шевченка;Shevchenko;;kazek\n"
    "cent1;street;Центральная;;Центральна;;;vishn\n"
    "cent2;street;Центральная;;;;;north\n"
)
BUILDINGS = (
    "street;house;territory\n"
    "abay;45;north\nabay;45/2;north\nabay;7а;\nabaya2;45;\nrozy;12;\nkab;5к2;\nlesi;12/1;\nlesi;12/2;\nmarch;8;\nmarch;3;\n"
    "mkr5;12;\nshev;100;south\ncent1;5;\ncent2;6;\n"
)


@pytest.fixture
async def town(register: Register, tmp_path: Path) -> Register:
    files = {"territories": TERRITORIES, "streets": STREETS, "buildings": BUILDINGS}
    for kind, text in files.items():
        (tmp_path / kind).write_text(text)
        report = await register.imports.load(kind, tmp_path / kind)
        assert report.refused == ()
    return register


@pytest.mark.parametrize(
    ("typed", "street", "house", "flat"),
    [
        ("абая 45", "Абая", "45", ""),
        ("45 абая", "Абая", "45", ""),
        ("ул. Абая, д. 45/2, кв. 12", "Абая", "45/2", "12"),
        ("Абай көшесі 45 үй 12 пәтер", "Абая", "45", "12"),
        ("абая 45-12", "Абая", "45", "12"),
        ("абая 45 12", "Абая", "45", "12"),
        ("Абая 7 A", "Абая", "7а", ""),
        ("ленина 7а", "Абая", "7а", ""),
        ("пр. абая 45", "Абая Кунанбаева", "45", ""),
        ("кунанб 45", "Абая Кунанбаева", "45", ""),
        ("абоя 45", "Абая", "45", ""),
        ("f,fz 45", "Абая", "45", ""),
        ("45 f,fz", "Абая", "45", ""),
        ("abaya 45", "Абая", "45", ""),
        ("розыбакева 12", "Розыбакиева", "12", ""),
        ("роза бакиева 12", "Розыбакиева", "12", ""),
        ("разибакиева 12", "Розыбакиева", "12", ""),
        ("розы 12", "Розыбакиева", "12", ""),
        ("бакиева 12", "Розыбакиева", "12", ""),
        ("батыра каб 5 корпус 2", "Кабанбай батыра", "5к2", ""),
        ("0f,fy,fq ,fnsh 5r2", "Кабанбай батыра", "5к2", ""),
        ("kabanbay batyr", "Кабанбай батыра", "", ""),
        ("леси укр", "Леси Украинки", "", ""),
        ("українки лесі 12", "Леси Украинки", "12/1", ""),
        ("8 марта 3", "8 Марта", "3", ""),
        ("8 марта", "8 Марта", "", ""),
        ("8 марта 8", "8 Марта", "8", ""),
        ("5 мкр 12", "5", "12", ""),
        ("мкр 5 дом 12", "5", "12", ""),
        ("ivtdxtyrj 100", "Шевченко", "100", ""),
        ("ырумсрутлщ 100", "Шевченко", "100", ""),
        ("shevchenko 100", "Шевченко", "100", ""),
        ("шевченка 99", "Шевченко", "99", ""),
        ("казек, шевченко 100", "Шевченко", "100", ""),
        ("вишневое центральная 5", "Центральная", "5", ""),
    ],
)
async def test_the_right_address_comes_first(town: Register, typed: str, street: str, house: str, flat: str) -> None:
    found = await town.addresses.find(typed, "ru")
    first = found[0]
    assert (first.street.names["ru"], first.house, first.flat) == (street, house, flat), found
    assert (first.building is not None) == (house not in {"", "99"})
    assert len(found) <= 5
    assert [hit.score for hit in found] == sorted((hit.score for hit in found), reverse=True)
    assert all(0 < hit.score <= 1 for hit in found)


async def test_where_it_lies_is_told_and_may_be_asked(town: Register) -> None:
    (first, *_) = await town.addresses.find("абая 45", "ru")
    assert first.territory == "Северный район, Казек"
    (first, *_) = await town.addresses.find("абай 45", "kk")
    assert first.territory == "Солтүстік ауданы, Қазек"
    assert [hit.territory for hit in await town.addresses.find("центральная", "ru")] == [
        "Вишнёвое", "Северный район, Казек",
    ]  # fmt: skip
    assert (await town.addresses.find("центральная вишневе 6", "uk"))[0].territory == "Вишневе"
    assert (await town.addresses.find("центральная северный", "ru"))[0].territory == "Северный район, Казек"


@pytest.mark.parametrize(
    "typed", ["", "   ", "12", "ъ", "%_'\"", '" OR 1', "names MATCH", "\0", "🦊", "щшцчъ 9", "jhw" * 5_000]
)
async def test_nonsense_finds_nothing_and_breaks_nothing(town: Register, typed: str) -> None:
    assert await town.addresses.find(typed, "ru") == []


async def test_a_korean_caller_s_street_is_found(register: Register) -> None:
    await load_sample(register)
    for typed in ("나무 4", "namu 4", "tree 4", "Ағаш 4", "древесная 4"):
        (first, *_) = await register.addresses.find(typed, "ko")
        assert (first.street.names["en"], first.house, first.building is not None) == ("Tree", "4", True)


async def test_a_changed_street_is_found_by_its_new_name(town: Register, tmp_path: Path) -> None:
    assert (await town.addresses.find("шевченко", "ru"))[0].street.names["ru"] == "Шевченко"
    (tmp_path / "streets").write_text(STREETS.replace("Шевченко;;Шевченка;Shevchenko", "Вокзальная;;;"))
    await town.imports.load("streets", tmp_path / "streets")
    assert await town.addresses.find("шевченко", "ru") == []
    assert (await town.addresses.find("вокзальн", "ru"))[0].street.names["ru"] == "Вокзальная"
