"""The sample town: invented streets, people and numbers, for a first look and for tests."""

from __future__ import annotations

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
        "topics": await register.topics.import_topics(FOLDER / "topics.csv"),
    }
