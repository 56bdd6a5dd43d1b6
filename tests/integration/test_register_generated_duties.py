"""A generated town's organisations and rules: loaded without a word of complaint, one answer for every address."""

from __future__ import annotations

from pathlib import Path

from kezek_register import ImportReport, Register
from kezek_register.sample.organisations import write
from kit.databases import told

STREETS = [f"s{number}" for number in range(1, 61)]
BOILERS = [f"b{number}" for number in range(1, 9)]


async def test_a_generated_town_has_neither_gap_nor_overlap(
    register: Register, register_url: str, tmp_path: Path
) -> None:
    (tmp_path / "s.csv").write_text("code;kind;ru\n" + "".join(f"{code};street;Улица {code}\n" for code in STREETS))
    houses = "".join(f"{code};{house}\n" for code in STREETS for house in range(1, 41, 3))
    (tmp_path / "b.csv").write_text("street;house\n" + houses)
    await register.addresses.import_streets(tmp_path / "s.csv")
    await register.addresses.import_buildings(tmp_path / "b.csv")
    for statement in (
        "INSERT INTO territories (code, kind, path, names) VALUES ('north', 'district', '/1/', '{}'),"
        " ('south', 'district', '/2/', '{}')",
        "INSERT INTO network_parts (code, kind, path, names)"
        " SELECT 'b' || id, 'boiler_house', '/' || id || '/', '{}' FROM streets WHERE id <= 8",
        "UPDATE streets SET territory_id = 1 + id % 2",
        "INSERT INTO building_parts (building_id, part_id) SELECT id, 1 + id % 8 FROM buildings",
    ):
        await told(register_url, statement)

    files = write(tmp_path / "town", seed=7, districts=["north", "south"], streets=STREETS, boilers=BOILERS)
    again = write(tmp_path / "again", seed=7, districts=["north", "south"], streets=STREETS, boilers=BOILERS)
    assert [path.read_text() for path in files] == [path.read_text() for path in again]
    verbs = (
        register.organisations.import_organisations,
        register.asset_kinds.import_asset_kinds,
        register.duties.import_duties,
        register.topics.import_topics,
    )
    for verb, path in zip(verbs, files, strict=True):
        report = await verb(path)
        assert report == ImportReport(report.added, 0, 0, ())
        assert await verb(path) == ImportReport(0, 0, report.added, ())
    foreign = [one.code for one in await register.organisations.all() if one.foreign]
    assert foreign == ["factory", "railway"]
    scopes = {duty.area.scope for duty in await register.duties.all()}
    assert scopes == {"all", "territory", "part", "street", "houses"}
    (block,) = {duty.area.street_id for duty in await register.duties.all("water_pipe") if duty.area.scope == "houses"}
    assert block is not None
    answers = [
        await register.duties.who(await register.places.of_house(block, house), "water_pipe") for house in ("19", "20")
    ]
    assert [answer.organisation.code if answer else "" for answer in answers] == ["railway", "vodokanal"]
