"""Sentences of tests/fixtures/words and the phrasebook of their town, and how many of them come right."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from kezek_speech import Phrasebook, Vocabulary, Word, build_phrasebook

FOLDER = Path(__file__).parents[1] / "fixtures" / "words"


def rows(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return [{key: value or "" for key, value in row.items()} for row in csv.DictReader(file, delimiter="\t")]


@cache
def town(language: str) -> Phrasebook:
    streets = {row["street"]: row["reference"] for row in rows("streets.tsv") if row["lang"] == language}
    topics = {row[language]: row["topic"] for row in rows("topics.tsv") if row.get(language)}
    return build_phrasebook(language, Vocabulary(streets, topics))


def said(text: str, confidence: float = 1.0) -> list[Word]:
    return [Word(part, confidence, place * 0.4, place * 0.4 + 0.3) for place, part in enumerate(text.split())]


def differences(language: str, name: str, kind: str, column: str) -> Iterator[tuple[str, str, str, float]]:
    """(text, wanted, got, confidence) of each row of a file that comes out otherwise."""
    for row in rows(name):
        mentions = [mention for mention in town(language).mentions(said(row["text"])) if mention.kind == kind]
        got, confidence = (mentions[0].value, mentions[0].confidence) if mentions else ("", 0.0)
        if got != row[column]:
            yield row["text"], row[column], got, confidence
