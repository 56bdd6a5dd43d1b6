"""A town's files in and out again, on both databases: repeatable, every refused line named, nothing lost on the way."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from kezek_register import BadFile, Conflict, ImportReport, NotFound, Register
from kezek_register.place_types import Node
from kezek_register.progress import Progress
from kezek_register.sample import generate
from kezek_register.sql.exports import CannotExport
from kezek_register.sql.trees import BadNode

TREE = "code;kind;parent;ru;kk\nnorth;district;city;Север;\ncity;city;oblast;Город;Қала\noblast;oblast;;Область;\n"
PARTS = "code;kind;parent;ru\nf1;feeder;p1;Фидер\np1;substation;;Подстанция\nb1;boiler_house;;Котельная\n"
STREETS = "code;kind;ru;territory\nabay;street;Абая;city\nmira;street;Мира;\n"
BUILDINGS = (
    "street;house;territory;entrances;flats;people;lifts;special_needs;lon;lat;networks\n"
    "abay;45;north;4;80;190;4;на 3 этаже коляска;71.5;51.25;f1|b1\n"
    "мира;1;;;;;;;;;\n"
)


def written(folder: Path, kind: str, text: str) -> Path:
    path = folder / f"{kind}.csv"
    path.write_text(text)
    return path


@pytest.fixture
async def town(register: Register, tmp_path: Path) -> Register:
    files = {"territories": TREE, "network_parts": PARTS, "streets": STREETS, "buildings": BUILDINGS}
    for kind, text in files.items():
        report = await register.imports.load(kind, written(tmp_path, kind, text))
        assert (report.added, report.refused) == (text.count("\n") - 1, ())
        again = await register.imports.load(kind, tmp_path / f"{kind}.csv")
        assert (again.added, again.changed, again.unchanged) == (0, 0, report.added)
    return register


async def test_a_building_is_all_that_its_line_says(town: Register) -> None:
    (street, _) = (await town.addresses.search("абая", "ru"))[0]
    building = await town.addresses.building(street.id, "45")
    assert building is not None
    assert (building.entrances, building.flats, building.people, building.lifts) == (4, 80, 190, 4)
    assert (building.special_needs, building.lon, building.lat) == ("на 3 этаже коляска", 71.5, 51.25)
    place = await town.places.place(building.id)
    territories = {node.code: node for node in await town.territories.all()}
    assert place.territories == territories["north"].path == tuple(
        territories[code].id for code in ("oblast", "city", "north")
    )  # fmt: skip
    parts = {node.id: node.code for node in await town.networks.all()}
    assert [parts[part] for part in place.parts][-1] == "f1"
    assert {parts[part] for part in place.parts} == {"p1", "f1", "b1"}


async def test_a_column_that_is_not_there_leaves_what_is_known(town: Register, tmp_path: Path) -> None:
    load = town.imports.load
    report = await load("buildings", written(tmp_path, "b", "street;house;people\nabay;45;200\n"))
    assert report == ImportReport(0, 1, 0, ())
    assert await load("streets", written(tmp_path, "s", "code;kind;ru\nabay;street;Абая\n")) == ImportReport(
        0, 0, 1, ()
    )
    (street, _) = (await town.addresses.search("абая", "ru"))[0]
    building = await town.addresses.building(street.id, "45")
    assert building is not None
    assert (building.people, building.flats, building.lon) == (200, 80, 71.5)
    assert len((await town.places.place(building.id)).parts) == 3
    report = await load("buildings", written(tmp_path, "b", "street;house;networks;territory\nabay;45;;\n"))
    assert report == ImportReport(0, 1, 0, ())
    place = await town.places.place(building.id)
    assert (place.parts, len(place.territories)) == ((), 2)  # its street's now


async def test_what_makes_no_sense_is_named_with_its_line(town: Register, tmp_path: Path) -> None:
    lines = (
        ("abay;46;нет;;;;;;;;", "unknown territory"),
        ("abay;46;;;;;;;;;f1|f9", "unknown network part f9"),
        ("abay;46;;;;;;;71.5;;", "lon and lat belong together"),
        ("abay;46;;;;;;;7,5;51;", "lon is in degrees, from -180 to 180, with a point"),
        ("abay;46;;;;;;;10;91;", "lat is in degrees, from -90 to 90, with a point"),
        ("abay;46;;;;99999;;;;;", "people is a whole number up to 50000"),
    )
    header = BUILDINGS.splitlines()[0]
    path = written(tmp_path, "b", "\n".join([header, *(line for line, _ in lines), ""]))
    report = await town.imports.load("buildings", path)
    assert report == ImportReport(0, 0, 0, tuple((n, reason) for n, (_, reason) in enumerate(lines, 2)))


async def test_a_tree_has_roots(town: Register, tmp_path: Path) -> None:
    """What hangs on a refused line is refused as well, and a circle is none."""
    text = (
        "code;kind;parent;ru\na;district;b;А\nb;district;a;Б\nc;district;no;В\nd;district;c;Г\ne;planet;;Д\n"
        "city;city;north;Город\n"
    )
    report = await town.imports.load("territories", written(tmp_path, "t", text))
    assert (report.added, report.changed) == (0, 0)
    assert dict(report.refused) == {
        2: "it lies below itself", 3: "it lies below itself", 4: "unknown parent", 5: "unknown parent",
        6: "kind is one of oblast, community, city, district, microdistrict", 7: "it lies below itself",
    }  # fmt: skip


async def test_a_moved_territory_takes_along_what_lies_in_it(town: Register, tmp_path: Path) -> None:
    text = "code;kind;parent;ru;kk\ncity;city;;Город;Қала\n"
    assert await town.imports.load("territories", written(tmp_path, "t", text)) == ImportReport(0, 1, 0, ())
    north = await town.territories.of_code("north")
    city = await town.territories.of_code("city")
    assert (north.path, city.version) == ((city.id, north.id), 2)
    assert (await town.addresses.find("абая 45", "kk"))[0].territory == "Север, Қала"


async def test_a_node_is_mended_by_hand(town: Register) -> None:
    """Optimistic: who comes second with an old version is told so."""
    trees = town.territories
    made = await trees.add(Node(0, "south", "district", {"ru": "Юг"}, "city"))
    assert made.version == 1
    city = await trees.of_code("city")
    assert made.path == (*city.path, made.id)
    moved = await trees.update(Node(city.id, "city", "city", {"ru": "Город"}), city.version)
    assert (moved.path, moved.version) == ((city.id,), city.version + 1)
    assert (await trees.get(made.id)).path == (city.id, made.id)
    assert [node.code for node in await trees.below(city.id)] == ["city", "north", "south"]
    with pytest.raises(Conflict):
        await trees.update(Node(city.id, "city", "city", {"ru": "Иначе"}), city.version)
    with pytest.raises(BadNode):
        await trees.update(Node(city.id, "city", "city", {"ru": "Город"}, "south"), moved.version)
    with pytest.raises(Conflict):
        await trees.add(Node(0, "south", "district", {"ru": "Снова"}))
    with pytest.raises(Conflict):
        await trees.remove(city.id)
    await trees.remove(made.id)
    for wrong in (trees.get(made.id), trees.add(Node(0, "x", "district", {"ru": "X"}, "nowhere"))):
        with pytest.raises(NotFound):
            await wrong
    for node in (Node(0, "x", "planet", {"ru": "X"}), Node(0, "x", "city", {})):
        with pytest.raises(BadNode):
            await trees.add(node)


@pytest.mark.parametrize("format", ["csv", "geojson"])
async def test_what_is_written_is_what_is_read(town: Register, tmp_path: Path, format: str, register_url: str) -> None:
    for kind in town.exports.kinds:
        path = tmp_path / f"out.{format}"
        if format == "geojson" and kind not in {"territories", "buildings"}:
            with pytest.raises(NotFound):
                await town.exports.write(kind, path, "geojson")
            continue
        rows = await town.exports.write(kind, path, "geojson" if format == "geojson" else "csv")
        assert await town.imports.load(kind, path) == ImportReport(0, 0, rows, ())


async def test_geojson_tells_places(town: Register, tmp_path: Path) -> None:
    await town.exports.write("territories", tmp_path / "t.geojson", "geojson")
    features = json.loads((tmp_path / "t.geojson").read_text())["features"]
    points = {feature["properties"]["code"]: feature["geometry"]["coordinates"] for feature in features}
    assert points == {code: [71.5, 51.25] for code in ("oblast", "city", "north")}
    area = [[71.0, 51.0], [71.2, 51.0], [71.2, 51.2], [71.0, 51.2]]
    features = [
        {"type": "Feature", "properties": {"street": "abay", "house": 46, "flats": 9.0, "networks": ["f1", "b1"]},
         "geometry": {"type": "Polygon", "coordinates": [area]}},
        {"type": "Feature", "properties": None, "geometry": None},
        {"type": "Feature", "properties": {"street": "abay", "house": "47"}, "geometry": {"type": "Point"}},
    ]  # fmt: skip
    (tmp_path / "b.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    report = await town.imports.load("buildings", tmp_path / "b.geojson")
    assert report == ImportReport(
        1, 0, 0, ((2, "a feature without properties"), (3, "its geometry has no coordinates"))
    )  # fmt: skip
    (street, _) = (await town.addresses.search("абая", "ru"))[0]
    building = await town.addresses.building(street.id, "46")
    assert building is not None
    assert (building.lon, building.lat, building.flats) == (71.1, 51.1, 9)
    (tmp_path / "b.geojson").write_text("[1]")
    with pytest.raises(BadFile):
        await town.imports.load("buildings", tmp_path / "b.geojson")


async def test_people_s_file_is_for_its_owner_alone(town: Register, tmp_path: Path) -> None:
    path = tmp_path / "h.csv"
    await town.exports.write("households", path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with pytest.raises(CannotExport):
        await town.exports.write("households", tmp_path / "nowhere" / "h.csv")


async def test_a_generated_town_is_whole_and_loads_once(register: Register, tmp_path: Path) -> None:
    """The same seed makes the same files; every line of them is taken; progress comes to its end."""
    town = generate.write(tmp_path / "one", seed=7, streets=8, buildings=160)
    again = generate.write(tmp_path / "two", seed=7, streets=8, buildings=160)
    assert {kind: path.read_bytes() for kind, path in town.files.items()} == {
        kind: path.read_bytes() for kind, path in again.files.items()
    }
    seen: list[Progress] = []
    first = await generate.load(register, town, seen.append)
    assert {kind: report.refused for kind, report in first.items()} == dict.fromkeys(town.files, ())
    assert (first["streets"].added, first["buildings"].added, first["households"].added) == (8, 160, 80)
    assert {"read", "buildings", "building_parts"} <= {each.part for each in seen}
    last = {each.part: each for each in seen}
    assert all(each.done == each.total for each in last.values())
    second = await generate.load(register, town)
    assert all(report.added == report.changed == 0 for report in second.values())


async def test_another_kind_is_named(register: Register, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="one of territories"):
        await register.imports.load("planets", tmp_path / "p.csv")
