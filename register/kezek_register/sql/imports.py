"""A town's files into the register, by the kind of what they hold."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

from kezek_register.progress import Told, untold
from kezek_register.sql import (
    address_imports,
    asset_kind_imports,
    building_imports,
    duty_imports,
    household_imports,
    organisation_imports,
    topic_imports,
    tree_imports,
)
from kezek_register.sql.database import Database
from kezek_register.types import ImportReport, NotFound

Loader = Callable[[Database, Path, Told], Awaitable[ImportReport]]

# in the order in which a new town is loaded: each refers to those before it
LOADERS: Mapping[str, Loader] = {
    "territories": tree_imports.territories,
    "network_parts": tree_imports.networks,
    "streets": address_imports.streets,
    "buildings": building_imports.buildings,
    "households": household_imports.households,
    "organisations": organisation_imports.load,
    "asset_kinds": asset_kind_imports.load,
    "duties": duty_imports.load,
    "topics": topic_imports.load,
}
WORKS = "works"


class Imports:
    """`works` loads planned works, which are outages."""

    def __init__(self, database: Database, works: Callable[[Path], Awaitable[ImportReport]]) -> None:
        self._database = database
        self._works = works
        self.kinds = (*LOADERS, WORKS)

    async def load(self, kind: str, path: Path, progress: Told = untold) -> ImportReport:
        """One file, one transaction; wrong lines are named in the report, right ones kept; the same file again changes
        nothing, and nothing is ever deleted. CSV, or GeoJSON by its ending. `progress` may be called from another
        thread. Raises NotFound for another kind, BadFile and Unavailable."""
        if kind == WORKS:
            return await self._works(Path(path))
        loader = LOADERS.get(kind)
        if loader is None:
            raise NotFound(f"no file of {kind}: one of {', '.join(self.kinds)}")
        return await loader(self._database, Path(path), progress)
