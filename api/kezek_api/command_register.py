"""`kezek import`, `kezek export`, `kezek sample-town`: a town's data in and out, with a progress display, or JSON."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars

from kezek_api.settings import Settings
from kezek_register import ImportReport, Register, RegisterError, RegisterSettings
from kezek_register.progress import Progress, Told
from kezek_register.sample import generate

FAILED, REFUSED = 1, 3  # exit status; 2 is a wrong setting's
PERSONAL = ("households",)
SHOWN = 20  # refused lines; --json tells all


async def load(settings: Settings, kind: str, file: Path, *, as_json: bool) -> int:
    """0 when every line was taken, 3 when some were refused, 1 when the file is of no use and nothing was changed."""
    try:
        # the town's zone: moments in a file of planned works are its own
        own = RegisterSettings(checklists=settings.checklists)
        zone = settings.zone
        async with Register.open(settings.sql, clock=lambda: datetime.now(zone), settings=own) as register:
            await register.migrate()
            with _shown(as_json) as told:
                report = await register.imports.load(kind, file, told)
            await _noted(register, settings, "import", kind)
    except RegisterError as error:
        return _failed(error, as_json=as_json)
    _report(kind, file, report, as_json=as_json)
    return REFUSED if report.refused else 0


async def write(settings: Settings, kind: str, file: Path, *, as_json: bool) -> int:
    """0 when the file is whole; GeoJSON by its ending."""
    geojson = file.suffix.lower() in {".geojson", ".json"}
    try:
        async with Register.open(settings.sql) as register:
            await register.migrate()
            with _shown(as_json) as told:
                rows = await register.exports.write(kind, file, "geojson" if geojson else "csv", told)
            await _noted(register, settings, "export", kind)
    except RegisterError as error:
        return _failed(error, as_json=as_json)
    _tell({"file": str(file), "kind": kind, "rows": rows}, f"{file}: {rows:,} {kind}", as_json=as_json)
    return 0


async def sample_town(
    settings: Settings | None, folder: Path, *, seed: int, streets: int, buildings: int, as_json: bool
) -> int:
    """The files alone, or with `settings` loaded into the register too."""
    try:
        with _shown(as_json) as told:
            town = await asyncio.to_thread(
                generate.write, folder, seed=seed, streets=streets or max(1, buildings // 100), buildings=buildings,
                told=told,
            )  # fmt: skip
            reports: dict[str, ImportReport] = {}
            if settings is not None:
                async with Register.open(settings.sql) as register:
                    await register.migrate()
                    reports = await generate.load(register, town, told)
    except (RegisterError, OSError, ValueError) as error:
        return _failed(error, as_json=as_json)
    facts = {"folder": str(folder), "seed": seed, "streets": town.streets, "buildings": town.buildings}
    words = (
        f"{folder}: {town.streets:,} streets, {town.buildings:,} buildings, {town.households:,} households, invented"
    )
    _tell({**facts, "households": town.households}, words, as_json=as_json)
    for kind, report in reports.items():
        _report(kind, town.files[kind], report, as_json=as_json)
    return REFUSED if any(report.refused for report in reports.values()) else 0


async def _noted(register: Register, settings: Settings, what: str, kind: str) -> None:
    """People's names and numbers came or went: the audit says so."""
    if kind in PERSONAL:
        await register.audit.write("kezek", what, kind, datetime.now(settings.zone))


@contextmanager
def _shown(as_json: bool) -> Iterator[Told]:
    """Bars for people at a terminal; programs read the end alone."""
    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[unit]}"),
        TimeElapsedColumn(),
    )  # fmt: skip
    with Bars(*columns, console=console, disable=as_json or not console.is_terminal) as bars:
        known: dict[str, Any] = {}

        def told(progress: Progress) -> None:
            task = known.get(progress.part)
            if task is None or bars.tasks[task].finished:
                task = known[progress.part] = bars.add_task(progress.part, total=progress.total, unit=progress.unit)
            bars.update(task, completed=progress.done, total=progress.total)

        yield told


def _report(kind: str, file: Path, report: ImportReport, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps({"file": str(file), "kind": kind, **asdict(report)}, ensure_ascii=False))
        return
    words = f"{kind}: {report.added:,} added, {report.changed:,} changed, {report.unchanged:,} unchanged"
    console = Console(highlight=False, soft_wrap=True)
    console.print(words + (f", {len(report.refused):,} refused" if report.refused else ""), markup=False)
    for line, reason in report.refused[:SHOWN]:
        console.print(f"  line {line}: {reason}", markup=False)
    if len(report.refused) > SHOWN:
        console.print(f"  and {len(report.refused) - SHOWN:,} more; --json names them all", markup=False)
    for warning in report.warnings[:SHOWN]:
        console.print(f"  {warning}", markup=False, style="yellow")


def _tell(facts: dict[str, Any], words: str, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(facts, ensure_ascii=False))
    else:
        Console(highlight=False, soft_wrap=True).print(words, markup=False)


def _failed(error: Exception, *, as_json: bool) -> int:
    code = getattr(error, "code", "cannot_read" if isinstance(error, OSError) else "wrong_size")
    words = f"{error.filename}: {error.strerror}" if isinstance(error, OSError) else str(error)
    if as_json:
        print(json.dumps({"error": code, "detail": words}, ensure_ascii=False))
    else:
        Console(stderr=True, highlight=False, soft_wrap=True).print(f"kezek: {words}", markup=False, style="red")
    return FAILED
