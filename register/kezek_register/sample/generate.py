"""A sample town of any size as the files that a real town would send: invented, seeded, the same each time.

folder/territories.csv, network_parts.csv, streets.csv, buildings.csv, households.csv, and what organisations.py writes.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import cos, radians
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from kezek_register.progress import Progress, Told, untold
from kezek_register.sample import organisations
from kezek_register.sample.street_names import FAMILY, GIVEN, Named, names
from kezek_register.types import ImportReport

if TYPE_CHECKING:
    from kezek_register.register import Register

STREETS, BUILDINGS = 200, 20_000
MOST_BUILDINGS = 1_000_000
AREAS = (202, 212, 213, 214, 215, 216, 217, 303, 305, 312)  # of the households' telephone numbers
NUMBERS = len(AREAS) * 8 * 10_000  # more than households
_DISTRICT = 25  # streets
_VILLAGE = 12  # of so many streets one is a village's
_SUBSTATION = 8  # streets; its feeders have two streets each
_BOILER = 10
_LON, _LAT = 68.4, 47.9  # the town's middle, in an empty steppe
_BLOCK_M, _HOUSE_M = 180.0, 28.0
_METRES = 111_320.0  # of a degree of latitude
_FLOORS = (0, 0, 0, 2, 3, 5, 5, 9, 9, 12)
_NEEDS = ("dialysis at home", "a wheelchair, third floor", "an oxygen concentrator", "a kindergarten", "a hospital")

BUILDING = (
    "street", "house", "territory", "entrances", "flats", "people", "lifts", "special_needs", "lon", "lat", "networks",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Town:
    """What is in the files: kind -> path, in the order in which they are loaded."""

    files: dict[str, Path]
    streets: int
    buildings: int
    households: int


@dataclass(frozen=True, slots=True)
class _Street:
    code: str
    named: Named
    territory: str
    feeder: str
    heat: str  # '' where every house heats itself
    lon: float
    lat: float
    east: bool  # it runs east, else north


def write(
    folder: Path, *, seed: int = 1, streets: int = STREETS, buildings: int = BUILDINGS, told: Told = untold
) -> Town:
    """Raises ValueError for sizes that make no town, OSError when the folder cannot be written."""
    if not (1 <= streets <= 10_000 and streets <= buildings <= MOST_BUILDINGS and buildings / streets <= 900):
        raise ValueError(f"a town has 1 to 10,000 streets, each with 1 to 900 houses, not {streets} with {buildings}")
    random = Random(seed)  # noqa: S311 - an invented town
    folder.mkdir(parents=True, exist_ok=True)
    districts = [f"d{n}" for n in range(1, max(2, streets // _DISTRICT) + 1)]
    villages = [f"v{n}" for n in range(1, streets // (_VILLAGE * 5) + 1)]
    plan = _streets(random, streets, districts, villages)
    files = {kind: folder / f"{kind}.csv" for kind in ("territories", "network_parts", "streets", "buildings")}
    _save(files["territories"], ("code", "kind", "parent", "kk", "ru", "uk", "en"), _territories(districts, villages))
    _save(files["network_parts"], ("code", "kind", "parent", "kk", "ru", "uk", "en"), _networks(plan, districts))
    _save(
        files["streets"],
        ("code", "kind", "kk", "ru", "uk", "en", "other", "territory"),
        ((s.code, s.named.kind, s.named.kk, s.named.ru, s.named.uk, s.named.en, s.named.other, s.territory)
         for s in plan),
    )  # fmt: skip
    homes: list[tuple[str, str, int]] = []  # street, house, flats
    _save(files["buildings"], BUILDING, _buildings(random, plan, buildings, homes, told))
    files["households"] = folder / "households.csv"
    households = _save(
        files["households"],
        ("street", "house", "flat", "person", "language", "phones"),
        _households(random, homes, buildings // 2),
    )
    heated = sorted({f"b{street.heat.partition('_')[2]}" for street in plan if street.heat})
    for path in organisations.write(
        folder, seed=seed, districts=districts, streets=[street.code for street in plan], boilers=heated
    ):
        files[path.stem] = path
    return Town(files, streets, buildings, households)


async def load(register: Register, town: Town, told: Told = untold) -> dict[str, ImportReport]:
    """Into a migrated register; the second time nothing changes."""
    return {kind: await register.imports.load(kind, path, told) for kind, path in town.files.items()}


def _streets(random: Random, count: int, districts: Sequence[str], villages: Sequence[str]) -> list[_Street]:
    plan: list[_Street] = []
    side = max(1, int(count**0.5))
    for number, named in zip(range(count), names(random), strict=False):
        village = bool(villages) and number % _VILLAGE == _VILLAGE - 1
        territory = (
            villages[(number // _VILLAGE) % len(villages)] if village else districts[number * len(districts) // count]
        )
        away = (0.3 + 0.1 * villages.index(territory)) if village else 0.0  # degrees
        row, column = divmod(number, side)
        plan.append(
            _Street(
                code=f"s{number + 1}",
                named=named,
                territory=territory,
                feeder=f"f{number // 2 + 1}",
                heat="" if village else f"h{number // 2 % 2 + 1}_{number // _BOILER + 1}",
                lon=_LON + away + (column - side / 2) * _BLOCK_M / (_METRES * cos(radians(_LAT))),
                lat=_LAT + (row - side / 2) * _BLOCK_M / _METRES,
                east=number % 2 == 0,
            )
        )
    return plan


def _territories(districts: Sequence[str], villages: Sequence[str]) -> Iterator[tuple[str, ...]]:
    yield "oblast", "oblast", "", "Үлгі облысы", "Примерная область", "Зразкова область", "Sample oblast"
    yield "city", "city", "oblast", "Үлгіқала", "Примерск", "Зразків", "Sampletown"
    sides = (("Солтүстік", "Северный", "Північний", "North"), ("Оңтүстік", "Южный", "Південний", "South"),
             ("Шығыс", "Восточный", "Східний", "East"), ("Батыс", "Западный", "Західний", "West"))  # fmt: skip
    for number, code in enumerate(districts):
        kk, ru, uk, en = sides[number % 4]
        more = f" {number // 4 + 1}" if len(districts) > 4 else ""
        yield (
            code,
            "district",
            "city",
            f"{kk}{more} ауданы",
            f"{ru}{more} район",
            f"{uk}{more} район",
            f"{en}{more} district",
        )
    for number, code in enumerate(villages, 1):
        yield code, "community", "oblast", f"Ауыл {number}", f"Село {number}", f"Село {number}", f"Village {number}"


def _networks(plan: Sequence[_Street], districts: Sequence[str]) -> Iterator[tuple[str, ...]]:
    def part(code: str, kind: str, parent: str, names: Sequence[str], number: str) -> tuple[str, ...]:
        return (code, kind, parent, *(f"{name} {number}" for name in names))

    for number in range(1, (len(plan) - 1) // _SUBSTATION + 2):
        yield part(
            f"p{number}", "substation", "", ("Қосалқы станция", "Подстанция", "Підстанція", "Substation"), f"{number}"
        )
    for number in range(1, (len(plan) - 1) // 2 + 2):
        parent = f"p{(number - 1) * 2 // _SUBSTATION + 1}"
        yield part(f"f{number}", "feeder", parent, ("Фидер", "Фидер", "Фідер", "Feeder"), f"{number}")
    for number in range(1, (len(plan) - 1) // _BOILER + 2):
        yield part(f"b{number}", "boiler_house", "", ("Қазандық", "Котельная", "Котельня", "Boiler house"), f"{number}")
        for main in (1, 2):
            words = ("Жылу магистралі", "Теплотрасса", "Тепломагістраль", "Heat main")
            yield part(f"h{main}_{number}", "heat_main", f"b{number}", words, f"{number}-{main}")
    for number, district in enumerate(districts, 1):
        yield part(
            f"w_{district}",
            "water_zone",
            "",
            ("Су аймағы", "Зона водоснабжения", "Зона водопостачання", "Water zone"),
            f"{number}",
        )


def _buildings(
    random: Random, plan: Sequence[_Street], count: int, homes: list[tuple[str, str, int]], told: Told
) -> Iterator[tuple[object, ...]]:
    written = 0
    for place, street in enumerate(plan):
        wanted = count * (place + 1) // len(plan) - count * place // len(plan)
        for number, house in enumerate(_houses(random, wanted)):
            floors = random.choice(_FLOORS)
            entrances = random.randint(1, 6) if floors else None
            flats = floors * 4 * entrances if entrances else None
            people = flats * 2 + random.randint(0, flats) if flats else random.randint(1, 7)
            along = number * _HOUSE_M / (_METRES * (cos(radians(_LAT)) if street.east else 1.0))
            water = f"w_{street.territory}" if street.territory.startswith("d") else ""
            yield (
                street.code, house, "", entrances, flats, people, entrances if floors >= 9 else 0 if flats else None,
                random.choice(_NEEDS) if random.random() < 0.01 else "",
                f"{street.lon + (along if street.east else 0.0):.6f}",
                f"{street.lat + (0.0 if street.east else along):.6f}",
                "|".join(filter(None, (street.feeder, street.heat if flats else "", water))),
            )  # fmt: skip
            homes.append((street.code, house, flats or 0))
            written += 1
            if written % 5_000 == 0 or written == count:
                told(Progress("buildings", written, count, "rows"))


def _houses(random: Random, count: int) -> Iterator[str]:
    """House numbers of a street: 1, 2, 3, 3а, 4, 5/2, 6к2, ..."""
    number = made = 0
    while made < count:
        number += 1
        variants = [str(number)]
        if random.random() < 0.08:
            variants.append(f"{number}{random.choice('абв')}")
        if random.random() < 0.05:
            variants.append(f"{number}/{random.randint(1, 3)}")
        if random.random() < 0.02:
            variants.append(f"{number}к{random.randint(1, 3)}")
        for house in variants[: count - made]:
            made += 1
            yield house


def _households(random: Random, homes: Sequence[tuple[str, str, int]], count: int) -> Iterator[tuple[str, ...]]:
    taken: set[tuple[str, str, str]] = set()
    number = random.randrange(NUMBERS)
    while len(taken) < count:
        street, house, flats = random.choice(homes)
        key = street, house, str(random.randint(1, flats)) if flats else ""
        if key in taken:
            continue
        taken.add(key)
        number = (number + 7_919) % NUMBERS  # has no divisor in common with it: no number comes twice
        person = f"{random.choice(GIVEN)} {random.choice(FAMILY)}"
        yield *key, person, random.choice(("kk", "ru", "uk", "en", "")), _nobodys(number)


def _nobodys(number: int) -> str:
    """In the North American plan no exchange code ends in 11: these are service codes (211 to 911), never given to a
    subscriber (NANPA, Central Office Code Assignment Guidelines). So such a number is well formed and nobody's."""
    rest, line = divmod(number, 10_000)
    area, service = divmod(rest, 8)
    return f"+1{AREAS[area]}{service + 2}11{line:04d}"


def _save(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> int:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=";", lineterminator="\n")
        writer.writerow(header)
        written = 0
        for row in rows:
            writer.writerow(["" if cell is None else cell for cell in row])
            written += 1
    return written
