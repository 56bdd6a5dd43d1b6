"""How many fields come right out of texts: street, house, flat, phone, account and topic, clean and as recognised.

    python benchmarks/fields.py --texts FOLDER [--json] [--errors]

FOLDER holds text/<language>.tsv and noisy.tsv (columns: text or hypothesis, street, house, flat, phone, account,
problem), streets.tsv (lang, street) and topics.tsv (topic code and its name in each language). A field counts as right,
wrong (another value, or one where there is none) or empty. Certain is what has a confidence of 0.8 or more:
'wrong_certain' is what would mislead an operator. `--json` ends with one line of JSON;
`--errors` shows every field that is not right.
"""

from __future__ import annotations

import argparse
import csv
import json
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from kezek_speech import Phrasebook, Vocabulary, Word, build_phrasebook

FIELDS = ("street", "house", "flat", "phone", "account", "problem")
CERTAIN = 0.8


@dataclass
class Score:
    by_field: dict[str, Counter[str]] = field(default_factory=lambda: {name: Counter() for name in FIELDS})
    wrong_certain: int = 0
    seconds: float = 0.0
    texts: int = 0

    def total(self, verdict: str) -> int:
        return sum(counts[verdict] for counts in self.by_field.values())

    def as_json(self) -> dict[str, object]:
        return {
            "right": self.total("right"),
            "wrong": self.total("wrong"),
            "empty": self.total("empty"),
            "wrong_certain": self.wrong_certain,
            "texts": self.texts,
            "ms_per_text": round(1000 * self.seconds / max(1, self.texts), 2),
            "by_field": {name: dict(counts) for name, counts in self.by_field.items() if counts},
        }


def rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            yield {name: value or "" for name, value in row.items() if name}


def phrasebooks(folder: Path) -> dict[str, Phrasebook]:
    streets: dict[str, dict[str, str]] = {}
    for row in rows(folder / "streets.tsv"):
        streets.setdefault(row["lang"], {})[row["street"]] = row["street"]
    topics = list(rows(folder / "topics.tsv"))
    return {
        language: build_phrasebook(
            language, Vocabulary(names, {row[language]: row["topic"] for row in topics if row.get(language)})
        )
        for language, names in streets.items()
    }


def fields_of(book: Phrasebook, text: str) -> dict[str, tuple[str, float]]:
    """The best mention of each field, as a prefilled ticket would have it."""
    words = [Word(part, 1.0, 0.4 * place, 0.4 * place + 0.3) for place, part in enumerate(text.split())]
    best: dict[str, tuple[str, float]] = {}
    for mention in book.mentions(words):
        name = "problem" if mention.kind == "topic" else mention.kind
        best.setdefault(name, (mention.value, mention.confidence))
    return best


def judge(score: Score, book: Phrasebook, text: str, row: dict[str, str], codes: dict[str, str], errors: bool) -> None:
    began = time.perf_counter()
    got = fields_of(book, text)
    score.seconds += time.perf_counter() - began
    score.texts += 1
    for name in FIELDS:
        wanted = codes.get(row[name], row[name]) if name == "problem" else row[name]
        value, confidence = got.get(name, ("", 0.0))
        if value == wanted:
            if wanted:
                score.by_field[name]["right"] += 1
            continue
        score.by_field[name]["wrong" if value else "empty"] += 1
        score.wrong_certain += bool(value) and confidence >= CERTAIN
        if errors:
            print(f"  {name}: wanted {wanted!r}, got {value!r} ({confidence:.2f}): {text}")


def measure(folder: Path, errors: bool) -> dict[str, dict[str, Score]]:
    books = phrasebooks(folder)
    codes = {
        language: {row[language]: row["topic"] for row in rows(folder / "topics.tsv") if row.get(language)}
        for language in books
    }
    scores: dict[str, dict[str, Score]] = {"clean": {}, "noisy": {}}
    for language, book in books.items():
        path = folder / "text" / f"{language}.tsv"
        if path.exists():
            score = scores["clean"].setdefault(language, Score())
            for row in rows(path):
                judge(score, book, row["text"], row, codes[language], errors)
    if (folder / "noisy.tsv").exists():
        for row in rows(folder / "noisy.tsv"):
            language = row["lang"]
            score = scores["noisy"].setdefault(language, Score())
            judge(score, books[language], row["hypothesis"], row, codes[language], errors)
    return scores


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--texts", type=Path, required=True, help="folder with the texts")
    parser.add_argument("--json", action="store_true", help="end with one line of JSON")
    parser.add_argument("--errors", action="store_true", help="show every field that is not right")
    options = parser.parse_args()
    scores = measure(options.texts, options.errors)
    for kind, languages in scores.items():
        for language, score in languages.items():
            print(
                f"{kind} {language}: right {score.total('right')}, wrong {score.total('wrong')} "
                f"({score.wrong_certain} certain), empty {score.total('empty')}; "
                f"{1000 * score.seconds / max(1, score.texts):.1f} ms a text"
            )
            for name, counts in score.by_field.items():
                if counts:
                    print(f"    {name:8} right {counts['right']:3} wrong {counts['wrong']:3} empty {counts['empty']:3}")
    if options.json:
        print(
            json.dumps(
                {
                    kind: {language: score.as_json() for language, score in languages.items()}
                    for kind, languages in scores.items()
                }
            )
        )


if __name__ == "__main__":
    main()
