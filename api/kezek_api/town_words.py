"""What a town calls its streets and troubles, for the tools of speech: from this installation's register, or out of a
folder."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from kezek_api.directory import SqlDirectory
from kezek_api.settings import Settings
from kezek_register import Register
from kezek_register.types import RegisterError
from kezek_speech import Vocabulary


@dataclass(frozen=True, slots=True)
class Town:
    """In one language. `names`: what a street's reference is called."""

    words: Vocabulary
    names: Mapping[str, str]

    def street_name(self, reference: str) -> str:
        return self.names.get(reference, reference)


async def of_register(settings: Settings, language: str) -> Town:
    """Empty where there is no register, or none that can be read. Nothing is made and nothing is changed."""
    if not settings.sql_url and not (settings.home / "kezek.sqlite").exists():
        return Town(Vocabulary({}, {}), {})
    try:
        async with Register.open(settings.sql) as register:
            directory = SqlDirectory(register)
            await directory.load()
    except RegisterError:
        return Town(Vocabulary({}, {}), {})
    streets = directory.streets(language)
    names = {reference: directory.street_name(int(reference), language) for reference in streets.values()}
    return Town(Vocabulary(streets, directory.topics(language)), names)


def of_folder(folder: Path, language: str) -> Town:
    """streets.csv as `kezek import` takes it; or streets.tsv (lang, street, perhaps reference) and topics.tsv (topic,
    a column for each language). Raises OSError, and ValueError for files without these columns."""
    streets: dict[str, str] = {}
    topics: dict[str, str] = {}
    if (folder / "streets.csv").exists():
        for row in _rows(folder / "streets.csv", ";", "code"):
            others = (part.split(":", 1) for part in (row.get("other") or "").split("|") if ":" in part)
            for name in (row.get(language) or "", *(name for of, name in others if of == language)):
                streets.setdefault(" ".join(name.lower().split()), row["code"])
    else:
        for row in _rows(folder / "streets.tsv", "\t", "street"):
            if row.get("lang") == language:
                streets.setdefault(row["street"].lower(), row.get("reference") or row["street"])
    if (folder / "topics.tsv").exists():
        for row in _rows(folder / "topics.tsv", "\t", "topic"):
            topics.setdefault((row.get(language) or "").lower(), row["topic"])
    streets.pop("", None), topics.pop("", None)
    names: dict[str, str] = {}
    for name, reference in streets.items():
        names.setdefault(reference, name)
    return Town(Vocabulary(streets, topics), names)


def _rows(path: Path, delimiter: str, needed: str) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = [
            {key: value or "" for key, value in row.items() if key} for row in csv.DictReader(file, delimiter=delimiter)
        ]
    if rows and needed not in rows[0]:
        raise ValueError(f"{path} has no column {needed!r}")
    return rows
