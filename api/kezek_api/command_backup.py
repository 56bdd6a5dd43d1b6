"""`kezek backup` and `kezek restore`: the register into one file and back, with a progress display, or JSON."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
from rich.progress import Progress as Bars

from kezek_api import photos as photo_files
from kezek_api.recordings import path_of
from kezek_api.settings import Settings
from kezek_register import RegisterError
from kezek_register.backups import PHOTOS, RECORDINGS, Find, Manifest, NotEmpty, Progress, back_up, restore

FAILED, REFUSED = 1, 3  # exit status; 2 is a wrong setting's


class _NodeRuns(Exception):
    code = "node_runs"


async def make(settings: Settings, file: Path, *, recordings: bool, photos: bool, as_json: bool) -> int:
    """0 when the file is whole and on the disk; else it is not there, or still the one of before."""
    find: dict[str, Find] = {}
    if recordings:
        find[RECORDINGS] = lambda name: path_of(settings.recordings_folder, name)
    if photos:
        find[PHOTOS] = lambda name: photo_files.path_of(settings.photos_folder, name)
    try:
        with _shown(as_json) as told:
            manifest = await back_up(settings.sql, file, find=find, told=told)
    except (RegisterError, OSError) as error:
        return _failed(error, as_json=as_json)
    size = await asyncio.to_thread(lambda: file.stat().st_size)
    facts = {"file": str(file), "bytes": size, **_facts(manifest)}
    words = f"{file}: {_counted(manifest.tables)}, {size:,} bytes, revision {manifest.revision}"
    words += f", {facts['recordings']} recordings" if recordings else ""
    words += f", {facts['photos']} photos" if photos else ""
    _tell(facts, words, as_json=as_json)
    return 0


async def bring_back(
    settings: Settings, file: Path, *, replace: bool, apart: int, recordings: bool, photos: bool, as_json: bool
) -> int:
    """0 when all of it stands in the database; else nothing was changed. 3: a node runs here, or the database is not
    empty and `replace` was not said."""
    year = datetime.now(settings.zone).year
    wanted = {RECORDINGS: (recordings, settings.recordings_folder), PHOTOS: (photos, settings.photos_folder)}
    folders = {kind: folder for kind, (with_it, folder) in wanted.items() if with_it}
    try:
        if await _answers(settings):
            raise _NodeRuns("a node runs here: stop it first, and every other node of this register")
        with _shown(as_json) as told:
            done = await restore(
                settings.sql, file, year=year, replace=replace, apart=apart, folders=folders, told=told
            )
    except (RegisterError, OSError, _NodeRuns) as error:
        return _failed(error, as_json=as_json)
    facts = {
        "file": str(file),
        "revision": done.revision,
        "tables": dict(done.tables),
        "next_number": done.next_number,
    }
    words = f"{_counted(done.tables)} restored; this year's registration numbers go on with {done.next_number:,}"
    _tell(facts, words, as_json=as_json)
    return 0


async def _answers(settings: Settings) -> bool:
    """A node at this home's address. Those of other machines nobody can ask from here."""
    try:
        async with httpx.AsyncClient(timeout=3) as client:
            await client.get(f"http://{settings.http_listen}/health")
    except httpx.TimeoutException:
        return True  # frozen is not stopped
    except httpx.HTTPError:
        return False
    return True


@contextmanager
def _shown(as_json: bool) -> Iterator[Any]:
    """Bars for people at a terminal; programs read the end alone."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[unit]}"))
    with Bars(*columns, console=console, disable=as_json or not console.is_terminal) as bars:
        known: dict[str, Any] = {}

        def told(progress: Progress) -> None:
            if progress.part not in known:
                known[progress.part] = bars.add_task(progress.part, total=progress.total, unit=progress.unit)
            bars.update(known[progress.part], completed=progress.done, total=progress.total)

        yield told


def _facts(manifest: Manifest) -> dict[str, Any]:
    return {
        "made_at": manifest.made_at,
        "revision": manifest.revision,
        "tables": manifest.tables,
        "recordings": len(manifest.files(RECORDINGS)),
        "photos": len(manifest.files(PHOTOS)),
    }


def _counted(tables: Any) -> str:
    return f"{sum(tables.values()):,} rows in {len(tables)} tables"


def _tell(facts: dict[str, Any], words: str, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(facts, ensure_ascii=False))
    else:
        Console(highlight=False, soft_wrap=True).print(words, markup=False)


def _failed(error: Exception, *, as_json: bool) -> int:
    code = getattr(error, "code", "cannot_read")
    words = str(error) if not isinstance(error, OSError) else f"{error.filename}: {error.strerror}"
    if as_json:
        print(json.dumps({"error": code, "detail": words}, ensure_ascii=False))
    else:
        Console(stderr=True, highlight=False, soft_wrap=True).print(f"kezek: {words}", markup=False, style="red")
    return REFUSED if isinstance(error, (NotEmpty, _NodeRuns)) else FAILED
