"""The sample town: invented streets, people and numbers, for a first look and for tests."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING

from kezek_register.types import ImportReport

if TYPE_CHECKING:
    from kezek_register.register import Register

FOLDER = Path(__file__).parent


async def load_sample(register: Register) -> dict[str, ImportReport]:
    """Import the sample town into a migrated register; the second time nothing changes."""
    return {
        "streets": await register.addresses.import_streets(FOLDER / "streets.csv"),
        "buildings": await register.addresses.import_buildings(FOLDER / "buildings.csv"),
        "households": await register.addresses.import_households(FOLDER / "households.csv"),
        "organisations": await register.organisations.import_organisations(FOLDER / "organisations.csv"),
        "asset_kinds": await register.asset_kinds.import_asset_kinds(FOLDER / "asset_kinds.csv"),
        "duties": await register.duties.import_duties(FOLDER / "duties.csv"),
        "topics": await register.topics.import_topics(FOLDER / "topics.csv"),
    }


async def has_other_town(register: Register) -> bool:
    """Whether a street is there that is not the sample's: then the sample has no business in it."""
    with (FOLDER / "streets.csv").open(encoding="utf-8", newline="") as file:
        invented = {row["en"] for row in csv.DictReader(file, delimiter=";")}
    return any(street.names.get("en") not in invented for street in await register.addresses.streets())
