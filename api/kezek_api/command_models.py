"""`kezek models`: what is here and what is known; fetch one, or take it from a file; look whether they will do."""

from __future__ import annotations

import asyncio
import json
import shutil
import time
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from kezek_api.hearing import street_words
from kezek_api.settings import Settings
from kezek_api.town_words import of_folder, of_register
from kezek_speech import FoundModel, NoModel, available, check
from kezek_speech.archive import mark_of
from kezek_speech.download import fetch, take
from kezek_speech.models import KNOWN_MODELS, known
from kezek_speech.nearest import nearest
from kezek_speech.pool import vosk
from kezek_speech.view import prepare
from kezek_speech.vocabulary import vocabulary

SHOWN = 40  # unknown words; --json tells all
Row = dict[str, Any]


def listed(settings: Settings, *, as_json: bool) -> int:
    """0 when a wanted language has its model, 1 when none has."""
    here = {model.language: model for model in _found(settings)}
    rows = [_row(known.language, here.get(known.language)) for known in KNOWN_MODELS]
    rows += [_row(language, model) for language, model in here.items() if language not in _languages()]
    if as_json:
        print(json.dumps({"folder": str(settings.models_folder), "models": rows}, ensure_ascii=False))
    else:
        table = Table(box=None, padding=(0, 2, 0, 0))
        for title in ("language", "model", "size", "state"):
            table.add_column(title, no_wrap=title != "state")
        for row in rows:
            size = f"{row['bytes'] / 1e6:,.0f} MB" if row["bytes"] else ""
            colour = "green" if row["here"] else "dim"
            table.add_row(row["language"], row["name"], size, f"[{colour}]{row['state']}[/]")
        console = Console()
        console.print(table)
        console.print(f"folder: {settings.models_folder}", highlight=False, soft_wrap=True)
        if lacking := [row["language"] for row in rows if not row["here"]]:
            console.print(f"to have another one: kezek models fetch {lacking[0]}", highlight=False)
    return 0 if here else 1


def _row(language: str, here: FoundModel | None) -> Row:
    model = next((each for each in KNOWN_MODELS if each.language == language), None)
    row: Row = {"language": language, "name": model.name if model else here.folder.name if here else "", "here": False}
    row |= {"bytes": model.size if model else None, "note": model.note if model else "", "source": None}
    row |= {"sum": "known" if model and model.sha256 else "unknown", "state": "not here"}
    if here is not None:
        mark = mark_of(here.folder)
        row |= {"here": True, "source": here.source, "folder": str(here.folder), "bytes": _size(here.folder)}
        row["name"] = mark.name if mark else row["name"] if here.source == "package" else here.folder.name
        row["sum"] = "right" if mark and mark.checked else "none to compare with" if mark else "not fetched by kezek"
        row["state"] = "here, in a Python package" if here.source == "package" else f"here, sum: {row['sum']}"
    if row["note"] and here is None:
        row["state"] += f" ({row['note']})"
    return row


def fetched(settings: Settings, language: str, file: Path | None, url: str, *, unchecked: bool, as_json: bool) -> int:
    """0 when the model is in its place, 1 when it cannot be had; what was there before stays then."""
    try:
        model = known(language)
        if file is not None:
            got = take(model, file, settings.models_folder, vouched=unchecked)
        else:
            with _progress(quiet=as_json) as told:
                task = told.add_task(model.name, total=model.size)
                got = fetch(
                    model,
                    settings.models_folder,
                    lambda done, total: told.update(task, completed=done, total=total),
                    url=url or None,
                )
    except NoModel as error:
        print(json.dumps({"language": language, "error": str(error)}) if as_json else f"kezek: {error}")
        return 1
    row = _row(language, got.model)
    print(json.dumps(row, ensure_ascii=False) if as_json else f"{language}: {row['name']} is {row['state']}")
    return 0


def _progress(*, quiet: bool) -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    return Progress(*columns, disable=quiet)


async def checked(settings: Settings, language: str, town: Path | None, *, as_json: bool) -> int:
    """0 when every model here is whole and loads, 1 when one does not, or there is none."""
    models = [model for model in _found(settings) if language in ("", model.language)]
    rows = []
    for model in models:
        streets = (
            of_folder(town, model.language) if town else await of_register(settings, model.language)
        ).words.streets
        rows.append(await asyncio.to_thread(_checked, settings, model, street_words(streets)))
    if as_json:
        print(json.dumps({"models": rows}, ensure_ascii=False))
    else:
        for row in rows:
            _show(row)
        if not rows:
            which = f"no model for {language}" if language else "no model"
            print(f"kezek: {which} in {settings.models_folder}: kezek models fetch {language or 'LANGUAGE'}")
    return 0 if rows and all(row["ok"] for row in rows) else 1


def _checked(settings: Settings, model: FoundModel, words: frozenset[str]) -> Row:
    row: Row = {"language": model.language, "folder": str(model.folder), "ok": False, "error": ""}
    began = time.monotonic()
    try:
        check(model)
        work = settings.home / "speech"
        fits = shutil.disk_usage(model.folder).free  # raises OSError for a folder that has gone
        engine = vosk(prepare(model.folder, work))
    except (NoModel, OSError, ImportError) as error:
        return row | {"error": str(error)}
    row |= {"ok": True, "loaded_s": round(time.monotonic() - began, 1), "disk_free": fits}
    spoken = vocabulary(model.folder)
    unknown = sorted(word for word in words if not engine.knows(word))
    found = nearest(model.folder, unknown) if unknown else ()
    row |= {
        "words": len(spoken),
        "street_words": len(words),
        "unknown": {one.word: " ".join(one.instead) for one in found},
    }
    return row


def _show(row: Row) -> None:
    console = Console()
    if not row["ok"]:
        console.print(f"[red]{row['language']}: {row['error']}[/]", highlight=False, soft_wrap=True)
        return
    console.print(
        f"[green]{row['language']}: whole, loads in {row['loaded_s']} s, knows {row['words']:,} words[/]; "
        f"{len(row['unknown'])} of {row['street_words']} street words unknown",
        highlight=False,
    )
    if row["unknown"]:
        table = Table(box=None, padding=(0, 2, 0, 2))
        table.add_column("street word")
        table.add_column("is heard as")
        for word, instead in list(row["unknown"].items())[:SHOWN]:
            table.add_row(word, instead or "[red]nothing near: its street will not be heard[/]")
        console.print(table)


def _found(settings: Settings) -> list[FoundModel]:
    languages = dict.fromkeys([*settings.languages, *_languages()])
    return available(settings.models_folder, languages)


def _languages() -> list[str]:
    return [model.language for model in KNOWN_MODELS]


def _size(folder: Path) -> int:
    return sum(each.stat().st_size for each in folder.rglob("*") if each.is_file())
