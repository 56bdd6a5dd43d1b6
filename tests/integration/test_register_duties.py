"""Organisations, kinds of assets and rules in SQL, on both dialects: made, changed, imported, asked."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from kezek_register import Conflict, NotFound, Register
from kezek_register.areas import Area, Place
from kezek_register.duty_types import BadDuty, BadOrganisation, Duty, Organisation
from kezek_register.types import ImportReport, StaleVersion
from kit.databases import told

ORGANISATIONS = (
    "code;ru;parent;foreign;phone;channel;address\n"
    "vodokanal;Водоканал;akimat;;109;;\nakimat;Акимат;;no;;;\n"
    "railway;Железная дорога;;да;+77009990150;sms;\nlift;Лифт-сервис;akimat;;;webhook;https://lift.example/kezek\n"
)
KINDS = "code;ru;en\nwater_pipe;водопровод;water pipe\nlift;лифт;lift\n"


def written(tmp_path: Path, name: str, text: str) -> Path:
    path = tmp_path / name
    path.write_text(text)
    return path


async def furnished(register: Register, tmp_path: Path) -> None:
    """Two streets with three houses, four organisations, two kinds of assets; no rule yet."""
    await register.addresses.import_streets(
        written(tmp_path, "s.csv", "code;kind;ru\nabay;street;Абая\nmira;street;Мира\n")
    )
    await register.addresses.import_buildings(written(tmp_path, "b.csv", "street;house\nabay;1\nabay;9/2\nmira;4\n"))
    assert await register.organisations.import_organisations(written(tmp_path, "o.csv", ORGANISATIONS)) == ImportReport(
        4, 0, 0, ()
    )
    assert await register.asset_kinds.import_asset_kinds(written(tmp_path, "k.csv", KINDS)) == ImportReport(2, 0, 0, ())


async def test_organisations_are_imported_again_and_changed(register: Register, tmp_path: Path) -> None:
    await furnished(register, tmp_path)
    path = tmp_path / "o.csv"
    assert await register.organisations.import_organisations(path) == ImportReport(0, 0, 4, ())
    path.write_text(ORGANISATIONS.replace("Водоканал;akimat;;109", "Горводоканал;;;109"))
    assert await register.organisations.import_organisations(path) == ImportReport(0, 1, 3, ())
    water = await register.organisations.get("vodokanal")
    assert (water.names, water.parent, water.phone, water.version) == ({"ru": "Горводоканал"}, "", "109", 2)
    assert await register.organisations.by_id(water.id) == water
    railway = await register.organisations.get("railway")
    assert (railway.foreign, railway.channel, railway.phone, railway.active) == (True, "sms", "+77009990150", True)
    assert [one.code for one in await register.organisations.all()] == ["akimat", "lift", "railway", "vodokanal"]
    assert [kind.code for kind in await register.asset_kinds.all()] == ["water_pipe", "lift"]


async def test_refused_organisations_are_named(register: Register, tmp_path: Path) -> None:
    report = await register.organisations.import_organisations(
        written(
            tmp_path,
            "o.csv",
            "code;ru;parent;channel;address;phone\na;А;b;;;\nb;Б;a;;;\nc;В;nobody;;;\nd;Г;c;;;\ne;;;;;\nf;Е;;pigeon;;\n"
            "g;Ё;;sms;;\nh;Ж;;webhook;ftp://x;\ni;З;;;;+7123\ng ood;И;;;;\ngood;Й;;;;\ngood;К;;;;\n",
        )
    )
    assert report.added == 1
    assert dict(report.refused) == {
        2: "its head stands below it",
        3: "its head stands below it",
        4: "unknown head",
        5: "unknown head",
        6: "a name is missing",
        7: "channel is one of call, sms, webhook, none",
        8: "channel sms needs a number: in address, else phone",
        9: "channel webhook needs an address: http(s)://...",
        10: "phone is no telephone number",
        11: "code may hold letters, digits, '_', '-' and '.' only",
        13: "this code is in line 12 already",
    }


async def test_an_organisation_has_a_version(register: Register, tmp_path: Path) -> None:
    await furnished(register, tmp_path)
    gas = await register.organisations.add(Organisation(0, "gas", {"ru": "Горгаз"}, "akimat"))
    changed = await register.organisations.update(replace(gas, phone="8 700 999 01 04"), gas.version)
    assert (changed.id, changed.version, changed.phone) == (gas.id, 2, "+77009990104")
    with pytest.raises(StaleVersion):
        await register.organisations.update(replace(gas, phone=""), gas.version)
    with pytest.raises(Conflict):
        await register.organisations.add(Organisation(0, "gas", {"ru": "Горгаз"}))
    with pytest.raises(BadOrganisation, match="head"):
        await register.organisations.update(
            replace(await register.organisations.get("akimat"), parent="gas"), version=1
        )
    for missing in (
        register.organisations.add(Organisation(0, "x", {"ru": "X"}, "nobody")),
        register.organisations.update(Organisation(0, "nobody", {"ru": "X"}), 1),
        register.organisations.get("nobody"),
        register.organisations.by_id(99),
    ):
        with pytest.raises(NotFound):
            await missing


async def test_the_chain_of_heads(register: Register, tmp_path: Path) -> None:
    await furnished(register, tmp_path)
    water = await register.organisations.get("vodokanal")
    for asked in (water, water.code, water.id):
        assert [one.code for one in await register.duties.chain(asked)] == ["vodokanal", "akimat"]
    assert await register.duties.chain("nobody") == ()
    assert await register.duties.chain(99) == ()


async def test_a_change_is_seen_by_another_process(register: Register, register_url: str, tmp_path: Path) -> None:
    await furnished(register, tmp_path)
    assert await register.duties.who(Place(), "water_pipe") is None
    async with Register.open(register_url) as other:
        rule = await other.duties.add(Duty(0, "water_pipe", "vodokanal", Area("all")))
        answer = await register.duties.who(Place(), "water_pipe")
        assert answer is not None
        assert (answer.organisation.code, answer.duty, answer.others) == ("vodokanal", rule, ())
        await other.duties.update(replace(rule, organisation="railway", note="договор 7"), rule.version)
        answer = await register.duties.who(Place(), "water_pipe")
        assert answer is not None
        assert (answer.organisation.foreign, answer.duty.note, answer.duty.version) == (True, "договор 7", 2)
        await other.organisations.update(replace(answer.organisation, active=False), answer.organisation.version)
        assert await register.duties.who(Place(), "water_pipe") is None
        await other.duties.remove(rule.id, 2)
    assert await register.duties.all() == []


async def test_rules_are_refused_and_have_versions(register: Register, tmp_path: Path) -> None:
    await furnished(register, tmp_path)
    rule = await register.duties.add(Duty(0, "lift", "lift", Area("street", street_id=1)))
    assert await register.duties.get(rule.id) == rule
    with pytest.raises(Conflict):  # this kind has a rule for this very area
        await register.duties.add(Duty(0, "lift", "railway", Area("street", street_id=1)))
    for bad in (Area("street"), Area("houses", street_id=1), Area("houses", street_id=1, house_from="9", house_to="1")):
        with pytest.raises(BadDuty):
            await register.duties.add(Duty(0, "lift", "lift", bad))
    for lost in (Duty(0, "lift", "nobody", Area("all")), Duty(0, "ship", "lift", Area("all")),
                 Duty(0, "lift", "lift", Area("territory", territory_id=99))):  # fmt: skip
        with pytest.raises(NotFound):
            await register.duties.add(lost)
    await register.duties.update(replace(rule, note="1"), 1)
    with pytest.raises(StaleVersion):
        await register.duties.update(replace(rule, note="2"), 1)
    with pytest.raises(StaleVersion):
        await register.duties.remove(rule.id, 1)
    await register.duties.remove(rule.id)
    for missing in (register.duties.remove(rule.id), register.duties.update(rule, 1), register.duties.get(rule.id)):
        with pytest.raises(NotFound):
            await missing


async def test_rules_are_imported_by_kind_and_area(register: Register, tmp_path: Path) -> None:
    await furnished(register, tmp_path)
    text = (
        "asset_kind;organisation;territory;part;street;house;from;to;parity;note\n"
        "water_pipe;vodokanal;;;;;;;;\nwater_pipe;railway;;;Абая;9/2;;;;блок дороги\n"
        "water_pipe;railway;;;abay;;1;5;odd;\n"
        "lift;lift;;;mira;;;;;\n"
    )
    bad = (
        "ship;lift;;;;;;;;\nlift;nobody;;;;;;;;\nlift;lift;;;mira;5;;;;\nlift;lift;north;;;;;;;\nlift;lift;;f1;;;;;;\n"
        "lift;lift;;;;5;;;;\nlift;lift;;;mira;4;1;;;\nlift;lift;north;;mira;;;;;\nlift;lift;;;abay;;9;1;;\n"
        "lift;lift;;;abay;;1;;left;\nlift;railway;;;Мира;;;;;\n"
    )
    report = await register.duties.import_duties(written(tmp_path, "d.csv", text + bad))
    assert (report.added, report.changed, report.unchanged) == (4, 0, 0)
    assert dict(report.refused) == {
        6: "unknown kind of asset",
        7: "unknown organisation",
        8: "unknown house in this street",
        9: "unknown territory",
        10: "unknown part of a network",
        11: "house needs a street",
        12: "house and from together: one house, or a row of them",
        13: "territory and street together: a rule has one area",
        14: "the last house comes before the first",
        15: "a side of the street is odd or even",
        16: "a rule for this kind and area is in line 5 already",
    }
    changed = written(tmp_path, "d.csv", text.replace("water_pipe;vodokanal", "water_pipe;railway"))
    again = await register.duties.import_duties(changed)
    assert (again.added, again.changed, again.unchanged, again.refused) == (0, 1, 3, ())
    assert [(duty.organisation, duty.area.scope, duty.version) for duty in await register.duties.all("water_pipe")] == [
        ("railway", "all", 2), ("railway", "building", 1), ("railway", "houses", 1),
    ]  # fmt: skip
    building = await register.addresses.building(1, "9/2")
    assert building is not None
    answer = await register.duties.who(Place(1, "9/2", building.id), "water_pipe")
    assert answer is not None
    assert (answer.duty.note, answer.organisation.code) == ("блок дороги", "railway")


async def test_gaps_and_overlaps_are_named(register: Register, tmp_path: Path) -> None:
    """Everything that was found in the town's rules, when they are asked and when they are imported."""
    await furnished(register, tmp_path)
    gaps = await register.duties.check("en")
    assert [(one.what, one.asset_kind, one.buildings, one.example) for one in gaps] == [
        ("gap", "water_pipe", 3, "улица Абая 1"), ("gap", "lift", 3, "улица Абая 1"),
    ]  # fmt: skip
    text = (
        "asset_kind;organisation;street;from;to\nwater_pipe;vodokanal;;;\nwater_pipe;railway;abay;1;5\n"
        "water_pipe;vodokanal;abay;1;\nlift;lift;abay;;\n"
    )
    report = await register.duties.import_duties(written(tmp_path, "d.csv", text))
    assert (report.added, report.refused) == (4, ())
    assert report.warnings == (
        "overlap: railway and vodokanal answer for water_pipe at 1 building, улица Абая 1 for example",
        "gap: nobody answers for lift at 1 building, улица Мира 4 for example",
    )
    mended = "asset_kind;organisation;street;from;to\nwater_pipe;railway;abay;1;\nlift;lift;;;\n"
    assert (await register.duties.import_duties(written(tmp_path, "d.csv", mended))).warnings == ()
    assert await register.duties.check() == []


async def test_the_check_knows_territories_and_networks(register: Register, register_url: str, tmp_path: Path) -> None:
    """A house lies in its own territory, else in its street's, and hangs on parts of networks."""
    await furnished(register, tmp_path)
    for statement in (
        "INSERT INTO territories (id, code, kind, parent_id, path, names) VALUES"
        " (1, 'city', 'city', NULL, '/1/', '{}'), (2, 'north', 'district', 1, '/1/2/', '{}')",
        "INSERT INTO network_parts (id, code, kind, parent_id, path, names)"
        " VALUES (5, 'f1', 'feeder', NULL, '/5/', '{}')",
        "UPDATE streets SET territory_id = 1 WHERE code = 'abay'",
        "UPDATE buildings SET territory_id = 2 WHERE house = '9/2'",
        "INSERT INTO building_parts (building_id, part_id) SELECT id, 5 FROM buildings WHERE house = '4'",
    ):
        await told(register_url, statement)
    text = (
        "asset_kind;organisation;territory;part\nwater_pipe;vodokanal;city;\nwater_pipe;railway;;f1\nlift;lift;north;\n"
    )
    await register.duties.import_duties(written(tmp_path, "d.csv", text))
    found = [(one.what, one.asset_kind, one.buildings, one.example) for one in await register.duties.check()]
    assert found == [("gap", "water_pipe", 0, "улица Мира"), ("gap", "lift", 2, "улица Абая 1")]
    for house, organisation in (("1", None), ("9/2", "lift"), ("4", None)):
        place = await register.places.of_house(2 if house == "4" else 1, house)
        answer = await register.duties.who(place, "lift")
        assert (answer.organisation.code if answer else None) == organisation
