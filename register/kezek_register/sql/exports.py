"""What is in the register as files that an import takes again: CSV of every kind, GeoJSON of what has a place.

Written beside its name and moved there when it is whole. Households hold names and numbers of people: their file is
for its owner's eyes alone (0600).
"""

from __future__ import annotations

import asyncio
import csv
import json
import os
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Literal

from sqlalchemy.ext.asyncio import AsyncSession

from kezek_register import topic_rows
from kezek_register.duty_rows import DUTIES
from kezek_register.names import LANGUAGES
from kezek_register.progress import Progress, Told, untold
from kezek_register.sql import duty_exports, export_rows
from kezek_register.sql.database import Database
from kezek_register.types import NotFound, RegisterError

Format = Literal["csv", "geojson"]
Cells = Mapping[str, Any]
_TOLD_EVERY = 2_000


class CannotExport(RegisterError):
    """No room, no right, no such folder."""

    code = "cannot_write"


@dataclass(frozen=True, slots=True)
class _Kind:
    columns: Sequence[str]
    rows: Callable[[AsyncSession], Awaitable[list[Cells]]]
    placed: bool = False  # it can be GeoJSON


KINDS: Mapping[str, _Kind] = {
    "territories": _Kind(("code", "kind", "parent", *LANGUAGES), export_rows.territories, True),
    "network_parts": _Kind(("code", "kind", "parent", *LANGUAGES), export_rows.network_parts),
    "streets": _Kind(("code", "kind", *LANGUAGES, "other", "territory"), export_rows.streets),
    "buildings": _Kind(
        ("street", "house", "territory", "entrances", "flats", "people", "lifts", "special_needs", "lon", "lat",
         "networks"),
        export_rows.buildings, True,
    ),
    "households": _Kind(("street", "house", "flat", "person", "language", "phones"), export_rows.households),
    "organisations": _Kind(
        ("code", *LANGUAGES, "parent", "foreign", "hours", "phone", "channel", "address", "active"),
        duty_exports.organisations,
    ),
    "asset_kinds": _Kind(("code", *LANGUAGES), duty_exports.asset_kinds),
    "duties": _Kind((*DUTIES["needed"], *DUTIES["optional"]), duty_exports.duties),
    "topics": _Kind(("code", "parent", *LANGUAGES, *topic_rows.COLUMNS), duty_exports.topics),
}  # fmt: skip


class Exports:
    def __init__(self, database: Database) -> None:
        self._database = database
        self.kinds = tuple(KINDS)

    async def write(self, kind: str, path: Path, format: Format = "csv", progress: Told = untold) -> int:
        """So many rows, as they stand at one moment. Of a territory GeoJSON tells the middle of its houses, for its
        name on a map. Raises NotFound for a kind that is not written, or not as GeoJSON, CannotExport, Unavailable."""
        known = KINDS.get(kind)
        if known is None or (format == "geojson" and not known.placed):
            fitting = [name for name, each in KINDS.items() if each.placed or format == "csv"]
            raise NotFound(f"no {format} of {kind} is written: only of {', '.join(fitting)}")
        async with self._database.reading_at_length() as session:
            rows = await known.rows(session)
        writer = _geojson if format == "geojson" else _csv
        await asyncio.to_thread(_written, Path(path), writer, kind, known.columns, rows, progress)
        return len(rows)


def _written(
    path: Path,
    writer: Callable[[IO[str], str, Sequence[str], list[Cells], Told], None],
    kind: str,
    columns: Sequence[str],
    rows: list[Cells],
    told: Told,
) -> None:
    beside = path.with_name(f".{path.name}.partly")
    try:
        with os.fdopen(
            os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8", newline=""
        ) as out:
            writer(out, kind, columns, rows, told)
        if kind != "households":
            beside.chmod(0o644)
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise CannotExport(f"{path} cannot be written: {error.strerror}") from error


def _csv(out: IO[str], kind: str, columns: Sequence[str], rows: list[Cells], told: Told) -> None:
    writer = csv.writer(out, delimiter=";", lineterminator="\n")
    writer.writerow(columns)
    for done, row in enumerate(rows, 1):
        writer.writerow([_cell(row.get(column)) for column in columns])
        _tell(kind, done, len(rows), told)


def _cell(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.10f}".rstrip("0").rstrip(".")  # never 1e-05
    return "" if value is None else str(value)


def _geojson(out: IO[str], kind: str, columns: Sequence[str], rows: list[Cells], told: Told) -> None:
    out.write('{"type": "FeatureCollection", "features": [\n')
    for done, row in enumerate(rows, 1):
        point = None if row.get("lon") is None else {"type": "Point", "coordinates": [row["lon"], row["lat"]]}
        cells = {name: row.get(name) for name in columns if name not in {"lon", "lat"}}
        feature = {"type": "Feature", "geometry": point, "properties": cells}
        out.write(json.dumps(feature, ensure_ascii=False) + (",\n" if done < len(rows) else "\n"))
        _tell(kind, done, len(rows), told)
    out.write("]}\n")


def _tell(kind: str, done: int, total: int, told: Told) -> None:
    if done % _TOLD_EVERY == 0 or done == total:
        told(Progress(kind, done, total, "rows"))
